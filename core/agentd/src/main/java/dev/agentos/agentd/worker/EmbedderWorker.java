package dev.agentos.agentd.worker;

import dev.agentos.bridge.worker.EmbedClient;
import dev.agentos.domain.extractive.SentenceVectors;
import dev.agentos.domain.port.Sandbox;
import dev.agentos.domain.port.Sandbox.SandboxException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Sentence vectors from the model worker: a JVM in a sandbox of its own, started at the first request and ended when
 * idle. Native parsers run there and never in agentd. It reaches nothing but one socket in an otherwise empty folder.
 */
public final class EmbedderWorker implements SentenceVectors, AutoCloseable {

    private static final Duration START_LIMIT = Duration.ofSeconds(30);
    private static final Duration REQUEST_LIMIT = Duration.ofSeconds(120);
    private static final long MEMORY = 768L * 1024 * 1024;
    private static final List<String> JVM = List.of(
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Xmx64m",
            "-Xss512k",
            "-XX:-UsePerfData",
            "-XX:+ExitOnOutOfMemoryError");

    private final SandboxedWorker worker;
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
        this.worker = new SandboxedWorker(sandbox, runDirectory, code);
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
        return EmbedClient.over(
                worker.start(new SandboxedWorker.Program(
                        "model-worker-" + bootId + "." + ++number,
                        "worker",
                        JVM,
                        List.of(
                                "-jar",
                                SandboxedWorker.INSIDE_CODE + "/model-worker.jar",
                                "--socket",
                                SandboxedWorker.INSIDE_RUN + "/worker.sock",
                                "--model",
                                SandboxedWorker.INSIDE_CODE + "/model"),
                        Map.of(),
                        SandboxedWorker.limits(MEMORY, 2000),
                        START_LIMIT)),
                START_LIMIT,
                REQUEST_LIMIT);
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
