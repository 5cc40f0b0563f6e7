//! What sandboxes say, and what their ends mean.

use super::{Broker, Phase, Sandbox, error_body};
use crate::overruns::Overruns;
use crate::readings::Readings;
use crate::receipt;
use agentos_init::class;
use agentos_init::protocol::{
    CONTINUED_ALL, Probe, READY, RawStatus, Report, SAY_SCHEDULE, STOPPED_ALL, Scheduled, StepError,
};
use agentos_plan::{
    ErrorBody, ErrorCode, Event, ExitReason, ExitRecord, ExitStatus, MAX_PACKET_BYTES, PROTOCOL_VERSION,
    Schedule, SpawnReply,
};
use agentos_sys::Errno;
use agentos_sys::process::{self, Ended};
use agentos_sys::schedule::{self, Attributes};
use agentos_sys::socket::{self, Received};
use serde_json::json;
use std::os::fd::AsFd;
use std::time::Instant;

const MAX_EXITED: usize = 8192;

impl Broker {
    pub(super) fn hear_agent(&mut self, name: &str) {
        let mut buffer = std::mem::take(&mut self.buffer);
        self.hear_agent_into(name, &mut buffer);
        self.buffer = buffer;
    }

    fn hear_agent_into(&mut self, name: &str, buffer: &mut Vec<u8>) {
        // Taken twice when the end of a sandbox is noticed while its words are read.
        buffer.resize(MAX_PACKET_BYTES, 0);
        loop {
            let Some(sandbox) = self.sandboxes.get_mut(name) else { return };
            let Some(channel) = &sandbox.to_agent else { return };
            match socket::receive_with_sender(channel.as_fd(), buffer) {
                Ok((Received::Packet(length), sender)) => {
                    if let Ok(report) = serde_json::from_slice(&buffer[..length]) {
                        self.take_report(name, report, sender);
                    }
                }
                Ok((Received::TooLong(_), _)) => {}
                Err(Errno(libc::EAGAIN | libc::EINTR)) => return,
                Ok((Received::Closed, _)) | Err(_) => return self.agent_channel_closed(name),
            }
        }
    }

    /// The agent's end closes by exec, or because the process is gone.
    pub(super) fn agent_channel_closed(&mut self, name: &str) {
        let Some(sandbox) = self.sandboxes.get_mut(name) else { return };
        if let Some(channel) = sandbox.to_agent.take() {
            self.epoll.remove(channel.as_fd());
            self.sources.remove(&sandbox.tokens[2]);
        }
        if let (Phase::Starting { asker }, None) = (&sandbox.phase, &sandbox.failure) {
            let asker = *asker;
            sandbox.phase = Phase::Running;
            self.reply(asker, json!({}));
        }
    }

    pub(super) fn hear_init(&mut self, name: &str) {
        let mut buffer = vec![0u8; 65_536];
        loop {
            let Some(sandbox) = self.sandboxes.get_mut(name) else { return };
            match socket::receive(sandbox.to_init.as_fd(), &mut buffer) {
                // It was taken before it had said that it is ready.
                Ok(Received::Packet(1)) if buffer[0] == READY => {}
                Ok(Received::Packet(1)) if buffer[0] == STOPPED_ALL || buffer[0] == CONTINUED_ALL => {
                    if let Some((asker, frozen, _)) = sandbox.order.take() {
                        sandbox.frozen = frozen;
                        self.reply(asker, json!({ "how": "signal" }));
                    }
                }
                Ok(Received::Packet(length)) => {
                    if let Ok(report) = serde_json::from_slice(&buffer[..length]) {
                        self.take_report(name, report, None);
                    }
                }
                Ok(Received::TooLong(_)) => {}
                Err(Errno(libc::EAGAIN | libc::EINTR)) => return,
                Ok(Received::Closed) | Err(_) => {
                    // The exit itself arrives on the pidfd.
                    self.epoll.remove(sandbox.to_init.as_fd());
                    self.sources.remove(&sandbox.tokens[1]);
                    return;
                }
            }
        }
    }

