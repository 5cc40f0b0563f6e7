//! Files by descriptor, and the descriptor-based mount calls.

use super::{Errno, at, check, own};
use std::ffi::CStr;
use std::os::fd::{AsRawFd, BorrowedFd, OwnedFd};
use std::ptr;

pub const RESOLVE_NO_MAGICLINKS: u64 = 0x02;
pub const RESOLVE_NO_SYMLINKS: u64 = 0x04;
pub const RESOLVE_IN_ROOT: u64 = 0x10;

pub const ATTR_RDONLY: u64 = 0x1;
pub const ATTR_NOSUID: u64 = 0x2;
pub const ATTR_NODEV: u64 = 0x4;
pub const ATTR_NOEXEC: u64 = 0x8;

const OPEN_TREE_CLONE: u32 = 1;
const MOVE_MOUNT_F_EMPTY_PATH: u32 = 0x4;
const MOVE_MOUNT_T_EMPTY_PATH: u32 = 0x40;
const FSOPEN_CLOEXEC: u32 = 1;
const FSMOUNT_CLOEXEC: u32 = 1;
const FSCONFIG_SET_STRING: u32 = 1;
const FSCONFIG_CMD_CREATE: u32 = 6;

#[repr(C)]
struct OpenHow {
    flags: u64,
    mode: u64,
    resolve: u64,
}

pub fn openat2(
    dir: Option<BorrowedFd<'_>>,
    path: &CStr,
    flags: i32,
    mode: u32,
    resolve: u64,
) -> Result<OwnedFd, Errno> {
    let how = OpenHow { flags: (flags | libc::O_CLOEXEC) as u64, mode: mode.into(), resolve };
    // SAFETY: `path` is a C string and `how` a valid open_how of the given size.
    own(unsafe {
        libc::syscall(libc::SYS_openat2, at(dir), path.as_ptr(), &raw const how, size_of::<OpenHow>())
    })
}

/// The old open, which the sandbox's own filter admits.
pub fn openat(dir: Option<BorrowedFd<'_>>, path: &CStr, flags: i32, mode: u32) -> Result<OwnedFd, Errno> {
    // SAFETY: `path` is a C string.
    own(unsafe { libc::openat(at(dir), path.as_ptr(), flags | libc::O_CLOEXEC, mode) } as libc::c_long)
}

/// A detached copy of the mount at a pinned file, or of a path.
pub fn clone_tree(dir: Option<BorrowedFd<'_>>, path: &CStr, recursive: bool) -> Result<OwnedFd, Errno> {
    let flags = OPEN_TREE_CLONE
        | libc::O_CLOEXEC as u32
        | libc::AT_EMPTY_PATH as u32
        | if recursive { libc::AT_RECURSIVE as u32 } else { 0 };
    // SAFETY: `path` is a C string.
    own(unsafe { libc::syscall(libc::SYS_open_tree, at(dir), path.as_ptr(), flags) })
}

#[repr(C)]
#[derive(Default)]
struct MountAttr {
    attr_set: u64,
    attr_clr: u64,
    propagation: u64,
    userns_fd: u64,
}

/// Adds attributes to a mount, or to a whole tree of them.
pub fn add_attributes(mount: BorrowedFd<'_>, attributes: u64, recursive: bool) -> Result<(), Errno> {
    mount_setattr(Some(mount), c"", MountAttr { attr_set: attributes, ..MountAttr::default() }, recursive)
}

/// Cuts the whole tree of this mount namespace off from others.
pub fn make_all_private() -> Result<(), Errno> {
    mount_setattr(None, c"/", MountAttr { propagation: libc::MS_PRIVATE, ..MountAttr::default() }, true)
}

fn mount_setattr(
    dir: Option<BorrowedFd<'_>>,
    path: &CStr,
    attr: MountAttr,
    recursive: bool,
) -> Result<(), Errno> {
    let flags = libc::AT_EMPTY_PATH | if recursive { libc::AT_RECURSIVE } else { 0 };
    // SAFETY: `path` is a C string and `attr` a valid mount_attr of the given size.
    check(unsafe {
        libc::syscall(
            libc::SYS_mount_setattr,
            at(dir),
            path.as_ptr(),
            flags,
            &raw const attr,
            size_of::<MountAttr>(),
        )
    })
    .map(drop)
}

