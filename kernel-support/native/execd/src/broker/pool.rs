//! First processes that are prepared before anybody asks, and what may wait until nobody does.
//!
//! Entering version 1 groups takes a lock behind which the kernel waits for a grace period, milliseconds at times. So
//! each parked process moves itself, those made together share one grace period, and the broker meanwhile keeps away
//! from calls that need the same lock.

use super::{Broker, Phase, Source};
use crate::cgroup::{END_PATIENCE, Leaf};

use agentos_init::protocol::{GO, INIT_CHANNEL, READY, Settings, Step, StepError};
use agentos_sys::process::{self, Cloned};
use agentos_sys::{Errno, event, ids, socket};
use std::os::fd::{AsFd, OwnedFd};
use std::time::{Duration, Instant};

/// How many are kept when nothing was spawned for a while, after a spawn, and when those were not enough.
pub(super) const KEPT_IDLE: usize = 1;
const KEPT_BUSY: usize = 4;
const KEPT_IN_BURST: usize = 8;
const IDLE_AFTER: Duration = Duration::from_secs(3);
/// A pool that is not nearly empty is filled up only when nobody asked and nothing ended for this long: a caller that waits
/// for an end has a better use for the processors.
const LULL: Duration = Duration::from_millis(4);
/// A sandbox held for longer is not about to be started.
const HELD_IS_WAITED_FOR: Duration = Duration::from_millis(20);
/// So many that die one after the other before they are ready are no accident.
const EARLY_DEATHS: u32 = 3;
const PARK_PATIENCE: Duration = Duration::from_secs(5);
const REMOVE_AFTER: Duration = Duration::from_millis(2);
/// Removal does not wait for a quiet moment for ever.
const REMOVE_ANYWAY: Duration = Duration::from_millis(100);

/// A first process that waits for a plan. It runs nothing of any agent and belongs to nobody yet.
pub(super) struct Parked {
    pub init_pid: i32,
    pub init: OwnedFd,
    pub to_init: OwnedFd,
    pub to_agent: OwnedFd,
    pub leaf: Leaf,
    token: u64,
    stage: Stage,
    since: Instant,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// Told nothing yet; it waits before its groups.
    Gated,
    Entering,
    Ready,
}

impl Parked {
    /// Whether it is in its groups and waits for a plan.
    pub fn is_ready(&self) -> bool {
        self.stage == Stage::Ready
    }
}

/// What is left of a sandbox: its groups, and a first process that was killed before it had a plan.
pub(super) struct Leaving {
    init: Option<OwnedFd>,
    leaf: Leaf,
    since: Instant,
}

impl Leaving {
    fn is_gone(&mut self) -> bool {
        if let Some(init) = &self.init {
            if matches!(process::reap_pidfd(init.as_fd()), Ok(None)) {
                return false;
            }
            self.init = None;
        }
        self.leaf.remove()
    }
}

impl Broker {
    /// The best first process there is: one that is ready, or one on its way, or a new one.
    pub(super) fn take_parked(&mut self) -> Step<Parked> {
        if event::has_alarm(self.mounts.as_fd()) {
            self.discard_all();
        }
        self.may_park = true;
        self.early_deaths = 0;
        self.last_spawn = Instant::now();
        self.wanted = self.wanted.max(KEPT_BUSY);
        loop {
            let at = self.parked.iter().position(|p| p.stage == Stage::Ready);
            if at.is_none() {
                self.wanted = KEPT_IN_BURST;
            }
            let Some(found) = self.parked.remove(at.unwrap_or(0)) else { break };
            if !event::is_hung_up(found.to_init.as_fd()) {
                self.let_enter();
                return self.release(found);
            }
            self.discard(found);
        }
        let fresh = self.park()?;
        self.release(fresh)
    }

    fn release(&mut self, mut parked: Parked) -> Step<Parked> {
        self.sources.remove(&parked.token);
        admit_to_groups(&mut parked);
        Ok(parked)
    }

    /// Makes a first process in fresh groups. It does not enter those of version 1 before `let_enter`.
    fn park(&mut self) -> Step<Parked> {
        self.parks += 1;
        let leaf = self.cgroups.create(&format!("s-{}", self.parks))?;
        let token = self.token(Source::Parked);
        match self.clone_into(&leaf, token) {
            Ok((init_pid, init, to_init, to_agent)) => {
                let (stage, since) = (Stage::Gated, Instant::now());
                Ok(Parked { init_pid, init, to_init, to_agent, leaf, token, stage, since })
            }
            Err(error) => {
                self.sources.remove(&token);
                self.leave(None, leaf);
                Err(error)
            }
        }
    }

