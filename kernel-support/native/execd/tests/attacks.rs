//! The attack programs against a bare broker: nothing gets through, and outside it would.

mod common;

use agentos_plan::{Access, ExitReason, Mount, Plan, mechanism as m};
use common::*;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio as Pipes};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Where the reports go when somebody wants to read them, one JSON object a line.
const REPORT: &str = "AGENTOS_ATTACK_REPORT";

/// A folder that everybody may enter, with a copy of the program and what it tries to reach.
struct World {
    folder: PathBuf,
    program: String,
    settings: Vec<(String, String)>,
    serving: Vec<Child>,
    /// Bombs beside other attacks would make both slow, and a refusal for want of memory looks like any other.
    _alone: MutexGuard<'static, ()>,
}

static ALONE: Mutex<()> = Mutex::new(());
static NEXT: AtomicU32 = AtomicU32::new(0);

impl World {
    fn open() -> Option<Self> {
        let built = Path::new(binary()).parent()?.join("agentos-attacks");
        if !built.exists() {
            return None;
        }
        let alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("execd-attacks-{}-{number}", std::process::id()));
        std::fs::create_dir(&folder).expect("a folder");
        let open = |path: &Path| {
            std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o1777)).expect("its mode");
        };
        let folder = folder.canonicalize().expect("its real path");
        std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o755)).expect("its mode");
        for name in ["control", "control/workspace"] {
            std::fs::create_dir(folder.join(name)).expect("a folder");
            open(&folder.join(name));
        }
        let program = folder.join("agentos-attacks").display().to_string();
        std::fs::copy(&built, &program).expect("a copy of the program");
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).expect("its mode");
        let mut world = World { folder, program, settings: Vec::new(), serving: Vec::new(), _alone: alone };
        let dir = world.folder.display().to_string();
        let serve =
            Command::new(&world.program).args(["serve", "--dir", &dir]).stdin(Pipes::piped()).spawn_heard();
        world.hear(serve);
        let mut victim = world.outside("victim");
        victim
            .args(["--workspace", &world.path("control"), "--mark", "agentos-canary"])
            .env("VICTIM", "agentos-canary");
        let started = victim.spawn_heard();
        let pid = started.0.id();
        world.hear(started);
        world.settings.push(("victim-pid".into(), pid.to_string()));
        world.settings.push(("victim-socket".into(), world.path("control/victim.sock")));
        Some(world)
    }

    fn path(&self, name: &str) -> String {
        self.folder.join(name).display().to_string()
    }

    fn hear(&mut self, (child, line): (Child, String)) {
        self.serving.push(child);
        let said: Value = serde_json::from_str(&line).expect("one line of JSON");
        for (key, value) in said.as_object().into_iter().flatten() {
            self.settings.push((key.clone(), value.as_str().unwrap_or_default().to_string()));
        }
    }

    fn get(&self, key: &str) -> Option<String> {
        self.settings.iter().find(|(k, _)| k == key).map(|(_, v)| v.clone())
    }

    fn words(&self) -> Vec<String> {
        self.settings.iter().flat_map(|(key, value)| [format!("--{key}"), value.clone()]).collect()
    }

    /// The program outside any sandbox, as the user that agents are on the host.
    fn outside(&self, attack: &str) -> Command {
        let mut command = Command::new(&self.program);
        command.arg(attack).args(self.words());
        if is_root() {
            command.uid(owner().0).gid(owner().1);
        }
        command
    }

    fn control(&self, attack: &str, as_root: bool, more: &[&str]) -> Vec<Value> {
        let mut command = self.outside(attack);
        if as_root {
            command.uid(0).gid(0);
        }
        let control = self.path("control");
        command.args(["--control", "--scratch", &control, "--workspace", &control]).args(more);
        let said = command.stderr(Pipes::null()).output().expect("the control runs");
        reports(&String::from_utf8_lossy(&said.stdout))
    }
}

