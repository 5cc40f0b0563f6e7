//! First processes that wait for a plan: how many there are, and that none is left.

mod common;

use agentos_execd::sys::process;
use agentos_plan::mechanism as m;
use common::*;
use serde_json::json;
use std::os::unix::fs::FileExt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Processes that wait for a plan. Those of sandboxes have a child of their own.
fn parked(broker: &Broker) -> Vec<i32> {
    children(broker.pid()).into_iter().filter(|pid| children(*pid).is_empty()).collect()
}

fn children(pid: i32) -> Vec<i32> {
    let all = std::fs::read_dir("/proc").expect("/proc").flatten();
    all.filter_map(|entry| {
        let child: i32 = entry.file_name().to_str()?.parse().ok()?;
        let stat = std::fs::read_to_string(entry.path().join("stat")).ok()?;
        let mut fields = stat.rsplit_once(") ")?.1.split(' ');
        let living = fields.next()? != "Z";
        (living && fields.next()?.parse() == Ok(pid)).then_some(child)
    })
    .collect()
}

/// The directories that the broker keeps for sandboxes and for parked processes, in the hierarchy that has most.
fn leaves(pid: i32) -> usize {
    let count = |directory: &std::path::PathBuf| {
        let entries = std::fs::read_dir(directory).into_iter().flatten().flatten();
        entries.filter(|e| e.file_name().to_str().is_some_and(|n| n.starts_with("s-"))).count()
    };
    cgroups_of(pid).iter().map(count).max().unwrap_or(0)
}

fn burst(broker: &Broker, client: &mut Client) {
    for i in 0..30 {
        client.spawn(&shell(&broker.scratch, &format!("burst.{i}"), "sleep 98769"));
        client.on("start", &format!("burst.{i}"));
    }
    for i in 0..30 {
        client.on("kill", &format!("burst.{i}"));
    }
    let exits: Vec<_> = (0..30).map(|_| client.any_exited()).collect();
    assert_eq!(exits.len(), 30);
}

#[test]
fn the_pool_fills_again_after_a_burst_and_shrinks_when_idle() {
    let broker = Broker::start();
    let mut client = broker.client();
    eventually("the first parked process", || parked(&broker).len() == 1);
    burst(&broker, &mut client);
    assert!(!is_running("98769"));
    eventually("a full pool", || parked(&broker).len() >= 4);
    assert!(parked(&broker).len() <= 8);
    eventually("removal of what has ended", || leaves(broker.pid()) <= 8);
    eventually("a small pool", || parked(&broker).len() == 1);
    eventually("removal of what was surplus", || leaves(broker.pid()) <= 1);
    assert_eq!(end(client.run(&shell(&broker.scratch, "after.1", "exit 3"))), code(3));
    broker.stop();
}

/// The oldest parked process, once it has been there for 50 ms: the init of a sandbox that is ending looks like one.
fn waiting_for_a_while(broker: &Broker) -> i32 {
    let mut oldest = None;
    eventually("a parked process that stays", || {
        let before = oldest;
        std::thread::sleep(Duration::from_millis(50));
        oldest = parked(broker).into_iter().min();
        oldest.is_some() && oldest == before
    });
    oldest.expect("one of them")
}

#[test]
fn a_parked_process_that_dies_is_replaced() {
    let broker = Broker::start();
    let mut client = broker.client();
    for round in 0..3 {
        // Several that die before they are ready would be a reason to park none any more.
        let victim = waiting_for_a_while(&broker);
        let _ = process::signal(victim, libc::SIGKILL);
        eventually("its end", || !parked(&broker).contains(&victim));
        if round < 2 {
            eventually("another one", || !parked(&broker).is_empty());
        }
        let name = format!("replaced.{round}");
        assert_eq!(end(client.run(&shell(&broker.scratch, &name, "exit 4"))), code(4));
    }
    broker.stop();
}

#[test]
fn shutdown_in_the_middle_of_a_burst_leaves_no_parked_process() {
    let mut broker = Broker::start();
    let mut client = broker.client();
    for i in 0..10 {
        client.spawn(&shell(&broker.scratch, &format!("stop.{i}"), "sleep 98770"));
        client.on("start", &format!("stop.{i}"));
    }
    let pids = children(broker.pid());
    assert!(pids.len() >= 10);
    client.ok("shutdown", json!({}));
    assert!(broker.process.wait().expect("its end").success());
    for pid in pids {
        assert!(!std::path::Path::new(&format!("/proc/{pid}")).exists(), "process {pid} is left");
    }
    assert_eq!(cgroups_of(broker.pid()), Vec::<std::path::PathBuf>::new());
}

#[test]
fn spawns_sent_together_are_all_served() {
    let broker = Broker::start();
    let client = broker.client();
    for i in 0..20 {
        let plan = shell(&broker.scratch, &format!("together.{i}"), "true");
        let request = json!({ "v": 1, "id": 1000 + i, "op": "spawn", "plan": plan });
        client.send_raw(request.to_string().as_bytes()).expect("sent");
    }
    for _ in 0..20 {
        let answer = client.receive().expect("an answer");
        assert!(answer.get("ok").is_some(), "{answer}");
    }
    broker.stop();
}

