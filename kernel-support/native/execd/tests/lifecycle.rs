//! From spawn to forget: exits, signals, holds, freezes, kills.

mod common;

use agentos_plan::{ExitReason, ExitStatus, mechanism as m};
use common::*;
use serde_json::json;
use std::time::Duration;

#[test]
fn the_exit_code_and_the_output_arrive() {
    let broker = Broker::start();
    let mut client = broker.client();
    let exit = client.run(&shell(&broker.scratch, "code.1", "echo out; echo err >&2; exit 7"));
    assert_eq!(end(exit), code(7));
    assert_eq!(output(&broker.scratch), "out\nerr\n");
    broker.stop();
}

#[test]
fn a_deadly_signal_is_not_a_code() {
    let broker = Broker::start();
    let mut client = broker.client();
    let exit = client.run(&shell(&broker.scratch, "signal.1", "kill -SEGV $$"));
    assert_eq!(end(exit), (ExitStatus::Signal(libc::SIGSEGV), ExitReason::Signal));
    broker.stop();
}

#[test]
fn nothing_of_the_agent_runs_before_start() {
    let broker = Broker::start();
    let mut client = broker.client();
    let spawned = client.spawn(&shell(&broker.scratch, "held.1", "echo ran"));
    std::thread::sleep(Duration::from_millis(100));
    assert_eq!(output(&broker.scratch), "");
    let status = client.on("status", "held.1");
    assert_eq!((&status["state"], &status["pid"]), (&json!("held"), &spawned["pid"]));
    client.on("start", "held.1");
    assert_eq!(end(client.exited("held.1")), code(0));
    assert_eq!(output(&broker.scratch), "ran\n");
    broker.stop();
}

#[test]
fn a_held_sandbox_can_be_killed() {
    let broker = Broker::start();
    let mut client = broker.client();
    client.spawn(&shell(&broker.scratch, "held.2", "echo ran"));
    client.on("kill", "held.2");
    assert_eq!(end(client.exited("held.2")), (ExitStatus::Signal(libc::SIGKILL), ExitReason::Killed));
    assert_eq!(output(&broker.scratch), "");
    broker.stop();
}

#[test]
fn kill_leaves_no_descendant() {
    let broker = Broker::start();
    let mut client = broker.client();
    let script = "for i in 1 2 3 4 5 6 7 8; do setsid sh -c 'trap \"\" TERM HUP INT; setsid sleep 98761 & setsid sleep 98761; :' & done; echo up; sleep 98761";
    client.spawn(&shell(&broker.scratch, "tree.1", script));
    client.on("start", "tree.1");
    eventually("the tree", || output(&broker.scratch).contains("up") && is_running("98761"));
    client.on("kill", "tree.1");
    assert_eq!(end(client.exited("tree.1")), (ExitStatus::Signal(libc::SIGKILL), ExitReason::Killed));
    assert!(!is_running("98761"), "a descendant is alive");
    broker.stop();
}

#[test]
fn what_the_agent_leaves_behind_ends_with_it() {
    let broker = Broker::start();
    let mut client = broker.client();
    let exit = client.run(&shell(&broker.scratch, "daemon.1", "setsid sleep 98762 & exit 0"));
    assert_eq!(end(exit), code(0));
    assert!(!is_running("98762"), "a daemon outlived its agent");
    broker.stop();
}

#[test]
fn term_reaches_the_agent() {
    let broker = Broker::start();
    let mut client = broker.client();
    client.spawn(&shell(
        &broker.scratch,
        "term.1",
        "trap 'echo got; exit 5' TERM; echo up; while :; do sleep 0.02; done",
    ));
    client.on("start", "term.1");
    eventually("the trap", || output(&broker.scratch).contains("up"));
    client.on("term", "term.1");
    assert_eq!(end(client.exited("term.1")), code(5));
    assert_eq!(output(&broker.scratch), "up\ngot\n");
    broker.stop();
}

