//! The agent's process between its fork and its exec: probes its own confinement, holds, then executes.

use crate::build::{Built, lockable_memory, open_files};
use crate::class;
use crate::doors::Door;
use crate::protocol::{
    AGENT_CHANNEL, Probe, Report, SAY_SCHEDULE, START, Scheduled, Settings, Step, StepError, report,
};
use agentos_plan::{Plan, Schedule, mechanism as m};
use agentos_sys::process::{self, Vector};
use agentos_sys::{Errno, ids, mount, net, schedule, socket};
use std::ffi::CString;
use std::fmt::Display;
use std::os::fd::{AsFd, BorrowedFd};

/// Runs in the forked process and never returns.
pub fn main(plan: &Plan, settings: &Settings, built: Built) -> ! {
    let held = prepare(plan, settings, built);
    let program = match held {
        Ok(program) => program,
        Err(error) => {
            report(AGENT_CHANNEL, &Report::Failed(error));
            process::exit_now(1);
        }
    };
    await_start();
    let (errno, path) = program.execute();
    report(AGENT_CHANNEL, &Report::ExecFailed { errno: errno.0, program: path });
    process::exit_now(127)
}

fn prepare(plan: &Plan, settings: &Settings, built: Built) -> Step<Program> {
    let failed = |step: &'static str| {
        move |e: Errno| StepError::new(step, e, "the agent's process could not be prepared")
    };
    process::new_session().map_err(failed("session"))?;
    for (number, stream) in built.stdio.iter().enumerate() {
        process::duplicate_to(stream.as_fd(), number as i32).map_err(failed("stdio"))?;
    }
    open_files(&plan.limits, settings)?;
    lockable_memory(plan)?;
    let program = Program::new(plan)?;
    let scheduled = own_class(plan)?;
    let probes = probe(plan, settings, &built);
    std::mem::forget(built);
    process::close_range(3, 3).map_err(failed("descriptors"))?;
    process::close_range(AGENT_CHANNEL as u32 + 1, u32::MAX).map_err(failed("descriptors"))?;
    process::unblock_signals();
    // What the agent may lock is no confinement: a host that allows less is reported.
    if let Some(open) = probes.iter().find(|p| !p.confined && p.mechanism != m::SCHEDULE_LOCKED) {
        return Err(StepError {
            step: format!("probe:{}", open.mechanism),
            errno: None,
            message: format!("the sandbox is not tight: {}; report this host", open.text),
        });
    }
    report(AGENT_CHANNEL, &Report::Held { probes, scheduled });
    Ok(program)
}

/// Init's own slice is not the agent's. What needs no right of the host is set from here; deadlines are left to the broker.
fn own_class(plan: &Plan) -> Step<Option<Scheduled>> {
    schedule::be_ordinary();
    match &plan.schedule {
        None | Some(Schedule::Hrt { .. }) => Ok(None),
        Some(class) => {
            class::apply(class, 0)?;
            Ok(Some(how_scheduled()))
        }
    }
}

fn how_scheduled() -> Scheduled {
    let now = schedule::get(0).unwrap_or_default();
    let schedule::Attributes { policy, flags, runtime, deadline, period, .. } = now;
    Scheduled { policy, flags, runtime, deadline, period }
}

/// Nothing of the agent has run until this returns; it ends when the broker is gone.
fn await_start() {
    let mut byte = [0u8; 1];
    loop {
        match socket::receive_blocking(process::fixed(AGENT_CHANNEL), &mut byte) {
            Ok(socket::Received::Packet(1)) if byte[0] == START => return,
            Ok(socket::Received::Packet(1)) if byte[0] == SAY_SCHEDULE => {
                report(AGENT_CHANNEL, &Report::Scheduled(how_scheduled()));
            }
            _ => process::exit_now(1),
        }
    }
}

/// The program with everything exec needs, laid out before the hold.
struct Program {
    candidates: Vec<CString>,
    arguments: Vector,
    environment: Vector,
}

impl Program {
    fn new(plan: &Plan) -> Step<Self> {
        let all =
            |texts: Vec<String>| {
                texts.into_iter().map(CString::new).collect::<Result<Vec<_>, _>>().map_err(|_| {
                    StepError::new("argv", Errno(libc::EINVAL), "contains a NUL byte; remove it")
                })
            };
        Ok(Program {
            candidates: all(candidates(plan))?,
            arguments: Vector::new(all(plan.argv.clone())?),
            environment: Vector::new(all(plan.env.iter().map(|(k, v)| format!("{k}={v}")).collect())?),
        })
    }

