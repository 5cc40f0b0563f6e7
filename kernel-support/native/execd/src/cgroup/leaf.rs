//! The groups of one sandbox: limits, readings, freezing, killing, removal.

use agentos_init::protocol::{Step, StepError};
use agentos_plan::{LimitHits, Limits, Schedule, Usage};
use agentos_sys::{Errno, mount};
use std::fs;
use std::io::{self, Read};
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// The kernel's own default.
pub const PERIOD_USEC: u64 = 100_000;

fn set_memory(group: &Group, bytes: u64) -> Step<()> {
    let text = bytes.to_string();
    match group {
        Group::V1(path) => {
            put(path, "memory.limit_in_bytes", &text, "limit.memory")?;
            put_if_present(path, "memory.memsw.limit_in_bytes", &text, "limit.memory")
        }
        Group::V2(path) => {
            put(path, "memory.max", &text, "limit.memory")?;
            put_if_present(path, "memory.swap.max", "0", "limit.memory")?;
            put_if_present(path, "memory.oom.group", "1", "limit.memory")
        }
    }
}

/// One directory of a sandbox, by version.
#[derive(Clone, Debug)]
pub enum Group {
    V1(PathBuf),
    V2(PathBuf),
}

impl Group {
    fn path(&self) -> &Path {
        match self {
            Group::V1(path) | Group::V2(path) => path,
        }
    }
}

/// The directories of one sandbox.
#[derive(Default)]
pub struct Leaf {
    pub(super) unified: Option<PathBuf>,
    pub(super) memory: Option<Group>,
    pub(super) pids: Option<Group>,
    pub(super) cpu: Option<Group>,
    pub(super) freezer: Option<PathBuf>,
    /// Made only for a plan that limits I/O.
    pub(super) io: Option<Group>,
}

/// What a sandbox uses now.
#[derive(Clone, Copy, Debug, Default)]
pub struct Current {
    pub cpu_usec: Option<u64>,
    pub memory_bytes: Option<u64>,
    pub pids: Option<u64>,
}

impl Leaf {
    /// Descriptor for a clone that starts inside version 2.
    pub fn open_unified(&self) -> Step<Option<OwnedFd>> {
        let Some(path) = &self.unified else { return Ok(None) };
        let name = std::ffi::CString::new(path.as_os_str().as_bytes())
            .map_err(|_| StepError::new("cgroup:v2", Errno(libc::EINVAL), "the path contains a NUL byte"))?;
        mount::openat(None, &name, libc::O_PATH | libc::O_DIRECTORY, 0)
            .map(Some)
            .map_err(|e| StepError::new("cgroup:v2", e, format!("{} could not be opened", path.display())))
    }

    /// Writes what the plan asks for, as far as the host has it.
    pub fn set_limits(&self, limits: &Limits) -> Step<()> {
        if let (Some(bytes), Some(group)) = (limits.memory_bytes, &self.memory) {
            set_memory(group, bytes)?;
        }
        if let (Some(pids), Some(group)) = (limits.pids, &self.pids) {
            put(group.path(), "pids.max", &pids.to_string(), "limit.pids")?;
        }
        if let (Some(millis), Some(group)) = (limits.cpu_millis, &self.cpu) {
            let quota = millis * PERIOD_USEC / 1000;
            match group {
                Group::V1(path) => {
                    // The period of a new group is PERIOD_USEC; `Cgroups::set_up` makes sure.
                    put(path, "cpu.cfs_quota_us", &quota.to_string(), "limit.cpu")?;
                }
                Group::V2(path) => put(path, "cpu.max", &format!("{quota} {PERIOD_USEC}"), "limit.cpu")?,
            }
        }
        Ok(())
    }

    /// Writes what the class asks for, as far as the host has it. The quota must be there before its credit.
    pub fn set_class(&self, schedule: &Schedule) -> Step<()> {
        let Some(group) = &self.cpu else { return Ok(()) };
        match (schedule, group) {
            (Schedule::Hrt { .. }, _) => Ok(()),
            (Schedule::Dt {}, _) => put_if_present(group.path(), "cpu.idle", "1", "schedule:idle"),
            (Schedule::Srt { weight, burst_us, .. }, Group::V1(path)) => {
                if let Some(weight) = weight {
                    put(path, "cpu.shares", &shares(*weight).to_string(), "schedule:weight")?;
                }
                burst_us.map_or(Ok(()), |b| {
                    put_if_present(path, "cpu.cfs_burst_us", &b.to_string(), "schedule:burst")
                })
            }
            (Schedule::Srt { weight, burst_us, .. }, Group::V2(path)) => {
                if let Some(weight) = weight {
                    put(path, "cpu.weight", &weight.to_string(), "schedule:weight")?;
                }
                burst_us.map_or(Ok(()), |b| {
                    put_if_present(path, "cpu.max.burst", &b.to_string(), "schedule:burst")
                })
            }
        }
    }

