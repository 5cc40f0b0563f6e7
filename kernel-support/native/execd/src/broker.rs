//! The broker's loop: connections, requests, sandboxes, exits. One thread; nothing in it waits for a client.

mod building;
mod clients;
mod pool;
mod reports;
mod requests;
mod wakes;

use crate::cgroup::{Cgroups, Leaf};
use crate::host::Host;
use crate::overruns::Overruns;
use crate::readings::Readings;
use agentos_init::protocol::{Probe, RawStatus, Settings, StepError};
use agentos_plan::{ErrorBody, ErrorCode, ExitRecord, MAX_PACKET_BYTES, Mount, Plan};
use agentos_sys::event::{Epoll, Ready};
use agentos_sys::{Errno, event, process};
use pool::{KEPT_IDLE, Leaving, Parked};
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::fs;
use std::os::fd::{AsFd, OwnedFd};
use std::time::{Duration, Instant};
use wakes::Wakes;

/// Blocked from the start of the program on, and read from a descriptor.
pub const STOP_SIGNALS: &[i32] = &[libc::SIGTERM, libc::SIGINT];

const LISTENER: u64 = 0;
const SIGNALS: u64 = 1;
const MOUNTS: u64 = 2;
const FIRST_TOKEN: u64 = 16;

const BUILD_PATIENCE: Duration = Duration::from_secs(10);
const SHUTDOWN_PATIENCE: Duration = Duration::from_secs(10);

/// What the broker was started with.
pub struct Setup {
    pub owner: (u32, u32),
    pub privileged: bool,
    pub capabilities: Vec<String>,
    pub idle_exit: Option<Duration>,
    pub default_open_files: (u64, u64),
    /// The program that becomes process 1 of every sandbox, opened once.
    pub init: OwnedFd,
}

/// Where an answer has to go.
#[derive(Clone, Copy)]
struct Asker {
    client: u64,
    id: u64,
}

enum Phase {
    Building { asker: Asker, since: Instant },
    Held,
    Starting { asker: Asker },
    Running,
}

struct Sandbox {
    phase: Phase,
    held_since: Option<Instant>,
    frozen: bool,
    kill_asked: bool,
    init_pid: i32,
    init: OwnedFd,
    agent_pid: Option<i32>,
    agent: Option<OwnedFd>,
    to_init: OwnedFd,
    to_agent: Option<OwnedFd>,
    leaf: Leaf,
    plan: Plan,
    ended: Option<RawStatus>,
    failure: Option<ErrorBody>,
    /// What the groups say since init is in them; nothing of the agent has run by then.
    readings: Option<Readings>,
    /// What the probes said, until the agent has told how it is scheduled.
    probed: Option<Vec<Probe>>,
    /// Counted for HRT only.
    overruns: Option<Overruns>,
    /// A freeze or thaw that init is carrying out: who asked, for what, until when.
    order: Option<(Asker, bool, Instant)>,
    tokens: [u64; 3],
}

struct Client {
    fd: OwnedFd,
    queue: VecDeque<Vec<u8>>,
    queued_bytes: usize,
}

enum Source {
    Client,
    Parked,
    Init(String),
    InitChannel(String),
    AgentChannel(String),
}

pub struct Broker {
    setup: Setup,
    host: Host,
    /// What parked processes are made with; the ids and the mounts are those of the last plans.
    settings: Settings,
    /// The mounts of the last plan.
    last_mounts: Option<Vec<Mount>>,
    buffer: Vec<u8>,
    cgroups: Cgroups,
    epoll: Epoll,
    listener: OwnedFd,
    signals: OwnedFd,
    /// The table of mounts of this host. Parked processes have a copy from the time when they were made.
    mounts: OwnedFd,
    sources: HashMap<u64, Source>,
    next_token: u64,
    clients: BTreeMap<u64, Client>,
    sandboxes: BTreeMap<String, Sandbox>,
    parked: VecDeque<Parked>,
    /// How many are to be parked.
    wanted: usize,
    last_spawn: Instant,
    /// When somebody last asked for something, or something ended.
    last_busy: Instant,
    wakes: Wakes,
    /// Cleared when parking failed, until the next spawn shows whether it works again.
    may_park: bool,
    /// How many parked processes died before they were ready, since the last that became so.
    early_deaths: u32,
    parks: u64,
    exited: BTreeMap<String, (u64, Option<i32>, ExitRecord)>,
    exits: u64,
    leaving: Vec<Leaving>,
    stopping: Option<Instant>,
    idle_since: Instant,
}

impl Broker {
    pub fn new(setup: Setup, host: Host, cgroups: Cgroups, listener: OwnedFd) -> Result<Self, Errno> {
        let signals = process::signal_fd(STOP_SIGNALS)?;
        let epoll = Epoll::new()?;
        epoll.add(listener.as_fd(), LISTENER)?;
        epoll.add(signals.as_fd(), SIGNALS)?;
        let settings = Settings {
            landlock_abi: host.landlock_abi,
            pids_by_rlimit: host.pids_by_rlimit,
            default_open_files: setup.default_open_files,
            uid: 1000,
            gid: 1000,
            template: Vec::new(),
            entrances: 0,
        };
        let mounts = fs::File::open("/proc/self/mountinfo").map_err(|e| Errno::from_io(&e))?.into();
        epoll.add_alarms(AsFd::as_fd(&mounts), MOUNTS)?;
        Ok(Broker {
            setup,
            host,
            settings,
            last_mounts: None,
            buffer: vec![0; MAX_PACKET_BYTES],
            cgroups,
            epoll,
            listener,
            signals,
            mounts,
            sources: HashMap::new(),
            next_token: FIRST_TOKEN,
            clients: BTreeMap::new(),
            sandboxes: BTreeMap::new(),
            parked: VecDeque::new(),
            wanted: KEPT_IDLE,
            last_spawn: Instant::now(),
            last_busy: Instant::now(),
            wakes: Wakes::open(),
            may_park: true,
            early_deaths: 0,
            parks: 0,
            exited: BTreeMap::new(),
            exits: 0,
            leaving: Vec::new(),
            stopping: None,
            idle_since: Instant::now(),
        })
    }

