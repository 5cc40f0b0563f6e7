//! The only place with unsafe code: system calls, by number and by name.

use std::ffi::CString;
use std::io::{Read, Write};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::time::{Duration, Instant};

/// A raw system call. Arguments are integers, or addresses of memory that outlives the call.
pub fn call(number: libc::c_long, a: [usize; 6]) -> Result<i64, i32> {
    // SAFETY: every caller passes integers or pointers to live memory of the size that the call reads or writes.
    let answer = unsafe { libc::syscall(number, a[0], a[1], a[2], a[3], a[4], a[5]) };
    if answer < 0 { Err(last_errno()) } else { Ok(answer) }
}

pub fn last_errno() -> i32 {
    std::io::Error::last_os_error().raw_os_error().unwrap_or(0)
}

/// Owns a descriptor that a call returned.
pub fn own(fd: i64) -> OwnedFd {
    // SAFETY: the number was just returned by a call that makes a descriptor, and nobody else owns it.
    unsafe { OwnedFd::from_raw_fd(fd as i32) }
}

pub fn at(text: &CString) -> usize {
    text.as_ptr() as usize
}

pub fn text(of: &str) -> CString {
    CString::new(of.replace('\0', "")).unwrap_or_default()
}

pub fn fork() -> Result<i32, i32> {
    // SAFETY: this program has one thread when it forks.
    let pid = unsafe { libc::fork() };
    if pid < 0 { Err(last_errno()) } else { Ok(pid) }
}

pub fn exit(code: i32) -> ! {
    // SAFETY: ends the process without running destructors of the parent's values.
    unsafe { libc::_exit(code) }
}

/// Ends this thread alone; the process goes on with its others.
pub fn exit_thread() -> ! {
    let _ = call(libc::SYS_exit, [0; 6]);
    exit(1)
}

/// How a child ended: the deadly signal, if it was one.
pub fn reap(pid: i32) -> Option<i32> {
    let mut status = 0;
    // SAFETY: writes one integer.
    unsafe { libc::waitpid(pid, &mut status, 0) };
    libc::WIFSIGNALED(status).then(|| libc::WTERMSIG(status))
}

/// The exit code of a child; a deadly signal reads as EIO.
pub fn exit_code(pid: i32) -> i32 {
    let mut status = 0;
    // SAFETY: writes one integer.
    unsafe { libc::waitpid(pid, &mut status, 0) };
    if libc::WIFEXITED(status) { libc::WEXITSTATUS(status) } else { libc::EIO }
}

pub fn ignore_hang_up() {
    // SAFETY: takes integers.
    unsafe { libc::signal(libc::SIGHUP, libc::SIG_IGN) };
}

pub fn kill(pid: i32, signal: i32) -> Result<i64, i32> {
    call(libc::SYS_kill, [pid as usize, signal as usize, 0, 0, 0, 0])
}

pub fn kill_and_reap(pid: i32) {
    let _ = kill(pid, libc::SIGKILL);
    reap(pid);
}

pub fn pid() -> i32 {
    std::process::id() as i32
}

pub fn pipe() -> Result<(OwnedFd, OwnedFd), i32> {
    let mut both = [0i32; 2];
    // SAFETY: writes two integers.
    if unsafe { libc::pipe2(both.as_mut_ptr(), libc::O_CLOEXEC) } < 0 {
        return Err(last_errno());
    }
    Ok((own(both[0].into()), own(both[1].into())))
}

pub fn write_all(fd: &OwnedFd, bytes: &[u8]) {
    if let Ok(copy) = fd.try_clone() {
        let _ = std::fs::File::from(copy).write_all(bytes);
    }
}

/// Everything until the writers are gone; nothing when that takes longer than `patience`.
pub fn read_to_end(fd: &OwnedFd, patience: Duration) -> Option<Vec<u8>> {
    let until = Instant::now() + patience;
    let mut file = std::fs::File::from(fd.try_clone().ok()?);
    let mut all = Vec::new();
    let mut piece = [0u8; 4096];
    loop {
        let left = until.saturating_duration_since(Instant::now()).as_millis();
        if !is_readable(fd.as_raw_fd(), left as i32) {
            return None;
        }
        match file.read(&mut piece) {
            Ok(0) | Err(_) => return Some(all),
            Ok(n) => all.extend_from_slice(&piece[..n]),
        }
    }
}

fn is_readable(fd: i32, millis: i32) -> bool {
    let mut wait = libc::pollfd { fd, events: libc::POLLIN, revents: 0 };
    // SAFETY: one pollfd.
    unsafe { libc::poll(&mut wait, 1, millis) > 0 }
}

