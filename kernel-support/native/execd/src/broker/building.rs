//! From a plan to a first process that builds by itself.

use super::{Asker, Broker, Parked, Phase, Sandbox, Source, error_body};
use crate::readings::Readings;
use agentos_init::protocol::StepError;
use agentos_plan::{Access, ErrorBody, ErrorCode, Mount, Plan};
use agentos_sys::{ids, socket};
use std::os::fd::AsFd;
use std::os::unix::fs::MetadataExt;
use std::time::Instant;

const MAX_SANDBOXES: usize = 2048;
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
        self.wakes.hurry();
        match self.begin(asker, plan, since) {
            Ok(()) => {}
            Err(error) => self.refuse(asker, error_body(ErrorCode::SpawnFailed, error)),
        }
    }

    /// Everything up to the moment when the sandbox's first process builds by itself.
    pub(super) fn begin(&mut self, asker: Asker, plan: Plan, since: Instant) -> Result<(), StepError> {
        let name = plan.incarnation.clone();
        self.learn(&plan);
        let mut parked = self.take_parked()?;
        let tokens = [
            self.token(Source::Init(name.clone())),
            self.token(Source::InitChannel(name.clone())),
            self.token(Source::AgentChannel(name.clone())),
        ];
        if let Err(error) = self.admit(&plan, &mut parked, tokens) {
            for token in tokens {
                self.sources.remove(&token);
            }
            self.discard(parked);
            return Err(error);
        }
        let was_ready = parked.is_ready();
        let Parked { init_pid, init, to_init, to_agent, leaf, .. } = parked;
        // While init builds. One that was not ready may still be on its way into its groups.
        let readings = was_ready.then(|| Readings::take(&leaf, &plan.limits, init_pid));
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
            readings,
            probed: None,
            overruns: None,
            order: None,
            tokens,
        };
        self.sandboxes.insert(name, sandbox);
        Ok(())
    }

    /// Has the next processes parked for plans like this one. Those that have another identity are of no use any more.
    fn learn(&mut self, plan: &Plan) {
        if (self.settings.uid, self.settings.gid) != (plan.uid, plan.gid) {
            self.discard_all();
            (self.settings.uid, self.settings.gid) = (plan.uid, plan.gid);
        }
        let shared = |known: &[Mount]| known.iter().zip(&plan.mounts).take_while(|(a, b)| a == b).count();
        // One plan of another kind must not shorten what the next two alike have in common.
        let possible = plan.mounts.iter().take_while(|m| may_prepare(m)).count();
        let length = self.last_mounts.as_deref().map_or(possible, |last| possible.min(shared(last)));
        if (length, length) != (shared(&self.settings.template), self.settings.template.len()) {
            self.settings.template = plan.mounts[..length].to_vec();
        }
        self.last_mounts = Some(plan.mounts.clone());
    }

    /// Bounds the traffic with every block device below a writable bind. A bind on a file system without one has nothing
    /// to be bounded by; the receipt says so.
    fn limit_io(&self, plan: &Plan, parked: &mut Parked, rate: u64) -> Result<(), StepError> {
        let devices = self.devices(plan);
        if devices.is_empty() {
            return Ok(());
        }
        match self.cgroups.io_group(&parked.leaf)? {
            Some(group) => parked.leaf.set_io(group, &devices, rate, parked.init_pid),
            None => Ok(()),
        }
    }

    fn devices(&self, plan: &Plan) -> Vec<String> {
        let mut all = Vec::new();
        for entry in &plan.mounts {
            let Mount::Bind { source, access: Access::Write, .. } = entry else { continue };
            // Only what the owner could see for itself is looked at.
            if self.setup.privileged {
                ids::set_file_ids(self.setup.owner.0, self.setup.owner.1);
            }
            let seen = std::fs::symlink_metadata(source);
            if self.setup.privileged {
                ids::set_file_ids(0, 0);
            }
            if let Some(device) = seen.ok().and_then(|m| whole_device(m.dev()))
                && !all.contains(&device)
            {
                all.push(device);
            }
        }
        all
    }

    /// Gives the waiting first process its limits and its plan, and begins to watch it.
    pub(super) fn admit(&self, plan: &Plan, parked: &mut Parked, tokens: [u64; 3]) -> Result<(), StepError> {
        parked.leaf.set_limits(&plan.limits)?;
        if let Some(class) = &plan.schedule {
            parked.leaf.set_class(class)?;
        }
        if let Some(rate) = plan.limits.io_bytes_per_second {
            self.limit_io(plan, parked, rate)?;
        }
        let packet = serde_json::to_vec(plan).map_err(|e| StepError {
            step: "plan".to_string(),
            errno: None,
            message: format!("the plan could not be handed on ({e}); report this"),
        })?;
        self.epoll
            .add(parked.init.as_fd(), tokens[0])
            .and_then(|()| self.epoll.change(parked.to_init.as_fd(), tokens[1], false))
            .and_then(|()| self.epoll.add(parked.to_agent.as_fd(), tokens[2]))
            .and_then(|()| socket::send(parked.to_init.as_fd(), &packet))
            .map_err(|e| StepError::new("watch", e, "the sandbox could not be watched; try again"))
    }
}

/// Whether a mount may be made before the plan that asks for it: not one that the agent may write through.
fn may_prepare(entry: &Mount) -> bool {
    !matches!(entry, Mount::Bind { access: Access::Write, .. })
}

/// The disk, as MAJOR:MINOR, that holds a file system; the kernel bounds whole disks only.
fn whole_device(device: u64) -> Option<String> {
    let (major, minor) = (libc::major(device), libc::minor(device));
    let place = format!("/sys/dev/block/{major}:{minor}");
    if std::fs::metadata(format!("{place}/partition")).is_ok() {
        return std::fs::read_to_string(format!("{place}/../dev")).ok().map(|t| t.trim().to_string());
    }
    std::fs::metadata(&place).ok().map(|_| format!("{major}:{minor}"))
}
