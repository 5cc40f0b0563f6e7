package dev.agentos.domain.explain;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The system call policy of every sandbox, in words. The table is that of the native filter, {@code execd/src/policy.rs};
 * a test holds the two together.
 */
public final class Syscalls {

    /** What is refused together and why. */
    private record Group(String errno, String why, Set<String> calls) {}

    private static final List<Group> GROUPS = List.of(
            group(
                    "ENOSYS",
                    "its flags lie behind a pointer, which a filter cannot read; libraries fall back to clone",
                    "clone3"),
            group(
                    "ENOSYS",
                    "the mount tree of a sandbox is finished",
                    "mount umount2 pivot_root fsopen fsconfig fsmount fspick open_tree move_mount mount_setattr"
                            + " statmount listmount open_tree_attr"),
            group(
                    "ENOSYS",
                    "no process looks into another",
                    "ptrace process_vm_readv process_vm_writev process_madvise pidfd_getfd kcmp"),
            group("ENOSYS", "it performs calls that no filter sees", "io_uring_setup io_uring_enter io_uring_register"),
            group(
                    "ENOSYS",
                    "it is kernel surface without a use for agents",
                    "bpf perf_event_open userfaultfd fanotify_init fanotify_mark"),
            group(
                    "ENOSYS",
                    "handles ignore paths, and openat2 hides its arguments behind a pointer; programs fall back to"
                            + " openat",
                    "open_by_handle_at name_to_handle_at openat2"),
            group("ENOSYS", "kernel keyrings are not namespaced", "keyctl add_key request_key"),
            group("ENOSYS", "it makes memory that accounting tools cannot see", "memfd_secret"),
            group("ENOSYS", "it replaces the host's kernel", "kexec_load kexec_file_load"),
            group("EPERM", "new namespaces give capabilities over new kernel code", "unshare setns"),
            group("EPERM", "the root of a sandbox is finished", "chroot"),
            group(
                    "EPERM",
                    "it administers the host",
                    "vhangup init_module finit_module delete_module reboot swapon swapoff syslog acct settimeofday"
                            + " clock_settime clock_adjtime adjtimex sethostname setdomainname quotactl"),
            group(
                    "EPERM",
                    "it moves memory between the host's nodes, or looks into the kernel's caches",
                    "mbind migrate_pages move_pages set_mempolicy lookup_dcookie remap_file_pages"));

    private static final Set<String> ALLOWED = words("""
            accept accept4 bind brk capget capset chdir clock_getres clock_gettime clock_nanosleep close close_range
            connect copy_file_range dup dup3 epoll_create1 epoll_ctl epoll_pwait epoll_pwait2 eventfd2 execve execveat
            exit exit_group faccessat faccessat2 fallocate fchdir fchmod fchmodat fchown fchownat fcntl fdatasync
            fgetxattr flistxattr flock fremovexattr fsetxattr fstat fstatfs fsync ftruncate futex futex_waitv getcpu
            getcwd getdents64 getegid geteuid getgid getgroups getitimer get_mempolicy getpeername getpgid getpid
            getppid getpriority getrandom getresgid getresuid get_robust_list getrlimit getrusage getsid getsockname
            getsockopt gettid gettimeofday getuid getxattr inotify_add_watch inotify_init1 inotify_rm_watch io_cancel
            io_destroy io_getevents ioprio_get ioprio_set io_setup io_submit kill landlock_add_rule
            landlock_create_ruleset landlock_restrict_self lgetxattr linkat listen listxattr llistxattr lremovexattr
            lseek lsetxattr madvise membarrier memfd_create mincore mkdirat mknodat mlock mlock2 mlockall mmap mprotect
            mq_getsetattr mq_notify mq_open mq_timedreceive mq_timedsend mq_unlink mremap msgctl msgget msgrcv msgsnd
            msync munlock munlockall munmap nanosleep newfstatat openat pidfd_open pidfd_send_signal pipe2 pkey_alloc
            pkey_free pkey_mprotect ppoll pread64 preadv preadv2 prlimit64 pselect6 pwrite64 pwritev pwritev2
            read readahead readlinkat readv recvfrom recvmmsg recvmsg removexattr renameat renameat2 restart_syscall
            rseq rt_sigaction rt_sigpending rt_sigprocmask rt_sigqueueinfo rt_sigreturn rt_sigsuspend rt_sigtimedwait
            rt_tgsigqueueinfo sched_getaffinity sched_getattr sched_get_priority_max sched_get_priority_min
            sched_getparam sched_getscheduler sched_rr_get_interval sched_setaffinity sched_setattr sched_setparam
            sched_setscheduler sched_yield seccomp semctl semget semop semtimedop sendmmsg sendmsg sendto setfsgid
            setfsuid setgid setgroups setitimer setpgid setpriority setregid setresgid setresuid setreuid setrlimit
            set_robust_list setsid setsockopt set_tid_address setuid setxattr shmat shmctl shmdt shmget shutdown
            sigaltstack signalfd4 socketpair splice statfs statx symlinkat sync sync_file_range syncfs sysinfo tee
            tgkill timer_create timer_delete timerfd_create timerfd_gettime timerfd_settime timer_getoverrun
            timer_gettime timer_settime times tkill truncate umask uname unlinkat utimensat vmsplice wait4 waitid write
            writev access alarm arch_prctl chmod chown creat dup2 epoll_create epoll_wait eventfd fork futimesat
            getdents getpgrp inotify_init lchown link lstat mkdir mknod open pause pipe poll readlink rename rmdir
            select signalfd stat symlink time unlink utime utimes vfork fadvise64 sendfile io_pgetevents cachestat
            fchmodat2 futex_wake futex_wait futex_requeue mseal getxattrat listxattrat
            """);

