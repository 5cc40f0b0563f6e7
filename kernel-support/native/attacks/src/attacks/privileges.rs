//! Privileges: namespaces, identities, setuid programs, control groups, and programs that the agent writes itself.

use super::{canary, refused};
use crate::attempt::{Attempted, Reach, Refusal, Try, attempt};
use crate::setting::Setting;
use crate::sys;
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::os::fd::AsRawFd;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

fn call(number: libc::c_long, a: [usize; 6]) -> Result<i64, Refusal> {
    sys::call(number, a).map_err(Refusal::Errno)
}

const NAMESPACES: &[(&str, i32)] = &[
    ("user", libc::CLONE_NEWUSER),
    ("user and mount", libc::CLONE_NEWUSER | libc::CLONE_NEWNS),
    ("user and net", libc::CLONE_NEWUSER | libc::CLONE_NEWNET),
    ("user and pid", libc::CLONE_NEWUSER | libc::CLONE_NEWPID),
    ("user and cgroup", libc::CLONE_NEWUSER | libc::CLONE_NEWCGROUP),
];

/// New namespaces by the old and the new call.
pub fn namespaces(_: &Setting) -> Vec<Try> {
    let mut tries = Vec::new();
    for (name, flags) in NAMESPACES {
        tries.push(attempt(format!("unshare: {name}"), Reach::Call, || {
            call(libc::SYS_unshare, [*flags as u32 as usize, 0, 0, 0, 0, 0])?;
            Ok("in a new namespace".to_string())
        }));
    }
    let child = |made: i64| {
        if made == 0 {
            sys::exit(0);
        }
        sys::reap(made as i32);
        Ok(format!("process {made} is in a new namespace"))
    };
    tries.push(attempt("clone: user", Reach::Call, || {
        let flags = (libc::CLONE_NEWUSER | libc::SIGCHLD) as u32 as usize;
        child(call(libc::SYS_clone, [flags, 0, 0, 0, 0, 0])?)
    }));
    tries.push(attempt("clone3: user", Reach::Call, || {
        let mut arguments = [0u64; 11];
        arguments[0] = libc::CLONE_NEWUSER as u32 as u64;
        arguments[4] = libc::SIGCHLD as u64;
        child(call(libc::SYS_clone3, [arguments.as_ptr() as usize, 88, 0, 0, 0, 0])?)
    }));
    tries.push(attempt("clone3: into another cgroup", Reach::Call, || {
        let folder = File::open("/sys/fs/cgroup/unified").or_else(|_| File::open("/sys/fs/cgroup"));
        let fd = folder.as_ref().map_or(0, AsRawFd::as_raw_fd);
        let mut arguments = [0u64; 11];
        arguments[0] = 0x2_0000_0000; // CLONE_INTO_CGROUP
        arguments[4] = libc::SIGCHLD as u64;
        arguments[10] = fd as u64;
        child(call(libc::SYS_clone3, [arguments.as_ptr() as usize, 88, 0, 0, 0, 0])?)
    }));
    for name in ["mnt", "net", "pid", "user"] {
        tries.push(attempt(format!("setns: {name} of process 1"), Reach::Call, || {
            let path = format!("/proc/1/ns/{name}");
            // Without the file the call is tried all the same, on what is there.
            let file = File::open(&path).or_else(|_| File::open("/proc/self/ns/uts")).map_err(refused)?;
            call(libc::SYS_setns, [file.as_raw_fd() as usize, 0, 0, 0, 0, 0])?;
            Ok(format!("in {path}"))
        }));
    }
    tries
}

/// Other ids and more capabilities.
pub fn identities(_: &Setting) -> Vec<Try> {
    let ids = |how: &str, number: libc::c_long, arguments: [usize; 6]| {
        attempt(how, Reach::Privilege, || {
            call(number, arguments)?;
            Ok(format!("effective uid {}", sys::effective_uid()))
        })
    };
    let none = usize::MAX;
    vec![
        ids("setuid 0", libc::SYS_setuid, [0; 6]),
        ids("setresuid 0", libc::SYS_setresuid, [0; 6]),
        ids("setreuid 0", libc::SYS_setreuid, [none, 0, 0, 0, 0, 0]),
        ids("setgid 0", libc::SYS_setgid, [0; 6]),
        ids("no supplementary groups", libc::SYS_setgroups, [0; 6]),
        attempt("capset", Reach::Privilege, || {
            let header = [0x2008_0522u32, 0];
            let wanted = [1u32 << 21, 1 << 21, 0, 0, 0, 0];
            call(libc::SYS_capset, [header.as_ptr() as usize, wanted.as_ptr() as usize, 0, 0, 0, 0])?;
            Ok("holds CAP_SYS_ADMIN".to_string())
        }),
        attempt("fsuid 0", Reach::Privilege, || {
            let _ = sys::call(libc::SYS_setfsuid, [0; 6]);
            match sys::call(libc::SYS_setfsuid, [none, 0, 0, 0, 0, 0]) {
                Ok(0) => Ok("files are opened as uid 0".to_string()),
                _ => Err(Refusal::Errno(libc::EPERM)),
            }
        }),
        attempt("write /proc/self/uid_map", Reach::Path, || {
            let mut map = OpenOptions::new().write(true).open("/proc/self/uid_map").map_err(refused)?;
            let words = if sys::effective_uid() == 0 { "0 0 1\n" } else { "0 0 4294967295\n" };
            // An initial namespace answers EPERM to everybody: opening is what a control can show.
            let _ = map.write_all(words.as_bytes());
            Ok("opened for writing".to_string())
        }),
    ]
}

