package dev.agentos.domain.port;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;

/**
 * Runs commands under confinement. A sandbox is built and proven first, then held; nothing of the agent runs before
 * {@link #start}. Ids are incarnations: a restarted agent is a new incarnation, never a reused one.
 */
public interface Sandbox {

    /** What this host can enforce, probed and not assumed. */
    Host host() throws SandboxException;

    /**
     * Builds the sandbox, confines it, probes it from the inside and holds it before the first instruction of the
     * agent. On failure nothing half-made is left.
     */
    Receipt prepare(Plan plan) throws SandboxException;

    /** Releases a held sandbox: its command is executed. Fails when the command cannot be executed. */
    void start(String incarnation) throws SandboxException;

    /** Ends the whole tree at once. The exit is reported through {@link #onExit}. Ending twice is no error. */
    void kill(String incarnation) throws SandboxException;

    /** Asks the agent's process to end (SIGTERM). */
    void terminate(String incarnation) throws SandboxException;

    /** Stops the whole tree from running until {@link #thaw}; returns the mechanism that was used. */
    String freeze(String incarnation) throws SandboxException;

    void thaw(String incarnation) throws SandboxException;

    /** Every sandbox that the broker knows, running or ended and not yet forgotten. */
    List<Status> list() throws SandboxException;

    /** One sandbox as in {@link #list}; empty when the broker does not know it. */
    default Optional<Status> status(String incarnation) throws SandboxException {
        return list().stream()
                .filter(status -> status.incarnation().equals(incarnation))
                .findFirst();
    }

    /** As {@link #list}, without what is known of ends: the short form for looking at very many, again and again. */
    default List<Status> usage() throws SandboxException {
        return list();
    }

    /**
     * What the sandbox keeps on the host's disks without a name. An ended sandbox keeps nothing; of one that nobody knows
     * it fails with {@code unknown.incarnation}.
     */
    Unlinked unlinked(String incarnation) throws SandboxException;

    /** Drops the record of an ended sandbox. */
    void forget(String incarnation) throws SandboxException;

    /** Every listener that was given is called for each exit, from a thread of the adapter. */
    void onExit(Consumer<Exit> listener);

    /** Every listener that was given is called when the broker is gone; each sandbox it held is dead by then. */
    void onLost(Runnable listener);

    /** The host's mechanisms and the mode of the broker. */
    record Host(String version, String mode, List<Mechanism> mechanisms) {
        public Host {
            mechanisms = List.copyOf(mechanisms);
        }

        public Optional<Mechanism> mechanism(String name) {
            return mechanisms.stream().filter(m -> m.name().equals(name)).findFirst();
        }

        public boolean has(String name) {
            return mechanism(name).map(Mechanism::available).orElse(false);
        }
    }

    /** One means of enforcement. {@code detail} is the version, or the reason and the fix where it is missing. */
    record Mechanism(String name, boolean available, String detail) {}

    /** What to run and how it is confined; the Java face of the native plan format, version 2. */
    record Plan(
            String incarnation,
            String hostname,
            List<String> argv,
            Map<String, String> env,
            String workdir,
            List<Mount> mounts,
            Stdio stdio,
            Limits limits,
            List<Door> doors,
            Optional<Schedule> schedule,
            boolean ownUid) {
        public Plan {
            argv = List.copyOf(argv);
            env = Map.copyOf(env);
            mounts = List.copyOf(mounts);
            doors = List.copyOf(doors);
            if (argv.isEmpty()) {
                throw new IllegalArgumentException("a plan needs a command");
            }
        }

        /** A plan that asks for nothing beyond version 1 of the format. */
        public Plan(
                String incarnation,
                String hostname,
                List<String> argv,
                Map<String, String> env,
                String workdir,
                List<Mount> mounts,
                Stdio stdio,
                Limits limits) {
            this(incarnation, hostname, argv, env, workdir, mounts, stdio, limits, List.of(), Optional.empty(), false);
        }

        public Plan withDoors(List<Door> more) {
            return new Plan(incarnation, hostname, argv, env, workdir, mounts, stdio, limits, more, schedule, ownUid);
        }

        public Plan withSchedule(Schedule other) {
            return new Plan(
                    incarnation,
                    hostname,
                    argv,
                    env,
                    workdir,
                    mounts,
                    stdio,
                    limits,
                    doors,
                    Optional.of(other),
                    ownUid);
        }

        /**
         * The agent runs as a user of the host that no other sandbox has; its files stay the owner's on disk. The mechanism
         * is {@code identity.own_uid}, which a broker may report missing.
         */
        public Plan withOwnUid() {
            return new Plan(incarnation, hostname, argv, env, workdir, mounts, stdio, limits, doors, schedule, true);
        }
    }

