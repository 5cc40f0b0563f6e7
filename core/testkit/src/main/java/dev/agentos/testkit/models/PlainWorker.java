package dev.agentos.testkit.models;

import dev.agentos.agentd.worker.GgufHost;
import dev.agentos.agentd.worker.GgufHost.Settings;
import dev.agentos.agentd.worker.GgufProvider;
import dev.agentos.domain.json.Digests;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** The real GGUF worker as a plain process with a model of our own making, for measurements: no sandbox, same program. */
public final class PlainWorker implements AutoCloseable {

    private final Path folder;
    private final GgufProvider provider;
    private final List<Process> processes;

    private PlainWorker(Path folder, GgufProvider provider, List<Process> processes) {
        this.folder = folder;
        this.provider = provider;
        this.processes = processes;
    }

    /**
     * Starts it.
     *
     * @param home a built runtime, laid out as an installation
     */
    public static PlainWorker start(Path home, TinyLlama shape, int slots, int context, int portion)
            throws IOException {
        return start(home, shape::write, slots, context, portion);
    }

    /** Writes weights into a file. */
    public interface Weights {
        void write(Path file) throws IOException;
    }

    /** Starts it with other weights. */
    public static PlainWorker start(Path home, Weights weights, int slots, int context, int portion)
            throws IOException {
        Path folder = Files.createTempDirectory("agentos-gguf");
        Path model = folder.resolve("bench.gguf");
        weights.write(model);
        Settings settings =
                new Settings(model, Digests.sha256Hex(Files.readAllBytes(model)), slots, context, 2, portion);
        List<Process> processes = new ArrayList<>();
        GgufHost host = new GgufHost(settings, (given, number) -> {
            Path socket = folder.resolve("worker-" + number + ".sock");
            try (ServerSocketChannel listening = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
                listening.bind(UnixDomainSocketAddress.of(socket));
                List<String> command = new ArrayList<>(List.of(
                        Path.of(System.getProperty("java.home"), "bin/java").toString(),
                        "-XX:+UseSerialGC",
                        "-Xmx128m",
                        "--enable-native-access=ALL-UNNAMED"));
                command.addAll(GgufHost.program(
                        given, home.resolve("worker").toString(), socket.toString(), model.toString()));
                processes.add(new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(folder.resolve("worker.log").toFile())
                        .start());
                return accept(listening, processes.getLast());
            }
        });
        return new PlainWorker(folder, new GgufProvider("gguf", host), processes);
    }

    private static SocketChannel accept(ServerSocketChannel listening, Process process) throws IOException {
        var _ = process.onExit().thenRun(() -> {
            try {
                listening.close();
            } catch (IOException e) {
                System.getLogger(PlainWorker.class.getName()).log(System.Logger.Level.DEBUG, "closing", e);
            }
        });
        return listening.accept();
    }

    public GgufProvider provider() {
        return provider;
    }

    @Override
    public void close() throws IOException {
        provider.close();
        processes.forEach(Process::destroyForcibly);
        try (var files = Files.walk(folder)) {
            for (Path path : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        }
    }
}
