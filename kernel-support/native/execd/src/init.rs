//! PID 1 of a sandbox: builds it, starts the agent, reaps, and ends with it.

use crate::agent;
use crate::sandbox::{
    AGENT_CHANNEL, Built, CONTINUE_ALL, CONTINUED_ALL, INIT_CHANNEL, RawStatus, Report, STOP_ALL,
    STOPPED_ALL, Settings, StepError, build, park, report,
};
use crate::sys::process::{self, Ended};
use crate::sys::{Errno, event, socket};
use std::ops::Range;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};

const INIT_CHILDREN: i32 = 5;

/// Runs in the first process of the sandbox and never returns.
pub fn main(
    settings: &Settings,
    to_broker: BorrowedFd<'_>,
    to_agent: BorrowedFd<'_>,
    entrances: &[OwnedFd],
) -> ! {
    let Ok(entrances) = lay_out(to_broker, to_agent, entrances) else { process::exit_now(1) };
    let (plan, built) =
        match park(entrances).and_then(|plan| build(&plan, settings).map(|built| (plan, built))) {
            Ok(both) => both,
            Err(error) => fail(error),
        };
    match process::fork_plain() {
        Ok(0) => agent::main(&plan, settings, built),
        Ok(agent) => supervise(agent, built),
        Err(e) => fail(StepError::new("fork", e, "the agent's process could not be made; raise limits.pids")),
    }
}

fn fail(error: StepError) -> ! {
    report(INIT_CHANNEL, &Report::Failed(error));
    process::exit_now(1)
}

/// Keeps the two channels and the entrances at fixed numbers and closes everything else that the broker had open.
/// Returns the numbers of the entrances.
fn lay_out(
    to_broker: BorrowedFd<'_>,
    to_agent: BorrowedFd<'_>,
    entrances: &[OwnedFd],
) -> Result<Range<i32>, Errno> {
    let wanted = [to_broker, to_agent].into_iter().chain(entrances.iter().map(AsFd::as_fd));
    let above = wanted.map(|fd| process::duplicate_above(fd, 16)).collect::<Result<Vec<_>, _>>()?;
    for (number, fd) in (INIT_CHANNEL..).zip(&above) {
        process::duplicate_to_cloexec(fd.as_fd(), number)?;
    }
    let end = INIT_CHANNEL + above.len() as i32;
    process::close_range(end as u32, u32::MAX)?;
    std::mem::forget(above);
    Ok(AGENT_CHANNEL + 1..end)
}

fn supervise(agent: i32, built: Built) -> ! {
    if keep_only_own(&built).is_err() {
        process::exit_now(1);
    }
    std::mem::forget(built);
    loop {
        let Ok((order, child)) =
            event::wait_either(process::fixed(INIT_CHANNEL), process::fixed(INIT_CHILDREN))
        else {
            process::exit_now(1);
        };
        if child {
            event::read_signals(process::fixed(INIT_CHILDREN));
            reap(agent);
        }
        if order {
            obey();
        }
    }
}

/// Init holds its channel and the descriptor of its children's signals, nothing else.
fn keep_only_own(built: &Built) -> Result<(), Errno> {
    let from = built.children.as_fd();
    if from.as_raw_fd() != INIT_CHILDREN {
        process::duplicate_to_cloexec(from, INIT_CHILDREN)?;
    }
    process::close_range(INIT_CHILDREN as u32 + 1, u32::MAX)?;
    process::close_range(AGENT_CHANNEL as u32, AGENT_CHANNEL as u32)?;
    process::close_range(0, 2)
}

/// Reaps whoever ended. When that is the agent, init says how and ends, and the kernel ends everything else here.
fn reap(agent: i32) {
    while let Ok(Some((pid, how))) = process::reap_any() {
        if pid == agent {
            let status = match how {
                Ended::Code(code) => RawStatus::Code(code),
                Ended::Signal(signal) => RawStatus::Signal(signal),
            };
            report(INIT_CHANNEL, &Report::Ended(status));
            process::exit_now(0);
        }
    }
}

/// Stops or continues every other process here, and ends when the broker is gone.
fn obey() {
    let mut byte = [0u8; 1];
    let channel = process::fixed(INIT_CHANNEL);
    let answer = match socket::receive(channel, &mut byte) {
        Ok(socket::Received::Packet(1)) if byte[0] == STOP_ALL => {
            // A process that forks while it is being stopped leaves a child behind; the rounds after the first find it.
            for _ in 0..3 {
                let _ = process::signal(-1, libc::SIGSTOP);
            }
            STOPPED_ALL
        }
        Ok(socket::Received::Packet(1)) if byte[0] == CONTINUE_ALL => {
            let _ = process::signal(-1, libc::SIGCONT);
            CONTINUED_ALL
        }
        Ok(socket::Received::Packet(_) | socket::Received::TooLong(_))
        | Err(Errno(libc::EAGAIN | libc::EINTR)) => return,
        Ok(socket::Received::Closed) | Err(_) => process::exit_now(1),
    };
    let _ = socket::send_blocking(channel, &[answer]);
}
