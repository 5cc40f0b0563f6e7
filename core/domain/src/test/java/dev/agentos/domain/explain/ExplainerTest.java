package dev.agentos.domain.explain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.agentos.domain.contract.Filesystem;
import dev.agentos.domain.port.Sandbox.Receipt;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExplainerTest {

    private static final SandboxFacts FACTS = facts("enforced");

    private static SandboxFacts facts(String limits) {
        List<Receipt.Line> receipt = new ArrayList<>();
        for (String name : List.of(
                "namespace.mount",
                "namespace.pid",
                "namespace.net",
                "landlock",
                "seccomp",
                "root.readonly",
                "no_new_privs")) {
            receipt.add(new Receipt.Line(name, true, "enforced", "how", "probe"));
        }
        for (String name : List.of("limit.memory", "limit.pids", "limit.cpu", "limit.open_files")) {
            receipt.add(new Receipt.Line(name, true, limits, "no controller", ""));
        }
        return new SandboxFacts(
                new Filesystem(List.of("/data/in"), List.of("/data/out"), List.of()),
                List.of("/usr", "/bin", "/etc/ssl/certs", "/proc", "/dev", "/tmp"),
                List.of("/var/lib/agentos", "/run/agentos"),
                receipt,
                new SandboxFacts.LimitWords("256 MiB", "64", "0.5 CPUs", "256", "1024 MiB", "65536"));
    }

    /** Every attack of the threat model, as its own question: mechanism and a word of the reason. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "write | /etc/passwd | refused | root.readonly | EROFS",
                "write | /usr/bin/x | refused | root.readonly | read-only (EROFS)",
                "write | /data/in/x | refused | landlock | reading only",
                "write | /data/out/x | allowed | landlock | declared folder /data/out",
                "write | out.txt | allowed | landlock | workspace",
                "read | /home/me/.ssh/id_rsa | refused | namespace.mount | ENOENT",
                "read | /etc/shadow | refused | namespace.mount | ENOENT",
                "read | /usr/share/doc | allowed | landlock | /usr, read-only",
                "read | /data/in/../../etc/shadow | refused | namespace.mount | /etc/shadow",
                "read | /proc/1/root | refused | namespace.pid | not dumpable",
                "read | /proc/1/root/etc/shadow | refused | namespace.pid | not dumpable",
                "read | /proc/self/root | refused | namespace.mount | pivot_root",
                "read | /proc/self/root/etc/shadow | refused | namespace.mount | the sandbox's own root",
                "read | /proc/4711/mem | refused | namespace.pid | hidepid",
                "read | /proc/4711/environ | refused | namespace.pid | another agent",
                "write | /proc/sys/kernel/core_pattern | refused | namespace.mount | read-only as a whole",
                "write | /proc/sysrq-trigger | refused | namespace.mount | covered by an empty file",
                "read | /proc/kcore | refused | namespace.mount | covered by an empty file",
                "read | /proc/meminfo | allowed | namespace.mount | own /proc",
                "write | /sys/fs/cgroup/cgroup.procs | refused | namespace.mount | release_agent",
                "write | /sys/fs/cgroup/memory/release_agent | refused | namespace.mount | release_agent",
                "read | /sys/kernel/debug | refused | namespace.mount | /sys",
                "read | /dev/mem | refused | namespace.mount | CAP_MKNOD",
                "read | /dev/kmsg | refused | namespace.mount | does not exist inside",
                "read | /dev/fuse | refused | namespace.mount | does not exist inside",
                "read | /dev/urandom | allowed | namespace.mount | null, zero",
                "read | /run/agentos/agentd.sock | refused | namespace.mount | the service's own",
                "read | /var/lib/agentos/agents/agent-b-001/workspace | refused | namespace.mount | other agents'",
                "read | /run/docker.sock | refused | namespace.mount | container engine",
                "exec | /usr/bin/sudo | allowed | no_new_privs | setuid bit has no effect",
                "exec | /workspace/script.sh | allowed | no_new_privs | same limits",
                "exec | /opt/tool | refused | namespace.mount | ENOENT",
                "link | /etc/shadow | refused | root.readonly | EROFS",
                "syscall | ptrace | refused | seccomp | ENOSYS",
                "ptrace | '' | refused | seccomp | no process looks into another",
                "syscall | process_vm_readv | refused | seccomp | ENOSYS",
                "syscall | process_vm_writev | refused | seccomp | ENOSYS",
                "syscall | pidfd_getfd | refused | seccomp | ENOSYS",
                "syscall | unshare | refused | seccomp | EPERM",
                "syscall | setns | refused | seccomp | EPERM",
                "syscall | clone3 | refused | seccomp | behind a pointer",
                "syscall | clone | refused | seccomp | new namespaces",
                "syscall | mount | refused | seccomp | mount tree",
                "syscall | umount | refused | seccomp | mount tree",
                "syscall | fsopen | refused | seccomp | mount tree",
                "syscall | open_tree | refused | seccomp | mount tree",
                "syscall | pivot_root | refused | seccomp | mount tree",
                "syscall | chroot | refused | seccomp | EPERM",
                "syscall | bpf | refused | seccomp | ENOSYS",
                "syscall | keyctl | refused | seccomp | keyrings",
                "syscall | userfaultfd | refused | seccomp | ENOSYS",
                "syscall | io_uring_setup | refused | seccomp | no filter sees",
                "syscall | perf_event_open | refused | seccomp | ENOSYS",
                "syscall | SYS_mount | refused | seccomp | mount tree",
                "syscall | init_module | refused | seccomp | EPERM",
                "syscall | kexec_load | refused | seccomp | ENOSYS",
                "syscall | x32 | refused | seccomp | SIGSYS",
                "syscall | int80 | refused | seccomp | SIGSYS",
                "syscall | ioctl TIOCSTI | refused | seccomp | TIOCSTI",
                "syscall | tiocsti | refused | seccomp | upper half",
                "syscall | personality | refused | seccomp | address layout",
                "syscall | setuid | allowed | no_new_privs | gains nothing",
                "syscall | kill | allowed | namespace.pid | ESRCH",
                "signal | 1234 | allowed | namespace.pid | ESRCH",
                "syscall | mknod | allowed | no_new_privs | CAP_MKNOD",
                "syscall | link | allowed | no_new_privs | EXDEV",
                "syscall | symlink | allowed | no_new_privs | the service follows none",
                "syscall | shmget | allowed | namespace.ipc | own ipc",
                "syscall | openat2 | refused | seccomp | fall back to openat",
                "syscall | memfd_secret | refused | seccomp | accounting",
                "syscall | read | allowed | seccomp | lets read through",
                "syscall | made_up | refused | seccomp | does not name made_up",
                "syscall | socket packet | refused | seccomp | EAFNOSUPPORT",
                "socket | raw | refused | seccomp | EPERM",
                "socket | AF_PACKET | refused | seccomp | EAFNOSUPPORT",
                "socket | netlink | refused | seccomp | EAFNOSUPPORT",
                "socket | vsock | refused | seccomp | EAFNOSUPPORT",
                "socket | abstract | refused | namespace.net | ECONNREFUSED",
                "socket | udp | refused | namespace.net | QUIC",
                "socket | inet6 | allowed | namespace.net | ENETUNREACH",
                "limit | memory | refused | limit.memory | 256 MiB",
                "limit | pids | refused | limit.pids | 64",
                "fork-bomb | '' | refused | limit.pids | EAGAIN",
                "memory | '' | refused | limit.memory | 256 MiB",
                "limit | open-files | refused | limit.open_files | EMFILE",
                "limit | inodes | refused | limit.disk | 65536 files and folders",
                "limit | disk | refused | limit.disk | 1024 MiB",
                "limit | disk | refused | limit.disk | deleted files that are still open",
                "limit | tmp | refused | limit.memory | tmp is memory of the sandbox: at most 256 MiB",
                "limit | tmp-inodes | refused | limit.memory | ENOSPC",
                "setuid | /usr/bin/su | refused | no_new_privs | every mount is nosuid",
                "identity | 0 | refused | namespace.user | EINVAL",
                "capset | '' | refused | namespace.user | every capability set is empty",
                "syscall | prctl | refused | seccomp | PR_SET_DUMPABLE",
                "inherit | '' | refused | namespace.mount | 0, 1 and 2",
            })
    void explainsEveryAttack(String operation, String target, String answer, String mechanism, String word) {
        Explanation said = Explainer.explain(FACTS, operation, target);
        assertEquals(answer + " " + mechanism, said.answer() + " " + said.mechanism(), said.why());
        assertTrue(said.why().contains(word), said.why());
        assertFalse(said.contractPath().isEmpty());
        if (answer.equals("refused")) {
            assertFalse(said.next().isEmpty(), said.why());
        }
    }

    @Test
    void whatTheReceiptSaysIsMissingIsNotClaimedToHold() {
        Explanation said = Explainer.explain(facts("missing"), "limit", "memory");
        assertEquals("allowed", said.answer());
        assertTrue(
                said.why().contains("this host does not enforce it; receipt: limit.memory missing (no controller)"),
                said.why());
    }

    @Test
    void connectionsThatAreNoHostAreExplained() {
        assertEquals(
                "namespace.net",
                Explainer.connectElsewhere(FACTS, "@dbus").orElseThrow().mechanism());
        assertEquals(
                "namespace.net",
                Explainer.connectElsewhere(FACTS, "udp:1.1.1.1:53")
                        .orElseThrow()
                        .mechanism());
        assertEquals(
                "namespace.mount",
                Explainer.connectElsewhere(FACTS, "/run/agentos/agentd.sock")
                        .orElseThrow()
                        .mechanism());
        SandboxFacts inTmp = new SandboxFacts(
                FACTS.filesystem(), FACTS.systemPaths(), List.of("/tmp/live/run"), FACTS.receipt(), FACTS.limits());
        Explanation socket =
                Explainer.connectElsewhere(inTmp, "/tmp/live/run/agentd.sock").orElseThrow();
        assertEquals("refused", socket.answer(), "the sandbox has a /tmp of its own, and not the service's");
        assertTrue(socket.why().contains("is the service's own"), socket.why());
        assertTrue(Explainer.connectElsewhere(FACTS, "example.org:443").isEmpty());
    }

    @Test
    void whatIsNoOperationSaysWhatIs() {
        Explanation said = Explainer.explain(FACTS, "frobnicate", "x");
        assertEquals("unknown", said.answer());
        assertTrue(said.next().contains("syscall NAME"), said.next());
    }

    // ------------------------------------------------------------------ the table and the filter

    private static Set<String> list(String source, String name) {
        Matcher list = Pattern.compile("const " + name + ": [^=]*= calls!\\((.*?)\\);", Pattern.DOTALL)
                .matcher(source);
        Set<String> calls = new TreeSet<>();
        int from = 0;
        while (list.find(from)) {
            Matcher call = Pattern.compile("SYS_([a-z0-9_]+)").matcher(list.group(1));
            while (call.find()) {
                calls.add(call.group(1));
            }
            from = list.end();
        }
        return calls;
    }

    /** The words here and the filter that is loaded are one policy. */
    @Test
    void theTableIsThatOfTheNativeFilter() throws Exception {
        Path root = Path.of(System.getProperty("agentos.root", "../.."));
        Path file = null;
        try (var files = Files.walk(root.resolve("kernel-support/native"), 5)) {
            file = files.filter(path ->
                            path.endsWith("policy.rs") && !path.toString().contains("/target/"))
                    .findFirst()
                    .orElseThrow();
        }
        String source = Files.readString(file, StandardCharsets.UTF_8);
        Set<String> allowed = list(source, "ALLOWED");
        allowed.addAll(list(source, "ALLOWED_LEGACY"));
        Set<String> absent = list(source, "ABSENT");
        Set<String> refused = list(source, "REFUSED");
        assertTrue(allowed.size() > 250 && absent.size() > 25 && refused.size() > 15, "the lists were read");
        for (String call : allowed) {
            assertTrue(Syscalls.allowed().contains(call), call + " is allowed by the filter");
        }
        Map<String, String> told = Syscalls.refused();
        for (String call : absent) {
            assertEquals("ENOSYS", told.get(call), call);
        }
        for (String call : refused) {
            assertEquals("EPERM", told.get(call), call);
        }
        Set<String> both = new TreeSet<>(Syscalls.allowed());
        both.retainAll(told.keySet());
        assertEquals(Set.of(), both);
        Set<String> numbered = Set.of(
                "fadvise64",
                "sendfile",
                "io_pgetevents",
                "cachestat",
                "fchmodat2",
                "futex_wake",
                "futex_wait",
                "futex_requeue",
                "mseal",
                "getxattrat",
                "listxattrat");
        Set<String> more = new TreeSet<>(Syscalls.allowed());
        more.removeAll(allowed);
        assertEquals(new TreeSet<>(numbered), more, "what is told as allowed and not named by the filter");
    }
}
