//! Control groups of both versions: limits, accounting, freezing and killing of one sandbox at a time.
//!
//! Version 1 gives the limits where a host still has its controllers there; version 2 gives the life cycle wherever
//! it is mounted. Every sandbox gets directories of its own that nobody used before.

mod leaf;
mod places;

use agentos_init::protocol::Step;
use agentos_sys::{Errno, ids, process};
pub use leaf::Group;
use leaf::make_leaf;
pub use leaf::{Current, Leaf};
use places::Places;
use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

const PARENT_PREFIX: &str = "agentos-execd-";
const BROKER_LEAF: &str = "broker";

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
    pub io: Controller,
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
            io: Controller::Missing(String::new()),
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
            ("blkio", "blkio.throttle.read_bps_device", ""),
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
                None if which == "blkio" => {
                    v2_wanted.push("io");
                    Controller::Missing("no cgroup hierarchy has the io controller".to_string())
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
            "blkio" | "io" => self.io = controller,
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
                "io" => ("io.max", ""),
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
        [&self.memory, &self.pids, &self.cpu, &self.io, &self.freezer]
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
            if let Some(own) = &self.moved_from
                && let Err(e) = self.leave(parent, own)
            {
                eprintln!("agentos-execd: {} stays: {}", parent.display(), Errno::from_io(&e));
            }
            remove_with_patience(parent);
        }
        for controller in [&self.memory, &self.pids, &self.cpu, &self.io, &self.freezer] {
            if let Some(parent) = controller.v1() {
                remove_with_patience(parent);
            }
        }
    }

    /// Takes the broker out of its leaf again, and the leaf away. The kernel lets go of the last sandbox's groups a moment
    /// after they are removed, and refuses until then.
    fn leave(&self, parent: &Path, own: &Path) -> io::Result<()> {
        let until = Instant::now() + END_PATIENCE;
        loop {
            match self.move_back(parent, own) {
                Err(e) if e.raw_os_error() == Some(libc::EBUSY) && Instant::now() < until => {
                    std::thread::sleep(Duration::from_millis(2));
                }
                other => return other,
            }
        }
    }

    fn move_back(&self, parent: &Path, own: &Path) -> io::Result<()> {
        // Version 2 takes no process where controllers are handed down.
        hand_nothing_down(parent)?;
        if self.enabled_in.is_some() {
            hand_nothing_down(own)?;
        }
        fs::write(own.join("cgroup.procs"), process::own_pid().to_string())?;
        match fs::remove_dir(parent.join(BROKER_LEAF)) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(()),
            other => other,
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

    /// The group that limits the I/O of a sandbox, made on demand: few plans ask for it.
    pub fn io_group(&self, leaf: &Leaf) -> Step<Option<Group>> {
        let name = leaf.name();
        match (&self.io, name) {
            (Controller::V1(parent), Some(name)) => {
                make_leaf(parent, &name, "cgroup:io").map(|p| Some(Group::V1(p)))
            }
            (Controller::V2, _) => Ok(leaf.unified.clone().map(Group::V2)),
            _ => Ok(None),
        }
    }

    /// Whether new groups of the cpu controller have a file.
    pub fn cpu_has(&self, v1: &str, v2: &str) -> bool {
        match (&self.cpu, &self.unified) {
            (Controller::V1(parent), _) => parent.join(v1).exists(),
            (Controller::V2, Ok(parent)) => parent.join(v2).exists(),
            _ => false,
        }
    }

    fn place(&self, controller: &Controller, leaf: &Leaf, name: &str, step: &str) -> Step<Option<Group>> {
        match controller {
            Controller::Missing(_) => Ok(None),
            Controller::V1(parent) => make_leaf(parent, name, step).map(|path| Some(Group::V1(path))),
            Controller::V2 => Ok(leaf.unified.clone().map(Group::V2)),
        }
    }
}

fn hand_nothing_down(group: &Path) -> io::Result<()> {
    let file = group.join("cgroup.subtree_control");
    let off: Vec<String> = fs::read_to_string(&file)?.split_whitespace().map(|c| format!("-{c}")).collect();
    if off.is_empty() { Ok(()) } else { fs::write(file, off.join(" ")) }
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
    let tried = fs::create_dir(&leaf).and_then(|()| {
        // What takes a device has none to be tried with.
        if value.is_empty() {
            fs::metadata(leaf.join(file)).map(drop)
        } else {
            fs::write(leaf.join(file), value)
        }
    });
    let period = fs::read_to_string(leaf.join("cpu.cfs_period_us"))
        .map_or(leaf::PERIOD_USEC, |t| t.trim().parse().unwrap_or(0));
    let tried =
        if period == leaf::PERIOD_USEC { tried } else { Err(io::Error::from_raw_os_error(libc::EINVAL)) };
    let _ = fs::remove_dir(&leaf);
    tried.map_err(|e| {
        let _ = fs::remove_dir(parent);
        format!("{file} did not take a value: {}", Errno::from_io(&e))
    })
}

/// How long the kernel may take to let go of a group whose processes have ended. A slow machine takes its time.
pub const END_PATIENCE: Duration = Duration::from_secs(3);

fn remove_with_patience(path: &Path) {
    let until = Instant::now() + END_PATIENCE;
    while let Err(e) = fs::remove_dir(path) {
        if e.raw_os_error() != Some(libc::EBUSY) || Instant::now() >= until {
            return;
        }
        std::thread::sleep(Duration::from_millis(2));
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
