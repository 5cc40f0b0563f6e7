//! Files of the host: write outside the root, read through /proc, devices, kernel files, inherited descriptors.

use super::{canary, refused};
use crate::attempt::{Attempted, Reach, Refusal, Try, attempt};
use crate::setting::Setting;
use crate::sys;
use std::fs::{self, File, OpenOptions};
use std::io::Read;
use std::os::fd::AsRawFd;
use std::os::unix::fs::{OpenOptionsExt, symlink};
use std::path::Path;

fn call(number: libc::c_long, a: [usize; 6]) -> Result<i64, Refusal> {
    sys::call(number, a).map_err(Refusal::Errno)
}

const CWD: usize = libc::AT_FDCWD as usize;
const UP: &str = "../../../../../../../../..";

/// Makes a file in a folder of the host in which the agent's own user may write.
pub fn write_outside(setting: &Setting) -> Vec<Try> {
    let outside = setting.get("outside").map(str::to_string);
    let made = |how: &str, attack: &dyn Fn(&str, &str) -> Result<(), Refusal>| {
        let reach = if how.starts_with("chroot") { Reach::Call } else { Reach::Path };
        attempt(how, reach, || {
            let outside = outside.clone()?;
            let target = format!("{outside}/through-{}", sys::pid());
            let outcome = attack(&outside, &target);
            // What the attacker says does not count: the file is looked for by another spelling.
            // An attempt that changed its root sees it by climbing only.
            let climbing = format!("{UP}{target}");
            let there = [&target, &climbing].into_iter().any(|path| fs::symlink_metadata(path).is_ok());
            for path in [&target, &climbing] {
                let _ = fs::remove_file(path);
                let _ = fs::remove_dir(path);
            }
            match (outcome, there) {
                (_, true) => Ok(format!("made {target}")),
                (Err(refusal), false) => Err(refusal),
                (Ok(()), false) => Err(Refusal::Errno(libc::ENOENT)),
            }
        })
    };
    let link = |name: &str| format!("{}/link-{name}-{}", setting.scratch(), sys::pid());
    vec![
        made("open", &|_, target| File::create(target).map(drop).map_err(refused)),
        made("creat", &|_, target| {
            call(libc::SYS_creat, [sys::at(&sys::text(target)), 0o600, 0, 0, 0, 0]).map(drop)
        }),
        made("open through ..", &|_, target| {
            File::create(format!("{UP}{target}")).map(drop).map_err(refused)
        }),
        made("openat2", &|_, target| {
            let name = sys::text(target);
            let how = [(libc::O_CREAT | libc::O_WRONLY) as u64, 0o600, 0];
            call(libc::SYS_openat2, [CWD, sys::at(&name), how.as_ptr() as usize, 24, 0, 0]).map(drop)
        }),
        made("path descriptor, then openat", &|outside, target| {
            let folder =
                OpenOptions::new().read(true).custom_flags(libc::O_PATH).open(outside).map_err(refused)?;
            let name = sys::text(target.rsplit('/').next().unwrap_or_default());
            let flags = (libc::O_CREAT | libc::O_WRONLY) as usize;
            call(libc::SYS_openat, [folder.as_raw_fd() as usize, sys::at(&name), flags, 0o600, 0, 0])
                .map(drop)
        }),
        made("mkdir", &|_, target| fs::create_dir(target).map_err(refused)),
        made("mknod", &|_, target| {
            call(libc::SYS_mknod, [sys::at(&sys::text(target)), libc::S_IFREG as usize | 0o600, 0, 0, 0, 0])
                .map(drop)
        }),
        made("symlink", &|_, target| symlink("/nowhere", target).map_err(refused)),
        made("open through an own symlink", &|outside, target| {
            let link = link("dir");
            symlink(outside, &link).map_err(refused)?;
            let name = target.rsplit('/').next().unwrap_or_default();
            let done = File::create(format!("{link}/{name}")).map(drop).map_err(refused);
            let _ = fs::remove_file(&link);
            done
        }),
        made("rename into it", &|_, target| {
            let own = link("file");
            fs::write(&own, "x").map_err(refused)?;
            let done = fs::rename(&own, target).map_err(refused);
            let _ = fs::remove_file(&own);
            done
        }),
        made("link into it", &|_, target| {
            let own = link("hard");
            fs::write(&own, "x").map_err(refused)?;
            let done = fs::hard_link(&own, target).map_err(refused);
            let _ = fs::remove_file(&own);
            done
        }),
        made("unnamed file, linked by its descriptor", &|_, target| {
            let unnamed = OpenOptions::new()
                .write(true)
                .custom_flags(libc::O_TMPFILE)
                .open(setting.scratch())
                .map_err(refused)?;
            let own = sys::text(&format!("/proc/self/fd/{}", unnamed.as_raw_fd()));
            let name = sys::text(target);
            let follow = libc::AT_SYMLINK_FOLLOW as usize;
            call(libc::SYS_linkat, [CWD, sys::at(&own), CWD, sys::at(&name), follow, 0]).map(drop)
        }),
        made("/proc/self/root", &|_, target| {
            File::create(format!("/proc/self/root{target}")).map(drop).map_err(refused)
        }),
        made("/proc/self/cwd/..", &|_, target| {
            File::create(format!("/proc/self/cwd/{UP}{target}")).map(drop).map_err(refused)
        }),
        made("chroot and climb out", &|_, target| {
            let below = link("root");
            fs::create_dir(&below).map_err(refused)?;
            let gone = call(libc::SYS_chroot, [sys::at(&sys::text(&below)), 0, 0, 0, 0, 0]);
            let _ = fs::remove_dir(&below);
            gone?;
            let _ = fs::remove_dir(format!("{UP}{below}"));
            File::create(format!("{UP}{target}")).map(drop).map_err(refused)
        }),
    ]
}