    /// Tries the candidates in order. A refusal outlives a mere absence, as in execvp.
    fn execute(&self) -> (Errno, String) {
        let mut answer = Errno(libc::ENOENT);
        let mut which = self.candidates.first();
        for candidate in &self.candidates {
            match process::exec(candidate, &self.arguments, &self.environment) {
                Errno(libc::ENOENT | libc::ENOTDIR) => {}
                Errno(libc::EACCES) => {
                    answer = Errno(libc::EACCES);
                    which = Some(candidate);
                }
                other => return (other, candidate.to_string_lossy().into_owned()),
            }
        }
        (answer, which.map(|c| c.to_string_lossy().into_owned()).unwrap_or_default())
    }
}

fn candidates(plan: &Plan) -> Vec<String> {
    let name = &plan.argv[0];
    if name.contains('/') {
        return vec![name.clone()];
    }
    let path = plan.env.get("PATH").map_or("/usr/bin:/bin", String::as_str);
    path.split(':')
        .filter(|d| d.starts_with('/'))
        .map(|d| format!("{}/{name}", d.trim_end_matches('/')))
        .collect()
}

/// Tries what must fail and reads what must hold, as the agent would.
fn probe(plan: &Plan, settings: &Settings, built: &Built) -> Vec<Probe> {
    let has_proc = plan.mounts.iter().any(|e| e.target() == "/proc");
    let mut all = vec![
        identity(plan),
        mount_namespace(built),
        fact(m::NAMESPACE_PID, process::own_pid() == 2, format!("own pid: {}", process::own_pid())),
        refused(m::NAMESPACE_NET, "route to 192.0.2.1", net::try_route([192, 0, 2, 1]), &[libc::ENETUNREACH]),
        ipc_namespace(),
        uts_namespace(plan),
        cgroup_namespace(has_proc),
        refused(
            m::ROOT_READONLY,
            "mkdir /agentos-probe",
            mount::make_directory(None, c"/agentos-probe", 0o700),
            &[libc::EROFS, libc::EACCES],
        ),
        landlock(settings, built.outside.as_fd()),
        seccomp(),
        no_new_privileges(),
        limit(m::LIMIT_FILES, process::LIMIT_NOFILE, plan.limits.open_files),
        limit(m::LIMIT_FILE_SIZE, process::LIMIT_FSIZE, plan.limits.file_bytes),
    ];
    if matches!(plan.schedule, Some(Schedule::Hrt { .. })) {
        all.push(locked_memory(plan));
    }
    if !built.doors.is_empty() {
        all.push(doors(settings, &built.doors));
    }
    all
}

fn fact(mechanism: &str, confined: bool, text: String) -> Probe {
    Probe { mechanism: mechanism.to_string(), confined, text }
}

fn outcome<T>(result: &Result<T, Errno>) -> String {
    match result {
        Ok(_) => "allowed".to_string(),
        Err(e) => e.name(),
    }
}

fn refused<T>(mechanism: &str, what: &str, result: Result<T, Errno>, expected: &[i32]) -> Probe {
    let confined = matches!(&result, Err(Errno(e)) if expected.contains(e));
    fact(mechanism, confined, format!("{what}: {}", outcome(&result)))
}

fn read<T: Display>(result: &Result<T, Errno>) -> String {
    match result {
        Ok(value) => value.to_string(),
        Err(e) => e.name(),
    }
}

fn identity(plan: &Plan) -> Probe {
    let uids = ids::all_uids();
    let capabilities = ids::capabilities();
    let none = capabilities == Ok(ids::Capabilities::default());
    let held = capabilities
        .map_or_else(|e| e.name(), |c| format!("{:x}", c.effective | c.permitted | c.inheritable));
    fact(
        m::NAMESPACE_USER,
        uids == (plan.uid, plan.uid, plan.uid) && none,
        format!("uid {}, capabilities {held}", uids.0),
    )
}

fn mount_namespace(built: &Built) -> Probe {
    let root = mount::openat(None, c"/", libc::O_PATH | libc::O_DIRECTORY, 0)
        .and_then(|fd| mount::file_kind(fd.as_fd()));
    let shadow = mount::openat(None, c"/etc/shadow", libc::O_RDONLY, 0);
    let another_root =
        root.is_ok_and(|r| (r.device, r.inode) != (built.host_root.device, built.host_root.inode));
    fact(
        m::NAMESPACE_MOUNT,
        another_root && matches!(shadow, Err(Errno(libc::ENOENT | libc::EACCES))),
        format!(
            "root {} the host's; open /etc/shadow for reading: {}",
            if another_root { "differs from" } else { "is" },
            outcome(&shadow)
        ),
    )
}

