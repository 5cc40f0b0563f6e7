package dev.agentos.worker;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.agentos.bridge.worker.EmbedClient;
import dev.agentos.bridge.worker.WorkerCodec;
import dev.agentos.bridge.worker.WorkerFrame;
import dev.agentos.bridge.worker.WorkerFrame.Code;
import dev.agentos.bridge.worker.WorkerFrame.Failed;
import dev.agentos.bridge.worker.WorkerFrame.Hello;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The real worker in its own JVM, on a real Unix socket. */
final class ModelWorkerProcessTest {

    private static final Duration LONG = Duration.ofSeconds(60);
    private static final List<List<String>> TOPICS = List.of(
            List.of(
                    "A street café needs a permit.",
                    "Restaurants must apply for a licence to put tables on the pavement.",
                    "You need permission for outdoor seating in front of a café.",
                    "Terrace permits are issued for one season.",
                    "Bars may place chairs outside once the permit is granted."),
            List.of(
                    "The orchestra played a symphony by Brahms.",
                    "She practises the violin every evening.",
                    "The concert ended with a loud piece for brass.",
                    "The pianist gave a recital of Chopin.",
                    "The choir sang in four-part harmony."),
            List.of(
                    "Heavy rain is expected in the mountains tonight.",
                    "The forecast says snow above a thousand metres.",
                    "Strong winds and thunderstorms are on their way.",
                    "Tomorrow will be sunny and warm with light clouds.",
                    "The storm brought hail and low temperatures."),
            List.of(
                    "Boil the pasta for nine minutes in salted water.",
                    "Fry the onions in butter until they are golden.",
                    "The recipe asks for two eggs and a cup of flour.",
                    "Bake the bread at two hundred degrees.",
                    "Season the soup with pepper and thyme."));

    @TempDir
    Path directory = Path.of("");

    private final List<Process> started = new ArrayList<>();

    @AfterEach
    void nothingIsLeftBehind() {
        started.forEach(Process::destroyForcibly);
    }