    /// The weight where others have 100.
    pub fn weight_reading(&self) -> Option<u64> {
        match self.cpu.as_ref()? {
            Group::V1(path) => number(&path.join("cpu.shares")).map(|s| (s * 100).div_ceil(1024)),
            Group::V2(path) => number(&path.join("cpu.weight")),
        }
    }

    /// Microseconds of credit.
    pub fn burst_reading(&self) -> Option<u64> {
        let group = self.cpu.as_ref()?;
        let file = if matches!(group, Group::V1(_)) { "cpu.cfs_burst_us" } else { "cpu.max.burst" };
        number(&group.path().join(file))
    }

    pub fn is_idle(&self) -> bool {
        self.cpu.as_ref().is_some_and(|g| number(&g.path().join("cpu.idle")) == Some(1))
    }

    /// Limits reading and writing of each device, each; version 1 groups are made now and entered by `pid`.
    pub fn set_io(&mut self, group: Group, devices: &[String], rate: u64, pid: i32) -> Step<()> {
        let step = "limit.io";
        match &group {
            Group::V1(path) => {
                for device in devices {
                    put(path, "blkio.throttle.read_bps_device", &format!("{device} {rate}"), step)?;
                    put(path, "blkio.throttle.write_bps_device", &format!("{device} {rate}"), step)?;
                }
                put(path, "cgroup.procs", &pid.to_string(), step)?;
            }
            Group::V2(path) => {
                for device in devices {
                    put(path, "io.max", &format!("{device} rbps={rate} wbps={rate}"), step)?;
                }
            }
        }
        self.io = Some(group);
        Ok(())
    }

    /// Whether the group shows this rate for reading and for writing.
    pub fn io_reading(&self, rate: u64) -> Option<bool> {
        self.io.as_ref().map(|g| {
            let reads = |file: &str, wanted: &str| {
                fs::read_to_string(g.path().join(file)).is_ok_and(|t| t.lines().any(|l| l.contains(wanted)))
            };
            match g {
                Group::V1(_) => {
                    reads("blkio.throttle.read_bps_device", &format!(" {rate}"))
                        && reads("blkio.throttle.write_bps_device", &format!(" {rate}"))
                }
                Group::V2(_) => reads("io.max", &format!("rbps={rate} wbps={rate}")),
            }
        })
    }

    /// Whether what is beyond the memory limit could go to swap: (how it is prevented, whether it is).
    pub fn swap_reading(&self, memory: u64) -> Option<(String, bool)> {
        self.memory.as_ref().map(|g| {
            let counted = match g {
                Group::V1(path) => number(&path.join("memory.memsw.limit_in_bytes")).map(|n| n <= memory),
                Group::V2(path) => number(&path.join("memory.swap.max")).map(|n| n == 0),
            };
            let host_has_none = || fs::read_to_string("/proc/swaps").is_ok_and(|t| t.lines().count() <= 1);
            match counted {
                Some(held) => (format!("{}: memory and swap together", g.version()), held),
                None => ("this host has no swap now".to_string(), host_has_none()),
            }
        })
    }

    /// Descriptors by which a process that was just made, and has not run any code of the agent, moves itself into the
    /// groups that it was not born in.
    pub fn open_entrances(&self) -> Step<Vec<OwnedFd>> {
        self.v1_directories()
            .map(|path| {
                let file = path.join("cgroup.procs");
                fs::OpenOptions::new().write(true).open(&file).map(OwnedFd::from).map_err(|e| {
                    let message = format!("{} could not be opened", file.display());
                    StepError::new("cgroup:enter", Errno::from_io(&e), message)
                })
            })
            .collect()
    }

    fn v1_directories(&self) -> impl Iterator<Item = &Path> {
        [&self.memory, &self.pids, &self.cpu]
            .into_iter()
            .filter_map(|g| match g {
                Some(Group::V1(path)) => Some(path.as_path()),
                _ => None,
            })
            .chain(self.freezer.as_deref())
    }

    /// The last part of its directories' names.
    pub fn name(&self) -> Option<String> {
        let any = self.v1_directories().next().or(self.unified.as_deref())?;
        any.file_name().map(|n| n.to_string_lossy().into_owned())
    }

    fn cpu_usec(&self) -> Option<u64> {
        self.unified.as_deref().and_then(|p| keyed(&p.join("cpu.stat"), "usage_usec"))
    }

