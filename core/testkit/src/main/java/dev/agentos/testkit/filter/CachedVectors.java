package dev.agentos.testkit.filter;

import dev.agentos.bridge.worker.EmbedClient;
import dev.agentos.domain.extractive.SentenceVectors;
import dev.agentos.domain.json.Digests;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Sentence vectors of a worker process of its own, kept in a file so that the next measurement starts at once. The file
 * can be deleted at any time.
 */
public final class CachedVectors implements SentenceVectors, AutoCloseable {

    private static final int BATCH = 256;

    private final Path worker;
    private final Path file;
    private final Map<String, float[]> known = new HashMap<>();
    private @Nullable Process process;
    private @Nullable EmbedClient client;
    private @Nullable Path folder;

    /**
     * @param worker the folder with model-worker.jar and the model
     * @param file where vectors are kept
     */
    public CachedVectors(Path worker, Path file) throws IOException {
        this.worker = worker;
        this.file = file;
        if (Files.isRegularFile(file)) {
            load();
        }
    }

    /** Whether vectors can be had that are not kept yet. */
    public boolean isAvailable() {
        return Files.isRegularFile(worker.resolve("model-worker.jar"));
    }

    private void load() throws IOException {
        try (DataInputStream in =
                new DataInputStream(new java.io.BufferedInputStream(Files.newInputStream(file), 1 << 16))) {
            while (true) {
                byte[] key = in.readNBytes(16);
                if (key.length < 16) {
                    return;
                }
                float[] vector = new float[in.readInt()];
                for (int i = 0; i < vector.length; i++) {
                    vector[i] = in.readFloat();
                }
                known.put(new String(key, StandardCharsets.US_ASCII), vector);
            }
        } catch (EOFException _) {
            // A measurement was ended while it wrote: the last vector is made again.
            Files.delete(file);
            save(known);
        }
    }

    private static String key(String text) {
        return Digests.sha256Hex(text).substring(0, 16);
    }

    @Override
    public List<float[]> vectors(List<String> texts) {
        List<String> missing = new ArrayList<>(new LinkedHashSet<>(
                texts.stream().filter(text -> !known.containsKey(key(text))).toList()));
        try {
            for (int from = 0; from < missing.size(); from += BATCH) {
                List<String> batch = missing.subList(from, Math.min(missing.size(), from + BATCH));
                List<float[]> made = open().embed(batch).vectors();
                Map<String, float[]> fresh = new HashMap<>();
                for (int i = 0; i < batch.size(); i++) {
                    fresh.put(key(batch.get(i)), made.get(i));
                }
                save(fresh);
                known.putAll(fresh);
                if (from / BATCH % 8 == 0 && missing.size() > 8 * BATCH) {
                    System.err.println("vectors: " + from + " of " + missing.size());
                }
            }
        } catch (IOException e) {
            throw new VectorsUnavailableException("the model worker: " + e.getMessage(), e);
        }
        return texts.stream()
                .map(text -> Optional.ofNullable(known.get(key(text))).orElseThrow())
                .toList();
    }

    private void save(Map<String, float[]> vectors) throws IOException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        try (DataOutputStream out = new DataOutputStream(new java.io.BufferedOutputStream(
                Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND), 1 << 16))) {
            for (Map.Entry<String, float[]> entry : vectors.entrySet()) {
                out.write(entry.getKey().getBytes(StandardCharsets.US_ASCII));
                out.writeInt(entry.getValue().length);
                for (float value : entry.getValue()) {
                    out.writeFloat(value);
                }
            }
        }
    }

    private EmbedClient open() throws IOException {
        EmbedClient open = client;
        if (open != null) {
            return open;
        }
        Path place = Files.createTempDirectory("agentos-vectors");
        folder = place;
        Path socket = place.resolve("worker.sock");
        try (ServerSocketChannel listening = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            listening.bind(UnixDomainSocketAddress.of(socket));
            process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin/java").toString(),
                            "-XX:+UseSerialGC",
                            "-Xmx64m",
                            "-jar",
                            worker.resolve("model-worker.jar").toString(),
                            "--socket",
                            socket.toString(),
                            "--model",
                            worker.resolve("model").toString())
                    .inheritIO()
                    .start();
            SocketChannel channel = listening.accept();
            open = EmbedClient.over(channel, Duration.ofSeconds(60), Duration.ofSeconds(300));
        }
        client = open;
        return open;
    }

    @Override
    public String method() {
        return "minilm";
    }

    @Override
    public void close() throws IOException {
        if (client != null) {
            client.close();
        }
        try {
            if (process != null && !process.waitFor(5, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (folder != null) {
            Files.deleteIfExists(folder.resolve("worker.sock"));
            Files.deleteIfExists(folder);
        }
    }
}
