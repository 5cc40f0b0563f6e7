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
            case "tmp" ->
                Optional.of(limited(
                        facts,
                        "limit.memory",
                        "compute.mem",
                        "/tmp is memory of the sandbox: at most 256 MiB (ENOSPC), and /dev/shm 16 MiB, and what is in them"
                                + " counts against the " + limits.memory()
                                + " of the whole tree, beyond which the kernel ends a process of the agent"));
            case "tmp-inodes" ->
                Optional.of(limited(
                        facts,
                        "limit.memory",
                        "compute.mem",
                        "/tmp and /dev/shm have a bounded number of files (ENOSPC), and their memory counts against the "
                                + limits.memory() + " of the whole tree"));
            case "inodes" ->
                Optional.of(limited(
                        facts,
                        "limit.disk",
                        "compute.disk",
                        "at most " + limits.diskFiles()
                                + " files and folders in the workspace, one for each 16 KiB of disk space and never less than"
                                + " 4096; agentd looks about once a second and ends the agent (limit.disk); /tmp and /dev/shm"
                                + " have a bound of their own (ENOSPC), and other writable folders that of their file"
                                + " system"));
            case "disk", "disk-bomb" ->
                Optional.of(limited(
                        facts,
                        "limit.disk",
                        "compute.disk",
                        "at most " + limits.disk()
                                + " in the workspace and the output together, deleted files that are still open or mapped"
                                + " included; one file cannot grow beyond it (SIGXFSZ), and agentd looks about once a second"
                                + " and ends the agent (limit.disk); other writable folders have the limit of their file"
                                + " system"));
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
