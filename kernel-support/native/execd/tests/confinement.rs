//! What an agent tries must fail, and what it needs must work.

mod common;

use agentos_plan::{Access, ExitStatus, Mount, mechanism as m};
use common::*;
use serde_json::json;
use std::collections::BTreeMap;

fn with_attacks(scratch: &Scratch, incarnation: &str, argument: Option<&str>) -> agentos_plan::Plan {
    let mut argv = vec!["/attacks"];
    argv.extend(argument);
    let mut plan = plan(scratch, incarnation, &argv);
    plan.mounts.push(Mount::Bind {
        source: attacks(scratch),
        target: "/attacks".into(),
        access: Access::Read,
        recursive: false,
        exec: true,
    });
    plan.env.insert("MARK".into(), "only this".into());
    plan
}

fn answers(text: &str) -> BTreeMap<String, String> {
    text.lines().filter_map(|l| l.split_once(": ")).map(|(k, v)| (k.to_string(), v.to_string())).collect()
}

#[test]
fn attacks_are_refused_with_the_documented_errors() {
    let broker = Broker::start();
    let mut client = broker.client();
    let exit = client.run(&with_attacks(&broker.scratch, "attack.1", None));
    let text = output(&broker.scratch);
    assert_eq!(end(exit), code(0), "{text}");
    let answers = answers(&text);
    let expected: &[(&str, &[i32])] = &[
        ("ptrace", &[libc::ENOSYS]),
        ("process_vm_readv", &[libc::ENOSYS]),
        ("process_vm_writev", &[libc::ENOSYS]),
        ("pidfd_getfd", &[libc::ENOSYS]),
        ("unshare user", &[libc::EPERM]),
        ("setns", &[libc::EPERM]),
        ("clone3", &[libc::ENOSYS]),
        ("clone user", &[libc::EPERM]),
        ("mount", &[libc::ENOSYS]),
        ("umount2", &[libc::ENOSYS]),
        ("fsopen", &[libc::ENOSYS]),
        ("open_tree", &[libc::ENOSYS]),
        ("move_mount", &[libc::ENOSYS]),
        ("mount_setattr", &[libc::ENOSYS]),
        ("pivot_root", &[libc::ENOSYS]),
        ("chroot", &[libc::EPERM]),
        ("io_uring_setup", &[libc::ENOSYS]),
        ("openat2", &[libc::ENOSYS]),
        ("open_by_handle_at", &[libc::ENOSYS]),
        ("name_to_handle_at", &[libc::ENOSYS]),
        ("userfaultfd", &[libc::ENOSYS]),
        ("bpf", &[libc::ENOSYS]),
        ("perf_event_open", &[libc::ENOSYS]),
        ("keyctl", &[libc::ENOSYS]),
        ("add_key", &[libc::ENOSYS]),
        ("kexec_load", &[libc::ENOSYS]),
        ("init_module", &[libc::EPERM]),
        ("reboot", &[libc::EPERM]),
        ("syslog", &[libc::EPERM]),
        ("vhangup", &[libc::EPERM]),
        ("swapon", &[libc::EPERM]),
        ("memfd_secret", &[libc::ENOSYS]),
        ("fanotify_init", &[libc::ENOSYS]),
        ("personality", &[libc::EPERM]),
        ("TIOCSTI", &[libc::EPERM]),
        ("TIOCSTI high", &[libc::EPERM]),
        ("socket raw", &[libc::EPERM]),
        ("socket packet", &[libc::EAFNOSUPPORT]),
        ("socket netlink", &[libc::EAFNOSUPPORT]),
        ("socket vsock", &[libc::EAFNOSUPPORT]),
        ("socket alg", &[libc::EAFNOSUPPORT]),
        ("socket mptcp", &[libc::EPROTONOSUPPORT]),
        ("setuid 0", &[libc::EINVAL, libc::EPERM]),
        ("setgid 0", &[libc::EINVAL, libc::EPERM]),
        ("unknown call", &[libc::ENOSYS]),
        ("write /", &[libc::EACCES, libc::EROFS]),
        ("write /usr", &[libc::EACCES, libc::EROFS]),
        ("mkdir /dev/x", &[libc::EACCES, libc::EROFS]),
        ("change /etc/passwd", &[libc::EACCES, libc::EROFS]),
        ("remove /etc/passwd", &[libc::EACCES, libc::EROFS]),
        ("read /etc/shadow", &[libc::ENOENT]),
        ("list /proc/1/root", &[libc::ENOENT, libc::EACCES]),
        ("read /proc/1/mem", &[libc::ENOENT, libc::EACCES]),
        ("read /proc/1/environ", &[libc::ENOENT, libc::EACCES]),
        ("list /proc/1/fd", &[libc::ENOENT, libc::EACCES]),
        ("write /proc/sysrq-trigger", &[libc::EROFS, libc::ENOENT]),
        ("write core_pattern", &[libc::EACCES, libc::EROFS]),
        ("write oom_score_adj", &[libc::EACCES, libc::EROFS]),
        ("write uid_map", &[libc::EACCES, libc::EROFS]),
        ("list /sys", &[libc::ENOENT]),
        ("open /dev/mem", &[libc::ENOENT]),
        ("open /dev/kmsg", &[libc::ENOENT]),
        ("open /dev/fuse", &[libc::ENOENT]),
        ("mknod", &[libc::EPERM, libc::EACCES]),
        ("connect abstract", &[libc::ECONNREFUSED, libc::EPERM]),
        ("connect tcp", &[libc::EACCES, libc::ENETUNREACH]),
        ("connect tcp6", &[libc::EACCES, libc::ENETUNREACH]),
        ("connect metadata", &[libc::EACCES, libc::ENETUNREACH]),
        ("connect loopback", &[libc::EACCES, libc::ECONNREFUSED]),
        ("listen tcp", &[libc::EACCES]),
        ("send udp", &[libc::ENETUNREACH]),
    ];
    for (name, allowed) in expected {
        let answer = answers.get(*name).unwrap_or_else(|| panic!("{name} was not tried: {text}"));
        let number: Result<i32, _> = answer.parse();
        assert!(number.is_ok_and(|n| allowed.contains(&n)), "{name}: {answer}, expected one of {allowed:?}");
    }
    let tried_only: Vec<_> = answers.keys().filter(|k| !expected.iter().any(|(n, _)| n == k)).collect();
    assert_eq!(tried_only, ["environment", "inherited", "kill init"], "attempts without an expectation");
    assert_eq!(answers["inherited"], "[]");
    assert_eq!(answers["environment"], "[\"MARK=only this\", \"PATH=/usr/bin:/bin:/usr/sbin\"]");
    broker.stop();
}