fn ipc_namespace() -> Probe {
    let segments = process::visible_shared_memory();
    fact(m::NAMESPACE_IPC, segments == Ok(0), format!("shared memory segments visible: {}", read(&segments)))
}

fn uts_namespace(plan: &Plan) -> Probe {
    let name = process::hostname();
    fact(m::NAMESPACE_UTS, name.as_ref() == Ok(&plan.hostname), format!("host name: {}", read(&name)))
}

fn cgroup_namespace(has_proc: bool) -> Probe {
    if !has_proc {
        return fact(
            m::NAMESPACE_CGROUP,
            true,
            "unshared after placement; no /proc to read it back".to_string(),
        );
    }
    let text = std::fs::read_to_string("/proc/self/cgroup").map_err(|e| Errno::from_io(&e));
    let hidden = text.as_ref().is_ok_and(|t| t.lines().all(|l| l.ends_with(":/")));
    fact(
        m::NAMESPACE_CGROUP,
        hidden,
        match &text {
            Ok(_) if hidden => "own cgroup reads: /".to_string(),
            Ok(_) => "own cgroup reads: a path of the host".to_string(),
            Err(e) => format!("/proc/self/cgroup: {e}"),
        },
    )
}

/// Reads through a descriptor of the host's /proc that is still open here: only Landlock can refuse that.
fn landlock(settings: &Settings, outside: BorrowedFd<'_>) -> Probe {
    let file = mount::openat(Some(outside), c"version", libc::O_RDONLY, 0);
    let mut confined = file.as_ref().err() == Some(&Errno(libc::EACCES));
    let mut text = format!("read host /proc through a kept descriptor: {}", outcome(&file));
    if settings.landlock_abi >= 4 {
        let bind = net::try_tcp_bind();
        confined &= bind == Err(Errno(libc::EACCES));
        text += &format!("; bind TCP: {}", outcome(&bind));
    }
    fact(m::LANDLOCK, confined, text)
}

/// Whether the agent may lock as much as it may use, so that nothing of it has to wait for memory.
fn locked_memory(plan: &Plan) -> Probe {
    let most = process::limit(process::LIMIT_MEMLOCK);
    let enough = match (&most, plan.limits.memory_bytes) {
        (Ok((soft, _)), Some(wanted)) => *soft >= wanted,
        (Ok((soft, _)), None) => *soft == u64::MAX,
        (Err(_), _) => false,
    };
    fact(m::SCHEDULE_LOCKED, enough, format!("may lock {} bytes", read(&most.map(|(soft, _)| soft))))
}

/// Every door listens, and where the kernel can refuse other ports, it does.
fn doors(settings: &Settings, doors: &[Door]) -> Probe {
    let listens = doors.iter().all(|d| net::listening_port(d.listener.as_fd()) == Ok(Some(d.port)));
    let ports: Vec<String> = doors.iter().map(|d| d.port.to_string()).collect();
    let mut text = format!(
        "{} on 127.0.0.1: {}",
        if listens { "listening" } else { "not all listen" },
        ports.join(", ")
    );
    let mut confined = listens;
    if settings.landlock_abi >= 4 {
        let other = (1..=u16::MAX).rev().find(|p| doors.iter().all(|d| d.port != *p)).unwrap_or(1);
        let attempt = net::try_tcp_connect(other);
        confined &= attempt == Err(Errno(libc::EACCES));
        text += &format!("; TCP to port {other}: {}", outcome(&attempt));
    }
    fact(m::DOORS, confined, text)
}

fn seccomp() -> Probe {
    let mode = process::seccomp_mode();
    let attempt = process::unshare(libc::CLONE_NEWUSER);
    fact(
        m::SECCOMP,
        mode == Ok(2) && attempt == Err(Errno(libc::EPERM)),
        format!("mode {}; unshare a user namespace: {}", read(&mode), outcome(&attempt)),
    )
}

fn no_new_privileges() -> Probe {
    let on = process::no_new_privileges();
    fact(m::NO_NEW_PRIVS, on == Ok(true), format!("reads {}", read(&on)))
}

fn limit(mechanism: &str, resource: u32, asked: Option<u64>) -> Probe {
    let actual = process::limit(resource);
    let confined = match (asked, &actual) {
        (None, _) => true,
        (Some(asked), Ok((soft, hard))) => *soft == asked && *hard == asked,
        (Some(_), Err(_)) => false,
    };
    fact(mechanism, confined, format!("hard limit reads {}", read(&actual.map(|(_, hard)| hard))))
}
