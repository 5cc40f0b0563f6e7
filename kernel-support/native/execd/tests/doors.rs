//! The agent's doors: what passes, what does not, and that they outlive whoever serves them.

mod common;

use agentos_plan::{Access, Door, Mount, Plan, mechanism as m};
use common::*;
use serde_json::json;
use std::io::{Read, Write};
use std::net::Shutdown;
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

/// Somebody at the far end of a door.
struct Host {
    stop: Arc<AtomicBool>,
    path: String,
    thread: Option<JoinHandle<()>>,
}

impl Host {
    fn serve(path: &str, each: fn(UnixStream)) -> Self {
        let listener = UnixListener::bind(path).expect("a socket");
        chown(path, Some(owner().0), Some(owner().1)).expect("its owner");
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).expect("its mode");
        listener.set_nonblocking(true).expect("a listener that does not wait");
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let thread = std::thread::spawn(move || {
            while !stopped.load(Ordering::SeqCst) {
                match listener.accept() {
                    Ok((stream, _)) => {
                        stream.set_nonblocking(false).expect("a stream that waits");
                        std::thread::spawn(move || each(stream));
                    }
                    Err(_) => std::thread::sleep(std::time::Duration::from_millis(2)),
                }
            }
        });
        Host { stop, path: path.to_string(), thread: Some(thread) }
    }

    /// As when the service ends: nobody listens, the socket is gone.
    fn leave(mut self) {
        self.end();
    }

    fn end(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        if let Some(thread) = self.thread.take() {
            thread.join().expect("the listener");
        }
        let _ = std::fs::remove_file(&self.path);
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        self.end();
    }
}

/// Reads everything, then sends it back.
fn echo(mut stream: UnixStream) {
    let mut all = Vec::new();
    stream.read_to_end(&mut all).expect("read");
    // A visitor that has gone meanwhile is no fault of this side.
    let _ = stream.write_all(&all).and_then(|()| stream.shutdown(Shutdown::Write));
}

fn first(mut stream: UnixStream) {
    let _ = stream.write_all(b"first");
}

fn second(mut stream: UnixStream) {
    let _ = stream.write_all(b"second");
}

fn visitor(scratch: &Scratch, incarnation: &str, doors: &[(u16, &str)], visits: &[&str]) -> Plan {
    let mut argv = vec!["/visitor"];
    argv.extend(visits);
    let mut plan = plan(scratch, incarnation, &argv);
    plan.version = 2;
    plan.doors =
        doors.iter().map(|(port, socket)| Door { port: *port, socket: socket.to_string() }).collect();
    plan.mounts.push(Mount::Bind {
        source: example(scratch, "visitor"),
        target: "/visitor".into(),
        access: Access::Read,
        recursive: false,
        exec: true,
    });
    plan
}

#[test]
fn bytes_pass_both_ways_and_a_half_close_is_one() {
    let broker = Broker::start();
    let mut client = broker.client();
    let directory = broker.scratch.directory("doors");
    let (one, two) = (format!("{directory}/one.sock"), format!("{directory}/two.sock"));
    let _hosts = (Host::serve(&one, echo), Host::serve(&two, second));
    let visits = ["8080:echo=0", "8080:echo=1", "8080:echo=3000000", "80:greeting"];
    let exit = client.run(&visitor(&broker.scratch, "door.1", &[(8080, &one), (80, &two)], &visits));
    let text = output(&broker.scratch);
    assert_eq!(end(exit), code(0), "{text}");
    assert_eq!(text, "echo 0 true\necho 1 true\necho 3000000 true\ngreeting \"second\"\n");
    broker.stop();
}

#[test]
fn a_door_is_closed_while_its_far_end_is_away_and_works_again_when_it_is_back() {
    let broker = Broker::start();
    let mut client = broker.client();
    let socket = format!("{}/door.sock", broker.scratch.directory("doors"));
    let host = Host::serve(&socket, first);
    client.spawn(&visitor(
        &broker.scratch,
        "door.2",
        &[(8080, &socket)],
        &["8080:until=first", "8080:until=", "8080:greeting", "8080:until=second"],
    ));
    client.on("start", "door.2");
    eventually("the first visit", || output(&broker.scratch).contains("heard first"));
    host.leave();
    // As when the service restarts, its connection to the broker ends too.
    drop(client);
    eventually("a visit to nobody", || output(&broker.scratch).contains("greeting \"\""));
    let mut later = broker.client();
    assert_eq!(later.on("status", "door.2")["state"], json!("running"));
    let _host = Host::serve(&socket, second);
    assert_eq!(end(later.exited("door.2")), code(0), "{}", output(&broker.scratch));
    assert!(output(&broker.scratch).ends_with("heard second\n"));
    broker.stop();
}

