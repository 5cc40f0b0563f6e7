//! The build of one sandbox, seen from its first process. The order of `build` is the specification.

mod root;

use crate::policy;
use crate::sys::mount::{self, FileKind};
use crate::sys::{self, Errno, event, ids, landlock, net, process, seccomp, socket};
use agentos_plan::{Limits, Mount, Plan};
use root::{Grant, file_system};
use serde::{Deserialize, Serialize};
use std::ffi::CString;
use std::os::fd::{AsFd, OwnedFd};

/// Where init finds its channel to the broker, and where the agent finds its own.
pub const INIT_CHANNEL: i32 = 3;
pub const AGENT_CHANNEL: i32 = 4;

/// The only byte that lets a held agent execute its program.
pub const START: u8 = b's';
/// Lets a parked process enter its groups, and its answer when it waits for a plan.
pub const GO: u8 = b'g';
pub const READY: u8 = b'r';
/// Orders to init, for hosts without a freezer, and its answers.
pub const STOP_ALL: u8 = b'F';
pub const CONTINUE_ALL: u8 = b'T';
pub const STOPPED_ALL: u8 = b'f';
pub const CONTINUED_ALL: u8 = b't';

/// What sandbox processes tell the broker.
#[derive(Debug, Serialize, Deserialize)]
pub enum Report {
    /// The agent is confined, probed and held.
    Held { probes: Vec<Probe> },
    /// A step failed; the sandbox is about to end.
    Failed(StepError),
    /// The agent's program could not be executed.
    ExecFailed { errno: i32, program: String },
    /// How the agent ended.
    Ended(RawStatus),
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub enum RawStatus {
    Code(i32),
    Signal(i32),
}

/// One attempt from inside, and what it answered.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Probe {
    pub mechanism: String,
    pub confined: bool,
    pub text: String,
}

/// The step that failed, and the next step for the reader.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct StepError {
    pub step: String,
    pub errno: Option<i32>,
    pub message: String,
}

pub type Step<T> = Result<T, StepError>;

impl StepError {
    pub fn new(step: impl Into<String>, errno: Errno, message: impl Into<String>) -> Self {
        StepError { step: step.into(), errno: Some(errno.0), message: message.into() }
    }
}

/// Names the step of a failed call.
pub trait InStep<T> {
    fn in_step(self, step: &str, message: &str) -> Step<T>;
}

impl<T> InStep<T> for Result<T, Errno> {
    fn in_step(self, step: &str, message: &str) -> Step<T> {
        self.map_err(|e| StepError::new(step, e, message))
    }
}

/// What the broker decides before it clones.
pub struct Settings {
    pub landlock_abi: u32,
    /// Enforce the pids limit by RLIMIT_NPROC because there is no cgroup for it.
    pub pids_by_rlimit: bool,
    /// Soft and hard descriptor limits that an agent gets when its plan names none.
    pub default_open_files: (u64, u64),
    pub filter: Vec<seccomp::Instruction>,
}

impl Settings {
    pub fn new(landlock_abi: u32, pids_by_rlimit: bool, default_open_files: (u64, u64)) -> Self {
        Settings { landlock_abi, pids_by_rlimit, default_open_files, filter: policy::filter() }
    }
}

/// What is left of the build for init and the agent.
pub struct Built {
    pub stdio: [OwnedFd; 3],
    /// The host's /proc, kept until the probes have shown that it cannot be used.
    pub outside: OwnedFd,
    pub host_root: FileKind,
    pub children: OwnedFd,
}

/// What can be done before a plan is known. Enters the groups behind `entrances`, which the broker opened: the kernel
/// checks the rights of the opener. Returns the plan when the broker sends it, having written the id maps; ends if the
/// broker is gone.
pub fn park(entrances: std::ops::Range<i32>) -> Step<Plan> {
    stay_with_broker()?;
    process::unshare(process::PARKED_NAMESPACES)
        .in_step("namespaces", "the kernel refused the namespaces; see `agentos-execd probe`")?;
    net::bring_up_loopback().in_step("loopback", "the loopback interface could not be brought up")?;
    ids::drop_bounding_set().in_step("capabilities", "the capabilities could not be dropped")?;
    let mut go = [0u8; 1];
    match socket::receive_blocking(process::fixed(INIT_CHANNEL), &mut go) {
        Ok(socket::Received::Packet(1)) if go[0] == GO => {}
        _ => process::exit_now(1),
    }
    for entrance in entrances.clone() {
        process::write(process::fixed(entrance), b"0")
            .in_step("cgroup:enter", "the kernel refused the move into the sandbox's cgroup")?;
    }
    if !entrances.is_empty() {
        process::close_range(entrances.start as u32, entrances.end as u32 - 1)
            .in_step("cgroup:enter", "the descriptors of the cgroups could not be closed")?;
    }
    let _ = socket::send_blocking(process::fixed(INIT_CHANNEL), &[READY]);
    let mut packet = vec![0u8; MAX_PLAN_BYTES];
    match socket::receive_blocking(process::fixed(INIT_CHANNEL), &mut packet) {
        Ok(socket::Received::Packet(length)) => {
            serde_json::from_slice(&packet[..length]).map_err(|e| StepError {
                step: "plan".to_string(),
                errno: None,
                message: format!("the plan did not arrive whole ({e}); report this"),
            })
        }
        _ => process::exit_now(1),
    }
}