/// Opens files of the system for writing, without writing.
pub fn write_system(_: &Setting) -> Vec<Try> {
    ["/etc/passwd", "/etc/hosts", "/usr/bin/env", "/usr/lib/os-release", "/proc/self/root/etc/passwd"]
        .into_iter()
        .map(|path| {
            attempt(format!("open {path} for writing"), Reach::Path, || {
                OpenOptions::new().write(true).open(path).map_err(refused)?;
                Ok(format!("{path} is open for writing"))
            })
        })
        .chain(["/", "/usr/bin", "/etc"].into_iter().map(|folder| {
            attempt(format!("make a folder in {folder}"), Reach::Path, || {
                let made = Path::new(folder).join(format!("agentos-attack-{}", sys::pid()));
                fs::create_dir(&made).map_err(refused)?;
                let _ = fs::remove_dir(&made);
                Ok(format!("made {}", made.display()))
            })
        }))
        .collect()
}

fn read(path: &str) -> Attempted {
    let mut text = Vec::new();
    File::open(path).and_then(|file| file.take(4096).read_to_end(&mut text)).map_err(refused)?;
    canary(&text)
}

/// Reads a file of the host by every way that leads around the own root.
pub fn read_outside(setting: &Setting) -> Vec<Try> {
    let secret = setting.get("secret").map(str::to_string);
    let parent = std::os::unix::process::parent_id();
    let by = |how: &str, path: &dyn Fn(&str) -> String| {
        attempt(how, Reach::Path, || read(&path(&secret.clone()?)))
    };
    let scan = |how: &str, part: &str| {
        attempt(how, Reach::Path, || {
            let secret = secret.clone()?;
            let mut last = Err(Refusal::Errno(libc::ENOENT));
            for entry in fs::read_dir("/proc").map_err(refused)?.flatten() {
                let name = entry.file_name();
                let name = name.to_string_lossy();
                let is_pid = name.bytes().all(|b| b.is_ascii_digit());
                if is_pid {
                    last = read(&format!("/proc/{name}/{part}{secret}"));
                    if last.is_ok() {
                        return last;
                    }
                }
            }
            last
        })
    };
    vec![
        by("open", &str::to_string),
        by("open through ..", &|s| format!("{UP}{s}")),
        by("/proc/1/root", &|s| format!("/proc/1/root{s}")),
        by("/proc/1/cwd", &|s| format!("/proc/1/cwd/{UP}{s}")),
        by("/proc/self/root", &|s| format!("/proc/self/root{s}")),
        by("/proc/thread-self/root", &|s| format!("/proc/thread-self/root{s}")),
        by("/proc/self/task/TID/root", &|s| format!("/proc/self/task/{}/root{s}", sys::pid())),
        by("/proc of the parent", &|s| format!("/proc/{parent}/root{s}")),
        scan("root of every process", "root"),
        scan("working folder of every process", &format!("cwd/{UP}")),
        attempt("own symlink", Reach::Path, || {
            let link = format!("{}/secret-{}", setting.scratch(), sys::pid());
            symlink(secret.clone()?, &link).map_err(refused)?;
            let found = read(&link);
            let _ = fs::remove_file(&link);
            found
        }),
        attempt("openat2 without limits", Reach::Path, || {
            let name = sys::text(&secret.clone()?);
            let how = [0u64; 3];
            let fd = call(libc::SYS_openat2, [CWD, sys::at(&name), how.as_ptr() as usize, 24, 0, 0])?;
            let mut text = Vec::new();
            File::from(sys::own(fd)).read_to_end(&mut text).map_err(refused)?;
            canary(&text)
        }),
        attempt("file handle", Reach::Call, || {
            let name = sys::text(&secret.clone()?);
            let mut handle = [0u32; 40];
            handle[0] = 128;
            let mut mount = 0i32;
            let to = [CWD, sys::at(&name), handle.as_mut_ptr() as usize, (&raw mut mount) as usize, 0, 0];
            call(libc::SYS_name_to_handle_at, to)?;
            let root = File::open("/").map_err(refused)?;
            let from = [root.as_raw_fd() as usize, handle.as_ptr() as usize, 0, 0, 0, 0];
            let fd = call(libc::SYS_open_by_handle_at, from)?;
            let mut text = Vec::new();
            File::from(sys::own(fd)).read_to_end(&mut text).map_err(refused)?;
            canary(&text)
        }),
        attempt("guessed handle of the root inode", Reach::Call, || {
            // ext4's handle of inode 2, as the known escape from containers guesses it.
            let handle: [u32; 4] = [8, 1, 2, 0];
            let root = File::open("/").map_err(refused)?;
            let from = [root.as_raw_fd() as usize, handle.as_ptr() as usize, 0, 0, 0, 0];
            call(libc::SYS_open_by_handle_at, from).map(|_| "opened inode 2 by its handle".to_string())
        }),
        attempt("mount namespace of process 1", Reach::Path, || {
            let namespace = File::open("/proc/1/ns/mnt").map_err(refused)?;
            call(libc::SYS_setns, [namespace.as_raw_fd() as usize, 0, 0, 0, 0, 0])?;
            read(&secret.clone()?)
        }),
    ]
}

