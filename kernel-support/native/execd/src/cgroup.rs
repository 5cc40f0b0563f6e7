//! Control groups of both versions: limits, accounting, freezing and killing of one sandbox at a time.
//!
//! Version 1 gives the limits where a host still has its controllers there; version 2 gives the life cycle wherever
//! it is mounted. Every sandbox gets directories of its own that nobody used before.

use crate::sandbox::{Step, StepError};
use crate::sys::{Errno, ids, mount, process};
use agentos_plan::{Limits, Usage};
use std::fs;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

const PARENT_PREFIX: &str = "agentos-execd-";
const BROKER_LEAF: &str = "broker";
const PERIOD_USEC: u64 = 100_000;

/// A controller that works here, and which version provides it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Controller {
    V1(PathBuf),
    V2,
    Missing(String),
}

impl Controller {
    pub fn is_available(&self) -> bool {
        !matches!(self, Controller::Missing(_))
    }

    fn v1(&self) -> Option<&Path> {
        match self {
            Controller::V1(path) => Some(path),
            _ => None,
        }
    }
}

/// The broker's own part of each hierarchy.
pub struct Cgroups {
    /// Parent of the sandboxes in version 2, or why there is none.
    pub unified: Result<PathBuf, String>,
    pub memory: Controller,
    pub pids: Controller,
    pub cpu: Controller,
    /// Used only where version 2 is absent.
    pub freezer: Controller,
    /// Where the broker itself moved from, to undo it.
    moved_from: Option<PathBuf>,
    enabled_in: Option<PathBuf>,
}

impl Cgroups {
    /// Makes the broker's parent directories and finds out which limits really work.
    pub fn set_up() -> Self {
        let name = format!("{PARENT_PREFIX}{}", process::own_pid());
        let places = Places::read();
        if let Some(own) = &places.unified {
            remove_stale(own);
        }
        let mut all = Cgroups {
            unified: Err(
                "cgroup v2 is not mounted; mount it or boot with systemd.unified_cgroup_hierarchy=1".into(),
            ),
            memory: Controller::Missing(String::new()),
            pids: Controller::Missing(String::new()),
            cpu: Controller::Missing(String::new()),
            freezer: Controller::Missing(String::new()),
            moved_from: None,
            enabled_in: None,
        };
        if let Some(own) = &places.unified {
            all.unified = make_parent(own, &name);
        }
        let mut v2_wanted = Vec::new();
        for (which, file, value) in [
            ("memory", "memory.limit_in_bytes", "67108864"),
            ("pids", "pids.max", "16"),
            ("cpu", "cpu.cfs_quota_us", "50000"),
            ("freezer", "freezer.state", "THAWED"),
        ] {
            let controller = match places.v1(which) {
                Some(own) => {
                    remove_stale(&own);
                    match make_parent(&own, &name)
                        .and_then(|parent| try_leaf(&parent, file, value).map(|()| parent))
                    {
                        Ok(parent) => Controller::V1(parent),
                        Err(reason) => Controller::Missing(reason),
                    }
                }
                None if which == "freezer" => Controller::Missing("version 2 freezes instead".into()),
                None => {
                    v2_wanted.push(which);
                    Controller::Missing(format!("no cgroup hierarchy has the {which} controller"))
                }
            };
            all.put(which, controller);
        }
        all.enable_v2(&places, &v2_wanted);
        all
    }

    fn put(&mut self, which: &str, controller: Controller) {
        match which {
            "memory" => self.memory = controller,
            "pids" => self.pids = controller,
            "cpu" => self.cpu = controller,
            _ => self.freezer = controller,
        }
    }

