//! Interfaces of the kernel that build or break sandboxes, or are known for their bugs; and its other call tables.

use super::privileges::become_root_of_own_namespace;
use super::refused;
use crate::attempt::{Reach, Refusal, Try, attempt};
use crate::setting::Setting;
use crate::sys;
use std::ffi::CString;
use std::fs::File;
use std::os::fd::AsRawFd;

fn call(number: libc::c_long, a: [usize; 6]) -> Result<i64, Refusal> {
    sys::call(number, a).map_err(Refusal::Errno)
}

const CWD: usize = libc::AT_FDCWD as usize;

fn plain(how: &str, number: libc::c_long, arguments: [usize; 6]) -> Try {
    attempt(how, Reach::Call, || call(number, arguments).map(|n| format!("answered {n}")))
}

/// Mounting by the old and the new interface, beginning in a namespace of its own where one can be had.
pub fn mounts(_: &Setting) -> Vec<Try> {
    let tmpfs = sys::text("tmpfs");
    let root = sys::text("/");
    let tmp = sys::text("/tmp");
    let as_root = |how: &str, what: &dyn Fn() -> Result<i64, Refusal>| {
        attempt(how, Reach::Call, || {
            become_root_of_own_namespace();
            what().map(|n| format!("answered {n}"))
        })
    };
    let proc = sys::text("proc");
    let empty = sys::text("");
    let open_tree = |path: &CString| call(libc::SYS_open_tree, [CWD, sys::at(path), 1, 0, 0, 0]);
    vec![
        as_root("mount: tmpfs", &|| {
            call(libc::SYS_mount, [sys::at(&tmpfs), sys::at(&tmp), sys::at(&tmpfs), 0, 0, 0])
        }),
        as_root("mount: bind", &|| {
            let flags = (libc::MS_BIND | libc::MS_REC) as usize;
            call(libc::SYS_mount, [sys::at(&root), sys::at(&tmp), 0, flags, 0, 0])
        }),
        as_root("mount: a fresh /proc", &|| {
            // A new pid namespace holds the next child, not the caller.
            let _ = sys::call(libc::SYS_unshare, [libc::CLONE_NEWPID as usize, 0, 0, 0, 0, 0]);
            let child = sys::fork().map_err(Refusal::Errno)?;
            if child == 0 {
                let done =
                    sys::call(libc::SYS_mount, [sys::at(&proc), sys::at(&tmp), sys::at(&proc), 0, 0, 0]);
                sys::exit(done.err().unwrap_or(0));
            }
            match sys::exit_code(child) {
                0 => Ok(0),
                number => Err(Refusal::Errno(number)),
            }
        }),
        as_root("mount: root writable again", &|| {
            let flags = (libc::MS_REMOUNT | libc::MS_BIND) as usize;
            call(libc::SYS_mount, [0, sys::at(&root), 0, flags, 0, 0])
        }),
        as_root("umount2: what covers", &|| {
            call(libc::SYS_mount, [sys::at(&tmpfs), sys::at(&tmp), sys::at(&tmpfs), 0, 0, 0])
                .and_then(|_| call(libc::SYS_umount2, [sys::at(&tmp), libc::MNT_DETACH as usize, 0, 0, 0, 0]))
                .or_else(|_| call(libc::SYS_umount2, [sys::at(&proc), libc::MNT_DETACH as usize, 0, 0, 0, 0]))
        }),
        as_root("fsopen", &|| call(libc::SYS_fsopen, [sys::at(&tmpfs), 0, 0, 0, 0, 0])),
        as_root("fsopen, fsconfig, fsmount", &|| {
            let fd = sys::own(call(libc::SYS_fsopen, [sys::at(&tmpfs), 0, 0, 0, 0, 0])?);
            let fd = fd.as_raw_fd() as usize;
            call(libc::SYS_fsconfig, [fd, 6, 0, 0, 0, 0])?;
            call(libc::SYS_fsmount, [fd, 0, 0, 0, 0, 0])
        }),
        as_root("fspick", &|| {
            let _ = sys::call(libc::SYS_mount, [sys::at(&tmpfs), sys::at(&tmp), sys::at(&tmpfs), 0, 0, 0]);
            call(libc::SYS_fspick, [CWD, sys::at(&tmp), 0, 0, 0, 0])
        }),
        as_root("open_tree", &|| open_tree(&tmp)),
        as_root("open_tree, move_mount", &|| {
            let tree = sys::own(open_tree(&tmp)?);
            let from = [tree.as_raw_fd() as usize, sys::at(&empty), CWD, sys::at(&tmp), 4, 0];
            call(libc::SYS_move_mount, from)
        }),
        as_root("mount_setattr", &|| {
            let attributes = [0u64; 4];
            call(libc::SYS_mount_setattr, [CWD, sys::at(&root), 0, attributes.as_ptr() as usize, 32, 0])
        }),
        as_root("pivot_root", &|| {
            call(libc::SYS_mount, [sys::at(&tmpfs), sys::at(&tmp), sys::at(&tmpfs), 0, 0, 0])
                .and_then(|_| call(libc::SYS_chdir, [sys::at(&tmp), 0, 0, 0, 0, 0]))
                .ok();
            let here = sys::text(".");
            call(libc::SYS_pivot_root, [sys::at(&here), sys::at(&here), 0, 0, 0, 0])
        }),
        as_root("chroot", &|| call(libc::SYS_chroot, [sys::at(&tmp), 0, 0, 0, 0, 0])),
        as_root("listmount", &|| {
            let request = [24u64, u64::MAX, 0];
            let mut found = [0u64; 16];
            call(458, [request.as_ptr() as usize, found.as_mut_ptr() as usize, 16, 0, 0, 0])
        }),
        as_root("sethostname", &|| {
            let name = sys::text("owned");
            call(libc::SYS_sethostname, [sys::at(&name), 5, 0, 0, 0, 0])
        }),
    ]
}