/// Uses a descriptor that was there before the program started.
pub fn inherited(setting: &Setting) -> Vec<Try> {
    // Kept open over the forks below, as one that leaked over exec would be.
    let planted =
        setting.control.then(|| setting.get("secret").ok().and_then(|s| File::open(s).ok())).flatten();
    let mut tries = vec![attempt("read what is open already", Reach::Path, || {
        let own = planted.as_ref().map_or(-1, AsRawFd::as_raw_fd);
        for fd in 3..4096 {
            // The attempt's own pipe is no inheritance.
            if sys::is_open(fd) && (fd == own || is_foreign(fd)) {
                let mut text = Vec::new();
                let again = File::open(format!("/proc/self/fd/{fd}"));
                let read = again.and_then(|file| file.take(4096).read_to_end(&mut text));
                return Ok(format!("descriptor {fd} was open, and {} bytes were read", read.unwrap_or(0)));
            }
        }
        Err(Refusal::Errno(libc::EBADF))
    })];
    for fd in 0..3 {
        tries.push(attempt(format!("climb from descriptor {fd}"), Reach::Path, || {
            if setting.control {
                // Outside, a folder in the place of the stream shows what it would be good for.
                let folder = File::open("/").map_err(refused)?;
                call(libc::SYS_dup3, [folder.as_raw_fd() as usize, fd, 0, 0, 0, 0])?;
            }
            let secret = setting.get("secret")?.trim_start_matches('/').to_string();
            let name = sys::text(&format!("../../../../../../{secret}"));
            let found = call(libc::SYS_openat, [fd, sys::at(&name), 0, 0, 0, 0])?;
            let mut text = Vec::new();
            File::from(sys::own(found)).read_to_end(&mut text).map_err(refused)?;
            canary(&text)
        }));
    }
    tries
}

