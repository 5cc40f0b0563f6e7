//! Pipes, and moving bytes through them without touching them.

use super::{Errno, check, own};
use std::os::fd::{AsRawFd, BorrowedFd, OwnedFd};

/// The reading and the writing end, neither of which waits.
pub fn new() -> Result<(OwnedFd, OwnedFd), Errno> {
    let mut ends = [-1; 2];
    // SAFETY: an array of two for the results, each then a fresh descriptor.
    unsafe {
        check(libc::pipe2(ends.as_mut_ptr(), libc::O_CLOEXEC | libc::O_NONBLOCK) as libc::c_long)?;
        Ok((own(ends[0].into())?, own(ends[1].into())?))
    }
}

/// Moves at most `most` bytes; one end must be a pipe. 0 is the end of the input.
pub fn splice(from: BorrowedFd<'_>, to: BorrowedFd<'_>, most: usize) -> Result<usize, Errno> {
    // SAFETY: no offsets are passed.
    check(unsafe {
        libc::splice(
            from.as_raw_fd(),
            std::ptr::null_mut(),
            to.as_raw_fd(),
            std::ptr::null_mut(),
            most,
            libc::SPLICE_F_MOVE | libc::SPLICE_F_NONBLOCK,
        )
    } as libc::c_long)
    .map(|n| n as usize)
}
