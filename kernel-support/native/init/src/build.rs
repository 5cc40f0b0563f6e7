//! The build of one sandbox, seen from its first process. The order of `build` is the specification.

mod root;

use crate::doors::{self, Door};
use crate::policy;
use crate::protocol::{
    FIRST_ENTRANCE, GO, INIT_CHANNEL, InStep, MAX_PLAN_BYTES, READY, Settings, Step, StepError, c_string,
};
use agentos_plan::{Limits, Plan, Schedule};
use agentos_sys::mount::{self, FileKind};
use agentos_sys::{Errno, event, ids, landlock, net, process, schedule, seccomp, socket};
use root::{Grant, Rooted, Staging};
use std::os::fd::{AsFd, OwnedFd};

/// What is left of the build for init and the agent.
pub struct Built {
    pub stdio: [OwnedFd; 3],
    /// The host's /proc, kept until the probes have shown that it cannot be used.
    pub outside: OwnedFd,
    pub host_root: FileKind,
    pub children: OwnedFd,
    pub doors: Vec<Door>,
}

/// What a parked process has made before it had a plan.
pub struct Prepared {
    staging: Staging,
    filter: Vec<seccomp::Instruction>,
}

/// What can be done before a plan is known. The broker has written the id maps of the settings. Enters the groups by the
/// descriptors that the broker opened: the kernel checks the rights of the opener. Becomes the owner before any path of
/// the host is touched, so that files open with the owner's rights only, and mounts what the last plans had in common.
/// Returns the plan when the broker sends it; ends if the broker is gone.
pub fn park() -> Step<(Plan, Settings, Prepared)> {
    stay_with_broker()?;
    // They had to outlive the exec that began this program, and must not outlive the agent's.
    process::close_on_exec_from(INIT_CHANNEL as u32).in_step("descriptors", "they could not be marked")?;
    // Nobody waits for what comes now.
    process::set_batch(true);
    process::reset_signals();
    let mut packet = vec![0u8; MAX_PLAN_BYTES];
    let settings: Settings = receive(&mut packet, "settings")?;
    process::unshare(process::PARKED_NAMESPACES)
        .in_step("namespaces", "the kernel refused the namespaces; see `agentos-execd probe`")?;
    net::bring_up_loopback().in_step("loopback", "the loopback interface could not be brought up")?;
    ids::drop_bounding_set().in_step("capabilities", "the capabilities could not be dropped")?;
    identity(&settings)?;
    process::unshare(libc::CLONE_NEWNS).in_step("namespace.mount", "the kernel refused a mount namespace")?;
    let mut go = [0u8; 1];
    match socket::receive_blocking(process::fixed(INIT_CHANNEL), &mut go) {
        Ok(socket::Received::Packet(1)) if go[0] == GO => {}
        _ => process::exit_now(1),
    }
    let entrances = FIRST_ENTRANCE..FIRST_ENTRANCE + settings.entrances;
    for entrance in entrances.clone() {
        process::write(process::fixed(entrance), b"0")
            .in_step("cgroup:enter", "the kernel refused the move into the sandbox's cgroup")?;
    }
    if !entrances.is_empty() {
        process::close_range(entrances.start as u32, entrances.end as u32 - 1)
            .in_step("cgroup:enter", "the descriptors of the cgroups could not be closed")?;
    }
    // After the groups, so that the pages of its file systems count as this sandbox's.
    let mut staging = Staging::begin()?;
    for entry in &settings.template {
        if staging.mount(entry).is_err() {
            // The plan will show what is wrong with it, if it asks for it at all.
            staging = staging.again()?;
            break;
        }
    }
    let filter = policy::filter();
    let _ = socket::send_blocking(process::fixed(INIT_CHANNEL), &[READY]);
    let plan = receive(&mut packet, "plan")?;
    process::set_batch(false);
    schedule::be_prompt();
    Ok((plan, settings, Prepared { staging, filter }))
}

