//! The only crate with unsafe code: thin, typed wrappers over the system calls that the broker and init need.
//!
//! Neither ever starts a thread. That is what makes `clone_process` sound: the child owns a complete,
//! consistent copy of the one thread there was, so it may allocate and run ordinary code.

pub mod errno;
pub mod event;
pub mod ids;
pub mod landlock;
pub mod latency;
pub mod mount;
pub mod net;
pub mod pipe;
pub mod process;
pub mod schedule;
pub mod seccomp;
pub mod socket;

pub use errno::Errno;

use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd};

/// Turns the -1 convention into a result.
fn check(returned: libc::c_long) -> Result<libc::c_long, Errno> {
    if returned == -1 { Err(Errno::last()) } else { Ok(returned) }
}

/// Takes over a descriptor that the kernel just returned.
fn own(returned: libc::c_long) -> Result<OwnedFd, Errno> {
    let fd = check(returned)?;
    // SAFETY: the kernel returned `fd` to this call as a fresh descriptor, so nothing else owns it.
    Ok(unsafe { OwnedFd::from_raw_fd(fd as i32) })
}

/// `None` stands for the current directory, and for absolute paths.
fn at(dir: Option<BorrowedFd<'_>>) -> libc::c_int {
    dir.map_or(libc::AT_FDCWD, |d| d.as_raw_fd())
}
