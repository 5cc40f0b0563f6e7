//! The world outside that the attacks try to reach: a secret, a folder, planted programs and listening services.

use crate::setting::{CANARY, Setting};
use crate::sys;
use serde_json::{Map, Value, json};
use std::fs;
use std::io::{Read, Write};
use std::net::{IpAddr, TcpListener, TcpStream, UdpSocket};
use std::os::linux::net::SocketAddrExt;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{SocketAddr, UnixDatagram, UnixListener};
use std::time::Duration;

/// Makes everything below `--dir`, prints one JSON object of settings, and serves until standard input closes.
pub fn serve(setting: &Setting) -> i32 {
    let Ok(folder) = setting.get("dir") else {
        eprintln!("serve needs --dir");
        return 2;
    };
    match arrange(setting, folder) {
        Ok(settings) => {
            println!("{}", Value::Object(settings));
            let mut rest = Vec::new();
            let _ = std::io::stdin().read_to_end(&mut rest);
            0
        }
        Err(error) => {
            eprintln!("serve: {error}");
            1
        }
    }
}

fn arrange(setting: &Setting, folder: &str) -> std::io::Result<Map<String, Value>> {
    let mut all = Map::new();
    let mut put = |key: &str, value: String| all.insert(key.to_string(), json!(value));
    let secret = format!("{folder}/secret.txt");
    fs::write(&secret, CANARY)?;
    fs::set_permissions(&secret, fs::Permissions::from_mode(0o644))?;
    put("secret", secret);
    // Everybody may write there, as in /tmp, so that only the sandbox can be what refuses.
    let outside = format!("{folder}/outside");
    fs::create_dir_all(&outside)?;
    fs::set_permissions(&outside, fs::Permissions::from_mode(0o1777))?;
    put("outside", outside);
    if sys::effective_uid() == 0 {
        let planted = format!("{folder}/planted");
        fs::create_dir_all(&planted)?;
        plant(&format!("{planted}/setuid"), 0o4755, false)?;
        plant(&format!("{planted}/filecaps"), 0o755, true)?;
        put("setuid", format!("{planted}/setuid"));
        put("filecaps", format!("{planted}/filecaps"));
        put("planted", planted);
    }
    let name = format!("agentos-outside-{}", sys::pid());
    for suffix in ["", "-gives"] {
        let address = SocketAddr::from_abstract_name(format!("{name}{suffix}").as_bytes())?;
        answer_locally(UnixListener::bind_addr(&address)?);
    }
    let datagrams = SocketAddr::from_abstract_name(format!("{name}-datagram").as_bytes())?;
    let datagrams = UnixDatagram::bind_addr(&datagrams)?;
    std::thread::spawn(move || while datagrams.recv(&mut [0u8; 64]).is_ok() {});
    put("abstract", name);
    let path = format!("{folder}/host.sock");
    let _ = fs::remove_file(&path);
    answer_locally(UnixListener::bind(&path)?);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o666))?;
    put("unix", path);

    if let Some(address) = own_address("192.0.2.1:9") {
        put("tcp4", answer(TcpListener::bind((address, 0))?, false)?);
        put("denied", answer(TcpListener::bind((address, 0))?, false)?);
        let tls = answer(TcpListener::bind((address, 0))?, true)?;
        put("allowed", setting.or("allowed", &tls));
        put("tls", tls);
        put("udp4", answer_packets(UdpSocket::bind((address, 0))?)?);
        put("dns", answer_packets(UdpSocket::bind((address, 0))?)?);
    }
    if let Some(address) = own_address("[2001:db8::1]:9") {
        put("tcp6", answer(TcpListener::bind((address, 0))?, false)?);
        put("udp6", answer_packets(UdpSocket::bind((address, 0))?)?);
    }
    // On every address of the host, so that 127.8.8.8 and 0.0.0.0 lead there as well.
    let loop4 = TcpListener::bind("0.0.0.0:0")?;
    put("loop4", loop4.local_addr()?.port().to_string());
    answer(loop4, false)?;
    if let Ok(loop6) = TcpListener::bind("[::1]:0") {
        put("loop6", loop6.local_addr()?.port().to_string());
        answer(loop6, false)?;
    }
    let packets = UdpSocket::bind("127.0.0.1:0")?;
    put("loopudp", packets.local_addr()?.port().to_string());
    answer_packets(packets)?;
    // Where the victim is to listen: free ones now.
    put("victim-tcp", TcpListener::bind("127.0.0.1:0")?.local_addr()?.port().to_string());
    put("victim-udp", UdpSocket::bind("127.0.0.1:0")?.local_addr()?.port().to_string());
    Ok(all)
}

/// The address of this machine that a packet to `towards` would carry. Nothing is sent.
fn own_address(towards: &str) -> Option<IpAddr> {
    let any = if towards.starts_with('[') { "[::]:0" } else { "0.0.0.0:0" };
    let socket = UdpSocket::bind(any).ok()?;
    socket.connect(towards).ok()?;
    socket.local_addr().ok().map(|a| a.ip()).filter(|ip| !ip.is_loopback())
}

/// A copy of this program that would give what the agent must not get.
fn plant(path: &str, mode: u32, capabilities: bool) -> std::io::Result<()> {
    let _ = fs::remove_file(path);
    fs::copy("/proc/self/exe", path)?;
    fs::set_permissions(path, fs::Permissions::from_mode(mode))?;
    if capabilities {
        // Version 2, effective; CAP_NET_RAW and CAP_SYS_ADMIN permitted.
        let wanted = [0x0200_0001u32, 1 << 13 | 1 << 21, 0, 0, 0];
        let (path, name) = (sys::text(path), sys::text("security.capability"));
        let to = [sys::at(&path), sys::at(&name), wanted.as_ptr() as usize, 20, 0, 0];
        sys::call(libc::SYS_setxattr, to).map_err(std::io::Error::from_raw_os_error)?;
    }
    Ok(())
}

fn answer_locally(listener: UnixListener) {
    std::thread::spawn(move || {
        for mut peer in listener.incoming().flatten() {
            let _ = peer.write_all(CANARY.as_bytes());
        }
    });
}

/// Answers a request of HTTP as a server does, and everybody else with the bare words. Where it waits, it answers only
/// to what was said first.
fn answer(listener: TcpListener, waits: bool) -> std::io::Result<String> {
    let at = listener.local_addr()?.to_string();
    std::thread::spawn(move || {
        for peer in listener.incoming().flatten() {
            std::thread::spawn(move || converse(peer, waits));
        }
    });
    Ok(at)
}

fn converse(mut peer: TcpStream, waits: bool) {
    let patience = if waits { Duration::from_secs(5) } else { Duration::from_millis(100) };
    let _ = peer.set_read_timeout(Some(patience));
    let mut said = [0u8; 2048];
    let got = peer.read(&mut said).unwrap_or(0);
    let is_http = said[..got].starts_with(b"GET ") || said[..got].starts_with(b"POST ");
    if waits && got == 0 {
        return;
    }
    let words = if is_http {
        format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{CANARY}", CANARY.len())
    } else {
        CANARY.to_string()
    };
    let _ = peer.write_all(words.as_bytes());
}

fn answer_packets(socket: UdpSocket) -> std::io::Result<String> {
    let at = socket.local_addr()?.to_string();
    std::thread::spawn(move || {
        let mut packet = [0u8; 2048];
        while let Ok((_, from)) = socket.recv_from(&mut packet) {
            let _ = socket.send_to(CANARY.as_bytes(), from);
        }
    });
    Ok(at)
}