/// A validated plan grows a little when its defaults are written out.
const MAX_PLAN_BYTES: usize = agentos_plan::MAX_PACKET_BYTES + 32_768;

/// Everything between the arrival of the plan and the fork of the agent.
pub fn build(plan: &Plan, settings: &Settings) -> Step<Built> {
    identity(plan)?;
    process::unshare(libc::CLONE_NEWNS).in_step("namespace.mount", "the kernel refused a mount namespace")?;
    process::unshare(libc::CLONE_NEWCGROUP)
        .in_step("namespace.cgroup", "the kernel refused a cgroup namespace")?;
    process::set_hostname(&plan.hostname).in_step("hostname", "the kernel refused the host name")?;
    let sources = open_sources(&plan.mounts)?;
    let stdio = open_stdio(plan)?;
    let outside = mount::openat(None, c"/proc", libc::O_PATH | libc::O_DIRECTORY, 0)
        .in_step("proc", "/proc of the host could not be opened; mount it")?;
    let (root, host_root, granted) = file_system(plan, sources)?;
    drop(root);
    working_directory(plan)?;
    limits(&plan.limits, settings)?;
    let rules = landlock_rules(settings.landlock_abi, &granted, &stdio)?;
    drop(granted);
    process::block_signals(&[libc::SIGCHLD]).in_step("signals", "SIGCHLD could not be blocked")?;
    let children = process::signal_fd(&[libc::SIGCHLD]).in_step("signals", "no signal descriptor")?;
    ids::drop_all_capabilities().in_step("capabilities", "the capabilities could not be dropped")?;
    process::set_no_new_privileges().in_step("no_new_privs", "the kernel refused no_new_privs")?;
    rules.restrict_self().in_step("landlock", "the kernel refused the Landlock domain")?;
    stay_with_broker()?;
    seccomp::install(&settings.filter).in_step("seccomp", "the kernel refused the system call filter")?;
    Ok(Built { stdio, outside, host_root, children })
}

/// The kernel kills this process when the broker dies. A change of ids clears that, so it is set again after one;
/// the hang-up check closes the gap in which the broker may have died unseen.
fn stay_with_broker() -> Step<()> {
    process::set_parent_death_signal(libc::SIGKILL)
        .in_step("parent-death", "the kernel refused the death signal")?;
    if event::is_hung_up(process::fixed(INIT_CHANNEL)) {
        process::exit_now(1);
    }
    Ok(())
}

/// Becomes the owner before any path of the host is touched, so that files open with the owner's rights only.
fn identity(plan: &Plan) -> Step<()> {
    ids::become_keeping_capabilities(plan.uid, plan.gid)
        .in_step("identity", "the mapped user could not be taken on; check the id maps")?;
    process::set_dumpable(false).in_step("dumpable", "the kernel refused to make init undumpable")?;
    process::set_umask(0o027);
    stay_with_broker()
}

fn c_string(text: &str, step: &str) -> Step<CString> {
    CString::new(text)
        .map_err(|_| StepError::new(step, Errno(libc::EINVAL), "contains a NUL byte; remove it"))
}

/// Pins every bind source. What is pinned here is what is mounted later, whatever happens to the path.
fn open_sources(mounts: &[Mount]) -> Step<Vec<Option<OwnedFd>>> {
    mounts
        .iter()
        .map(|m| match m {
            Mount::Bind { source, .. } => open_source(source).map(Some),
            _ => Ok(None),
        })
        .collect()
}

fn open_source(source: &str) -> Step<OwnedFd> {
    let step = format!("source:{source}");
    let path = c_string(source, &step)?;
    let flags = libc::O_PATH | libc::O_NOFOLLOW;
    let opened =
        mount::openat2(None, &path, flags, 0, mount::RESOLVE_NO_SYMLINKS | mount::RESOLVE_NO_MAGICLINKS);
    let fd = opened.map_err(|e| {
        let advice = match e.0 {
            libc::ENOENT => "does not exist; create it or remove the mount",
            libc::ELOOP => "is or passes through a symbolic link; name the real path",
            libc::EACCES | libc::EPERM => "cannot be reached with the owner's permissions",
            _ => "could not be opened",
        };
        StepError::new(&step, e, format!("{source} {advice}"))
    })?;
    let kind = mount::file_kind(fd.as_fd()).in_step(&step, "could not be examined")?;
    if kind.is_symlink() {
        return Err(StepError::new(
            &step,
            Errno(libc::ELOOP),
            format!("{source} is a symbolic link; name the real path"),
        ));
    }
    Ok(fd)
}