    /// Version 2 hands controllers down only past groups without processes, so the broker moves to a leaf first.
    fn enable_v2(&mut self, places: &Places, wanted: &[&str]) {
        let (Some(own), Ok(parent)) = (places.unified.clone(), self.unified.clone()) else {
            if let Err(reason) = self.unified.clone() {
                for which in wanted {
                    self.put(which, Controller::Missing(reason.clone()));
                }
            }
            return;
        };
        let offered = fs::read_to_string(own.join("cgroup.controllers")).unwrap_or_default();
        let possible: Vec<&str> =
            wanted.iter().copied().filter(|w| offered.split_whitespace().any(|o| o == *w)).collect();
        if possible.is_empty() {
            return;
        }
        let is_hierarchy_root = !own.join("cgroup.type").exists();
        if !is_hierarchy_root {
            let leaf = parent.join(BROKER_LEAF);
            let moved = fs::create_dir(&leaf)
                .and_then(|()| fs::write(leaf.join("cgroup.procs"), process::own_pid().to_string()));
            if let Err(e) = moved {
                let _ = fs::remove_dir(&leaf);
                for which in possible {
                    self.put(
                        which,
                        Controller::Missing(format!(
                            "the broker could not move to a leaf of {}: {e}",
                            own.display()
                        )),
                    );
                }
                return;
            }
            self.moved_from = Some(own.clone());
        }
        for which in possible {
            let (file, value) = match which {
                "memory" => ("memory.max", "67108864"),
                "pids" => ("pids.max", "16"),
                _ => ("cpu.max", "50000 100000"),
            };
            let enabled = already_enabled(&own, which)
                .or_else(|()| fs::write(own.join("cgroup.subtree_control"), format!("+{which}")))
                .and_then(|()| fs::write(parent.join("cgroup.subtree_control"), format!("+{which}")));
            let controller = match enabled {
                Ok(()) => match try_leaf(&parent, file, value) {
                    Ok(()) => Controller::V2,
                    Err(reason) => Controller::Missing(reason),
                },
                Err(e) => Controller::Missing(format!(
                    "{which} could not be enabled in {}: {e}; run the broker in a unit of its own with Delegate=yes",
                    own.display()
                )),
            };
            if controller == Controller::V2 {
                self.enabled_in = Some(own.clone());
            }
            self.put(which, controller);
        }
    }

    fn parents(&self) -> impl Iterator<Item = &Path> {
        [&self.memory, &self.pids, &self.cpu, &self.freezer]
            .into_iter()
            .filter_map(Controller::v1)
            .chain(self.unified.as_deref().ok())
    }

    /// Whether a directory around the broker's own ones denies its owner to remove them, as hierarchy roots do.
    pub fn needs_override(&self) -> bool {
        self.parents()
            .filter_map(Path::parent)
            .any(|own| fs::metadata(own).is_ok_and(|m| m.permissions().mode() & 0o200 == 0))
    }

    /// Removes the broker's own directories. The sandboxes must be gone.
    pub fn tear_down(&self) {
        if self.needs_override() {
            let _ = ids::wake_capabilities();
        }
        if let Ok(parent) = &self.unified {
            if let Some(own) = &self.moved_from {
                let _ = fs::write(parent.join("cgroup.subtree_control"), "-memory -pids -cpu");
                if self.enabled_in.is_some() {
                    let _ = fs::write(own.join("cgroup.subtree_control"), "-memory -pids -cpu");
                }
                let _ = fs::write(own.join("cgroup.procs"), process::own_pid().to_string());
                let _ = fs::remove_dir(parent.join(BROKER_LEAF));
            }
            remove_with_patience(parent);
        }
        for controller in [&self.memory, &self.pids, &self.cpu, &self.freezer] {
            if let Some(parent) = controller.v1() {
                remove_with_patience(parent);
            }
        }
    }

    /// Fresh directories for one sandbox.
    pub fn create(&self, name: &str) -> Step<Leaf> {
        let mut leaf = Leaf::default();
        let made = self.fill(&mut leaf, name);
        if made.is_err() {
            leaf.remove();
        }
        made.map(|()| leaf)
    }

    fn fill(&self, leaf: &mut Leaf, name: &str) -> Step<()> {
        if let Ok(parent) = &self.unified {
            leaf.unified = Some(make_leaf(parent, name, "cgroup:v2")?);
        }
        leaf.memory = self.place(&self.memory, leaf, name, "cgroup:memory")?;
        leaf.pids = self.place(&self.pids, leaf, name, "cgroup:pids")?;
        leaf.cpu = self.place(&self.cpu, leaf, name, "cgroup:cpu")?;
        if leaf.unified.is_none() {
            leaf.freezer = self.freezer.v1().map(|p| make_leaf(p, name, "cgroup:freezer")).transpose()?;
        }
        Ok(())
    }

