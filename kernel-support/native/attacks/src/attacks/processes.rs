//! Other processes: another agent, and the calls that reach into a process.

use super::{canary, refused};
use crate::attempt::{Attempted, Reach, Refusal, Try, attempt};
use crate::setting::{CANARY, Setting};
use crate::sys;
use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom, Write};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::os::fd::AsRawFd;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixListener, UnixStream};
use std::time::Duration;

fn call(number: libc::c_long, a: [usize; 6]) -> Result<i64, Refusal> {
    sys::call(number, a).map_err(Refusal::Errno)
}

const SEGMENT: i32 = 0x0a6e_7405;
const QUEUE: &str = "/agentos-victim";
const ABSTRACT: &str = "agentos-victim";
const SHORT: Duration = Duration::from_millis(1500);

/// Another agent with something to lose, in every place where an agent keeps things. Prints where they are, and stays.
pub fn victim(setting: &Setting) -> i32 {
    sys::be_traceable();
    let words: &'static mut [u8] = Box::leak(CANARY.as_bytes().to_vec().into_boxed_slice());
    let segment = sys::plant_segment(SEGMENT, CANARY.as_bytes());
    let queue = sys::text(QUEUE.trim_start_matches('/'));
    let path = format!("{}/victim.sock", setting.or("workspace", "/workspace"));
    // What would outlive a killed victim goes when the pipe to it closes.
    let Ok((end, kept)) = sys::pipe() else { return 1 };
    if let Ok(0) = sys::fork() {
        drop(kept);
        let _ = sys::call(libc::SYS_setsid, [0; 6]);
        let _ = sys::read_to_end(&end, Duration::from_secs(3600));
        segment.iter().for_each(|id| sys::remove_segment(*id));
        let _ = sys::call(libc::SYS_mq_unlink, [sys::at(&queue), 0, 0, 0, 0, 0]);
        let _ = fs::remove_file(&path);
        sys::exit(0);
    }
    let _ = sys::call(
        libc::SYS_mq_open,
        [sys::at(&queue), (libc::O_CREAT | libc::O_RDWR) as usize, 0o666, 0, 0, 0],
    );
    let abstract_name = SocketAddr::from_abstract_name(ABSTRACT.as_bytes());
    let listener = abstract_name.and_then(|name| UnixListener::bind_addr(&name));
    let _ = fs::remove_file(&path);
    let named = UnixListener::bind(&path);
    // Landlock may refuse the agent to listen at all: then this part is not there to be attacked.
    let tcp = TcpListener::bind(("127.0.0.1", setting.number("victim-tcp").unwrap_or(0) as u16));
    let udp = UdpSocket::bind(("127.0.0.1", setting.number("victim-udp").unwrap_or(0) as u16));
    for socket in [listener, named].into_iter().flatten() {
        std::thread::spawn(move || {
            for mut peer in socket.incoming().flatten() {
                let _ = peer.write_all(CANARY.as_bytes());
            }
        });
    }
    if let Ok(tcp) = tcp {
        std::thread::spawn(move || {
            for mut peer in tcp.incoming().flatten() {
                let _ = peer.write_all(CANARY.as_bytes());
            }
        });
    }
    if let Ok(udp) = udp {
        std::thread::spawn(move || {
            let mut packet = [0u8; 512];
            while let Ok((_, from)) = udp.recv_from(&mut packet) {
                let _ = udp.send_to(CANARY.as_bytes(), from);
            }
        });
    }
    println!("{}", serde_json::json!({ "victim-address": (words.as_ptr() as usize).to_string() }));
    std::thread::sleep(Duration::from_secs(setting.number("seconds").unwrap_or(600) as u64));
    drop(kept);
    0
}

fn listen(mut stream: impl Read) -> Attempted {
    let mut words = vec![0u8; 64];
    let got = stream.read(&mut words).map_err(refused)?;
    canary(&words[..got])
}

