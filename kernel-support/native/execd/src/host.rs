//! What this host can do: each mechanism is tried in a child, and the answer is kept.

use crate::cgroup::{Cgroups, Controller};
use crate::unlinked;
use agentos_plan::{Mechanism, mechanism as m};
use agentos_sys::latency::Latency;
use agentos_sys::process::{self, Cloned, Ended};
use agentos_sys::schedule::{self, Attributes};
use agentos_sys::{Errno, ids, landlock, mount, seccomp};
use std::fs;
use std::os::fd::AsFd;
use std::time::{Duration, Instant};

/// The mechanism table, and what the builder needs to know from it.
pub struct Host {
    pub mechanisms: Vec<Mechanism>,
    pub landlock_abi: u32,
    pub pids_by_rlimit: bool,
}

/// Without these no sandbox is built.
pub const MANDATORY: &[&str] = &[
    m::NAMESPACE_USER,
    m::NAMESPACE_MOUNT,
    m::NAMESPACE_PID,
    m::NAMESPACE_NET,
    m::ROOT_READONLY,
    m::LANDLOCK,
    m::SECCOMP,
    m::NO_NEW_PRIVS,
];

impl Host {
    /// Tries everything. `owner` is the user that agents will be on the host.
    pub fn probe(cgroups: &Cgroups, owner: (u32, u32)) -> Self {
        let abi = landlock::abi();
        let pids_by_rlimit = !cgroups.pids.is_available() && process_limit_works(owner);
        let mut mechanisms = vec![
            namespace(m::NAMESPACE_USER, 0),
            namespace(m::NAMESPACE_MOUNT, libc::CLONE_NEWNS),
            namespace(m::NAMESPACE_PID, libc::CLONE_NEWPID),
            namespace(m::NAMESPACE_NET, libc::CLONE_NEWNET),
            namespace(m::NAMESPACE_IPC, libc::CLONE_NEWIPC),
            namespace(m::NAMESPACE_UTS, libc::CLONE_NEWUTS),
            namespace(m::NAMESPACE_CGROUP, libc::CLONE_NEWCGROUP),
            read_only_root(),
            match abi {
                Ok(abi) => present(m::LANDLOCK, format!("ABI {abi}")),
                Err(e) => absent(m::LANDLOCK, landlock_advice(e)),
            },
            match seccomp::kills_processes() {
                Ok(()) => present(m::SECCOMP, "filter, with kill of a whole process"),
                Err(e) => absent(
                    m::SECCOMP,
                    format!("the kernel has no filters ({e}); it needs CONFIG_SECCOMP_FILTER"),
                ),
            },
            tried(m::NO_NEW_PRIVS, "prctl", in_child(process::set_no_new_privileges)),
        ];
        mechanisms.push(controller(m::LIMIT_MEMORY, &cgroups.memory));
        mechanisms.push(match (&cgroups.pids, pids_by_rlimit) {
            (_, true) => present(m::LIMIT_PIDS, "RLIMIT_NPROC in the user namespace"),
            (controller_of_pids, false) => controller(m::LIMIT_PIDS, controller_of_pids),
        });
        mechanisms.push(controller(m::LIMIT_CPU, &cgroups.cpu));
        mechanisms.push(rlimit(m::LIMIT_FILES, process::LIMIT_NOFILE));
        mechanisms.push(rlimit(m::LIMIT_FILE_SIZE, process::LIMIT_FSIZE));
        mechanisms.push(deleted_files(owner));
        mechanisms.push(present(m::FREEZE, freezer_name(cgroups)));
        mechanisms.push(present(
            m::KILL_TREE,
            if cgroups.unified.is_ok() { "pid namespace and cgroup.kill" } else { "pid namespace" },
        ));
        mechanisms.push(match &cgroups.memory {
            Controller::Missing(reason) => absent(m::LIMIT_SWAP, reason.clone()),
            _ => present(m::LIMIT_SWAP, "whoever has a memory limit has no swap"),
        });
        mechanisms.push(match &cgroups.io {
            Controller::V1(_) => present(
                m::LIMIT_IO,
                "cgroup v1: reads and direct writes; writes that the kernel caches are not held back",
            ),
            Controller::V2 => present(m::LIMIT_IO, "cgroup v2"),
            Controller::Missing(reason) => absent(m::LIMIT_IO, reason.clone()),
        });
        mechanisms.push(absent(
            m::OWN_UID,
            "agents run as the owner: idmapped mounts, without which another uid could not use the owner's files, are not made yet",
        ));
        mechanisms.extend(classes(cgroups));
        mechanisms.push(match Latency::open() {
            Ok(_) => present(m::WAKE_LATENCY, "asked of the kernel while somebody waits for a sandbox"),
            Err(e) => absent(
                m::WAKE_LATENCY,
                format!("/dev/cpu_dma_latency is refused ({e}); start the broker as root"),
            ),
        });
        mechanisms.push(present(
            m::DOORS,
            match &abi {
                Ok(4..) => "init forwards; Landlock allows TCP to the doors' ports only",
                _ => "init forwards; other ports are closed because nothing listens on them",
            },
        ));
        Host { mechanisms, landlock_abi: abi.unwrap_or(0), pids_by_rlimit }
    }

