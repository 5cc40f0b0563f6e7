//! Limits hold, or their absence is said.

mod common;

use agentos_plan::{ExitReason, ExitStatus, mechanism as m};
use common::*;
use std::time::Instant;

#[test]
fn memory_beyond_the_limit_ends_the_agent_and_says_why() {
    let broker = Broker::start();
    let mut client = broker.client();
    need!(client, m::LIMIT_MEMORY);
    let mut plan =
        plan(&broker.scratch, "memory.1", &["dd", "if=/dev/zero", "of=/dev/null", "bs=512M", "count=1"]);
    plan.limits.memory_bytes = Some(32 << 20);
    let exit = client.run(&plan);
    assert_eq!(end(exit), (ExitStatus::Signal(libc::SIGKILL), ExitReason::Oom));
    assert!(exit.usage.oom_kills > Some(0) && exit.usage.memory_peak_bytes <= Some(32 << 20), "{exit:?}");
    broker.stop();
}

#[test]
fn a_full_tmpfs_counts_as_memory() {
    let broker = Broker::start();
    let mut client = broker.client();
    need!(client, m::LIMIT_MEMORY);
    let mut plan =
        plan(&broker.scratch, "memory.2", &["dd", "if=/dev/zero", "of=/tmp/x", "bs=1M", "count=15"]);
    plan.limits.memory_bytes = Some(8 << 20);
    assert_eq!(client.run(&plan).reason, ExitReason::Oom);
    broker.stop();
}

#[test]
fn a_tmpfs_has_a_size() {
    let broker = Broker::start();
    let mut client = broker.client();
    let script = "dd if=/dev/zero of=/tmp/x bs=1M count=32 2>&1 | tail -1; stat -c %s /tmp/x";
    client.run(&shell(&broker.scratch, "tmpfs.1", script));
    let text = output(&broker.scratch);
    assert!(text.trim_end().ends_with("16777216"), "{text}");
    broker.stop();
}

#[test]
fn a_fork_bomb_stops_at_its_limit() {
    let broker = Broker::start();
    let mut client = broker.client();
    let how = need!(client, m::LIMIT_PIDS);
    let mut plan = shell(
        &broker.scratch,
        "pids.1",
        "n=0; while [ $n -lt 60 ]; do sleep 98765 & n=$((n+1)); done; echo made all",
    );
    plan.limits.pids = Some(20);
    client.spawn(&plan);
    client.on("start", "pids.1");
    eventually("the limit", || {
        let seen = client.on("status", "pids.1")["pids"].as_u64();
        assert!(seen <= Some(20), "{seen:?} processes by {how}");
        output(&broker.scratch).to_lowercase().contains("fork") || seen == Some(20)
    });
    assert!(!output(&broker.scratch).contains("made all"));
    client.on("kill", "pids.1");
    let exit = client.exited("pids.1");
    assert!(exit.usage.max_pids.is_none_or(|n| n <= 20), "{exit:?}");
    assert!(!is_running("98765"));
    broker.stop();
}

#[test]
fn descriptors_and_file_sizes_are_bounded() {
    let broker = Broker::start();
    let mut client = broker.client();
    let mut plan = shell(
        &broker.scratch,
        "files.1",
        "ulimit -n; ulimit -Hn; ulimit -c; ulimit -n 4096 2>&1; (dd if=/dev/zero of=/tmp/x bs=1M count=4); stat -c %s /tmp/x",
    );
    plan.limits.open_files = Some(64);
    plan.limits.file_bytes = Some(1 << 20);
    client.run(&plan);
    let text = output(&broker.scratch);
    assert!(text.starts_with("64\n64\n0\n"), "{text}");
    assert!(text.trim_end().ends_with("1048576"), "{text}");
    broker.stop();
}

/// A plan whose agent may write a folder of the host, at /data.
fn with_folder(broker: &Broker, name: &str, script: &str) -> agentos_plan::Plan {
    let mut plan = shell(&broker.scratch, name, script);
    plan.mounts.push(agentos_plan::Mount::Bind {
        source: broker.scratch.directory(&format!("data-{name}")),
        target: "/data".into(),
        access: agentos_plan::Access::Write,
        recursive: false,
        exec: false,
    });
    plan
}

