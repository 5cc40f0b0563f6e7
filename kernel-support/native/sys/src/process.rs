//! Processes: cloning, pidfds, signals, limits, exec.

use super::{Errno, check, own};
use std::ffi::CString;
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd};
use std::ptr;

/// The namespaces that the first process is born in.
pub const FIRST_NAMESPACES: u64 = (libc::CLONE_NEWUSER | libc::CLONE_NEWPID) as u64;
/// Those that it makes itself before it has a plan, so that the broker waits for none of the kernel's network locks.
/// The mount namespace is made later, from the mounts of that moment.
pub const PARKED_NAMESPACES: i32 = libc::CLONE_NEWNET | libc::CLONE_NEWIPC | libc::CLONE_NEWUTS;

const CLONE_CLEAR_SIGHAND: u64 = 0x1_0000_0000;
const CLONE_INTO_CGROUP: u64 = 0x2_0000_0000;

#[repr(C)]
#[derive(Default)]
struct CloneArgs {
    flags: u64,
    pidfd: u64,
    child_tid: u64,
    parent_tid: u64,
    exit_signal: u64,
    stack: u64,
    stack_size: u64,
    tls: u64,
    set_tid: u64,
    set_tid_size: u64,
    cgroup: u64,
}

/// What `clone_process` returns, once in each process.
pub enum Cloned {
    Parent { pid: i32, pidfd: OwnedFd },
    Child,
}

/// Copies this process into new namespaces, with all signal handlers at their defaults.
///
/// Must only be called while the process has one thread.
pub fn clone_process(namespaces: u64, cgroup: Option<BorrowedFd<'_>>) -> Result<Cloned, Errno> {
    let mut pidfd: i32 = -1;
    let args = CloneArgs {
        flags: namespaces
            | libc::CLONE_PIDFD as u64
            | CLONE_CLEAR_SIGHAND
            | if cgroup.is_some() { CLONE_INTO_CGROUP } else { 0 },
        pidfd: &raw mut pidfd as u64,
        exit_signal: libc::SIGCHLD as u64,
        cgroup: cgroup.map_or(0, |c| c.as_raw_fd() as u64),
        ..CloneArgs::default()
    };
    // SAFETY: `args` is a valid clone_args; without CLONE_VM the child runs on its own copy of this stack, and the
    // process has a single thread, so no lock is held by a thread that the child lacks.
    let pid = check(unsafe { libc::syscall(libc::SYS_clone3, &raw const args, size_of::<CloneArgs>()) })?;
    if pid == 0 {
        return Ok(Cloned::Child);
    }
    // SAFETY: CLONE_PIDFD stored a fresh descriptor in `pidfd`.
    Ok(Cloned::Parent { pid: pid as i32, pidfd: unsafe { OwnedFd::from_raw_fd(pidfd) } })
}

/// Plain fork by the old call, which the sandbox's own system call filter admits. Returns 0 in the child.
pub fn fork_plain() -> Result<i32, Errno> {
    // SAFETY: as for `clone_process`: one thread, no shared memory, all pointer arguments null.
    check(unsafe { libc::syscall(libc::SYS_clone, libc::SIGCHLD, 0, 0, 0, 0) }).map(|pid| pid as i32)
}

/// Ends the process at once, without running destructors or exit handlers.
pub fn exit_now(code: i32) -> ! {
    // SAFETY: `_exit` takes no pointers and does not return.
    unsafe { libc::_exit(code) }
}

pub fn own_pid() -> i32 {
    // SAFETY: getpid has no preconditions.
    unsafe { libc::getpid() }
}

pub fn new_session() -> Result<(), Errno> {
    // SAFETY: setsid has no preconditions.
    check(unsafe { libc::setsid() } as libc::c_long).map(drop)
}

pub fn set_umask(mask: u32) {
    // SAFETY: umask has no preconditions and cannot fail.
    unsafe { libc::umask(mask) };
}

pub fn unshare(namespaces: i32) -> Result<(), Errno> {
    // SAFETY: unshare takes flags only; memory is not affected by namespace flags.
    check(unsafe { libc::unshare(namespaces) } as libc::c_long).map(drop)
}

