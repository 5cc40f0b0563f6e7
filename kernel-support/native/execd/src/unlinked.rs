//! What a sandbox keeps on the host's disks without a name: files that were deleted and are still open or mapped. No
//! walk over folders finds them, and their space comes back only with the last process that holds them.

use agentos_sys::ids;
use serde::Serialize;
use std::collections::HashSet;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// More descriptors and mappings than this are not looked at in one go: the broker has other things to do.
const MOST: usize = 100_000;

/// What one look found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Unlinked {
    /// Space on disks, each file once however often it is open.
    pub bytes: u64,
    pub files: u64,
    /// Processes that could not be looked into, and what was left out because there was too much of it.
    pub unseen: u64,
}

/// Looks at every thread below `init`, since each may have descriptors of its own. `owner` is the user of the agent's
/// processes where the caller has to take that user's rights to look at them; `folders` are those of the host that the
/// agent may write.
pub fn measure(init: i32, owner: Option<(u32, u32)>, folders: &[&str]) -> Unlinked {
    let members: Vec<i32> = crate::tree::members(init).into_iter().filter(|pid| *pid != init).collect();
    if let Some((uid, gid)) = owner {
        ids::set_file_ids(uid, gid);
    }
    let memory = members.first().map(|pid| in_memory(*pid, folders)).unwrap_or_default();
    let mut look = Look { memory, seen: HashSet::new(), left: MOST, found: Unlinked::default() };
    let hidden: Vec<i32> = members.into_iter().filter(|pid| !look.process(*pid)).collect();
    if owner.is_some() {
        ids::set_file_ids(0, 0);
    }
    for pid in hidden {
        // The kernel gives what a process keeps to itself to root.
        if !look.process(pid) {
            look.found.unseen += 1;
        }
    }
    look.found
}

/// Whether a process that holds a deleted file can be looked into with the rights that `measure` has.
pub fn is_seen(pid: i32, owner: Option<(u32, u32)>) -> bool {
    if let Some((uid, gid)) = owner {
        ids::set_file_ids(uid, gid);
    }
    let mut look =
        Look { memory: HashSet::new(), seen: HashSet::new(), left: MOST, found: Unlinked::default() };
    let looked = look.process(pid);
    if owner.is_some() {
        ids::set_file_ids(0, 0);
    }
    looked && look.found.files > 0
}

struct Look {
    /// Devices whose files are memory, which has a limit of its own.
    memory: HashSet<u64>,
    seen: HashSet<(u64, u64)>,
    left: usize,
    found: Unlinked,
}

impl Look {
    /// Whether it could be looked into. One that is gone by now holds nothing.
    fn process(&mut self, pid: i32) -> bool {
        let process = PathBuf::from(format!("/proc/{pid}"));
        let Ok(threads) = fs::read_dir(process.join("task")) else { return is_gone(&process) };
        let (mut mapped, mut has_memory) = (false, false);
        for thread in threads.flatten() {
            let at = thread.path();
            if !self.folder(&at.join("fd")) && !is_gone(&at) {
                return false;
            }
            // One memory for all of them; the first thread may have ended before the others.
            mapped = mapped || self.mapped(pid, &at);
            has_memory = has_memory || (!mapped && has_memory_left(&at));
        }
        mapped || !has_memory
    }

    fn folder(&mut self, folder: &Path) -> bool {
        let entries = match fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) => return is_absence(&error),
        };
        for entry in entries.flatten() {
            if self.left == 0 {
                self.found.unseen += 1;
                return true;
            }
            self.left -= 1;
            self.file(&entry.path());
        }
        true
    }

    fn file(&mut self, link: &Path) -> bool {
        let Ok(file) = fs::metadata(link) else { return false };
        if file.is_file() && file.nlink() == 0 {
            self.count((file.dev(), file.ino()), file.blocks() * 512);
        }
        true
    }

    /// Mappings outlive their descriptors. Only a broker with rights over the whole host may open what is mapped; the
    /// others count as much of the file as the mapping shows.
    fn mapped(&mut self, pid: i32, thread: &Path) -> bool {
        let text = text(&thread.join("maps"));
        if text.is_empty() {
            return false;
        }
        for mapping in text.lines().filter_map(Mapping::of) {
            if self.left == 0 {
                self.found.unseen += 1;
                return true;
            }
            self.left -= 1;
            if !self.file(Path::new(&format!("/proc/{pid}/map_files/{}", mapping.range))) {
                self.count((mapping.device, mapping.inode), mapping.end);
            }
        }
        true
    }

    fn count(&mut self, which: (u64, u64), bytes: u64) {
        if !self.memory.contains(&which.0) && self.seen.insert(which) {
            self.found.bytes += bytes;
            self.found.files += 1;
        }
    }
}

/// The devices of the sandbox's own file systems in memory, and of what has no file system at all. A folder of the host
/// that is in memory there stays what it is to the host: a disk.
fn in_memory(member: i32, folders: &[&str]) -> HashSet<u64> {
    let text = text(Path::new(&format!("/proc/{member}/mountinfo")));
    let mut all: HashSet<u64> = text.lines().filter_map(tmpfs_device).collect();
    all.extend(agentos_sys::process::memory_device());
    for folder in folders {
        if let Ok(found) = fs::metadata(folder) {
            all.remove(&found.dev());
        }
    }
    all
}

