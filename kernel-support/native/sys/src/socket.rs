//! Sequenced-packet Unix sockets.

use super::{Errno, check, own};
use std::os::fd::{AsRawFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

const KIND: i32 = libc::SOCK_SEQPACKET | libc::SOCK_CLOEXEC;

/// A listening socket at a path, with the mode that `umask` leaves.
pub fn listen(path: &Path) -> Result<OwnedFd, Errno> {
    let (address, length) = unix_address(path)?;
    // SAFETY: `address` is a valid sockaddr_un of `length` bytes.
    unsafe {
        let fd = own(libc::socket(libc::AF_UNIX, KIND | libc::SOCK_NONBLOCK, 0) as libc::c_long)?;
        check(libc::bind(fd.as_raw_fd(), (&raw const address).cast(), length) as libc::c_long)?;
        check(libc::listen(fd.as_raw_fd(), 64) as libc::c_long)?;
        Ok(fd)
    }
}

/// A blocking connection to a listening socket.
pub fn connect(path: &Path) -> Result<OwnedFd, Errno> {
    let (address, length) = unix_address(path)?;
    // SAFETY: `address` is a valid sockaddr_un of `length` bytes.
    unsafe {
        let fd = own(libc::socket(libc::AF_UNIX, KIND, 0) as libc::c_long)?;
        check(libc::connect(fd.as_raw_fd(), (&raw const address).cast(), length) as libc::c_long)?;
        Ok(fd)
    }
}

/// A connection to the stream socket of this name in the current directory. Waits neither now nor later.
pub fn connect_stream_here(name: &std::ffi::CStr) -> Result<OwnedFd, Errno> {
    let (address, length) = unix_address(Path::new(std::ffi::OsStr::from_bytes(name.to_bytes())))?;
    let kind = libc::SOCK_STREAM | libc::SOCK_CLOEXEC | libc::SOCK_NONBLOCK;
    // SAFETY: `address` is a valid sockaddr_un of `length` bytes.
    unsafe {
        let fd = own(libc::socket(libc::AF_UNIX, kind, 0) as libc::c_long)?;
        check(libc::connect(fd.as_raw_fd(), (&raw const address).cast(), length) as libc::c_long)?;
        Ok(fd)
    }
}

/// Says that nothing more will be sent.
pub fn end_sending(fd: BorrowedFd<'_>) -> Result<(), Errno> {
    // SAFETY: shutdown takes integers.
    check(unsafe { libc::shutdown(fd.as_raw_fd(), libc::SHUT_WR) } as libc::c_long).map(drop)
}

fn unix_address(path: &Path) -> Result<(libc::sockaddr_un, u32), Errno> {
    let bytes = path.as_os_str().as_bytes();
    // SAFETY: sockaddr_un is plain data.
    let mut address: libc::sockaddr_un = unsafe { std::mem::zeroed() };
    if bytes.is_empty() || bytes.len() >= address.sun_path.len() {
        return Err(Errno(libc::ENAMETOOLONG));
    }
    address.sun_family = libc::AF_UNIX as libc::sa_family_t;
    for (to, from) in address.sun_path.iter_mut().zip(bytes) {
        *to = *from as libc::c_char;
    }
    Ok((address, (size_of::<libc::sa_family_t>() + bytes.len() + 1) as u32))
}

pub fn accept(listener: BorrowedFd<'_>) -> Result<OwnedFd, Errno> {
    // SAFETY: the peer's address is not asked for.
    own(unsafe {
        libc::accept4(
            listener.as_raw_fd(),
            std::ptr::null_mut(),
            std::ptr::null_mut(),
            libc::SOCK_CLOEXEC | libc::SOCK_NONBLOCK,
        )
    } as libc::c_long)
}

/// Two connected ends. Both block.
pub fn pair() -> Result<(OwnedFd, OwnedFd), Errno> {
    let mut ends = [-1; 2];
    // SAFETY: an array of two for the results, each then a fresh descriptor.
    unsafe {
        check(libc::socketpair(libc::AF_UNIX, KIND, 0, ends.as_mut_ptr()) as libc::c_long)?;
        Ok((own(ends[0].into())?, own(ends[1].into())?))
    }
}

/// User id and process of the peer at the time it connected.
pub fn peer(fd: BorrowedFd<'_>) -> Result<(u32, i32), Errno> {
    let mut credentials = libc::ucred { pid: 0, uid: u32::MAX, gid: u32::MAX };
    let mut length = size_of::<libc::ucred>() as u32;
    // SAFETY: `credentials` is valid for `length` bytes.
    check(unsafe {
        libc::getsockopt(
            fd.as_raw_fd(),
            libc::SOL_SOCKET,
            libc::SO_PEERCRED,
            (&raw mut credentials).cast(),
            &raw mut length,
        )
    } as libc::c_long)?;
    Ok((credentials.uid, credentials.pid))
}

/// Asks the kernel to attach the sender's process id to every packet.
pub fn want_credentials(fd: BorrowedFd<'_>) -> Result<(), Errno> {
    let on: i32 = 1;
    // SAFETY: a pointer to one int.
    check(unsafe {
        libc::setsockopt(fd.as_raw_fd(), libc::SOL_SOCKET, libc::SO_PASSCRED, (&raw const on).cast(), 4)
    } as libc::c_long)
    .map(drop)
}

/// Gives up on a blocking receive after this time.
pub fn set_receive_timeout(fd: BorrowedFd<'_>, timeout: std::time::Duration) -> Result<(), Errno> {
    let value = libc::timeval { tv_sec: timeout.as_secs() as i64, tv_usec: timeout.subsec_micros().into() };
    // SAFETY: a pointer to one timeval.
    check(unsafe {
        libc::setsockopt(
            fd.as_raw_fd(),
            libc::SOL_SOCKET,
            libc::SO_RCVTIMEO,
            (&raw const value).cast(),
            size_of_val(&value) as u32,
        )
    } as libc::c_long)
    .map(drop)
}

/// Sends one packet without blocking and without SIGPIPE.
pub fn send(fd: BorrowedFd<'_>, packet: &[u8]) -> Result<(), Errno> {
    send_with(fd, packet, libc::MSG_DONTWAIT)
}

/// Sends one packet, waiting for room.
pub fn send_blocking(fd: BorrowedFd<'_>, packet: &[u8]) -> Result<(), Errno> {
    send_with(fd, packet, 0)
}

fn send_with(fd: BorrowedFd<'_>, packet: &[u8], flags: i32) -> Result<(), Errno> {
    // SAFETY: pointer and length describe `packet`.
    check(unsafe {
        libc::send(fd.as_raw_fd(), packet.as_ptr().cast(), packet.len(), flags | libc::MSG_NOSIGNAL)
    } as libc::c_long)
    .map(drop)
}

/// One received packet.
#[derive(Debug, PartialEq, Eq)]
pub enum Received {
    Packet(usize),
    /// The packet was longer than the buffer; it is gone.
    TooLong(usize),
    Closed,
}

/// Receives one packet without blocking.
pub fn receive(fd: BorrowedFd<'_>, buffer: &mut [u8]) -> Result<Received, Errno> {
    receive_with(fd, buffer, libc::MSG_DONTWAIT)
}

/// Receives one packet, waiting for it.
pub fn receive_blocking(fd: BorrowedFd<'_>, buffer: &mut [u8]) -> Result<Received, Errno> {
    loop {
        match receive_with(fd, buffer, 0) {
            Err(Errno(libc::EINTR)) => {}
            other => return other,
        }
    }
}

fn receive_with(fd: BorrowedFd<'_>, buffer: &mut [u8], flags: i32) -> Result<Received, Errno> {
    // SAFETY: pointer and length describe `buffer`.
    let length = check(unsafe {
        libc::recv(fd.as_raw_fd(), buffer.as_mut_ptr().cast(), buffer.len(), flags | libc::MSG_TRUNC)
    } as libc::c_long)? as usize;
    Ok(match length {
        0 => Received::Closed,
        n if n > buffer.len() => Received::TooLong(n),
        n => Received::Packet(n),
    })
}

/// Receives one packet and the process id of its sender as this process sees it, without blocking.
pub fn receive_with_sender(fd: BorrowedFd<'_>, buffer: &mut [u8]) -> Result<(Received, Option<i32>), Errno> {
    #[repr(C, align(8))]
    struct Control([u8; 64]);
    let mut control = Control([0; 64]);
    let mut part = libc::iovec { iov_base: buffer.as_mut_ptr().cast(), iov_len: buffer.len() };
    // SAFETY: msghdr is plain data; its pointers describe `part` and `control`, which outlive the call; control
    // messages are walked with the C macros and the credentials are read unaligned.
    unsafe {
        let mut header: libc::msghdr = std::mem::zeroed();
        header.msg_iov = &raw mut part;
        header.msg_iovlen = 1;
        header.msg_control = (&raw mut control).cast();
        header.msg_controllen = size_of::<Control>() as _;
        let flags = libc::MSG_DONTWAIT | libc::MSG_TRUNC | libc::MSG_CMSG_CLOEXEC;
        let length = check(libc::recvmsg(fd.as_raw_fd(), &raw mut header, flags) as libc::c_long)? as usize;
        let mut sender = None;
        let mut message = libc::CMSG_FIRSTHDR(&raw const header);
        while !message.is_null() {
            if (*message).cmsg_level == libc::SOL_SOCKET && (*message).cmsg_type == libc::SCM_CREDENTIALS {
                let credentials: libc::ucred = std::ptr::read_unaligned(libc::CMSG_DATA(message).cast());
                sender = Some(credentials.pid);
            }
            message = libc::CMSG_NXTHDR(&raw const header, message);
        }
        let received = match length {
            0 => Received::Closed,
            n if n > buffer.len() => Received::TooLong(n),
            n => Received::Packet(n),
        };
        Ok((received, sender))
    }
}
