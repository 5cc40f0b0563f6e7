//! Latency classes on the processor, limits of I/O, and what is counted when a limit is met.

mod common;

use agentos_plan::{Access, ExitStatus, Identity, Mount, Plan, Schedule, mechanism as m};
use common::*;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

fn with_class(scratch: &Scratch, incarnation: &str, script: &str, class: Schedule) -> Plan {
    let mut plan = shell(scratch, incarnation, script);
    plan.version = 2;
    plan.schedule = Some(class);
    plan
}

fn line(spawned: &Value, mechanism: &str) -> Value {
    let all = spawned["receipt"].as_array().expect("a receipt");
    all.iter().find(|l| l["mechanism"] == json!(mechanism)).cloned().expect("a line for every mechanism")
}

fn is_enforced(spawned: &Value, mechanism: &str) {
    let line = line(spawned, mechanism);
    assert_eq!(line["actual"], json!("enforced"), "{line}");
}

#[test]
fn a_hard_deadline_is_promised_by_the_kernel_and_read_from_inside() {
    let broker = Broker::start();
    let mut client = broker.client();
    need!(client, m::SCHEDULE_DEADLINE);
    let class = Schedule::Hrt { runtime_us: 5000, deadline_us: 90_000, period_us: 100_000 };
    let plan = with_class(
        &broker.scratch,
        "hrt.1",
        "grep -E '^policy' /proc/$$/sched; grep -E '^policy' /proc/self/sched",
        class,
    );
    let spawned = client.spawn(&plan);
    is_enforced(&spawned, m::SCHEDULE_DEADLINE);
    let probe = line(&spawned, m::SCHEDULE_DEADLINE)["probe"].clone();
    assert_eq!(probe, json!("policy 6, runtime 5000000 ns, deadline 90000000 ns, period 100000000 ns"));
    client.on("start", "hrt.1");
    assert_eq!(end(client.exited("hrt.1")), code(0));
    let policies: Vec<String> = output(&broker.scratch)
        .lines()
        .filter_map(|l| l.rsplit(':').next().map(|p| p.trim().to_string()))
        .collect();
    assert_eq!(policies, ["6", "0"], "the agent has a deadline, what it starts has none");
    broker.stop();
}

#[test]
fn more_than_the_processors_have_is_refused_by_the_kernel_and_leaves_nothing() {
    let broker = Broker::start();
    let mut client = broker.client();
    need!(client, m::SCHEDULE_DEADLINE);
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let mut refused = None;
    for i in 0..=processors {
        let name = format!("full.{i}");
        let class = Schedule::Hrt { runtime_us: 100_000, deadline_us: 100_000, period_us: 100_000 };
        let answer =
            client.call("spawn", json!({ "plan": with_class(&broker.scratch, &name, "true", class) }));
        if let Some(error) = answer.get("err") {
            refused = Some((error.clone(), name));
            break;
        }
    }
    let (error, name) = refused.expect("processors are not promised twice");
    assert_eq!(
        (&error["code"], &error["step"], &error["errno"]),
        (&json!("spawn.failed"), &json!("schedule:deadline"), &json!("EBUSY")),
        "{error}"
    );
    let gone = client.err("status", json!({ "incarnation": name }));
    assert_eq!(gone["code"], json!("unknown.incarnation"));
    broker.stop();
}

