//! The system call policy, and its translation to a filter.
//!
//! The list is an allow-list: what is not named is refused with EPERM, and a number beyond the newest known call
//! with ENOSYS, so that programs fall back. SECURITY.md gives the reason for each group.

use agentos_sys::seccomp::Instruction;
use std::collections::BTreeMap;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Action {
    Allow,
    Errno(i32),
    /// New namespaces are refused, processes and threads are not.
    Clone,
    Socket,
    Ioctl,
    Personality,
    /// A process stays as open to be looked into as it is.
    Prctl,
}

#[cfg(target_arch = "x86_64")]
const ARCHITECTURE: u32 = 0xc000_003e;
#[cfg(target_arch = "aarch64")]
const ARCHITECTURE: u32 = 0xc000_00b7;
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
compile_error!("the system call policy is written for x86_64 and aarch64");

/// Bit that selects the x32 table on x86_64.
const X32_BIT: u32 = 0x4000_0000;

macro_rules! calls {
    ($($name:ident)*) => { &[$(libc::$name),*] };
}

const ALLOWED: &[libc::c_long] = calls!(
    SYS_accept SYS_accept4 SYS_bind SYS_brk SYS_capget SYS_capset SYS_chdir SYS_clock_getres SYS_clock_gettime
    SYS_clock_nanosleep SYS_close SYS_close_range SYS_connect SYS_copy_file_range SYS_dup SYS_dup3
    SYS_epoll_create1 SYS_epoll_ctl SYS_epoll_pwait SYS_epoll_pwait2 SYS_eventfd2 SYS_execve SYS_execveat SYS_exit
    SYS_exit_group SYS_faccessat SYS_faccessat2 SYS_fallocate SYS_fchdir SYS_fchmod SYS_fchmodat
    SYS_fchown SYS_fchownat SYS_fcntl SYS_fdatasync SYS_fgetxattr SYS_flistxattr SYS_flock SYS_fremovexattr
    SYS_fsetxattr SYS_fstat SYS_fstatfs SYS_fsync SYS_ftruncate SYS_futex SYS_futex_waitv SYS_getcpu SYS_getcwd
    SYS_getdents64 SYS_getegid SYS_geteuid SYS_getgid SYS_getgroups SYS_getitimer SYS_get_mempolicy
    SYS_getpeername SYS_getpgid SYS_getpid SYS_getppid SYS_getpriority SYS_getrandom SYS_getresgid SYS_getresuid
    SYS_get_robust_list SYS_getrlimit SYS_getrusage SYS_getsid SYS_getsockname SYS_getsockopt SYS_gettid
    SYS_gettimeofday SYS_getuid SYS_getxattr SYS_inotify_add_watch SYS_inotify_init1 SYS_inotify_rm_watch
    SYS_io_cancel SYS_io_destroy SYS_io_getevents SYS_ioprio_get SYS_ioprio_set SYS_io_setup
    SYS_io_submit SYS_kill SYS_landlock_add_rule SYS_landlock_create_ruleset SYS_landlock_restrict_self
    SYS_lgetxattr SYS_linkat SYS_listen SYS_listxattr SYS_llistxattr SYS_lremovexattr SYS_lseek SYS_lsetxattr
    SYS_madvise SYS_membarrier SYS_memfd_create SYS_mincore SYS_mkdirat SYS_mknodat SYS_mlock SYS_mlock2
    SYS_mlockall SYS_mmap SYS_mprotect SYS_mq_getsetattr SYS_mq_notify SYS_mq_open SYS_mq_timedreceive
    SYS_mq_timedsend SYS_mq_unlink SYS_mremap SYS_msgctl SYS_msgget SYS_msgrcv SYS_msgsnd SYS_msync SYS_munlock
    SYS_munlockall SYS_munmap SYS_nanosleep SYS_newfstatat SYS_openat SYS_pidfd_open SYS_pidfd_send_signal
    SYS_pipe2 SYS_pkey_alloc SYS_pkey_free SYS_pkey_mprotect SYS_ppoll SYS_pread64 SYS_preadv
    SYS_preadv2 SYS_prlimit64 SYS_pselect6 SYS_pwrite64 SYS_pwritev SYS_pwritev2 SYS_read SYS_readahead
    SYS_readlinkat SYS_readv SYS_recvfrom SYS_recvmmsg SYS_recvmsg SYS_removexattr SYS_renameat SYS_renameat2
    SYS_restart_syscall SYS_rseq SYS_rt_sigaction SYS_rt_sigpending SYS_rt_sigprocmask SYS_rt_sigqueueinfo
    SYS_rt_sigreturn SYS_rt_sigsuspend SYS_rt_sigtimedwait SYS_rt_tgsigqueueinfo SYS_sched_getaffinity
    SYS_sched_getattr SYS_sched_get_priority_max SYS_sched_get_priority_min SYS_sched_getparam
    SYS_sched_getscheduler SYS_sched_rr_get_interval SYS_sched_setaffinity SYS_sched_setattr SYS_sched_setparam
    SYS_sched_setscheduler SYS_sched_yield SYS_seccomp SYS_semctl SYS_semget SYS_semop SYS_semtimedop
    SYS_sendmmsg SYS_sendmsg SYS_sendto SYS_setfsgid SYS_setfsuid SYS_setgid SYS_setgroups SYS_setitimer
    SYS_setpgid SYS_setpriority SYS_setregid SYS_setresgid SYS_setresuid SYS_setreuid SYS_setrlimit
    SYS_set_robust_list SYS_setsid SYS_setsockopt SYS_set_tid_address SYS_setuid SYS_setxattr SYS_shmat
    SYS_shmctl SYS_shmdt SYS_shmget SYS_shutdown SYS_sigaltstack SYS_signalfd4 SYS_socketpair SYS_splice
    SYS_statfs SYS_statx SYS_symlinkat SYS_sync SYS_sync_file_range SYS_syncfs SYS_sysinfo SYS_tee SYS_tgkill
    SYS_timer_create SYS_timer_delete SYS_timerfd_create SYS_timerfd_gettime SYS_timerfd_settime
    SYS_timer_getoverrun SYS_timer_gettime SYS_timer_settime SYS_times SYS_tkill SYS_truncate SYS_umask SYS_uname
    SYS_unlinkat SYS_utimensat SYS_vmsplice SYS_wait4 SYS_waitid SYS_write SYS_writev
);

