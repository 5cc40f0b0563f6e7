//! The build of one sandbox, seen from its first process. The order of `build` is the specification.

use crate::policy;
use crate::sys::mount::{self, FileKind};
use crate::sys::{self, Errno, event, ids, landlock, net, process, seccomp, socket};
use agentos_plan::{Access, Limits, Mount, Plan};
use serde::{Deserialize, Serialize};
use std::ffi::CString;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

/// Where init finds its channel to the broker, and where the agent finds its own.
pub const INIT_CHANNEL: i32 = 3;
pub const AGENT_CHANNEL: i32 = 4;

/// The only byte that lets a held agent execute its program.
pub const START: u8 = b's';
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

/// What can be done before a plan is known. Returns the plan when the broker sends it, having placed this process in
/// its cgroups and written its id maps; ends if the broker is gone.
pub fn park() -> Step<Plan> {
    stay_with_broker()?;
    net::bring_up_loopback().in_step("loopback", "the loopback interface could not be brought up")?;
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

/// One place that Landlock opens.
struct Grant {
    at: OwnedFd,
    is_directory: bool,
    rights: u64,
}

/// Device numbers of the file systems in which the builder may create things.
struct Own {
    root: u64,
    scratch: Vec<u64>,
}

const ROOT_OPTIONS: &[(&std::ffi::CStr, &std::ffi::CStr)] =
    &[(c"mode", c"0755"), (c"size", c"16m"), (c"nr_inodes", c"8192")];

/// Assembles the new root, makes it the only one, and makes it read-only.
fn file_system(plan: &Plan, sources: Vec<Option<OwnedFd>>) -> Step<(OwnedFd, FileKind, Vec<Grant>)> {
    let old = mount::openat(None, c"/", libc::O_PATH | libc::O_DIRECTORY, 0)
        .in_step("root", "no root directory")?;
    let host_root = mount::file_kind(old.as_fd()).in_step("root", "no root directory")?;
    mount::make_all_private().in_step("root", "the mounts could not be made private")?;
    let safe = mount::ATTR_NOSUID | mount::ATTR_NODEV;
    let root = mount::new_filesystem(c"tmpfs", ROOT_OPTIONS, safe | mount::ATTR_NOEXEC)
        .in_step("root", "the kernel refused an empty root file system")?;
    let anchor = mount::openat(None, c"/proc", libc::O_PATH | libc::O_DIRECTORY, 0)
        .in_step("root", "/proc of the host could not be opened; mount it")?;
    mount::attach(root.as_fd(), anchor.as_fd()).in_step("root", "the new root could not be attached")?;
    let root_kind = mount::file_kind(root.as_fd()).in_step("root", "the new root could not be examined")?;
    let mut own = Own { root: root_kind.device, scratch: Vec::new() };
    let mut grants = Vec::with_capacity(plan.mounts.len() + 1);
    for (entry, source) in plan.mounts.iter().zip(sources) {
        let step = format!("mount:{}", entry.target());
        if let Some(grant) = apply(entry, source, root.as_fd(), &mut own, &step)? {
            grants.push(grant);
        }
    }
    mount::change_directory(root.as_fd()).in_step("pivot", "the new root could not be entered")?;
    mount::pivot_here()
        .in_step("pivot", "the root could not be changed; the host's root must be a real mount")?;
    mount::change_directory(old.as_fd()).in_step("pivot", "the old root could not be entered")?;
    mount::detach_here().in_step("pivot", "the old root could not be detached")?;
    mount::change_directory_path(c"/").in_step("pivot", "the new root could not be entered")?;
    mount::add_attributes(root.as_fd(), mount::ATTR_RDONLY, false)
        .in_step("root.readonly", "the root could not be made read-only")?;
    let at = mount::openat(None, c"/", libc::O_PATH | libc::O_DIRECTORY, 0)
        .in_step("root", "no root directory")?;
    grants.push(Grant { at, is_directory: true, rights: landlock::READ_FILE | landlock::READ_DIR });
    Ok((root, host_root, grants))
}

fn apply(
    entry: &Mount,
    source: Option<OwnedFd>,
    root: BorrowedFd<'_>,
    own: &mut Own,
    step: &str,
) -> Step<Option<Grant>> {
    match entry {
        Mount::Bind { target, access, recursive, exec, .. } => {
            let source = source
                .ok_or_else(|| StepError::new(step, Errno(libc::EINVAL), "the source was not opened"))?;
            bind(&source, root, target, own, *access, *recursive, *exec, step).map(Some)
        }
        Mount::Tmpfs { target, size_bytes } => {
            let (at, device) = tmpfs(root, target, own, *size_bytes, c"0755", mount::ATTR_NODEV, step)?;
            own.scratch.push(device);
            Ok(Some(Grant { at, is_directory: true, rights: landlock::ALL_BUT_DEVICES }))
        }
        Mount::Proc { target } => proc(root, target, own, step).map(|()| None),
        Mount::Dev { target } => dev(root, target, own, step).map(Some),
        Mount::Symlink { target, to } => {
            let (parent, name) = parent_of(root, target, own, step)?;
            mount::make_symlink(parent.as_fd(), &name, &c_string(to, step)?)
                .in_step(step, "the symbolic link could not be made")?;
            Ok(None)
        }
        Mount::File { target, content } => synthetic(root, target, content, own, step).map(|()| None),
    }
}

#[allow(clippy::too_many_arguments)]
fn bind(
    source: &OwnedFd,
    root: BorrowedFd<'_>,
    target: &str,
    own: &Own,
    access: Access,
    recursive: bool,
    exec: bool,
    step: &str,
) -> Step<Grant> {
    let kind = mount::file_kind(source.as_fd()).in_step(step, "the source could not be examined")?;
    let copy = mount::clone_tree(Some(source.as_fd()), c"", recursive && kind.is_directory()).in_step(
        step,
        "the source could not be bound; where other mounts lie below it, say \"recursive\": true",
    )?;
    let mut attributes = mount::ATTR_NOSUID | mount::ATTR_NODEV;
    let mut rights = landlock::READ_FILE | landlock::READ_DIR;
    match access {
        Access::Read => attributes |= mount::ATTR_RDONLY,
        Access::Write => rights = landlock::ALL_BUT_DEVICES & !landlock::EXECUTE,
    }
    if exec {
        rights |= landlock::EXECUTE;
    } else {
        attributes |= mount::ATTR_NOEXEC;
    }
    mount::add_attributes(copy.as_fd(), attributes, recursive && kind.is_directory())
        .in_step(step, "the mount's restrictions could not be set")?;
    let place = place_for(root, target, own, kind.is_directory(), step)?;
    mount::attach(copy.as_fd(), place.as_fd()).in_step(step, "the mount could not be attached")?;
    Ok(Grant { at: copy, is_directory: kind.is_directory(), rights })
}

fn tmpfs(
    root: BorrowedFd<'_>,
    target: &str,
    own: &Own,
    size_bytes: u64,
    mode: &std::ffi::CStr,
    attributes: u64,
    step: &str,
) -> Step<(OwnedFd, u64)> {
    let size = c_string(&size_bytes.to_string(), step)?;
    let inodes = c_string(&(size_bytes / 4096).clamp(64, 1 << 20).to_string(), step)?;
    let options = [(c"size", size.as_c_str()), (c"nr_inodes", inodes.as_c_str()), (c"mode", mode)];
    let made = mount::new_filesystem(c"tmpfs", &options, attributes | mount::ATTR_NOSUID)
        .in_step(step, "the kernel refused the tmpfs")?;
    let place = place_for(root, target, own, true, step)?;
    mount::attach(made.as_fd(), place.as_fd()).in_step(step, "the tmpfs could not be attached")?;
    let device = mount::file_kind(made.as_fd()).in_step(step, "the tmpfs could not be examined")?.device;
    Ok((made, device))
}

/// Parts of /proc that tell about, or reach, more than this sandbox.
const MASKED_IN_PROC: &[&str] = &[
    "acpi",
    "asound",
    "kallsyms",
    "kcore",
    "keys",
    "kmsg",
    "latency_stats",
    "sched_debug",
    "scsi",
    "sysrq-trigger",
    "timer_list",
    "timer_stats",
];

fn proc(root: BorrowedFd<'_>, target: &str, own: &Own, step: &str) -> Step<()> {
    let attributes = mount::ATTR_NOSUID | mount::ATTR_NODEV | mount::ATTR_NOEXEC | mount::ATTR_RDONLY;
    let made = mount::new_filesystem(c"proc", &[(c"hidepid", c"invisible")], attributes).in_step(
        step,
        "the kernel refused a fresh /proc; inside a container the host's /proc must be mounted without masks",
    )?;
    let place = place_for(root, target, own, true, step)?;
    mount::attach(made.as_fd(), place.as_fd()).in_step(step, "the /proc could not be attached")?;
    let null =
        mount::openat2(None, c"/dev/null", libc::O_PATH | libc::O_NOFOLLOW, 0, mount::RESOLVE_NO_SYMLINKS)
            .in_step(step, "/dev/null of the host could not be opened")?;
    for name in MASKED_IN_PROC {
        let hidden = match mount::openat(
            Some(made.as_fd()),
            &c_string(name, step)?,
            libc::O_PATH | libc::O_NOFOLLOW,
            0,
        ) {
            Ok(fd) => fd,
            Err(Errno(libc::ENOENT)) => continue,
            Err(e) => return Err(StepError::new(step, e, format!("{name} in /proc could not be masked"))),
        };
        let kind = mount::file_kind(hidden.as_fd()).in_step(step, "a part of /proc could not be examined")?;
        let mask = if kind.is_directory() {
            let options = [(c"mode", c"0000"), (c"size", c"4096"), (c"nr_inodes", c"2")];
            mount::new_filesystem(c"tmpfs", &options, attributes)
        } else {
            mount::clone_tree(Some(null.as_fd()), c"", false)
        };
        mask.and_then(|mask| mount::attach(mask.as_fd(), hidden.as_fd()))
            .in_step(step, "a part of /proc could not be masked")?;
    }
    Ok(())
}

const DEVICES: &[&str] = &["null", "zero", "full", "random", "urandom"];

fn dev(root: BorrowedFd<'_>, target: &str, own: &mut Own, step: &str) -> Step<Grant> {
    let message = "the devices could not be set up";
    let (made, device) = tmpfs(root, target, own, 65_536, c"0755", mount::ATTR_NOEXEC, step)?;
    let inside = Own { root: device, scratch: Vec::new() };
    for name in DEVICES {
        let host = c_string(&format!("/dev/{name}"), step)?;
        let pinned =
            mount::openat2(None, &host, libc::O_PATH | libc::O_NOFOLLOW, 0, mount::RESOLVE_NO_SYMLINKS)
                .in_step(step, "a device of the host could not be opened")?;
        let copy = mount::clone_tree(Some(pinned.as_fd()), c"", false).in_step(step, message)?;
        mount::add_attributes(
            copy.as_fd(),
            mount::ATTR_NOSUID | mount::ATTR_NOEXEC | mount::ATTR_RDONLY,
            false,
        )
        .in_step(step, message)?;
        let place = place_for(made.as_fd(), &format!("/{name}"), &inside, false, step)?;
        mount::attach(copy.as_fd(), place.as_fd()).in_step(step, message)?;
    }
    for (name, to) in [
        (c"fd", c"/proc/self/fd"),
        (c"stdin", c"/proc/self/fd/0"),
        (c"stdout", c"/proc/self/fd/1"),
        (c"stderr", c"/proc/self/fd/2"),
    ] {
        mount::make_symlink(made.as_fd(), name, to).in_step(step, message)?;
    }
    let attributes = mount::ATTR_NODEV | mount::ATTR_NOEXEC;
    let (shm, _) = tmpfs(made.as_fd(), "/shm", &inside, 16 << 20, c"1777", attributes, step)?;
    mount::add_attributes(made.as_fd(), mount::ATTR_RDONLY, false).in_step(step, message)?;
    drop(shm);
    let rights = landlock::READ_FILE
        | landlock::READ_DIR
        | landlock::WRITE_FILE
        | landlock::TRUNCATE
        | landlock::IOCTL_DEV;
    Ok(Grant { at: made, is_directory: true, rights: rights | SHARED_MEMORY_RIGHTS })
}

/// /dev itself is a read-only mount, so these only matter in /dev/shm below it.
const SHARED_MEMORY_RIGHTS: u64 = landlock::ALL_BUT_DEVICES & !landlock::EXECUTE;

fn synthetic(root: BorrowedFd<'_>, target: &str, content: &str, own: &Own, step: &str) -> Step<()> {
    let (parent, name) = parent_of(root, target, own, step)?;
    let flags = libc::O_WRONLY | libc::O_CREAT | libc::O_EXCL | libc::O_NOFOLLOW;
    let file = mount::openat(Some(parent.as_fd()), &name, flags, 0o444)
        .in_step(step, "the file could not be made")?;
    let mut file = std::fs::File::from(file);
    std::io::Write::write_all(&mut file, content.as_bytes())
        .map_err(|e| StepError::new(step, Errno::from_io(&e), "the file could not be written"))?;
    file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o444))
        .map_err(|e| StepError::new(step, Errno::from_io(&e), "the file's mode could not be set"))?;
    drop(file);
    let device =
        mount::file_kind(parent.as_fd()).in_step(step, "the directory could not be examined")?.device;
    if device != own.root {
        pin_read_only(parent.as_fd(), &name, step)?;
    }
    Ok(())
}