impl Drop for World {
    fn drop(&mut self) {
        for child in &mut self.serving {
            let _ = child.kill();
            let _ = child.wait();
        }
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

trait Heard {
    fn spawn_heard(&mut self) -> (Child, String);
}

impl Heard for Command {
    /// Starts it and waits for its first line.
    fn spawn_heard(&mut self) -> (Child, String) {
        let mut child = self.stdout(Pipes::piped()).spawn().expect("it starts");
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().expect("its output")).read_line(&mut line).expect("a line");
        (child, line)
    }
}

fn reports(text: &str) -> Vec<Value> {
    text.lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter(|v| v["attack"].is_string())
        .collect()
}

/// The usual plan with limits that the bombs exceed, and the program in it.
fn hostile(broker: &Broker, client: &mut Client, world: &World, name: &str, words: &[String]) -> Plan {
    let mut argv = vec!["/attacks"];
    argv.extend(words.iter().map(String::as_str));
    let mut plan = plan(&broker.scratch, name, &argv);
    // Each has an output of its own.
    plan.stdio.stdout = Some(broker.scratch.path(&format!("{name}.out")));
    plan.stdio.stderr = None;
    let bind = |source: String, target: String| Mount::Bind {
        source,
        target,
        access: Access::Read,
        recursive: false,
        exec: true,
    };
    plan.mounts.push(bind(world.program.clone(), "/attacks".into()));
    if let Some(planted) = world.get("planted") {
        plan.mounts.push(bind(planted.clone(), planted));
    }
    plan.limits.open_files = Some(96);
    if client.has(m::LIMIT_MEMORY).is_ok() {
        plan.limits.memory_bytes = Some(96 << 20);
    }
    if client.has(m::LIMIT_PIDS).is_ok() {
        plan.limits.pids = Some(48);
    }
    plan
}

fn tell(run: &str, report: &Value) {
    let Ok(path) = std::env::var(REPORT) else { return };
    let file = std::fs::OpenOptions::new().create(true).append(true).open(path);
    let _ = writeln!(file.expect("the report"), "{}", json!({ "run": run, "report": report }));
}

fn run(broker: &Broker, client: &mut Client, plan: &Plan) -> (Vec<Value>, ExitReason) {
    let exit = client.run(plan);
    let out = broker.scratch.path(&format!("{}.out", plan.incarnation));
    (reports(&std::fs::read_to_string(out).unwrap_or_default()), exit.reason)
}

fn through(report: &Value) -> bool {
    report["through"] == json!(true)
}

#[test]
fn nothing_gets_through_that_does_outside() {
    let Some(world) = World::open() else {
        println!("SKIP: agentos-attacks is not built beside the broker; build the whole workspace");
        return;
    };
    let broker = Broker::start();
    let mut client = broker.client();
    let mut words = vec!["all".to_string()];
    words.extend(world.words());
    words.extend([
        "--workspace".into(),
        "/workspace".into(),
        "--execd".into(),
        broker.socket().display().to_string(),
    ]);
    let plan = hostile(&broker, &mut client, &world, "attack.1", &words);
    let (inside, reason) = run(&broker, &mut client, &plan);
    assert_eq!(reason, ExitReason::Exit);
    let asked = Command::new(&world.program).args(["list", "--json"]).output().expect("the list");
    let list: Vec<Value> = serde_json::from_slice(&asked.stdout).expect("JSON");
    let together = list.iter().filter(|a| a["alone"] == json!(false)).count();
    assert_eq!(inside.len(), together, "every attack reports");
    inside.iter().for_each(|report| tell("inside", report));
    let execd = broker.socket().display().to_string();
    let outside = world.control("all", false, &["--execd", &execd]);
    outside.iter().for_each(|report| tell("outside", report));
    if is_root() {
        world
            .control("all", true, &["--execd", &execd])
            .iter()
            .for_each(|report| tell("outside-root", report));
    }
    // Where an attack does not even work outside, its refusal inside shows nothing: most must work.
    let working = outside.iter().filter(|report| through(report)).count();
    assert!(working * 2 > outside.len(), "only {working} of {} work outside", outside.len());
    let open: Vec<&Value> = inside.iter().filter(|report| through(report)).collect();
    assert!(open.is_empty(), "got through: {open:#?}");
    broker.stop();
}

#[test]
fn bombs_stop_at_their_limits() {
    let Some(world) = World::open() else {
        println!("SKIP: agentos-attacks is not built beside the broker; build the whole workspace");
        return;
    };
    let broker = Broker::start();
    let mut client = broker.client();
    for (bomb, needs) in [
        ("fork-bomb", m::LIMIT_PIDS),
        ("thread-bomb", m::LIMIT_PIDS),
        ("descriptor-bomb", m::LIMIT_FILES),
        ("memory-bomb", m::LIMIT_MEMORY),
        ("memory-file-bomb", m::LIMIT_MEMORY),
        ("disk-bomb", m::ROOT_READONLY),
        ("inode-bomb", m::ROOT_READONLY),
    ] {
        if let Err(reason) = client.has(needs) {
            println!("SKIP: {bomb}: {needs} is missing: {reason}");
            continue;
        }
        // Far above what the plan's /tmp takes, and few enough for an emulated machine to make outside.
        let more: &[&str] = if bomb == "inode-bomb" { &["--bound", "12000"] } else { &[] };
        let words: Vec<String> = [&[bomb], more].concat().iter().map(|w| w.to_string()).collect();
        let plan = hostile(&broker, &mut client, &world, &format!("bomb.{bomb}"), &words);
        let (mut inside, reason) = run(&broker, &mut client, &plan);
        let outside = world.control(bomb, false, more);
        if inside.is_empty() && reason == ExitReason::Oom {
            // The limit took the whole sandbox, the program that would have reported it included.
            let how = outside.first().map_or(json!(bomb), |report| report["tries"][0]["how"].clone());
            let attempt = json!({ "how": how, "through": false, "errno": null, "detail": "ended by the memory limit",
                "by": "cgroup memory limit", "skipped": false });
            inside.push(json!({ "attack": bomb, "through": false, "tries": [attempt] }));
        }
        inside.iter().for_each(|report| tell("inside", report));
        outside.iter().for_each(|report| tell("outside", report));
        assert!(!inside.is_empty(), "{bomb} ended without a word: {reason:?}");
        assert!(outside.iter().all(through), "{bomb} does not work outside: {outside:?}");
        assert!(!inside.iter().any(through), "{bomb} got through: {inside:?}");
    }
    broker.stop();
}

#[test]
fn a_plan_that_is_too_wide_is_seen() {
    let Some(world) = World::open() else {
        println!("SKIP: agentos-attacks is not built beside the broker; build the whole workspace");
        return;
    };
    let broker = Broker::start();
    let mut client = broker.client();
    for (attack, key, access) in
        [("read-outside", "secret", Access::Read), ("write-outside", "outside", Access::Write)]
    {
        let place = world.get(key).expect("a place");
        let words = [attack.to_string(), format!("--{key}"), place.clone()];
        let mut plan = hostile(&broker, &mut client, &world, &format!("wide.{attack}"), &words);
        plan.mounts.push(Mount::Bind {
            source: place.clone(),
            target: place,
            access,
            recursive: false,
            exec: false,
        });
        let (inside, _) = run(&broker, &mut client, &plan);
        assert!(inside.iter().any(through), "{attack} was allowed and not seen: {inside:?}");
    }
    broker.stop();
}