pub fn set_hostname(name: &str) -> Result<(), Errno> {
    // SAFETY: pointer and length describe `name`.
    check(unsafe { libc::sethostname(name.as_ptr().cast(), name.len()) } as libc::c_long).map(drop)
}

/// Host name of this UTS namespace.
pub fn hostname() -> Result<String, Errno> {
    let mut buffer = [0u8; 256];
    // SAFETY: pointer and length describe `buffer`.
    check(unsafe { libc::gethostname(buffer.as_mut_ptr().cast(), buffer.len()) } as libc::c_long)?;
    let end = buffer.iter().position(|b| *b == 0).unwrap_or(buffer.len());
    Ok(String::from_utf8_lossy(&buffer[..end]).into_owned())
}

/// Number of System V shared memory segments that this IPC namespace shows.
pub fn visible_shared_memory() -> Result<i64, Errno> {
    #[repr(C)]
    #[derive(Default)]
    struct ShmInfo {
        used_ids: libc::c_int,
        rest: [libc::c_ulong; 5],
    }
    const SHM_INFO: i32 = 14;
    let mut info = ShmInfo::default();
    // SAFETY: SHM_INFO fills a struct shm_info, which ShmInfo mirrors.
    check(unsafe { libc::shmctl(0, SHM_INFO, (&raw mut info).cast()) } as libc::c_long)?;
    Ok(i64::from(info.used_ids))
}

pub fn signal_pidfd(pidfd: BorrowedFd<'_>, signal: i32) -> Result<(), Errno> {
    // SAFETY: a null siginfo is allowed.
    check(unsafe {
        libc::syscall(
            libc::SYS_pidfd_send_signal,
            pidfd.as_raw_fd(),
            signal,
            ptr::null::<libc::siginfo_t>(),
            0,
        )
    })
    .map(drop)
}

pub fn open_pidfd(pid: i32) -> Result<OwnedFd, Errno> {
    // SAFETY: pidfd_open takes integers only.
    own(unsafe { libc::syscall(libc::SYS_pidfd_open, pid, 0) })
}

pub fn signal(pid: i32, signal: i32) -> Result<(), Errno> {
    // SAFETY: kill takes integers only.
    check(unsafe { libc::kill(pid, signal) } as libc::c_long).map(drop)
}

/// How a process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    Code(i32),
    Signal(i32),
}

fn ended(code: i32, status: i32) -> Ended {
    if code == libc::CLD_EXITED { Ended::Code(status) } else { Ended::Signal(status) }
}

/// Reaps the child behind a pidfd if it has ended. The second value is the processor time, in microseconds, of it and
/// of the descendants that it waited for.
pub fn reap_pidfd(pidfd: BorrowedFd<'_>) -> Result<Option<(Ended, u64)>, Errno> {
    wait(libc::P_PIDFD, pidfd.as_raw_fd() as u32, libc::WNOHANG).map(|w| w.map(|w| (w.how, w.cpu_usec)))
}

/// Waits for the child behind a pidfd.
pub fn await_pidfd(pidfd: BorrowedFd<'_>) -> Result<Ended, Errno> {
    loop {
        match wait(libc::P_PIDFD, pidfd.as_raw_fd() as u32, 0) {
            Ok(Some(waited)) => return Ok(waited.how),
            Ok(None) | Err(Errno(libc::EINTR)) => {}
            Err(e) => return Err(e),
        }
    }
}

/// Reaps any one ended child without blocking.
pub fn reap_any() -> Result<Option<(i32, Ended)>, Errno> {
    wait(libc::P_ALL, 0, libc::WNOHANG).map(|w| w.map(|w| (w.pid, w.how)))
}

struct Waited {
    pid: i32,
    how: Ended,
    cpu_usec: u64,
}