#[cfg(target_arch = "x86_64")]
#[test]
fn other_system_call_tables_are_fatal() {
    let broker = Broker::start();
    let mut client = broker.client();
    for (name, which) in [("fatal.1", "x32"), ("fatal.2", "int80")] {
        let exit = client.run(&with_attacks(&broker.scratch, name, Some(which)));
        if which == "int80" && exit.status == ExitStatus::Signal(libc::SIGSEGV) {
            println!("SKIP: this kernel has no 32-bit calls, so int 0x80 faults");
            continue;
        }
        assert_eq!(exit.status, ExitStatus::Signal(libc::SIGSYS), "{which}: {}", output(&broker.scratch));
    }
    broker.stop();
}

#[test]
fn a_setuid_program_gives_nothing() {
    if !is_root() {
        println!("SKIP: only root can make a setuid-root program to try");
        return;
    }
    let broker = Broker::start();
    let mut client = broker.client();
    let program = broker.scratch.path("setuid-id");
    let id = std::fs::canonicalize("/usr/bin/id").expect("id");
    std::fs::copy(id, &program).expect("a copy");
    std::fs::set_permissions(&program, std::os::unix::fs::PermissionsExt::from_mode(0o4755)).expect("setuid");
    let mut plan = plan(&broker.scratch, "setuid.1", &["/setuid-id", "-u"]);
    plan.mounts.push(Mount::Bind {
        source: program,
        target: "/setuid-id".into(),
        access: Access::Read,
        recursive: false,
        exec: true,
    });
    assert_eq!(end(client.run(&plan)), code(0));
    assert_eq!(output(&broker.scratch), "1000\n");
    broker.stop();
}

