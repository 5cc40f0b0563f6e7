//! Knocks at doors from inside a sandbox. One argument for each visit: `PORT:WHAT`.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::time::{Duration, Instant};

fn connect(port: u16) -> std::io::Result<TcpStream> {
    TcpStream::connect(("127.0.0.1", port))
}

/// Sends `size` bytes, says that this is all, and reads back until the end.
fn echo(port: u16, size: usize) -> String {
    let mut stream = connect(port).expect("a connection");
    let mut writer = stream.try_clone().expect("a second handle");
    let sent: Vec<u8> = (0..size).map(|i| (i * 31 % 251) as u8).collect();
    let copy = sent.clone();
    let sender = std::thread::spawn(move || {
        writer.write_all(&copy).expect("sent");
        writer.shutdown(Shutdown::Write).expect("half closed");
    });
    let mut back = Vec::new();
    stream.read_to_end(&mut back).expect("read");
    sender.join().expect("the sender");
    format!("echo {} {}", back.len(), back == sent)
}

/// What the other end says before it closes; empty when it is away.
fn greeting(port: u16) -> String {
    let mut text = String::new();
    if let Ok(mut stream) = connect(port) {
        let _ = stream.read_to_string(&mut text);
    }
    text
}

fn until(port: u16, wanted: &str) -> String {
    let since = Instant::now();
    loop {
        let heard = greeting(port);
        if heard == wanted {
            return format!("heard {wanted}");
        }
        assert!(since.elapsed() < Duration::from_secs(15), "heard {heard:?} only");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Many at the same time, each of which waits for all others before it goes on.
fn many(port: u16, count: usize) -> String {
    let mut streams: Vec<TcpStream> = (0..count).map(|_| connect(port).expect("a connection")).collect();
    for stream in &mut streams {
        stream.write_all(b"x").expect("sent");
    }
    let mut heard = 0;
    for mut stream in streams {
        stream.shutdown(Shutdown::Write).expect("half closed");
        let mut back = Vec::new();
        stream.read_to_end(&mut back).expect("read");
        heard += usize::from(back == b"x");
    }
    format!("many {heard}")
}

fn answer<T>(result: std::io::Result<T>) -> String {
    result.map_or_else(|e| e.raw_os_error().unwrap_or(0).to_string(), |_| "ALLOWED".to_string())
}

fn main() {
    for argument in std::env::args().skip(1) {
        let (port, what) = argument.split_once(':').expect("PORT:WHAT");
        let port: u16 = port.parse().expect("a port");
        let line = match what.split_once('=').unwrap_or((what, "")) {
            ("echo", size) => echo(port, size.parse().expect("a size")),
            ("greeting", _) => format!("greeting {:?}", greeting(port)),
            ("until", wanted) => until(port, wanted),
            ("many", count) => many(port, count.parse().expect("a number")),
            ("connect", _) => format!("connect {}", answer(connect(port))),
            ("bind", _) => format!("bind {}", answer(TcpListener::bind(("127.0.0.1", port)))),
            other => panic!("{other:?}"),
        };
        println!("{line}");
    }
}