/// One packet of the broker; ends when the broker is gone.
fn receive<T: serde::de::DeserializeOwned>(buffer: &mut [u8], what: &str) -> Step<T> {
    match socket::receive_blocking(process::fixed(INIT_CHANNEL), buffer) {
        Ok(socket::Received::Packet(length)) => {
            serde_json::from_slice(&buffer[..length]).map_err(|e| StepError {
                step: what.to_string(),
                errno: None,
                message: format!(
                    "the {what} did not arrive whole ({e}); install broker and init from one release"
                ),
            })
        }
        _ => process::exit_now(1),
    }
}

/// Everything between the arrival of the plan and the fork of the agent.
pub fn build(plan: &Plan, settings: &Settings, prepared: Prepared) -> Step<Built> {
    let Prepared { mut staging, filter } = prepared;
    process::unshare(libc::CLONE_NEWCGROUP)
        .in_step("namespace.cgroup", "the kernel refused a cgroup namespace")?;
    process::set_hostname(&plan.hostname).in_step("hostname", "the kernel refused the host name")?;
    let stdio = open_stdio(plan)?;
    let doors = doors::open(plan)?;
    let done = match staging.done_of(&plan.mounts) {
        Some(done) => done,
        None => {
            staging = staging.again()?;
            0
        }
    };
    for entry in &plan.mounts[done..] {
        staging.mount(entry)?;
    }
    let Rooted { outside, host_root, grants: granted } = staging.enter()?;
    working_directory(plan)?;
    limits(&plan.limits, settings)?;
    let rules = landlock_rules(settings.landlock_abi, &granted, &stdio, &doors)?;
    drop(granted);
    process::block_signals(&[libc::SIGCHLD]).in_step("signals", "SIGCHLD could not be blocked")?;
    let children = process::signal_fd(&[libc::SIGCHLD]).in_step("signals", "no signal descriptor")?;
    ids::drop_all_capabilities().in_step("capabilities", "the capabilities could not be dropped")?;
    process::set_no_new_privileges().in_step("no_new_privs", "the kernel refused no_new_privs")?;
    rules.restrict_self().in_step("landlock", "the kernel refused the Landlock domain")?;
    stay_with_broker()?;
    seccomp::install(&filter).in_step("seccomp", "the kernel refused the system call filter")?;
    Ok(Built { stdio, outside, host_root, children, doors })
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

fn identity(settings: &Settings) -> Step<()> {
    ids::become_keeping_capabilities(settings.uid, settings.gid)
        .in_step("identity", "the mapped user could not be taken on; check the id maps")?;
    process::set_dumpable(false).in_step("dumpable", "the kernel refused to make init undumpable")?;
    process::set_umask(0o027);
    stay_with_broker()
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

/// Those that init may have as well. The descriptor limit is the agent's alone: init's doors need their own.
fn limits(limits: &Limits, settings: &Settings) -> Step<()> {
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

/// The agent may open what the plan placed, reopen its own output, and connect to its doors; nothing else, and it may
/// not listen.
fn landlock_rules(
    abi: u32,
    grants: &[Grant],
    stdio: &[OwnedFd; 3],
    doors: &[Door],
) -> Step<landlock::Ruleset> {
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
    for door in doors {
        rules.allow_connect(door.port).in_step(step, "the kernel refused a Landlock rule")?;
    }
    Ok(rules)
}

/// Set by the agent's process itself.
pub fn open_files(limits: &Limits, settings: &Settings) -> Step<()> {
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
    .in_step("limit.files", "the descriptor limit could not be set")
}

/// An agent with hard deadlines may lock its memory, as far as the host's hard limit goes. Set by its process itself.
pub fn lockable_memory(plan: &Plan) -> Step<()> {
    if !matches!(plan.schedule, Some(Schedule::Hrt { .. })) {
        return Ok(());
    }
    let wanted = plan.limits.memory_bytes.unwrap_or(u64::MAX);
    process::set_soft_limit(process::LIMIT_MEMLOCK, wanted)
        .in_step("schedule:locked-memory", "the limit of locked memory could not be set")
}

const OUTPUT_RIGHTS: u64 = landlock::WRITE_FILE | landlock::TRUNCATE;
