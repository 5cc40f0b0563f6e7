//! The parser accepts what is published, refuses the rest with the field's name, and never panics.

use agentos_plan::{MAX_PACKET_BYTES, Operation, Plan, parse_plan, parse_request};
use serde_json::{Value, json};

fn valid() -> Value {
    json!({
        "version": 1, "incarnation": "agent-shell-001.1", "hostname": "agent-shell-001",
        "argv": ["sh", "-c", "id"], "env": { "PATH": "/usr/bin:/bin" }, "workdir": "/workspace",
        "uid": 1000, "gid": 1000,
        "mounts": [
            { "kind": "bind", "source": "/usr", "target": "/usr", "access": "read" },
            { "kind": "bind", "source": "/x/y/file.sock", "target": "/run/agentos/door.sock", "access": "write", "exec": false, "recursive": true },
            { "kind": "tmpfs", "target": "/tmp", "size_bytes": 67_108_864 },
            { "kind": "proc", "target": "/proc" },
            { "kind": "dev", "target": "/dev" },
            { "kind": "symlink", "target": "/bin", "to": "usr/bin" },
            { "kind": "file", "target": "/etc/passwd", "content": "..." }
        ],
        "stdio": { "stdin": null, "stdout": "/path/append.log", "stderr": "/path/append.log" },
        "limits": { "memory_bytes": 268_435_456, "pids": 64, "cpu_millis": 1000, "open_files": 1024, "file_bytes": null }
    })
}

fn parse(value: &Value) -> Result<Plan, String> {
    parse_plan(value.to_string().as_bytes()).map_err(|e| e.to_string())
}

fn with(change: impl FnOnce(&mut Value)) -> Result<Plan, String> {
    let mut value = valid();
    change(&mut value);
    parse(&value)
}

fn refused(expected: &str, change: impl FnOnce(&mut Value)) {
    let error = with(change).expect_err(expected);
    assert!(error.contains(expected), "{error:?} does not name {expected:?}");
}

#[test]
fn the_published_example_is_accepted_and_survives_a_round_trip() {
    let plan = parse(&valid()).expect("valid");
    let text = serde_json::to_string(&plan).expect("written");
    assert_eq!(parse_plan(text.as_bytes()), Ok(plan));
}

#[test]
fn sections_that_may_be_left_out_may_be_left_out() {
    with(|p| {
        p.as_object_mut().map(|o| (o.remove("stdio"), o.remove("limits")));
    })
    .expect("valid");
}

#[test]
fn every_cut_is_refused() {
    let text = valid().to_string();
    for length in 0..text.len() {
        assert!(parse_plan(&text.as_bytes()[..length]).is_err(), "cut at {length}");
    }
    assert!(parse_plan(format!("{text} {text}").as_bytes()).is_err(), "two objects");
}

#[test]
fn an_oversized_plan_is_refused_before_it_is_read() {
    let error = parse_plan(&vec![b'['; MAX_PACKET_BYTES + 1]).expect_err("too long");
    assert_eq!(error.field, "plan");
    assert!(parse_plan(&vec![b'['; MAX_PACKET_BYTES]).is_err(), "deep nesting");
}

#[test]
fn each_wrong_field_is_named() {
    refused("version", |p| p["version"] = json!(3));
    refused("version", |p| p["version"] = json!(0));
    refused("incarnation", |p| p["incarnation"] = json!("../x"));
    refused("incarnation", |p| p["incarnation"] = json!(""));
    refused("incarnation", |p| p["incarnation"] = json!(".hidden"));
    refused("incarnation", |p| p["incarnation"] = json!("a".repeat(65)));
    refused("incarnation", |p| p["incarnation"] = json!("a/b"));
    refused("incarnation", |p| p["incarnation"] = json!("a\u{0}"));
    refused("hostname", |p| p["hostname"] = json!("a b"));
    refused("argv", |p| p["argv"] = json!([]));
    refused("argv[0]", |p| p["argv"] = json!([""]));
    refused("argv[1]", |p| p["argv"] = json!(["sh", "a\u{0}b"]));
    refused("env.PATH", |p| p["env"]["PATH"] = json!("a\u{0}b"));
    refused("env.\"A=B\"", |p| p["env"]["A=B"] = json!("c"));
    refused("workdir", |p| p["workdir"] = json!("workspace"));
    refused("uid", |p| p["uid"] = json!(0));
    refused("gid", |p| p["gid"] = json!(4_294_967_295u32));
    refused("uid", |p| p["uid"] = json!(-1));
    refused("mounts", |p| p["mounts"] = json!([]));
    refused("stdio.stdout", |p| p["stdio"]["stdout"] = json!("relative"));
    refused("limits.pids", |p| p["limits"]["pids"] = json!(1));
    refused("limits.memory_bytes", |p| p["limits"]["memory_bytes"] = json!(1024));
    refused("limits.cpu_millis", |p| p["limits"]["cpu_millis"] = json!(1));
    refused("limits.open_files", |p| p["limits"]["open_files"] = json!("many"));
}