fn with_data(scratch: &Scratch, incarnation: &str, source: &str, script: &str) -> agentos_plan::Plan {
    let mut plan = shell(scratch, incarnation, script);
    plan.mounts.push(agentos_plan::Mount::Bind {
        source: source.into(),
        target: "/data".into(),
        access: agentos_plan::Access::Read,
        recursive: false,
        exec: false,
    });
    plan
}

/// Mounts are made ahead as the last plans had them. What a plan gets is what its names mean when it comes.
#[test]
fn what_was_prepared_for_earlier_plans_gives_nothing_to_later_ones() {
    let broker = Broker::start();
    let mut client = broker.client();
    let data = broker.scratch.directory("data");
    std::fs::write(format!("{data}/first"), "").expect("a file");
    for i in 0..6 {
        client.run(&with_data(&broker.scratch, &format!("same.{i}"), &data, "ls /data"));
    }
    assert_eq!(output(&broker.scratch), "first\n".repeat(6));
    eventually("a full pool", || parked(&broker).len() >= 4);
    std::thread::sleep(Duration::from_millis(50));
    std::fs::rename(&data, format!("{data}-old")).expect("renamed");
    broker.scratch.directory("data");
    std::fs::write(format!("{data}/second"), "").expect("a file");
    client.run(&with_data(&broker.scratch, "changed.1", &data, "ls /data"));
    assert!(output(&broker.scratch).ends_with("first\nsecond\n"), "{}", output(&broker.scratch));
    client.run(&shell(&broker.scratch, "without.1", "ls -d /data 2>&1; mount | grep -c data; true"));
    assert!(output(&broker.scratch).contains("No such file"), "{}", output(&broker.scratch));
    let mut other = shell(&broker.scratch, "other.1", "id -u; id -g");
    (other.uid, other.gid) = (2000, 3000);
    client.run(&other);
    assert!(output(&broker.scratch).ends_with("2000\n3000\n"), "{}", output(&broker.scratch));
    broker.stop();
}

#[test]
fn a_mount_of_the_host_that_is_made_after_parking_is_there() {
    let broker = Broker::start();
    let mut client = broker.client();
    let point = broker.scratch.directory("point");
    let mounted = |arguments: &[&str]| {
        std::process::Command::new(arguments[0]).args(&arguments[1..]).status().is_ok_and(|s| s.success())
    };
    for i in 0..3 {
        client.run(&with_data(&broker.scratch, &format!("before.{i}"), &point, "ls /data"));
    }
    eventually("a full pool", || parked(&broker).len() >= 4);
    std::thread::sleep(Duration::from_millis(50));
    if !mounted(&["mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", &point]) {
        println!("SKIP: this user may not mount");
        return broker.stop();
    }
    std::fs::write(format!("{point}/new"), "").expect("a file");
    let exit = client.run(&with_data(&broker.scratch, "after.1", &point, "ls /data"));
    assert!(mounted(&["umount", "-l", &point]), "the mount is left");
    assert_eq!((end(exit), output(&broker.scratch).as_str()), (code(0), "new\n"));
    broker.stop();
}

/// The wake-up latency, in microseconds, that somebody on this machine asks for.
fn wanted_latency() -> i32 {
    let mut value = [0u8; 4];
    let device = std::fs::File::open("/dev/cpu_dma_latency").expect("the device");
    device.read_exact_at(&mut value, 0).expect("its value");
    i32::from_ne_bytes(value)
}

#[test]
fn processors_are_to_wake_at_once_only_while_somebody_waits_for_a_sandbox() {
    let broker = Broker::start();
    let mut client = broker.client();
    need!(client, m::WAKE_LATENCY);
    // Another test's broker asks for milliseconds only.
    let until = Instant::now() + Duration::from_secs(2);
    while wanted_latency() == 0 {
        if Instant::now() > until {
            println!("SKIP: somebody else asks for prompt wake-ups on this machine");
            return;
        }
    }
    let (seen, over) = (AtomicBool::new(false), AtomicBool::new(false));
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !over.load(Ordering::Relaxed) {
                seen.fetch_or(wanted_latency() == 0, Ordering::Relaxed);
            }
        });
        for round in 0..20 {
            let name = format!("prompt.{round}");
            assert_eq!(end(client.run(&shell(&broker.scratch, &name, "exit 5"))), code(5));
        }
        over.store(true, Ordering::Relaxed);
    });
    assert!(seen.load(Ordering::Relaxed), "nobody asked while sandboxes were made");
    eventually("the end of the request", || wanted_latency() != 0);
    client.spawn(&shell(&broker.scratch, "calm.2", "sleep 98770"));
    client.on("start", "calm.2");
    eventually("the end of the request beside a running agent", || wanted_latency() != 0);
    broker.stop();
}
