//! Where the broker is in each mounted hierarchy.

use std::fs;
use std::path::{Path, PathBuf};

/// Where the broker itself is in each hierarchy.
pub struct Places {
    pub unified: Option<PathBuf>,
    v1: Vec<(Vec<String>, PathBuf)>,
}

impl Places {
    pub fn read() -> Self {
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

    pub fn v1(&self, controller: &str) -> Option<PathBuf> {
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