/// Runs programs with the set-user-id bit and with file capabilities, and asks who they are.
pub fn setuid_programs(setting: &Setting) -> Vec<Try> {
    let own = sys::effective_uid();
    ["setuid", "filecaps"]
        .into_iter()
        .map(|which| {
            attempt(format!("planted program: {which}"), Reach::Privilege, || {
                let program = setting.get(which)?;
                let said = Command::new(program).arg("whoami").output().map_err(refused)?;
                let words = String::from_utf8_lossy(&said.stdout).trim().to_string();
                let gained = words.starts_with("uid 0 ") && own != 0
                    || !words.ends_with("capabilities 0000000000000000");
                match gained {
                    true => Ok(words),
                    false => Err(Refusal::Answer(format!("it ran as {words}"))),
                }
            })
        })
        .collect()
}

/// What `whoami` prints: the effective uid and the effective capabilities.
pub fn whoami() -> String {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let effective =
        status.lines().find_map(|l| l.strip_prefix("CapEff:")).unwrap_or("unknown").trim().to_string();
    format!("uid {} capabilities {effective}", sys::effective_uid())
}

/// The mounted hierarchies of a usual host, of either version.
const HIERARCHIES: &[&str] =
    &["/sys/fs/cgroup", "/sys/fs/cgroup/unified", "/sys/fs/cgroup/memory", "/sys/fs/cgroup/pids"];

/// Leaves its control group, or changes it.
pub fn control_groups(_: &Setting) -> Vec<Try> {
    let mut tries = Vec::new();
    for hierarchy in HIERARCHIES {
        tries.push(attempt(format!("make a group in {hierarchy}"), Reach::Path, || {
            let group = format!("{hierarchy}/agentos-attack-{}", sys::pid());
            fs::create_dir(&group).map_err(refused)?;
            let is_group = Path::new(&group).join("cgroup.procs").exists();
            let _ = fs::remove_dir(&group);
            if is_group { Ok(format!("made {group}")) } else { Err(Refusal::Errno(libc::ENOENT)) }
        }));
        tries.push(attempt(format!("move to the root of {hierarchy}"), Reach::Path, || {
            let mut file =
                OpenOptions::new().write(true).open(format!("{hierarchy}/cgroup.procs")).map_err(refused)?;
            file.write_all(b"0").map_err(refused)?;
            Ok("moved".to_string())
        }));
        tries.push(attempt(format!("release_agent of {hierarchy}"), Reach::Path, || {
            OpenOptions::new().write(true).open(format!("{hierarchy}/release_agent")).map_err(refused)?;
            Ok("open for writing".to_string())
        }));
    }
    for (kind, version) in [("cgroup2", "2"), ("cgroup", "1")] {
        tries.push(attempt(format!("mount a hierarchy of version {version}"), Reach::Call, || {
            become_root_of_own_namespace();
            let target = "/tmp";
            let (kind, target) = (sys::text(kind), sys::text(target));
            let options = sys::text("memory");
            let data = if version == "1" { sys::at(&options) } else { 0 };
            call(libc::SYS_mount, [sys::at(&kind), sys::at(&target), sys::at(&kind), 0, data, 0])?;
            Ok("mounted".to_string())
        }));
    }
    tries
}

/// A user, mount, network and cgroup namespace of its own, as an exploit begins. Where that is refused, the attempt
/// goes on without.
pub fn become_root_of_own_namespace() {
    let (uid, gid) = (sys::effective_uid(), 0);
    let flags = (libc::CLONE_NEWUSER | libc::CLONE_NEWNS | libc::CLONE_NEWNET | libc::CLONE_NEWUTS) as u32;
    if uid == 0 {
        // For the control run as root: nothing of the host may be changed.
        let own = flags & !(libc::CLONE_NEWUSER as u32);
        if sys::call(libc::SYS_unshare, [own as usize, 0, 0, 0, 0, 0]).is_ok() {
            keep_mounts_private();
        }
        return;
    }
    if sys::call(libc::SYS_unshare, [flags as usize, 0, 0, 0, 0, 0]).is_ok() {
        let _ = fs::write("/proc/self/setgroups", "deny");
        let _ = fs::write("/proc/self/uid_map", format!("0 {uid} 1"));
        let _ = fs::write("/proc/self/gid_map", format!("0 {gid} 1"));
        keep_mounts_private();
    }
}

