//! The broker's loop: connections, requests, sandboxes, exits. One thread; nothing in it waits for a client.

use crate::cgroup::{Cgroups, Leaf};
use crate::host::{self, Host};
use crate::init;
use crate::receipt;
use crate::sandbox::{
    CONTINUE_ALL, CONTINUED_ALL, RawStatus, Report, START, STOP_ALL, STOPPED_ALL, Settings, StepError,
};
use crate::sys::event::{Epoll, Ready};
use crate::sys::process::{self, Cloned, Ended};
use crate::sys::socket::{self, Received};
use crate::sys::{Errno, event};
use crate::tree;
use agentos_plan::{
    ErrorBody, ErrorCode, Event, ExitReason, ExitRecord, ExitStatus, Hello, MAX_PACKET_BYTES, Operation,
    Outcome, PROTOCOL_VERSION, Plan, Reply, Request, SandboxStatus, SpawnReply, State, parse_request,
};
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::fs;
use std::os::fd::{AsFd, OwnedFd};
use std::time::{Duration, Instant};

/// Blocked from the start of the program on, and read from a descriptor.
pub const STOP_SIGNALS: &[i32] = &[libc::SIGTERM, libc::SIGINT];

const LISTENER: u64 = 0;
const SIGNALS: u64 = 1;
const FIRST_TOKEN: u64 = 16;

const MAX_CLIENTS: usize = 32;
const MAX_SANDBOXES: usize = 2048;
const MAX_EXITED: usize = 8192;
const MAX_QUEUED_BYTES: usize = 1 << 20;
const BUILD_PATIENCE: Duration = Duration::from_secs(10);
const FREEZE_PATIENCE: Duration = Duration::from_millis(50);
const SIGNAL_FREEZE_PATIENCE: Duration = Duration::from_secs(2);
/// A sandbox held for longer is not about to be started.
const HELD_IS_WAITED_FOR: Duration = Duration::from_millis(20);
const REMOVE_RETRY: Duration = Duration::from_millis(3);
const SHUTDOWN_PATIENCE: Duration = Duration::from_secs(10);

/// What the broker was started with.
pub struct Setup {
    pub owner: (u32, u32),
    pub privileged: bool,
    pub capabilities: Vec<String>,
    pub idle_exit: Option<Duration>,
    pub default_open_files: (u64, u64),
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

/// A first process that waits for a plan. It runs nothing of any agent and belongs to nobody yet.
struct Parked {
    init_pid: i32,
    init: OwnedFd,
    to_init: OwnedFd,
    to_agent: OwnedFd,
    leaf: Leaf,
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
    Init(String),
    InitChannel(String),
    AgentChannel(String),
}

pub struct Broker {
    setup: Setup,
    host: Host,
    settings: Settings,
    cgroups: Cgroups,
    epoll: Epoll,
    listener: OwnedFd,
    signals: OwnedFd,
    sources: HashMap<u64, Source>,
    next_token: u64,
    clients: BTreeMap<u64, Client>,
    sandboxes: BTreeMap<String, Sandbox>,
    parked: Option<Parked>,
    /// Cleared when parking failed, until the next spawn shows whether it works again.
    may_park: bool,
    parks: u64,
    exited: BTreeMap<String, (u64, Option<i32>, ExitRecord)>,
    exits: u64,
    leaving: Vec<Leaf>,
    stopping: Option<Instant>,
    idle_since: Instant,
}

impl Broker {
    pub fn new(setup: Setup, host: Host, cgroups: Cgroups, listener: OwnedFd) -> Result<Self, Errno> {
        let signals = process::signal_fd(STOP_SIGNALS)?;
        let epoll = Epoll::new()?;
        epoll.add(listener.as_fd(), LISTENER)?;
        epoll.add(signals.as_fd(), SIGNALS)?;
        let settings = Settings::new(host.landlock_abi, host.pids_by_rlimit, setup.default_open_files);
        Ok(Broker {
            setup,
            host,
            settings,
            cgroups,
            epoll,
            listener,
            signals,
            sources: HashMap::new(),
            next_token: FIRST_TOKEN,
            clients: BTreeMap::new(),
            sandboxes: BTreeMap::new(),
            parked: None,
            may_park: true,
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
            if ready.is_empty() && self.should_park() {
                match self.park() {
                    Ok(parked) => self.parked = Some(parked),
                    Err(_) => self.may_park = false,
                }
            }
            for one in ready {
                self.dispatch(one);
            }
            self.tend();
            if self.is_finished() {
                break;
            }
        }
        if let Some(parked) = self.parked.take() {
            self.discard(parked);
        }
        for mut leaf in self.leaving {
            leaf.remove();
        }
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
            token => match self.sources.get(&token) {
                Some(Source::Client) => self.serve(token, ready),
                Some(Source::Init(name)) => self.init_ended(&name.clone()),
                Some(Source::InitChannel(name)) => self.hear_init(&name.clone()),
                Some(Source::AgentChannel(name)) => self.hear_agent(&name.clone()),
                None => {}
            },
        }
    }

