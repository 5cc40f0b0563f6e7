//! The new root: an empty tmpfs, the mounts of the plan in order, then read-only.

use super::open_source;
use crate::protocol::{InStep, Step, StepError, c_string};
use agentos_plan::{Access, Mount};
use agentos_sys::mount::{self, FileKind};
use agentos_sys::{Errno, landlock};
use std::ffi::CString;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

/// One place that Landlock opens.
pub struct Grant {
    pub at: OwnedFd,
    pub is_directory: bool,
    pub rights: u64,
}

/// Device numbers of the file systems in which the builder may create things.
struct Own {
    root: u64,
    scratch: Vec<u64>,
}

const ROOT_OPTIONS: &[(&std::ffi::CStr, &std::ffi::CStr)] =
    &[(c"mode", c"0755"), (c"size", c"16m"), (c"nr_inodes", c"8192")];

/// The new root while it is being assembled. It stands where the host's /proc was, in a mount namespace of its own.
pub struct Staging {
    old: OwnedFd,
    root: OwnedFd,
    own: Own,
    grants: Vec<Grant>,
    /// What was mounted, with what each bind's source was at that time.
    applied: Vec<(Mount, Option<FileKind>)>,
    /// The host's /proc.
    pub outside: OwnedFd,
    pub host_root: FileKind,
}

/// What is left of the assembly once the new root is the only one.
pub struct Rooted {
    pub outside: OwnedFd,
    pub host_root: FileKind,
    pub grants: Vec<Grant>,
}

impl Staging {
    /// An empty root beside the host's tree.
    pub fn begin() -> Step<Self> {
        let directory = libc::O_PATH | libc::O_DIRECTORY;
        let old = mount::openat(None, c"/", directory, 0).in_step("root", "no root directory")?;
        let host_root = mount::file_kind(old.as_fd()).in_step("root", "no root directory")?;
        mount::make_all_private().in_step("root", "the mounts could not be made private")?;
        let outside = mount::openat(None, c"/proc", directory, 0)
            .in_step("root", "/proc of the host could not be opened; mount it")?;
        Self::stand(old, outside, host_root)
    }

    fn stand(old: OwnedFd, outside: OwnedFd, host_root: FileKind) -> Step<Self> {
        let safe = mount::ATTR_NOSUID | mount::ATTR_NODEV;
        let root = mount::new_filesystem(c"tmpfs", ROOT_OPTIONS, safe | mount::ATTR_NOEXEC)
            .in_step("root", "the kernel refused an empty root file system")?;
        mount::attach(root.as_fd(), outside.as_fd()).in_step("root", "the new root could not be attached")?;
        let kind = mount::file_kind(root.as_fd()).in_step("root", "the new root could not be examined")?;
        let own = Own { root: kind.device, scratch: Vec::new() };
        Ok(Staging { old, root, own, grants: Vec::new(), applied: Vec::new(), outside, host_root })
    }

    pub fn mount(&mut self, entry: &Mount) -> Step<()> {
        let source = source_of(entry)?;
        let kind = match &source {
            Some(fd) => Some(
                mount::file_kind(fd.as_fd())
                    .in_step(&format!("mount:{}", entry.target()), "the source could not be examined")?,
            ),
            None => None,
        };
        let step = format!("mount:{}", entry.target());
        if let Some(grant) = apply(entry, source, self.root.as_fd(), &mut self.own, &step)? {
            self.grants.push(grant);
        }
        self.applied.push((entry.clone(), kind));
        Ok(())
    }

    /// How many mounts of the plan are there already; `None` when others are, or when a name leads elsewhere by now.
    pub fn done_of(&self, mounts: &[Mount]) -> Option<usize> {
        let same = |(entry, kind): &(Mount, Option<FileKind>), wanted: &Mount| {
            entry == wanted
                && match source_of(entry) {
                    Ok(now) => now.map(|fd| mount::file_kind(fd.as_fd()).ok()) == kind.map(Some),
                    Err(_) => false,
                }
        };
        let fits =
            self.applied.len() <= mounts.len() && self.applied.iter().zip(mounts).all(|(a, m)| same(a, m));
        fits.then_some(self.applied.len())
    }