fn wait(kind: libc::idtype_t, id: u32, extra: i32) -> Result<Option<Waited>, Errno> {
    // SAFETY: siginfo_t and rusage are plain data, for which zeroes are valid values.
    let (mut info, mut usage): (libc::siginfo_t, libc::rusage) = unsafe { std::mem::zeroed() };
    let options = libc::WEXITED | libc::__WALL | extra;
    // SAFETY: `info` and `usage` are valid for writing; the raw call has the fifth argument that the wrapper lacks.
    check(unsafe { libc::syscall(libc::SYS_waitid, kind, id, &raw mut info, options, &raw mut usage) })?;
    // SAFETY: waitid filled the SIGCHLD variant, or left the zeroes that mean nobody ended.
    let (pid, status) = unsafe { (info.si_pid(), info.si_status()) };
    let usec = |t: libc::timeval| t.tv_sec as u64 * 1_000_000 + t.tv_usec as u64;
    let cpu_usec = usec(usage.ru_utime) + usec(usage.ru_stime);
    Ok((pid != 0).then(|| Waited { pid, how: ended(info.si_code, status), cpu_usec }))
}

/// The signals that the broker and init take from a descriptor instead of a handler.
pub fn block_signals(signals: &[i32]) -> Result<(), Errno> {
    let set = signal_set(signals);
    // SAFETY: `set` is an initialised set; the old set is not asked for.
    check(unsafe { libc::sigprocmask(libc::SIG_BLOCK, &raw const set, ptr::null_mut()) } as libc::c_long)
        .map(drop)
}

fn signal_set(signals: &[i32]) -> libc::sigset_t {
    // SAFETY: sigset_t is plain data; sigemptyset initialises it, sigaddset changes it in place.
    unsafe {
        let mut set: libc::sigset_t = std::mem::zeroed();
        libc::sigemptyset(&raw mut set);
        for signal in signals {
            libc::sigaddset(&raw mut set, *signal);
        }
        set
    }
}

pub fn signal_fd(signals: &[i32]) -> Result<OwnedFd, Errno> {
    let set = signal_set(signals);
    // SAFETY: `set` is an initialised set.
    own(unsafe { libc::signalfd(-1, &raw const set, libc::SFD_CLOEXEC | libc::SFD_NONBLOCK) } as libc::c_long)
}

pub fn ignore_signal(signal: i32) {
    // SAFETY: SIG_IGN runs no code of ours.
    unsafe { libc::signal(signal, libc::SIG_IGN) };
}

/// Every handler at its default and nothing blocked, as a new program expects.
pub fn reset_signals() {
    // SAFETY: SIG_DFL runs no code of ours; the set is initialised before use.
    unsafe {
        for signal in 1..=64 {
            if signal != libc::SIGKILL && signal != libc::SIGSTOP {
                let action: libc::sigaction = std::mem::zeroed();
                libc::syscall(libc::SYS_rt_sigaction, signal, &raw const action, ptr::null_mut::<u8>(), 8);
            }
        }
    }
    unblock_signals();
}

pub fn unblock_signals() {
    let none = signal_set(&[]);
    // SAFETY: the set is initialised; the old one is not asked for.
    unsafe { libc::sigprocmask(libc::SIG_SETMASK, &raw const none, ptr::null_mut()) };
}

/// Whether this process leaves the processor to others that wake up.
pub fn set_batch(on: bool) {
    let parameter = libc::sched_param { sched_priority: 0 };
    // SAFETY: a valid parameter. Where it is refused, nothing is lost but time.
    unsafe {
        let policy = if on { libc::SCHED_BATCH } else { libc::SCHED_OTHER };
        libc::sched_setscheduler(0, policy, &raw const parameter);
    }
}

/// As process 1 of a pid namespace: ends every other process there and waits until none is left.
pub fn end_all_others() {
    // It fails when there is nobody else.
    while signal(-1, libc::SIGKILL).is_ok() {
        match wait(libc::P_ALL, 0, 0) {
            Ok(_) | Err(Errno(libc::EINTR)) => {}
            Err(_) => return,
        }
    }
}

pub fn set_parent_death_signal(signal: i32) -> Result<(), Errno> {
    prctl(libc::PR_SET_PDEATHSIG, signal as libc::c_ulong).map(drop)
}

pub fn set_dumpable(on: bool) -> Result<(), Errno> {
    prctl(libc::PR_SET_DUMPABLE, on.into()).map(drop)
}

