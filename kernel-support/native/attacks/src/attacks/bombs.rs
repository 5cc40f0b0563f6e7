//! Bombs. Each takes up to `--bound` of something and is through when it got that much; the bound is harmless to a
//! machine and above what the agent's limits allow.

use super::refused;
use crate::attempt::{Attempted, Reach, Refusal, Try, patient_attempt};
use crate::setting::Setting;
use crate::sys;
use std::fs::{self, File};
use std::io::Write;
use std::os::fd::OwnedFd;
use std::time::Duration;

fn bound(setting: &Setting, otherwise: usize) -> usize {
    setting.or("bound", &otherwise.to_string()).parse().unwrap_or(otherwise)
}

fn enough(got: usize, wanted: usize, refusal: Refusal, what: &str) -> Attempted {
    if got >= wanted { Ok(format!("{got} {what}")) } else { Err(refusal) }
}

/// Processes that wait.
pub fn forks(setting: &Setting) -> Vec<Try> {
    let wanted = bound(setting, 256);
    vec![patient_attempt(format!("{wanted} processes"), Reach::Amount, || {
        let mut children = Vec::new();
        let mut last = Refusal::TimedOut;
        while children.len() < wanted {
            match sys::fork() {
                Ok(0) => {
                    std::thread::sleep(Duration::from_secs(20));
                    sys::exit(0)
                }
                Ok(child) => children.push(child),
                Err(number) => {
                    last = Refusal::Errno(number);
                    break;
                }
            }
        }
        let got = children.len();
        children.into_iter().for_each(sys::kill_and_reap);
        enough(got, wanted, last, "processes")
    })]
}

/// Threads that wait.
pub fn threads(setting: &Setting) -> Vec<Try> {
    let wanted = bound(setting, 256);
    vec![patient_attempt(format!("{wanted} threads"), Reach::Amount, || {
        for got in 0..wanted {
            let made = std::thread::Builder::new()
                .stack_size(64 * 1024)
                .spawn(|| std::thread::sleep(Duration::from_secs(20)));
            if let Err(error) = made {
                return enough(got, wanted, refused(error), "threads");
            }
        }
        Ok(format!("{wanted} threads"))
    })]
}

/// Descriptors of files, pipes and sockets.
pub fn descriptors(setting: &Setting) -> Vec<Try> {
    let wanted = bound(setting, 4096);
    let raised = || {
        // As much as the hard limit allows, as any program may.
        let mut limits = [0u64; 2];
        let kind = libc::RLIMIT_NOFILE as usize;
        let _ = sys::call(libc::SYS_prlimit64, [0, kind, 0, limits.as_mut_ptr() as usize, 0, 0]);
        limits[0] = limits[1];
        let _ = sys::call(libc::SYS_prlimit64, [0, kind, limits.as_ptr() as usize, 0, 0, 0]);
    };
    vec![
        patient_attempt(format!("{wanted} open files"), Reach::Amount, || {
            raised();
            let mut held = Vec::new();
            while held.len() < wanted {
                match File::open("/dev/null") {
                    Ok(file) => held.push(file),
                    Err(error) => return enough(held.len(), wanted, refused(error), "files"),
                }
            }
            Ok(format!("{wanted} files"))
        }),
        patient_attempt(format!("{wanted} pipe ends"), Reach::Amount, || {
            raised();
            let mut held: Vec<(OwnedFd, OwnedFd)> = Vec::new();
            while held.len() * 2 < wanted {
                match sys::pipe() {
                    Ok(both) => held.push(both),
                    Err(number) => return enough(held.len() * 2, wanted, Refusal::Errno(number), "ends"),
                }
            }
            Ok(format!("{wanted} pipe ends"))
        }),
    ]
}

/// Memory that is really touched.
pub fn memory(setting: &Setting) -> Vec<Try> {
    let wanted = bound(setting, 192 << 20);
    vec![patient_attempt(format!("{} MiB of private memory", wanted >> 20), Reach::Amount, || {
        sys::take_memory(wanted).map(|n| format!("{} MiB", n >> 20)).map_err(Refusal::Errno)
    })]
}

