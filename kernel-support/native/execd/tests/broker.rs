//! The broker itself: who may talk to it, how it ends, what it leaves.

mod common;

use agentos_execd::sys::{process, socket};
use agentos_plan::MAX_PACKET_BYTES;
use common::*;
use serde_json::json;
use std::os::fd::AsFd;
use std::time::Duration;

#[test]
fn death_of_the_broker_is_the_death_of_its_sandboxes() {
    let mut broker = Broker::start();
    let mut client = broker.client();
    for i in 0..3 {
        let name = format!("orphan.{i}");
        client.spawn(&shell(&broker.scratch, &name, "setsid sleep 98766 & trap '' TERM; sleep 98766; :"));
        client.on("start", &name);
    }
    client.spawn(&shell(&broker.scratch, "orphan.held", "sleep 98766"));
    eventually("the sandboxes", || is_running("98766"));
    process::signal(broker.pid(), libc::SIGKILL).expect("it is alive");
    broker.process.wait().expect("its end");
    eventually("the end of every sandbox", || !is_running("98766"));
    let left = cgroups_of(broker.pid());
    let next = Broker::start();
    next.client().ok("hello", json!({}));
    for directory in left {
        assert!(!directory.exists(), "{} is left", directory.display());
    }
    next.stop();
}

#[test]
fn another_user_is_turned_away() {
    if !is_root() {
        println!("SKIP: only root can connect as another user");
        return;
    }
    let broker = Broker::start();
    assert!(connect_as((65_533, 65_533), &broker.socket()).is_err(), "the mode of the socket");
    std::fs::set_permissions(&broker.scratch.0, std::os::unix::fs::PermissionsExt::from_mode(0o755))
        .expect("opened");
    std::fs::set_permissions(broker.socket(), std::os::unix::fs::PermissionsExt::from_mode(0o666))
        .expect("opened");
    for stranger in [(65_533, 65_533), (0, 0)] {
        let client = Client::over(connect_as(stranger, &broker.socket()).expect("connected"));
        let _ = client.send_raw(br#"{"v":1,"id":1,"op":"hello"}"#);
        assert_eq!(client.receive(), None, "uid {} got an answer", stranger.0);
    }
    broker.client().ok("hello", json!({}));
    broker.stop();
}

#[test]
fn the_socket_is_for_its_owner_only() {
    use std::os::unix::fs::MetadataExt;
    let broker = Broker::start();
    let seen = std::fs::metadata(broker.socket()).expect("the socket");
    assert_eq!((seen.mode() & 0o777, seen.uid(), seen.gid()), (0o600, owner().0, owner().1));
    broker.stop();
}

#[test]
fn a_second_broker_is_refused_and_a_stale_socket_replaced() {
    let mut broker = Broker::start();
    let second = Broker::command(&broker.socket()).output().expect("it runs");
    assert!(!second.status.success());
    assert!(String::from_utf8_lossy(&second.stderr).contains("already serves"), "{second:?}");
    broker.client().ok("hello", json!({}));
    process::signal(broker.pid(), libc::SIGKILL).expect("it is alive");
    broker.process.wait().expect("its end");
    assert!(broker.socket().exists(), "a killed broker leaves its socket");
    broker.process = Broker::command(&broker.socket()).spawn().expect("another one");
    eventually("the new one", || connect_as(owner(), &broker.socket()).is_ok());
    broker.client().ok("hello", json!({}));
    broker.stop();
}

#[test]
fn a_file_that_is_no_socket_is_left_alone() {
    let scratch = Scratch::new();
    let file = scratch.file("execd.sock", "precious");
    let refused = Broker::command(std::path::Path::new(&file)).output().expect("it runs");
    assert!(!refused.status.success());
    assert_eq!(std::fs::read_to_string(&file).expect("it is there"), "precious");
}

#[test]
fn a_client_that_does_not_read_is_dropped_and_others_are_served() {
    let broker = Broker::start();
    let deaf = broker.client();
    let mut dropped = false;
    for i in 0..20_000u32 {
        let request = json!({ "v": 1, "id": i, "op": "hello" }).to_string();
        match socket::send(deaf.fd.as_fd(), request.as_bytes()) {
            Ok(()) => {}
            Err(agentos_execd::sys::Errno(libc::EAGAIN)) => std::thread::sleep(Duration::from_micros(200)),
            Err(_) => {
                dropped = true;
                break;
            }
        }
    }
    assert!(dropped, "the broker queued without bound");
    let mut client = broker.client();
    assert_eq!(end(client.run(&shell(&broker.scratch, "served.1", "exit 6"))), code(6));
    broker.stop();
}

#[test]
fn malformed_packets_get_an_answer_and_do_no_harm() {
    let broker = Broker::start();
    let mut client = broker.client();
    let long = vec![b' '; MAX_PACKET_BYTES + 1];
    for (packet, code, id) in [
        (&b"{"[..], "request.invalid", 0),
        (b"\xff\xfe", "request.invalid", 0),
        (b"[]", "request.invalid", 0),
        (br#"{"v":2,"id":5,"op":"hello"}"#, "version", 5),
        (br#"{"v":1,"id":6,"op":"dance"}"#, "request.invalid", 6),
        (br#"{"v":1,"id":7,"op":"hello","extra":1}"#, "request.invalid", 7),
        (br#"{"v":1,"id":8,"op":"kill","incarnation":"../x"}"#, "request.invalid", 8),
        (br#"{"v":1,"id":9,"op":"kill","incarnation":"nobody"}"#, "unknown.incarnation", 9),
        (br#"{"v":1,"id":10,"op":"checkpoint","incarnation":"x"}"#, "unsupported", 10),
        (br#"{"v":1,"id":11,"op":"spawn","plan":{"version":1}}"#, "plan.invalid", 11),
        (&long, "request.invalid", 0),
    ] {
        client.send_raw(packet).expect("sent");
        let answer = client.receive().expect("an answer");
        assert_eq!((&answer["err"]["code"], &answer["id"]), (&json!(code), &json!(id)), "{answer}");
    }
    client.ok("hello", json!({}));
    broker.stop();
}

#[test]
fn a_broker_without_work_leaves() {
    let mut broker = Broker::start_with(&["--idle-exit-seconds", "1"]);
    let mut client = broker.client();
    client.spawn(&shell(&broker.scratch, "idle.1", "sleep 1.5"));
    client.on("start", "idle.1");
    drop(client);
    std::thread::sleep(Duration::from_millis(1200));
    assert!(broker.process.try_wait().expect("its state").is_none(), "it left a sandbox alone");
    let status = broker.process.wait().expect("its end");
    assert!(status.success() && !broker.socket().exists());
    assert_eq!(cgroups_of(broker.pid()), Vec::<std::path::PathBuf>::new());
}

#[test]
fn shutdown_ends_every_sandbox_first() {
    let mut broker = Broker::start();
    let mut client = broker.client();
    for i in 0..5 {
        let name = format!("shutdown.{i}");
        client.spawn(&shell(&broker.scratch, &name, "trap '' TERM; sleep 98767; :"));
        client.on("start", &name);
    }
    client.on("freeze", "shutdown.2");
    client.ok("shutdown", json!({}));
    let status = broker.process.wait().expect("its end");
    assert!(status.success() && !broker.socket().exists());
    assert!(!is_running("98767"));
    assert_eq!(cgroups_of(broker.pid()), Vec::<std::path::PathBuf>::new());
}

#[test]
fn a_hang_up_does_not_end_it() {
    let broker = Broker::start();
    process::signal(broker.pid(), libc::SIGHUP).expect("it is alive");
    std::thread::sleep(Duration::from_millis(50));
    broker.client().ok("hello", json!({}));
    broker.stop();
}

#[test]
fn many_sandboxes_at_once_and_one_list_for_them_all() {
    let broker = Broker::start();
    let mut client = broker.client();
    for i in 0..40 {
        let name = format!("many.{i:02}");
        client.spawn(&shell(&broker.scratch, &name, "sleep 98768"));
        client.on("start", &name);
    }
    let list = client.ok("list", json!({}));
    assert_eq!(list["sandboxes"].as_array().map(Vec::len), Some(40));
    assert_eq!(list["truncated"], json!(false));
    broker.stop();
    assert!(!is_running("98768"));
}

#[test]
fn it_keeps_only_the_capabilities_that_it_names() {
    let broker = Broker::start();
    let mut client = broker.client();
    let hello = client.ok("hello", json!({}));
    let status = std::fs::read_to_string(format!("/proc/{}/status", broker.pid())).expect("its status");
    let mask = |name: &str| {
        let line = status.lines().find_map(|l| l.strip_prefix(name)).expect("the line");
        u64::from_str_radix(line.trim_start_matches(':').trim(), 16).expect("a mask")
    };
    let named = hello["capabilities"].as_array().expect("a list").len();
    assert_eq!(mask("CapPrm").count_ones() as usize, named, "{hello}");
    if is_root() {
        assert!(mask("CapEff").count_ones() <= 4, "{status}");
        assert_eq!(hello["mode"], json!("privileged"));
    } else {
        assert_eq!((named, &hello["mode"]), (0, &json!("unprivileged")));
    }
    broker.stop();
}