/// The symbolic name where it is one of the usual ones.
pub fn errno_name(number: i32) -> String {
    const NAMES: &[(i32, &str)] = &[
        (libc::EPERM, "EPERM"),
        (libc::ENOENT, "ENOENT"),
        (libc::ESRCH, "ESRCH"),
        (libc::EIO, "EIO"),
        (libc::ENXIO, "ENXIO"),
        (libc::EBADF, "EBADF"),
        (libc::EAGAIN, "EAGAIN"),
        (libc::ENOMEM, "ENOMEM"),
        (libc::EACCES, "EACCES"),
        (libc::EFAULT, "EFAULT"),
        (libc::EBUSY, "EBUSY"),
        (libc::EEXIST, "EEXIST"),
        (libc::EXDEV, "EXDEV"),
        (libc::ENODEV, "ENODEV"),
        (libc::ENOTDIR, "ENOTDIR"),
        (libc::EINVAL, "EINVAL"),
        (libc::ENFILE, "ENFILE"),
        (libc::EMFILE, "EMFILE"),
        (libc::ENOTTY, "ENOTTY"),
        (libc::EFBIG, "EFBIG"),
        (libc::ENOSPC, "ENOSPC"),
        (libc::EROFS, "EROFS"),
        (libc::EDQUOT, "EDQUOT"),
        (libc::ELOOP, "ELOOP"),
        (libc::ENOSYS, "ENOSYS"),
        (libc::EOPNOTSUPP, "EOPNOTSUPP"),
        (libc::EAFNOSUPPORT, "EAFNOSUPPORT"),
        (libc::EPROTONOSUPPORT, "EPROTONOSUPPORT"),
        (libc::ESOCKTNOSUPPORT, "ESOCKTNOSUPPORT"),
        (libc::EADDRNOTAVAIL, "EADDRNOTAVAIL"),
        (libc::ENETUNREACH, "ENETUNREACH"),
        (libc::EHOSTUNREACH, "EHOSTUNREACH"),
        (libc::ECONNREFUSED, "ECONNREFUSED"),
        (libc::ECONNRESET, "ECONNRESET"),
        (libc::ETIMEDOUT, "ETIMEDOUT"),
        (libc::ENOKEY, "ENOKEY"),
    ];
    NAMES
        .iter()
        .find(|(n, _)| *n == number)
        .map_or_else(|| format!("errno {number}"), |(_, name)| name.to_string())
}

pub fn errno_text(number: i32) -> String {
    let text = std::io::Error::from_raw_os_error(number).to_string();
    text.split(" (os error").next().unwrap_or_default().to_string()
}

pub fn signal_name(number: i32) -> String {
    match number {
        libc::SIGSYS => "SIGSYS".to_string(),
        libc::SIGKILL => "SIGKILL".to_string(),
        libc::SIGSEGV => "SIGSEGV".to_string(),
        libc::SIGXFSZ => "SIGXFSZ".to_string(),
        other => format!("signal {other}"),
    }
}

/// Whether a system call filter is installed on this process.
pub fn is_filtered() -> bool {
    // SAFETY: takes integers. A filter that refuses prctl is a filter too.
    unsafe { libc::prctl(libc::PR_GET_SECCOMP) != 0 }
}

pub fn effective_uid() -> u32 {
    // SAFETY: cannot fail.
    unsafe { libc::geteuid() }
}

/// Lets any process trace this one, where Yama asks for that.
pub fn be_traceable() {
    // SAFETY: takes integers.
    unsafe {
        libc::prctl(libc::PR_SET_PTRACER, -1i64 as libc::c_ulong);
        libc::prctl(libc::PR_SET_DUMPABLE, 1);
    }
}

pub fn is_open(fd: i32) -> bool {
    // SAFETY: takes integers.
    unsafe { libc::fcntl(fd, libc::F_GETFD) >= 0 }
}

/// Type bits and device number of what a path leads to.
pub fn kind_of(path: &str) -> Result<(u32, u64), i32> {
    use std::os::unix::fs::MetadataExt;
    let found = std::fs::metadata(path).map_err(|e| e.raw_os_error().unwrap_or(0))?;
    Ok((found.mode() & libc::S_IFMT, found.rdev()))
}

/// getpid through the 32-bit entry of the kernel, with the 32-bit number.
#[cfg(target_arch = "x86_64")]
pub fn old_call(number: i64, first: i64, second: i64) -> i64 {
    let mut answer = number;
    // SAFETY: rbx is saved around the call, as the compiler keeps it for itself; the arguments are integers.
    unsafe {
        std::arch::asm!(
            "xchg rbx, {first}",
            "int 0x80",
            "xchg rbx, {first}",
            first = inout(reg) first => _,
            inout("rax") answer,
            in("rcx") second,
            in("rdx") 0i64,
        );
    }
    answer
}