fn open_stdio(plan: &Plan) -> Step<[OwnedFd; 3]> {
    Ok([
        open_stream("stdio:stdin", plan.stdio.stdin.as_deref(), libc::O_RDONLY)?,
        open_stream(
            "stdio:stdout",
            plan.stdio.stdout.as_deref(),
            libc::O_WRONLY | libc::O_APPEND | libc::O_CREAT,
        )?,
        open_stream(
            "stdio:stderr",
            plan.stdio.stderr.as_deref(),
            libc::O_WRONLY | libc::O_APPEND | libc::O_CREAT,
        )?,
    ])
}

fn open_stream(step: &str, path: Option<&str>, flags: i32) -> Step<OwnedFd> {
    let Some(path) = path else {
        return mount::openat(None, c"/dev/null", flags & !libc::O_CREAT, 0)
            .in_step(step, "/dev/null of the host could not be opened");
    };
    let name = c_string(path, step)?;
    let flags = flags | libc::O_NOFOLLOW | libc::O_NOCTTY | libc::O_NONBLOCK;
    let fd = mount::openat(None, &name, flags, 0o600).map_err(|e| {
        StepError::new(step, e, format!("{path} could not be opened with the owner's permissions"))
    })?;
    let kind = mount::file_kind(fd.as_fd()).in_step(step, "could not be examined")?;
    if !kind.is_regular() && !kind.is_fifo() {
        return Err(StepError::new(
            step,
            Errno(libc::EINVAL),
            format!("{path} is neither a file nor a FIFO; name one, or use null for /dev/null"),
        ));
    }
    process::set_blocking(fd.as_fd()).in_step(step, "could not be made blocking")?;
    Ok(fd)
}

fn working_directory(plan: &Plan) -> Step<()> {
    let path = c_string(&plan.workdir, "workdir")?;
    mount::change_directory_path(&path).map_err(|e| {
        StepError::new(
            "workdir",
            e,
            format!("{} cannot be entered; add a mount that provides it", plan.workdir),
        )
    })
}

fn limits(limits: &Limits, settings: &Settings) -> Step<()> {
    let (soft, hard) = settings.default_open_files;
    match limits.open_files {
        Some(files) => {
            let (_, most) =
                process::limit(process::LIMIT_NOFILE).in_step("limit.files", "no limit to read")?;
            if files > most {
                return Err(StepError::new(
                    "limit.files",
                    Errno(libc::EPERM),
                    format!("{files} exceeds this host's hard limit of {most}; lower limits.open_files"),
                ));
            }
            process::set_limit(process::LIMIT_NOFILE, files, files)
        }
        None => process::set_limit(process::LIMIT_NOFILE, soft, hard),
    }
    .in_step("limit.files", "the descriptor limit could not be set")?;
    if let Some(bytes) = limits.file_bytes {
        process::set_limit(process::LIMIT_FSIZE, bytes, bytes)
            .in_step("limit.file_size", "the file size limit could not be set")?;
    }
    process::set_limit(process::LIMIT_CORE, 0, 0)
        .in_step("limit.core", "core dumps could not be disabled")?;
    if let (true, Some(pids)) = (settings.pids_by_rlimit, limits.pids) {
        process::set_limit(process::LIMIT_NPROC, pids, pids)
            .in_step("limit.pids", "the process limit could not be set")?;
    }
    Ok(())
}

/// The agent may open what the plan placed, and reopen its own output; nothing else, and no TCP.
fn landlock_rules(abi: u32, grants: &[Grant], stdio: &[OwnedFd; 3]) -> Step<landlock::Ruleset> {
    let step = "landlock";
    let rules = landlock::Ruleset::new(abi).in_step(step, "the kernel refused a Landlock ruleset")?;
    for grant in grants {
        rules
            .allow(grant.at.as_fd(), grant.is_directory, grant.rights)
            .in_step(step, "the kernel refused a Landlock rule")?;
    }
    for (stream, rights) in stdio.iter().zip([landlock::READ_FILE, OUTPUT_RIGHTS, OUTPUT_RIGHTS]) {
        rules.allow(stream.as_fd(), false, rights).in_step(step, "the kernel refused a Landlock rule")?;
    }
    Ok(rules)
}

const OUTPUT_RIGHTS: u64 = landlock::WRITE_FILE | landlock::TRUNCATE;

/// Sends one report to the broker.
pub fn report(channel: i32, report: &Report) {
    if let Ok(bytes) = serde_json::to_vec(report) {
        let _ = sys::socket::send_blocking(process::fixed(channel), &bytes);
    }
}