#[test]
fn a_budget_that_is_used_up_is_counted_and_one_that_is_not_is_not() {
    let broker = Broker::start();
    let mut client = broker.client();
    need!(client, m::COUNT_DEADLINE_OVERRUNS);
    let class = || Schedule::Hrt { runtime_us: 2000, deadline_us: 50_000, period_us: 50_000 };
    client.spawn(&with_class(&broker.scratch, "over.1", "i=0; while :; do i=$((i+1)); done", class()));
    client.spawn(&with_class(&broker.scratch, "calm.1", "read never; sleep 98771", class()));
    client.on("start", "over.1");
    client.on("start", "calm.1");
    let count =
        |client: &mut Client, name: &str| client.on("status", name)["hits"]["deadline_overruns"].as_u64();
    eventually("some overruns", || count(&mut client, "over.1") >= Some(3));
    // On a slow machine the mere start of a shell takes more than the budget of one period: counted from its sleep on.
    eventually("the sleep of the calm one", || is_running("sleep\098771"));
    let calm = {
        let over = count(&mut client, "over.1");
        eventually("more overruns", || count(&mut client, "over.1") >= over.map(|n| n + 3));
        count(&mut client, "calm.1")
    };
    assert!(calm.is_some());
    let over = count(&mut client, "over.1");
    eventually("more overruns", || count(&mut client, "over.1") >= over.map(|n| n + 3));
    assert_eq!(count(&mut client, "calm.1"), calm);
    client.on("kill", "over.1");
    assert!(client.exited("over.1").hits.deadline_overruns >= Some(3));
    broker.stop();
}

#[test]
fn a_share_a_slice_and_a_burst_read_back() {
    let broker = Broker::start();
    let mut client = broker.client();
    let class = Schedule::Srt { weight: Some(300), slice_us: Some(2000), burst_us: Some(20_000) };
    let mut plan = with_class(&broker.scratch, "srt.1", "true", class);
    plan.limits.cpu_millis = Some(500);
    let spawned = client.spawn(&plan);
    for mechanism in [m::SCHEDULE_WEIGHT, m::SCHEDULE_SLICE, m::SCHEDULE_BURST] {
        match client.has(mechanism) {
            Ok(_) => is_enforced(&spawned, mechanism),
            Err(reason) => {
                println!("SKIP: {mechanism} is missing: {reason}");
                assert_eq!(line(&spawned, mechanism)["actual"], json!("missing"));
            }
        }
    }
    assert_eq!(line(&spawned, m::SCHEDULE_DEADLINE)["actual"], json!("not-asked"));
    client.on("start", "srt.1");
    assert_eq!(end(client.exited("srt.1")), code(0));
    broker.stop();
}

#[test]
fn best_effort_is_idle() {
    let broker = Broker::start();
    let mut client = broker.client();
    need!(client, m::SCHEDULE_IDLE);
    let plan = with_class(&broker.scratch, "dt.1", "grep -E '^policy' /proc/self/sched", Schedule::Dt {});
    let spawned = client.spawn(&plan);
    is_enforced(&spawned, m::SCHEDULE_IDLE);
    client.on("start", "dt.1");
    assert_eq!(end(client.exited("dt.1")), code(0));
    assert!(
        output(&broker.scratch).trim().ends_with(": 5") || output(&broker.scratch).trim().ends_with(" 5")
    );
    broker.stop();
}

#[test]
fn limits_that_were_met_are_counted() {
    let broker = Broker::start();
    let mut client = broker.client();
    let mut plan = plan(&broker.scratch, "hit.1", &["dd", "if=/dev/zero", "of=/tmp/x", "bs=64K", "count=40"]);
    plan.limits.file_bytes = Some(1 << 20);
    let exit = client.run(&plan);
    assert_eq!(exit.status, ExitStatus::Signal(libc::SIGXFSZ));
    assert!(exit.hits.file_size);
    need!(client, m::LIMIT_PIDS);
    need!(client, m::LIMIT_CPU);
    need!(client, m::LIMIT_MEMORY);
    let script =
        "for i in 1 2 3 4 5 6 7 8 9; do sleep 1 & done; i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done";
    let mut plan = shell(&broker.scratch, "hit.2", script);
    plan.limits.pids = Some(6);
    plan.limits.cpu_millis = Some(50);
    plan.limits.memory_bytes = Some(64 << 20);
    client.spawn(&plan);
    client.on("start", "hit.2");
    if client.on("status", "hit.2")["hits"]["pids_max"].is_null() {
        println!("SKIP: this host does not count refused forks");
    } else {
        eventually("a refused fork", || client.on("status", "hit.2")["hits"]["pids_max"].as_u64() > Some(0));
    }
    client.on("kill", "hit.2");
    let exit = client.exited("hit.2");
    assert!(!exit.hits.file_size && exit.hits.oom_kills == Some(0), "{exit:?}");
    let mut plan = shell(&broker.scratch, "hit.3", "i=0; while :; do i=$((i+1)); done");
    plan.limits.cpu_millis = Some(50);
    client.spawn(&plan);
    client.on("start", "hit.3");
    eventually("a throttled period", || {
        client.on("status", "hit.3")["hits"]["cpu_throttled_periods"].as_u64() > Some(1)
    });
    client.on("kill", "hit.3");
    assert!(client.exited("hit.3").hits.cpu_throttled_usec > Some(0));
    broker.stop();
}

