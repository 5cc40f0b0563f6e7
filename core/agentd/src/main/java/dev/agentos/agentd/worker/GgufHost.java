package dev.agentos.agentd.worker;

import dev.agentos.domain.json.Digests;
import dev.agentos.domain.model.ModelException;
import dev.agentos.domain.model.ModelException.Kind;
import dev.agentos.domain.port.Sandbox;
import dev.agentos.domain.port.Sandbox.SandboxException;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** The worker of one GGUF file: started when it is needed, again when it ended. */
public final class GgufHost implements AutoCloseable {

    /** Tokens of a prompt that are read in one go where it can wait and nobody says otherwise. */
    public static final int PORTION = 64;

    private static final Duration START_LIMIT = Duration.ofSeconds(120);

    /** What the Java virtual machine and the keys and values of the slots take beside the weights. */
    private static final long BESIDE_WEIGHTS = 1_024L * 1024 * 1024;

    private static final List<String> JVM = List.of(
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Xmx128m",
            "-XX:-UsePerfData",
            "--enable-native-access=ALL-UNNAMED");

    private static final String SANDBOX = "gguf-worker-";
    private static final String INSIDE_MODEL = "/opt/agentos/model.gguf";

    private final Starter starter;
    private final Settings settings;
    private final ReentrantLock lock = new ReentrantLock();
    private volatile GgufSlots slots;
    private @Nullable GgufConnection connection;
    private volatile String state = "not started";
    private int number;

    /**
     * A file and how it is run.
     *
     * @param digest SHA-256 of the weights that were approved
     * @param context tokens of one slot
     * @param portion tokens of a prompt that are read in one go: who comes first waits for that long at most
     */
    public record Settings(Path file, String digest, int slots, int context, int threads, int portion) {
        /** What names its workers. */
        String id() {
            return Digests.sha256Hex(file.toString()).substring(0, 8);
        }

        /** The model's name: the file's without its ending. */
        String model() {
            String name = String.valueOf(file.getFileName());
            return name.endsWith(".gguf") ? name.substring(0, name.length() - 5) : name;
        }
    }

    /** Whether a sandbox of this name runs this file. */
    boolean isWorker(String sandbox) {
        return sandbox.startsWith(SANDBOX) && sandbox.contains("-" + settings.id() + ".");
    }

    /** Starts a worker for the settings, the {@code number}th, and gives its connection. */
    public interface Starter {
        SocketChannel start(Settings settings, int number) throws IOException, SandboxException;
    }

    public GgufHost(Settings settings, Starter starter) {
        this.starter = starter;
        this.settings = settings;
        this.slots = new GgufSlots(settings.slots());
    }

    /**
     * Workers in sandboxes.
     *
     * @param runDirectory a folder of agentd where the worker's own folder is made
     * @param code the worker's jars and native libraries
     */
    public static Starter sandboxed(Sandbox sandbox, Path runDirectory, Path code, String bootId) {
        SandboxedWorker worker = new SandboxedWorker(sandbox, runDirectory, code);
        return (settings, number) -> {
            String id = settings.id();
            return worker.start(new SandboxedWorker.Program(
                    SANDBOX + bootId + "-" + id + "." + number,
                    "gguf-" + id,
                    JVM,
                    program(
                            settings,
                            SandboxedWorker.INSIDE_CODE,
                            SandboxedWorker.INSIDE_RUN + "/worker.sock",
                            INSIDE_MODEL),
                    Map.of(INSIDE_MODEL, settings.file()),
                    SandboxedWorker.limits(
                            Files.size(settings.file()) * 2 + BESIDE_WEIGHTS, settings.threads() * 1000L + 500),
                    START_LIMIT));
        };
    }

    /** The class path, the main class and the arguments of a worker. */
    public static List<String> program(Settings settings, String code, String socket, String model) {
        return List.of(
                "-cp",
                code + "/model-worker.jar",
                "dev.agentos.worker.GgufWorker",
                "--socket",
                socket,
                "--model",
                model,
                "--library",
                code + "/model/llama-" + architecture(),
                "--slots",
                String.valueOf(settings.slots()),
                "--context",
                String.valueOf(settings.context()),
                "--threads",
                String.valueOf(settings.threads()),
                "--portion",
                String.valueOf(settings.portion()));
    }

    String model() {
        return settings.model();
    }

    int context() {
        return settings.context();
    }

    int slots() {
        return settings.slots();
    }

    String digest() {
        return settings.digest();
    }

    String state() {
        return state;
    }

    GgufSlots table() {
        return slots;
    }

    Map<String, Object> settings() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("file", settings.file().toString());
        map.put("slots", (long) settings.slots());
        map.put("context", (long) settings.context());
        map.put("threads", (long) settings.threads());
        return map;
    }

    /** The connection of a worker that runs, started where none does. */
    GgufConnection connection() throws ModelException {
        lock.lock();
        try {
            GgufConnection open = connection;
            if (open != null && open.isOpen()) {
                return open;
            }
            GgufConnection fresh = start();
            connection = fresh;
            slots = new GgufSlots(settings.slots());
            state = "running";
            return fresh;
        } catch (IOException | SandboxException e) {
            state = "unavailable: " + e.getMessage();
            throw new ModelException(
                    Kind.UNAVAILABLE,
                    "the worker of " + settings.file() + " does not run: " + e.getMessage(),
                    "see the worker's log in agentd's run folder, and agentctl doctor",
                    e);
        } finally {
            lock.unlock();
        }
    }

    /** A connection that is of no more use. */
    void lost(GgufConnection which) {
        which.close();
        state = "not started";
    }

    private GgufConnection start() throws IOException, SandboxException {
        GgufConnection fresh = GgufConnection.over(starter.start(settings, ++number));
        if (!fresh.ready().weightsSha256().equals(settings.digest())) {
            fresh.close();
            throw new IOException("its weights are not those that were approved: "
                    + fresh.ready().weightsSha256() + " instead of " + settings.digest());
        }
        return fresh;
    }

    private static String architecture() {
        String architecture = System.getProperty("os.arch", "");
        return architecture.equals("amd64") ? "x86_64" : architecture;
    }

    @Override
    public void close() {
        lock.lock();
        try {
            GgufConnection open = connection;
            connection = null;
            if (open != null) {
                open.close();
            }
        } finally {
            lock.unlock();
        }
    }
}