#[test]
fn capabilities_filter_and_privileges_read_as_they_should() {
    let broker = Broker::start();
    let mut client = broker.client();
    let script = "grep -E '^(Cap...|NoNewPrivs|Seccomp|Uid|Groups):' /proc/self/status; cat /proc/self/uid_map; hostname 2>/dev/null || cat /proc/sys/kernel/hostname";
    client.run(&shell(&broker.scratch, "status.1", script));
    let text = output(&broker.scratch);
    for name in ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"] {
        assert!(text.contains(&format!("{name}:\t0000000000000000\n")), "{text}");
    }
    assert!(text.contains("NoNewPrivs:\t1\n") && text.contains("Seccomp:\t2\n"), "{text}");
    assert!(text.contains("Uid:\t1000\t1000\t1000\t1000\n"), "{text}");
    assert!(text.contains("agent-under-test"), "{text}");
    broker.stop();
}

#[test]
fn a_read_bind_cannot_be_written_and_a_write_bind_can() {
    let broker = Broker::start();
    let mut client = broker.client();
    let (shared, private) = (broker.scratch.directory("shared"), broker.scratch.directory("private"));
    std::fs::write(format!("{private}/kept"), "kept").expect("a file");
    let mut plan = shell(
        &broker.scratch,
        "binds.1",
        "echo made > /shared/new; mkdir /shared/d && mv /shared/new /shared/d/moved; echo x > /private/kept; rm /private/kept; cat /private/kept",
    );
    let bind = |source: &str, target: &str, access| Mount::Bind {
        source: source.into(),
        target: target.into(),
        access,
        recursive: false,
        exec: false,
    };
    plan.mounts.push(bind(&shared, "/shared", Access::Write));
    plan.mounts.push(bind(&private, "/private", Access::Read));
    client.run(&plan);
    assert_eq!(std::fs::read_to_string(format!("{shared}/d/moved")).expect("written"), "made\n");
    assert_eq!(std::fs::read_to_string(format!("{private}/kept")).expect("kept"), "kept");
    assert!(output(&broker.scratch).ends_with("kept"), "{}", output(&broker.scratch));
    broker.stop();
}

#[test]
fn a_bind_without_exec_runs_nothing() {
    let broker = Broker::start();
    let mut client = broker.client();
    let directory = broker.scratch.directory("tools");
    std::fs::copy("/usr/bin/id", format!("{directory}/id")).expect("a copy");
    std::fs::set_permissions(format!("{directory}/id"), std::os::unix::fs::PermissionsExt::from_mode(0o755))
        .expect("its mode");
    let mut plan = plan(&broker.scratch, "noexec.1", &["/tools/id"]);
    plan.mounts.push(Mount::Bind {
        source: directory,
        target: "/tools".into(),
        access: Access::Read,
        recursive: false,
        exec: false,
    });
    client.spawn(&plan);
    assert_eq!(client.err("start", json!({ "incarnation": "noexec.1" }))["errno"], json!("EACCES"));
    broker.stop();
}

#[test]
fn bad_sources_are_refused_and_leave_nothing() {
    let broker = Broker::start();
    let mut client = broker.client();
    let real = broker.scratch.directory("real");
    let link = broker.scratch.path("link");
    std::os::unix::fs::symlink(&real, &link).expect("a link");
    let through = format!("{link}/below");
    std::fs::create_dir(format!("{real}/below")).expect("a directory");
    for (name, source, errno) in [
        ("source.1", link.clone(), "ELOOP"),
        ("source.2", through, "ELOOP"),
        ("source.3", broker.scratch.path("absent"), "ENOENT"),
    ] {
        let mut plan = shell(&broker.scratch, name, "true");
        plan.mounts.push(Mount::Bind {
            source: source.clone(),
            target: "/x".into(),
            access: Access::Read,
            recursive: false,
            exec: true,
        });
        let error = client.err("spawn", json!({ "plan": plan }));
        assert_eq!((&error["code"], &error["errno"]), (&json!("spawn.failed"), &json!(errno)), "{error}");
        assert_eq!(error["step"], json!(format!("source:{source}")));
    }
    assert_eq!(client.ok("list", json!({}))["sandboxes"], json!([]));
    broker.stop();
}