/// Covers a file with a read-only view of itself, where the directory around it stays writable.
fn pin_read_only(parent: BorrowedFd<'_>, name: &std::ffi::CStr, step: &str) -> Step<()> {
    let file = mount::openat(Some(parent), name, libc::O_PATH | libc::O_NOFOLLOW, 0)
        .and_then(|place| mount::clone_tree(Some(place.as_fd()), c"", false).map(|copy| (place, copy)))
        .and_then(|(place, copy)| {
            mount::add_attributes(
                copy.as_fd(),
                mount::ATTR_RDONLY | mount::ATTR_NOSUID | mount::ATTR_NODEV | mount::ATTR_NOEXEC,
                false,
            )?;
            mount::attach(copy.as_fd(), place.as_fd())
        });
    file.in_step(step, "the file could not be made read-only")
}

/// Opens the mount point, making it where the directory around it is the builder's own.
fn place_for(root: BorrowedFd<'_>, target: &str, own: &Own, directory: bool, step: &str) -> Step<OwnedFd> {
    let (parent, name) = parent_of(root, target, own, step)?;
    let flags = libc::O_PATH | libc::O_NOFOLLOW;
    let resolve = mount::RESOLVE_IN_ROOT | mount::RESOLVE_NO_SYMLINKS;
    match mount::openat2(Some(parent.as_fd()), &name, flags, 0, resolve) {
        Ok(fd) => return Ok(fd),
        Err(Errno(libc::ENOENT)) => {}
        Err(e) => {
            return Err(StepError::new(step, e, format!("{target} cannot be mounted on; name a plain path")));
        }
    }
    may_create(parent.as_fd(), own, target, step)?;
    if directory {
        mount::make_directory(Some(parent.as_fd()), &name, 0o755)
    } else {
        mount::openat(Some(parent.as_fd()), &name, libc::O_WRONLY | libc::O_CREAT | libc::O_EXCL, 0o600)
            .map(drop)
    }
    .in_step(step, "the mount point could not be made")?;
    mount::openat2(Some(parent.as_fd()), &name, flags, 0, resolve)
        .in_step(step, "the mount point could not be opened")
}