/// Attaches a detached mount on the file behind `target`.
pub fn attach(mount: BorrowedFd<'_>, target: BorrowedFd<'_>) -> Result<(), Errno> {
    // SAFETY: both paths are empty C strings; both descriptors are live.
    check(unsafe {
        libc::syscall(
            libc::SYS_move_mount,
            mount.as_raw_fd(),
            c"".as_ptr(),
            target.as_raw_fd(),
            c"".as_ptr(),
            MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH,
        )
    })
    .map(drop)
}

/// A new, detached file system.
pub fn new_filesystem(kind: &CStr, options: &[(&CStr, &CStr)], attributes: u64) -> Result<OwnedFd, Errno> {
    // SAFETY: all strings are C strings; null pointers where the commands take none.
    unsafe {
        let context = own(libc::syscall(libc::SYS_fsopen, kind.as_ptr(), FSOPEN_CLOEXEC))?;
        for (key, value) in options {
            check(libc::syscall(
                libc::SYS_fsconfig,
                context.as_raw_fd(),
                FSCONFIG_SET_STRING,
                key.as_ptr(),
                value.as_ptr(),
                0,
            ))?;
        }
        check(libc::syscall(
            libc::SYS_fsconfig,
            context.as_raw_fd(),
            FSCONFIG_CMD_CREATE,
            ptr::null::<u8>(),
            ptr::null::<u8>(),
            0,
        ))?;
        own(libc::syscall(libc::SYS_fsmount, context.as_raw_fd(), FSMOUNT_CLOEXEC, attributes))
    }
}

/// Makes the current directory the root and leaves the old root stacked on it.
pub fn pivot_here() -> Result<(), Errno> {
    // SAFETY: two C strings.
    check(unsafe { libc::syscall(libc::SYS_pivot_root, c".".as_ptr(), c".".as_ptr()) }).map(drop)
}

/// Detaches the mount at the current directory with everything below it.
pub fn detach_here() -> Result<(), Errno> {
    // SAFETY: a C string.
    check(unsafe { libc::umount2(c".".as_ptr(), libc::MNT_DETACH) } as libc::c_long).map(drop)
}

pub fn change_directory(to: BorrowedFd<'_>) -> Result<(), Errno> {
    // SAFETY: fchdir takes a descriptor.
    check(unsafe { libc::fchdir(to.as_raw_fd()) } as libc::c_long).map(drop)
}

pub fn change_directory_path(to: &CStr) -> Result<(), Errno> {
    // SAFETY: a C string.
    check(unsafe { libc::chdir(to.as_ptr()) } as libc::c_long).map(drop)
}

pub fn make_directory(dir: Option<BorrowedFd<'_>>, name: &CStr, mode: u32) -> Result<(), Errno> {
    // SAFETY: a C string.
    check(unsafe { libc::mkdirat(at(dir), name.as_ptr(), mode) } as libc::c_long).map(drop)
}

pub fn make_symlink(dir: BorrowedFd<'_>, name: &CStr, to: &CStr) -> Result<(), Errno> {
    // SAFETY: two C strings.
    check(unsafe { libc::symlinkat(to.as_ptr(), dir.as_raw_fd(), name.as_ptr()) } as libc::c_long).map(drop)
}

/// The parts of stat that the broker looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileKind {
    pub device: u64,
    pub inode: u64,
    format: u32,
}

impl FileKind {
    pub fn is_directory(self) -> bool {
        self.format == libc::S_IFDIR
    }
    pub fn is_regular(self) -> bool {
        self.format == libc::S_IFREG
    }
    pub fn is_fifo(self) -> bool {
        self.format == libc::S_IFIFO
    }
    pub fn is_symlink(self) -> bool {
        self.format == libc::S_IFLNK
    }
    pub fn is_socket(self) -> bool {
        self.format == libc::S_IFSOCK
    }
}

pub fn file_kind(fd: BorrowedFd<'_>) -> Result<FileKind, Errno> {
    // SAFETY: stat is plain data, filled by fstat.
    unsafe {
        let mut stat: libc::stat = std::mem::zeroed();
        check(libc::fstat(fd.as_raw_fd(), &raw mut stat) as libc::c_long)?;
        Ok(FileKind { device: stat.st_dev, inode: stat.st_ino, format: stat.st_mode & libc::S_IFMT })
    }
}
