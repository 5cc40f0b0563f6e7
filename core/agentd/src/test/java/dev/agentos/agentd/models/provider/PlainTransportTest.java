package dev.agentos.agentd.models.provider;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** HTTP/1.1 to a model server: kept connections, three ways to frame an answer, silence, and servers that go away. */
@Timeout(20)
class PlainTransportTest {

    private static final String CHUNKED = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

    /** What the server does after it has read a request on a connection. */
    private interface Script {
        void answer(OutputStream out, Socket socket) throws IOException, InterruptedException;
    }

    private final ServerSocket server;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private final PlainTransport transport;
    private final BlockingQueue<Script> scripts = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> seen = new LinkedBlockingQueue<>();
    private final AtomicInteger connections = new AtomicInteger();

    PlainTransportTest() throws IOException {
        server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        transport = new PlainTransport(
                URI.create("http://127.0.0.1:" + server.getLocalPort()), Duration.ofMillis(600), timer);
        Thread.ofVirtual().start(this::accept);
    }

    @AfterEach
    void stop() throws IOException {
        transport.close();
        timer.shutdownNow();
        server.close();
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                connections.incrementAndGet();
                Thread.ofVirtual().start(() -> serve(socket));
            } catch (IOException e) {
                seen.add("closed");
            }
        }
    }

    private void serve(Socket socket) {
        try (socket;
                BufferedReader in =
                        new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                String first = line;
                while (!line.isEmpty()) {
                    line = in.readLine();
                }
                seen.add(first);
                scripts.take().answer(socket.getOutputStream(), socket);
            }
            seen.add("end");
        } catch (IOException | InterruptedException e) {
            seen.add("broken");
        }
    }

    private static Script says(String text) {
        return (out, _) -> out.write(text.getBytes(StandardCharsets.US_ASCII));
    }

    private HttpTransport.Answer get() throws IOException, InterruptedException {
        return transport.send("GET", "/x?y=1", Map.of("X-Key", "k"), "");
    }

    private String whole() throws IOException, InterruptedException {
        try (HttpTransport.Body body = get().body()) {
            return new String(body.readAllBytes(), StandardCharsets.US_ASCII);
        }
    }

    @Test
    void oneConnectionCarriesOneRequestAfterTheOther() throws Exception {
        scripts.add(says(CHUNKED + "3\r\none\r\n5;x=y\r\n, two\r\n0\r\nTrailer: t\r\n\r\n"));
        scripts.add(says("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nthree"));
        scripts.add(says("HTTP/1.1 204 No Content\r\n\r\n"));
        assertEquals("one, two", whole());
        assertEquals("three", whole());
        assertEquals("", whole());
        assertEquals(1, connections.get());
        assertEquals("GET /x?y=1 HTTP/1.1", seen.poll());
    }

    @Test
    void theFrameMayEndAfterAllThatMatters() throws Exception {
        scripts.add((out, _) -> {
            out.write((CHUNKED + "4\r\ndone\r\n").getBytes(StandardCharsets.US_ASCII));
            out.flush();
            TimeUnit.MILLISECONDS.sleep(50);
            out.write("0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        });
        scripts.add(says("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"));
        try (HttpTransport.Body body = get().body()) {
            assertEquals("done", new String(body.readNBytes(4), StandardCharsets.US_ASCII));
            body.saidAll();
        }
        TimeUnit.MILLISECONDS.sleep(200);
        assertEquals("ok", whole());
        assertEquals(1, connections.get());
    }

    @Test
    void whoLeavesEarlyEndsTheConnectionSoThatTheServerStops() throws Exception {
        scripts.add(says(CHUNKED + "4\r\nhalf\r\n"));
        try (HttpTransport.Body body = get().body()) {
            assertEquals('h', body.read());
        }
        assertEquals("GET /x?y=1 HTTP/1.1", seen.take());
        assertTrue(seen.take().matches("end|broken"));
    }

    @Test
    void aConnectionThatTheServerClosedIsNotUsedAgain() throws Exception {
        scripts.add((out, socket) -> {
            out.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok".getBytes(StandardCharsets.US_ASCII));
            socket.close();
        });
        scripts.add(says("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nmore"));
        assertEquals("ok", whole());
        TimeUnit.MILLISECONDS.sleep(100);
        assertEquals("more", whole());
        assertEquals(2, connections.get());
    }

    @Test
    void withoutAnyFrameTheEndOfTheConnectionIsTheEnd() throws Exception {
        scripts.add((out, socket) -> {
            out.write("HTTP/1.0 200 OK\r\n\r\nall of it".getBytes(StandardCharsets.US_ASCII));
            socket.close();
        });
        assertEquals("all of it", whole());
    }

    @Test
    void silenceIsNotWaitedForBeyondPatience() throws Exception {
        scripts.add((_, _) -> TimeUnit.SECONDS.sleep(10));
        assertThrows(HttpTimeoutException.class, this::get);
        scripts.add((out, _) -> {
            out.write((CHUNKED + "4\r\nhalf\r\n").getBytes(StandardCharsets.US_ASCII));
            TimeUnit.SECONDS.sleep(10);
        });
        assertThrows(HttpTimeoutException.class, this::whole);
    }

    @Test
    void whatIsNoHttpIsAnErrorAndSoIsNobody() throws Exception {
        scripts.add(says("SSH-2.0-OpenSSH\r\n\r\n"));
        assertThrows(IOException.class, this::get);
        scripts.add(says("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"));
        assertThrows(IOException.class, this::whole);
        // A port that is taken and where nobody listens; one that was given back may be somebody else's by now.
        try (Socket mute = new Socket()) {
            mute.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            try (PlainTransport other = new PlainTransport(
                    URI.create("http://127.0.0.1:" + mute.getLocalPort()), Duration.ofSeconds(1), timer)) {
                assertThrows(ConnectException.class, () -> other.send("GET", "/", Map.of(), ""));
            }
        }
    }

    @Test
    void aHeaderCannotBeginAnother() {
        assertThrows(
                IllegalArgumentException.class, () -> transport.send("GET", "/", Map.of("X-Key", "a\r\nHost: b"), ""));
    }
}