    /// Starts again with an empty root.
    pub fn again(self) -> Step<Self> {
        mount::change_directory(self.root.as_fd())
            .in_step("root", "the prepared root could not be entered")?;
        mount::detach_here().in_step("root", "the prepared root could not be detached")?;
        mount::change_directory(self.old.as_fd()).in_step("root", "the root could not be entered")?;
        Self::stand(self.old, self.outside, self.host_root)
    }

    /// Makes the new root the only one, and read-only.
    pub fn enter(self) -> Step<Rooted> {
        let Staging { old, root, mut grants, outside, host_root, .. } = self;
        mount::change_directory(root.as_fd()).in_step("pivot", "the new root could not be entered")?;
        mount::pivot_here()
            .in_step("pivot", "the root could not be changed; the host's root must be a real mount")?;
        mount::change_directory(old.as_fd()).in_step("pivot", "the old root could not be entered")?;
        mount::detach_here().in_step("pivot", "the old root could not be detached")?;
        mount::change_directory_path(c"/").in_step("pivot", "the new root could not be entered")?;
        mount::add_attributes(root.as_fd(), mount::ATTR_RDONLY, false)
            .in_step("root.readonly", "the root could not be made read-only")?;
        let at = mount::openat(None, c"/", libc::O_PATH | libc::O_DIRECTORY, 0)
            .in_step("root", "no root directory")?;
        grants.push(Grant { at, is_directory: true, rights: landlock::READ_FILE | landlock::READ_DIR });
        Ok(Rooted { outside, host_root, grants })
    }
}

/// Pins the source of a bind. What is pinned is what is mounted, whatever happens to the path.
fn source_of(entry: &Mount) -> Step<Option<OwnedFd>> {
    match entry {
        Mount::Bind { source, .. } => open_source(source).map(Some),
        _ => Ok(None),
    }
}

fn apply(
    entry: &Mount,
    source: Option<OwnedFd>,
    root: BorrowedFd<'_>,
    own: &mut Own,
    step: &str,
) -> Step<Option<Grant>> {
    match entry {
        Mount::Bind { target, access, recursive, exec, .. } => {
            let source = source
                .ok_or_else(|| StepError::new(step, Errno(libc::EINVAL), "the source was not opened"))?;
            bind(&source, root, target, own, *access, *recursive, *exec, step).map(Some)
        }
        Mount::Tmpfs { target, size_bytes } => {
            let (at, device) = tmpfs(root, target, own, *size_bytes, c"0755", mount::ATTR_NODEV, step)?;
            own.scratch.push(device);
            Ok(Some(Grant { at, is_directory: true, rights: landlock::ALL_BUT_DEVICES }))
        }
        Mount::Proc { target } => proc(root, target, own, step).map(|()| None),
        Mount::Dev { target } => dev(root, target, own, step).map(Some),
        Mount::Symlink { target, to } => {
            let (parent, name) = parent_of(root, target, own, step)?;
            mount::make_symlink(parent.as_fd(), &name, &c_string(to, step)?)
                .in_step(step, "the symbolic link could not be made")?;
            Ok(None)
        }
        Mount::File { target, content } => synthetic(root, target, content, own, step).map(|()| None),
    }
}