/// Calls that only older architectures have.
#[cfg(target_arch = "x86_64")]
const ALLOWED_LEGACY: &[libc::c_long] = calls!(
    SYS_access SYS_alarm SYS_arch_prctl SYS_chmod SYS_chown SYS_creat SYS_dup2 SYS_epoll_create SYS_epoll_wait
    SYS_eventfd SYS_fork SYS_futimesat SYS_getdents SYS_getpgrp SYS_inotify_init SYS_lchown SYS_link SYS_lstat
    SYS_mkdir SYS_mknod SYS_open SYS_pause SYS_pipe SYS_poll SYS_readlink SYS_rename SYS_rmdir SYS_select
    SYS_signalfd SYS_stat SYS_symlink SYS_time SYS_unlink SYS_utime SYS_utimes SYS_vfork
);
#[cfg(target_arch = "aarch64")]
const ALLOWED_LEGACY: &[libc::c_long] = &[];

/// Old calls that the C library bindings do not name on both architectures.
#[cfg(target_arch = "x86_64")]
const UNNAMED: &[libc::c_long] = &[
    221, // fadvise64
    40,  // sendfile
    333, // io_pgetevents
];
#[cfg(target_arch = "aarch64")]
const UNNAMED: &[libc::c_long] = &[
    223, // fadvise64
    71,  // sendfile
    292, // io_pgetevents
];