/// Reads from, writes to, signals and talks to another agent.
pub fn another_agent(setting: &Setting) -> Vec<Try> {
    let pid = || setting.number("victim-pid").map(|n| n as i32);
    let address = || setting.number("victim-address").map(|n| n as usize);
    let of = |how: &str, what: &dyn Fn(i32) -> Attempted| attempt(how, Reach::Process, || what(pid()?));
    vec![
        of("environment", &|pid| canary(&fs::read(format!("/proc/{pid}/environ")).map_err(refused)?)),
        of("command line", &|pid| canary(&fs::read(format!("/proc/{pid}/cmdline")).map_err(refused)?)),
        of("/proc/PID/mem", &|pid| {
            let mut memory = File::open(format!("/proc/{pid}/mem")).map_err(refused)?;
            memory.seek(SeekFrom::Start(address()? as u64)).map_err(refused)?;
            let mut words = vec![0u8; CANARY.len()];
            memory.read_exact(&mut words).map_err(refused)?;
            canary(&words)
        }),
        of("process_vm_readv", &|pid| {
            canary(&sys::read_of(pid, address()?, CANARY.len()).map_err(Refusal::Errno)?)
        }),
        of("process_vm_writev", &|pid| {
            let mut same = CANARY.as_bytes().to_vec();
            let written = sys::write_of(pid, address()?, &mut same).map_err(Refusal::Errno)?;
            Ok(format!("{written} bytes written"))
        }),
        of("ptrace seize", &|pid| {
            call(libc::SYS_ptrace, [0x4206, pid as usize, 0, 0, 0, 0]).map(|_| "attached".to_string())
        }),
        of("ptrace attach", &|pid| {
            call(libc::SYS_ptrace, [16, pid as usize, 0, 0, 0, 0])?;
            let _ = sys::call(libc::SYS_wait4, [pid as usize, 0, 0x4000_0000, 0, 0, 0]);
            let _ = sys::call(libc::SYS_ptrace, [17, pid as usize, 0, 0, 0, 0]);
            Ok("attached".to_string())
        }),
        of("pidfd_open", &|pid| {
            // The number may belong to a process of the own sandbox: only the right one counts.
            let fd = sys::own(call(libc::SYS_pidfd_open, [pid as usize, 0, 0, 0, 0, 0])?);
            canary(&fs::read(format!("/proc/{pid}/environ")).map_err(refused)?)?;
            Ok(format!("holds descriptor {} of it", fd.as_raw_fd()))
        }),
        of("pidfd_getfd", &|pid| {
            let fd =
                sys::call(libc::SYS_pidfd_open, [pid as usize, 0, 0, 0, 0, 0]).map_or(0, |fd| fd as usize);
            call(libc::SYS_pidfd_getfd, [fd, 0, 0, 0, 0, 0]).map(|_| "took its descriptor 0".to_string())
        }),
        of("signal", &|pid| {
            sys::kill(pid, 0).map_err(Refusal::Errno)?;
            canary(&fs::read(format!("/proc/{pid}/environ")).map_err(refused)?)?;
            Ok("may be signalled".to_string())
        }),
        of("prlimit", &|pid| {
            let mut limits = [0u64; 2];
            let read = [pid as usize, libc::RLIMIT_NOFILE as usize, 0, limits.as_mut_ptr() as usize, 0, 0];
            call(libc::SYS_prlimit64, read)?;
            canary(&fs::read(format!("/proc/{pid}/environ")).map_err(refused)?)?;
            Ok(format!("its limits are {limits:?}"))
        }),
        of("its root", &|pid| {
            let path = format!("/proc/{pid}/root{}", setting.get("secret")?);
            canary(&fs::read(path).map_err(refused)?)
        }),
        attempt("environment of every visible process", Reach::Process, || {
            for entry in fs::read_dir("/proc").map_err(refused)?.flatten() {
                let environ = entry.path().join("environ");
                if entry.file_name().to_str().is_some_and(|n| n.bytes().all(|b| b.is_ascii_digit()))
                    && fs::read(environ).is_ok_and(|text| canary(&text).is_ok())
                {
                    return Ok(format!("found it in process {}", entry.file_name().to_string_lossy()));
                }
            }
            Err(Refusal::Errno(libc::ESRCH))
        }),
        attempt("abstract socket", Reach::Process, || {
            let name = SocketAddr::from_abstract_name(ABSTRACT.as_bytes()).map_err(refused)?;
            listen(UnixStream::connect_addr(&name).map_err(refused)?)
        }),
        attempt("socket in its workspace", Reach::Process, || {
            listen(UnixStream::connect(setting.get("victim-socket")?).map_err(refused)?)
        }),
        attempt("TCP on loopback", Reach::Peer, || {
            let port = setting.number("victim-tcp")? as u16;
            listen(TcpStream::connect(("127.0.0.1", port)).map_err(refused)?)
        }),
        attempt("UDP on loopback", Reach::Peer, || {
            let port = setting.number("victim-udp")? as u16;
            let socket = UdpSocket::bind(("127.0.0.1", 0)).map_err(refused)?;
            socket.set_read_timeout(Some(SHORT)).map_err(refused)?;
            socket.connect(("127.0.0.1", port)).map_err(refused)?;
            socket.send(b"x").map_err(refused)?;
            let mut words = [0u8; 64];
            let got = socket.recv(&mut words).map_err(refused)?;
            canary(&words[..got])
        }),
        attempt("shared memory segment", Reach::Process, || {
            let id = call(libc::SYS_shmget, [SEGMENT as usize, 0, 0, 0, 0, 0])?;
            Ok(format!("segment {id} is visible"))
        }),
        attempt("message queue", Reach::Process, || {
            let name = sys::text(QUEUE.trim_start_matches('/'));
            call(libc::SYS_mq_open, [sys::at(&name), libc::O_RDWR as usize, 0, 0, 0, 0])?;
            Ok("open".to_string())
        }),
    ]
}