    /// Whether the kernel shows how much of its budget an HRT agent has left.
    pub fn counts_overruns(&self) -> bool {
        self.find(m::COUNT_DEADLINE_OVERRUNS).is_some_and(|l| l.available)
    }

    pub fn find(&self, name: &str) -> Option<&Mechanism> {
        self.mechanisms.iter().find(|line| line.name == name)
    }

    /// The first mandatory mechanism that this host lacks.
    pub fn lacking(&self) -> Option<&Mechanism> {
        self.mechanisms.iter().find(|line| !line.available && MANDATORY.contains(&line.name.as_str()))
    }
}

/// How sandboxes are frozen here.
pub fn freezer_name(cgroups: &Cgroups) -> &'static str {
    if cgroups.unified.is_ok() {
        "cgroup v2"
    } else if cgroups.freezer.is_available() {
        "cgroup v1"
    } else {
        "SIGSTOP by the sandbox's init; weaker than a freezer"
    }
}

fn present(name: &str, detail: impl Into<String>) -> Mechanism {
    Mechanism { name: name.to_string(), available: true, detail: detail.into() }
}

fn absent(name: &str, detail: impl Into<String>) -> Mechanism {
    Mechanism { name: name.to_string(), available: false, detail: detail.into() }
}

fn tried(name: &str, how: &str, result: Result<(), Errno>) -> Mechanism {
    match result {
        Ok(()) => present(name, how),
        Err(e) => absent(name, format!("{how} is refused ({e})")),
    }
}

fn controller(name: &str, controller: &Controller) -> Mechanism {
    match controller {
        Controller::V1(_) => present(name, "cgroup v1"),
        Controller::V2 => present(name, "cgroup v2"),
        Controller::Missing(reason) => absent(name, reason.clone()),
    }
}

fn rlimit(name: &str, resource: u32) -> Mechanism {
    let lowered = in_child(|| process::limit(resource).and_then(|_| process::set_limit(resource, 64, 64)));
    tried(name, "rlimit", lowered)
}

/// Whether a process of the agents' user can be asked for the deleted files that it holds.
fn deleted_files(owner: (u32, u32)) -> Mechanism {
    let other = (ids::effective_uid() == 0 && owner.0 != 0).then_some(owner);
    let result = in_child(|| match process::fork_plain()? {
        0 => {
            let held = hold_a_deleted_file(other);
            linger_with(held)
        }
        pid => {
            let until = Instant::now() + Duration::from_millis(500);
            let mut seen = unlinked::is_seen(pid, other);
            while !seen && Instant::now() < until {
                std::thread::sleep(Duration::from_millis(1));
                seen = unlinked::is_seen(pid, other);
            }
            if seen { Ok(()) } else { Err(Errno(libc::EACCES)) }
        }
    });
    match result {
        Ok(()) => present(m::LIMIT_DELETED_FILES, "counted by their holders' descriptors and mappings"),
        Err(e) => absent(
            m::LIMIT_DELETED_FILES,
            format!(
                "a process of the agents' user cannot be looked into in /proc ({e}); a security module or a mount option of /proc forbids it"
            ),
        ),
    }
}

