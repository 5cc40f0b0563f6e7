//! What each operation does.

use super::{Asker, Broker, Phase};
use crate::tree;
use crate::unlinked::{self, Unlinked};
use agentos_init::protocol::{CONTINUE_ALL, START, STOP_ALL};
use agentos_plan::{
    Access, ErrorBody, ErrorCode, Hello, LimitHits, MAX_PACKET_BYTES, Mount, Operation, PROTOCOL_VERSION,
    Request, SandboxStatus, State, parse_request,
};
use agentos_sys::{Errno, process, socket};
use serde_json::{Value, json};
use std::os::fd::AsFd;
use std::time::{Duration, Instant};

const FREEZE_PATIENCE: Duration = Duration::from_millis(50);
const SIGNAL_FREEZE_PATIENCE: Duration = Duration::from_secs(2);

impl Broker {
    pub(super) fn answer(&mut self, client: u64, packet: &[u8]) {
        let Request { id, operation } = match parse_request(packet) {
            Ok(request) => request,
            Err(error) => return self.refuse(Asker { client, id: error.id }, error.body),
        };
        let asker = Asker { client, id };
        self.last_busy = Instant::now();
        match operation {
            Operation::Hello => {
                let hello = json!(self.hello());
                self.reply(asker, hello);
            }
            Operation::Spawn(plan) => self.spawn(asker, *plan),
            Operation::Start(name) => self.start(asker, &name),
            Operation::Kill(name) => self.kill(asker, &name),
            Operation::Term(name) => self.term(asker, &name),
            Operation::Freeze(name) => self.set_frozen(asker, &name, true),
            Operation::Thaw(name) => self.set_frozen(asker, &name, false),
            Operation::Status(name) => self.status(asker, &name),
            Operation::Unlinked(name) => self.unlinked(asker, &name),
            Operation::Forget(name) => self.forget(asker, &name),
            Operation::List => self.list(asker),
            Operation::Stats => self.stats(asker),
            Operation::Shutdown => {
                self.reply(asker, json!({}));
                self.stop();
            }
            Operation::Reserved(name) => {
                let message =
                    format!("{name} is reserved for a later version of this protocol; do without it");
                self.refuse(asker, ErrorBody::new(ErrorCode::Unsupported, Some("op"), message));
            }
        }
    }

    pub(super) fn hello(&self) -> Hello {
        Hello {
            version: env!("CARGO_PKG_VERSION").to_string(),
            protocol: PROTOCOL_VERSION,
            mode: if self.setup.privileged { "privileged" } else { "unprivileged" }.to_string(),
            pid: process::own_pid(),
            capabilities: self.setup.capabilities.clone(),
            mechanisms: self.host.mechanisms.clone(),
        }
    }

    pub(super) fn start(&mut self, asker: Asker, name: &str) {
        let Some(sandbox) = self.sandboxes.get_mut(name) else { return self.unknown(asker, name) };
        let refusal = match sandbox.phase {
            Phase::Held if sandbox.frozen => Some("is frozen; thaw it first"),
            Phase::Held if sandbox.kill_asked => Some("is being killed; spawn another incarnation"),
            Phase::Held => None,
            Phase::Building { .. } => Some("is still being built; wait for the reply to spawn"),
            Phase::Starting { .. } | Phase::Running => Some("has been started already; use kill to end it"),
        };
        if let Some(refusal) = refusal {
            return self.refuse(asker, ErrorBody::new(ErrorCode::Busy, None, format!("{name} {refusal}")));
        }
        self.wakes.hurry();
        let sent =
            sandbox.to_agent.as_ref().map_or(Err(Errno(libc::EPIPE)), |c| socket::send(c.as_fd(), &[START]));
        // A failure means that the held process just died; its exit follows and answers.
        let _ = sent;
        sandbox.phase = Phase::Starting { asker };
    }

    pub(super) fn kill(&mut self, asker: Asker, name: &str) {
        if self.sandboxes.contains_key(name) {
            self.end(name);
            self.reply(asker, json!({}));
        } else if self.exited.contains_key(name) {
            self.reply(asker, json!({}));
        } else {
            self.unknown(asker, name);
        }
    }

    /// Sends SIGKILL to init, with which its pid namespace ends.
    pub(super) fn end(&mut self, name: &str) {
        if let Some(sandbox) = self.sandboxes.get_mut(name) {
            sandbox.kill_asked = true;
            let _ = process::signal_pidfd(sandbox.init.as_fd(), libc::SIGKILL);
            sandbox.leaf.kill();
        }
    }

    pub(super) fn term(&mut self, asker: Asker, name: &str) {
        let Some(sandbox) = self.sandboxes.get(name) else {
            if self.exited.contains_key(name) {
                return self.reply(asker, json!({}));
            }
            return self.unknown(asker, name);
        };
        match &sandbox.agent {
            Some(agent) => {
                let _ = process::signal_pidfd(agent.as_fd(), libc::SIGTERM);
                self.reply(asker, json!({}));
            }
            None => {
                let message = format!("{name} is still being built; wait for the reply to spawn");
                self.refuse(asker, ErrorBody::new(ErrorCode::Busy, None, message));
            }
        }
    }