#[test]
fn device_traffic_is_bounded() {
    let broker = Broker::start();
    let mut client = broker.client();
    need!(client, m::LIMIT_IO);
    let shared = broker.scratch.directory("io");
    let mut plan = plan(
        &broker.scratch,
        "io.1",
        &["dd", "if=/dev/zero", "of=/io/x", "bs=256K", "count=8", "oflag=direct"],
    );
    plan.version = 2;
    plan.limits.io_bytes_per_second = Some(1 << 20);
    plan.mounts.push(Mount::Bind {
        source: shared,
        target: "/io".into(),
        access: Access::Write,
        recursive: false,
        exec: false,
    });
    let spawned = client.spawn(&plan);
    let told = line(&spawned, m::LIMIT_IO);
    if told["actual"] == json!("missing") {
        println!("SKIP: {told}");
        client.on("kill", "io.1");
        client.exited("io.1");
        return broker.stop();
    }
    let since = Instant::now();
    client.on("start", "io.1");
    assert_eq!(end(client.exited("io.1")), code(0), "{}", output(&broker.scratch));
    assert!(since.elapsed() > Duration::from_millis(1000), "2 MiB at 1 MiB/s took {:?}", since.elapsed());
    broker.stop();
}

#[test]
fn what_is_asked_and_not_there_is_reported() {
    let broker = Broker::start();
    let mut client = broker.client();
    let mut plan = shell(&broker.scratch, "own.1", "true");
    plan.version = 2;
    plan.identity = Identity { own_uid: true };
    let reason = client.has(m::OWN_UID).expect_err("not there yet");
    let told = line(&client.spawn(&plan), m::OWN_UID);
    assert_eq!((&told["actual"], &told["how"]), (&json!("missing"), &json!(reason)));
    client.on("kill", "own.1");
    client.exited("own.1");
    broker.stop();
}

/// The broker and init have a short slice. An agent that could keep it would go before everybody else.
#[test]
fn an_agent_does_not_inherit_the_slice_of_those_who_build_it() {
    let ordinary = std::process::Command::new("grep").args(["^se.slice", "/proc/self/sched"]).output();
    let ordinary = String::from_utf8(ordinary.expect("grep runs").stdout).expect("text");
    if ordinary.is_empty() {
        eprintln!("SKIP: this kernel does not show the slice of a process");
        return;
    }
    let broker = Broker::start();
    let mut client = broker.client();
    let script = "grep '^se.slice' /proc/self/sched";
    let classes = [None, Some(Schedule::Srt { weight: None, slice_us: None, burst_us: None })];
    for (i, class) in classes.into_iter().enumerate() {
        let mut plan = shell(&broker.scratch, &format!("slice.{i}"), script);
        plan.version = 2;
        plan.schedule = class;
        assert_eq!(end(client.run(&plan)), code(0));
    }
    let seen = output(&broker.scratch);
    assert_eq!(seen, ordinary.repeat(2), "what the agents read");
    broker.stop();
}

#[test]
fn the_receipt_says_that_no_route_leads_out() {
    let broker = Broker::start();
    let mut client = broker.client();
    let spawned = client.spawn(&shell(&broker.scratch, "route.1", "true"));
    is_enforced(&spawned, m::NO_ROUTE);
    assert_eq!(line(&spawned, m::NO_ROUTE)["probe"], json!("interfaces: lo; IPv4 routes: 0"));
    broker.stop();
}