    /// Serves until told to stop or idle for long enough. Everything is gone when it returns.
    pub fn run(mut self) -> Result<(), Errno> {
        loop {
            let ready = self.epoll.wait(self.patience())?;
            if ready.is_empty() && self.has_chores() {
                self.do_chore();
            }
            for one in ready {
                self.dispatch(one);
            }
            self.tend();
            if self.is_finished() {
                break;
            }
        }
        self.discard_all();
        self.await_leaving();
        self.cgroups.tear_down();
        Ok(())
    }

    fn dispatch(&mut self, ready: Ready) {
        match ready.token {
            LISTENER => self.accept(),
            SIGNALS => {
                if !event::read_signals(self.signals.as_fd()).is_empty() {
                    self.stop();
                }
            }
            MOUNTS => self.discard_all(),
            token => match self.sources.get(&token) {
                Some(Source::Client) => self.serve(token, ready),
                Some(Source::Parked) => self.hear_parked(token),
                Some(Source::Init(name)) => self.init_ended(&name.clone()),
                Some(Source::InitChannel(name)) => self.hear_init(&name.clone()),
                Some(Source::AgentChannel(name)) => self.hear_agent(&name.clone()),
                None => {}
            },
        }
    }

    /// Milliseconds until something has to be done without being asked; -1 for never.
    fn patience(&self) -> i32 {
        if self.has_chores() {
            return 0;
        }
        let mut next: Option<Duration> = None;
        let mut consider = |d: Duration| next = Some(next.map_or(d, |n| n.min(d)));
        if let Some(soon) = self.tidy_in() {
            consider(soon);
        }
        if let Some(due) = self.wakes.due() {
            consider(due.saturating_duration_since(Instant::now()));
        }
        if self.stopping.is_some() {
            consider(Duration::from_millis(50));
        }
        for sandbox in self.sandboxes.values() {
            if let Phase::Building { since, .. } = sandbox.phase {
                consider((since + BUILD_PATIENCE).saturating_duration_since(Instant::now()));
            }
            if let (Some(overruns), Phase::Running) = (&sandbox.overruns, &sandbox.phase) {
                consider(overruns.due().saturating_duration_since(Instant::now()));
            }
            if let Some((_, _, until)) = sandbox.order {
                consider(until.saturating_duration_since(Instant::now()));
            }
        }
        if let (Some(idle), true) = (self.setup.idle_exit, self.is_idle()) {
            consider((self.idle_since + idle).saturating_duration_since(Instant::now()));
        }
        next.map_or(-1, |d| d.as_millis() as i32 + 1)
    }

    fn is_idle(&self) -> bool {
        self.clients.is_empty() && self.sandboxes.is_empty()
    }

    fn is_finished(&self) -> bool {
        if let Some(since) = self.stopping {
            let empty = self.sandboxes.is_empty() && self.leaving.is_empty();
            return empty || since.elapsed() > SHUTDOWN_PATIENCE;
        }
        self.setup.idle_exit.is_some_and(|idle| {
            self.is_idle() && self.leaving.is_empty() && self.idle_since.elapsed() >= idle
        })
    }

    /// Work that time brings: late removals, builds and orders that took too long.
    fn tend(&mut self) {
        self.tidy();
        if !self.is_idle() {
            self.idle_since = Instant::now();
        }
        let now = Instant::now();
        self.wakes.rest(now);
        let mut late_builds = Vec::new();
        let mut late_orders = Vec::new();
        for (name, sandbox) in &mut self.sandboxes {
            if let Phase::Building { since, .. } = sandbox.phase
                && now >= since + BUILD_PATIENCE
                && sandbox.failure.is_none()
            {
                late_builds.push(name.clone());
            }
            if let (Some(overruns), Phase::Running, Some(pid)) =
                (&mut sandbox.overruns, &sandbox.phase, sandbox.agent_pid)
                && now >= overruns.due()
            {
                overruns.look(pid);
            }
            if sandbox.order.is_some_and(|(_, _, until)| now >= until)
                && let Some((asker, _, _)) = sandbox.order.take()
            {
                late_orders.push(asker);
            }
        }
        for name in late_builds {
            self.abandon(
                &name,
                StepError {
                    step: "timeout".to_string(),
                    errno: Some(libc::ETIMEDOUT),
                    message:
                        "the sandbox was not built in 10 s; look for a source on a file system that hangs"
                            .to_string(),
                },
            );
        }
        for asker in late_orders {
            let message = "the sandbox's init did not answer in 2 s; kill the sandbox";
            self.refuse(asker, ErrorBody::new(ErrorCode::FreezeFailed, Some("freeze"), message));
        }
    }

    fn stop(&mut self) {
        if self.stopping.is_some() {
            return;
        }
        self.stopping = Some(Instant::now());
        self.discard_all();
        let names: Vec<String> = self.sandboxes.keys().cloned().collect();
        for name in names {
            self.end(&name);
        }
    }
}

fn error_body(code: ErrorCode, error: StepError) -> ErrorBody {
    ErrorBody {
        code,
        step: Some(error.step),
        errno: error.errno.map(|e| Errno(e).name()),
        message: error.message,
    }
}