    pub(super) fn set_frozen(&mut self, asker: Asker, name: &str, frozen: bool) {
        let Some(sandbox) = self.sandboxes.get_mut(name) else { return self.unknown(asker, name) };
        if matches!(sandbox.phase, Phase::Building { .. }) || sandbox.kill_asked || sandbox.order.is_some() {
            let message = format!("{name} is being built, ended or frozen by another request; try again");
            return self.refuse(asker, ErrorBody::new(ErrorCode::Busy, None, message));
        }
        match sandbox.leaf.set_frozen(frozen, FREEZE_PATIENCE) {
            Some(Ok(how)) => {
                sandbox.frozen = frozen;
                self.reply(asker, json!({ "how": how }));
            }
            Some(Err(e)) => {
                if frozen {
                    let _ = sandbox.leaf.set_frozen(false, Duration::ZERO);
                }
                let mut body = ErrorBody::new(
                    ErrorCode::FreezeFailed,
                    Some("freeze"),
                    format!("{name} did not change within 50 ms and was left running; try again"),
                );
                body.errno = Some(e.name());
                self.refuse(asker, body);
            }
            None => {
                let order = if frozen { STOP_ALL } else { CONTINUE_ALL };
                let _ = socket::send(sandbox.to_init.as_fd(), &[order]);
                sandbox.order = Some((asker, frozen, Instant::now() + SIGNAL_FREEZE_PATIENCE));
            }
        }
    }

    pub(super) fn status(&mut self, asker: Asker, name: &str) {
        match self.describe(name) {
            Some(status) => self.reply(asker, json!(status)),
            None => self.unknown(asker, name),
        }
    }

    pub(super) fn describe(&self, name: &str) -> Option<SandboxStatus> {
        if let Some((_, pid, exit)) = self.exited.get(name) {
            return Some(SandboxStatus {
                incarnation: name.to_string(),
                state: State::Exited,
                pid: *pid,
                cpu_usec: exit.usage.cpu_usec,
                memory_bytes: None,
                pids: Some(0),
                hits: exit.hits,
                exit: Some(*exit),
            });
        }
        let sandbox = self.sandboxes.get(name)?;
        let mut now = sandbox.leaf.current();
        if now.cpu_usec.is_none() || now.memory_bytes.is_none() || now.pids.is_none() {
            let seen = tree::measure(sandbox.init_pid);
            now.cpu_usec = now.cpu_usec.or(seen.cpu_usec);
            now.memory_bytes = now.memory_bytes.or(seen.memory_bytes);
            now.pids = now.pids.or(seen.pids);
        }
        Some(SandboxStatus {
            incarnation: name.to_string(),
            state: match sandbox.phase {
                _ if sandbox.frozen => State::Frozen,
                Phase::Building { .. } => State::Building,
                Phase::Held | Phase::Starting { .. } => State::Held,
                Phase::Running => State::Running,
            },
            pid: sandbox.agent_pid,
            cpu_usec: now.cpu_usec,
            memory_bytes: now.memory_bytes,
            pids: now.pids,
            hits: LimitHits {
                deadline_overruns: sandbox.overruns.as_ref().map(|o| o.count),
                ..sandbox.leaf.hits()
            },
            exit: None,
        })
    }

    /// What only its processes still hold of the host's disks. An ended sandbox holds nothing.
    pub(super) fn unlinked(&mut self, asker: Asker, name: &str) {
        let Some(sandbox) = self.sandboxes.get(name) else {
            if self.exited.contains_key(name) {
                return self.reply(asker, json!(Unlinked::default()));
            }
            return self.unknown(asker, name);
        };
        let folders: Vec<&str> = sandbox
            .plan
            .mounts
            .iter()
            .filter_map(|entry| match entry {
                Mount::Bind { source, access: Access::Write, .. } => Some(source.as_str()),
                _ => None,
            })
            .collect();
        let owner = self.setup.privileged.then_some(self.setup.owner);
        let found = match sandbox.phase {
            Phase::Running => unlinked::measure(sandbox.init_pid, owner, &folders),
            _ => Unlinked::default(),
        };
        self.reply(asker, json!(found));
    }

    pub(super) fn names(&self) -> Vec<String> {
        self.sandboxes.keys().chain(self.exited.keys()).cloned().collect()
    }

    /// All sandboxes that fit one packet, the living ones first.
    pub(super) fn list(&mut self, asker: Asker) {
        let (sandboxes, truncated) = self.collect(|status| json!(status));
        self.reply(asker, json!({ "sandboxes": sandboxes, "truncated": truncated }));
    }

    pub(super) fn stats(&mut self, asker: Asker) {
        let (rows, truncated) =
            self.collect(|s| json!([s.incarnation, s.state, s.cpu_usec, s.memory_bytes, s.pids]));
        self.reply(asker, json!({ "rows": rows, "truncated": truncated }));
    }

    pub(super) fn collect(&self, shape: impl Fn(&SandboxStatus) -> Value) -> (Vec<Value>, bool) {
        const ROOM: usize = MAX_PACKET_BYTES - 256;
        let mut used = 0;
        let mut all = Vec::new();
        for name in self.names() {
            let Some(status) = self.describe(&name) else { continue };
            let row = shape(&status);
            used += row.to_string().len() + 1;
            if used > ROOM {
                return (all, true);
            }
            all.push(row);
        }
        (all, false)
    }

    pub(super) fn forget(&mut self, asker: Asker, name: &str) {
        if self.exited.remove(name).is_some() {
            self.reply(asker, json!({}));
        } else if self.sandboxes.contains_key(name) {
            let message = format!("{name} has not ended; kill it and wait for its exited event");
            self.refuse(asker, ErrorBody::new(ErrorCode::Busy, None, message));
        } else {
            self.unknown(asker, name);
        }
    }

    pub(super) fn unknown(&mut self, asker: Asker, name: &str) {
        let message = format!("no sandbox is called {name}; ask for the list");
        self.refuse(asker, ErrorBody::new(ErrorCode::UnknownIncarnation, Some("incarnation"), message));
    }
}