/// The calls that reach into a process, on a child of the attacker's own: even that must fail.
pub fn tracing(_: &Setting) -> Vec<Try> {
    let on_child = |how: &str, what: &dyn Fn(i32, usize) -> Attempted| {
        attempt(how, Reach::Call, || {
            let words: &'static mut [u8] = Box::leak(CANARY.as_bytes().to_vec().into_boxed_slice());
            let address = words.as_ptr() as usize;
            let child = sys::fork().map_err(Refusal::Errno)?;
            if child == 0 {
                sys::be_traceable();
                std::thread::sleep(Duration::from_secs(4));
                sys::exit(0);
            }
            std::thread::sleep(Duration::from_millis(20));
            let outcome = what(child, address);
            sys::kill_and_reap(child);
            outcome
        })
    };
    vec![
        attempt("ptrace: trace me", Reach::Call, || {
            call(libc::SYS_ptrace, [0; 6]).map(|_| "traced".to_string())
        }),
        on_child("ptrace: seize", &|child, _| {
            call(libc::SYS_ptrace, [0x4206, child as usize, 0, 0, 0, 0]).map(|_| "attached".to_string())
        }),
        on_child("process_vm_readv", &|child, address| {
            canary(&sys::read_of(child, address, CANARY.len()).map_err(Refusal::Errno)?)
        }),
        on_child("process_vm_writev", &|child, address| {
            let mut same = CANARY.as_bytes().to_vec();
            sys::write_of(child, address, &mut same).map(|n| format!("{n} bytes")).map_err(Refusal::Errno)
        }),
        on_child("process_madvise", &|child, address| {
            let fd = sys::own(call(libc::SYS_pidfd_open, [child as usize, 0, 0, 0, 0, 0])?);
            let vector = [address & !4095, 4096];
            let to = [fd.as_raw_fd() as usize, vector.as_ptr() as usize, 1, 20, 0, 0];
            call(libc::SYS_process_madvise, to).map(|_| "advised".to_string())
        }),
        on_child("pidfd_getfd", &|child, _| {
            let fd = sys::own(call(libc::SYS_pidfd_open, [child as usize, 0, 0, 0, 0, 0])?);
            call(libc::SYS_pidfd_getfd, [fd.as_raw_fd() as usize, 0, 0, 0, 0, 0]).map(|_| "taken".to_string())
        }),
        on_child("kcmp", &|child, _| {
            let own = sys::pid() as usize;
            call(libc::SYS_kcmp, [own, child as usize, 1, 0, 0, 0]).map(|_| "compared".to_string())
        }),
    ]
}