/// Allowed calls that the C library bindings do not name. From 424 on, numbers are the same everywhere.
const ALLOWED_NEW: &[libc::c_long] = &[
    451, // cachestat
    452, // fchmodat2
    454, // futex_wake
    455, // futex_wait
    456, // futex_requeue
    462, // mseal
    464, // getxattrat
    465, // listxattrat
];

/// Refused as if the kernel lacked them, so that programs use their older way.
const ABSENT: &[libc::c_long] = calls!(
    SYS_clone3 SYS_openat2 SYS_io_uring_setup SYS_io_uring_enter SYS_io_uring_register SYS_name_to_handle_at
    SYS_open_by_handle_at SYS_userfaultfd SYS_bpf SYS_mount SYS_umount2 SYS_fsopen SYS_fsconfig SYS_fsmount
    SYS_fspick SYS_open_tree SYS_move_mount SYS_mount_setattr SYS_pivot_root SYS_kexec_load SYS_kexec_file_load
    SYS_ptrace SYS_process_vm_readv SYS_process_vm_writev SYS_process_madvise SYS_pidfd_getfd SYS_kcmp
    SYS_perf_event_open SYS_fanotify_init SYS_fanotify_mark SYS_keyctl SYS_add_key SYS_request_key SYS_memfd_secret
);

/// Newer calls of the same kind: statmount, listmount, open_tree_attr.
const ABSENT_NEW: &[libc::c_long] = &[457, 458, 467];

/// Refused with EPERM although a program may well ask: named here to be tested and documented, not because the
/// default would let them through.
pub const REFUSED: &[libc::c_long] = calls!(
    SYS_unshare SYS_setns SYS_vhangup SYS_chroot SYS_init_module SYS_finit_module SYS_delete_module SYS_reboot
    SYS_swapon SYS_swapoff SYS_syslog SYS_acct SYS_settimeofday SYS_clock_settime SYS_clock_adjtime SYS_adjtimex
    SYS_sethostname SYS_setdomainname SYS_quotactl SYS_mbind SYS_migrate_pages SYS_move_pages SYS_set_mempolicy
    SYS_lookup_dcookie SYS_remap_file_pages
);

/// The newest call that this policy has an opinion on; later ones do not exist for the agent.
const NEWEST_KNOWN: u32 = 470;

fn table() -> BTreeMap<u32, Action> {
    let mut all = BTreeMap::new();
    let mut put = |calls: &[libc::c_long], action: Action| {
        for call in calls {
            let earlier = all.insert(*call as u32, action);
            assert!(earlier.is_none(), "system call {call} is listed twice");
        }
    };
    put(ALLOWED, Action::Allow);
    put(ALLOWED_LEGACY, Action::Allow);
    put(ALLOWED_NEW, Action::Allow);
    put(UNNAMED, Action::Allow);
    put(ABSENT, Action::Errno(libc::ENOSYS));
    put(ABSENT_NEW, Action::Errno(libc::ENOSYS));
    put(REFUSED, Action::Errno(libc::EPERM));
    put(&[libc::SYS_clone], Action::Clone);
    put(&[libc::SYS_socket], Action::Socket);
    put(&[libc::SYS_ioctl], Action::Ioctl);
    put(&[libc::SYS_personality], Action::Personality);
    put(&[libc::SYS_prctl], Action::Prctl);
    all
}

/// The filter of every sandbox.
pub fn filter() -> Vec<Instruction> {
    let mut program = vec![
        load(ARCHITECTURE_OFFSET),
        jump(JEQ, ARCHITECTURE, 1, 0),
        give(libc::SECCOMP_RET_KILL_PROCESS),
        load(NUMBER_OFFSET),
    ];
    if cfg!(target_arch = "x86_64") {
        program.push(jump(JSET, X32_BIT, 0, 1));
        program.push(give(libc::SECCOMP_RET_KILL_PROCESS));
    }
    program.extend(tree(&ranges()));
    program
}