#[allow(clippy::too_many_arguments)]
fn bind(
    source: &OwnedFd,
    root: BorrowedFd<'_>,
    target: &str,
    own: &Own,
    access: Access,
    recursive: bool,
    exec: bool,
    step: &str,
) -> Step<Grant> {
    let kind = mount::file_kind(source.as_fd()).in_step(step, "the source could not be examined")?;
    let copy = mount::clone_tree(Some(source.as_fd()), c"", recursive && kind.is_directory()).in_step(
        step,
        "the source could not be bound; where other mounts lie below it, say \"recursive\": true",
    )?;
    let mut attributes = mount::ATTR_NOSUID | mount::ATTR_NODEV;
    let mut rights = landlock::READ_FILE | landlock::READ_DIR;
    match access {
        Access::Read => attributes |= mount::ATTR_RDONLY,
        Access::Write => rights = landlock::ALL_BUT_DEVICES & !landlock::EXECUTE,
    }
    if exec {
        rights |= landlock::EXECUTE;
    } else {
        attributes |= mount::ATTR_NOEXEC;
    }
    mount::add_attributes(copy.as_fd(), attributes, recursive && kind.is_directory())
        .in_step(step, "the mount's restrictions could not be set")?;
    let place = place_for(root, target, own, kind.is_directory(), step)?;
    mount::attach(copy.as_fd(), place.as_fd()).in_step(step, "the mount could not be attached")?;
    Ok(Grant { at: copy, is_directory: kind.is_directory(), rights })
}

fn tmpfs(
    root: BorrowedFd<'_>,
    target: &str,
    own: &Own,
    size_bytes: u64,
    mode: &std::ffi::CStr,
    attributes: u64,
    step: &str,
) -> Step<(OwnedFd, u64)> {
    let size = c_string(&size_bytes.to_string(), step)?;
    let inodes = c_string(&(size_bytes / 4096).clamp(64, 1 << 20).to_string(), step)?;
    let options = [(c"size", size.as_c_str()), (c"nr_inodes", inodes.as_c_str()), (c"mode", mode)];
    let made = mount::new_filesystem(c"tmpfs", &options, attributes | mount::ATTR_NOSUID)
        .in_step(step, "the kernel refused the tmpfs")?;
    let place = place_for(root, target, own, true, step)?;
    mount::attach(made.as_fd(), place.as_fd()).in_step(step, "the tmpfs could not be attached")?;
    let device = mount::file_kind(made.as_fd()).in_step(step, "the tmpfs could not be examined")?.device;
    Ok((made, device))
}

/// Parts of /proc that tell about, or reach, more than this sandbox.
const MASKED_IN_PROC: &[&str] = &[
    "acpi",
    "asound",
    "kallsyms",
    "kcore",
    "keys",
    "kmsg",
    "latency_stats",
    "sched_debug",
    "scsi",
    "sysrq-trigger",
    "timer_list",
    "timer_stats",
];

fn proc(root: BorrowedFd<'_>, target: &str, own: &Own, step: &str) -> Step<()> {
    let attributes = mount::ATTR_NOSUID | mount::ATTR_NODEV | mount::ATTR_NOEXEC | mount::ATTR_RDONLY;
    let made = mount::new_filesystem(c"proc", &[(c"hidepid", c"invisible")], attributes).in_step(
        step,
        "the kernel refused a fresh /proc; inside a container the host's /proc must be mounted without masks",
    )?;
    let place = place_for(root, target, own, true, step)?;
    mount::attach(made.as_fd(), place.as_fd()).in_step(step, "the /proc could not be attached")?;
    let null =
        mount::openat2(None, c"/dev/null", libc::O_PATH | libc::O_NOFOLLOW, 0, mount::RESOLVE_NO_SYMLINKS)
            .in_step(step, "/dev/null of the host could not be opened")?;
    for name in MASKED_IN_PROC {
        let hidden = match mount::openat(
            Some(made.as_fd()),
            &c_string(name, step)?,
            libc::O_PATH | libc::O_NOFOLLOW,
            0,
        ) {
            Ok(fd) => fd,
            Err(Errno(libc::ENOENT)) => continue,
            Err(e) => return Err(StepError::new(step, e, format!("{name} in /proc could not be masked"))),
        };
        let kind = mount::file_kind(hidden.as_fd()).in_step(step, "a part of /proc could not be examined")?;
        let mask = if kind.is_directory() {
            let options = [(c"mode", c"0000"), (c"size", c"4096"), (c"nr_inodes", c"2")];
            mount::new_filesystem(c"tmpfs", &options, attributes)
        } else {
            mount::clone_tree(Some(null.as_fd()), c"", false)
        };
        mask.and_then(|mask| mount::attach(mask.as_fd(), hidden.as_fd()))
            .in_step(step, "a part of /proc could not be masked")?;
    }
    Ok(())
}

