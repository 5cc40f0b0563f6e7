//! The enforcement receipt: what was declared against what holds, with the evidence.

use crate::cgroup::Cgroups;
use crate::host::{Host, freezer_name};
use crate::readings::{Network, Reading, Readings};
use agentos_init::class;
use agentos_init::protocol::{Probe, StepError};
use agentos_plan::{Limits, Plan, ReceiptLine, Schedule, Standing, mechanism as m};
use agentos_sys::schedule::Attributes;

/// Writes the receipt. A limit that the host has but that does not read back as asked is an error.
pub fn write(
    host: &Host,
    plan: &Plan,
    now: &Readings,
    probes: &[Probe],
    seen: Option<Attributes>,
    cgroups: &Cgroups,
) -> Result<Vec<ReceiptLine>, StepError> {
    let mut lines = Vec::with_capacity(32);
    for name in ALWAYS {
        lines.push(probed(host, probes, name));
    }
    let in_groups = now.in_groups;
    let limits: &Limits = &plan.limits;
    lines.push(counted(
        host,
        m::LIMIT_MEMORY,
        limits.memory_bytes,
        &now.memory,
        in_groups,
        Rounding::DownToPage,
    )?);
    if now.pids.is_none() && host.pids_by_rlimit && limits.pids.is_some() {
        lines.push(line(
            m::LIMIT_PIDS,
            true,
            Standing::Enforced,
            "RLIMIT_NPROC",
            "counted per user namespace on this host",
        ));
    } else {
        lines.push(counted(host, m::LIMIT_PIDS, limits.pids, &now.pids, in_groups, Rounding::None)?);
    }
    lines.push(counted(host, m::LIMIT_CPU, limits.cpu_millis, &now.cpu, in_groups, Rounding::None)?);
    for (name, asked) in [(m::LIMIT_FILES, limits.open_files), (m::LIMIT_FILE_SIZE, limits.file_bytes)] {
        let mut entry = probed(host, probes, name);
        if asked.is_none() {
            entry.declared = false;
            entry.actual = Standing::NotAsked;
        }
        lines.push(entry);
    }
    lines.push(deleted_files(host, limits));
    lines.push(swap(host, limits, now));
    lines.push(io(host, limits, now));
    lines.push(if plan.identity.own_uid {
        let reason = host.find(m::OWN_UID).map_or("", |l| l.detail.as_str());
        line(m::OWN_UID, true, Standing::Missing, reason, "")
    } else {
        line(m::OWN_UID, false, Standing::NotAsked, "", "")
    });
    lines.extend(classes(host, plan, now, probes, seen));
    lines.push(no_route(&lines, now));
    let mut doors = probed(host, probes, m::DOORS);
    if plan.doors.is_empty() {
        doors = line(m::DOORS, false, Standing::NotAsked, "", "");
    }
    lines.push(doors);
    lines.push(line(
        m::FREEZE,
        true,
        Standing::Enforced,
        freezer_name(cgroups),
        "tried when it is asked for",
    ));
    let kill = host.find(m::KILL_TREE).map_or("", |l| l.detail.as_str());
    lines.push(line(
        m::KILL_TREE,
        true,
        Standing::Enforced,
        kill,
        "the agent's init is pid 1 of its own namespace",
    ));
    Ok(lines)
}

/// Whether the sandbox has any way out but its doors. Where the kernel's tables cannot be read, it stands and falls with the
/// namespace's own line.
fn no_route(lines: &[ReceiptLine], now: &Readings) -> ReceiptLine {
    let (actual, probe) = match &now.network {
        Some(Network { interfaces, ipv4_routes }) => (
            if interfaces[..] == ["lo"] && *ipv4_routes == 0 {
                Standing::Enforced
            } else {
                Standing::Missing
            },
            format!("interfaces: {}; IPv4 routes: {ipv4_routes}", interfaces.join(", ")),
        ),
        None => (
            lines.iter().find(|l| l.mechanism == m::NAMESPACE_NET).map_or(Standing::Missing, |l| l.actual),
            "by namespace.net; its tables are not readable for the broker".to_string(),
        ),
    };
    line(m::NO_ROUTE, true, actual, "own network namespace with loopback alone", &probe)
}