#[test]
fn frozen_means_no_progress() {
    let broker = Broker::start();
    let mut client = broker.client();
    client.spawn(&shell(&broker.scratch, "freeze.1", "while :; do echo x; sleep 0.005; done"));
    client.on("start", "freeze.1");
    eventually("progress", || output(&broker.scratch).len() > 8);
    let how = client.on("freeze", "freeze.1");
    println!("frozen by {how}");
    assert_eq!(client.on("status", "freeze.1")["state"], json!("frozen"));
    std::thread::sleep(Duration::from_millis(20));
    let before = output(&broker.scratch).len();
    std::thread::sleep(Duration::from_millis(150));
    assert_eq!(output(&broker.scratch).len(), before, "a frozen agent went on");
    client.on("thaw", "freeze.1");
    eventually("progress after thaw", || output(&broker.scratch).len() > before + 8);
    client.on("freeze", "freeze.1");
    client.on("kill", "freeze.1");
    assert_eq!(client.exited("freeze.1").reason, ExitReason::Killed);
    broker.stop();
}

#[test]
fn a_frozen_hold_must_be_thawed_to_start() {
    let broker = Broker::start();
    let mut client = broker.client();
    client.spawn(&shell(&broker.scratch, "freeze.2", "exit 4"));
    client.on("freeze", "freeze.2");
    let refused = client.err("start", json!({ "incarnation": "freeze.2" }));
    assert_eq!(refused["code"], json!("busy"));
    client.on("thaw", "freeze.2");
    client.on("start", "freeze.2");
    assert_eq!(end(client.exited("freeze.2")), code(4));
    broker.stop();
}

#[test]
fn a_program_that_cannot_be_executed_is_a_clear_error() {
    let broker = Broker::start();
    let mut client = broker.client();
    for (name, argv, errno) in [
        ("exec.1", "no-such-program", "ENOENT"),
        ("exec.2", "/usr", "EACCES"),
        ("exec.3", "/etc/passwd", "EACCES"),
    ] {
        client.spawn(&plan(&broker.scratch, name, &[argv]));
        let error = client.err("start", json!({ "incarnation": name }));
        assert_eq!((&error["code"], &error["errno"]), (&json!("exec.failed"), &json!(errno)), "{error}");
        let gone = client.err("status", json!({ "incarnation": name }));
        assert_eq!(gone["code"], json!("unknown.incarnation"));
    }
    broker.stop();
}

#[test]
fn an_exit_is_kept_until_it_is_forgotten() {
    let broker = Broker::start();
    let mut client = broker.client();
    client.run(&shell(&broker.scratch, "keep.1", "exit 9"));
    drop(client);
    let mut later = broker.client();
    let status = later.on("status", "keep.1");
    assert_eq!((&status["state"], &status["exit"]["status"]), (&json!("exited"), &json!({ "code": 9 })));
    let again = later.err("spawn", json!({ "plan": shell(&broker.scratch, "keep.1", "true") }));
    assert_eq!(again["code"], json!("busy"));
    later.on("forget", "keep.1");
    let gone = later.err("status", json!({ "incarnation": "keep.1" }));
    assert_eq!(gone["code"], json!("unknown.incarnation"));
    assert_eq!(end(later.run(&shell(&broker.scratch, "keep.1", "exit 1"))), code(1));
    broker.stop();
}

#[test]
fn sandboxes_outlive_the_connection_that_made_them() {
    let broker = Broker::start();
    let mut client = broker.client();
    client.spawn(&shell(
        &broker.scratch,
        "outlive.1",
        "while [ ! -e /workspace/never ]; do sleep 0.02; done",
    ));
    client.on("start", "outlive.1");
    drop(client);
    let mut later = broker.client();
    assert_eq!(later.on("status", "outlive.1")["state"], json!("running"));
    later.on("kill", "outlive.1");
    assert_eq!(later.exited("outlive.1").reason, ExitReason::Killed);
    broker.stop();
}