const DEVICES: &[&str] = &["null", "zero", "full", "random", "urandom"];

fn dev(root: BorrowedFd<'_>, target: &str, own: &mut Own, step: &str) -> Step<Grant> {
    let message = "the devices could not be set up";
    let (made, device) = tmpfs(root, target, own, 65_536, c"0755", mount::ATTR_NOEXEC, step)?;
    let inside = Own { root: device, scratch: Vec::new() };
    for name in DEVICES {
        let host = c_string(&format!("/dev/{name}"), step)?;
        let pinned =
            mount::openat2(None, &host, libc::O_PATH | libc::O_NOFOLLOW, 0, mount::RESOLVE_NO_SYMLINKS)
                .in_step(step, "a device of the host could not be opened")?;
        let copy = mount::clone_tree(Some(pinned.as_fd()), c"", false).in_step(step, message)?;
        mount::add_attributes(
            copy.as_fd(),
            mount::ATTR_NOSUID | mount::ATTR_NOEXEC | mount::ATTR_RDONLY,
            false,
        )
        .in_step(step, message)?;
        let place = place_for(made.as_fd(), &format!("/{name}"), &inside, false, step)?;
        mount::attach(copy.as_fd(), place.as_fd()).in_step(step, message)?;
    }
    for (name, to) in [
        (c"fd", c"/proc/self/fd"),
        (c"stdin", c"/proc/self/fd/0"),
        (c"stdout", c"/proc/self/fd/1"),
        (c"stderr", c"/proc/self/fd/2"),
    ] {
        mount::make_symlink(made.as_fd(), name, to).in_step(step, message)?;
    }
    let attributes = mount::ATTR_NODEV | mount::ATTR_NOEXEC;
    let (shm, _) = tmpfs(made.as_fd(), "/shm", &inside, 16 << 20, c"1777", attributes, step)?;
    mount::add_attributes(made.as_fd(), mount::ATTR_RDONLY, false).in_step(step, message)?;
    drop(shm);
    let rights = landlock::READ_FILE
        | landlock::READ_DIR
        | landlock::WRITE_FILE
        | landlock::TRUNCATE
        | landlock::IOCTL_DEV;
    Ok(Grant { at: made, is_directory: true, rights: rights | SHARED_MEMORY_RIGHTS })
}

/// /dev itself is a read-only mount, so these only matter in /dev/shm below it.
const SHARED_MEMORY_RIGHTS: u64 = landlock::ALL_BUT_DEVICES & !landlock::EXECUTE;

fn synthetic(root: BorrowedFd<'_>, target: &str, content: &str, own: &Own, step: &str) -> Step<()> {
    let (parent, name) = parent_of(root, target, own, step)?;
    let flags = libc::O_WRONLY | libc::O_CREAT | libc::O_EXCL | libc::O_NOFOLLOW;
    let file = mount::openat(Some(parent.as_fd()), &name, flags, 0o444)
        .in_step(step, "the file could not be made")?;
    let mut file = std::fs::File::from(file);
    std::io::Write::write_all(&mut file, content.as_bytes())
        .map_err(|e| StepError::new(step, Errno::from_io(&e), "the file could not be written"))?;
    file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o444))
        .map_err(|e| StepError::new(step, Errno::from_io(&e), "the file's mode could not be set"))?;
    drop(file);
    let device =
        mount::file_kind(parent.as_fd()).in_step(step, "the directory could not be examined")?.device;
    if device != own.root {
        pin_read_only(parent.as_fd(), &name, step)?;
    }
    Ok(())
}