/// The whole number line, cut where the action changes: (first number, action).
fn ranges() -> Vec<(u32, Action)> {
    let table = table();
    let mut cuts: Vec<(u32, Action)> = Vec::new();
    for number in 0..=NEWEST_KNOWN {
        let action = table.get(&number).copied().unwrap_or(Action::Errno(libc::EPERM));
        if cuts.last().is_none_or(|(_, last)| *last != action) {
            cuts.push((number, action));
        }
    }
    cuts.push((NEWEST_KNOWN + 1, Action::Errno(libc::ENOSYS)));
    cuts
}

/// A balanced search for the range that holds the number.
fn tree(ranges: &[(u32, Action)]) -> Vec<Instruction> {
    if let [(_, action)] = ranges {
        return leaf(*action);
    }
    let middle = ranges.len() / 2;
    let low = tree(&ranges[..middle]);
    let high = tree(&ranges[middle..]);
    let mut program = Vec::with_capacity(low.len() + high.len() + 2);
    match u8::try_from(low.len()) {
        Ok(length) => program.push(jump(JGE, ranges[middle].0, length, 0)),
        Err(_) => {
            program.push(jump(JGE, ranges[middle].0, 0, 1));
            program.push(Instruction { code: JA, jump_true: 0, jump_false: 0, value: low.len() as u32 });
        }
    }
    program.extend(low);
    program.extend(high);
    program
}

fn leaf(action: Action) -> Vec<Instruction> {
    let allow = give(libc::SECCOMP_RET_ALLOW);
    let errno = |number: i32| give(libc::SECCOMP_RET_ERRNO | number as u32);
    match action {
        Action::Allow => vec![allow],
        Action::Errno(number) => vec![errno(number)],
        Action::Clone => {
            const NEW_NAMESPACES: u32 = (libc::CLONE_NEWNS
                | libc::CLONE_NEWCGROUP
                | libc::CLONE_NEWUTS
                | libc::CLONE_NEWIPC
                | libc::CLONE_NEWUSER
                | libc::CLONE_NEWPID
                | libc::CLONE_NEWNET) as u32;
            vec![load(argument(0)), jump(JSET, NEW_NAMESPACES, 0, 1), errno(libc::EPERM), allow]
        }
        Action::Socket => vec![
            load(argument(0)),
            jump(JEQ, libc::AF_UNIX as u32, 13, 0),
            jump(JEQ, libc::AF_INET as u32, 2, 0),
            jump(JEQ, libc::AF_INET6 as u32, 1, 0),
            errno(libc::EAFNOSUPPORT),
            load(argument(1)),
            Instruction { code: AND, jump_true: 0, jump_false: 0, value: 0xf },
            jump(JEQ, libc::SOCK_STREAM as u32, 2, 0),
            jump(JEQ, libc::SOCK_DGRAM as u32, 1, 0),
            errno(libc::EPERM),
            load(argument(2)),
            jump(JEQ, 0, 3, 0),
            jump(JEQ, libc::IPPROTO_TCP as u32, 2, 0),
            jump(JEQ, libc::IPPROTO_UDP as u32, 1, 0),
            errno(libc::EPROTONOSUPPORT),
            allow,
        ],
        Action::Ioctl => vec![
            load(argument(1)),
            jump(JEQ, libc::TIOCSTI as u32, 1, 0),
            jump(JEQ, TIOCLINUX, 0, 1),
            errno(libc::EPERM),
            allow,
        ],
        // A process that hides its descriptors could hide what it keeps on disks.
        Action::Prctl => vec![
            load(argument(0)),
            jump(JEQ, libc::PR_SET_DUMPABLE as u32, 0, 3),
            load(argument(1)),
            jump(JEQ, 1, 1, 0),
            errno(libc::EPERM),
            allow,
        ],
        Action::Personality => vec![
            load(argument(0)),
            jump(JEQ, 0, 1, 0),
            jump(JEQ, 0xffff_ffff, 0, 1),
            allow,
            errno(libc::EPERM),
        ],
    }
}

