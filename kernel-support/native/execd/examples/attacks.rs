//! Tries, from inside a sandbox, what a sandbox must not allow. Prints one `name: answer` a line.
//!
//! With an argument it makes a single attempt that is expected to be fatal.

use std::ffi::CStr;
use std::io::Error;

fn answer(returned: i64) -> String {
    if returned >= 0 {
        format!("ALLOWED {returned}")
    } else {
        Error::last_os_error().raw_os_error().unwrap_or(0).to_string()
    }
}

/// Every attempt passes either integers or pointers to constants.
fn raw(number: libc::c_long, a: [usize; 6]) -> String {
    // SAFETY: a refused call touches no memory, and an allowed one reads the constants that it is given.
    answer(unsafe { libc::syscall(number, a[0], a[1], a[2], a[3], a[4], a[5]) })
}

fn at(text: &'static CStr) -> usize {
    text.as_ptr() as usize
}

fn numbered() -> Vec<(&'static str, libc::c_long, [usize; 6])> {
    let root = at(c"/");
    let tmpfs = at(c"tmpfs");
    let buffer = Box::leak(Box::new([0u8; 256])).as_mut_ptr() as usize;
    let cwd = libc::AT_FDCWD as usize;
    vec![
        ("ptrace", libc::SYS_ptrace, [libc::PTRACE_TRACEME as usize, 0, 0, 0, 0, 0]),
        ("process_vm_readv", libc::SYS_process_vm_readv, [1, buffer, 0, buffer, 0, 0]),
        ("process_vm_writev", libc::SYS_process_vm_writev, [1, buffer, 0, buffer, 0, 0]),
        ("pidfd_getfd", libc::SYS_pidfd_getfd, [0; 6]),
        ("unshare user", libc::SYS_unshare, [libc::CLONE_NEWUSER as usize, 0, 0, 0, 0, 0]),
        ("setns", libc::SYS_setns, [0; 6]),
        ("clone3", libc::SYS_clone3, [buffer, 88, 0, 0, 0, 0]),
        ("clone user", libc::SYS_clone, [(libc::CLONE_NEWUSER | libc::SIGCHLD) as usize, 0, 0, 0, 0, 0]),
        ("mount", libc::SYS_mount, [tmpfs, root, tmpfs, 0, 0, 0]),
        ("umount2", libc::SYS_umount2, [root, 2, 0, 0, 0, 0]),
        ("fsopen", libc::SYS_fsopen, [tmpfs, 0, 0, 0, 0, 0]),
        ("open_tree", libc::SYS_open_tree, [cwd, root, 1, 0, 0, 0]),
        ("move_mount", libc::SYS_move_mount, [cwd, root, cwd, root, 0, 0]),
        ("mount_setattr", libc::SYS_mount_setattr, [cwd, root, 0, buffer, 32, 0]),
        ("pivot_root", libc::SYS_pivot_root, [root, root, 0, 0, 0, 0]),
        ("chroot", libc::SYS_chroot, [root, 0, 0, 0, 0, 0]),
        ("io_uring_setup", libc::SYS_io_uring_setup, [8, buffer, 0, 0, 0, 0]),
        ("openat2", libc::SYS_openat2, [cwd, root, buffer, 24, 0, 0]),
        ("open_by_handle_at", libc::SYS_open_by_handle_at, [cwd, buffer, 0, 0, 0, 0]),
        ("name_to_handle_at", libc::SYS_name_to_handle_at, [cwd, root, buffer, buffer, 0, 0]),
        ("userfaultfd", libc::SYS_userfaultfd, [1, 0, 0, 0, 0, 0]),
        ("bpf", libc::SYS_bpf, [0, buffer, 64, 0, 0, 0]),
        ("perf_event_open", libc::SYS_perf_event_open, [buffer, 0, 0, usize::MAX, 0, 0]),
        ("keyctl", libc::SYS_keyctl, [0; 6]),
        ("add_key", libc::SYS_add_key, [at(c"user"), at(c"x"), buffer, 1, usize::MAX, 0]),
        ("kexec_load", libc::SYS_kexec_load, [0; 6]),
        ("init_module", libc::SYS_init_module, [buffer, 1, at(c""), 0, 0, 0]),
        ("reboot", libc::SYS_reboot, [0; 6]),
        ("syslog", libc::SYS_syslog, [2, buffer, 1, 0, 0, 0]),
        ("vhangup", libc::SYS_vhangup, [0; 6]),
        ("swapon", libc::SYS_swapon, [root, 0, 0, 0, 0, 0]),
        ("memfd_secret", libc::SYS_memfd_secret, [0; 6]),
        ("fanotify_init", libc::SYS_fanotify_init, [0; 6]),
        ("personality", libc::SYS_personality, [0x0040_0000, 0, 0, 0, 0, 0]),
        ("TIOCSTI", libc::SYS_ioctl, [0, libc::TIOCSTI as usize, at(c"x"), 0, 0, 0]),
        ("TIOCSTI high", libc::SYS_ioctl, [0, 1 << 32 | libc::TIOCSTI as usize, at(c"x"), 0, 0, 0]),
        ("socket raw", libc::SYS_socket, [libc::AF_INET as usize, libc::SOCK_RAW as usize, 1, 0, 0, 0]),
        ("socket packet", libc::SYS_socket, [libc::AF_PACKET as usize, libc::SOCK_RAW as usize, 0, 0, 0, 0]),
        (
            "socket netlink",
            libc::SYS_socket,
            [libc::AF_NETLINK as usize, libc::SOCK_RAW as usize, 0, 0, 0, 0],
        ),
        ("socket vsock", libc::SYS_socket, [libc::AF_VSOCK as usize, libc::SOCK_STREAM as usize, 0, 0, 0, 0]),
        ("socket alg", libc::SYS_socket, [libc::AF_ALG as usize, libc::SOCK_SEQPACKET as usize, 0, 0, 0, 0]),
        (
            "socket mptcp",
            libc::SYS_socket,
            [libc::AF_INET as usize, libc::SOCK_STREAM as usize, 262, 0, 0, 0],
        ),
        ("setuid 0", libc::SYS_setuid, [0; 6]),
        ("setgid 0", libc::SYS_setgid, [0; 6]),
        ("kill init", libc::SYS_kill, [1, libc::SIGSTOP as usize, 0, 0, 0, 0]),
        ("unknown call", 1999, [0; 6]),
    ]
}