#[test]
fn unknown_and_missing_fields_are_refused() {
    refused("surprise", |p| p["surprise"] = json!(1));
    refused("surprise", |p| p["limits"]["surprise"] = json!(1));
    refused("surprise", |p| p["stdio"]["surprise"] = json!(1));
    refused("surprise", |p| p["mounts"][0]["surprise"] = json!(1));
    refused("mounts[3]", |p| p["mounts"][3]["size_bytes"] = json!(1));
    refused("mounts[0]", |p| p["mounts"][0]["kind"] = json!("overlay"));
    refused("argv", |p| {
        p.as_object_mut().map(|o| o.remove("argv"));
    });
}

fn second() -> Value {
    let mut value = valid();
    value["version"] = json!(2);
    value["doors"] = json!([{ "port": 8080, "socket": "/state/agent/doors/model.sock" }]);
    value["schedule"] = json!({ "class": "srt", "weight": 200, "slice_us": 3000, "burst_us": 50_000 });
    value["identity"] = json!({ "own_uid": true });
    value["limits"]["io_bytes_per_second"] = json!(1 << 20);
    value
}

fn refused_second(expected: &str, change: impl FnOnce(&mut Value)) {
    let mut value = second();
    change(&mut value);
    let error = parse(&value).expect_err(expected);
    assert!(error.contains(expected), "{error:?} does not name {expected:?}");
}

#[test]
fn version_two_is_read_and_survives_a_round_trip() {
    let plan = parse(&second()).expect("valid");
    let text = serde_json::to_string(&plan).expect("written");
    assert_eq!(parse_plan(text.as_bytes()), Ok(plan));
}

#[test]
fn what_version_one_lacks_is_refused_there() {
    for (name, at) in [("doors", "/doors"), ("schedule", "/schedule"), ("identity", "/identity")] {
        let mut value = valid();
        value[name] = second().pointer(at).cloned().expect("a field of version 2");
        let error = parse(&value).expect_err(name);
        assert!(error.starts_with(name) && error.contains("version 2"), "{error}");
    }
    refused("limits.io_bytes_per_second", |p| p["limits"]["io_bytes_per_second"] = json!(1 << 20));
}

#[test]
fn what_is_reserved_is_refused_by_name() {
    for name in ["staging", "held_calls", "restore_from", "zygote"] {
        refused_second(name, |p| p[name] = json!({ "any": "thing" }));
        let mut absent = second();
        absent[name] = Value::Null;
        parse(&absent).expect("null asks for nothing");
    }
}

#[test]
fn doors_are_checked() {
    refused_second("doors[0].port", |p| p["doors"][0]["port"] = json!(0));
    refused_second("doors[0].port", |p| p["doors"][0]["port"] = json!(65_536));
    refused_second("doors[1].port", |p| {
        p["doors"] = json!([{ "port": 1, "socket": "/d/a" }, { "port": 1, "socket": "/d/b" }]);
    });
    for bad in ["d/s", "/s", "/proc/1/s", "/d/../s", ""] {
        refused_second("doors[0].socket", |p| p["doors"][0]["socket"] = json!(bad));
    }
    refused_second("doors[0].socket", |p| p["doors"][0]["socket"] = json!(format!("/d/{}", "s".repeat(101))));
    refused_second("doors", |p| {
        p["doors"] = (1..18).map(|n| json!({ "port": n, "socket": "/d/s" })).collect();
    });
    refused_second("surprise", |p| p["doors"][0]["surprise"] = json!(1));
}