/// Covers a file with a read-only view of itself, where the directory around it stays writable.
fn pin_read_only(parent: BorrowedFd<'_>, name: &std::ffi::CStr, step: &str) -> Step<()> {
    let file = mount::openat(Some(parent), name, libc::O_PATH | libc::O_NOFOLLOW, 0)
        .and_then(|place| mount::clone_tree(Some(place.as_fd()), c"", false).map(|copy| (place, copy)))
        .and_then(|(place, copy)| {
            mount::add_attributes(
                copy.as_fd(),
                mount::ATTR_RDONLY | mount::ATTR_NOSUID | mount::ATTR_NODEV | mount::ATTR_NOEXEC,
                false,
            )?;
            mount::attach(copy.as_fd(), place.as_fd())
        });
    file.in_step(step, "the file could not be made read-only")
}

/// Opens the mount point, making it where the directory around it is the builder's own.
fn place_for(root: BorrowedFd<'_>, target: &str, own: &Own, directory: bool, step: &str) -> Step<OwnedFd> {
    let (parent, name) = parent_of(root, target, own, step)?;
    let flags = libc::O_PATH | libc::O_NOFOLLOW;
    let resolve = mount::RESOLVE_IN_ROOT | mount::RESOLVE_NO_SYMLINKS;
    match mount::openat2(Some(parent.as_fd()), &name, flags, 0, resolve) {
        Ok(fd) => return Ok(fd),
        Err(Errno(libc::ENOENT)) => {}
        Err(e) => {
            return Err(StepError::new(step, e, format!("{target} cannot be mounted on; name a plain path")));
        }
    }
    may_create(parent.as_fd(), own, target, step)?;
    if directory {
        mount::make_directory(Some(parent.as_fd()), &name, 0o755)
    } else {
        mount::openat(Some(parent.as_fd()), &name, libc::O_WRONLY | libc::O_CREAT | libc::O_EXCL, 0o600)
            .map(drop)
    }
    .in_step(step, "the mount point could not be made")?;
    mount::openat2(Some(parent.as_fd()), &name, flags, 0, resolve)
        .in_step(step, "the mount point could not be opened")
}

/// The directory that holds `target`, made part by part below the new root, and the last part of its name.
fn parent_of(root: BorrowedFd<'_>, target: &str, own: &Own, step: &str) -> Step<(OwnedFd, CString)> {
    let (above, last) =
        target.trim_start_matches('/').rsplit_once('/').unwrap_or(("", target.trim_start_matches('/')));
    let last = c_string(last, step)?;
    let flags = libc::O_PATH | libc::O_DIRECTORY | libc::O_NOFOLLOW;
    let resolve = mount::RESOLVE_IN_ROOT | mount::RESOLVE_NO_SYMLINKS;
    let whole = if above.is_empty() { c".".to_owned() } else { c_string(above, step)? };
    match mount::openat2(Some(root), &whole, flags, 0, resolve) {
        Ok(fd) => return Ok((fd, last)),
        Err(Errno(libc::ENOENT)) => {}
        Err(e) => {
            return Err(StepError::new(
                step,
                e,
                format!("/{above} is not a plain directory; name a path without links"),
            ));
        }
    }
    let mut here = mount::openat2(Some(root), c".", flags, 0, resolve).in_step(step, "no root directory")?;
    for part in above.split('/') {
        let name = c_string(part, step)?;
        let next = match mount::openat2(Some(here.as_fd()), &name, flags, 0, resolve) {
            Err(Errno(libc::ENOENT)) => {
                may_create(here.as_fd(), own, target, step)?;
                mount::make_directory(Some(here.as_fd()), &name, 0o755)
                    .in_step(step, "a directory could not be made")?;
                mount::openat2(Some(here.as_fd()), &name, flags, 0, resolve)
            }
            other => other,
        };
        here = next.in_step(step, "a directory on the way could not be opened")?;
    }
    Ok((here, last))
}

/// Nothing is ever created in a directory of the host.
fn may_create(parent: BorrowedFd<'_>, own: &Own, target: &str, step: &str) -> Step<()> {
    let device = mount::file_kind(parent).in_step(step, "a directory could not be examined")?.device;
    if device == own.root || own.scratch.contains(&device) {
        return Ok(());
    }
    Err(StepError::new(
        step,
        Errno(libc::ENOENT),
        format!("{target} lies in a bound directory and does not exist there; create it on the host first"),
    ))
}
