//! Waiting: epoll for the broker, poll for init.

use super::{Errno, check, own};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};

pub struct Epoll {
    fd: OwnedFd,
}

#[derive(Clone, Copy, Debug)]
pub struct Ready {
    pub token: u64,
    pub readable: bool,
    pub writable: bool,
    pub hung_up: bool,
}

impl AsFd for Epoll {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }
}

impl Epoll {
    pub fn new() -> Result<Self, Errno> {
        // SAFETY: takes flags only.
        Ok(Epoll { fd: own(unsafe { libc::epoll_create1(libc::EPOLL_CLOEXEC) } as libc::c_long)? })
    }

    pub fn add(&self, fd: BorrowedFd<'_>, token: u64) -> Result<(), Errno> {
        self.control(libc::EPOLL_CTL_ADD, fd, token, false)
    }

    /// Tells of every change once, of both directions.
    pub fn add_edges(&self, fd: BorrowedFd<'_>, token: u64) -> Result<(), Errno> {
        let events = libc::EPOLLIN | libc::EPOLLOUT | libc::EPOLLRDHUP | libc::EPOLLET;
        self.set(libc::EPOLL_CTL_ADD, fd, token, events)
    }

    /// Tells of changes of a file that is always readable, such as a table of mounts.
    pub fn add_alarms(&self, fd: BorrowedFd<'_>, token: u64) -> Result<(), Errno> {
        self.set(libc::EPOLL_CTL_ADD, fd, token, libc::EPOLLPRI)
    }

    pub fn change(&self, fd: BorrowedFd<'_>, token: u64, also_writable: bool) -> Result<(), Errno> {
        self.control(libc::EPOLL_CTL_MOD, fd, token, also_writable)
    }

    /// Removal is explicit because a forked child may hold a copy of the same open file for a moment.
    pub fn remove(&self, fd: BorrowedFd<'_>) {
        let _ = self.control(libc::EPOLL_CTL_DEL, fd, 0, false);
    }

    fn control(&self, operation: i32, fd: BorrowedFd<'_>, token: u64, writable: bool) -> Result<(), Errno> {
        let events = libc::EPOLLIN | if writable { libc::EPOLLOUT } else { 0 };
        self.set(operation, fd, token, events)
    }

    fn set(&self, operation: i32, fd: BorrowedFd<'_>, token: u64, events: i32) -> Result<(), Errno> {
        let mut event = libc::epoll_event { events: events as u32, u64: token };
        // SAFETY: `event` is valid for the call.
        check(unsafe { libc::epoll_ctl(self.fd.as_raw_fd(), operation, fd.as_raw_fd(), &raw mut event) }
            as libc::c_long)
        .map(drop)
    }

    /// Waits at most `milliseconds`, for ever when negative.
    pub fn wait(&self, milliseconds: i32) -> Result<Vec<Ready>, Errno> {
        let mut events = [libc::epoll_event { events: 0, u64: 0 }; 64];
        // SAFETY: the kernel writes at most as many events as the array holds.
        let count = check(unsafe {
            libc::epoll_wait(self.fd.as_raw_fd(), events.as_mut_ptr(), events.len() as i32, milliseconds)
        } as libc::c_long);
        let count = match count {
            Err(Errno(libc::EINTR)) => 0,
            other => other? as usize,
        };
        Ok(events[..count]
            .iter()
            .map(|e| {
                let bits = e.events as i32;
                Ready {
                    token: e.u64,
                    readable: bits & libc::EPOLLIN != 0,
                    writable: bits & libc::EPOLLOUT != 0,
                    hung_up: bits & (libc::EPOLLHUP | libc::EPOLLERR) != 0,
                }
            })
            .collect())
    }
}

/// Whether a table such as that of the mounts has changed since it was last asked.
pub fn has_alarm(fd: BorrowedFd<'_>) -> bool {
    let mut entry = libc::pollfd { fd: fd.as_raw_fd(), events: libc::POLLPRI, revents: 0 };
    // SAFETY: one valid entry.
    unsafe { libc::poll(&raw mut entry, 1, 0) };
    entry.revents & (libc::POLLPRI | libc::POLLERR) != 0
}

/// Whether the other end has gone.
pub fn is_hung_up(fd: BorrowedFd<'_>) -> bool {
    let mut entry = libc::pollfd { fd: fd.as_raw_fd(), events: libc::POLLIN, revents: 0 };
    // SAFETY: one valid entry.
    unsafe { libc::poll(&raw mut entry, 1, 0) };
    entry.revents & libc::POLLHUP != 0
}

/// Empties a signal descriptor and returns the signals it held.
pub fn read_signals(fd: BorrowedFd<'_>) -> Vec<i32> {
    let mut all = Vec::new();
    loop {
        // SAFETY: signalfd_siginfo is plain data of exactly the size that one read returns.
        let (count, info) = unsafe {
            let mut info: libc::signalfd_siginfo = std::mem::zeroed();
            let size = size_of::<libc::signalfd_siginfo>();
            (libc::read(fd.as_raw_fd(), (&raw mut info).cast(), size), info)
        };
        if count as usize != size_of::<libc::signalfd_siginfo>() {
            return all;
        }
        all.push(info.ssi_signo as i32);
    }
}
