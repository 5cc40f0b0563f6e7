package dev.agentos.agentd.worker;

import dev.agentos.agentd.agents.SandboxPlans;
import dev.agentos.domain.port.Sandbox;
import dev.agentos.domain.port.Sandbox.Mount;
import dev.agentos.domain.port.Sandbox.SandboxException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Starts a JVM with the worker's code in a sandbox of its own, and waits until it has connected. It reaches nothing but
 * one socket in an otherwise empty folder, and what is given to it to read.
 */
final class SandboxedWorker {

    static final String INSIDE_RUN = "/run/agentos";
    static final String INSIDE_CODE = "/opt/agentos/worker";
    private static final long TMP = 64L * 1024 * 1024;

    private final Sandbox sandbox;
    private final Path runDirectory;
    private final Path code;

    /**
     * @param runDirectory a folder of agentd where the worker's own folder is made
     * @param code the worker's jars and native libraries, prepared by the build
     */
    SandboxedWorker(Sandbox sandbox, Path runDirectory, Path code) {
        this.sandbox = sandbox;
        this.runDirectory = runDirectory;
        this.code = code;
    }

    /**
     * What is to be started.
     *
     * @param folder the name of its own folder and of its log
     * @param jvm options of the Java virtual machine
     * @param program the jar, or the class path and the main class, with the arguments
     * @param reads files that it may read, by where they appear inside
     */
    record Program(
            String incarnation,
            String folder,
            List<String> jvm,
            List<String> program,
            Map<String, Path> reads,
            Sandbox.Limits limits,
            Duration startLimit) {}

    static Sandbox.Limits limits(long memory, long cpuMillis) {
        return new Sandbox.Limits(
                OptionalLong.of(memory),
                OptionalLong.of(128),
                OptionalLong.of(cpuMillis),
                OptionalLong.of(256),
                OptionalLong.empty());
    }

    /** The connection of a fresh worker. */
    SocketChannel start(Program program) throws IOException, SandboxException {
        if (!Files.isDirectory(code)) {
            throw new IOException(code + " is missing; build it with ./agentos build");
        }
        Path folder = Files.createDirectories(
                runDirectory.resolve(program.folder()),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Path socket = folder.resolve("worker.sock");
        Files.deleteIfExists(socket);
        try (ServerSocketChannel listening = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            listening.bind(UnixDomainSocketAddress.of(socket));
            sandbox.prepare(plan(program, folder));
            sandbox.start(program.incarnation());
            Optional<SocketChannel> connected = accept(listening, program.startLimit());
            if (connected.isEmpty()) {
                sandbox.kill(program.incarnation());
                throw new IOException(
                        "it did not connect in " + program.startLimit().toSeconds() + " s; see " + log(program));
            }
            return connected.get();
        }
    }

    private Path log(Program program) {
        return runDirectory.resolve(program.folder() + ".log");
    }

    private static Optional<SocketChannel> accept(ServerSocketChannel listening, Duration limit) throws IOException {
        listening.configureBlocking(false);
        try (Selector selector = Selector.open()) {
            listening.register(selector, SelectionKey.OP_ACCEPT);
            if (selector.select(limit.toMillis()) == 0) {
                return Optional.empty();
            }
            SocketChannel channel = listening.accept();
            channel.configureBlocking(true);
            return Optional.of(channel);
        }
    }

    private Sandbox.Plan plan(Program program, Path folder) throws IOException {
        Path java = Path.of(System.getProperty("java.home")).toRealPath();
        List<Mount> mounts = new ArrayList<>(SandboxPlans.system());
        mounts.removeIf(mount -> mount instanceof Mount.Tmpfs);
        mounts.add(new Mount.Tmpfs("/tmp", TMP));
        if (!java.startsWith("/usr")) {
            mounts.add(new Mount.Bind(java.toString(), java.toString(), false));
        }
        mounts.add(new Mount.Bind(code.toRealPath().toString(), INSIDE_CODE, false));
        mounts.add(new Mount.Bind(folder.toRealPath().toString(), INSIDE_RUN, true));
        for (Map.Entry<String, Path> file : program.reads().entrySet()) {
            mounts.add(new Mount.Bind(file.getValue().toRealPath().toString(), file.getKey(), false));
        }
        List<String> argv = new ArrayList<>();
        argv.add(java.resolve("bin/java").toString());
        argv.addAll(program.jvm());
        argv.addAll(program.program());
        String log = log(program).toString();
        return new Sandbox.Plan(
                program.incarnation(),
                "model-worker",
                argv,
                Map.of("PATH", "/usr/bin:/bin", "HOME", "/tmp", "LANG", "C.UTF-8"),
                "/tmp",
                mounts,
                new Sandbox.Stdio(Optional.empty(), log, log),
                program.limits());
    }
}