/// As a process of a sandbox does; the file is in memory, which the count without a list of devices takes too.
fn hold_a_deleted_file(other: Option<(u32, u32)>) -> Result<std::os::fd::OwnedFd, Errno> {
    match other {
        // A namespace that it made itself would be its user's; the broker makes those of sandboxes, and so owns them.
        Some((uid, gid)) => {
            ids::become_keeping_capabilities(uid, gid)?;
            ids::set_capabilities(ids::Capabilities::default())?;
        }
        None => {
            process::unshare(libc::CLONE_NEWUSER)?;
            ids::drop_all_capabilities()?;
        }
    }
    // The broker has no right to end a process of the agents' user, and what lingers must not keep its socket open.
    process::close_range(3, u32::MAX)?;
    // Only a program that is executed anew is open to be looked into by itself; this one was not.
    process::set_dumpable(true)?;
    process::memory_file()
}

/// What the latency classes are made of. Weights and idleness compare the agents of this broker with each other.
fn classes(cgroups: &Cgroups) -> Vec<Mechanism> {
    let deadline = in_child(|| {
        let millisecond = 1_000_000;
        schedule::set(
            0,
            Attributes {
                policy: schedule::DEADLINE,
                flags: schedule::RESET_ON_FORK,
                runtime: millisecond,
                deadline: 1000 * millisecond,
                period: 1000 * millisecond,
                ..Attributes::default()
            },
        )?;
        let shown = fs::read_to_string("/proc/self/sched").is_ok_and(|t| t.contains("dl.runtime"));
        if shown { Ok(()) } else { Err(Errno(libc::ENODATA)) }
    });
    let slice = in_child(|| {
        let wanted = Attributes { policy: schedule::OTHER, runtime: 3_000_000, ..Attributes::default() };
        schedule::set(0, wanted)?;
        if schedule::get(0)?.runtime == wanted.runtime { Ok(()) } else { Err(Errno(libc::ENOTSUP)) }
    });
    let lockable = process::limit(process::LIMIT_MEMLOCK).map_or(0, |(_, hard)| hard);
    let of_cpu = |name: &str, there: bool, how: &str| match (&cgroups.cpu, there) {
        (Controller::Missing(reason), _) => absent(name, reason.clone()),
        (_, false) => absent(name, "this kernel's cpu controller has no file for it"),
        (_, true) => present(name, how),
    };
    vec![
        match deadline {
            Ok(()) | Err(Errno(libc::ENODATA)) => {
                present(m::SCHEDULE_DEADLINE, "SCHED_DEADLINE, reset on fork")
            }
            Err(Errno(libc::EBUSY)) => {
                present(m::SCHEDULE_DEADLINE, "SCHED_DEADLINE, reset on fork; all of it is promised now")
            }
            Err(e) => absent(
                m::SCHEDULE_DEADLINE,
                format!("refused ({e}); it needs CAP_SYS_NICE: start the broker as root"),
            ),
        },
        if lockable >= 64 << 20 {
            present(m::SCHEDULE_LOCKED, format!("RLIMIT_MEMLOCK up to {lockable}"))
        } else {
            absent(
                m::SCHEDULE_LOCKED,
                format!(
                    "an agent may lock {lockable} bytes at most; start the broker with LimitMEMLOCK=infinity"
                ),
            )
        },
        of_cpu(m::SCHEDULE_WEIGHT, true, "cpu weight among the agents of this broker"),
        match slice {
            Ok(()) => present(m::SCHEDULE_SLICE, "slice of the fair scheduler; an agent may change its own"),
            Err(e) => absent(m::SCHEDULE_SLICE, format!("the kernel keeps no slice ({e}); it needs 6.12")),
        },
        of_cpu(
            m::SCHEDULE_BURST,
            cgroups.cpu_has("cpu.cfs_burst_us", "cpu.max.burst"),
            "credit above the quota, saved up while idle",
        ),
        of_cpu(
            m::SCHEDULE_IDLE,
            cgroups.cpu_has("cpu.idle", "cpu.idle"),
            "SCHED_IDLE, and an idle group among the agents of this broker",
        ),
        match deadline {
            Ok(()) => present(
                m::COUNT_DEADLINE_OVERRUNS,
                "periods in which the runtime was used up, as seen ten times a second: a lower bound",
            ),
            Err(e) => absent(
                m::COUNT_DEADLINE_OVERRUNS,
                format!("no deadline task could be looked at in /proc ({e})"),
            ),
        },
    ]
}

fn namespace(name: &str, flag: i32) -> Mechanism {
    let result = in_child(|| {
        process::unshare(libc::CLONE_NEWUSER)?;
        if flag == 0 { Ok(()) } else { process::unshare(flag) }
    });
    match result {
        Ok(()) => present(name, "unshared in a child"),
        Err(e) => absent(name, namespace_advice(e)),
    }
}