/// The directory that holds `target`, made part by part below the new root, and the last part of its name.
fn parent_of(root: BorrowedFd<'_>, target: &str, own: &Own, step: &str) -> Step<(OwnedFd, CString)> {
    let (above, last) =
        target.trim_start_matches('/').rsplit_once('/').unwrap_or(("", target.trim_start_matches('/')));
    let last = c_string(last, step)?;
    let flags = libc::O_PATH | libc::O_DIRECTORY | libc::O_NOFOLLOW;
    let resolve = mount::RESOLVE_IN_ROOT | mount::RESOLVE_NO_SYMLINKS;
    let whole = if above.is_empty() { c".".to_owned() } else { c_string(above, step)? };
    match mount::openat2(Some(root), &whole, flags, 0, resolve) {
        Ok(fd) => return Ok((fd, last)),
        Err(Errno(libc::ENOENT)) => {}
        Err(e) => {
            return Err(StepError::new(
                step,
                e,
                format!("/{above} is not a plain directory; name a path without links"),
            ));
        }
    }
    let mut here = mount::openat2(Some(root), c".", flags, 0, resolve).in_step(step, "no root directory")?;
    for part in above.split('/') {
        let name = c_string(part, step)?;
        let next = match mount::openat2(Some(here.as_fd()), &name, flags, 0, resolve) {
            Err(Errno(libc::ENOENT)) => {
                may_create(here.as_fd(), own, target, step)?;
                mount::make_directory(Some(here.as_fd()), &name, 0o755)
                    .in_step(step, "a directory could not be made")?;
                mount::openat2(Some(here.as_fd()), &name, flags, 0, resolve)
            }
            other => other,
        };
        here = next.in_step(step, "a directory on the way could not be opened")?;
    }
    Ok((here, last))
}

/// Nothing is ever created in a directory of the host.
fn may_create(parent: BorrowedFd<'_>, own: &Own, target: &str, step: &str) -> Step<()> {
    let device = mount::file_kind(parent).in_step(step, "a directory could not be examined")?.device;
    if device == own.root || own.scratch.contains(&device) {
        return Ok(());
    }
    Err(StepError::new(
        step,
        Errno(libc::ENOENT),
        format!("{target} lies in a bound directory and does not exist there; create it on the host first"),
    ))
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
