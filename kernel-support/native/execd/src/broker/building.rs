//! From a plan to a first process that builds by itself; and the one that is parked ahead of time.

use super::{Asker, Broker, Parked, Phase, Sandbox, Source, error_body};
use crate::cgroup::Leaf;
use crate::init;
use crate::sandbox::StepError;
use crate::sys::process::{self, Cloned};
use crate::sys::{Errno, event, socket};
use agentos_plan::{ErrorBody, ErrorCode, Plan};
use std::fs;
use std::os::fd::{AsFd, OwnedFd};
use std::time::{Duration, Instant};

const MAX_SANDBOXES: usize = 2048;
/// A sandbox held for longer is not about to be started.
pub(super) const HELD_IS_WAITED_FOR: Duration = Duration::from_millis(20);

impl Broker {
    pub(super) fn spawn(&mut self, asker: Asker, plan: Plan) {
        let name = plan.incarnation.clone();
        let refusal = if self.stopping.is_some() {
            Some((ErrorCode::Busy, "the broker is shutting down; start another one".to_string()))
        } else if self.sandboxes.contains_key(&name) || self.exited.contains_key(&name) {
            Some((ErrorCode::Busy, format!("{name} is already known; forget it or use a new incarnation")))
        } else if self.sandboxes.len() >= MAX_SANDBOXES {
            Some((ErrorCode::Busy, format!("{MAX_SANDBOXES} sandboxes are running; end one")))
        } else {
            self.host.lacking().map(|line| {
                (
                    ErrorCode::SpawnFailed,
                    format!(
                        "this host lacks {}, without which no sandbox is built: {}",
                        line.name, line.detail
                    ),
                )
            })
        };
        if let Some((code, message)) = refusal {
            let step = (code == ErrorCode::SpawnFailed).then_some("mechanisms");
            return self.refuse(asker, ErrorBody::new(code, step, message));
        }
        let since = Instant::now();
        match self.begin(asker, plan, since) {
            Ok(()) => {}
            Err(error) => self.refuse(asker, error_body(ErrorCode::SpawnFailed, error)),
        }
    }

    /// Everything up to the moment when the sandbox's first process builds by itself.
    pub(super) fn begin(&mut self, asker: Asker, plan: Plan, since: Instant) -> Result<(), StepError> {
        let name = plan.incarnation.clone();
        self.may_park = true;
        let parked = match self.parked.take().filter(|p| !event::is_hung_up(p.to_init.as_fd())) {
            Some(ready) => ready,
            None => self.park()?,
        };
        let tokens = [
            self.token(Source::Init(name.clone())),
            self.token(Source::InitChannel(name.clone())),
            self.token(Source::AgentChannel(name.clone())),
        ];
        if let Err(error) = self.admit(&plan, &parked, tokens) {
            for token in tokens {
                self.sources.remove(&token);
            }
            self.discard(parked);
            return Err(error);
        }
        let Parked { init_pid, init, to_init, to_agent, leaf } = parked;
        let sandbox = Sandbox {
            phase: Phase::Building { asker, since },
            held_since: None,
            frozen: false,
            kill_asked: false,
            init_pid,
            init,
            agent_pid: None,
            agent: None,
            to_init,
            to_agent: Some(to_agent),
            leaf,
            plan,
            ended: None,
            failure: None,
            order: None,
            tokens,
        };
        self.sandboxes.insert(name, sandbox);
        Ok(())
    }

    /// Makes a first process that waits for a plan, in fresh cgroups.
    pub(super) fn park(&mut self) -> Result<Parked, StepError> {
        self.parks += 1;
        let mut leaf = self.cgroups.create(&format!("s-{}", self.parks))?;
        match self.clone_into(&leaf) {
            Ok((init_pid, init, to_init, to_agent)) => {
                let parked = Parked { init_pid, init, to_init, to_agent, leaf };
                match parked.leaf.enter(init_pid) {
                    Ok(()) => Ok(parked),
                    Err(error) => {
                        self.discard(parked);
                        Err(error)
                    }
                }
            }
            Err(error) => {
                if !leaf.remove() {
                    self.leaving.push(leaf);
                }
                Err(error)
            }
        }
    }

    pub(super) fn discard(&mut self, parked: Parked) {
        let Parked { init, mut leaf, .. } = parked;
        let _ = process::signal_pidfd(init.as_fd(), libc::SIGKILL);
        let _ = process::await_pidfd(init.as_fd());
        if !leaf.remove() {
            self.leaving.push(leaf);
        }
    }

    /// Whether this is a good moment to prepare the next sandbox: somebody is connected and nobody is waiting.
    pub(super) fn should_park(&self) -> bool {
        self.may_park
            && self.parked.is_none()
            && self.stopping.is_none()
            && !self.clients.is_empty()
            && self.sandboxes.values().all(|s| match s.phase {
                Phase::Building { .. } | Phase::Starting { .. } => false,
                Phase::Held => s.held_since.is_some_and(|t| t.elapsed() > HELD_IS_WAITED_FOR),
                Phase::Running => true,
            })
    }

    pub(super) fn clone_into(&self, leaf: &Leaf) -> Result<(i32, OwnedFd, OwnedFd, OwnedFd), StepError> {
        let failed = |e: Errno| {
            StepError::new("channels", e, "no channel to the sandbox; raise the broker's descriptor limit")
        };
        let (to_init, from_init) = socket::pair().map_err(failed)?;
        let (to_agent, from_agent) = socket::pair().map_err(failed)?;
        socket::want_credentials(to_agent.as_fd()).map_err(failed)?;
        let group = leaf.open_unified()?;
        let cloned = process::clone_process(process::PARKED_NAMESPACES, group.as_ref().map(AsFd::as_fd))
            .map_err(|e| {
                StepError::new("clone", e, "the kernel refused the namespaces; see `agentos-execd probe`")
            })?;
        match cloned {
            Cloned::Child => init::main(&self.settings, from_init.as_fd(), from_agent.as_fd()),
            Cloned::Parent { pid, pidfd } => Ok((pid, pidfd, to_init, to_agent)),
        }
    }

    /// Gives the waiting first process its limits, its identity and its plan, and begins to watch it.
    pub(super) fn admit(&self, plan: &Plan, parked: &Parked, tokens: [u64; 3]) -> Result<(), StepError> {
        parked.leaf.set_limits(&plan.limits)?;
        let pid = parked.init_pid;
        let (uid, gid) = self.setup.owner;
        let map = |file: &str, text: String| {
            fs::write(format!("/proc/{pid}/{file}"), text).map_err(|e| {
                StepError::new(
                    file,
                    Errno::from_io(&e),
                    format!("the {file} of the sandbox could not be written"),
                )
            })
        };
        map("setgroups", "deny".to_string())?;
        map("gid_map", format!("{} {gid} 1", plan.gid))?;
        map("uid_map", format!("{} {uid} 1", plan.uid))?;
        let packet = serde_json::to_vec(plan).map_err(|e| StepError {
            step: "plan".to_string(),
            errno: None,
            message: format!("the plan could not be handed on ({e}); report this"),
        })?;
        self.epoll
            .add(parked.init.as_fd(), tokens[0])
            .and_then(|()| self.epoll.add(parked.to_init.as_fd(), tokens[1]))
            .and_then(|()| self.epoll.add(parked.to_agent.as_fd(), tokens[2]))
            .and_then(|()| socket::send(parked.to_init.as_fd(), &packet))
            .map_err(|e| StepError::new("watch", e, "the sandbox could not be watched; try again"))
    }
}
