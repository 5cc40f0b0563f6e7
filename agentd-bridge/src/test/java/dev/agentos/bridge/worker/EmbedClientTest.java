package dev.agentos.bridge.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.agentos.bridge.worker.WorkerFrame.Code;
import dev.agentos.bridge.worker.WorkerFrame.Embed;
import dev.agentos.bridge.worker.WorkerFrame.Failed;
import dev.agentos.bridge.worker.WorkerFrame.Hello;
import dev.agentos.bridge.worker.WorkerFrame.Ping;
import dev.agentos.bridge.worker.WorkerFrame.Pong;
import dev.agentos.bridge.worker.WorkerFrame.Vectors;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class EmbedClientTest {

    private static final Hello HELLO = new Hello("test", "m", 2, "00".repeat(32));
    private static final Duration LONG = Duration.ofSeconds(20);

    @TempDir
    Path directory = Path.of("");

    private ServerSocketChannel server;
    private SocketChannel worker;
    private SocketChannel ours;

    EmbedClientTest() throws IOException {
        server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        worker = SocketChannel.open(StandardProtocolFamily.UNIX);
        ours = worker;
    }

    @BeforeEach
    void connect() throws IOException {
        var address = UnixDomainSocketAddress.of(directory.resolve("s"));
        server.bind(address);
        worker.connect(address);
        ours = server.accept();
    }

    @AfterEach
    void disconnect() throws IOException {
        ours.close();
        worker.close();
        server.close();
    }

    private void answering(UnaryOperator<WorkerFrame> answers) {
        Thread.ofVirtual().start(() -> {
            try {
                WorkerCodec.write(worker, HELLO);
                while (true) {
                    var request = WorkerCodec.read(worker);
                    if (request.isEmpty()) {
                        return;
                    }
                    WorkerCodec.write(worker, answers.apply(request.get()));
                }
            } catch (IOException _) {
                // The test closed the connection.
            }
        });
    }

    /** The length of each text, and whether it is exactly as long as the wire allows. */
    private static WorkerFrame lengths(WorkerFrame request) {
        return switch (request) {
            case Embed embed -> {
                var vectors = new ArrayList<float[]>();
                embed.texts().forEach(text -> vectors.add(new float[] {text.length(), 1}));
                yield new Vectors(embed.id(), vectors, new BitSet());
            }
            case Ping ping -> new Pong(ping.id());
            case Hello _, Pong _, Vectors _, Failed _ -> new Failed(0, Code.UNEXPECTED_FRAME, "no");
        };
    }

    private String failure(UnaryOperator<WorkerFrame> answers) throws IOException {
        answering(answers);
        EmbedClient client = EmbedClient.over(ours, LONG, LONG);
        IOException e = assertThrows(IOException.class, () -> client.embed(List.of("a")));
        assertFalse(client.isOpen(), "after a failure nothing more is asked");
        return String.valueOf(e.getMessage());
    }

    @Test
    void manyTextsAreAskedInBatchesAndKeepTheirOrder() throws IOException {
        answering(EmbedClientTest::lengths);
        try (EmbedClient client = EmbedClient.over(ours, LONG, LONG)) {
            var texts = new ArrayList<String>();
            for (int i = 0; i < 1_000; i++) {
                texts.add("x".repeat(i % 50));
            }
            EmbedClient.Embedded embedded = client.embed(texts);
            assertEquals(HELLO, client.hello());
            assertEquals(1_000, embedded.vectors().size());
            for (int i = 0; i < 1_000; i++) {
                assertEquals(i % 50, embedded.vectors().get(i)[0]);
            }
            assertTrue(embedded.truncated().isEmpty());
            client.ping();
            assertEquals(List.of(), client.embed(List.of()).vectors());
        }
    }

    @Test
    void aLongTextIsCutBetweenCharactersAndMarked() throws IOException {
        answering(EmbedClientTest::lengths);
        try (EmbedClient client = EmbedClient.over(ours, LONG, LONG)) {
            EmbedClient.Embedded embedded = client.embed(List.of("short", "x" + "\uD83D\uDE00".repeat(4_000)));
            assertEquals("{1}", embedded.truncated().toString());
            assertEquals(
                    1 + 2 * ((WorkerFrame.MAX_TEXT_BYTES - 1) / 4),
                    embedded.vectors().get(1)[0]);
        }
        String cut = EmbedClient.bounded("\u20AC".repeat(5_000));
        assertEquals(WorkerFrame.MAX_TEXT_BYTES / 3 * 3, cut.getBytes(StandardCharsets.UTF_8).length);
    }

    @Test
    void answersThatWereNotAskedForCloseTheConnection() throws IOException {
        assertEquals(
                "the model worker answered something that was not asked",
                failure(request -> new Vectors(request.id() + 1, List.of(new float[2]), new BitSet())));
    }

    @Test
    void anotherDimensionThanPromisedClosesTheConnection() throws IOException {
        assertEquals(
                "the model worker answered something that was not asked",
                failure(request -> new Vectors(request.id(), List.of(new float[3]), new BitSet())));
    }

    @Test
    void aFailureIsPassedOn() throws IOException {
        assertEquals(
                "the model worker failed: out of memory",
                failure(request -> new Failed(request.id(), Code.MODEL_FAILED, "out of memory")));
    }

    @Test
    void aSilentWorkerIsGivenUp() throws IOException {
        WorkerCodec.write(worker, HELLO);
        EmbedClient client = EmbedClient.over(ours, LONG, Duration.ofMillis(50));
        IOException e = assertThrows(IOException.class, client::ping);
        assertEquals("the model worker did not answer within 50 ms", e.getMessage());
        assertFalse(client.isOpen());
    }

    @Test
    void aWorkerThatDoesNotIntroduceItselfIsNotUsed() throws IOException {
        WorkerCodec.write(worker, new Pong(1));
        assertThrows(IOException.class, () -> EmbedClient.over(ours, LONG, LONG));
        assertFalse(ours.isOpen());
    }

    @Test
    void aWorkerThatCannotStartSaysWhy() throws IOException {
        WorkerCodec.write(worker, new Failed(0, Code.MODEL_FAILED, "no weights"));
        IOException e = assertThrows(IOException.class, () -> EmbedClient.over(ours, LONG, LONG));
        assertEquals("the model worker did not start: no weights", e.getMessage());
    }

    @Test
    void garbageInsteadOfAFrameIsAnError() throws IOException {
        worker.write(ByteBuffer.wrap("HTTP/1.1 200 OK\r\n\r\n".getBytes(StandardCharsets.US_ASCII)));
        assertThrows(MalformedFrameException.class, () -> EmbedClient.over(ours, LONG, LONG));
    }
}
