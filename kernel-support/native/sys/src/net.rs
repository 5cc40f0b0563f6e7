//! The loopback interface, and the connection attempts that prove isolation.

use super::{Errno, check, own};
use std::os::fd::{AsRawFd, BorrowedFd, OwnedFd};

pub fn bring_up_loopback() -> Result<(), Errno> {
    let socket = inet_socket(libc::SOCK_DGRAM)?;
    // SAFETY: ifreq is plain data; the name is NUL-terminated within it; both requests use the flags member.
    unsafe {
        let mut request: libc::ifreq = std::mem::zeroed();
        request.ifr_name[0] = b'l' as libc::c_char;
        request.ifr_name[1] = b'o' as libc::c_char;
        check(libc::ioctl(socket.as_raw_fd(), libc::SIOCGIFFLAGS as _, &raw mut request) as libc::c_long)?;
        request.ifr_ifru.ifru_flags |= libc::IFF_UP as libc::c_short;
        check(libc::ioctl(socket.as_raw_fd(), libc::SIOCSIFFLAGS as _, &raw const request) as libc::c_long)?;
    }
    Ok(())
}

/// Tries to connect a datagram socket, which needs a route and sends nothing.
pub fn try_route(address: [u8; 4]) -> Result<(), Errno> {
    let socket = inet_socket(libc::SOCK_DGRAM)?;
    let to = inet_address(address, 9);
    // SAFETY: `to` is a valid sockaddr_in of the given size.
    check(unsafe { libc::connect(socket.as_raw_fd(), (&raw const to).cast(), size_of_val(&to) as u32) }
        as libc::c_long)
    .map(drop)
}

/// Tries to bind a TCP socket to any port of the loopback interface.
pub fn try_tcp_bind() -> Result<(), Errno> {
    let socket = inet_socket(libc::SOCK_STREAM)?;
    let to = inet_address([127, 0, 0, 1], 0);
    // SAFETY: `to` is a valid sockaddr_in of the given size.
    check(unsafe { libc::bind(socket.as_raw_fd(), (&raw const to).cast(), size_of_val(&to) as u32) }
        as libc::c_long)
    .map(drop)
}

/// Tries to connect a TCP socket to a port of the loopback interface, without waiting for an answer.
pub fn try_tcp_connect(port: u16) -> Result<(), Errno> {
    let socket = inet_socket(libc::SOCK_STREAM | libc::SOCK_NONBLOCK)?;
    let to = inet_address([127, 0, 0, 1], port);
    // SAFETY: `to` is a valid sockaddr_in of the given size.
    check(unsafe { libc::connect(socket.as_raw_fd(), (&raw const to).cast(), size_of_val(&to) as u32) }
        as libc::c_long)
    .map(drop)
}

/// A TCP socket that listens on a port of 127.0.0.1 and does not wait in accept.
pub fn listen_on_loopback(port: u16, backlog: i32) -> Result<OwnedFd, Errno> {
    let socket = inet_socket(libc::SOCK_STREAM | libc::SOCK_NONBLOCK)?;
    let at = inet_address([127, 0, 0, 1], port);
    // SAFETY: `at` is a valid sockaddr_in of the given size; listen takes integers.
    unsafe {
        check(
            libc::bind(socket.as_raw_fd(), (&raw const at).cast(), size_of_val(&at) as u32) as libc::c_long
        )?;
        check(libc::listen(socket.as_raw_fd(), backlog) as libc::c_long)?;
    }
    Ok(socket)
}

/// The local port of a socket that listens; `None` when it does not.
pub fn listening_port(socket: BorrowedFd<'_>) -> Result<Option<u16>, Errno> {
    let mut listens: i32 = 0;
    let mut length = size_of::<i32>() as u32;
    let mut at = inet_address([0; 4], 0);
    let mut size = size_of_val(&at) as u32;
    // SAFETY: both results are written to values of the sizes given.
    unsafe {
        check(libc::getsockopt(
            socket.as_raw_fd(),
            libc::SOL_SOCKET,
            libc::SO_ACCEPTCONN,
            (&raw mut listens).cast(),
            &raw mut length,
        ) as libc::c_long)?;
        check(libc::getsockname(socket.as_raw_fd(), (&raw mut at).cast(), &raw mut size) as libc::c_long)?;
    }
    Ok((listens != 0).then_some(u16::from_be(at.sin_port)))
}

fn inet_socket(kind: i32) -> Result<OwnedFd, Errno> {
    // SAFETY: socket takes integers.
    own(unsafe { libc::socket(libc::AF_INET, kind | libc::SOCK_CLOEXEC, 0) } as libc::c_long)
}

fn inet_address(address: [u8; 4], port: u16) -> libc::sockaddr_in {
    libc::sockaddr_in {
        sin_family: libc::AF_INET as libc::sa_family_t,
        sin_port: port.to_be(),
        sin_addr: libc::in_addr { s_addr: u32::from_ne_bytes(address) },
        sin_zero: [0; 8],
    }
}