    pub(super) fn take_report(&mut self, name: &str, report: Report, sender: Option<i32>) {
        let Some(sandbox) = self.sandboxes.get_mut(name) else { return };
        match report {
            Report::Failed(error) => self.abandon(name, error),
            Report::ExecFailed { errno, program } => {
                let errno = Errno(errno);
                let advice = match errno.0 {
                    libc::ENOENT => {
                        "does not exist inside, or its interpreter does not; add a mount that provides it"
                    }
                    libc::EACCES => "may not be executed; check its mode, and `exec` of its mount",
                    libc::ENOEXEC => "is not a program this host can run; name an interpreter",
                    _ => "could not be executed",
                };
                sandbox.failure = Some(ErrorBody {
                    code: ErrorCode::ExecFailed,
                    step: Some("exec".to_string()),
                    errno: Some(errno.name()),
                    message: format!("{program} {advice}"),
                });
            }
            Report::Ended(status) => {
                sandbox.ended = Some(status);
                // Init has ended all others. Where the kernel confirms that, nobody waits for the rest of its end.
                if sandbox.leaf.holds_only(sandbox.init_pid) {
                    self.conclude(name, None);
                }
            }
            Report::Held { probes, scheduled } => {
                if !matches!(sandbox.phase, Phase::Building { .. }) {
                    return;
                }
                let agent = sender
                    .filter(|pid| *pid > 0)
                    .ok_or(Errno(libc::ESRCH))
                    .and_then(|pid| process::open_pidfd(pid).map(|fd| (pid, fd)));
                match agent {
                    Ok((pid, fd)) => {
                        sandbox.agent_pid = Some(pid);
                        sandbox.agent = Some(fd);
                    }
                    Err(e) => {
                        return self.abandon(
                            name,
                            StepError::new("pidfd", e, "the agent's process could not be referred to"),
                        );
                    }
                }
                let deadlines = sandbox.plan.schedule.as_ref().filter(|c| matches!(c, Schedule::Hrt { .. }));
                let Some(class) = deadlines else {
                    return self.hold(name, &probes, scheduled.map(attributes));
                };
                let pid = sandbox.agent_pid.unwrap_or_default();
                if let Err(error) = class::apply(class, pid) {
                    return self.abandon(name, error);
                }
                sandbox.probed = Some(probes);
                if let Some(channel) = &sandbox.to_agent {
                    // A failure means that it just died; its exit follows and answers.
                    let _ = socket::send(channel.as_fd(), &[SAY_SCHEDULE]);
                }
            }
            Report::Scheduled(scheduled) => {
                if let Some(probes) = sandbox.probed.take() {
                    if scheduled.policy == schedule::DEADLINE && self.host.counts_overruns() {
                        sandbox.overruns = Some(Overruns::new());
                    }
                    self.hold(name, &probes, Some(attributes(scheduled)));
                }
            }
        }
    }

    /// Answers a spawn: the sandbox is built, proven and held.
    fn hold(&mut self, name: &str, probes: &[Probe], seen: Option<Attributes>) {
        let Some(sandbox) = self.sandboxes.get_mut(name) else { return };
        let Phase::Building { asker, since } = sandbox.phase else { return };
        let readings = sandbox
            .readings
            .take()
            .unwrap_or_else(|| Readings::take(&sandbox.leaf, &sandbox.plan.limits, sandbox.init_pid));
        let written = receipt::write(&self.host, &sandbox.plan, &readings, probes, seen, &self.cgroups);
        match written {
            Ok(receipt) => {
                sandbox.phase = Phase::Held;
                sandbox.held_since = Some(Instant::now());
                let reply = SpawnReply {
                    incarnation: name.to_string(),
                    pid: sandbox.agent_pid.unwrap_or_default(),
                    init_pid: sandbox.init_pid,
                    receipt,
                    spawn_usec: since.elapsed().as_micros() as u64,
                };
                self.reply(asker, json!(reply));
            }
            Err(error) => self.abandon(name, error),
        }
    }

    /// Ends a sandbox whose build failed; the answer follows when nothing of it is left.
    pub(super) fn abandon(&mut self, name: &str, error: StepError) {
        if let Some(sandbox) = self.sandboxes.get_mut(name) {
            sandbox.failure.get_or_insert(error_body(ErrorCode::SpawnFailed, error));
            let _ = process::signal_pidfd(sandbox.init.as_fd(), libc::SIGKILL);
            sandbox.leaf.kill();
        }
    }

    /// The pid namespace is empty: the kernel lets init become a zombie only then.
    pub(super) fn init_ended(&mut self, name: &str) {
        let Some(sandbox) = self.sandboxes.get(name) else { return };
        let (how, cpu_usec) = match process::reap_pidfd(sandbox.init.as_fd()) {
            Ok(None) => return,
            Ok(Some(both)) => both,
            Err(_) => (Ended::Signal(libc::SIGKILL), 0),
        };
        self.hear_init(name);
        self.conclude(name, Some((how, cpu_usec)));
    }

