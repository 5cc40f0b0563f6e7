//! The life of init: it waits for a plan, builds, starts the agent, reaps, obeys, forwards, and ends with the agent.

use crate::agent;
use crate::build::{Built, build, park};
use crate::doors::{self, Doors};
use crate::protocol::{
    CONTINUE_ALL, CONTINUED_ALL, INIT_CHANNEL, RawStatus, Report, STOP_ALL, STOPPED_ALL, StepError, report,
};
use agentos_sys::event::Epoll;
use agentos_sys::process::{self, Ended};
use agentos_sys::{Errno, event, socket};
use std::os::fd::{AsFd, AsRawFd};

const ORDERS: u64 = 0;
const CHILDREN: u64 = 1;

/// Runs in the first process of the sandbox and never returns. The broker has put the channels in their places.
pub fn run() -> ! {
    process::set_name(c"agentos-init");
    let (plan, settings, built) = match park().and_then(|(plan, settings, prepared)| {
        build(&plan, &settings, prepared).map(|built| (plan, settings, built))
    }) {
        Ok(all) => all,
        Err(error) => fail(error),
    };
    match process::fork_plain() {
        Ok(0) => agent::main(&plan, &settings, built),
        Ok(agent) => {
            drop((plan, settings));
            supervise(agent, built)
        }
        Err(e) => fail(StepError::new("fork", e, "the agent's process could not be made; raise limits.pids")),
    }
}

fn fail(error: StepError) -> ! {
    report(INIT_CHANNEL, &Report::Failed(error));
    process::exit_now(1)
}

fn supervise(agent: i32, built: Built) -> ! {
    let Built { stdio, outside, children, doors, .. } = built;
    drop((stdio, outside));
    // A door's far end may go at any time.
    process::ignore_signal(libc::SIGPIPE);
    let Ok(epoll) = Epoll::new() else { process::exit_now(1) };
    let mut kept = vec![INIT_CHANNEL, children.as_raw_fd(), epoll.as_fd().as_raw_fd()];
    kept.extend(Doors::descriptors(&doors));
    let ready = keep_only(kept).and_then(|()| {
        if !doors.is_empty() {
            process::set_soft_limit(process::LIMIT_NOFILE, doors::DESCRIPTORS)?;
        }
        epoll.add(process::fixed(INIT_CHANNEL), ORDERS)?;
        epoll.add(children.as_fd(), CHILDREN)?;
        Doors::new(doors, &epoll)
    });
    let Ok(mut doors) = ready else { process::exit_now(1) };
    loop {
        let patience = if doors.has_more() { 0 } else { -1 };
        let Ok(events) = epoll.wait(patience) else { process::exit_now(1) };
        for ready in events {
            match ready.token {
                ORDERS => obey(),
                CHILDREN => {
                    event::read_signals(children.as_fd());
                    reap(agent);
                }
                _ => doors.handle(&epoll, ready),
            }
        }
        doors.go_on(&epoll);
    }
}

/// Closes every descriptor but these.
fn keep_only(mut kept: Vec<i32>) -> Result<(), Errno> {
    kept.sort_unstable();
    kept.dedup();
    let mut from = 0;
    for fd in kept {
        if fd > from {
            process::close_range(from as u32, fd as u32 - 1)?;
        }
        from = fd + 1;
    }
    process::close_range(from as u32, u32::MAX)
}

/// Reaps whoever ended. When that is the agent, everything else here is ended too; then init says how, and ends.
fn reap(agent: i32) {
    while let Ok(Some((pid, how))) = process::reap_any() {
        if pid == agent {
            let status = match how {
                Ended::Code(code) => RawStatus::Code(code),
                Ended::Signal(signal) => RawStatus::Signal(signal),
            };
            process::end_all_others();
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