#[test]
fn classes_are_checked() {
    let hrt = |runtime: u64, deadline: u64, period: u64| {
        let mut value = second();
        value["schedule"] =
            json!({ "class": "hrt", "runtime_us": runtime, "deadline_us": deadline, "period_us": period });
        parse(&value)
    };
    hrt(2000, 10_000, 10_000).expect("valid");
    assert!(hrt(2000, 1000, 10_000).expect_err("late").contains("schedule.runtime_us"));
    assert!(hrt(2000, 20_000, 10_000).expect_err("overlapping").contains("schedule.deadline_us"));
    assert!(hrt(10, 99, 99).expect_err("short").contains("schedule.period_us"));
    assert!(hrt(u64::MAX, u64::MAX, u64::MAX).expect_err("long").contains("schedule.period_us"));
    refused_second("schedule", |p| p["schedule"]["class"] = json!("fifo"));
    refused_second("period_us", |p| p["schedule"]["period_us"] = json!(1));
    refused_second("schedule.weight", |p| p["schedule"]["weight"] = json!(0));
    refused_second("schedule.slice_us", |p| p["schedule"]["slice_us"] = json!(1));
    refused_second("schedule.burst_us", |p| p["schedule"]["burst_us"] = json!(100_001));
    refused_second("schedule.burst_us", |p| p["limits"]["cpu_millis"] = Value::Null);
    refused_second("limits.io_bytes_per_second", |p| p["limits"]["io_bytes_per_second"] = json!(1));
    refused_second("identity.own_uid", |p| p["identity"]["own_uid"] = json!(1));
}

#[test]
fn paths_have_one_spelling() {
    for bad in ["usr", "", "/usr/../etc", "/usr/./x", "/usr//x", "/usr/", "/a\u{0}b", "/.."] {
        refused("mounts[0].target", |p| p["mounts"][0]["target"] = json!(bad));
        refused("mounts[0].source", |p| p["mounts"][0]["source"] = json!(bad));
        refused("workdir", |p| p["workdir"] = json!(bad));
    }
    refused("mounts[0].target", |p| p["mounts"][0]["target"] = json!(format!("/{}", "a".repeat(256))));
    refused("mounts[0].target", |p| p["mounts"][0]["target"] = json!("/a".repeat(3000)));
    refused("mounts[0].target", |p| p["mounts"][0]["target"] = json!("/"));
}

#[test]
fn the_host_is_not_bound_as_a_whole() {
    for bad in ["/", "/proc", "/proc/1"] {
        refused("mounts[0].source", |p| p["mounts"][0]["source"] = json!(bad));
    }
}

#[test]
fn targets_are_distinct_and_in_an_order_that_hides_nothing() {
    refused("mounts[2].target", |p| p["mounts"][2]["target"] = json!("/usr"));
    refused("mounts[1].target", |p| {
        p["mounts"][0]["target"] = json!("/a/b");
        p["mounts"][1]["target"] = json!("/a");
    });
    with(|p| {
        p["mounts"][0]["target"] = json!("/a");
        p["mounts"][1]["target"] = json!("/a/b");
    })
    .expect("parents first");
    with(|p| {
        p["mounts"][0]["target"] = json!("/ab");
        p["mounts"][1]["target"] = json!("/a");
    })
    .expect("a common beginning is no parent");
}

#[test]
fn sizes_are_bounded() {
    refused("mounts[2].size_bytes", |p| p["mounts"][2]["size_bytes"] = json!(0));
    refused("mounts[6].content", |p| p["mounts"][6]["content"] = json!("x".repeat(65_537)));
    refused("mounts", |p| {
        p["mounts"] = (0..129)
            .map(|i| json!({ "kind": "tmpfs", "target": format!("/t{i}"), "size_bytes": 4096 }))
            .collect();
    });
    refused("env", |p| {
        p["env"] = (0..513).map(|i| (format!("K{i}"), json!(""))).collect::<serde_json::Map<_, _>>().into()
    });
}

