//! Landlock: which ABI the kernel has, and a ruleset that handles everything that ABI can handle.

use super::{Errno, check, own};
use std::os::fd::{AsRawFd, BorrowedFd, OwnedFd};
use std::ptr;

pub const EXECUTE: u64 = 1 << 0;
pub const WRITE_FILE: u64 = 1 << 1;
pub const READ_FILE: u64 = 1 << 2;
pub const READ_DIR: u64 = 1 << 3;
const MAKE_CHAR: u64 = 1 << 6;
const MAKE_BLOCK: u64 = 1 << 11;
const REFER: u64 = 1 << 13;
pub const TRUNCATE: u64 = 1 << 14;
pub const IOCTL_DEV: u64 = 1 << 15;

/// Rights that make sense on a single file.
const ON_FILES: u64 = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEV;
/// Everything below a writable directory, device nodes excepted.
pub const ALL_BUT_DEVICES: u64 = ((1 << 15) - 1) & !(MAKE_CHAR | MAKE_BLOCK);

const BIND_TCP: u64 = 1;
const CONNECT_TCP: u64 = 2;
const SCOPE_ABSTRACT_UNIX: u64 = 1;
const SCOPE_SIGNAL: u64 = 2;

#[repr(C)]
struct RulesetAttr {
    handled_fs: u64,
    handled_net: u64,
    scoped: u64,
}

#[repr(C, packed)]
struct PathBeneath {
    allowed: u64,
    parent: i32,
}

/// The highest ABI of this kernel.
pub fn abi() -> Result<u32, Errno> {
    const VERSION: u32 = 1;
    // SAFETY: the version query takes no attributes.
    check(unsafe { libc::syscall(libc::SYS_landlock_create_ruleset, ptr::null::<u8>(), 0usize, VERSION) })
        .map(|v| v as u32)
}

pub struct Ruleset {
    fd: OwnedFd,
    handled: u64,
    handles_tcp: bool,
}

impl Ruleset {
    /// Handles every right of the given ABI, so that what no rule allows is refused. TCP is handled from
    /// ABI 4 on.
    pub fn new(abi: u32) -> Result<Self, Errno> {
        let mut handled = (1u64 << 13) - 1;
        if abi >= 2 {
            handled |= REFER;
        }
        if abi >= 3 {
            handled |= TRUNCATE;
        }
        if abi >= 5 {
            handled |= IOCTL_DEV;
        }
        let attr = RulesetAttr {
            handled_fs: handled,
            handled_net: if abi >= 4 { BIND_TCP | CONNECT_TCP } else { 0 },
            scoped: if abi >= 6 { SCOPE_ABSTRACT_UNIX | SCOPE_SIGNAL } else { 0 },
        };
        let size: usize = match abi {
            0..=3 => 8,
            4..=5 => 16,
            _ => 24,
        };
        // SAFETY: `attr` is at least `size` bytes long, and that size is one the ABI knows.
        let fd = own(unsafe { libc::syscall(libc::SYS_landlock_create_ruleset, &raw const attr, size, 0) })?;
        Ok(Ruleset { fd, handled, handles_tcp: abi >= 4 })
    }

    /// Allows rights on a file, or on a directory and everything below it.
    pub fn allow(&self, file: BorrowedFd<'_>, is_directory: bool, rights: u64) -> Result<(), Errno> {
        const RULE_PATH_BENEATH: u32 = 1;
        let usable = rights & self.handled & if is_directory { u64::MAX } else { ON_FILES };
        if usable == 0 {
            return Ok(());
        }
        let rule = PathBeneath { allowed: usable, parent: file.as_raw_fd() };
        // SAFETY: `rule` has the packed layout of landlock_path_beneath_attr.
        check(unsafe {
            libc::syscall(
                libc::SYS_landlock_add_rule,
                self.fd.as_raw_fd(),
                RULE_PATH_BENEATH,
                &raw const rule,
                0,
            )
        })
        .map(drop)
    }

    /// Allows TCP connections to one port. Older ABIs do not handle TCP and need no rule.
    pub fn allow_connect(&self, port: u16) -> Result<(), Errno> {
        #[repr(C)]
        struct NetPort {
            allowed: u64,
            port: u64,
        }
        const RULE_NET_PORT: u32 = 2;
        if !self.handles_tcp {
            return Ok(());
        }
        let rule = NetPort { allowed: CONNECT_TCP, port: port.into() };
        // SAFETY: `rule` has the layout of landlock_net_port_attr.
        check(unsafe {
            libc::syscall(libc::SYS_landlock_add_rule, self.fd.as_raw_fd(), RULE_NET_PORT, &raw const rule, 0)
        })
        .map(drop)
    }

    /// Binds this process and its descendants, for good.
    pub fn restrict_self(&self) -> Result<(), Errno> {
        // SAFETY: takes a descriptor and flags.
        check(unsafe { libc::syscall(libc::SYS_landlock_restrict_self, self.fd.as_raw_fd(), 0) }).map(drop)
    }
}