    /// Milliseconds until something has to be done without being asked; -1 for never.
    fn patience(&self) -> i32 {
        if self.should_park() {
            return 0;
        }
        let mut next: Option<Duration> = None;
        let mut consider = |d: Duration| next = Some(next.map_or(d, |n| n.min(d)));
        if !self.leaving.is_empty() {
            consider(REMOVE_RETRY);
        }
        if self.stopping.is_some() {
            consider(Duration::from_millis(50));
        }
        for sandbox in self.sandboxes.values() {
            if let Phase::Building { since, .. } = sandbox.phase {
                consider((since + BUILD_PATIENCE).saturating_duration_since(Instant::now()));
            }
            if let (Some(since), Phase::Held, None) = (sandbox.held_since, &sandbox.phase, &self.parked)
                && since.elapsed() <= HELD_IS_WAITED_FOR
            {
                consider((since + HELD_IS_WAITED_FOR).saturating_duration_since(Instant::now()));
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
        self.leaving.retain_mut(|leaf| !leaf.remove());
        if !self.is_idle() {
            self.idle_since = Instant::now();
        }
        let now = Instant::now();
        let mut late_builds = Vec::new();
        let mut late_orders = Vec::new();
        for (name, sandbox) in &mut self.sandboxes {
            if let Phase::Building { since, .. } = sandbox.phase
                && now >= since + BUILD_PATIENCE
                && sandbox.failure.is_none()
            {
                late_builds.push(name.clone());
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

    // Connections.

    fn accept(&mut self) {
        let Ok(fd) = socket::accept(self.listener.as_fd()) else { return };
        let allowed = matches!(socket::peer(fd.as_fd()), Ok((uid, _)) if uid == self.setup.owner.0);
        if !allowed || self.clients.len() >= MAX_CLIENTS || self.stopping.is_some() {
            return;
        }
        let token = self.token(Source::Client);
        if self.epoll.add(fd.as_fd(), token).is_ok() {
            self.clients.insert(token, Client { fd, queue: VecDeque::new(), queued_bytes: 0 });
        } else {
            self.sources.remove(&token);
        }
    }

    fn token(&mut self, source: Source) -> u64 {
        let token = self.next_token;
        self.next_token += 1;
        self.sources.insert(token, source);
        token
    }

    fn serve(&mut self, client: u64, ready: Ready) {
        if ready.writable {
            self.flush(client);
        }
        if !ready.readable {
            if ready.hung_up {
                self.disconnect(client);
            }
            return;
        }
        let mut buffer = vec![0u8; MAX_PACKET_BYTES];
        let Some(connection) = self.clients.get(&client) else { return };
        match socket::receive(connection.fd.as_fd(), &mut buffer) {
            Ok(Received::Packet(length)) => self.answer(client, &buffer[..length]),
            Ok(Received::TooLong(length)) => {
                let message = format!("packet: is {length} bytes; make it at most {MAX_PACKET_BYTES}");
                let body = ErrorBody::new(ErrorCode::RequestInvalid, Some("packet"), message);
                self.refuse(Asker { client, id: 0 }, body);
            }
            Err(Errno(libc::EAGAIN | libc::EINTR)) => {}
            Ok(Received::Closed) | Err(_) => self.disconnect(client),
        }
    }

    fn disconnect(&mut self, client: u64) {
        if let Some(connection) = self.clients.remove(&client) {
            self.epoll.remove(connection.fd.as_fd());
            self.sources.remove(&client);
            self.idle_since = Instant::now();
        }
    }

    /// Sends or queues one packet. A client that lets too much pile up is dropped.
    fn send(&mut self, client: u64, packet: Vec<u8>) {
        let Some(connection) = self.clients.get_mut(&client) else { return };
        if connection.queue.is_empty() {
            match socket::send(connection.fd.as_fd(), &packet) {
                Ok(()) => return,
                Err(Errno(libc::EAGAIN | libc::EINTR)) => {}
                Err(_) => return self.disconnect(client),
            }
        }
        connection.queued_bytes += packet.len();
        connection.queue.push_back(packet);
        let too_much = connection.queued_bytes > MAX_QUEUED_BYTES;
        if too_much || self.epoll.change(connection.fd.as_fd(), client, true).is_err() {
            self.disconnect(client);
        }
    }

    fn flush(&mut self, client: u64) {
        let Some(connection) = self.clients.get_mut(&client) else { return };
        while let Some(packet) = connection.queue.front() {
            match socket::send(connection.fd.as_fd(), packet) {
                Ok(()) => {
                    connection.queued_bytes -= packet.len();
                    connection.queue.pop_front();
                }
                Err(Errno(libc::EAGAIN | libc::EINTR)) => return,
                Err(_) => return self.disconnect(client),
            }
        }
        let _ = self.epoll.change(connection.fd.as_fd(), client, false);
    }

    fn reply(&mut self, asker: Asker, value: Value) {
        self.send_outcome(asker, Outcome::Ok(value));
    }

    fn refuse(&mut self, asker: Asker, body: ErrorBody) {
        self.send_outcome(asker, Outcome::Err(body));
    }

    fn send_outcome(&mut self, asker: Asker, outcome: Outcome) {
        let reply = Reply { v: PROTOCOL_VERSION, id: asker.id, outcome };
        if let Ok(packet) = serde_json::to_vec(&reply) {
            self.send(asker.client, packet);
        }
    }

    // Requests.

    fn answer(&mut self, client: u64, packet: &[u8]) {
        let Request { id, operation } = match parse_request(packet) {
            Ok(request) => request,
            Err(error) => return self.refuse(Asker { client, id: error.id }, error.body),
        };
        let asker = Asker { client, id };
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

    fn hello(&self) -> Hello {
        Hello {
            version: env!("CARGO_PKG_VERSION").to_string(),
            protocol: PROTOCOL_VERSION,
            mode: if self.setup.privileged { "privileged" } else { "unprivileged" }.to_string(),
            pid: process::own_pid(),
            capabilities: self.setup.capabilities.clone(),
            mechanisms: self.host.mechanisms.clone(),
        }
    }

    fn spawn(&mut self, asker: Asker, plan: Plan) {
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
    fn begin(&mut self, asker: Asker, plan: Plan, since: Instant) -> Result<(), StepError> {
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
    fn park(&mut self) -> Result<Parked, StepError> {
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

    fn discard(&mut self, parked: Parked) {
        let Parked { init, mut leaf, .. } = parked;
        let _ = process::signal_pidfd(init.as_fd(), libc::SIGKILL);
        let _ = process::await_pidfd(init.as_fd());
        if !leaf.remove() {
            self.leaving.push(leaf);
        }
    }

    /// Whether this is a good moment to prepare the next sandbox: somebody is connected and nobody is waiting.
    fn should_park(&self) -> bool {
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

    fn clone_into(&self, leaf: &Leaf) -> Result<(i32, OwnedFd, OwnedFd, OwnedFd), StepError> {
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
    fn admit(&self, plan: &Plan, parked: &Parked, tokens: [u64; 3]) -> Result<(), StepError> {
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

    fn start(&mut self, asker: Asker, name: &str) {
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
        let sent =
            sandbox.to_agent.as_ref().map_or(Err(Errno(libc::EPIPE)), |c| socket::send(c.as_fd(), &[START]));
        // A failure means that the held process just died; its exit follows and answers.
        let _ = sent;
        sandbox.phase = Phase::Starting { asker };
    }

    fn kill(&mut self, asker: Asker, name: &str) {
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
    fn end(&mut self, name: &str) {
        if let Some(sandbox) = self.sandboxes.get_mut(name) {
            sandbox.kill_asked = true;
            let _ = process::signal_pidfd(sandbox.init.as_fd(), libc::SIGKILL);
            sandbox.leaf.kill();
        }
    }

    fn term(&mut self, asker: Asker, name: &str) {
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

    fn set_frozen(&mut self, asker: Asker, name: &str, frozen: bool) {
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

    fn status(&mut self, asker: Asker, name: &str) {
        match self.describe(name) {
            Some(status) => self.reply(asker, json!(status)),
            None => self.unknown(asker, name),
        }
    }

    fn describe(&self, name: &str) -> Option<SandboxStatus> {
        if let Some((_, pid, exit)) = self.exited.get(name) {
            return Some(SandboxStatus {
                incarnation: name.to_string(),
                state: State::Exited,
                pid: *pid,
                cpu_usec: exit.usage.cpu_usec,
                memory_bytes: None,
                pids: Some(0),
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
            exit: None,
        })
    }

    fn names(&self) -> Vec<String> {
        self.sandboxes.keys().chain(self.exited.keys()).cloned().collect()
    }

    /// All sandboxes that fit one packet, the living ones first.
    fn list(&mut self, asker: Asker) {
        let (sandboxes, truncated) = self.collect(|status| json!(status));
        self.reply(asker, json!({ "sandboxes": sandboxes, "truncated": truncated }));
    }

    fn stats(&mut self, asker: Asker) {
        let (rows, truncated) =
            self.collect(|s| json!([s.incarnation, s.state, s.cpu_usec, s.memory_bytes, s.pids]));
        self.reply(asker, json!({ "rows": rows, "truncated": truncated }));
    }

    fn collect(&self, shape: impl Fn(&SandboxStatus) -> Value) -> (Vec<Value>, bool) {
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

    fn forget(&mut self, asker: Asker, name: &str) {
        if self.exited.remove(name).is_some() {
            self.reply(asker, json!({}));
        } else if self.sandboxes.contains_key(name) {
            let message = format!("{name} has not ended; kill it and wait for its exited event");
            self.refuse(asker, ErrorBody::new(ErrorCode::Busy, None, message));
        } else {
            self.unknown(asker, name);
        }
    }

    fn unknown(&mut self, asker: Asker, name: &str) {
        let message = format!("no sandbox is called {name}; ask for the list");
        self.refuse(asker, ErrorBody::new(ErrorCode::UnknownIncarnation, Some("incarnation"), message));
    }

    fn stop(&mut self) {
        if self.stopping.is_some() {
            return;
        }
        self.stopping = Some(Instant::now());
        if let Some(parked) = self.parked.take() {
            self.discard(parked);
        }
        let names: Vec<String> = self.sandboxes.keys().cloned().collect();
        for name in names {
            self.end(&name);
        }
    }

    // What sandboxes say.

    fn hear_agent(&mut self, name: &str) {
        let mut buffer = vec![0u8; MAX_PACKET_BYTES];
        loop {
            let Some(sandbox) = self.sandboxes.get_mut(name) else { return };
            let Some(channel) = &sandbox.to_agent else { return };
            match socket::receive_with_sender(channel.as_fd(), &mut buffer) {
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
    fn agent_channel_closed(&mut self, name: &str) {
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

    fn hear_init(&mut self, name: &str) {
        let mut buffer = vec![0u8; 65_536];
        loop {
            let Some(sandbox) = self.sandboxes.get_mut(name) else { return };
            match socket::receive(sandbox.to_init.as_fd(), &mut buffer) {
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

    fn take_report(&mut self, name: &str, report: Report, sender: Option<i32>) {
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
            Report::Ended(status) => sandbox.ended = Some(status),
            Report::Held { probes } => {
                let Phase::Building { asker, since } = sandbox.phase else { return };
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
                match receipt::write(
                    &self.host,
                    &sandbox.plan,
                    &sandbox.leaf,
                    sandbox.init_pid,
                    &probes,
                    &self.cgroups,
                ) {
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
        }
    }

    /// Ends a sandbox whose build failed; the answer follows when nothing of it is left.
    fn abandon(&mut self, name: &str, error: StepError) {
        if let Some(sandbox) = self.sandboxes.get_mut(name) {
            sandbox.failure.get_or_insert(error_body(ErrorCode::SpawnFailed, error));
            let _ = process::signal_pidfd(sandbox.init.as_fd(), libc::SIGKILL);
            sandbox.leaf.kill();
        }
    }

    /// The pid namespace is empty: the kernel lets init become a zombie only then.
    fn init_ended(&mut self, name: &str) {
        let Some(sandbox) = self.sandboxes.get(name) else { return };
        let (how, cpu_usec) = match process::reap_pidfd(sandbox.init.as_fd()) {
            Ok(None) => return,
            Ok(Some(both)) => both,
            Err(_) => (Ended::Signal(libc::SIGKILL), 0),
        };
        self.hear_init(name);
        self.hear_agent(name);
        let Some(mut sandbox) = self.sandboxes.remove(name) else { return };
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
        let exit = exit_record(&sandbox, how, cpu_usec);
        if !sandbox.leaf.remove() {
            self.leaving.push(std::mem::take(&mut sandbox.leaf));
        }
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
    fn announce(&mut self, name: &str, pid: Option<i32>, exit: ExitRecord) {
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

fn exit_record(sandbox: &Sandbox, init: Ended, cpu_usec: u64) -> ExitRecord {
    let mut usage = sandbox.leaf.usage();
    usage.cpu_usec.get_or_insert(cpu_usec);
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
    ExitRecord { status, reason, usage }
}

fn error_body(code: ErrorCode, error: StepError) -> ErrorBody {
    ErrorBody {
        code,
        step: Some(error.step),
        errno: error.errno.map(|e| Errno(e).name()),
        message: error.message,
    }
}

/// Whether the host's freezer works by signals, which the receipt must say.
pub fn freezes_by_signal(cgroups: &Cgroups) -> bool {
    host::freezer_name(cgroups).starts_with("SIGSTOP")
}