    fn clone_into(&self, leaf: &Leaf, token: u64) -> Step<(i32, OwnedFd, OwnedFd, OwnedFd)> {
        let failed = |e: Errno| {
            StepError::new("channels", e, "no channel to the sandbox; raise the broker's descriptor limit")
        };
        let (to_init, from_init) = socket::pair().map_err(failed)?;
        let (to_agent, from_agent) = socket::pair().map_err(failed)?;
        socket::want_credentials(to_agent.as_fd()).map_err(failed)?;
        self.epoll.add(to_init.as_fd(), token).map_err(failed)?;
        let group = leaf.open_unified()?;
        let entrances = leaf.open_entrances()?;
        let cloned = process::clone_process(process::FIRST_NAMESPACES, group.as_ref().map(AsFd::as_fd))
            .map_err(|e| {
                self.epoll.remove(to_init.as_fd());
                StepError::new("clone", e, "the kernel refused the namespaces; see `agentos-execd probe`")
            })?;
        match cloned {
            Cloned::Child => become_init(&self.setup.init, &from_init, &from_agent, &entrances),
            Cloned::Parent { pid, pidfd } => {
                self.map_ids(pid)?;
                let settings = Settings { entrances: entrances.len() as i32, ..self.settings.clone() };
                let packet = serde_json::to_vec(&settings).unwrap_or_default();
                // A failure means that it just died; its channel tells.
                let _ = socket::send(to_init.as_fd(), &packet);
                Ok((pid, pidfd, to_init, to_agent))
            }
        }
    }

    /// One user and one group of the host, under the names that the last plan gave them.
    fn map_ids(&self, pid: i32) -> Step<()> {
        let (uid, gid) = self.setup.owner;
        let map = |file: &str, text: String| {
            std::fs::write(format!("/proc/{pid}/{file}"), text).map_err(|e| {
                let message = format!("the {file} of the sandbox could not be written");
                StepError::new(file, Errno::from_io(&e), message)
            })
        };
        map("setgroups", "deny".to_string())?;
        map("gid_map", format!("{} {gid} 1", self.settings.gid))?;
        map("uid_map", format!("{} {uid} 1", self.settings.uid))
    }

    /// Those made since the last time enter their groups, side by side.
    fn let_enter(&mut self) {
        self.parked.iter_mut().for_each(admit_to_groups);
    }

    /// A parked process says that it is ready, or has failed or gone.
    pub(super) fn hear_parked(&mut self, token: u64) {
        let Some(at) = self.parked.iter().position(|p| p.token == token) else { return };
        let mut buffer = [0u8; 4096];
        match socket::receive(self.parked[at].to_init.as_fd(), &mut buffer) {
            Ok(socket::Received::Packet(1)) if buffer[0] == READY => {
                self.parked[at].stage = Stage::Ready;
                self.early_deaths = 0;
            }
            Err(Errno(libc::EAGAIN | libc::EINTR)) => {}
            _ => {
                // One that was ready died by a cause from outside and is replaced. Several that never were would probably
                // fail again; the next spawn finds out.
                if let Some(parked) = self.parked.remove(at) {
                    self.early_deaths += u32::from(parked.stage != Stage::Ready);
                    self.may_park &= self.early_deaths < EARLY_DEATHS;
                    self.discard(parked);
                }
            }
        }
    }

    /// Ends a first process that got no plan. What is left of it goes when the kernel lets it.
    pub(super) fn discard(&mut self, parked: Parked) {
        let Parked { init, to_init, leaf, token, .. } = parked;
        self.sources.remove(&token);
        self.epoll.remove(to_init.as_fd());
        let _ = process::signal_pidfd(init.as_fd(), libc::SIGKILL);
        self.leaving.push(Leaving { init: Some(init), leaf, since: Instant::now() });
    }

    pub(super) fn discard_all(&mut self) {
        while let Some(parked) = self.parked.pop_front() {
            self.discard(parked);
        }
    }

    /// What is left of an ended sandbox goes after its exit was told: its groups, and its init if that still ends.
    pub(super) fn leave(&mut self, init: Option<OwnedFd>, leaf: Leaf) {
        self.leaving.push(Leaving { init, leaf, since: Instant::now() });
    }

    /// Waits until nothing is left; only at the end of the broker.
    pub(super) fn await_leaving(&mut self) {
        let until = Instant::now() + END_PATIENCE;
        for mut left in std::mem::take(&mut self.leaving) {
            if let Some(init) = left.init.take() {
                let _ = process::await_pidfd(init.as_fd());
            }
            while !left.is_gone() && Instant::now() < until {
                std::thread::sleep(Duration::from_millis(2));
            }
        }
    }

    fn is_entering(&self) -> bool {
        self.parked.iter().any(|p| p.stage == Stage::Entering)
    }

    fn nobody_waits(&self) -> bool {
        self.sandboxes.values().all(|s| match s.phase {
            Phase::Building { .. } | Phase::Starting { .. } => false,
            Phase::Held => s.held_since.is_some_and(|t| t.elapsed() > HELD_IS_WAITED_FOR),
            Phase::Running => true,
        })
    }