#[test]
fn the_broker_is_no_confused_deputy() {
    if !is_root() {
        println!("SKIP: without root the broker has no more rights than the owner");
        return;
    }
    let broker = Broker::start();
    let mut client = broker.client();
    let secret = Scratch::new();
    std::os::unix::fs::chown(&secret.0, Some(0), Some(0)).expect("root's");
    std::fs::write(secret.0.join("file"), "secret").expect("a file");
    let mut bound = shell(&broker.scratch, "deputy.1", "cat /secret");
    bound.mounts.push(Mount::Bind {
        source: secret.path("file"),
        target: "/secret".into(),
        access: Access::Read,
        recursive: false,
        exec: false,
    });
    let error = client.err("spawn", json!({ "plan": bound }));
    assert_eq!(error["errno"], json!("EACCES"), "{error}");
    let mut written = shell(&broker.scratch, "deputy.2", "echo x");
    written.stdio.stdout = Some(secret.path("file"));
    let error = client.err("spawn", json!({ "plan": written }));
    assert_eq!((&error["step"], &error["errno"]), (&json!("stdio:stdout"), &json!("EACCES")), "{error}");
    broker.stop();
}

#[test]
fn nothing_is_created_in_a_directory_of_the_host() {
    let broker = Broker::start();
    let mut client = broker.client();
    let shared = broker.scratch.directory("host");
    let mut plan = shell(&broker.scratch, "create.1", "true");
    plan.mounts.push(Mount::Bind {
        source: shared.clone(),
        target: "/host".into(),
        access: Access::Write,
        recursive: false,
        exec: false,
    });
    plan.mounts.push(Mount::Tmpfs { target: "/host/new".into(), size_bytes: 65_536 });
    let error = client.err("spawn", json!({ "plan": plan }));
    assert_eq!(error["step"], json!("mount:/host/new"), "{error}");
    assert_eq!(std::fs::read_dir(&shared).expect("it is there").count(), 0);
    broker.stop();
}

#[test]
fn output_through_a_link_is_refused() {
    let broker = Broker::start();
    let mut client = broker.client();
    let real = broker.scratch.file("real-out", "");
    std::os::unix::fs::symlink(&real, broker.scratch.path("out-link")).expect("a link");
    let mut plan = shell(&broker.scratch, "link.1", "echo x");
    plan.stdio.stdout = Some(broker.scratch.path("out-link"));
    let error = client.err("spawn", json!({ "plan": plan }));
    assert_eq!((&error["step"], &error["errno"]), (&json!("stdio:stdout"), &json!("ELOOP")), "{error}");
    broker.stop();
}

#[test]
fn two_sandboxes_do_not_see_each_other() {
    let broker = Broker::start();
    let mut client = broker.client();
    client.spawn(&shell(&broker.scratch, "pair.1", "echo secret > /tmp/mine; sleep 98764"));
    client.on("start", "pair.1");
    eventually("the first", || is_running("98764"));
    let second = Scratch::new();
    client.run(&shell(
        &second,
        "pair.2",
        "ls /tmp; for p in /proc/[0-9]*; do tr '\\0' ' ' < $p/cmdline; echo; done",
    ));
    let text = output(&second);
    assert!(!text.contains("mine") && !text.contains("98764"), "{text}");
    client.on("kill", "pair.1");
    client.exited("pair.1");
    broker.stop();
}

#[test]
fn proc_tells_nothing_about_the_host() {
    let broker = Broker::start();
    let mut client = broker.client();
    let script = "cat /proc/kallsyms /proc/keys /proc/timer_list 2>/dev/null | wc -c; ls /proc | grep -c '^[0-9]'; \
        cat /proc/self/mountinfo | grep -c ' /proc ro,'; wc -l < /proc/net/dev";
    client.run(&shell(&broker.scratch, "proc.1", script));
    // Only the pipeline of the script itself is visible, never init; only the loopback interface exists.
    let text = output(&broker.scratch);
    let lines: Vec<i64> = text.lines().filter_map(|l| l.trim().parse().ok()).collect();
    assert!(matches!(lines[..], [0, 2..=4, 1, 3]), "{text}");
    broker.stop();
}

