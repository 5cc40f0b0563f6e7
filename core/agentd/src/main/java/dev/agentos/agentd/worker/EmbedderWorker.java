package dev.agentos.agentd.worker;

import dev.agentos.agentd.agents.SandboxPlans;
import dev.agentos.bridge.worker.EmbedClient;
import dev.agentos.domain.extractive.SentenceVectors;
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
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Sentence vectors from the model worker: a JVM in a sandbox of its own, started at the first request and ended when
 * idle. Native parsers run there and never in agentd. It reaches nothing but one socket in an otherwise empty folder.
 */
public final class EmbedderWorker implements SentenceVectors, AutoCloseable {

    private static final Duration START_LIMIT = Duration.ofSeconds(30);
    private static final Duration REQUEST_LIMIT = Duration.ofSeconds(120);
    private static final String INSIDE_RUN = "/run/agentos";
    private static final String INSIDE_CODE = "/opt/agentos/worker";
    private static final long MEMORY = 768L * 1024 * 1024;
    private static final long TMP = 64L * 1024 * 1024;

    private final Sandbox sandbox;
    private final Path runDirectory;
    private final Path code;
    private final String bootId;
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable EmbedClient client;
    private volatile String state = "not started";
    private int number;

    /**
     * @param runDirectory a folder of agentd where the worker's own folder is made
     * @param code the worker's jars and its model, prepared by the build
     */
    public EmbedderWorker(Sandbox sandbox, Path runDirectory, Path code, String bootId) {
        this.sandbox = sandbox;
        this.runDirectory = runDirectory;
        this.code = code;
        this.bootId = bootId;
    }

    @Override
    public String method() {
        return "minilm";
    }

    /** {@code not started}, {@code running} or why it cannot run. */
    public String state() {
        return state;
    }

    @Override
    public List<float[]> vectors(List<String> texts) {
        lock.lock();
        try {
            return embed(texts);
        } catch (IOException | SandboxException first) {
            // The worker ends when idle, and an idle end can meet a request: one fresh worker is worth a try.
            discard();
            try {
                return embed(texts);
            } catch (IOException | SandboxException second) {
                discard();
                state = "unavailable: " + second.getMessage();
                throw new VectorsUnavailableException("the model worker: " + second.getMessage(), second);
            }
        } finally {
            lock.unlock();
        }
    }

    private List<float[]> embed(List<String> texts) throws IOException, SandboxException {
        EmbedClient open = client;
        if (open == null) {
            open = start();
            client = open;
            state = "running";
        }
        return open.embed(texts).vectors();
    }

    private void discard() {
        EmbedClient open = client;
        client = null;
        state = "not started";
        if (open != null) {
            try {
                open.close();
            } catch (IOException e) {
                System.getLogger(EmbedderWorker.class.getName())
                        .log(System.Logger.Level.DEBUG, "closing the worker's connection", e);
            }
        }
    }

    private EmbedClient start() throws IOException, SandboxException {
        if (!Files.isDirectory(code)) {
            throw new IOException(code + " is missing; build it with ./agentos build");
        }
        Path folder = Files.createDirectories(
                runDirectory.resolve("worker"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Path socket = folder.resolve("worker.sock");
        Files.deleteIfExists(socket);
        String incarnation = "model-worker-" + bootId + "." + ++number;
        try (ServerSocketChannel listening = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            listening.bind(UnixDomainSocketAddress.of(socket));
            sandbox.prepare(plan(incarnation, folder));
            sandbox.start(incarnation);
            Optional<SocketChannel> connected = accept(listening);
            if (connected.isEmpty()) {
                sandbox.kill(incarnation);
                throw new IOException("it did not connect in " + START_LIMIT.toSeconds() + " s; see "
                        + runDirectory.resolve("worker.log"));
            }
            return EmbedClient.over(connected.get(), START_LIMIT, REQUEST_LIMIT);
        }
    }

    private static Optional<SocketChannel> accept(ServerSocketChannel listening) throws IOException {
        listening.configureBlocking(false);
        try (Selector selector = Selector.open()) {
            listening.register(selector, SelectionKey.OP_ACCEPT);
            if (selector.select(START_LIMIT.toMillis()) == 0) {
                return Optional.empty();
            }
            SocketChannel channel = listening.accept();
            channel.configureBlocking(true);
            return Optional.of(channel);
        }
    }

    private Sandbox.Plan plan(String incarnation, Path folder) throws IOException {
        Path java = Path.of(System.getProperty("java.home")).toRealPath();
        List<Mount> mounts = new ArrayList<>(SandboxPlans.system());
        mounts.removeIf(mount -> mount instanceof Mount.Tmpfs);
        mounts.add(new Mount.Tmpfs("/tmp", TMP));
        if (!java.startsWith("/usr")) {
            mounts.add(new Mount.Bind(java.toString(), java.toString(), false));
        }
        mounts.add(new Mount.Bind(code.toRealPath().toString(), INSIDE_CODE, false));
        mounts.add(new Mount.Bind(folder.toRealPath().toString(), INSIDE_RUN, true));
        List<String> argv = List.of(
                java.resolve("bin/java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx64m",
                "-Xss512k",
                "-XX:-UsePerfData",
                "-XX:+ExitOnOutOfMemoryError",
                "-jar",
                INSIDE_CODE + "/model-worker.jar",
                "--socket",
                INSIDE_RUN + "/worker.sock",
                "--model",
                INSIDE_CODE + "/model");
        String log = runDirectory.resolve("worker.log").toString();
        return new Sandbox.Plan(
                incarnation,
                "model-worker",
                argv,
                Map.of("PATH", "/usr/bin:/bin", "HOME", "/tmp", "LANG", "C.UTF-8"),
                "/tmp",
                mounts,
                new Sandbox.Stdio(Optional.empty(), log, log),
                new Sandbox.Limits(
                        OptionalLong.of(MEMORY),
                        OptionalLong.of(128),
                        OptionalLong.of(2000),
                        OptionalLong.of(256),
                        OptionalLong.empty()));
    }

    @Override
    public void close() {
        lock.lock();
        try {
            discard();
        } finally {
            lock.unlock();
        }
    }
}