    /// Whether this is a good moment to prepare for the next sandbox.
    fn should_park(&self) -> bool {
        self.may_park
            && self.stopping.is_none()
            && !self.clients.is_empty()
            && self.parked.len() < self.wanted
            && (self.parked.len() <= self.wanted / 4 || self.last_busy.elapsed() >= LULL)
            && !self.is_entering()
            && self.nobody_waits()
    }

    /// Whether the loop should come back without waiting.
    pub(super) fn has_chores(&self) -> bool {
        self.should_park() || self.parked.iter().any(|p| p.stage == Stage::Gated)
    }

    /// One chore, in a moment when no request and no report is waiting.
    pub(super) fn do_chore(&mut self) {
        if self.should_park() {
            match self.park() {
                Ok(parked) => self.parked.push_back(parked),
                Err(_) => self.may_park = false,
            }
        } else {
            self.let_enter();
        }
    }

    /// The next time at which `tidy` has something to do.
    pub(super) fn tidy_in(&self) -> Option<Duration> {
        let now = Instant::now();
        let mut next = None;
        let mut consider = |at: Instant| next = Some(next.map_or(at, |n: Instant| n.min(at)));
        if !self.leaving.is_empty() {
            consider(now + REMOVE_AFTER);
        }
        for parked in self.parked.iter().filter(|p| p.stage != Stage::Ready) {
            consider(parked.since + PARK_PATIENCE);
        }
        if self.wanted > KEPT_IDLE {
            consider(self.last_spawn + IDLE_AFTER);
        }
        if self.parked.len() < self.wanted {
            if now < self.last_busy + LULL {
                consider(self.last_busy + LULL);
            }
            for held in self.sandboxes.values().filter(|s| matches!(s.phase, Phase::Held)) {
                if let Some(over) = held.held_since.map(|t| t + HELD_IS_WAITED_FOR).filter(|t| *t > now) {
                    consider(over);
                }
            }
        }
        next.map(|at| at.saturating_duration_since(now))
    }

    /// Removes what has ended, gives up what takes too long, and keeps fewer when idle.
    pub(super) fn tidy(&mut self) {
        let now = Instant::now();
        let quiet = self.stopping.is_some() || (self.nobody_waits() && !self.is_entering());
        self.leaving.retain_mut(|left| {
            let age = now.saturating_duration_since(left.since);
            let due = age >= REMOVE_ANYWAY || (quiet && age >= REMOVE_AFTER) || self.stopping.is_some();
            !(due && left.is_gone())
        });
        while let Some(late) = self
            .parked
            .iter()
            .position(|p| p.stage != Stage::Ready && now >= p.since + PARK_PATIENCE)
            .and_then(|at| self.parked.remove(at))
        {
            self.may_park = false;
            self.discard(late);
        }
        if self.wanted > KEPT_IDLE && now >= self.last_spawn + IDLE_AFTER {
            self.wanted = KEPT_IDLE;
            while self.parked.len() > self.wanted
                && let Some(surplus) = self.parked.pop_back()
            {
                self.discard(surplus);
            }
        }
    }
}

/// Runs in a fresh copy of the broker and never returns: puts what init needs where it looks for it, drops everything
/// else, and becomes init. Nothing of the broker's memory comes along.
fn become_init(program: &OwnedFd, to_broker: &OwnedFd, to_agent: &OwnedFd, entrances: &[OwnedFd]) -> ! {
    let lay_out = || -> Result<OwnedFd, Errno> {
        let wanted: Vec<_> = [to_broker, to_agent].into_iter().chain(entrances).collect();
        let end = INIT_CHANNEL + wanted.len() as i32;
        let above = wanted
            .into_iter()
            .map(|fd| process::duplicate_above(fd.as_fd(), end + 1))
            .collect::<Result<Vec<_>, _>>()?;
        let program = process::duplicate_above(program.as_fd(), end + 1)?;
        for (number, fd) in (INIT_CHANNEL..).zip(&above) {
            process::duplicate_to(fd.as_fd(), number)?;
        }
        std::mem::forget(above);
        process::duplicate_to_cloexec(program.as_fd(), end)?;
        process::close_range(end as u32 + 1, u32::MAX)?;
        std::mem::forget(program);
        ids::keep_capabilities_across_exec()?;
        process::take(end)
    };
    if let Ok(program) = lay_out() {
        process::exec_descriptor(program.as_fd(), c"agentos-init");
    }
    process::exit_now(1)
}

fn admit_to_groups(parked: &mut Parked) {
    if parked.stage == Stage::Gated {
        // A failure means that it just died; its channel tells.
        let _ = socket::send(parked.to_init.as_fd(), &[GO]);
        parked.stage = Stage::Entering;
    }
}
