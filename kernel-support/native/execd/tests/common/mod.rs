//! A real broker in a directory of its own, and a client that speaks to it.
#![allow(dead_code)]

use agentos_execd::sys::{Errno, process, socket};
use agentos_plan::{
    Access, ExitReason, ExitRecord, ExitStatus, Identity, Limits, MAX_PACKET_BYTES, Mount, Plan, Stdio,
};
use serde_json::{Value, json};
use std::collections::{BTreeMap, VecDeque};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

pub const PATIENCE: Duration = Duration::from_secs(15);

/// How long something may take here: an emulated machine is a hundred times slower than a real one.
pub fn patience() -> Duration {
    let asked = std::env::var("AGENTOS_TEST_PATIENCE").ok().and_then(|seconds| seconds.parse().ok());
    asked.map_or(PATIENCE, Duration::from_secs)
}

pub fn is_root() -> bool {
    agentos_execd::sys::ids::effective_uid() == 0
}

/// The user that sandboxes belong to: nobody when the tests run as root.
pub fn owner() -> (u32, u32) {
    use agentos_execd::sys::ids;
    if is_root() { (65_534, 65_534) } else { (ids::effective_uid(), ids::effective_gid()) }
}

/// A directory that the owner may use and that goes with the value.
pub struct Scratch(pub PathBuf);

impl Scratch {
    pub fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("execd-test-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir(&path).expect("a scratch directory");
        chown(&path, Some(owner().0), Some(owner().1)).expect("its owner");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o700)).expect("its mode");
        Scratch(path)
    }

    pub fn file(&self, name: &str, text: &str) -> String {
        let path = self.0.join(name);
        std::fs::write(&path, text).expect("a file");
        chown(&path, Some(owner().0), Some(owner().1)).expect("its owner");
        path.display().to_string()
    }

    pub fn directory(&self, name: &str) -> String {
        let path = self.0.join(name);
        std::fs::create_dir(&path).expect("a directory");
        chown(&path, Some(owner().0), Some(owner().1)).expect("its owner");
        path.display().to_string()
    }

    pub fn path(&self, name: &str) -> String {
        self.0.join(name).display().to_string()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

pub struct Broker {
    pub process: Child,
    pub scratch: Scratch,
}

pub fn binary() -> &'static str {
    env!("CARGO_BIN_EXE_agentos-execd")
}

/// The example that tries what must not work.
pub fn attacks(scratch: &Scratch) -> String {
    example(scratch, "attacks")
}

/// An example, copied to where the owner can read it: a checkout may be private.
pub fn example(scratch: &Scratch, name: &str) -> String {
    let directory = Path::new(binary()).parent().expect("the target directory");
    let built = directory.join("examples").join(name);
    assert!(built.exists(), "{} is missing; build the examples first", built.display());
    let copy = scratch.0.join(name);
    if !copy.exists() {
        std::fs::copy(&built, &copy).expect("a copy of the example");
        std::fs::set_permissions(&copy, std::fs::Permissions::from_mode(0o755)).expect("its mode");
    }
    copy.canonicalize().expect("its real path").display().to_string()
}

/// The program, in a fresh control group below the one that AGENTOS_TEST_CGROUP names. On a host with version 2 only, a
/// broker can hand limits down when no other process shares its group, as in a unit of its own; a test's process does.
fn in_own_group(program: &str) -> Command {
    let Ok(parent) = std::env::var("AGENTOS_TEST_CGROUP") else { return Command::new(program) };
    let mut command = Command::new("sh");
    // As a service manager does, it first removes what a broker that died has left of its group, as soon as the kernel
    // lets it: those that were in it may still be ending.
    let enter = r#"
        for old in "$0"/b*; do
            [ -d "$old" ] && ! kill -0 "${old##*/b}" 2>/dev/null || continue
            for again in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
                find "$old" -depth -type d -exec rmdir {} + 2>/dev/null
                [ -d "$old" ] || break
                sleep 0.1
            done
        done
        mkdir -p "$0/b$$" && echo $$ >"$0/b$$/cgroup.procs"
        exec "$@""#;
    command.args(["-c", enter, &parent, program]);
    command
}

impl Broker {
    pub fn start() -> Self {
        Self::start_with(&[])
    }

    pub fn start_with(more: &[&str]) -> Self {
        let scratch = Scratch::new();
        let process = Self::command(&scratch.0.join("execd.sock")).args(more).spawn().expect("the broker");
        let broker = Broker { process, scratch };
        let until = Instant::now() + patience();
        while connect_as(owner(), &broker.socket()).is_err() {
            assert!(Instant::now() < until, "the broker does not listen");
            std::thread::sleep(Duration::from_millis(5));
        }
        broker
    }

    pub fn command(socket: &Path) -> Command {
        let mut command = in_own_group(binary());
        let (uid, gid) = owner();
        command.arg("--socket").arg(socket);
        command.args(["--owner-uid", &uid.to_string(), "--owner-gid", &gid.to_string()]);
        command
    }

    pub fn socket(&self) -> PathBuf {
        self.scratch.0.join("execd.sock")
    }