/// Touches every page, so that the memory is really used.
pub fn take_memory(bytes: usize) -> Result<usize, i32> {
    // SAFETY: a private anonymous mapping of its own.
    let start = unsafe {
        libc::mmap(
            std::ptr::null_mut(),
            bytes,
            libc::PROT_READ | libc::PROT_WRITE,
            libc::MAP_PRIVATE | libc::MAP_ANONYMOUS,
            -1,
            0,
        )
    };
    if start == libc::MAP_FAILED {
        return Err(last_errno());
    }
    for page in (0..bytes).step_by(4096) {
        // SAFETY: inside the mapping that was just made.
        unsafe { start.cast::<u8>().add(page).write_volatile(1) };
    }
    Ok(bytes)
}

/// Mappings of files, kept until the end of the process.
#[derive(Default)]
pub struct Mapping(Vec<usize>);

impl Mapping {
    /// Maps the last page of a file of that many bytes, shared.
    pub fn add(&mut self, file: &std::fs::File, bytes: usize) -> Result<(), i32> {
        let page = 4096;
        // SAFETY: a new mapping at an address that the kernel chooses; nobody touches it.
        let start = unsafe {
            libc::mmap(
                std::ptr::null_mut(),
                page,
                libc::PROT_READ,
                libc::MAP_SHARED,
                file.as_raw_fd(),
                (bytes - page) as libc::off_t,
            )
        };
        if start == libc::MAP_FAILED {
            return Err(last_errno());
        }
        self.0.push(start as usize);
        Ok(())
    }
}

/// A System V segment of this key with a text in it. Answers its id.
pub fn plant_segment(key: i32, words: &[u8]) -> Result<i32, i32> {
    // SAFETY: the segment is attached writable and longer than the text.
    unsafe {
        let id = libc::shmget(key, 4096, libc::IPC_CREAT | 0o666);
        if id < 0 {
            return Err(last_errno());
        }
        let start = libc::shmat(id, std::ptr::null(), 0);
        if start as isize == -1 {
            return Err(last_errno());
        }
        std::ptr::copy_nonoverlapping(words.as_ptr(), start.cast(), words.len().min(4000));
        Ok(id)
    }
}

pub fn remove_segment(id: i32) {
    // SAFETY: takes integers.
    unsafe { libc::shmctl(id, libc::IPC_RMID, std::ptr::null_mut()) };
}

/// The bytes of the process at that address.
pub fn read_of(pid: i32, address: usize, length: usize) -> Result<Vec<u8>, i32> {
    let mut bytes = vec![0u8; length];
    let mut here = libc::iovec { iov_base: bytes.as_mut_ptr().cast(), iov_len: length };
    let mut there = libc::iovec { iov_base: address as *mut _, iov_len: length };
    let (here, there) = (&raw mut here as usize, &raw mut there as usize);
    call(libc::SYS_process_vm_readv, [pid as usize, here, 1, there, 1, 0])?;
    Ok(bytes)
}

pub fn write_of(pid: i32, address: usize, bytes: &mut [u8]) -> Result<i64, i32> {
    let mut here = libc::iovec { iov_base: bytes.as_mut_ptr().cast(), iov_len: bytes.len() };
    let mut there = libc::iovec { iov_base: address as *mut _, iov_len: bytes.len() };
    let (here, there) = (&raw mut here as usize, &raw mut there as usize);
    call(libc::SYS_process_vm_writev, [pid as usize, here, 1, there, 1, 0])
}

/// Gives the IPv4 address to the loopback interface of the present network namespace and brings it up.
pub fn dress_loopback(address: [u8; 4]) -> Result<(), i32> {
    // SAFETY: the request is zeroed, its name is short, and the address fits in the union.
    unsafe {
        let fd = libc::socket(libc::AF_INET, libc::SOCK_DGRAM | libc::SOCK_CLOEXEC, 0);
        if fd < 0 {
            return Err(last_errno());
        }
        let fd = own(fd.into());
        let mut request: libc::ifreq = std::mem::zeroed();
        for (place, letter) in request.ifr_name.iter_mut().zip(b"lo") {
            *place = *letter as libc::c_char;
        }
        request.ifr_ifru.ifru_flags = (libc::IFF_UP | libc::IFF_RUNNING) as libc::c_short;
        if libc::ioctl(fd.as_raw_fd(), libc::SIOCSIFFLAGS, &request) < 0 {
            return Err(last_errno());
        }
        let place = libc::sockaddr_in {
            sin_family: libc::AF_INET as libc::sa_family_t,
            sin_port: 0,
            sin_addr: libc::in_addr { s_addr: u32::from_ne_bytes(address) },
            sin_zero: [0; 8],
        };
        request.ifr_name[2] = b':' as libc::c_char;
        request.ifr_name[3] = b'1' as libc::c_char;
        std::ptr::copy_nonoverlapping(
            (&raw const place).cast::<u8>(),
            (&raw mut request.ifr_ifru).cast(),
            16,
        );
        if libc::ioctl(fd.as_raw_fd(), libc::SIOCSIFADDR, &request) < 0 {
            return Err(last_errno());
        }
    }
    Ok(())
}
