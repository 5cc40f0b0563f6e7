//! The enforcement receipt: what was declared against what holds, with the evidence.

use crate::cgroup::{Cgroups, Leaf};
use crate::host::{Host, freezer_name};
use agentos_init::protocol::{Probe, StepError};
use agentos_plan::{Limits, Plan, ReceiptLine, Standing, mechanism as m};

/// Writes the receipt. A limit that the host has but that does not read back as asked is an error.
pub fn write(
    host: &Host,
    plan: &Plan,
    leaf: &Leaf,
    init_pid: i32,
    probes: &[Probe],
    cgroups: &Cgroups,
) -> Result<Vec<ReceiptLine>, StepError> {
    let mut lines = Vec::with_capacity(18);
    for name in ALWAYS {
        lines.push(probed(host, probes, name));
    }
    let in_groups = leaf.holds(init_pid);
    let limits: &Limits = &plan.limits;
    lines.push(counted(
        host,
        m::LIMIT_MEMORY,
        limits.memory_bytes,
        leaf.memory_reading(),
        in_groups,
        Rounding::DownToPage,
    )?);
    let pids = leaf.pids_reading();
    if pids.is_none() && host.pids_by_rlimit && limits.pids.is_some() {
        lines.push(line(
            m::LIMIT_PIDS,
            true,
            Standing::Enforced,
            "RLIMIT_NPROC",
            "counted per user namespace on this host",
        ));
    } else {
        lines.push(counted(host, m::LIMIT_PIDS, limits.pids, pids, in_groups, Rounding::None)?);
    }
    lines.push(counted(
        host,
        m::LIMIT_CPU,
        limits.cpu_millis,
        leaf.cpu_reading(),
        in_groups,
        Rounding::None,
    )?);
    for (name, asked) in [(m::LIMIT_FILES, limits.open_files), (m::LIMIT_FILE_SIZE, limits.file_bytes)] {
        let mut entry = probed(host, probes, name);
        if asked.is_none() {
            entry.declared = false;
            entry.actual = Standing::NotAsked;
        }
        lines.push(entry);
    }
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

enum Rounding {
    None,
    /// The kernel keeps memory limits in whole pages.
    DownToPage,
}

fn counted(
    host: &Host,
    name: &str,
    asked: Option<u64>,
    reading: Option<(String, Option<u64>)>,
    in_groups: bool,
    rounding: Rounding,
) -> Result<ReceiptLine, StepError> {
    let reason = host.find(name).map_or("", |l| l.detail.as_str());
    match (asked, reading) {
        (None, _) => Ok(line(name, false, Standing::NotAsked, "", "")),
        (Some(_), None) => Ok(line(name, true, Standing::Missing, reason, "")),
        (Some(asked), Some((how, reads))) => {
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
                Ok(line(name, true, Standing::Enforced, &how, &text))
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