    /**
     * A port of the sandbox's own loopback interface, 127.0.0.1, that leads to a Unix stream socket of the host. The
     * socket's directory must be there at {@link #prepare} and is pinned then; the socket in it may come and go, and a
     * connection while it is away is closed at once. The agent sees neither the directory nor the socket. At the far
     * end the peer's user is the owner, or the agent's own one with {@link Plan#ownUid}: who speaks is known by the
     * socket, not by the peer.
     */
    record Door(int port, String socket) {
        public Door {
            if (port < 1 || port > 65_535) {
                throw new IllegalArgumentException("a door's port is 1 to 65535, not " + port);
            }
        }
    }

    /**
     * The latency class on the processor, in microseconds. The mechanisms are {@code schedule.deadline} and
     * {@code schedule.locked_memory} for HRT, {@code schedule.weight}, {@code schedule.slice} and
     * {@code schedule.burst} for SRT, {@code schedule.idle} for DT; {@code count.deadline_overruns} says whether misses
     * are counted.
     */
    sealed interface Schedule {
        /**
         * SCHED_DEADLINE. Where the kernel's own admission says no, {@link #prepare} fails with the step
         * {@code schedule:deadline}.
         */
        record Hrt(long runtimeMicros, long deadlineMicros, long periodMicros) implements Schedule {}

        /** A weight of 1 to 10000 where others have 100, a time slice, and credit above the cpu limit. */
        record Srt(OptionalLong weight, OptionalLong sliceMicros, OptionalLong burstMicros) implements Schedule {}

        /** Runs when nobody else wants to. */
        record Dt() implements Schedule {}
    }

    /** One entry of the sandbox's file tree. Targets are absolute paths inside. */
    sealed interface Mount {
        record Bind(String source, String target, boolean writable) implements Mount {}

        record Tmpfs(String target, long sizeBytes) implements Mount {}

        record Proc(String target) implements Mount {}

        record Dev(String target) implements Mount {}

        record Symlink(String target, String to) implements Mount {}

        record File(String target, String content) implements Mount {}
    }

    /** Host paths; an empty stdin is /dev/null. Outputs are appended to. */
    record Stdio(Optional<String> stdin, String stdout, String stderr) {}

    /**
     * Limits of the whole tree; an empty one is not asked for. CPU in thousandths of a core; the I/O limit is for reads
     * and for writes, each, of every device below a writable bind. Whoever has a memory limit has no swap.
     */
    record Limits(
            OptionalLong memoryBytes,
            OptionalLong pids,
            OptionalLong cpuMillis,
            OptionalLong openFiles,
            OptionalLong fileBytes,
            OptionalLong ioBytesPerSecond) {

        public Limits(
                OptionalLong memoryBytes,
                OptionalLong pids,
                OptionalLong cpuMillis,
                OptionalLong openFiles,
                OptionalLong fileBytes) {
            this(memoryBytes, pids, cpuMillis, openFiles, fileBytes, OptionalLong.empty());
        }
    }