    /// Nothing of the agent is left. `init` is how the first process ended, if it has.
    fn conclude(&mut self, name: &str, init: Option<(Ended, u64)>) {
        self.hear_agent(name);
        let Some(mut sandbox) = self.sandboxes.remove(name) else { return };
        self.last_busy = Instant::now();
        self.wakes.hurry();
        for (fd, token) in
            [(sandbox.init.as_fd(), sandbox.tokens[0]), (sandbox.to_init.as_fd(), sandbox.tokens[1])]
        {
            self.epoll.remove(fd);
            self.sources.remove(&token);
        }
        if let Some(channel) = sandbox.to_agent.take() {
            self.epoll.remove(channel.as_fd());
            self.sources.remove(&sandbox.tokens[2]);
        }
        let (how, cpu_usec) = init.unwrap_or((Ended::Code(0), 0));
        let exit = exit_record(&sandbox, how, cpu_usec);
        let left = init.is_none().then_some(sandbox.init);
        self.leave(left, std::mem::take(&mut sandbox.leaf));
        self.idle_since = Instant::now();
        if let Some((asker, _, _)) = sandbox.order {
            let message = format!("{name} ended meanwhile; see its exited event");
            self.refuse(asker, ErrorBody::new(ErrorCode::UnknownIncarnation, None, message));
        }
        match sandbox.phase {
            Phase::Building { asker, .. } => {
                let body = sandbox.failure.unwrap_or_else(|| {
                    let message = if sandbox.kill_asked {
                        "the sandbox was killed while it was being built; spawn another incarnation"
                    } else {
                        "the sandbox ended while it was being built; raise limits.memory_bytes or limits.pids"
                    };
                    ErrorBody::new(ErrorCode::SpawnFailed, Some("build"), message)
                });
                self.refuse(asker, body);
            }
            Phase::Starting { asker } => {
                let body = sandbox.failure.unwrap_or_else(|| {
                    ErrorBody::new(
                        ErrorCode::ExecFailed,
                        Some("exec"),
                        "the sandbox ended before the program began; spawn another incarnation",
                    )
                });
                self.refuse(asker, body);
            }
            Phase::Held | Phase::Running => self.announce(name, sandbox.agent_pid, exit),
        }
    }

    /// Keeps the exit until it is forgotten, and tells every connection.
    pub(super) fn announce(&mut self, name: &str, pid: Option<i32>, exit: ExitRecord) {
        self.exits += 1;
        self.exited.insert(name.to_string(), (self.exits, pid, exit));
        if self.exited.len() > MAX_EXITED
            && let Some(oldest) =
                self.exited.iter().min_by_key(|(_, (order, _, _))| *order).map(|(n, _)| n.clone())
        {
            self.exited.remove(&oldest);
        }
        let event =
            Event { v: PROTOCOL_VERSION, event: "exited".to_string(), incarnation: name.to_string(), exit };
        let Ok(packet) = serde_json::to_vec(&event) else { return };
        let everyone: Vec<u64> = self.clients.keys().copied().collect();
        for client in everyone {
            self.send(client, packet.clone());
        }
    }
}

fn attributes(said: Scheduled) -> Attributes {
    let Scheduled { policy, flags, runtime, deadline, period } = said;
    Attributes { policy, flags, runtime, deadline, period, ..Attributes::default() }
}

fn exit_record(sandbox: &Sandbox, init: Ended, cpu_usec: u64) -> ExitRecord {
    let mut usage = sandbox.leaf.usage();
    let mut hits = sandbox.leaf.hits();
    usage.cpu_usec.get_or_insert(cpu_usec);
    usage.oom_kills = hits.oom_kills;
    let status = match (sandbox.ended, init) {
        (Some(RawStatus::Code(code)), _) => ExitStatus::Code(code),
        (Some(RawStatus::Signal(signal)), _) | (None, Ended::Signal(signal)) => ExitStatus::Signal(signal),
        (None, Ended::Code(code)) => ExitStatus::Code(code),
    };
    let killed_by_memory =
        usage.oom_kills.is_some_and(|n| n > 0) && status == ExitStatus::Signal(libc::SIGKILL);
    let reason = match status {
        _ if sandbox.ended.is_none() && sandbox.kill_asked => ExitReason::Killed,
        _ if killed_by_memory => ExitReason::Oom,
        ExitStatus::Signal(libc::SIGKILL) if sandbox.kill_asked => ExitReason::Killed,
        ExitStatus::Signal(_) => ExitReason::Signal,
        ExitStatus::Code(_) => ExitReason::Exit,
    };
    hits.deadline_overruns = sandbox.overruns.as_ref().map(|o| o.count);
    hits.file_size = status == ExitStatus::Signal(libc::SIGXFSZ);
    ExitRecord { status, reason, usage, hits }
}
