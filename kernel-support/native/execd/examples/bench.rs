//! Measures a running broker: spawn, start and exit of `true`, one after the other.
//!
//!     cargo run --release --example bench -- SOCKET [ROUNDS [PAUSE_MS]]
//!
//! With a pause between the rounds it shows what a caller sees that does not spawn as fast as it can.

use agentos_execd::sys::socket::{self, Received};
use serde_json::{Value, json};
use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;
use std::time::Instant;

struct Line {
    fd: OwnedFd,
    id: u64,
}

impl Line {
    fn receive(&self) -> Value {
        let mut buffer = vec![0; 131_072];
        match socket::receive_blocking(self.fd.as_fd(), &mut buffer) {
            Ok(Received::Packet(n)) => serde_json::from_slice(&buffer[..n]).expect("JSON"),
            other => panic!("the broker is gone: {other:?}"),
        }
    }

    fn call(&mut self, mut request: Value) -> Value {
        self.id += 1;
        request["v"] = json!(1);
        request["id"] = json!(self.id);
        socket::send_blocking(self.fd.as_fd(), request.to_string().as_bytes()).expect("sent");
        let answer = self.receive();
        assert!(answer.get("ok").is_some(), "{answer}");
        answer
    }
}

fn plan(incarnation: &str) -> Value {
    let mut mounts = vec![json!({ "kind": "bind", "source": "/usr", "target": "/usr", "access": "read" })];
    for name in ["bin", "lib", "lib64"] {
        let path = Path::new("/").join(name);
        if path.is_symlink() {
            mounts.push(json!({ "kind": "symlink", "target": path, "to": format!("usr/{name}") }));
        } else if path.exists() {
            mounts.push(json!({ "kind": "bind", "source": path, "target": path, "access": "read" }));
        }
    }
    mounts.push(json!({ "kind": "proc", "target": "/proc" }));
    mounts.push(json!({ "kind": "dev", "target": "/dev" }));
    mounts.push(json!({ "kind": "tmpfs", "target": "/tmp", "size_bytes": 67_108_864 }));
    json!({
        "version": 1, "incarnation": incarnation, "hostname": "bench", "argv": ["true"],
        "env": { "PATH": "/usr/bin:/bin" }, "workdir": "/", "uid": 1000, "gid": 1000, "mounts": mounts,
        "limits": { "memory_bytes": 268_435_456, "pids": 64, "cpu_millis": 1000, "open_files": 1024 }
    })
}

fn show(name: &str, mut all: Vec<u64>) {
    all.sort_unstable();
    let at = |percent: usize| all[(all.len() - 1) * percent / 100] as f64 / 1000.0;
    println!("{name:<28} p50 {:7.3} ms   p90 {:7.3} ms   p99 {:7.3} ms", at(50), at(90), at(99));
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().expect("usage: bench SOCKET [ROUNDS [PAUSE_MS]]");
    let rounds: usize = arguments.next().map_or(300, |n| n.parse().expect("a number of rounds"));
    let pause = arguments.next().map_or(0, |n| n.parse().expect("milliseconds"));
    let mut line = Line { fd: socket::connect(Path::new(&path)).expect("a broker listens"), id: 0 };
    let (mut spawns, mut totals, mut freezes, mut thaws) = (vec![], vec![], vec![], vec![]);
    for round in 0..rounds {
        let name = format!("bench.{round}");
        std::thread::sleep(std::time::Duration::from_millis(pause));
        let since = Instant::now();
        line.call(json!({ "op": "spawn", "plan": plan(&name) }));
        spawns.push(since.elapsed().as_micros() as u64);
        line.call(json!({ "op": "start", "incarnation": name }));
        assert_eq!(line.receive()["event"], "exited");
        totals.push(since.elapsed().as_micros() as u64);
        line.call(json!({ "op": "forget", "incarnation": name }));
    }
    line.call(json!({ "op": "spawn", "plan": plan("bench.freeze") }));
    for _ in 0..rounds {
        let since = Instant::now();
        line.call(json!({ "op": "freeze", "incarnation": "bench.freeze" }));
        freezes.push(since.elapsed().as_micros() as u64);
        let since = Instant::now();
        line.call(json!({ "op": "thaw", "incarnation": "bench.freeze" }));
        thaws.push(since.elapsed().as_micros() as u64);
    }
    line.call(json!({ "op": "kill", "incarnation": "bench.freeze" }));
    line.receive();
    line.call(json!({ "op": "forget", "incarnation": "bench.freeze" }));
    show("spawn (built, probed, held)", spawns);
    show("spawn, start and exit", totals);
    show("freeze", freezes);
    show("thaw", thaws);
}
