//! What the kernel says of a sandbox that is being built: the limits of its groups, who is in them, and which ways out its
//! network has. Taken while init builds, so that nobody waits for it.

use crate::cgroup::Leaf;
use agentos_plan::Limits;
use std::fs;

/// What a file of a group says, and of which version the group is.
pub type Reading = Option<(String, Option<u64>)>;

/// A network namespace from outside.
#[derive(Debug, PartialEq, Eq)]
pub struct Network {
    pub interfaces: Vec<String>,
    pub ipv4_routes: usize,
}

#[derive(Debug)]
pub struct Readings {
    /// Whether init is in every group of the sandbox.
    pub in_groups: bool,
    pub memory: Reading,
    pub pids: Reading,
    /// Thousandths of a processor.
    pub cpu: Reading,
    /// How swap is prevented, and whether it is.
    pub swap: Option<(String, bool)>,
    /// Whether the group shows the rate asked for.
    pub io: Option<bool>,
    pub weight: Option<u64>,
    pub burst: Option<u64>,
    pub idle: bool,
    pub network: Option<Network>,
}

impl Readings {
    /// Reads back what was written for these limits. Init must be in its groups by now.
    pub fn take(leaf: &Leaf, limits: &Limits, init_pid: i32) -> Self {
        Readings {
            in_groups: leaf.holds(init_pid),
            memory: leaf.memory_reading(),
            pids: leaf.pids_reading(),
            cpu: leaf.cpu_reading(),
            swap: limits.memory_bytes.and_then(|bytes| leaf.swap_reading(bytes)),
            io: limits.io_bytes_per_second.and_then(|rate| leaf.io_reading(rate)),
            weight: leaf.weight_reading(),
            burst: leaf.burst_reading(),
            idle: leaf.is_idle(),
            network: network(init_pid),
        }
    }
}

/// The tables of the network namespace of a process; `None` where they cannot be read.
fn network(pid: i32) -> Option<Network> {
    let table = |name: &str| fs::read_to_string(format!("/proc/{pid}/net/{name}")).ok();
    Some(parse(&table("dev")?, &table("route")?))
}

fn parse(devices: &str, routes: &str) -> Network {
    Network {
        interfaces: devices.lines().filter_map(|l| Some(l.split_once(':')?.0.trim().to_string())).collect(),
        ipv4_routes: routes.lines().skip(1).filter(|l| !l.trim().is_empty()).count(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEVICES: &str = "Inter-|   Receive                                                |  Transmit\n \
        face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs\n";
    const ROUTES: &str =
        "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n";

    #[test]
    fn loopback_alone_has_no_route() {
        let found = parse(&format!("{DEVICES}    lo:       0       0    0\n"), ROUTES);
        assert_eq!(found, Network { interfaces: vec!["lo".to_string()], ipv4_routes: 0 });
    }

    #[test]
    fn another_interface_and_its_routes_are_seen() {
        let devices = format!("{DEVICES}    lo:       0       0    0\n  eth0: 9133    71    0\n");
        let routes = format!("{ROUTES}eth0\t00000000\t0100000A\t0003\t0\t0\t0\t00000000\t0\t0\t0\n");
        let found = parse(&devices, &routes);
        assert_eq!(found, Network { interfaces: vec!["lo".to_string(), "eth0".to_string()], ipv4_routes: 1 });
    }
}