#[test]
fn usual_programs_run() {
    let broker = Broker::start();
    let mut client = broker.client();
    for (i, (needs, script, expected)) in [
        ("/usr/bin/ls", "ls -la / | head -1; date +%Y | wc -c; seq 3 | sort -r | head -1", "3"),
        ("/usr/bin/python3", "python3 -c 'import threading,subprocess,tempfile,socket;t=threading.Thread(target=lambda:None);t.start();t.join();print(subprocess.check_output([\"echo\",\"py\"]).decode())'", "py"),
        ("/usr/bin/git", "export HOME=/workspace; git init -q r && cd r && git -c user.name=a -c user.email=a@b commit -q --allow-empty -m one && git log --format=%s", "one"),
        ("/usr/bin/node", "node -e 'require(\"worker_threads\");require(\"fs\").promises.readdir(\"/\").then(()=>console.log(\"node\"))'", "node"),
        ("/usr/bin/curl", "curl -sS --max-time 5 http://1.1.1.1/ 2>&1; echo curl $?", "curl 7"),
        ("/usr/bin/openssl", "openssl rand -hex 4 | wc -c", "9"),
        ("/usr/bin/perl", "perl -e 'print \"perl\\n\" if fork == 0 or wait > 0' | tail -1", "perl"),
    ]
    .into_iter()
    .enumerate()
    {
        if !std::path::Path::new(needs).exists() {
            println!("SKIP: {needs} is not installed");
            continue;
        }
        let scratch = Scratch::new();
        let mut plan = shell(&scratch, &format!("usual.{i}"), script);
        plan.limits.pids = Some(128);
        client.run(&plan);
        let text = output(&scratch);
        assert!(text.contains(expected), "{needs}: {text}");
    }
    broker.stop();
}

#[test]
fn a_java_virtual_machine_runs() {
    let Some(home) = java_home() else {
        println!(
            "SKIP: no Java virtual machine that the owner can read is installed; JAVA_HOME may name one"
        );
        return;
    };
    let broker = Broker::start();
    let mut client = broker.client();
    let source = broker.scratch.file(
        "Main.java",
        "public class Main { public static void main(String[] a) throws Exception { \
         Thread t = new Thread(() -> System.out.println(\"thread\")); t.start(); t.join(); System.gc(); \
         System.out.println(new String(new ProcessBuilder(\"echo\", \"child\").start().getInputStream().readAllBytes())); } }",
    );
    let mut plan =
        plan(&broker.scratch, "java.1", &[&format!("{home}/bin/java"), "-Xmx64m", "/workspace/Main.java"]);
    let bind = |path: &str, target: &str| Mount::Bind {
        source: path.into(),
        target: target.into(),
        access: Access::Read,
        recursive: false,
        exec: true,
    };
    if !home.starts_with("/usr/") {
        plan.mounts.push(bind(&home, &home));
    }
    for entry in std::fs::read_dir("/etc").expect("/etc").flatten() {
        let path = entry.path().display().to_string();
        if path.starts_with("/etc/java-") {
            plan.mounts.push(bind(&path, &path));
        }
    }
    plan.mounts.push(bind(&source, "/workspace/Main.java"));
    let exit = client.run(&plan);
    let text = output(&broker.scratch);
    assert_eq!(end(exit), code(0), "{text}");
    assert!(text.contains("thread") && text.contains("child"), "{text}");
    broker.stop();
}

/// JAVA_HOME where the owner can reach it, else the system's Java.
fn java_home() -> Option<String> {
    let named = std::env::var("JAVA_HOME").ok().map(|h| format!("{h}/bin/java"));
    let readable = |program: &std::path::PathBuf| {
        use std::os::unix::fs::PermissionsExt;
        program
            .ancestors()
            .skip(1)
            .all(|d| std::fs::metadata(d).is_ok_and(|m| m.permissions().mode() & 0o005 == 0o005))
    };
    let program = [named, Some("/usr/bin/java".to_string())]
        .into_iter()
        .flatten()
        .filter_map(|p| std::fs::canonicalize(p).ok())
        .find(readable)?;
    program.parent()?.parent()?.to_str().map(str::to_string)
}

#[test]
fn a_program_behind_the_tightest_plan_still_gets_its_receipt() {
    let broker = Broker::start();
    let mut client = broker.client();
    let mut plan = plan(&broker.scratch, "tight.1", &["/attacks"]);
    plan.mounts.retain(|m| !matches!(m, Mount::Proc { .. } | Mount::Dev { .. } | Mount::Tmpfs { .. }));
    plan.workdir = "/".into();
    let receipt = client.spawn(&plan)["receipt"].clone();
    let cgroup = receipt
        .as_array()
        .and_then(|r| r.iter().find(|l| l["mechanism"] == json!(m::NAMESPACE_CGROUP)).cloned());
    assert_eq!(cgroup.map(|l| l["actual"].clone()), Some(json!("enforced")));
    client.on("kill", "tight.1");
    client.exited("tight.1");
    broker.stop();
}