#[test]
fn a_key_given_twice_is_refused() {
    let text = valid().to_string();
    for (from, to) in [
        ("\"uid\":1000", "\"uid\":1000,\"uid\":1001"),
        ("\"PATH\":\"/usr/bin:/bin\"", "\"PATH\":\"/a\",\"PATH\":\"/b\""),
        ("\"kind\":\"proc\"", "\"kind\":\"proc\",\"kind\":\"dev\""),
        ("\"pids\":64", "\"pids\":64,\"pids\":65"),
        ("\"to\":\"usr/bin\"", "\"to\":\"usr/bin\",\"to\":\"x\""),
    ] {
        let changed = text.replace(from, to);
        assert_ne!(changed, text, "{from} is in the text");
        let error = parse_plan(changed.as_bytes()).expect_err(to).to_string();
        assert!(error.contains("duplicate"), "{error}");
    }
}

#[test]
fn a_request_is_read_and_its_plan_checked() {
    let request = json!({ "v": 1, "id": 7, "op": "spawn", "plan": valid() });
    let read = parse_request(request.to_string().as_bytes()).expect("valid");
    assert!(read.id == 7 && matches!(read.operation, Operation::Spawn(_)));
    let mut wrong = request;
    wrong["plan"]["uid"] = json!(0);
    let error = parse_request(wrong.to_string().as_bytes()).expect_err("uid 0");
    assert_eq!((error.id, error.body.step.as_deref()), (7, Some("plan.uid")));
}

/// A small generator of repeatable numbers (splitmix64, Steele et al. 2014).
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: usize) -> usize {
        (self.next() % n.max(1) as u64) as usize
    }
}

#[test]
fn mutations_never_panic_and_what_passes_is_valid() {
    const PIECES: &[&[u8]] = &[
        b"\"", b"{", b"}", b"[", b"]", b",", b":", b"null", b"-1", b"1e999", b"\\u0000", b"..", b"/",
        b"\xff", b"\\ud800",
    ];
    let seeds = [valid(), second()]
        .map(|plan| json!({ "v": 1, "id": 7, "op": "spawn", "plan": plan }).to_string().into_bytes());
    let mut numbers = Numbers(20_260_101);
    let mut accepted = 0;
    for round in 0..20_000usize {
        let mut bytes = seeds[round % 2].clone();
        for _ in 0..=numbers.below(4) {
            let at = numbers.below(bytes.len());
            match numbers.below(5) {
                0 => bytes[at] ^= 1 << numbers.below(8),
                1 => drop(bytes.drain(at..(at + numbers.below(12)).min(bytes.len()))),
                2 => {
                    let piece = PIECES[numbers.below(PIECES.len())];
                    bytes.splice(at..at, piece.iter().copied());
                }
                3 => {
                    let end = (at + numbers.below(40)).min(bytes.len());
                    let copy = bytes[at..end].to_vec();
                    let to = numbers.below(bytes.len());
                    bytes.splice(to..to, copy);
                }
                _ => bytes.truncate(at),
            }
            if bytes.is_empty() {
                break;
            }
        }
        if let Ok(request) = parse_request(&bytes) {
            if let Operation::Spawn(plan) = request.operation {
                assert_eq!(plan.validate(), Ok(()), "round {round}");
                accepted += 1;
            }
        }
    }
    assert!(accepted > 0, "some mutations are harmless, or this test tests nothing");
}

/// What the fuzzer starts from, and what it ever found, stays readable or refused without a panic.
#[test]
fn every_seed_of_the_fuzzer_is_read() {
    let seeds = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/seeds");
    let mut read = 0;
    for (folder, is_read) in [
        ("plan", (|bytes| parse_plan(bytes).is_ok()) as fn(&[u8]) -> bool),
        ("request", |bytes| parse_request(bytes).is_ok()),
    ] {
        for entry in std::fs::read_dir(seeds.join(folder)).expect("seeds").flatten() {
            let bytes = std::fs::read(entry.path()).expect("a seed");
            assert!(is_read(&bytes), "{}", entry.path().display());
            read += 1;
        }
    }
    assert!(read >= 14, "{read} seeds");
}