fn tmpfs_device(line: &str) -> Option<u64> {
    let (_, kind) = line.split_once(" - ")?;
    let (major, minor) = line.split(' ').nth(2)?.split_once(':')?;
    kind.starts_with("tmpfs ")
        .then_some(libc::makedev(major.parse::<u32>().ok()?, minor.parse::<u32>().ok()?))
}

/// A mapping of a deleted file on a disk, as a line of /proc/PID/maps tells it.
struct Mapping<'a> {
    range: &'a str,
    device: u64,
    inode: u64,
    end: u64,
}

impl<'a> Mapping<'a> {
    fn of(line: &'a str) -> Option<Self> {
        let mut words = line.split_ascii_whitespace();
        let (range, _, offset, device, inode) =
            (words.next()?, words.next()?, words.next()?, words.next()?, words.next()?);
        if inode == "0" || !line.ends_with(" (deleted)") {
            return None;
        }
        let (from, to) = range.split_once('-')?;
        let number = |text: &str| u64::from_str_radix(text, 16).ok();
        let (major, minor) = device.split_once(':')?;
        Some(Mapping {
            range,
            device: libc::makedev(number(major)? as u32, number(minor)? as u32),
            inode: inode.parse().ok()?,
            end: number(offset)? + (number(to)? - number(from)?),
        })
    }
}

/// Names in it may be any bytes; empty when it cannot be read.
fn text(path: &Path) -> String {
    String::from_utf8_lossy(&fs::read(path).unwrap_or_default()).into_owned()
}

/// A process or a thread, by its folder in /proc. The other threads of one that has ended are looked at by themselves.
fn is_gone(at: &Path) -> bool {
    let text = text(&at.join("stat"));
    text.is_empty() || text.rsplit_once(") ").is_some_and(|(_, rest)| rest.starts_with(['Z', 'X']))
}

/// One that is ending gives its memory back before its files, and can take a while for these.
fn has_memory_left(at: &Path) -> bool {
    text(&at.join("status")).lines().any(|line| line.starts_with("VmSize:"))
}

fn is_absence(error: &std::io::Error) -> bool {
    matches!(error.raw_os_error(), Some(libc::ENOENT | libc::ESRCH))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mappings_of_deleted_files_on_disks_count_up_to_their_end() {
        let line = "7f00-9f00 rw-s 00001000 fe:01 42   /workspace/a b (deleted)";
        let found = Mapping::of(line).expect("a deleted file");
        assert_eq!((found.inode, found.end), (42, 0x3000));
        assert_eq!(found.device, libc::makedev(0xfe, 1));
        for other in ["7f00-9f00 rw-s 00001000 fe:01 42   /workspace/a", "7f00-9f00 rw-p 00000000 00:00 0 "] {
            assert!(Mapping::of(other).is_none(), "{other}");
        }
    }

    #[test]
    fn what_has_no_memory_has_nothing_mapped_and_is_no_riddle() {
        assert!(has_memory_left(Path::new("/proc/self")));
        // A thread of the kernel has none, as has a process in its last moments.
        assert!(!has_memory_left(Path::new("/proc/2")));
        assert!(!has_memory_left(Path::new("/proc/self/nothing")));
        let mut child = std::process::Command::new("true").spawn().expect("a child");
        let at = PathBuf::from(format!("/proc/{}", child.id()));
        let until = std::time::Instant::now() + std::time::Duration::from_secs(10);
        while !is_gone(&at) && std::time::Instant::now() < until {
            std::thread::sleep(std::time::Duration::from_millis(1));
        }
        assert!(is_gone(&at) && !has_memory_left(&at));
        let _ = child.wait();
    }

    #[test]
    fn a_file_system_in_memory_is_known_by_its_device() {
        let of = |line| tmpfs_device(line);
        assert_eq!(of("36 35 0:42 / /tmp rw,nosuid - tmpfs tmpfs rw"), Some(libc::makedev(0, 42)));
        assert_eq!(of("36 35 0:42 / /a rw shared:1 - tmpfs x rw"), Some(libc::makedev(0, 42)));
        assert_eq!(of("36 35 254:1 /x /workspace rw - ext4 /dev/vda rw"), None);
    }

    #[test]
    fn what_is_deleted_and_still_open_or_mapped_is_found_once() {
        let path = std::env::temp_dir().join(format!("unlinked-{}", std::process::id()));
        std::fs::write(&path, vec![1u8; 1 << 20]).expect("a file");
        let file = std::fs::File::open(&path).expect("it is there");
        let again = file.try_clone().expect("a second descriptor");
        let mut look =
            Look { memory: HashSet::new(), seen: HashSet::new(), left: MOST, found: Unlinked::default() };
        assert!(look.process(std::process::id() as i32));
        let before = look.found;
        std::fs::remove_file(&path).expect("its name goes");
        assert!(look.process(std::process::id() as i32));
        assert!(look.found.bytes >= before.bytes + (1 << 20), "{:?}", look.found);
        let now = look.found;
        assert!(look.process(std::process::id() as i32));
        assert_eq!(look.found, now);
        drop((file, again));
    }
}