/// Memory that belongs to a file without a name.
pub fn shared_memory(setting: &Setting) -> Vec<Try> {
    let wanted = bound(setting, 192 << 20);
    vec![patient_attempt(format!("{} MiB in a file in memory", wanted >> 20), Reach::Amount, || {
        let name = sys::text("bomb");
        let fd =
            sys::call(libc::SYS_memfd_create, [sys::at(&name), 0, 0, 0, 0, 0]).map_err(Refusal::Errno)?;
        fill(&mut File::from(sys::own(fd)), wanted)
    })]
}

/// How a folder is filled. Each spelling may take its sandbox down, so `--spelling` picks one.
struct Spelling {
    name: &'static str,
    how: &'static str,
    fill: fn(&str, usize) -> Result<Kept, Refusal>,
}

/// What was made, until the bomb is over.
struct Kept {
    folder: Option<String>,
    _files: Vec<File>,
    _mapping: Option<sys::Mapping>,
    _keeper: Option<Keeper>,
}

/// A child that holds what was made. It goes with this.
struct Keeper(i32);

impl Drop for Keeper {
    fn drop(&mut self) {
        sys::kill_and_reap(self.0);
    }
}

const FILLINGS: &[Spelling] = &[
    Spelling { name: "one", how: "in one file", fill: |folder, wanted| one_file(folder, wanted) },
    Spelling { name: "many", how: "in many files", fill: |folder, wanted| many_files(folder, wanted, false) },
    Spelling {
        name: "unlinked",
        how: "in deleted files that are open",
        fill: |folder, wanted| many_files(folder, wanted, true),
    },
    Spelling {
        name: "mapped",
        how: "in a deleted file that is mapped and closed",
        fill: |folder, wanted| mapped_file(folder, wanted),
    },
    Spelling {
        name: "leaderless",
        how: "in deleted files that a thread keeps after the first of its process has ended",
        fill: |folder, wanted| leaderless_files(folder, wanted),
    },
    Spelling {
        name: "deep",
        how: "in a folder with a name too long to say",
        fill: |folder, wanted| deep_files(folder, wanted),
    },
];

/// Much data in one place. It is through when it has it and is still there after `--hold` seconds.
pub fn disk(setting: &Setting) -> Vec<Try> {
    let wanted = bound(setting, 320 << 20);
    let folder = setting.or("fill", &setting.scratch());
    let hold = Duration::from_secs(setting.or("hold", "0").parse().unwrap_or(0));
    let which = setting.or("spelling", "one");
    FILLINGS
        .iter()
        .filter(|spelling| spelling.name == which)
        .map(|spelling| {
            let how = format!("{} MiB {} in {}", wanted >> 20, spelling.how, named(&folder));
            patient_attempt(how, Reach::Amount, || {
                let own = format!("{folder}/bomb-{}", sys::pid());
                fs::create_dir(&own).map_err(refused)?;
                let kept = (spelling.fill)(&own, wanted);
                if kept.is_ok() {
                    std::thread::sleep(hold);
                }
                let outcome = kept.map(|kept| {
                    drop(kept.folder.map(fs::remove_dir_all));
                    format!("{} MiB", wanted >> 20)
                });
                let _ = fs::remove_dir_all(&own);
                outcome
            })
        })
        .collect()
}

const PART: usize = 4 << 20;

fn one_file(folder: &str, wanted: usize) -> Result<Kept, Refusal> {
    let mut file = File::create(format!("{folder}/bomb")).map_err(refused)?;
    fill(&mut file, wanted)?;
    Ok(Kept { folder: None, _files: vec![file], _mapping: None, _keeper: None })
}

fn many_files(folder: &str, wanted: usize, nameless: bool) -> Result<Kept, Refusal> {
    let mut files = Vec::new();
    for n in 0..wanted / PART {
        let path = format!("{folder}/{n}");
        let mut file = File::create(&path).map_err(refused)?;
        fill(&mut file, PART)?;
        if nameless {
            fs::remove_file(&path).map_err(refused)?;
            files.push(file);
        }
    }
    Ok(Kept { folder: None, _files: files, _mapping: None, _keeper: None })
}