    /**
     * How often each limit was met so far, as the kernel counts; empty where this host does not count it. Open files
     * are missing because no kernel counts those.
     *
     * @param memoryMax allocations that met the memory limit; most were served after reclaim
     * @param pidsMax forks and threads that were refused
     * @param cpuThrottledMicros time that the quota kept processors from the agent, summed over processors
     * @param ioStalledMicros time in which a process waited for a device; the limit is one of the causes
     * @param fileSize whether the agent's process was ended by a write beyond the file size limit
     * @param deadlineOverruns HRT: periods in which the declared runtime was used up, at least; see the native README
     */
    record LimitHits(
            OptionalLong oomKills,
            OptionalLong memoryMax,
            OptionalLong pidsMax,
            OptionalLong cpuThrottledPeriods,
            OptionalLong cpuThrottledMicros,
            OptionalLong ioStalledMicros,
            boolean fileSize,
            OptionalLong deadlineOverruns) {

        /** Nothing was counted. */
        public static LimitHits unknown() {
            OptionalLong none = OptionalLong.empty();
            return new LimitHits(none, none, none, none, none, none, false, none);
        }
    }

    /**
     * Files that were deleted and are still open or mapped by a process of the sandbox.
     *
     * @param bytes space that they take, each file once
     * @param unseen processes that could not be looked into; one more where there was too much to look at
     */
    record Unlinked(long bytes, long files, long unseen) {
        public static final Unlinked NONE = new Unlinked(0, 0, 0);
    }

    /** Declared against actual, as probed from inside the sandbox. */
    record Receipt(String incarnation, long pid, long spawnMicros, List<Line> lines) {
        public Receipt {
            lines = List.copyOf(lines);
        }

        public List<Line> gaps() {
            return lines.stream().filter(Line::isGap).toList();
        }

        /** {@code actual} is {@code enforced}, {@code missing} or {@code not-asked}. */
        public record Line(String mechanism, boolean declared, String actual, String how, String probe) {
            public boolean isGap() {
                return declared && !actual.equals("enforced");
            }
        }
    }

    /** {@code reason} is {@code exit}, {@code signal}, {@code oom} or {@code killed}. */
    record Exit(
            String incarnation,
            Optional<Integer> code,
            Optional<Integer> signal,
            String reason,
            OptionalLong cpuMicros,
            OptionalLong memoryPeakBytes,
            LimitHits hits) {

        public Exit(
                String incarnation,
                Optional<Integer> code,
                Optional<Integer> signal,
                String reason,
                OptionalLong cpuMicros,
                OptionalLong memoryPeakBytes) {
            this(incarnation, code, signal, reason, cpuMicros, memoryPeakBytes, LimitHits.unknown());
        }
    }

    /** {@code state} is {@code held}, {@code running}, {@code frozen} or {@code exited}. */
    record Status(
            String incarnation,
            String state,
            OptionalLong cpuMicros,
            OptionalLong memoryBytes,
            OptionalLong pids,
            Optional<Exit> exit,
            LimitHits hits,
            OptionalLong pid) {

        public Status(
                String incarnation,
                String state,
                OptionalLong cpuMicros,
                OptionalLong memoryBytes,
                OptionalLong pids,
                Optional<Exit> exit,
                LimitHits hits) {
            this(incarnation, state, cpuMicros, memoryBytes, pids, exit, hits, OptionalLong.empty());
        }

        public Status(
                String incarnation,
                String state,
                OptionalLong cpuMicros,
                OptionalLong memoryBytes,
                OptionalLong pids,
                Optional<Exit> exit) {
            this(incarnation, state, cpuMicros, memoryBytes, pids, exit, LimitHits.unknown());
        }
    }

    /** A step failed. {@code code} is stable, {@code step} is the place, the message ends with the next step. */
    final class SandboxException extends Exception {
        private final String code;
        private final String step;

        public SandboxException(String code, String step, String message) {
            super(message);
            this.code = code;
            this.step = step;
        }

        public String code() {
            return code;
        }

        public String step() {
            return step;
        }
    }
}
