//! Every attack with its name, the line of the threat list that it stands for, and how to ask for its explanation.

use crate::attacks::{bombs, exchange, files, kernel, network, privileges, processes, sockets};
use crate::attempt::Try;
use crate::setting::Setting;

pub struct Attack {
    pub name: &'static str,
    /// The line of the threat list.
    pub line: &'static str,
    pub what: &'static str,
    /// What to ask the service about it: operation and target. `{key}` in a target stands for that setting.
    pub explain: (&'static str, &'static str),
    /// It may take its whole sandbox down, so it gets one of its own.
    pub alone: bool,
    pub run: fn(&Setting) -> Vec<Try>,
}

macro_rules! attacks {
    ($($name:literal $line:literal $what:literal $operation:literal $target:literal $alone:literal $run:expr;)*) => {
        &[$(Attack {
            name: $name,
            line: $line,
            what: $what,
            explain: ($operation, $target),
            alone: $alone,
            run: $run,
        }),*]
    };
}

pub const ATTACKS: &[Attack] = attacks![
    "write-outside" "write outside the root" "makes a file in a folder of the host that its user may write"
        "write" "{outside}/x" false files::write_outside;
    "write-system" "write outside the root" "opens system files for writing"
        "write" "/etc/passwd" false files::write_system;
    "read-outside" "/proc/1/root, /proc/self/root" "reads a file of the host by every way around the own root"
        "read" "{secret}" false files::read_outside;
    "another-agent" "another agent's mem, environ, sockets" "reads, signals and talks to another agent"
        "read" "/proc/{victim-pid}/environ" false processes::another_agent;
    "tracing" "ptrace, process_vm_*; pidfd_getfd" "reaches into a process of its own"
        "syscall" "ptrace" false processes::tracing;
    "namespaces" "unshare -U, clone3" "makes and enters namespaces"
        "syscall" "unshare" false privileges::namespaces;
    "mounts" "mount, fsopen, open_tree, pivot_root" "mounts by the old and the new calls"
        "syscall" "mount" false kernel::mounts;
    "control-groups" "cgroup writes, release_agent" "leaves or changes its control group"
        "write" "/sys/fs/cgroup/cgroup.procs" false privileges::control_groups;
    "devices" "/dev/mem, kmsg, fuse" "opens and makes devices"
        "read" "/dev/mem" false files::devices;
    "kernel-files" "/sys/kernel" "opens what steers or shows the kernel"
        "write" "/sys/kernel/uevent_helper" false files::kernel_files;
    "interfaces" "bpf, keyctl, userfaultfd, io_uring, perf" "asks for kernel interfaces that no agent needs"
        "syscall" "bpf" false kernel::interfaces;
    "socket-families" "raw, packet, netlink, vsock" "opens sockets to the kernel and below TCP"
        "socket" "packet" false sockets::families;
    "abstract-sockets" "abstract Unix sockets" "talks to a listener of the host that has no path"
        "connect" "@{abstract}" false sockets::abstract_names;
    "services" "agentd's own socket" "connects to agentd, its broker and services of the host"
        "connect" "{agentd}" false sockets::services;
    "inherited" "inherited descriptors" "uses descriptors that were open before it started"
        "inherit" "3" false files::inherited;
    "terminals" "TIOCSTI" "types into a terminal"
        "ioctl" "TIOCSTI" false kernel::terminals;
    "setuid" "setuid binaries" "runs programs that would give it root or capabilities"
        "setuid" "{setuid}" false privileges::setuid_programs;
    "identities" "setuid binaries" "takes other ids and capabilities"
        "identity" "0" false privileges::identities;
    "links" "hard-link and symlink races in exchange directories" "makes links in a folder shared with the outside"
        "read" "{secret}" false exchange::links;
    "foreign-calls" "x32 and foreign-arch syscalls" "uses the call tables of other architectures"
        "syscall" "int80" false kernel::foreign_calls;
    "own-programs" "write-a-script-and-run-it" "writes programs and runs them; what they try is refused too"
        "read" "{secret}" false privileges::own_programs;
    "fork-bomb" "fork bomb" "makes processes" "limit" "pids" true bombs::forks;
    "thread-bomb" "thread bomb" "makes threads" "limit" "threads" true bombs::threads;
    "descriptor-bomb" "descriptor bomb" "opens files and pipes" "limit" "open-files" true bombs::descriptors;
    "memory-bomb" "memory bomb" "touches memory" "limit" "memory" true bombs::memory;
    "memory-file-bomb" "memory bomb" "fills a file in memory" "limit" "memory" true bombs::shared_memory;
    "disk-bomb" "disk bomb" "fills a folder" "limit" "{limit}" true bombs::disk;
    "inode-bomb" "inode bomb" "makes files" "limit" "{limit}" true bombs::inodes;
    "direct" "direct IP, IPv6, QUIC" "connects straight to an address"
        "connect" "{tcp4}" false network::direct;
    "host-loopback" "host loopback" "connects to services on the host's loopback"
        "connect" "127.0.0.1:{loop4}" false network::host_loopback;
    "metadata" "link-local metadata" "asks for the machine's credentials"
        "connect" "169.254.169.254:80" false network::metadata;
    "names" "DNS tunnel" "carries data out in questions about names"
        "connect" "udp:{dns}" false network::names;
    "proxy" "CONNECT to a denied host, CONNECT ≠ SNI" "asks the proxy for what the contract does not name"
        "connect" "{denied}" false network::proxy;
];

pub fn find(name: &str) -> Option<&'static Attack> {
    ATTACKS.iter().find(|attack| attack.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn names_are_unique_and_every_attack_says_what_it_does() {
        let names: BTreeSet<&str> = ATTACKS.iter().map(|a| a.name).collect();
        assert_eq!(names.len(), ATTACKS.len());
        for attack in ATTACKS {
            assert!(
                !attack.line.is_empty() && !attack.what.is_empty() && !attack.explain.0.is_empty(),
                "{}",
                attack.name
            );
        }
    }
}