    /** Allowed calls that still give an agent nothing of what an attacker wants from them. */
    private static final Map<String, String> TAMED = tamed();

    /** Calls that are judged by their arguments. */
    private static final Map<String, Explanation> JUDGED = judged();

    private static final Set<String> UNLISTED = words("""
            quotactl_fd landlock_none nfsservctl create_module iopl ioperm modify_ldt _sysctl sysfs ustat uselib
            set_mempolicy_home_node process_mrelease map_shadow_stack lsm_get_self_attr lsm_set_self_attr
            lsm_list_modules vserver tuxcall getpmsg putpmsg afs_syscall security get_kernel_syms query_module
            setxattrat removexattrat
            """);

    private Syscalls() {}

    private static Group group(String errno, String why, String calls) {
        return new Group(errno, why, words(calls));
    }

    private static Set<String> words(String text) {
        return new TreeSet<>(List.of(text.strip().split("\\s+")));
    }

    /** Whether a word is a system call that has an answer of its own here. */
    static boolean isKnown(String name) {
        return find(name).isPresent();
    }

    /** Every call that the policy names as allowed; for the test that compares it with the filter. */
    static Set<String> allowed() {
        return new TreeSet<>(ALLOWED);
    }

    /** Every call that the policy refuses by name, with its error number. */
    static Map<String, String> refused() {
        Map<String, String> all = new LinkedHashMap<>();
        GROUPS.forEach(group -> group.calls().forEach(call -> all.put(call, group.errno())));
        return all;
    }

    /** The answer on a system call; {@code argument} narrows those that are judged by their arguments. */
    static Explanation explain(SandboxFacts facts, String name, String argument) {
        String call = canonical(name);
        if (call.equals("socket")) {
            return Sockets.explain(facts, argument);
        }
        Explanation found = find(call)
                .orElseGet(() -> Explanation.refused(
                        "the policy is an allow-list and does not name " + call
                                + ": EPERM, or ENOSYS for a call newer than it",
                        "seccomp",
                        "runtime",
                        "no contract can allow it; report the program that needs it"));
        return new Explanation(
                found.answer(),
                found.why() + facts.standing(found.mechanism()),
                found.mechanism(),
                found.contractPath(),
                found.next());
    }

    private static String canonical(String name) {
        String call = name.toLowerCase(Locale.ROOT).replaceFirst("^(sys_|__nr_)", "");
        return switch (call) {
            case "umount" -> "umount2";
            case "io_uring", "io-uring" -> "io_uring_setup";
            case "perf" -> "perf_event_open";
            case "int80", "int 0x80", "i386", "foreign" -> "foreign-arch";
            default -> call;
        };
    }

    private static Optional<Explanation> find(String name) {
        String call = canonical(name);
        Explanation judged = JUDGED.get(call);
        if (judged != null) {
            return Optional.of(judged);
        }
        for (Group group : GROUPS) {
            if (group.calls().contains(call)) {
                return Optional.of(Explanation.refused(
                        "the filter answers " + call + " with " + group.errno() + ": " + group.why(),
                        "seccomp",
                        "runtime",
                        "no contract can allow it"));
            }
        }
        if (TAMED.containsKey(call)) {
            return Optional.of(Explanation.allowed(
                    "the call is allowed and gains nothing: " + TAMED.get(call), tamer(call), "runtime"));
        }
        if (ALLOWED.contains(call)) {
            return Optional.of(Explanation.allowed(
                    "the filter lets " + call
                            + " through; what it reaches is bounded by the namespaces, Landlock and the" + " limits",
                    "seccomp",
                    "runtime"));
        }
        return UNLISTED.contains(call)
                ? Optional.of(Explanation.refused(
                        "the filter is an allow-list, and " + call + " is not on it (EPERM)",
                        "seccomp",
                        "runtime",
                        "no contract can allow it"))
                : Optional.empty();
    }