fn is_foreign(fd: i32) -> bool {
    fs::read_link(format!("/proc/self/fd/{fd}")).is_ok_and(|to| {
        !to.to_string_lossy().starts_with("pipe:") && !to.to_string_lossy().contains("/proc/")
    })
}

/// Opens devices of the machine, and makes some.
pub fn devices(setting: &Setting) -> Vec<Try> {
    let mut tries: Vec<Try> = [
        "/dev/mem",
        "/dev/kmsg",
        "/dev/fuse",
        "/dev/kvm",
        "/dev/port",
        "/dev/net/tun",
        "/dev/loop-control",
        "/dev/vda",
        "/dev/sda",
        "/dev/console",
        "/dev/tty0",
        "/dev/ptmx",
        "/dev/vsock",
        "/dev/vhost-net",
        "/dev/vhost-vsock",
        "/dev/uinput",
        "/dev/cpu/0/msr",
        "/dev/btrfs-control",
        "/dev/hwrng",
        "/dev/rtc0",
    ]
    .into_iter()
    .map(|path| {
        attempt(format!("open {path}"), Reach::Path, || {
            File::open(path).map_err(refused)?;
            Ok(format!("{path} is open"))
        })
    })
    .collect();
    for (what, kind, device) in [
        ("make a disk", libc::S_IFBLK, libc::makedev(254, 0)),
        ("make /dev/mem", libc::S_IFCHR, libc::makedev(1, 1)),
        ("make /dev/kmsg", libc::S_IFCHR, libc::makedev(1, 11)),
    ] {
        tries.push(attempt(what, Reach::Privilege, || {
            let path = format!("{}/device-{}", setting.scratch(), sys::pid());
            let name = sys::text(&path);
            let made =
                call(libc::SYS_mknod, [sys::at(&name), (kind | 0o600) as usize, device as usize, 0, 0, 0]);
            let _ = fs::remove_file(&path);
            made.map(|_| format!("made {path}"))
        }));
    }
    tries
}

/// Opens what steers or shows the kernel, without writing.
pub fn kernel_files(_: &Setting) -> Vec<Try> {
    let writes = [
        "/sys/kernel/uevent_helper",
        "/sys/kernel/mm/ksm/run",
        "/sys/kernel/rcu_expedited",
        "/sys/power/state",
        "/sys/module/printk/parameters/time",
        "/sys/kernel/tracing/trace_marker",
        "/proc/sys/kernel/core_pattern",
        "/proc/sys/kernel/modprobe",
        "/proc/sys/kernel/hostname",
        "/proc/sys/vm/panic_on_oom",
        "/proc/sys/net/ipv4/ip_forward",
        "/proc/sysrq-trigger",
        "/proc/irq/default_smp_affinity",
    ];
    let reads = [
        "/proc/kcore",
        "/proc/kmsg",
        "/proc/keys",
        "/proc/timer_list",
        "/sys/kernel/notes",
        "/proc/1/environ",
        "/proc/1/maps",
    ];
    let mut tries: Vec<Try> = writes
        .into_iter()
        .map(|path| {
            attempt(format!("open {path} for writing"), Reach::Path, || {
                OpenOptions::new().write(true).open(path).map_err(refused)?;
                not_null(path)
            })
        })
        .collect();
    tries.extend(reads.into_iter().map(|path| {
        attempt(format!("read {path}"), Reach::Path, || {
            let mut byte = [0u8; 1];
            let file = OpenOptions::new().read(true).custom_flags(libc::O_NONBLOCK).open(path);
            let got = file.and_then(|mut file| file.read(&mut byte)).map_err(refused)?;
            if got == 0 {
                return Err(Refusal::Errno(libc::ENOENT));
            }
            not_null(path)
        })
    }));
    tries.push(attempt("list /sys/kernel", Reach::Path, || {
        let entries = fs::read_dir("/sys/kernel").map_err(refused)?.count();
        Ok(format!("{entries} entries"))
    }));
    tries
}

/// A mask is the null device: it opens and swallows.
fn not_null(path: &str) -> Attempted {
    match sys::kind_of(path) {
        Ok((libc::S_IFCHR, device)) if device == libc::makedev(1, 3) => Err(Refusal::Errno(libc::ENOENT)),
        _ => Ok(format!("{path} is open")),
    }
}