/// Kernel interfaces that no agent needs.
pub fn interfaces(_: &Setting) -> Vec<Try> {
    let user = sys::text("user");
    let name = sys::text("agentos-attack");
    let empty = sys::text("");
    let mut tries = vec![
        attempt("bpf: make a map", Reach::Call, || {
            let attributes = [2u32, 4, 4, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
            call(libc::SYS_bpf, [0, attributes.as_ptr() as usize, 64, 0, 0, 0]).map(|_| "a map".to_string())
        }),
        attempt("bpf: load a program", Reach::Call, || {
            // r0 = 0; exit
            let code = [0x0000_00b7u64, 0x0000_0095u64];
            let licence = sys::text("GPL");
            let mut attributes = [0u64; 9];
            attributes[0] = 1 | 2 << 32;
            attributes[1] = code.as_ptr() as u64;
            attributes[2] = sys::at(&licence) as u64;
            call(libc::SYS_bpf, [5, attributes.as_ptr() as usize, 72, 0, 0, 0])
                .map(|_| "a program".to_string())
        }),
        attempt("keyctl: session keyring", Reach::Call, || {
            call(libc::SYS_keyctl, [0, usize::MAX - 2, 0, 0, 0, 0]).map(|n| format!("keyring {n}"))
        }),
        attempt("add_key", Reach::Call, || {
            let session = usize::MAX - 1;
            call(libc::SYS_add_key, [sys::at(&user), sys::at(&name), sys::at(&name), 1, session, 0])
                .map(|n| format!("key {n}"))
        }),
        attempt("request_key", Reach::Call, || {
            let session = usize::MAX - 1;
            let _ =
                sys::call(libc::SYS_add_key, [sys::at(&user), sys::at(&name), sys::at(&name), 1, session, 0]);
            call(libc::SYS_request_key, [sys::at(&user), sys::at(&name), 0, session, 0, 0])
                .map(|n| format!("key {n}"))
        }),
        attempt("userfaultfd", Reach::Call, || {
            call(libc::SYS_userfaultfd, [1, 0, 0, 0, 0, 0]).map(|n| format!("descriptor {n}"))
        }),
        attempt("io_uring", Reach::Call, || {
            let mut parameters = [0u32; 30];
            call(libc::SYS_io_uring_setup, [8, parameters.as_mut_ptr() as usize, 0, 0, 0, 0])
                .map(|n| format!("ring {n}"))
        }),
        attempt("perf: own process", Reach::Call, || {
            let mut attributes = [0u64; 16];
            attributes[0] = 1 | 128 << 32; // software clock
            attributes[5] = 1 << 5 | 1 << 6; // without kernel and hypervisor
            call(libc::SYS_perf_event_open, [attributes.as_ptr() as usize, 0, usize::MAX, usize::MAX, 0, 0])
                .map(|n| format!("descriptor {n}"))
        }),
        attempt("perf: a whole processor", Reach::Call, || {
            let mut attributes = [0u64; 16];
            attributes[0] = 1 | 128 << 32;
            call(libc::SYS_perf_event_open, [attributes.as_ptr() as usize, usize::MAX, 0, usize::MAX, 0, 0])
                .map(|n| format!("descriptor {n}"))
        }),
        plain("fanotify", libc::SYS_fanotify_init, [0x200, 0, 0, 0, 0, 0]),
        plain("syslog: read the kernel's log", libc::SYS_syslog, [10, 0, 0, 0, 0, 0]),
        plain("memfd_secret", libc::SYS_memfd_secret, [0; 6]),
        attempt("kexec_load", Reach::Call, || {
            // The right is checked before these impossible flags are.
            match sys::call(libc::SYS_kexec_load, [0, 0, 0, 0xffff, 0, 0]) {
                Err(libc::EINVAL) | Ok(_) => Ok("looked at the flags".to_string()),
                Err(number) => Err(Refusal::Errno(number)),
            }
        }),
        attempt("delete_module", Reach::Call, || {
            match sys::call(libc::SYS_delete_module, [sys::at(&name), libc::O_NONBLOCK as usize, 0, 0, 0, 0])
            {
                // No such module: the kernel looked for it, so it would have unloaded one.
                Err(libc::ENOENT) | Ok(_) => Ok("looked for the module".to_string()),
                Err(number) => Err(Refusal::Errno(number)),
            }
        }),
        attempt("init_module", Reach::Call, || {
            match sys::call(libc::SYS_init_module, [sys::at(&name), 8, sys::at(&empty), 0, 0, 0]) {
                Err(libc::ENOEXEC) | Ok(_) => Ok("read the module".to_string()),
                Err(number) => Err(Refusal::Errno(number)),
            }
        }),
        attempt("swapon", Reach::Call, || {
            let path = sys::text("/nowhere");
            match sys::call(libc::SYS_swapon, [sys::at(&path), 0, 0, 0, 0, 0]) {
                Err(libc::ENOENT) | Ok(_) => Ok("looked for the file".to_string()),
                Err(number) => Err(Refusal::Errno(number)),
            }
        }),
        attempt("quotactl", Reach::Call, || {
            // Q_SYNC on everything changes nothing.
            call(libc::SYS_quotactl, [0x8000_0100, 0, 0, 0, 0, 0]).map(|_| "synced".to_string())
        }),
        plain("personality: fixed addresses", libc::SYS_personality, [0x0040_0000, 0, 0, 0, 0, 0]),
        attempt("mbind", Reach::Call, || call(libc::SYS_mbind, [0; 6]).map(|_| "bound".to_string())),
    ];
    tries.push(attempt("open_by_handle_at", Reach::Call, || {
        let root = File::open("/").map_err(refused)?;
        let mut handle = [0u32; 40];
        handle[0] = 128;
        let mut mount = 0i32;
        let path = sys::text("/usr");
        let to = [CWD, sys::at(&path), handle.as_mut_ptr() as usize, (&raw mut mount) as usize, 0, 0];
        call(libc::SYS_name_to_handle_at, to)?;
        let from = [root.as_raw_fd() as usize, handle.as_ptr() as usize, libc::O_PATH as usize, 0, 0, 0];
        call(libc::SYS_open_by_handle_at, from).map(|_| "opened".to_string())
    }));
    tries
}

/// Puts characters into the input of a terminal.
pub fn terminals(_: &Setting) -> Vec<Try> {
    let letter = sys::text("x");
    let request = |how: &str, number: usize| {
        attempt(how, Reach::Call, || {
            // It would be told of the end of its own terminal.
            sys::ignore_hang_up();
            // A terminal of its own where there is none; where none can be had, standard input stands in.
            let own = sys::call(libc::SYS_setsid, [0; 6]).and_then(|_| {
                File::options().read(true).write(true).open("/dev/ptmx").map_err(|e| super::number(&e))
            });
            let unlock = 0i32;
            let line = own.ok().and_then(|main| {
                let fd = main.as_raw_fd() as usize;
                let _ = sys::call(
                    libc::SYS_ioctl,
                    [fd, libc::TIOCSPTLCK as usize, (&raw const unlock) as usize, 0, 0, 0],
                );
                let peer = sys::call(
                    libc::SYS_ioctl,
                    [fd, libc::TIOCGPTPEER as usize, libc::O_RDWR as usize, 0, 0, 0],
                );
                peer.ok().map(|peer| (main, sys::own(peer)))
            });
            let fd = line.as_ref().map_or(0, |(_, peer)| peer.as_raw_fd() as usize);
            let _ = sys::call(libc::SYS_ioctl, [fd, libc::TIOCSCTTY as usize, 0, 0, 0, 0]);
            call(libc::SYS_ioctl, [fd, number, sys::at(&letter), 0, 0, 0]).map(|_| "typed".to_string())
        })
    };
    vec![
        request("TIOCSTI", libc::TIOCSTI as usize),
        request("TIOCSTI with high bits", 1 << 32 | libc::TIOCSTI as usize),
    ]
}

/// The call tables of other architectures, in which the numbers mean something else.
#[cfg(target_arch = "x86_64")]
pub fn foreign_calls(_: &Setting) -> Vec<Try> {
    let old = |how: &str, number: i64, first: i64, second: i64| {
        attempt(how, Reach::Call, || {
            let answer = sys::old_call(number, first, second);
            if answer < 0 { Err(Refusal::Errno(-answer as i32)) } else { Ok(format!("answered {answer}")) }
        })
    };
    vec![
        old("int 0x80: getpid", 20, 0, 0),
        old("int 0x80: getuid", 199, 0, 0),
        old("int 0x80: alarm, where 27 is mincore", 27, 0, 0),
        plain("x32: getpid", 0x4000_0000 | libc::SYS_getpid, [0; 6]),
        plain("x32: getuid", 0x4000_0000 | libc::SYS_getuid, [0; 6]),
    ]
}

#[cfg(not(target_arch = "x86_64"))]
pub fn foreign_calls(_: &Setting) -> Vec<Try> {
    Vec::new()
}