/// One page of each stays mapped, and the descriptor is closed. Parts are small, as a limit on one file would show.
fn mapped_file(folder: &str, wanted: usize) -> Result<Kept, Refusal> {
    let mut pages = sys::Mapping::default();
    for n in 0..wanted / PART {
        let path = format!("{folder}/{n}");
        let mut file = fs::OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(true)
            .open(&path)
            .map_err(refused)?;
        fill(&mut file, PART)?;
        fs::remove_file(&path).map_err(refused)?;
        pages.add(&file, PART).map_err(Refusal::Errno)?;
    }
    Ok(Kept { folder: None, _files: Vec::new(), _mapping: Some(pages), _keeper: None })
}

/// By a thread of a child whose first thread has ended: its folder in /proc looks like that of a process that is over.
fn leaderless_files(folder: &str, wanted: usize) -> Result<Kept, Refusal> {
    let (reader, writer) = sys::pipe().map_err(Refusal::Errno)?;
    let keeper = match sys::fork().map_err(Refusal::Errno)? {
        0 => {
            drop(reader);
            let folder = folder.to_string();
            std::thread::spawn(move || {
                let made = many_files(&folder, wanted, true);
                let said = serde_json::to_string(&made.as_ref().map(|_| ()).map_err(Clone::clone));
                sys::write_all(&writer, said.unwrap_or_default().as_bytes());
                drop(writer);
                std::thread::sleep(Duration::from_secs(60));
                drop(made);
            });
            sys::exit_thread()
        }
        child => Keeper(child),
    };
    drop(writer);
    let said = sys::read_to_end(&reader, Duration::from_secs(25)).ok_or(Refusal::TimedOut)?;
    let made: Result<(), Refusal> = serde_json::from_slice(&said).unwrap_or(Err(Refusal::Errno(libc::EIO)));
    made?;
    Ok(Kept { folder: None, _files: Vec::new(), _mapping: None, _keeper: Some(keeper) })
}

/// Below folders whose whole name no call takes.
fn deep_files(folder: &str, wanted: usize) -> Result<Kept, Refusal> {
    std::env::set_current_dir(folder).map_err(refused)?;
    let name = "d".repeat(200);
    for _ in 0..30 {
        fs::create_dir(&name).map_err(refused)?;
        std::env::set_current_dir(&name).map_err(refused)?;
    }
    let made = many_files(".", wanted, false);
    // The way back up, so that no tool for people is left with a tree that it cannot remove.
    let _ = std::env::set_current_dir(folder);
    made.map(|kept| Kept { folder: Some(folder.to_string()), ..kept })
}

/// Many files in one place.
pub fn inodes(setting: &Setting) -> Vec<Try> {
    let wanted = bound(setting, 80_000);
    let folder = setting.or("fill", &setting.scratch());
    let hold = Duration::from_secs(setting.or("hold", "0").parse().unwrap_or(0));
    vec![patient_attempt(format!("{wanted} files in {}", named(&folder)), Reach::Amount, || {
        let own = format!("{folder}/files-{}", sys::pid());
        fs::create_dir(&own).map_err(refused)?;
        let mut outcome = Ok(format!("{wanted} files"));
        for n in 0..wanted {
            if let Err(error) = File::create(format!("{own}/{n}")) {
                outcome = Err(refused(error));
                break;
            }
        }
        if outcome.is_ok() {
            std::thread::sleep(hold);
        }
        let _ = fs::remove_dir_all(&own);
        outcome
    })]
}

/// The same words inside and outside, where the scratch folder has another name.
fn named(folder: &str) -> &'static str {
    if folder.contains("workspace") { "the workspace" } else { "the temporary folder" }
}

fn fill(file: &mut File, wanted: usize) -> Attempted {
    let piece = vec![0xa5u8; 1 << 20];
    let mut got = 0;
    while got < wanted {
        match file.write(&piece) {
            Ok(n) => got += n,
            Err(error) => return Err(refused(error)),
        }
    }
    Ok(format!("{} MiB", got >> 20))
}