fn files() {
    use std::fs::{self, OpenOptions};
    let show = |name: &str, result: Result<(), Error>| match result {
        Ok(()) => println!("{name}: ALLOWED"),
        Err(e) => println!("{name}: {}", e.raw_os_error().unwrap_or(0)),
    };
    let write = |path: &str| OpenOptions::new().write(true).open(path).map(drop);
    show("write /", fs::write("/x", "x"));
    show("write /usr", fs::write("/usr/x", "x"));
    show("mkdir /dev/x", fs::create_dir("/dev/x"));
    show("change /etc/passwd", write("/etc/passwd"));
    show("remove /etc/passwd", fs::remove_file("/etc/passwd"));
    show("read /etc/shadow", fs::read("/etc/shadow").map(drop));
    show("list /proc/1/root", fs::read_dir("/proc/1/root").map(drop));
    show("read /proc/1/mem", fs::read("/proc/1/mem").map(drop));
    show("read /proc/1/environ", fs::read("/proc/1/environ").map(drop));
    show("list /proc/1/fd", fs::read_dir("/proc/1/fd").map(drop));
    show("write /proc/sysrq-trigger", {
        // The mask is the null device: it opens and swallows.
        let is_null = fs::metadata("/proc/sysrq-trigger").map(|m| std::os::unix::fs::MetadataExt::rdev(&m));
        if is_null.as_ref().is_ok_and(|d| *d == 0x103) {
            Err(Error::from_raw_os_error(libc::EROFS))
        } else {
            is_null.map(drop)
        }
    });
    show("write core_pattern", write("/proc/sys/kernel/core_pattern"));
    show("write oom_score_adj", write("/proc/self/oom_score_adj"));
    show("write uid_map", write("/proc/self/uid_map"));
    show("list /sys", fs::read_dir("/sys").map(drop));
    show("open /dev/mem", fs::read("/dev/mem").map(drop));
    show("open /dev/kmsg", fs::read("/dev/kmsg").map(drop));
    show("open /dev/fuse", fs::read("/dev/fuse").map(drop));
    show("mknod", {
        // SAFETY: a constant path.
        let made = unsafe { libc::mknod(c"/tmp/disk".as_ptr(), libc::S_IFBLK | 0o600, 0x800) };
        if made == 0 { Ok(()) } else { Err(Error::last_os_error()) }
    });
    show("connect abstract", {
        use std::os::linux::net::SocketAddrExt;
        std::os::unix::net::SocketAddr::from_abstract_name(b"/tmp/.X11-unix/X0")
            .and_then(|a| std::os::unix::net::UnixStream::connect_addr(&a).map(drop))
    });
}

fn network() {
    use std::net::{TcpListener, TcpStream, UdpSocket};
    let show = |name: &str, result: Result<(), Error>| match result {
        Ok(()) => println!("{name}: ALLOWED"),
        Err(e) => println!("{name}: {}", e.raw_os_error().unwrap_or(0)),
    };
    show("connect tcp", TcpStream::connect(("1.1.1.1", 443)).map(drop));
    show("connect tcp6", TcpStream::connect(("2606:4700:4700::1111", 443)).map(drop));
    show("connect metadata", TcpStream::connect(("169.254.169.254", 80)).map(drop));
    show("connect loopback", TcpStream::connect(("127.0.0.1", 22)).map(drop));
    show("listen tcp", TcpListener::bind(("127.0.0.1", 0)).map(drop));
    show(
        "send udp",
        UdpSocket::bind(("0.0.0.0", 0)).and_then(|s| s.send_to(b"x", ("1.1.1.1", 53)).map(drop)),
    );
}

fn fatal(which: &str) -> ! {
    match which {
        #[cfg(target_arch = "x86_64")]
        "x32" => {
            println!("{}", raw(0x4000_0000 | libc::SYS_getpid, [0; 6]));
        }
        #[cfg(target_arch = "x86_64")]
        "int80" => {
            let mut result: i64 = 20;
            // SAFETY: getpid of the 32-bit table takes no arguments.
            unsafe { std::arch::asm!("int 0x80", inout("rax") result) };
            println!("{result}");
        }
        other => println!("no attempt is called {other}"),
    }
    std::process::exit(0)
}

fn main() {
    if let Some(which) = std::env::args().nth(1) {
        fatal(&which);
    }
    for (name, number, arguments) in numbered() {
        println!("{name}: {}", raw(number, arguments));
    }
    files();
    network();
    let inherited: Vec<i32> = (3..1024)
        // SAFETY: F_GETFD takes an integer.
        .filter(|fd| unsafe { libc::fcntl(*fd, libc::F_GETFD) } >= 0)
        .collect();
    println!("inherited: {inherited:?}");
    let environment: Vec<String> = std::env::vars().map(|(k, v)| format!("{k}={v}")).collect();
    println!("environment: {environment:?}");
}
