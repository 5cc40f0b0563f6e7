package dev.agentos.agentd.tools;

import dev.agentos.agentd.tools.Tool.ToolException;
import dev.agentos.domain.port.Sandbox;
import dev.agentos.domain.port.Sandbox.Exit;
import dev.agentos.domain.port.Sandbox.Mount;
import dev.agentos.domain.port.Sandbox.Receipt;
import dev.agentos.domain.port.Sandbox.SandboxException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/**
 * Runs one program to its end in a sandbox of its own: no network, nothing of the host but its programs, and what the
 * call brings along. The sandbox is gone when the call is over, whether it ended, was cut off or its agent was killed.
 */
public final class SandboxedCalls {

    /** Without these a call is refused: a program that an agent wrote must not reach the network or the host's files. */
    private static final Set<String> NEEDED = Set.of(
            "namespace.mount",
            "namespace.pid",
            "namespace.net",
            "root.readonly",
            "seccomp",
            "no_new_privs",
            "kill.tree");

    private static final String PREFIX = "call-";

    private final Sandbox sandbox;
    private final Path folder;
    private final String bootId;
    private final Supplier<List<Mount>> system;
    private final Map<String, CompletableFuture<Exit>> waiting = new ConcurrentHashMap<>();
    private final AtomicLong number = new AtomicLong();

    /**
     * @param folder where calls keep their standard streams while they run
     * @param system mounts that every sandbox begins with
     */
    public SandboxedCalls(Sandbox sandbox, Path folder, String bootId, Supplier<List<Mount>> system) {
        this.sandbox = sandbox;
        this.folder = folder;
        this.bootId = bootId;
        this.system = system;
        sandbox.onExit(exit -> {
            CompletableFuture<Exit> call = waiting.get(exit.incarnation());
            if (call != null) {
                call.complete(exit);
            }
        });
        sandbox.onLost(() -> waiting.values()
                .forEach(call -> call.completeExceptionally(new IOException("the sandbox broker ended"))));
    }

    /**
     * What to run.
     *
     * @param mounts beside the system's
     * @param stdin empty for none
     */
    record Job(
            String name,
            List<String> argv,
            Map<String, String> env,
            String workdir,
            List<Mount> mounts,
            Optional<byte[]> stdin,
            Limits limits) {
        Job {
            argv = List.copyOf(argv);
            env = Map.copyOf(env);
            mounts = List.copyOf(mounts);
        }
    }

    /** CPU in thousandths of a core; {@code outputBytes} of each stream are kept. */
    record Limits(Duration time, long memoryBytes, long pids, long cpuMillis, long fileBytes, int outputBytes) {
        static final Limits DEFAULT =
                new Limits(Duration.ofSeconds(60), 512L * 1024 * 1024, 128, 1_000, 64L * 1024 * 1024, 64 * 1024);

        Limits withTime(Duration limit) {
            return new Limits(limit, memoryBytes, pids, cpuMillis, fileBytes, outputBytes);
        }

        Limits withOutput(int bytes) {
            return new Limits(time, memoryBytes, pids, cpuMillis, fileBytes, bytes);
        }
    }

    /** What a stream gave: its first bytes, and whether there were more. */
    record Output(byte[] bytes, boolean cut) {}

    /**
     * How it ended.
     *
     * @param reason {@code exit}, {@code signal}, {@code oom} or {@code time}
     * @param notEnforced limits that this host could not set
     */
    record Finished(
            Optional<Integer> code,
            Optional<Integer> signal,
            String reason,
            Output stdout,
            Output stderr,
            long millis,
            List<String> notEnforced) {}

    /** Ends what an earlier agentd left running: its caller is gone, and the call is made again or in doubt. */
    public void endLeftovers() {
        try {
            for (Sandbox.Status status : sandbox.list()) {
                if (status.incarnation().startsWith(PREFIX)
                        && !status.incarnation().startsWith(PREFIX + bootId + "-")) {
                    discard(status.incarnation());
                }
            }
        } catch (SandboxException e) {
            System.getLogger(SandboxedCalls.class.getName())
                    .log(System.Logger.Level.DEBUG, "no broker to ask for old calls: " + e.getMessage());
        }
    }