    pub fn current(&self) -> Current {
        Current {
            cpu_usec: self.cpu_usec(),
            memory_bytes: self.memory.as_ref().and_then(|g| match g {
                Group::V1(path) => number(&path.join("memory.usage_in_bytes")),
                Group::V2(path) => number(&path.join("memory.current")),
            }),
            pids: self.pids.as_ref().and_then(|g| number(&g.path().join("pids.current"))),
        }
    }

    /// What was used; kills are counted by `hits`.
    pub fn usage(&self) -> Usage {
        Usage {
            cpu_usec: self.cpu_usec(),
            memory_peak_bytes: self.memory.as_ref().and_then(|g| match g {
                Group::V1(path) => number(&path.join("memory.max_usage_in_bytes")),
                Group::V2(path) => number(&path.join("memory.peak")),
            }),
            max_pids: self.pids.as_ref().and_then(|g| number(&g.path().join("pids.peak"))),
            oom_kills: None,
        }
    }

    /// How often the limits were met so far.
    pub fn hits(&self) -> LimitHits {
        let memory = |v1: (&str, Option<&str>), v2: (&str, &str)| {
            self.memory.as_ref().and_then(|g| match g {
                Group::V1(path) => match v1.1 {
                    Some(key) => keyed(&path.join(v1.0), key),
                    None => number(&path.join(v1.0)),
                },
                Group::V2(path) => keyed(&path.join(v2.0), v2.1),
            })
        };
        let cpu_stat = self.cpu.as_ref().and_then(|g| text(&g.path().join("cpu.stat"))).unwrap_or_default();
        let cpu = |v1: &str, v1_per_usec: u64, v2: &str| {
            self.cpu.as_ref().and_then(|g| match g {
                Group::V1(_) => value_of(&cpu_stat, v1).map(|n| n / v1_per_usec),
                Group::V2(_) => value_of(&cpu_stat, v2),
            })
        };
        LimitHits {
            oom_kills: memory(("memory.oom_control", Some("oom_kill ")), ("memory.events", "oom_kill ")),
            memory_max: memory(("memory.failcnt", None), ("memory.events", "max ")),
            pids_max: self.pids.as_ref().and_then(|g| keyed(&g.path().join("pids.events"), "max ")),
            cpu_throttled_periods: cpu("nr_throttled ", 1, "nr_throttled "),
            cpu_throttled_usec: cpu("throttled_time ", 1000, "throttled_usec "),
            io_stalled_usec: self.unified.as_deref().and_then(|p| stalled(&p.join("io.pressure"))),
            file_size: false,
            deadline_overruns: None,
        }
    }

    /// Reads the limits back: (mechanism, how, what the file says).
    pub fn memory_reading(&self) -> Option<(String, Option<u64>)> {
        self.memory.as_ref().map(|g| match g {
            Group::V1(path) => ("cgroup v1".to_string(), number(&path.join("memory.limit_in_bytes"))),
            Group::V2(path) => ("cgroup v2".to_string(), number(&path.join("memory.max"))),
        })
    }

    pub fn pids_reading(&self) -> Option<(String, Option<u64>)> {
        self.pids.as_ref().map(|g| (g.version().to_string(), number(&g.path().join("pids.max"))))
    }

    /// The quota in thousandths of a processor.
    pub fn cpu_reading(&self) -> Option<(String, Option<u64>)> {
        self.cpu.as_ref().map(|g| {
            let quota = match g {
                Group::V1(path) => number(&path.join("cpu.cfs_quota_us")),
                Group::V2(path) => fs::read_to_string(path.join("cpu.max"))
                    .ok()
                    .and_then(|t| t.split_whitespace().next().and_then(|n| n.parse().ok())),
            };
            (g.version().to_string(), quota.map(|q| q * 1000 / PERIOD_USEC))
        })
    }

    /// Whether a process is in every group of the sandbox.
    pub fn holds(&self, pid: i32) -> bool {
        let Ok(text) = fs::read_to_string(format!("/proc/{pid}/cgroup")) else { return false };
        let is_in = |path: &Path| {
            // The names of both directories are this broker's own and this sandbox's own.
            let own = path.components().rev().take(2).collect::<Vec<_>>();
            let [leaf, parent] = own[..] else { return 0 };
            let end = Path::new("/").join(parent).join(leaf).display().to_string();
            text.lines().filter(|l| l.ends_with(&end)).count()
        };
        let groups = self.v1_directories().count() + usize::from(self.unified.is_some());
        let any = self.v1_directories().next().or(self.unified.as_deref());
        any.is_none_or(|path| is_in(path) >= groups)
    }

    /// Whether the kernel lists this process and no other in the group that all of the sandbox was born in.
    pub fn holds_only(&self, pid: i32) -> bool {
        self.unified.as_deref().is_some_and(|path| {
            fs::read_to_string(path.join("cgroup.procs")).is_ok_and(|t| t.trim() == pid.to_string())
        })
    }