/// A file in memory without a name.
pub fn memory_file() -> Result<OwnedFd, Errno> {
    // SAFETY: the name is a C string; the descriptor is owned at once.
    own(unsafe { libc::memfd_create(c"agentos".as_ptr(), libc::MFD_CLOEXEC) } as libc::c_long)
}

/// The device number of files in memory that are on no mount: memfd, System V and shared anonymous memory.
pub fn memory_device() -> Option<u64> {
    use std::os::unix::fs::MetadataExt;
    std::fs::File::from(memory_file().ok()?).metadata().ok().map(|file| file.dev())
}

pub fn set_no_new_privileges() -> Result<(), Errno> {
    prctl(libc::PR_SET_NO_NEW_PRIVS, 1).map(drop)
}

pub fn no_new_privileges() -> Result<bool, Errno> {
    prctl(libc::PR_GET_NO_NEW_PRIVS, 0).map(|r| r == 1)
}

/// 0 without a filter, 2 with one.
pub fn seccomp_mode() -> Result<i64, Errno> {
    prctl(libc::PR_GET_SECCOMP, 0)
}

pub(super) fn prctl(option: i32, argument: libc::c_ulong) -> Result<i64, Errno> {
    let zero: libc::c_ulong = 0;
    // SAFETY: only options with integer arguments reach this function.
    check(unsafe { libc::prctl(option, argument, zero, zero, zero) } as libc::c_long)
}

pub const LIMIT_NOFILE: u32 = libc::RLIMIT_NOFILE;
pub const LIMIT_FSIZE: u32 = libc::RLIMIT_FSIZE;
pub const LIMIT_CORE: u32 = libc::RLIMIT_CORE;
pub const LIMIT_MEMLOCK: u32 = libc::RLIMIT_MEMLOCK;
pub const LIMIT_NPROC: u32 = libc::RLIMIT_NPROC;

/// (soft, hard).
pub fn limit(resource: u32) -> Result<(u64, u64), Errno> {
    let mut value = libc::rlimit64 { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: `value` is valid for writing.
    check(unsafe { libc::getrlimit64(resource, &raw mut value) } as libc::c_long)?;
    Ok((value.rlim_cur, value.rlim_max))
}

pub fn set_limit(resource: u32, soft: u64, hard: u64) -> Result<(), Errno> {
    let value = libc::rlimit64 { rlim_cur: soft, rlim_max: hard };
    // SAFETY: `value` is valid for reading.
    check(unsafe { libc::setrlimit64(resource, &raw const value) } as libc::c_long).map(drop)
}

/// Changes the soft limit, as far as the hard one allows.
pub fn set_soft_limit(resource: u32, soft: u64) -> Result<(), Errno> {
    let (_, hard) = limit(resource)?;
    set_limit(resource, soft.min(hard), hard)
}

/// Closes every descriptor from `first` to `last`, both included.
pub fn close_range(first: u32, last: u32) -> Result<(), Errno> {
    // SAFETY: only used where no owner of those descriptors runs again: a fresh copy of the process that ends in
    // exec or `exit_now`.
    check(unsafe { libc::syscall(libc::SYS_close_range, first, last, 0) }).map(drop)
}

/// Has every descriptor from `first` on closed by the next exec.
pub fn close_on_exec_from(first: u32) -> Result<(), Errno> {
    const CLOSE_RANGE_CLOEXEC: u32 = 4;
    // SAFETY: takes integers and closes nothing now.
    check(unsafe { libc::syscall(libc::SYS_close_range, first, u32::MAX, CLOSE_RANGE_CLOEXEC) }).map(drop)
}

/// Makes `to` a copy of `from`, kept across exec.
pub fn duplicate_to(from: BorrowedFd<'_>, to: i32) -> Result<(), Errno> {
    // SAFETY: dup2 takes integers; callers own the number `to` by the layout of the process.
    check(unsafe { libc::dup2(from.as_raw_fd(), to) } as libc::c_long).map(drop)
}

/// Makes `to` a copy of `from`, closed by exec.
pub fn duplicate_to_cloexec(from: BorrowedFd<'_>, to: i32) -> Result<(), Errno> {
    // SAFETY: as for `duplicate_to`.
    check(unsafe { libc::dup3(from.as_raw_fd(), to, libc::O_CLOEXEC) } as libc::c_long).map(drop)
}

/// A copy of a descriptor at the first free number from `least`.
pub fn duplicate_above(from: BorrowedFd<'_>, least: i32) -> Result<OwnedFd, Errno> {
    // SAFETY: F_DUPFD_CLOEXEC takes an integer.
    own(unsafe { libc::fcntl(from.as_raw_fd(), libc::F_DUPFD_CLOEXEC, least) } as libc::c_long)
}

/// Borrows a descriptor by its number in the fixed layout of a sandbox process.
pub fn fixed(number: i32) -> BorrowedFd<'static> {
    // SAFETY: init and the agent place these descriptors themselves and keep them until they exec or exit.
    unsafe { BorrowedFd::borrow_raw(number) }
}

