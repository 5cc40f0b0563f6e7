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

    /** Drops the record of an ended sandbox. */
    void forget(String incarnation) throws SandboxException;

    /** Called for each exit, from a thread of the adapter. */
    void onExit(Consumer<Exit> listener);

    /** Called when the broker is gone; every sandbox it held is dead by then. */
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

    /** What to run and how it is confined; the Java face of the native plan format, version 1. */
    record Plan(
            String incarnation,
            String hostname,
            List<String> argv,
            Map<String, String> env,
            String workdir,
            List<Mount> mounts,
            Stdio stdio,
            Limits limits) {
        public Plan {
            argv = List.copyOf(argv);
            env = Map.copyOf(env);
            mounts = List.copyOf(mounts);
            if (argv.isEmpty()) {
                throw new IllegalArgumentException("a plan needs a command");
            }
        }
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

    /** Limits of the whole tree; an empty one is not asked for. CPU in thousandths of a core. */
    record Limits(
            OptionalLong memoryBytes,
            OptionalLong pids,
            OptionalLong cpuMillis,
            OptionalLong openFiles,
            OptionalLong fileBytes) {}

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
            OptionalLong memoryPeakBytes) {}

    /** {@code state} is {@code held}, {@code running}, {@code frozen} or {@code exited}. */
    record Status(
            String incarnation,
            String state,
            OptionalLong cpuMicros,
            OptionalLong memoryBytes,
            OptionalLong pids,
            Optional<Exit> exit) {}

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