    pub fn pid(&self) -> i32 {
        self.process.id() as i32
    }

    pub fn client(&self) -> Client {
        Client::over(connect_as(owner(), &self.socket()).expect("a connection"))
    }

    /// Stops it as its unit would, and checks that it leaves nothing.
    pub fn stop(mut self) {
        let pid = self.pid();
        process::signal(pid, libc::SIGTERM).expect("the broker is alive");
        let status = self.process.wait().expect("its exit");
        assert!(status.success(), "the broker ended with {status}");
        assert!(!self.socket().exists(), "the socket is left");
        let left: Vec<String> = cgroups_of(pid).iter().map(|path| described(path)).collect();
        assert_eq!(left, Vec::<String>::new(), "cgroups are left");
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        if self.process.try_wait().ok().flatten().is_none() {
            let _ = process::signal(self.pid(), libc::SIGTERM);
            let _ = self.process.wait();
        }
    }
}

/// A group that should be gone: what is in it and below it.
fn described(path: &Path) -> String {
    let file = |name: &str| {
        let text = std::fs::read_to_string(path.join(name)).unwrap_or_else(|e| e.to_string());
        format!("{name}: {}", text.split_whitespace().collect::<Vec<_>>().join(" "))
    };
    let names = ["cgroup.procs", "cgroup.events", "cgroup.subtree_control"];
    let below = std::fs::read_dir(path).into_iter().flatten().flatten().map(|e| e.path());
    let below: Vec<String> = below.filter(|p| p.is_dir()).map(|p| described(&p)).collect();
    let about: Vec<String> = names.iter().map(|name| file(name)).collect();
    format!("{} ({}) [{}]", path.display(), about.join(", "), below.join("; "))
}

/// Directories that a broker keeps in any cgroup hierarchy.
pub fn cgroups_of(pid: i32) -> Vec<PathBuf> {
    let name = format!("agentos-execd-{pid}");
    let mut found = Vec::new();
    let mut left = vec![PathBuf::from("/sys/fs/cgroup")];
    while let Some(directory) = left.pop() {
        for entry in std::fs::read_dir(&directory).into_iter().flatten().flatten() {
            if entry.file_type().is_ok_and(|t| t.is_dir()) {
                if entry.file_name().to_str() == Some(&name) {
                    found.push(entry.path());
                }
                left.push(entry.path());
            }
        }
    }
    found
}

/// Connects as a user. Only the connecting thread changes its ids, and it ends here.
pub fn connect_as((uid, gid): (u32, u32), path: &Path) -> Result<OwnedFd, Errno> {
    let path = path.to_path_buf();
    let connect = move || {
        if is_root() {
            // SAFETY: the raw calls take integers and change this thread alone.
            unsafe {
                libc::syscall(libc::SYS_setresgid, -1, gid, -1);
                libc::syscall(libc::SYS_setresuid, -1, uid, -1);
            }
        }
        socket::connect(&path)
    };
    std::thread::spawn(connect).join().expect("the connecting thread")
}

pub struct Client {
    pub fd: OwnedFd,
    next: u64,
    events: VecDeque<Value>,
}

impl Client {
    pub fn over(fd: OwnedFd) -> Self {
        socket::set_receive_timeout(fd.as_fd(), patience()).expect("a time-out");
        Client { fd, next: 0, events: VecDeque::new() }
    }

    pub fn receive(&self) -> Option<Value> {
        let mut buffer = vec![0u8; MAX_PACKET_BYTES];
        match socket::receive_blocking(self.fd.as_fd(), &mut buffer) {
            Ok(socket::Received::Packet(n)) => Some(serde_json::from_slice(&buffer[..n]).expect("JSON")),
            Ok(socket::Received::TooLong(n)) => panic!("a packet of {n} bytes"),
            Ok(socket::Received::Closed) | Err(_) => None,
        }
    }

    pub fn send_raw(&self, bytes: &[u8]) -> Result<(), Errno> {
        socket::send_blocking(self.fd.as_fd(), bytes)
    }

    pub fn call(&mut self, op: &str, more: Value) -> Value {
        self.next += 1;
        let id = self.next;
        let mut request = json!({ "v": 1, "id": id, "op": op });
        for (key, value) in more.as_object().into_iter().flatten() {
            request[key] = value.clone();
        }
        self.send_raw(request.to_string().as_bytes()).expect("the request is sent");
        loop {
            let packet = self.receive().unwrap_or_else(|| panic!("no answer to {op}"));
            if packet["id"] == json!(id) {
                return packet;
            }
            self.events.push_back(packet);
        }
    }

    pub fn ok(&mut self, op: &str, more: Value) -> Value {
        let answer = self.call(op, more);
        assert!(answer.get("ok").is_some(), "{op}: {answer}");
        answer["ok"].clone()
    }

    pub fn err(&mut self, op: &str, more: Value) -> Value {
        let answer = self.call(op, more);
        assert!(answer.get("err").is_some(), "{op}: {answer}");
        answer["err"].clone()
    }

    pub fn on(&mut self, op: &str, incarnation: &str) -> Value {
        self.ok(op, json!({ "incarnation": incarnation }))
    }