    private Process start(String... more) throws IOException {
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx64m",
                "--enable-native-access=ALL-UNNAMED",
                "-Djava.io.tmpdir=" + Files.createDirectories(directory.resolve("tmp")),
                "-cp",
                System.getProperty("java.class.path"),
                "dev.agentos.worker.ModelWorker",
                "--socket",
                directory.resolve("s").toString()));
        command.addAll(Arrays.asList(more));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("out").toFile())
                .start();
        started.add(process);
        return process;
    }

    private ServerSocketChannel listen() throws IOException {
        return ServerSocketChannel.open(StandardProtocolFamily.UNIX)
                .bind(UnixDomainSocketAddress.of(directory.resolve("s")));
    }

    private int exit(Process process) throws Exception {
        assertTrue(process.waitFor(30, TimeUnit.SECONDS), "the worker still runs");
        return process.exitValue();
    }

    private String output() throws IOException {
        return Files.readString(directory.resolve("out"));
    }

    @Test
    void sentencesOnOneTopicAreCloserThanOthersAndClosingEndsTheProcess() throws Exception {
        try (ServerSocketChannel server = listen()) {
            Process process = start();
            try (EmbedClient client = EmbedClient.over(server.accept(), LONG, LONG)) {
                assertEquals(
                        new Hello("development", "all-minilm-l6-v2-q", 384, MiniLmEmbedder.WEIGHTS_SHA256),
                        client.hello());
                List<String> texts = TOPICS.stream().flatMap(List::stream).toList();
                List<float[]> vectors = client.embed(texts).vectors();
                assertEquals(20, vectors.size());
                for (int i = 0; i < 20; i++) {
                    assertTrue(meanWithin(vectors, i, i / 5) > meanOutside(vectors, i, i / 5), texts.get(i));
                }
                assertArrayEquals(
                        vectors.get(7),
                        client.embed(List.of(texts.get(7))).vectors().getFirst());
                client.ping();
            }
            assertEquals(0, exit(process));
        }
        assertEquals("", output());
        try (var left = Files.list(directory.resolve("tmp"))) {
            assertEquals(List.of(), left.toList(), "nothing is unpacked to the temporary directory");
        }
    }

    private static double meanWithin(List<float[]> vectors, int i, int topic) {
        double sum = 0;
        for (int j = topic * 5; j < topic * 5 + 5; j++) {
            sum += j == i ? 0 : cosine(vectors.get(i), vectors.get(j));
        }
        return sum / 4;
    }

    private static double meanOutside(List<float[]> vectors, int i, int topic) {
        double sum = 0;
        for (int j = 0; j < vectors.size(); j++) {
            sum += j / 5 == topic ? 0 : cosine(vectors.get(i), vectors.get(j));
        }
        return sum / 15;
    }

    private static double cosine(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    @Test
    void aMalformedFrameIsAnsweredWithAnErrorAndTheEnd() throws Exception {
        try (ServerSocketChannel server = listen()) {
            Process process = start();
            try (SocketChannel channel = server.accept()) {
                assertInstanceOf(Hello.class, WorkerCodec.read(channel).orElseThrow());
                channel.write(ByteBuffer.wrap("GET / HTTP/1.1".getBytes(StandardCharsets.US_ASCII)));
                WorkerFrame answer = WorkerCodec.read(channel).orElseThrow();
                assertEquals(
                        Code.FRAME_TOO_LARGE,
                        assertInstanceOf(Failed.class, answer).code());
                assertThrowsOrEnds(channel);
            }
            assertEquals(4, exit(process));
        }
    }

    /** Bytes that the worker never read make the kernel reset the connection instead of ending it. */
    private static void assertThrowsOrEnds(SocketChannel channel) {
        try {
            assertTrue(WorkerCodec.read(channel).isEmpty());
        } catch (IOException e) {
            assertEquals("Connection reset", e.getMessage());
        }
    }

    @Test
    void nothingAskedForLongEnoughEndsTheWorker() throws Exception {
        try (ServerSocketChannel server = listen()) {
            Process process = start("--idle-seconds", "1");
            try (EmbedClient client = EmbedClient.over(server.accept(), LONG, LONG)) {
                client.ping();
                assertEquals(0, exit(process));
                assertThrows(IOException.class, client::ping);
            }
        }
    }

    @Test
    void aMissingModelIsReportedToTheOtherSide() throws Exception {
        try (ServerSocketChannel server = listen()) {
            Process process = start("--model", directory.resolve("nowhere").toString());
            IOException e = assertThrows(IOException.class, () -> EmbedClient.over(server.accept(), LONG, LONG));
            assertTrue(String.valueOf(e.getMessage()).contains("NoSuchFileException"), e.toString());
            assertEquals(3, exit(process));
        }
    }

    @Test
    void otherWeightsThanThePinnedOnesAreRefused() throws Exception {
        Path model = Path.of("target", "model").toAbsolutePath();
        Path changed = Files.createDirectories(directory.resolve("changed"));
        byte[] weights = Files.readAllBytes(model.resolve("all-minilm-l6-v2-q.onnx"));
        weights[weights.length / 2] ^= 1;
        Files.write(changed.resolve("all-minilm-l6-v2-q.onnx"), weights);
        try (ServerSocketChannel server = listen()) {
            Process process = start("--model", changed.toString());
            IOException e = assertThrows(IOException.class, () -> EmbedClient.over(server.accept(), LONG, LONG));
            assertTrue(String.valueOf(e.getMessage()).contains("not the pinned"), e.toString());
            assertEquals(3, exit(process));
        }
    }

    @Test
    void noSocketAndNoArgumentsAreDifferentMistakes() throws Exception {
        assertEquals(3, exit(start()));
        assertTrue(output().startsWith("model-worker: cannot connect to "), output());
        assertEquals(2, exit(start("--frobnicate")));
    }
}