fn unlinked(client: &mut Client, name: &str) -> (u64, u64, u64) {
    let found = client.on("unlinked", name);
    let number = |key: &str| found[key].as_u64().expect("a number");
    (number("bytes"), number("files"), number("unseen"))
}

#[test]
fn deleted_files_on_disks_are_told_while_they_are_open_and_memory_is_not() {
    let broker = Broker::start();
    let mut client = broker.client();
    need!(client, m::LIMIT_DELETED_FILES);
    let script = "for at in /data /tmp /workspace /dev/shm; do
            dd if=/dev/zero of=$at/x bs=1M count=3 2>/dev/null; done
        exec 3</data/x 4</tmp/x 5</workspace/x 6</dev/shm/x 7</data/x
        rm /data/x /tmp/x /workspace/x
        rm -f /dev/shm/x
        echo deleted; read never < /dev/null; sleep 98766";
    client.spawn(&with_folder(&broker, "deleted.1", script));
    assert_eq!(unlinked(&mut client, "deleted.1"), (0, 0, 0), "a held sandbox has run nothing");
    client.on("start", "deleted.1");
    eventually("the files are deleted", || output(&broker.scratch).contains("deleted"));
    let (bytes, files, unseen) = unlinked(&mut client, "deleted.1");
    assert_eq!((files, unseen), (1, 0), "one file, however often it is open");
    assert!((3 << 20..4 << 20).contains(&bytes), "{bytes} bytes");
    client.on("kill", "deleted.1");
    client.exited("deleted.1");
    assert_eq!(unlinked(&mut client, "deleted.1"), (0, 0, 0), "an ended sandbox holds nothing");
    let unknown = client.err("unlinked", serde_json::json!({ "incarnation": "nobody.1" }));
    assert_eq!(unknown["code"], serde_json::json!("unknown.incarnation"));
    broker.stop();
}

#[test]
fn another_sandboxs_deleted_files_are_not_counted() {
    let broker = Broker::start();
    let mut client = broker.client();
    need!(client, m::LIMIT_DELETED_FILES);
    let script = "dd if=/dev/zero of=/data/x bs=1M count=1 2>/dev/null; exec 3</data/x; rm /data/x; echo deleted; sleep 98767";
    client.spawn(&with_folder(&broker, "deleted.2", script));
    client.spawn(&shell(&broker.scratch, "calm.1", "sleep 98768"));
    client.on("start", "deleted.2");
    client.on("start", "calm.1");
    eventually("the file is deleted", || unlinked(&mut client, "deleted.2").1 == 1);
    assert_eq!(unlinked(&mut client, "calm.1"), (0, 0, 0));
    broker.stop();
}

#[test]
fn processor_time_is_bounded() {
    let broker = Broker::start();
    let mut client = broker.client();
    need!(client, m::LIMIT_CPU);
    let mut plan = shell(&broker.scratch, "cpu.1", "i=0; while :; do i=$((i+1)); done");
    plan.limits.cpu_millis = Some(100);
    client.spawn(&plan);
    client.on("start", "cpu.1");
    // Where version 2 does the accounting, the build of the sandbox is in the group's figure too, so two are compared.
    let used = |client: &mut Client| client.on("status", "cpu.1")["cpu_usec"].as_u64().unwrap_or_default();
    let (before, since) = (used(&mut client), Instant::now());
    std::thread::sleep(std::time::Duration::from_millis(1000));
    let spent = used(&mut client) - before;
    let most = since.elapsed().as_micros() as u64 / 10 + 60_000;
    assert!(spent <= most, "{spent} us of processor, at most {most} expected");
    client.on("kill", "cpu.1");
    client.exited("cpu.1");
    broker.stop();
}

#[test]
fn an_unreachable_limit_is_an_error_not_a_silence() {
    let broker = Broker::start();
    let mut client = broker.client();
    let mut plan = shell(&broker.scratch, "files.2", "true");
    plan.limits.open_files = Some(1 << 20);
    let answer = client.call("spawn", serde_json::json!({ "plan": plan }));
    match answer.get("err") {
        Some(error) => assert_eq!(error["step"], "limit.files", "{error}"),
        None => println!("SKIP: this host's hard limit allows 1048576 descriptors"),
    }
    if answer.get("ok").is_some() {
        client.on("kill", "files.2");
        client.exited("files.2");
    }
    broker.stop();
}