    /// Freezes or thaws within `patience`; `None` where no freezer exists.
    pub fn set_frozen(&self, frozen: bool, patience: Duration) -> Option<Result<&'static str, Errno>> {
        let (path, file, value, answer, wanted, how) = if let Some(path) = &self.unified {
            let value = if frozen { "1" } else { "0" };
            (
                path,
                "cgroup.freeze",
                value,
                "cgroup.events",
                if frozen { "frozen 1" } else { "frozen 0" },
                "cgroup.v2",
            )
        } else if let Some(path) = &self.freezer {
            let value = if frozen { "FROZEN" } else { "THAWED" };
            (path, "freezer.state", value, "freezer.state", value, "cgroup.v1")
        } else {
            return None;
        };
        if let Err(e) = fs::write(path.join(file), value) {
            return Some(Err(Errno::from_io(&e)));
        }
        let until = Instant::now() + patience;
        loop {
            if fs::read_to_string(path.join(answer)).is_ok_and(|t| t.lines().any(|l| l == wanted)) {
                return Some(Ok(how));
            }
            if Instant::now() >= until {
                return Some(Err(Errno(libc::ETIMEDOUT)));
            }
            std::thread::sleep(Duration::from_micros(50));
        }
    }

    /// Kills everything in the group, and thaws it where a frozen process could not die.
    pub fn kill(&self) {
        if let Some(path) = &self.unified {
            let _ = fs::write(path.join("cgroup.kill"), "1");
        }
        if let Some(path) = &self.freezer {
            let _ = fs::write(path.join("freezer.state"), "THAWED");
        }
    }

    /// Removes the directories; false while one is still busy.
    pub fn remove(&mut self) -> bool {
        let gone = |path: &Path| match fs::remove_dir(path) {
            Ok(()) => true,
            Err(e) => e.kind() == io::ErrorKind::NotFound,
        };
        for group in [&mut self.memory, &mut self.pids, &mut self.cpu, &mut self.io] {
            if group.as_ref().is_some_and(|g| matches!(g, Group::V2(_)) || gone(g.path())) {
                *group = None;
            }
        }
        for path in [&mut self.unified, &mut self.freezer] {
            if path.as_deref().is_some_and(gone) {
                *path = None;
            }
        }
        self.unified.is_none()
            && self.freezer.is_none()
            && self.memory.is_none()
            && self.pids.is_none()
            && self.cpu.is_none()
            && self.io.is_none()
    }
}

/// The weight that version 1 counts in 1024ths of the usual one.
fn shares(weight: u64) -> u64 {
    (weight * 1024 / 100).max(2)
}

impl Group {
    fn version(&self) -> &'static str {
        match self {
            Group::V1(_) => "cgroup v1",
            Group::V2(_) => "cgroup v2",
        }
    }
}

pub(super) fn make_leaf(parent: &Path, name: &str, step: &str) -> Step<PathBuf> {
    let path = parent.join(name);
    fs::create_dir(&path).map_err(|e| {
        StepError::new(step, Errno::from_io(&e), format!("{} could not be made", path.display()))
    })?;
    Ok(path)
}

fn put(group: &Path, file: &str, value: &str, step: &str) -> Step<()> {
    fs::write(group.join(file), value).map_err(|e| {
        StepError::new(
            step,
            Errno::from_io(&e),
            format!("{} did not take {value}", group.join(file).display()),
        )
    })
}

fn put_if_present(group: &Path, file: &str, value: &str, step: &str) -> Step<()> {
    if group.join(file).exists() { put(group, file, value, step) } else { Ok(()) }
}

fn number(file: &Path) -> Option<u64> {
    text(file)?.trim().parse().ok()
}

/// What a file of the kernel says. One read is enough for nearly all of them, and its size is not asked for: it has none.
fn text(file: &Path) -> Option<String> {
    let mut open = fs::File::open(file).ok()?;
    let mut bytes = vec![0u8; 4096];
    let read = open.read(&mut bytes).ok()?;
    let whole = read < bytes.len();
    bytes.truncate(read);
    if !whole {
        open.read_to_end(&mut bytes).ok()?;
    }
    String::from_utf8(bytes).ok()
}

/// Microseconds in which some process of the group waited.
fn stalled(file: &Path) -> Option<u64> {
    let text = text(file)?;
    let line = text.lines().find_map(|l| l.strip_prefix("some "))?;
    line.split_whitespace().find_map(|w| w.strip_prefix("total=")?.parse().ok())
}

fn keyed(file: &Path, key: &str) -> Option<u64> {
    value_of(&text(file)?, key)
}

fn value_of(text: &str, key: &str) -> Option<u64> {
    text.lines().find_map(|l| l.strip_prefix(key)?.trim().parse().ok())
}