#[test]
fn more_visitors_than_connections_are_all_served() {
    let broker = Broker::start();
    let mut client = broker.client();
    let socket = format!("{}/door.sock", broker.scratch.directory("doors"));
    let _host = Host::serve(&socket, echo);
    let mut plan = visitor(&broker.scratch, "door.3", &[(8080, &socket)], &["8080:many=60", "8080:many=90"]);
    plan.limits.open_files = Some(128);
    let exit = client.run(&plan);
    assert_eq!((end(exit), output(&broker.scratch).as_str()), (code(0), "many 60\nmany 90\n"));
    broker.stop();
}

#[test]
fn nothing_but_the_doors_can_be_reached_and_nothing_can_listen() {
    let broker = Broker::start();
    let mut client = broker.client();
    let how = need!(client, m::DOORS);
    let directory = broker.scratch.directory("doors");
    let socket = format!("{directory}/door.sock");
    let _host = Host::serve(&socket, first);
    let plan = visitor(
        &broker.scratch,
        "door.4",
        &[(8080, &socket)],
        &["8081:connect", "8081:bind", "8080:greeting"],
    );
    let spawned = client.spawn(&plan);
    let line =
        spawned["receipt"].as_array().and_then(|r| r.iter().find(|l| l["mechanism"] == json!(m::DOORS)));
    assert_eq!(line.map(|l| l["actual"].clone()), Some(json!("enforced")), "{spawned}");
    client.on("start", "door.4");
    client.exited("door.4");
    let text = output(&broker.scratch);
    if how.contains("Landlock") {
        assert_eq!(text, "connect 13\nbind 13\ngreeting \"first\"\n");
    } else {
        assert!(text.starts_with("connect 111\n"), "{text}");
    }
    let mut look = shell(&broker.scratch, "door.5", &format!("ls {directory} {socket}; ls /proc/1/fd; true"));
    look.version = 2;
    look.doors = vec![Door { port: 8080, socket }];
    client.run(&look);
    let text = output(&broker.scratch);
    assert!(!text.contains("door.sock\n") && text.contains("No such file"), "{text}");
    broker.stop();
}

#[test]
fn the_agent_inherits_nothing_of_its_doors() {
    let broker = Broker::start();
    let mut client = broker.client();
    let socket = format!("{}/door.sock", broker.scratch.directory("doors"));
    let mut plan = visitor(&broker.scratch, "door.6", &[(8080, &socket)], &[]);
    plan.argv = vec![
        "sh".into(),
        "-c".into(),
        "ls -l /proc/self/fd | grep -v 'fd/' | wc -l; ls /proc/self/fd | tr '\\n' ' '".into(),
    ];
    client.run(&plan);
    let text = output(&broker.scratch);
    assert!(text.trim_end().ends_with("0 1 2 3"), "3 is ls reading the directory: {text}");
    broker.stop();
}

#[test]
fn a_door_that_leads_nowhere_is_refused_before_anything_is_made() {
    let broker = Broker::start();
    let mut client = broker.client();
    let real = broker.scratch.directory("doors");
    let link = broker.scratch.path("link");
    std::os::unix::fs::symlink(&real, &link).expect("a link");
    let private = broker.scratch.directory("private");
    if is_root() {
        chown(&private, Some(0), Some(0)).expect("root's");
        std::fs::set_permissions(&private, std::fs::Permissions::from_mode(0o700)).expect("private");
    }
    let missing = broker.scratch.path("missing/s");
    let mut cases = vec![(missing, "ENOENT"), (format!("{link}/s"), "ENOTDIR")];
    if is_root() {
        cases.push((format!("{private}/deeper/s"), "EACCES"));
    }
    for (socket, errno) in cases {
        let plan = visitor(&broker.scratch, "door.7", &[(8080, &socket)], &[]);
        let error = client.err("spawn", json!({ "plan": plan }));
        assert_eq!((&error["step"], &error["errno"]), (&json!("door:8080"), &json!(errno)), "{error}");
    }
    broker.stop();
}

/// What a process of the sandbox holds of the broker: nothing.
#[test]
fn init_is_a_program_of_its_own() {
    let broker = Broker::start();
    let mut client = broker.client();
    let spawned = client.spawn(&shell(&broker.scratch, "own.1", "true"));
    let init = spawned["init_pid"].as_i64().expect("a pid");
    let name = std::fs::read_to_string(format!("/proc/{init}/comm")).expect("its name");
    assert_eq!(name.trim(), "agentos-init");
    assert!(is_static(&Path::new(binary()).with_file_name("agentos-init")));
    client.on("kill", "own.1");
    client.exited("own.1");
    broker.stop();
}

/// Whether an ELF file asks for no loader: it has no program header of type PT_INTERP.
fn is_static(program: &Path) -> bool {
    let bytes = std::fs::read(program).expect("the program");
    assert_eq!(&bytes[..5], b"\x7fELF\x02", "a 64-bit ELF file");
    let number = |at: usize, size: usize| {
        bytes[at..at + size].iter().rev().fold(0usize, |sum, byte| sum << 8 | usize::from(*byte))
    };
    let (first, size, count) = (number(0x20, 8), number(0x36, 2), number(0x38, 2));
    assert!(count > 0);
    (0..count).all(|i| number(first + i * size, 4) != 3)
}