#[test]
fn every_connection_hears_of_an_exit() {
    let broker = Broker::start();
    let (mut one, mut other) = (broker.client(), broker.client());
    other.ok("hello", json!({}));
    one.run(&shell(&broker.scratch, "both.1", "exit 2"));
    assert_eq!(end(other.exited("both.1")), code(2));
    broker.stop();
}

#[test]
fn status_counts_what_runs() {
    let broker = Broker::start();
    let mut client = broker.client();
    client.spawn(&shell(&broker.scratch, "count.1", "sleep 98763 & i=0; while :; do i=$((i+1)); done"));
    client.on("start", "count.1");
    eventually("processor time and two processes", || {
        let now = client.on("status", "count.1");
        now["cpu_usec"].as_u64() > Some(20_000) && now["pids"].as_u64() >= Some(3)
    });
    let status = client.on("status", "count.1");
    assert!(status["pids"].as_u64() >= Some(3), "{status}");
    assert!(status["memory_bytes"].as_u64() > Some(4096), "{status}");
    let rows = client.ok("stats", json!({}));
    assert_eq!(rows["rows"][0][0], json!("count.1"));
    client.on("kill", "count.1");
    client.exited("count.1");
    broker.stop();
}

#[test]
fn stdin_may_be_a_file_or_a_fifo() {
    let broker = Broker::start();
    let mut client = broker.client();
    let mut from_file = shell(&broker.scratch, "stdin.1", "cat");
    from_file.stdio.stdin = Some(broker.scratch.file("in", "from the file\n"));
    assert_eq!(end(client.run(&from_file)), code(0));
    let fifo = broker.scratch.path("fifo");
    let made = std::process::Command::new("mkfifo").arg(&fifo).status().expect("mkfifo");
    assert!(made.success());
    std::os::unix::fs::chown(&fifo, Some(owner().0), Some(owner().1)).expect("its owner");
    let mut from_fifo = shell(&broker.scratch, "stdin.2", "cat");
    from_fifo.stdio.stdin = Some(fifo.clone());
    client.spawn(&from_fifo);
    let writer = std::fs::OpenOptions::new().write(true).open(&fifo).expect("the reader is there already");
    client.on("start", "stdin.2");
    std::io::Write::write_all(&mut &writer, b"from the fifo\n").expect("written");
    drop(writer);
    assert_eq!(end(client.exited("stdin.2")), code(0));
    assert_eq!(output(&broker.scratch), "from the file\nfrom the fifo\n");
    broker.stop();
}

#[test]
fn the_receipt_accounts_for_every_mechanism() {
    let broker = Broker::start();
    let mut client = broker.client();
    let mut asked = shell(&broker.scratch, "receipt.1", "true");
    asked.limits.pids = Some(32);
    asked.limits.memory_bytes = Some(64 << 20);
    let receipt = client.spawn(&asked)["receipt"].clone();
    let hello = client.ok("hello", json!({}));
    // How soon processors wake concerns the broker, and no sandbox.
    let of_sandboxes = |line: &&serde_json::Value| line["name"] != json!(m::WAKE_LATENCY);
    for line in hello["mechanisms"].as_array().expect("a table").iter().filter(of_sandboxes) {
        let found = receipt.as_array().and_then(|r| r.iter().find(|l| l["mechanism"] == line["name"]));
        let found = found.unwrap_or_else(|| panic!("{} is not in the receipt", line["name"]));
        let expected = match (found["declared"] == json!(true), line["available"] == json!(true)) {
            (false, _) => "not-asked",
            (true, true) => "enforced",
            (true, false) => "missing",
        };
        assert_eq!(found["actual"], json!(expected), "{found}");
    }
    let is = |name: &str| {
        receipt.as_array().and_then(|r| r.iter().find(|l| l["mechanism"] == json!(name)).cloned())
    };
    assert_eq!(is(m::LIMIT_CPU).map(|l| l["actual"].clone()), Some(json!("not-asked")));
    client.on("kill", "receipt.1");
    client.exited("receipt.1");
    broker.stop();
}