    private static String tamer(String call) {
        return switch (call) {
            case "kill", "tkill", "tgkill", "pidfd_open", "pidfd_send_signal" -> "namespace.pid";
            case "mknod", "mknodat" -> "no_new_privs";
            case "shmget", "shmat", "msgget", "semget", "mq_open" -> "namespace.ipc";
            case "fork", "vfork" -> "limit.pids";
            default -> "no_new_privs";
        };
    }

    private static Map<String, String> tamed() {
        Map<String, String> map = new LinkedHashMap<>();
        for (String call : List.of(
                "setuid",
                "setgid",
                "setresuid",
                "setresgid",
                "setreuid",
                "setregid",
                "setgroups",
                "setfsuid",
                "setfsgid")) {
            map.put(
                    call,
                    "one user id is mapped and every capability is gone, so another id cannot be taken (EPERM or"
                            + " EINVAL)");
        }
        map.put("capset", "the bounding set is empty, so there is no capability to take");
        for (String call : List.of("kill", "tkill", "tgkill", "pidfd_open", "pidfd_send_signal")) {
            map.put(
                    call,
                    "only processes of its own pid namespace have a number there (ESRCH for all others), and its init"
                            + " takes no signals from inside");
        }
        map.put("mknod", "without CAP_MKNOD no device can be made (EPERM), and every mount is nodev");
        map.put("mknodat", "without CAP_MKNOD no device can be made (EPERM), and every mount is nodev");
        for (String call : List.of("shmget", "shmat", "msgget", "semget", "mq_open")) {
            map.put(call, "System V and POSIX queues are those of its own ipc namespace");
        }
        for (String call : List.of("link", "linkat")) {
            map.put(call, "a hard link cannot leave its mount (EXDEV), and what is not mounted has no name to link to");
        }
        for (String call : List.of("symlink", "symlinkat")) {
            map.put(
                    call,
                    "a link inside leads to what its name means inside the sandbox; the service follows none that an"
                            + " agent made");
        }
        map.put("fork", "every process counts against the limit of the whole tree (EAGAIN beyond it)");
        map.put("vfork", "every process counts against the limit of the whole tree (EAGAIN beyond it)");
        map.put("execve", "a setuid bit has no effect: every mount is nosuid and no_new_privs is set");
        map.put("execveat", "a setuid bit has no effect: every mount is nosuid and no_new_privs is set");
        return map;
    }

    private static Map<String, Explanation> judged() {
        Map<String, Explanation> map = new LinkedHashMap<>();
        map.put(
                "clone",
                Explanation.refused(
                        "clone makes processes and threads; with a flag for a new namespace the filter answers EPERM, because new"
                                + " namespaces give capabilities over new kernel code",
                        "seccomp",
                        "runtime",
                        "no contract can allow namespaces; processes and threads need nothing"));
        map.put(
                "ioctl",
                Explanation.refused(
                        "ioctl is allowed but for TIOCSTI and TIOCLINUX, which type into a terminal (EPERM); devices other than"
                                + " null, zero, full, random and urandom are not there",
                        "seccomp",
                        "runtime",
                        "no contract can allow it"));
        map.put(
                "tiocsti",
                Explanation.refused(
                        "the filter answers ioctl TIOCSTI with EPERM, also with the upper half of the request set: it would type"
                                + " into a terminal",
                        "seccomp",
                        "runtime",
                        "no contract can allow it"));
        map.put(
                "tioclinux",
                Explanation.refused(
                        "the filter answers ioctl TIOCLINUX with EPERM: it would type into a console",
                        "seccomp",
                        "runtime",
                        "no contract can allow it"));
        map.put(
                "personality",
                Explanation.refused(
                        "personality may be read or set to the default; others weaken the address layout (EPERM)",
                        "seccomp",
                        "runtime",
                        "no contract can allow it"));
        map.put(
                "prctl",
                Explanation.refused(
                        "prctl is allowed but for PR_SET_DUMPABLE other than 1 (EPERM): a process that nobody can look into"
                                + " could hide what it keeps on disks",
                        "seccomp",
                        "runtime",
                        "no contract can allow it; other uses of prctl need nothing"));
        map.put(
                "x32",
                Explanation.refused(
                        "a call with the x32 bit ends the process at once (SIGSYS): its table would pass by every check",
                        "seccomp",
                        "runtime",
                        "build the program for 64 bits"));
        map.put(
                "foreign-arch",
                Explanation.refused(
                        "a call through another architecture's entry (int 0x80) ends the process at once (SIGSYS): its table would"
                                + " pass by every check",
                        "seccomp",
                        "runtime",
                        "build the program for 64 bits"));
        return map;
    }

    /** The names for completion and for the message on an unknown operation. */
    static List<String> examples() {
        return new ArrayList<>(List.of("mount", "ptrace", "unshare", "bpf", "socket", "x32"));
    }
}