/// A limit on one file is part of a limit on disk space, which counts deleted files too.
fn deleted_files(host: &Host, limits: &Limits) -> ReceiptLine {
    let name = m::LIMIT_DELETED_FILES;
    match (limits.file_bytes, host.find(name)) {
        (None, _) => line(name, false, Standing::NotAsked, "", ""),
        (Some(_), Some(found)) if found.available => {
            line(name, true, Standing::Enforced, &found.detail, "tried at the start of the broker")
        }
        (Some(_), found) => line(name, true, Standing::Missing, found.map_or("", |l| l.detail.as_str()), ""),
    }
}

const ALWAYS: &[&str] = &[
    m::NAMESPACE_USER,
    m::NAMESPACE_MOUNT,
    m::NAMESPACE_PID,
    m::NAMESPACE_NET,
    m::NAMESPACE_IPC,
    m::NAMESPACE_UTS,
    m::NAMESPACE_CGROUP,
    m::ROOT_READONLY,
    m::LANDLOCK,
    m::SECCOMP,
    m::NO_NEW_PRIVS,
];

fn line(name: &str, declared: bool, actual: Standing, how: &str, probe: &str) -> ReceiptLine {
    ReceiptLine {
        mechanism: name.to_string(),
        declared,
        actual,
        how: how.to_string(),
        probe: probe.to_string(),
    }
}

fn probed(host: &Host, probes: &[Probe], name: &str) -> ReceiptLine {
    let how = match name {
        m::LANDLOCK => format!("ABI {}", host.landlock_abi),
        m::SECCOMP => "allow-list; foreign architectures are killed".to_string(),
        m::ROOT_READONLY => "tmpfs remounted read-only".to_string(),
        m::DOORS if host.landlock_abi >= 4 => {
            "init forwards; Landlock allows TCP to these ports only".to_string()
        }
        m::DOORS => "init forwards; nothing else listens in the network namespace".to_string(),
        m::NO_NEW_PRIVS => "prctl, before the filter".to_string(),
        m::LIMIT_FILES | m::LIMIT_FILE_SIZE => "rlimit".to_string(),
        m::NAMESPACE_NET | m::NAMESPACE_IPC | m::NAMESPACE_UTS => "unshare by the first process".to_string(),
        _ => "clone3".to_string(),
    };
    let how = match name {
        m::NAMESPACE_CGROUP => "unshare after placement".to_string(),
        m::NAMESPACE_MOUNT => "unshare, then pivot_root".to_string(),
        _ => how,
    };
    match probes.iter().find(|p| p.mechanism == name) {
        Some(p) if p.confined => line(name, true, Standing::Enforced, &how, &p.text),
        Some(p) => line(name, true, Standing::Missing, &how, &p.text),
        None => line(name, true, Standing::Missing, &how, "not probed"),
    }
}

fn swap(host: &Host, limits: &Limits, now: &Readings) -> ReceiptLine {
    let reason = host.find(m::LIMIT_SWAP).map_or("", |l| l.detail.as_str());
    match (limits.memory_bytes, &now.swap) {
        (None, _) => line(m::LIMIT_SWAP, false, Standing::NotAsked, "", ""),
        (Some(_), Some((how, true))) => line(m::LIMIT_SWAP, true, Standing::Enforced, how, "read back"),
        (Some(_), _) => line(m::LIMIT_SWAP, true, Standing::Missing, reason, ""),
    }
}

fn io(host: &Host, limits: &Limits, now: &Readings) -> ReceiptLine {
    let reason = host.find(m::LIMIT_IO).map_or("", |l| l.detail.as_str());
    let Some(rate) = limits.io_bytes_per_second else {
        return line(m::LIMIT_IO, false, Standing::NotAsked, "", "");
    };
    match now.io {
        Some(true) => line(m::LIMIT_IO, true, Standing::Enforced, reason, &format!("limit reads {rate}")),
        Some(false) => line(m::LIMIT_IO, true, Standing::Missing, reason, "the limit does not read back"),
        None if host.find(m::LIMIT_IO).is_some_and(|l| l.available) => line(
            m::LIMIT_IO,
            true,
            Standing::Missing,
            "no writable bind lies on a disk that can be limited",
            "",
        ),
        None => line(m::LIMIT_IO, true, Standing::Missing, reason, ""),
    }
}

