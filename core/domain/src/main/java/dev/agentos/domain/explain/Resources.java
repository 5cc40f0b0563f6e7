package dev.agentos.domain.explain;

import java.util.Optional;

/** What stops an agent that takes too much. */
final class Resources {

    private Resources() {}

    static Optional<Explanation> explain(SandboxFacts facts, String operation) {
        SandboxFacts.LimitWords limits = facts.limits();
        return switch (operation) {
            case "fork-bomb", "processes", "pids", "thread", "threads" ->
                Optional.of(limited(
                        facts,
                        "limit.pids",
                        "compute.pids",
                        "at most " + limits.pids()
                                + " processes and threads at once; the next fork or thread fails (EAGAIN)"));
            case "memory", "memory-bomb" ->
                Optional.of(
                        limited(
                                facts,
                                "limit.memory",
                                "compute.mem",
                                "at most " + limits.memory()
                                        + " for the whole tree, /tmp and /dev/shm included; beyond it the kernel ends a process of the agent"));
            case "cpu" ->
                Optional.of(
                        limited(facts, "limit.cpu", "compute.cpu", "at most " + limits.cpu() + " of processor time"));
            case "descriptors", "open-files", "fds" ->
                Optional.of(limited(
                        facts,
                        "limit.open_files",
                        "compute.open_files",
                        "at most " + limits.openFiles() + " open files for each process (EMFILE)"));
            case "inherited-descriptors" ->
                Optional.of(Explanation.refused(
                        "the agent starts with 0, 1 and 2 alone; every other descriptor was closed before it"
                                + facts.standing("namespace.mount"),
                        "namespace.mount",
                        "runtime",
                        "declare the file's folder"));
            case "inodes" ->
                Optional.of(Explanation.refused(
                        "/tmp and /dev/shm have a bounded number of files (ENOSPC), and their memory counts; a writable"
                                + " folder of the host has the limits of its file system",
                        "limit.memory",
                        "compute.mem",
                        "give writable folders a file system or a quota of their own"));
            case "disk", "disk-bomb" ->
                Optional.of(Explanation.allowed(
                        "a file in a writable folder may grow as far as its file system; only "
                                + (facts.line("limit.file_size")
                                                .map(line -> line.declared())
                                                .orElse(false)
                                        ? "the size of one file is limited"
                                        : "/tmp (256 MiB) and /dev/shm (16 MiB) are bounded")
                                + facts.standing("limit.file_size"),
                        "limit.file_size",
                        "filesystem.write"));
            default -> Optional.empty();
        };
    }

    private static Explanation limited(SandboxFacts facts, String mechanism, String path, String why) {
        return facts.holds(mechanism)
                ? Explanation.refused(
                        why + facts.standing(mechanism), mechanism, path, "raise " + path + ", if the agent needs more")
                : Explanation.allowed(
                        "the contract says " + why + ", and this host does not enforce it" + facts.standing(mechanism),
                        mechanism,
                        path);
    }
}
