//! The loopback interface, and the connection attempts that prove isolation.

use super::{Errno, check, own};
use std::os::fd::{AsRawFd, OwnedFd};

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