fn read_only_root() -> Mechanism {
    let result = in_child(|| {
        process::unshare(libc::CLONE_NEWUSER | libc::CLONE_NEWNS)?;
        let root = mount::new_filesystem(c"tmpfs", &[(c"mode", c"0755")], mount::ATTR_NOSUID)?;
        let anchor = mount::openat(None, c"/proc", libc::O_PATH | libc::O_DIRECTORY, 0)?;
        mount::attach(root.as_fd(), anchor.as_fd())?;
        mount::add_attributes(root.as_fd(), mount::ATTR_RDONLY, false)
    });
    match result {
        Ok(()) => present(m::ROOT_READONLY, "tmpfs by descriptor, then mount_setattr"),
        Err(e @ Errno(libc::ENOSYS)) => absent(
            m::ROOT_READONLY,
            format!("the kernel lacks the descriptor-based mount calls ({e}); it needs 5.12"),
        ),
        Err(e) => absent(m::ROOT_READONLY, namespace_advice(e)),
    }
}

fn landlock_advice(e: Errno) -> String {
    match e.0 {
        libc::EOPNOTSUPP => {
            "Landlock is built in but off; add landlock to the kernel's lsm= parameter".to_string()
        }
        libc::ENOSYS => "the kernel has no Landlock; it needs 5.13 and CONFIG_SECURITY_LANDLOCK".to_string(),
        _ => format!("the version query is refused ({e})"),
    }
}

fn namespace_advice(e: Errno) -> String {
    let reads = |name: &str| fs::read_to_string(name).ok().map(|t| t.trim().to_string());
    if reads("/proc/sys/kernel/apparmor_restrict_unprivileged_userns").as_deref() == Some("1")
        && ids::effective_uid() != 0
    {
        return format!(
            "refused ({e}): kernel.apparmor_restrict_unprivileged_userns=1; install the AppArmor profile of agentos-execd"
        );
    }
    if reads("/proc/sys/kernel/unprivileged_userns_clone").as_deref() == Some("0") {
        return format!("refused ({e}): kernel.unprivileged_userns_clone=0; set it to 1");
    }
    if reads("/proc/sys/user/max_user_namespaces").as_deref() == Some("0") {
        return format!("refused ({e}): user.max_user_namespaces=0; raise it");
    }
    format!("refused ({e}); an outer sandbox or security module forbids it")
}

/// Runs one attempt in a child and returns its error number.
fn in_child(attempt: impl FnOnce() -> Result<(), Errno>) -> Result<(), Errno> {
    match process::clone_process(0, None)? {
        Cloned::Child => process::exit_now(match attempt() {
            Ok(()) => 0,
            Err(e) => e.0.clamp(1, 255),
        }),
        Cloned::Parent { pidfd, .. } => match process::await_pidfd(pidfd.as_fd())? {
            Ended::Code(0) => Ok(()),
            Ended::Code(e) => Err(Errno(e)),
            Ended::Signal(_) => Err(Errno(libc::EPERM)),
        },
    }
}

/// Whether RLIMIT_NPROC counts per user namespace here and so can bound one sandbox.
fn process_limit_works((uid, gid): (u32, u32)) -> bool {
    let attempt = || {
        if ids::effective_uid() == 0 {
            ids::become_keeping_capabilities(uid, gid)?;
        }
        process::unshare(libc::CLONE_NEWUSER)?;
        ids::drop_all_capabilities()?;
        process::set_limit(process::LIMIT_NPROC, 2, 2)?;
        let mut children = Vec::new();
        let mut last = Ok(());
        while children.len() < 3 && last.is_ok() {
            match process::fork_plain() {
                Ok(0) => linger(),
                Ok(pid) => children.push(pid),
                Err(e) => last = Err(e),
            }
        }
        for child in &children {
            let _ = process::signal(*child, libc::SIGKILL);
        }
        if children.len() == 1 && last == Err(Errno(libc::EAGAIN)) {
            Ok(())
        } else {
            Err(Errno(libc::ENOTSUP))
        }
    };
    in_child(attempt).is_ok()
}

fn linger_with<T>(_held: T) -> ! {
    linger()
}

/// Stays until killed, at most a second.
fn linger() -> ! {
    std::thread::sleep(Duration::from_secs(1));
    process::exit_now(0)
}