    fn place(&self, controller: &Controller, leaf: &Leaf, name: &str, step: &str) -> Step<Option<Group>> {
        match controller {
            Controller::Missing(_) => Ok(None),
            Controller::V1(parent) => make_leaf(parent, name, step).map(|path| Some(Group::V1(path))),
            Controller::V2 => Ok(leaf.unified.clone().map(Group::V2)),
        }
    }
}

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
enum Group {
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
    unified: Option<PathBuf>,
    memory: Option<Group>,
    pids: Option<Group>,
    cpu: Option<Group>,
    freezer: Option<PathBuf>,
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
                    put(path, "cpu.cfs_period_us", &PERIOD_USEC.to_string(), "limit.cpu")?;
                    put(path, "cpu.cfs_quota_us", &quota.to_string(), "limit.cpu")?;
                }
                Group::V2(path) => put(path, "cpu.max", &format!("{quota} {PERIOD_USEC}"), "limit.cpu")?,
            }
        }
        Ok(())
    }

    /// Moves a fresh process, which has not run any code of the agent, into the groups it was not born in.
    pub fn enter(&self, pid: i32) -> Step<()> {
        for path in self.v1_directories() {
            put(path, "cgroup.procs", &pid.to_string(), "cgroup:enter")?;
        }
        Ok(())
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

    pub fn current(&self) -> Current {
        Current {
            cpu_usec: self.unified.as_deref().and_then(|p| keyed(&p.join("cpu.stat"), "usage_usec")),
            memory_bytes: self.memory.as_ref().and_then(|g| match g {
                Group::V1(path) => number(&path.join("memory.usage_in_bytes")),
                Group::V2(path) => number(&path.join("memory.current")),
            }),
            pids: self.pids.as_ref().and_then(|g| number(&g.path().join("pids.current"))),
        }
    }

    pub fn usage(&self) -> Usage {
        Usage {
            cpu_usec: self.current().cpu_usec,
            memory_peak_bytes: self.memory.as_ref().and_then(|g| match g {
                Group::V1(path) => number(&path.join("memory.max_usage_in_bytes")),
                Group::V2(path) => number(&path.join("memory.peak")),
            }),
            max_pids: self.pids.as_ref().and_then(|g| number(&g.path().join("pids.peak"))),
            oom_kills: self.memory.as_ref().and_then(|g| match g {
                Group::V1(path) => keyed(&path.join("memory.oom_control"), "oom_kill"),
                Group::V2(path) => keyed(&path.join("memory.events"), "oom_kill"),
            }),
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

    /// Whether a process is listed in every group of the sandbox.
    pub fn holds(&self, pid: i32) -> bool {
        let listed = |path: &Path| {
            fs::read_to_string(path.join("cgroup.procs"))
                .is_ok_and(|t| t.lines().any(|l| l == pid.to_string()))
        };
        self.v1_directories().all(listed) && self.unified.as_deref().is_none_or(listed)
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
        for group in [&mut self.memory, &mut self.pids, &mut self.cpu] {
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
    }
}

impl Group {
    fn version(&self) -> &'static str {
        match self {
            Group::V1(_) => "cgroup v1",
            Group::V2(_) => "cgroup v2",
        }
    }
}

fn make_leaf(parent: &Path, name: &str, step: &str) -> Step<PathBuf> {
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
    fs::read_to_string(file).ok()?.trim().parse().ok()
}

fn keyed(file: &Path, key: &str) -> Option<u64> {
    let text = fs::read_to_string(file).ok()?;
    text.lines().find_map(|l| l.strip_prefix(key)?.trim().parse().ok())
}

fn already_enabled(own: &Path, which: &str) -> Result<(), ()> {
    let enabled = fs::read_to_string(own.join("cgroup.subtree_control")).unwrap_or_default();
    if enabled.split_whitespace().any(|e| e == which) { Ok(()) } else { Err(()) }
}

fn make_parent(own: &Path, name: &str) -> Result<PathBuf, String> {
    let parent = own.join(name);
    match fs::create_dir(&parent) {
        Ok(()) => Ok(parent),
        Err(e) if e.kind() == io::ErrorKind::AlreadyExists => Ok(parent),
        Err(e) => Err(format!(
            "{} is not writable here ({}); run the broker as root, or in a unit with Delegate=yes",
            own.display(),
            Errno::from_io(&e)
        )),
    }
}

/// A limit counts as available only after one was really written.
fn try_leaf(parent: &Path, file: &str, value: &str) -> Result<(), String> {
    let leaf = parent.join("probe");
    let tried = fs::create_dir(&leaf).and_then(|()| fs::write(leaf.join(file), value));
    let _ = fs::remove_dir(&leaf);
    tried.map_err(|e| {
        let _ = fs::remove_dir(parent);
        format!("{file} did not take a value: {}", Errno::from_io(&e))
    })
}

fn remove_with_patience(path: &Path) {
    for _ in 0..100 {
        match fs::remove_dir(path) {
            Err(e) if e.raw_os_error() == Some(libc::EBUSY) => std::thread::sleep(Duration::from_millis(2)),
            _ => return,
        }
    }
}

/// Removes what a broker that was killed left behind. Its sandboxes died with it.
fn remove_stale(own: &Path) {
    let Ok(entries) = fs::read_dir(own) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let Some(pid) =
            name.to_str().and_then(|n| n.strip_prefix(PARENT_PREFIX)).and_then(|n| n.parse::<i32>().ok())
        else {
            continue;
        };
        let alive =
            fs::read_to_string(format!("/proc/{pid}/comm")).is_ok_and(|c| c.trim_end() == "agentos-execd");
        if pid == process::own_pid() || alive {
            continue;
        }
        for leaf in fs::read_dir(entry.path()).into_iter().flatten().flatten() {
            if leaf.path().is_dir() {
                let _ = fs::write(leaf.path().join("cgroup.kill"), "1");
                remove_with_patience(&leaf.path());
            }
        }
        remove_with_patience(&entry.path());
    }
}

/// Where the broker itself is in each hierarchy.
struct Places {
    unified: Option<PathBuf>,
    v1: Vec<(Vec<String>, PathBuf)>,
}

impl Places {
    fn read() -> Self {
        let own = fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
        let mounts = fs::read_to_string("/proc/self/mountinfo").unwrap_or_default();
        Self::parse(&own, &mounts)
    }

    fn parse(own: &str, mounts: &str) -> Self {
        let mut places = Places { unified: None, v1: Vec::new() };
        for line in own.lines() {
            let mut parts = line.splitn(3, ':');
            let (Some(_), Some(controllers), Some(path)) = (parts.next(), parts.next(), parts.next()) else {
                continue;
            };
            let names: Vec<String> = controllers.split(',').map(str::to_string).collect();
            let found = mounts.lines().filter_map(Mounted::parse).find(|m| {
                if controllers.is_empty() {
                    m.kind == "cgroup2"
                } else {
                    m.kind == "cgroup" && names.iter().all(|n| m.options.split(',').any(|o| o == n))
                }
            });
            let Some(directory) = found.and_then(|m| m.locate(path)) else { continue };
            if controllers.is_empty() {
                places.unified = Some(directory);
            } else {
                places.v1.push((names, directory));
            }
        }
        places
    }

    fn v1(&self, controller: &str) -> Option<PathBuf> {
        self.v1.iter().find(|(names, _)| names.iter().any(|n| n == controller)).map(|(_, p)| p.clone())
    }
}

struct Mounted<'a> {
    root: &'a str,
    point: &'a str,
    kind: &'a str,
    options: &'a str,
}