/// Takes over a descriptor that was placed at a number.
pub fn take(number: i32) -> Result<OwnedFd, Errno> {
    // SAFETY: F_GETFD takes an integer; whoever placed the descriptor has given up its other owner.
    unsafe {
        check(libc::fcntl(number, libc::F_GETFD) as libc::c_long)?;
        Ok(OwnedFd::from_raw_fd(number))
    }
}

/// One whole write.
pub fn write(fd: BorrowedFd<'_>, bytes: &[u8]) -> Result<(), Errno> {
    // SAFETY: pointer and length describe `bytes`.
    let written =
        check(unsafe { libc::write(fd.as_raw_fd(), bytes.as_ptr().cast(), bytes.len()) } as libc::c_long)?;
    if written as usize == bytes.len() { Ok(()) } else { Err(Errno(libc::EIO)) }
}

pub fn set_blocking(fd: BorrowedFd<'_>) -> Result<(), Errno> {
    // SAFETY: F_GETFL and F_SETFL take integers.
    unsafe {
        let flags = check(libc::fcntl(fd.as_raw_fd(), libc::F_GETFL) as libc::c_long)?;
        check(libc::fcntl(fd.as_raw_fd(), libc::F_SETFL, flags as i32 & !libc::O_NONBLOCK) as libc::c_long)
            .map(drop)
    }
}

/// NULL-terminated argument vectors whose strings live as long as they do.
pub struct Vector {
    _strings: Vec<CString>,
    pointers: Vec<*const libc::c_char>,
}

impl Vector {
    pub fn new(strings: Vec<CString>) -> Self {
        let pointers = strings.iter().map(|s| s.as_ptr()).chain([ptr::null()]).collect();
        Vector { _strings: strings, pointers }
    }
}

/// Replaces this program by the one behind a descriptor, with an empty environment; returns only on failure.
pub fn exec_descriptor(program: BorrowedFd<'_>, name: &std::ffi::CStr) -> Errno {
    let arguments = [name.as_ptr(), ptr::null()];
    let environment: [*const libc::c_char; 1] = [ptr::null()];
    // SAFETY: both vectors are NULL-terminated arrays of live C strings, and the path is one.
    unsafe {
        libc::syscall(
            libc::SYS_execveat,
            program.as_raw_fd(),
            c"".as_ptr(),
            arguments.as_ptr(),
            environment.as_ptr(),
            libc::AT_EMPTY_PATH,
        )
    };
    Errno::last()
}

/// The name that a list of processes shows for this one.
pub fn set_name(name: &std::ffi::CStr) {
    // SAFETY: a C string; the kernel copies at most 16 bytes of it and stops at its end.
    unsafe { libc::prctl(libc::PR_SET_NAME, name.as_ptr(), 0, 0, 0) };
}

/// Replaces this program; returns only on failure.
pub fn exec(path: &std::ffi::CStr, arguments: &Vector, environment: &Vector) -> Errno {
    // SAFETY: both vectors are NULL-terminated arrays of live C strings.
    unsafe { libc::execve(path.as_ptr(), arguments.pointers.as_ptr(), environment.pointers.as_ptr()) };
    Errno::last()
}
