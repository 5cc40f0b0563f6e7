//! Sockets that are not a network: kernel families, abstract names, services of the host.

use super::{canary, refused};
use crate::attempt::{Reach, Refusal, Try, attempt};
use crate::setting::Setting;
use crate::sys;
use std::io::Read;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram, UnixStream};

/// Families and kinds of sockets that reach the kernel or other machines.
pub fn families(_: &Setting) -> Vec<Try> {
    let raw = libc::SOCK_RAW;
    let all: &[(&str, i32, i32, i32)] = &[
        ("raw: ICMP", libc::AF_INET, raw, libc::IPPROTO_ICMP),
        ("raw: any IPv4", libc::AF_INET, raw, libc::IPPROTO_RAW),
        ("raw: IPv6", libc::AF_INET6, raw, libc::IPPROTO_ICMPV6),
        ("ping", libc::AF_INET, libc::SOCK_DGRAM, libc::IPPROTO_ICMP),
        ("packet", libc::AF_PACKET, raw, 0x0300),
        ("packet: cooked", libc::AF_PACKET, libc::SOCK_DGRAM, 0x0300),
        ("netlink: routes", libc::AF_NETLINK, raw, 0),
        ("netlink: sockets", libc::AF_NETLINK, raw, 4),
        ("netlink: netfilter", libc::AF_NETLINK, raw, 12),
        ("netlink: audit", libc::AF_NETLINK, raw, 9),
        ("netlink: device events", libc::AF_NETLINK, raw, 15),
        ("netlink: generic", libc::AF_NETLINK, libc::SOCK_DGRAM, 16),
        ("vsock", libc::AF_VSOCK, libc::SOCK_STREAM, 0),
        ("kernel crypto", libc::AF_ALG, libc::SOCK_SEQPACKET, 0),
        ("XDP", 44, raw, 0),
        ("CAN", libc::AF_CAN, raw, 1),
        ("TIPC", libc::AF_TIPC, libc::SOCK_DGRAM, 0),
        ("Bluetooth", libc::AF_BLUETOOTH, raw, 1),
        ("SCTP", libc::AF_INET, libc::SOCK_STREAM, libc::IPPROTO_SCTP),
        ("MPTCP", libc::AF_INET, libc::SOCK_STREAM, 262),
        ("UDP-Lite", libc::AF_INET, libc::SOCK_DGRAM, 136),
        ("TCP, family with high bits", libc::AF_NETLINK | 0x1_0000, raw, 0),
    ];
    let mut tries: Vec<Try> = all
        .iter()
        .map(|(how, family, kind, protocol)| {
            attempt(*how, Reach::Call, || {
                let arguments = [*family as usize, *kind as usize, *protocol as usize, 0, 0, 0];
                sys::call(libc::SYS_socket, arguments).map(|n| format!("socket {n}")).map_err(Refusal::Errno)
            })
        })
        .collect();
    tries.push(attempt("netlink, upper half of the family set", Reach::Call, || {
        let arguments = [1 << 32 | libc::AF_NETLINK as usize, raw as usize, 0, 0, 0, 0];
        sys::call(libc::SYS_socket, arguments).map(|n| format!("socket {n}")).map_err(Refusal::Errno)
    }));
    tries
}

fn greet(mut stream: UnixStream) -> Result<String, Refusal> {
    let mut words = [0u8; 64];
    stream.set_read_timeout(Some(std::time::Duration::from_secs(1))).map_err(refused)?;
    let got = stream.read(&mut words).map_err(refused)?;
    canary(&words[..got])
}

/// A listener of the host with an abstract name, which has no path that a mount could hide.
pub fn abstract_names(setting: &Setting) -> Vec<Try> {
    let name = || {
        let text = setting.get("abstract")?;
        SocketAddr::from_abstract_name(text.as_bytes()).map_err(refused)
    };
    vec![
        attempt("connect", Reach::Path, || greet(UnixStream::connect_addr(&name()?).map_err(refused)?)),
        attempt("datagram", Reach::Path, || {
            let text = format!("{}-datagram", setting.get("abstract")?);
            let peer = SocketAddr::from_abstract_name(text.as_bytes()).map_err(refused)?;
            let socket = UnixDatagram::unbound().map_err(refused)?;
            socket.send_to_addr(b"x", &peer).map_err(refused)?;
            Ok("sent".to_string())
        }),
        attempt("descriptor by SCM_RIGHTS", Reach::Path, || {
            // What listens there hands out its descriptors; connecting is the whole difficulty.
            let text = format!("{}-gives", setting.get("abstract")?);
            let peer = SocketAddr::from_abstract_name(text.as_bytes()).map_err(refused)?;
            greet(UnixStream::connect_addr(&peer).map_err(refused)?)
        }),
    ]
}

/// The sockets of the service itself, and of usual services of a host.
pub fn services(setting: &Setting) -> Vec<Try> {
    let to = |how: &str, path: Result<String, Refusal>| {
        attempt(how, Reach::Path, || {
            let path = path.clone()?;
            UnixStream::connect(&path).map(|_| format!("connected to {path}")).or_else(|error| {
                // A socket of packets answers a stream with EPROTOTYPE: it was reached.
                match super::number(&error) {
                    libc::EPROTOTYPE => Ok(format!("reached {path}")),
                    number => Err(Refusal::Errno(number)),
                }
            })
        })
    };
    let named = |key: &str| setting.get(key).map(str::to_string);
    vec![
        to("agentd", named("agentd")),
        to("agentd through /proc/1/root", named("agentd").map(|p| format!("/proc/1/root{p}"))),
        to("agentd through ..", named("agentd").map(|p| format!("../../../../..{p}"))),
        to("execd", named("execd")),
        to("a listener of the host", named("unix")),
        to("D-Bus", Ok("/run/dbus/system_bus_socket".to_string())),
        to("systemd", Ok("/run/systemd/private".to_string())),
        to("Docker", Ok("/var/run/docker.sock".to_string())),
        to("journal", Ok("/run/systemd/journal/stdout".to_string())),
    ]
}