    pub fn spawn(&mut self, plan: &Plan) -> Value {
        self.ok("spawn", json!({ "plan": plan }))
    }

    /// The next exit, which must be this sandbox's.
    pub fn exited(&mut self, incarnation: &str) -> ExitRecord {
        let event = self.events.pop_front().or_else(|| self.receive()).expect("an exited event");
        assert_eq!(event["event"], json!("exited"));
        assert_eq!(event["incarnation"], json!(incarnation));
        serde_json::from_value(json!({
            "status": event["status"], "reason": event["reason"], "usage": event["usage"], "hits": event["hits"],
        }))
        .expect("a whole event")
    }

    /// The next exit, whosever it is.
    pub fn any_exited(&mut self) -> Value {
        let event = self.events.pop_front().or_else(|| self.receive()).expect("an exited event");
        assert_eq!(event["event"], json!("exited"));
        event
    }

    /// From plan to exit.
    pub fn run(&mut self, plan: &Plan) -> ExitRecord {
        self.spawn(plan);
        self.on("start", &plan.incarnation);
        self.exited(&plan.incarnation)
    }

    pub fn has(&mut self, mechanism: &str) -> Result<String, String> {
        let hello = self.ok("hello", json!({}));
        let line = hello["mechanisms"]
            .as_array()
            .and_then(|all| all.iter().find(|l| l["name"] == json!(mechanism)).cloned())
            .expect("every mechanism has a line");
        let detail = line["detail"].as_str().unwrap_or_default().to_string();
        if line["available"] == json!(true) { Ok(detail) } else { Err(detail) }
    }
}

/// Leaves a test that this host cannot run, saying why.
#[macro_export]
macro_rules! need {
    ($client:expr, $mechanism:expr) => {
        match $client.has($mechanism) {
            Ok(detail) => detail,
            Err(reason) => {
                println!("SKIP: {} is missing: {reason}", $mechanism);
                return;
            }
        }
    };
}

/// A plan with a usual root, whose output goes to `out` in the scratch directory.
pub fn plan(scratch: &Scratch, incarnation: &str, argv: &[&str]) -> Plan {
    let bind = |path: &str| Mount::Bind {
        source: path.to_string(),
        target: path.to_string(),
        access: Access::Read,
        recursive: false,
        exec: true,
    };
    let link = |name: &str| Mount::Symlink { target: format!("/{name}"), to: format!("usr/{name}") };
    let mut mounts = vec![bind("/usr")];
    for name in ["bin", "sbin", "lib", "lib64"] {
        if Path::new("/").join(name).is_symlink() {
            mounts.push(link(name));
        } else if Path::new("/").join(name).exists() {
            mounts.push(bind(&format!("/{name}")));
        }
    }
    mounts.extend([
        Mount::Proc { target: "/proc".into() },
        Mount::Dev { target: "/dev".into() },
        Mount::Tmpfs { target: "/tmp".into(), size_bytes: 16 << 20 },
        Mount::Tmpfs { target: "/workspace".into(), size_bytes: 16 << 20 },
        Mount::File {
            target: "/etc/passwd".into(),
            content: "agent:x:1000:1000::/workspace:/bin/sh\n".into(),
        },
    ]);
    let out = Some(scratch.path("out"));
    Plan {
        version: 1,
        incarnation: incarnation.into(),
        hostname: "agent-under-test".into(),
        argv: argv.iter().map(|a| a.to_string()).collect(),
        env: BTreeMap::from([("PATH".into(), "/usr/bin:/bin:/usr/sbin".into())]),
        workdir: "/workspace".into(),
        uid: 1000,
        gid: 1000,
        mounts,
        stdio: Stdio { stdin: None, stdout: out.clone(), stderr: out },
        limits: Limits::default(),
        doors: Vec::new(),
        schedule: None,
        identity: Identity::default(),
        staging: None,
        held_calls: None,
        restore_from: None,
        zygote: None,
    }
}

pub fn shell(scratch: &Scratch, incarnation: &str, script: &str) -> Plan {
    plan(scratch, incarnation, &["sh", "-c", script])
}

pub fn output(scratch: &Scratch) -> String {
    std::fs::read_to_string(scratch.0.join("out")).unwrap_or_default()
}

pub fn code(n: i32) -> (ExitStatus, ExitReason) {
    (ExitStatus::Code(n), ExitReason::Exit)
}

pub fn end(exit: ExitRecord) -> (ExitStatus, ExitReason) {
    (exit.status, exit.reason)
}

/// Waits for a condition that another process brings about.
pub fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let until = Instant::now() + patience();
    while !holds() {
        assert!(Instant::now() < until, "{what} did not come true");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Whether any living process of this machine has the marker among its arguments.
pub fn is_running(marker: &str) -> bool {
    std::fs::read_dir("/proc").into_iter().flatten().flatten().any(|entry| {
        let is_process = entry.file_name().to_str().is_some_and(|n| n.bytes().all(|b| b.is_ascii_digit()));
        is_process
            && std::fs::read(entry.path().join("cmdline"))
                .is_ok_and(|text| text.windows(marker.len()).any(|w| w == marker.as_bytes()))
    })
}