    /** Runs it. When the calling thread is interrupted, the whole tree is ended before this throws. */
    Finished run(Job job) throws ToolException {
        String incarnation = PREFIX + bootId + "-" + number.incrementAndGet();
        Path streams = null;
        CompletableFuture<Exit> ended = new CompletableFuture<>();
        waiting.put(incarnation, ended);
        try {
            streams = Files.createDirectories(
                    folder.resolve(incarnation),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            Receipt receipt = sandbox.prepare(plan(job, incarnation, streams));
            List<String> missing = gaps(receipt);
            long from = System.nanoTime();
            sandbox.start(incarnation);
            return await(job, incarnation, ended, streams, missing, from);
        } catch (SandboxException e) {
            throw new ToolException(
                    e.code(),
                    "the sandbox for " + job.name() + " was not made: " + e.getMessage(),
                    "see agentctl doctor for what this machine can enforce");
        } catch (IOException e) {
            throw new ToolException(
                    "call.folder", job.name() + ": " + Paths.reason(e), "check the disk of the run directory");
        } finally {
            waiting.remove(incarnation);
            discard(incarnation);
            if (streams != null) {
                deleteAll(streams);
            }
        }
    }

    private static List<String> gaps(Receipt receipt) throws ToolException {
        List<String> limits = new ArrayList<>();
        for (Receipt.Line line : receipt.gaps()) {
            if (NEEDED.contains(line.mechanism())) {
                throw new ToolException(
                        "sandbox.gap",
                        "this host does not enforce " + line.mechanism() + " (" + line.how()
                                + "), and a call never runs without it",
                        "see agentctl doctor");
            }
            limits.add(line.mechanism());
        }
        return limits;
    }

    private Finished await(
            Job job, String incarnation, CompletableFuture<Exit> ended, Path streams, List<String> missing, long from)
            throws ToolException, SandboxException, IOException {
        boolean late = false;
        Exit exit;
        try {
            exit = ended.get(job.limits().time().toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            late = true;
            sandbox.kill(incarnation);
            exit = afterKill(incarnation, ended);
        } catch (InterruptedException e) {
            discard(incarnation);
            Thread.currentThread().interrupt();
            throw new ToolException("call.cancelled", job.name() + " was ended with its agent", "run it again");
        } catch (ExecutionException e) {
            throw lost(job);
        }
        return new Finished(
                exit.code(),
                exit.signal(),
                late ? "time" : exit.reason(),
                read(streams.resolve("stdout"), job.limits().outputBytes()),
                read(streams.resolve("stderr"), job.limits().outputBytes()),
                (System.nanoTime() - from) / 1_000_000,
                missing);
    }

    private static Exit afterKill(String incarnation, CompletableFuture<Exit> ended) {
        try {
            return ended.get(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            System.getLogger(SandboxedCalls.class.getName())
                    .log(System.Logger.Level.WARNING, incarnation + " was killed, and its end was not reported");
        }
        return new Exit(
                incarnation, Optional.empty(), Optional.of(9), "killed", OptionalLong.empty(), OptionalLong.empty());
    }

    private static ToolException lost(Job job) {
        return new ToolException(
                "sandbox.lost-supervisor",
                "the sandbox broker ended while " + job.name() + " ran, and the call with it",
                "run it again once agentctl doctor is well");
    }

    private Sandbox.Plan plan(Job job, String incarnation, Path streams) throws IOException {
        Optional<String> stdin = Optional.empty();
        if (job.stdin().isPresent()) {
            Path file = streams.resolve("stdin");
            Files.write(file, job.stdin().get());
            stdin = Optional.of(file.toString());
        }
        List<Mount> mounts = new ArrayList<>(system.get());
        mounts.addAll(job.mounts());
        Limits limits = job.limits();
        return new Sandbox.Plan(
                incarnation,
                "call",
                job.argv(),
                job.env(),
                job.workdir(),
                mounts,
                new Sandbox.Stdio(
                        stdin,
                        streams.resolve("stdout").toString(),
                        streams.resolve("stderr").toString()),
                new Sandbox.Limits(
                        OptionalLong.of(limits.memoryBytes()),
                        OptionalLong.of(limits.pids()),
                        OptionalLong.of(limits.cpuMillis()),
                        OptionalLong.of(256),
                        OptionalLong.of(limits.fileBytes())));
    }

    private static Output read(Path file, int most) throws IOException {
        if (!Files.exists(file)) {
            return new Output(new byte[0], false);
        }
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(most);
            return new Output(bytes, in.read() >= 0);
        }
    }

    private void discard(String incarnation) {
        try {
            sandbox.kill(incarnation);
            sandbox.forget(incarnation);
        } catch (SandboxException e) {
            // It ended by itself and was forgotten already, or it was never made.
            System.getLogger(SandboxedCalls.class.getName())
                    .log(System.Logger.Level.TRACE, incarnation + ": " + e.getMessage());
        }
    }

    private static void deleteAll(Path streams) {
        for (String name : List.of("stdin", "stdout", "stderr", "code", "")) {
            try {
                Files.deleteIfExists(name.isEmpty() ? streams : streams.resolve(name));
            } catch (IOException e) {
                System.getLogger(SandboxedCalls.class.getName())
                        .log(System.Logger.Level.DEBUG, streams + ": " + e.getMessage());
            }
        }
    }
}