fn keep_mounts_private() {
    let root = sys::text("/");
    let flags = (libc::MS_REC | libc::MS_PRIVATE) as usize;
    let _ = sys::call(libc::SYS_mount, [0, sys::at(&root), 0, flags, 0, 0]);
}

/// Programs that the agent writes itself gain nothing: what they try is refused as well.
pub fn own_programs(setting: &Setting) -> Vec<Try> {
    let inner = |program: &mut Command| -> Attempted {
        let said = program.output().map_err(refused)?;
        let both = [said.stdout, said.stderr].concat();
        let words = String::from_utf8_lossy(&both).to_lowercase();
        canary(&both).map_err(|_| {
            // Where the program ran, its own refusal decides; where it did not, the kernel refused to run it.
            Refusal::Errno(match () {
                () if words.contains("permission denied") => libc::EACCES,
                () if words.contains("read-only") => libc::EROFS,
                () => libc::ENOENT,
            })
        })
    };
    let secret = || setting.get("secret").map(str::to_string);
    let script = |name: &str, text: String, shell: Option<&str>| -> Attempted {
        let path = format!("{}/{name}-{}", setting.scratch(), sys::pid());
        fs::write(&path, text).map_err(refused)?;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o700)).map_err(refused)?;
        let done = match shell {
            Some(shell) => inner(Command::new(shell).arg(&path)),
            None => inner(&mut Command::new(&path)),
        };
        let _ = fs::remove_file(&path);
        done
    };
    let copy_of_self = |to: &str| -> Result<String, Refusal> {
        let path = format!("{to}/self-{}", sys::pid());
        fs::copy("/proc/self/exe", &path).map_err(refused)?;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o700)).map_err(refused)?;
        Ok(path)
    };
    vec![
        attempt("shell script, given to sh", Reach::Path, || {
            script("script", format!("cat {}", secret()?), Some("/bin/sh"))
        }),
        attempt("shell script, executed", Reach::Path, || {
            script("script", format!("#!/bin/sh\ncat {}\n", secret()?), None)
        }),
        attempt("copy of this program", Reach::Path, || {
            let path = copy_of_self(&setting.scratch())?;
            let done = inner(Command::new(&path).arg("cat").arg(secret()?));
            let _ = fs::remove_file(&path);
            done
        }),
        attempt("copy of this program in the workspace", Reach::Path, || {
            let path = copy_of_self(&setting.or("workspace", &setting.scratch()))?;
            let done = inner(Command::new(&path).arg("cat").arg(secret()?));
            let _ = fs::remove_file(&path);
            done
        }),
        attempt("copy of this program, by the dynamic loader", Reach::Path, || {
            let path = copy_of_self(&setting.scratch())?;
            let done = inner(Command::new("/lib64/ld-linux-x86-64.so.2").arg("/bin/cat").arg(secret()?));
            let _ = fs::remove_file(&path);
            done
        }),
        attempt("program in memory only", Reach::Path, || {
            let name = sys::text("x");
            let fd = sys::own(call(libc::SYS_memfd_create, [sys::at(&name), 0, 0, 0, 0, 0])?);
            let bytes = fs::read("/proc/self/exe").map_err(refused)?;
            sys::write_all(&fd, &bytes);
            let path = format!("/proc/self/fd/{}", fd.as_raw_fd());
            let done = inner(Command::new(&path).arg("cat").arg(secret()?));
            drop(fd);
            done
        }),
        attempt("program in memory only, by execveat", Reach::Path, || {
            let name = sys::text("x");
            let fd = sys::own(call(libc::SYS_memfd_create, [sys::at(&name), 0, 0, 0, 0, 0])?);
            let bytes = fs::read("/proc/self/exe").map_err(refused)?;
            sys::write_all(&fd, &bytes);
            let (reader, writer) = sys::pipe().map_err(Refusal::Errno)?;
            let words = [sys::text("x"), sys::text("cat"), sys::text(&secret()?)];
            let vector = [sys::at(&words[0]), sys::at(&words[1]), sys::at(&words[2]), 0];
            let empty = sys::text("");
            let child = sys::fork().map_err(Refusal::Errno)?;
            if child == 0 {
                let _ = sys::call(libc::SYS_dup3, [writer.as_raw_fd() as usize, 1, 0, 0, 0, 0]);
                let flags = libc::AT_EMPTY_PATH as usize;
                let none = [0usize];
                let to = [
                    fd.as_raw_fd() as usize,
                    sys::at(&empty),
                    vector.as_ptr() as usize,
                    none.as_ptr() as usize,
                    flags,
                    0,
                ];
                let _ = sys::call(libc::SYS_execveat, to);
                sys::exit(127);
            }
            drop(writer);
            let said = sys::read_to_end(&reader, std::time::Duration::from_secs(3)).unwrap_or_default();
            sys::kill_and_reap(child);
            canary(&said)
        }),
    ]
}