impl<'a> Mounted<'a> {
    fn parse(line: &'a str) -> Option<Self> {
        let (before, after) = line.split_once(" - ")?;
        let mut before = before.split(' ').skip(3);
        let mut after = after.split(' ');
        Some(Mounted {
            root: before.next()?,
            point: before.next()?,
            kind: after.next()?,
            options: after.nth(1)?,
        })
    }

    /// The directory that shows a group, when this mount shows it at all.
    fn locate(&self, group: &str) -> Option<PathBuf> {
        let below = if self.root == "/" { group } else { group.strip_prefix(self.root)? };
        Some(Path::new(self.point).join(below.trim_start_matches('/')))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOUNTS: &str = "\
30 29 0:26 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory
31 29 0:27 / /sys/fs/cgroup/cpu,cpuacct rw,relatime shared:9 - cgroup cgroup rw,cpu,cpuacct
32 29 0:28 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw";

    #[test]
    fn hybrid_hosts_are_read() {
        let own = "4:memory:/process/x\n1:cpu,cpuacct:/\n0::/user.slice";
        let places = Places::parse(own, MOUNTS);
        assert_eq!(places.unified.as_deref(), Some(Path::new("/sys/fs/cgroup/unified/user.slice")));
        assert_eq!(places.v1("memory").as_deref(), Some(Path::new("/sys/fs/cgroup/memory/process/x")));
        assert_eq!(places.v1("cpu").as_deref(), Some(Path::new("/sys/fs/cgroup/cpu,cpuacct/")));
        assert_eq!(places.v1("pids"), None);
    }

    #[test]
    fn pure_version_two_is_read() {
        let places = Places::parse(
            "0::/system.slice/x.service",
            "30 29 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw,nsdelegate",
        );
        assert_eq!(places.unified.as_deref(), Some(Path::new("/sys/fs/cgroup/system.slice/x.service")));
        assert!(places.v1.is_empty());
    }

    #[test]
    fn a_mount_that_shows_only_part_of_the_tree_is_honoured() {
        let mounts = "30 29 0:26 /docker/abc /sys/fs/cgroup rw - cgroup2 cgroup2 rw";
        assert_eq!(
            Places::parse("0::/docker/abc/in", mounts).unified.as_deref(),
            Some(Path::new("/sys/fs/cgroup/in"))
        );
        assert_eq!(Places::parse("0::/elsewhere", mounts).unified, None);
    }
}
