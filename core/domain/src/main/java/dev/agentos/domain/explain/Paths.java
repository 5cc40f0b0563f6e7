package dev.agentos.domain.explain;

import dev.agentos.domain.policy.Policy;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Why a path can or cannot be read, written or executed. */
final class Paths {

    private static final Set<String> WRITES =
            Set.of("write", "create", "delete", "link", "symlink", "mkdir", "rename", "chmod");

    /** Parts of /proc that are masked with /dev/null. */
    private static final Set<String> MASKED = Set.of(
            "acpi",
            "asound",
            "kallsyms",
            "kcore",
            "keys",
            "kmsg",
            "latency_stats",
            "sched_debug",
            "scsi",
            "sysrq-trigger",
            "timer_list",
            "timer_stats");

    private static final Set<String> DEVICES =
            Set.of("null", "zero", "full", "random", "urandom", "fd", "stdin", "stdout", "stderr", "shm");

    private Paths() {}

    static Explanation explain(SandboxFacts facts, String operation, String target) {
        String path = normalised(target.startsWith("/") ? target : "/workspace/" + target);
        boolean write = WRITES.contains(operation);
        if (Policy.isBelow(path, "/proc")) {
            return proc(facts, operation, path, write);
        }
        if (Policy.isBelow(path, "/dev")) {
            return dev(facts, path, write);
        }
        if (Policy.isBelow(path, "/sys")) {
            return Explanation.refused(
                    path
                            + " does not exist inside: no sandbox has a /sys, so neither cgroups (release_agent, cgroup.procs)"
                            + " nor the kernel's own switches have a name there (ENOENT)"
                            + facts.standing("namespace.mount"),
                    "namespace.mount",
                    "filesystem",
                    "no contract can declare /sys");
        }
        Optional<Explanation> declared = declared(facts, operation, path, write);
        return declared.orElseGet(() -> outside(facts, path, write));
    }

    /** Dots and doubled slashes tidied away, as the kernel would walk them. */
    private static String normalised(String path) {
        Deque<String> parts = new ArrayDeque<>();
        for (String part : path.split("/", -1)) {
            if (part.equals("..")) {
                parts.pollLast();
            } else if (!part.isEmpty() && !part.equals(".")) {
                parts.addLast(part);
            }
        }
        return "/" + String.join("/", parts);
    }

    // ------------------------------------------------------------------ what every sandbox makes itself

    private static Explanation proc(SandboxFacts facts, String operation, String path, boolean write) {
        List<String> parts = List.of(path.substring(1).split("/"));
        String first = parts.size() > 1 ? parts.get(1) : "";
        String second = parts.size() > 2 ? parts.get(2) : "";
        boolean own = first.equals("self") || first.equals("thread-self");
        if ((own || first.matches("[0-9]+"))
                && (second.equals("root") || second.equals("cwd"))
                && (own || !first.equals("1"))) {
            String rest = "/" + String.join("/", parts.subList(3, parts.size()));
            if (second.equals("root") && parts.size() > 3) {
                Explanation inner = explain(facts, operation, rest);
                return new Explanation(
                        inner.answer(),
                        "/proc/" + first + "/root is the sandbox's own root, so this is " + rest + ": " + inner.why(),
                        inner.mechanism(),
                        inner.contractPath(),
                        inner.next());
            }
            return Explanation.refused(
                    "/proc/" + first + "/" + second
                            + " is the sandbox's own tree and leads nowhere else: the host's root"
                            + " was taken away with pivot_root" + facts.standing("namespace.mount"),
                    "namespace.mount",
                    "filesystem",
                    "declare the folder that the agent needs");
        }
        if (first.equals("1")) {
            return Explanation.refused(
                    "process 1 is the sandbox's own init: it is not dumpable, and no process may look into it (EACCES); its"
                            + " root is the sandbox's root" + facts.standing("namespace.pid"),
                    "namespace.pid",
                    "runtime",
                    "no contract can allow it");
        }
        if (MASKED.contains(first)) {
            return Explanation.refused(
                    "/proc/" + first
                            + " is covered by an empty file: it tells about, or reaches, more than this sandbox"
                            + facts.standing("namespace.mount"),
                    "namespace.mount",
                    "runtime",
                    "no contract can allow it");
        }
        if (first.matches("[0-9]+")) {
            return Explanation.refused(
                    "the sandbox has a pid namespace and a /proc of its own (hidepid): the number names one of its own"
                            + " processes or none, never one of the host or of another agent (ENOENT)"
                            + facts.standing("namespace.pid"),
                    "namespace.pid",
                    "runtime",
                    "no contract can allow it");
        }
        if (write) {
            return Explanation.refused(
                    "/proc is mounted read-only as a whole (EROFS), /proc/sys included"
                            + facts.standing("namespace.mount"),
                    "namespace.mount",
                    "runtime",
                    "no contract can allow it");
        }
        return Explanation.allowed(
                "the sandbox's own /proc may be read; figures such as meminfo are the host's"
                        + facts.standing("namespace.mount"),
                "namespace.mount",
                "runtime");
    }