const TIOCLINUX: u32 = 0x541c;

const NUMBER_OFFSET: u32 = 0;
const ARCHITECTURE_OFFSET: u32 = 4;

/// Low half of an argument. Every filtered argument is an int to the kernel, which ignores the high half too.
const fn argument(index: u32) -> u32 {
    16 + 8 * index
}

const JA: u16 = 0x05;
const JEQ: u16 = 0x15;
const JGE: u16 = 0x35;
const JSET: u16 = 0x45;
const AND: u16 = 0x54;
const LOAD: u16 = 0x20;
const RETURN: u16 = 0x06;

const fn load(offset: u32) -> Instruction {
    Instruction { code: LOAD, jump_true: 0, jump_false: 0, value: offset }
}

const fn jump(code: u16, value: u32, jump_true: u8, jump_false: u8) -> Instruction {
    Instruction { code, jump_true, jump_false, value }
}

const fn give(value: u32) -> Instruction {
    Instruction { code: RETURN, jump_true: 0, jump_false: 0, value }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Runs the filter as the kernel would.
    fn decide(program: &[Instruction], number: u32, architecture: u32, arguments: [u64; 6]) -> u32 {
        let (mut at, mut accumulator) = (0usize, 0u32);
        for _ in 0..program.len() {
            let i = program[at];
            at += 1;
            let taken = |hit: bool| usize::from(if hit { i.jump_true } else { i.jump_false });
            match i.code {
                LOAD => {
                    accumulator = match i.value {
                        NUMBER_OFFSET => number,
                        ARCHITECTURE_OFFSET => architecture,
                        offset => arguments[(offset as usize - 16) / 8] as u32,
                    }
                }
                JEQ => at += taken(accumulator == i.value),
                JGE => at += taken(accumulator >= i.value),
                JSET => at += taken(accumulator & i.value != 0),
                JA => at += i.value as usize,
                AND => accumulator &= i.value,
                RETURN => return i.value,
                other => panic!("instruction {other:#x}"),
            }
        }
        panic!("the filter did not end");
    }

    fn on_own(number: u32, arguments: [u64; 6]) -> u32 {
        decide(&filter(), number, ARCHITECTURE, arguments)
    }

    #[test]
    fn every_number_is_decided_as_the_table_says() {
        let table = table();
        let program = filter();
        assert!(program.len() < 4096, "the kernel takes at most 4096 instructions");
        for number in 0..2000u32 {
            let expected = match table.get(&number) {
                Some(Action::Errno(e)) => libc::SECCOMP_RET_ERRNO | *e as u32,
                Some(Action::Socket) => libc::SECCOMP_RET_ERRNO | libc::EAFNOSUPPORT as u32,
                Some(_) => libc::SECCOMP_RET_ALLOW,
                None if number > NEWEST_KNOWN => libc::SECCOMP_RET_ERRNO | libc::ENOSYS as u32,
                None => libc::SECCOMP_RET_ERRNO | libc::EPERM as u32,
            };
            assert_eq!(decide(&program, number, ARCHITECTURE, [0; 6]), expected, "number {number}");
        }
    }

    #[test]
    fn foreign_architectures_and_x32_are_killed() {
        assert_eq!(decide(&filter(), 1, 0x4000_0003, [0; 6]), libc::SECCOMP_RET_KILL_PROCESS);
        #[cfg(target_arch = "x86_64")]
        {
            assert_eq!(on_own(X32_BIT | 1, [0; 6]), libc::SECCOMP_RET_KILL_PROCESS);
            assert_eq!(on_own(u32::MAX, [0; 6]), libc::SECCOMP_RET_KILL_PROCESS);
        }
    }

    #[test]
    fn clone_makes_threads_but_no_namespaces() {
        let clone = libc::SYS_clone as u32;
        let thread = (libc::CLONE_VM | libc::CLONE_THREAD | libc::CLONE_SIGHAND) as u64;
        assert_eq!(on_own(clone, [thread, 0, 0, 0, 0, 0]), libc::SECCOMP_RET_ALLOW);
        for flag in [libc::CLONE_NEWUSER, libc::CLONE_NEWNS, libc::CLONE_NEWNET, libc::CLONE_NEWCGROUP] {
            let refused = on_own(clone, [flag as u32 as u64, 0, 0, 0, 0, 0]);
            assert_eq!(refused, libc::SECCOMP_RET_ERRNO | libc::EPERM as u32);
        }
    }

    #[test]
    fn sockets_are_unix_tcp_and_udp_only() {
        let socket = |family: i32, kind: i32, protocol: i32| {
            on_own(libc::SYS_socket as u32, [family as u64, kind as u64, protocol as u64, 0, 0, 0])
        };
        let refused = |e: i32| libc::SECCOMP_RET_ERRNO | e as u32;
        let allow = libc::SECCOMP_RET_ALLOW;
        assert_eq!(socket(libc::AF_UNIX, libc::SOCK_SEQPACKET, 0), allow);
        assert_eq!(socket(libc::AF_INET, libc::SOCK_STREAM | libc::SOCK_CLOEXEC, 0), allow);
        assert_eq!(socket(libc::AF_INET6, libc::SOCK_DGRAM | libc::SOCK_NONBLOCK, libc::IPPROTO_UDP), allow);
        assert_eq!(socket(libc::AF_INET, libc::SOCK_RAW, 0), refused(libc::EPERM));
        assert_eq!(socket(libc::AF_INET, libc::SOCK_STREAM, 262), refused(libc::EPROTONOSUPPORT));
        assert_eq!(
            socket(libc::AF_INET, libc::SOCK_DGRAM, libc::IPPROTO_ICMP),
            refused(libc::EPROTONOSUPPORT)
        );
        for family in [libc::AF_NETLINK, libc::AF_PACKET, libc::AF_VSOCK, libc::AF_ALG] {
            assert_eq!(socket(family, libc::SOCK_DGRAM, 0), refused(libc::EAFNOSUPPORT));
        }
    }

    #[test]
    fn terminal_injection_and_odd_personalities_are_refused() {
        let eperm = libc::SECCOMP_RET_ERRNO | libc::EPERM as u32;
        let ioctl = libc::SYS_ioctl as u32;
        assert_eq!(on_own(ioctl, [0, libc::TIOCSTI, 0, 0, 0, 0]), eperm);
        assert_eq!(on_own(ioctl, [0, 1 << 32 | libc::TIOCSTI, 0, 0, 0, 0]), eperm);
        assert_eq!(on_own(ioctl, [0, TIOCLINUX.into(), 0, 0, 0, 0]), eperm);
        assert_eq!(on_own(ioctl, [0, libc::TCGETS, 0, 0, 0, 0]), libc::SECCOMP_RET_ALLOW);
        let prctl = |option: i32, argument: u64| {
            on_own(libc::SYS_prctl as u32, [option as u64, argument, 0, 0, 0, 0])
        };
        assert_eq!(prctl(libc::PR_SET_DUMPABLE, 0), eperm);
        assert_eq!(prctl(libc::PR_SET_DUMPABLE, 2), eperm);
        assert_eq!(prctl(libc::PR_SET_DUMPABLE, 1), libc::SECCOMP_RET_ALLOW);
        assert_eq!(prctl(libc::PR_SET_NAME, 0), libc::SECCOMP_RET_ALLOW);
        let personality = libc::SYS_personality as u32;
        assert_eq!(on_own(personality, [0xffff_ffff, 0, 0, 0, 0, 0]), libc::SECCOMP_RET_ALLOW);
        assert_eq!(on_own(personality, [0x0040_0000, 0, 0, 0, 0, 0]), eperm);
    }
}