/// The lines of the latency class. `seen` is what the held agent itself reads.
fn classes(
    host: &Host,
    plan: &Plan,
    now: &Readings,
    probes: &[Probe],
    seen: Option<Attributes>,
) -> Vec<ReceiptLine> {
    let reason = |name: &str| host.find(name).map_or("", |l| l.detail.as_str());
    let answer = |name: &str, holds: Option<bool>, probe: String| match holds {
        None => line(name, false, Standing::NotAsked, "", ""),
        Some(true) => line(name, true, Standing::Enforced, reason(name), &probe),
        Some(false) => line(name, true, Standing::Missing, reason(name), &probe),
    };
    let says = seen.map_or_else(
        || "not asked from inside".to_string(),
        |s| {
            format!(
                "policy {}, runtime {} ns, deadline {} ns, period {} ns",
                s.policy, s.runtime, s.deadline, s.period
            )
        },
    );
    let as_wanted = |class: &Schedule| {
        class::wanted(class).zip(seen).is_some_and(|(wanted, seen)| {
            // Where nothing is wanted the kernel shows its own default.
            (wanted.policy, wanted.deadline, wanted.period) == (seen.policy, seen.deadline, seen.period)
                && (wanted.runtime == 0 || wanted.runtime == seen.runtime)
                && seen.flags & wanted.flags == wanted.flags
        })
    };
    let class = plan.schedule.as_ref();
    let hrt = class.filter(|c| matches!(c, Schedule::Hrt { .. }));
    let (weight, slice, burst) = match class {
        Some(Schedule::Srt { weight, slice_us, burst_us }) => (*weight, *slice_us, *burst_us),
        _ => (None, None, None),
    };
    let locked = probes.iter().find(|p| p.mechanism == m::SCHEDULE_LOCKED);
    let idle = matches!(class, Some(Schedule::Dt {}));
    let reads = |n: Option<u64>| n.map_or("nothing to read".to_string(), |n| format!("reads {n}"));
    vec![
        answer(m::SCHEDULE_DEADLINE, hrt.map(as_wanted), says.clone()),
        answer(
            m::SCHEDULE_LOCKED,
            hrt.map(|_| locked.is_some_and(|p| p.confined)),
            locked.map_or(String::new(), |p| p.text.clone()),
        ),
        answer(m::SCHEDULE_WEIGHT, weight.map(|w| now.weight == Some(w)), reads(now.weight)),
        answer(m::SCHEDULE_SLICE, slice.and(class).map(as_wanted), says.clone()),
        answer(m::SCHEDULE_BURST, burst.map(|b| now.burst == Some(b)), reads(now.burst)),
        answer(
            m::SCHEDULE_IDLE,
            class.filter(|_| idle).map(|c| as_wanted(c) && now.idle),
            format!("{says}; the group is {}", if now.idle { "idle" } else { "not idle" }),
        ),
        answer(
            m::COUNT_DEADLINE_OVERRUNS,
            hrt.map(|c| as_wanted(c) && host.counts_overruns()),
            "looked at ten times a second".to_string(),
        ),
    ]
}

enum Rounding {
    None,
    /// The kernel keeps memory limits in whole pages.
    DownToPage,
}

fn counted(
    host: &Host,
    name: &str,
    asked: Option<u64>,
    reading: &Reading,
    in_groups: bool,
    rounding: Rounding,
) -> Result<ReceiptLine, StepError> {
    let reason = host.find(name).map_or("", |l| l.detail.as_str());
    match (asked, reading) {
        (None, _) => Ok(line(name, false, Standing::NotAsked, "", "")),
        (Some(_), None) => Ok(line(name, true, Standing::Missing, reason, "")),
        (Some(asked), Some((how, reads))) => {
            let reads = *reads;
            let expected = match rounding {
                Rounding::None => asked,
                Rounding::DownToPage => asked / 4096 * 4096,
            };
            let text = format!(
                "limit reads {}; first process {} the group",
                reads.map_or("nothing".to_string(), |r| r.to_string()),
                if in_groups { "is in" } else { "is not in" }
            );
            if in_groups && reads.is_some_and(|r| r <= asked && r >= expected.saturating_sub(65_536)) {
                Ok(line(name, true, Standing::Enforced, how, &text))
            } else {
                Err(StepError {
                    step: name.to_string(),
                    errno: None,
                    message: format!("{text}; report this host"),
                })
            }
        }
    }
}