    private static Explanation dev(SandboxFacts facts, String path, boolean write) {
        String name = path.length() > 5 ? path.substring(5).split("/")[0] : "";
        if (name.isEmpty() || DEVICES.contains(name)) {
            return write && (name.isEmpty() || (name.equals("shm") == false && path.length() > 6 + name.length()))
                    ? Explanation.refused(
                            "/dev is a read-only tree of the sandbox's own (EROFS)",
                            "namespace.mount",
                            "runtime",
                            "use /tmp or /dev/shm")
                    : Explanation.allowed(
                            "every sandbox has its own /dev with null, zero, full, random, urandom and shm",
                            "namespace.mount",
                            "runtime");
        }
        return Explanation.refused(
                path + " does not exist inside: the sandbox's own /dev holds null, zero, full, random, urandom and shm"
                        + " alone (ENOENT), and without CAP_MKNOD no device can be made"
                        + facts.standing("namespace.mount"),
                "namespace.mount",
                "runtime",
                "no contract can declare /dev");
    }

    // ------------------------------------------------------------------ declared folders

    private static Optional<Explanation> declared(SandboxFacts facts, String operation, String path, boolean write) {
        boolean exec = operation.equals("exec");
        Optional<String> writable = below(path, facts.filesystem().write());
        if (writable.isPresent()) {
            return Optional.of(
                    in(facts, exec, path, "it is in the declared folder " + writable.get(), "filesystem.write"));
        }
        if (Policy.isBelow(path, "/workspace") || Policy.isBelow(path, "/tmp")) {
            return Optional.of(in(
                    facts,
                    exec,
                    path,
                    "it is in the agent's own " + (path.startsWith("/tmp") ? "/tmp" : "workspace"),
                    "filesystem"));
        }
        Optional<String> readable = below(path, facts.filesystem().read());
        if (readable.isPresent()) {
            return Optional.of(
                    write
                            ? Explanation.refused(
                                    "it is in " + readable.get() + ", which is declared for reading only (EROFS)"
                                            + facts.standing("landlock"),
                                    "landlock",
                                    "filesystem.read",
                                    "declare it under filesystem.write")
                            : in(
                                    facts,
                                    exec,
                                    path,
                                    "it is in the declared folder " + readable.get(),
                                    "filesystem.read"));
        }
        Optional<String> system = below(path, facts.systemPaths());
        if (system.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(
                write
                        ? Explanation.refused(
                                "the host's programs and everything outside the declared folders are read-only (EROFS)"
                                        + facts.standing("root.readonly"),
                                "root.readonly",
                                "filesystem.write",
                                "write below /workspace, or declare the folder under filesystem.write")
                        : in(
                                facts,
                                exec,
                                path,
                                "every sandbox has the host's " + system.get() + ", read-only",
                                "runtime"));
    }

    private static Explanation in(SandboxFacts facts, boolean exec, String path, String why, String contractPath) {
        return Explanation.allowed(
                exec
                        ? why
                                + "; it runs inside the same sandbox under the same limits, and a setuid bit has no effect"
                                + " (nosuid, no_new_privs)" + facts.standing("no_new_privs")
                        : why + (path.equals("/workspace") ? "" : facts.standing("landlock")),
                exec ? "no_new_privs" : "landlock",
                contractPath);
    }

    private static Optional<String> below(String path, List<String> roots) {
        return roots.stream().filter(root -> Policy.isBelow(path, root)).findFirst();
    }

    // ------------------------------------------------------------------ everything else

    /** Whatever is the service's; empty for any other path. */
    static Optional<Explanation> service(SandboxFacts facts, String target) {
        String path = normalised(target);
        return below(path, facts.serviceFolders())
                .map(_ -> Explanation.refused(
                        path
                                + " is the service's own: its socket, its journal and other agents' workspaces are mounted in"
                                + " no sandbox (ENOENT), and no contract can declare them"
                                + facts.standing("namespace.mount"),
                        "namespace.mount",
                        "filesystem.read",
                        "no contract can allow it; an agent reaches the service through its doors"));
    }

    private static Explanation outside(SandboxFacts facts, String path, boolean write) {
        String section = write ? "filesystem.write" : "filesystem.read";
        Optional<Explanation> service = service(facts, path);
        if (service.isPresent()) {
            return service.get();
        }
        if (Policy.isBelow(path, "/run") || Policy.isBelow(path, "/var/run")) {
            return Explanation.refused(
                    path + " does not exist inside: no socket of the host (service, container engine, D-Bus) is mounted"
                            + " (ENOENT)" + facts.standing("namespace.mount"),
                    "namespace.mount",
                    section,
                    "no contract can declare /run");
        }
        return Explanation.refused(
                path
                        + " does not exist inside the sandbox: only the host's programs, the agent's workspace and declared"
                        + " folders do (ENOENT" + (write ? ", or EROFS for a new name in the read-only root)" : ")")
                        + facts.standing("root.readonly"),
                write ? "root.readonly" : "namespace.mount",
                section,
                "declare its folder under " + section + ", if this agent should have it");
    }
}
