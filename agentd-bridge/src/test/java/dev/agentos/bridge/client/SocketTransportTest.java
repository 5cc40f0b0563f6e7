package dev.agentos.bridge.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.agentos.bridge.client.EventStream.Signal;
import dev.agentos.bridge.client.ScriptedServer.Connection;
import dev.agentos.bridge.client.Transport.Reply;
import dev.agentos.bridge.client.Transport.Request;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SocketTransportTest {

    private static final Duration LIMIT = Duration.ofSeconds(5);

    private final Path directory;
    private final ScriptedServer server;
    private final SocketTransport transport;

    SocketTransportTest(@TempDir Path directory) throws IOException {
        this.directory = directory;
        Path socket = directory.resolve("agentd.sock");
        server = new ScriptedServer(socket);
        transport = new SocketTransport(socket);
    }

    @AfterEach
    void stop() throws IOException {
        transport.close();
        server.close();
    }

    private Reply get(String path) {
        return transport.send(new Request("GET", path, "", LIMIT));
    }

    @Test
    void aBodyOfKnownLengthIsReadHoweverItIsCut() {
        server.on(Connection.of("HTTP/1.1 20", "0 OK\r\nContent-Le", "ngth: 9\r\n\r", "\n{\"ü\"", ":1"));
        assertThrows(UnreachableException.class, () -> get("/short"));
        server.on(Connection.of("HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n{\"ü\"", ":1}"));
        assertEquals(new Reply(200, "{\"ü\":1}"), get("/x"));
    }

    @Test
    void aChunkedBodyIsPutTogether() {
        server.on(Connection.of(
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
                "5\r\nhel",
                "lo\r",
                "\n6;x=y\r\n world\r\n",
                "0\r\n\r\n"));
        assertEquals(new Reply(200, "hello world"), get("/x"));
    }

    @Test
    void aBodyWithoutALengthEndsWithTheConnection() {
        server.on(Connection.of("HTTP/1.1 200 OK\r\n\r\n", "all ", "of it"));
        assertEquals(new Reply(200, "all of it"), get("/x"));
    }

    @Test
    void aConnectionIsUsedAgainAndAClosedOneIsReplaced() {
        List<String> ok = List.of("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        server.on(new Connection(List.of(ok, ok)));
        get("/1");
        get("/2");
        server.on(new Connection(List.of(ok)));
        awaitClosed();
        assertEquals("ok", get("/3").body());
        assertEquals(
                List.of("GET /1 HTTP/1.1", "GET /2 HTTP/1.1", "GET /3 HTTP/1.1"),
                server.requests.stream()
                        .map(request -> request.lines().findFirst().orElse(""))
                        .toList());
    }

    private static void awaitClosed() {
        try {
            // The scripted server closes after its last answer, a moment later.
            Thread.sleep(100);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aPostCarriesItsBody() {
        server.on(Connection.of("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno"));
        Reply reply = transport.send(new Request("POST", "/v1/x", "{\"ü\":1}", LIMIT));
        assertEquals(new Reply(403, "no"), reply);
        assertTrue(
                server.requests.getFirst().endsWith("Content-Length: 8\r\n\r\n{\"ü\":1}"), server.requests.getFirst());
    }

    @Test
    void silenceEndsAtTheLimit() {
        server.on(new Connection(List.of(List.of(), List.of())));
        UnreachableException e = assertThrows(
                UnreachableException.class, () -> transport.send(new Request("GET", "/x", "", Duration.ofMillis(50))));
        assertEquals("agentd did not answer in time", e.getMessage());
    }

    @Test
    void noSocketIsUnreachableWithItsPlace() {
        Path missing = directory.resolve("missing.sock");
        UnreachableException e = assertThrows(
                UnreachableException.class,
                () -> new SocketTransport(missing).send(new Request("GET", "/", "", LIMIT)));
        assertEquals(missing.toString(), e.place());
        assertEquals("no agentd is running: there is no socket", e.getMessage());
    }

    // ------------------------------------------------------------------ events

    private static String event(long seq) {
        return "id: " + seq + "\nevent: x\ndata: {\"seq\":" + seq
                + ",\"time\":\"2026-11-23T04:00:00Z\",\"kind\":\"x\",\"agent\":\"a\",\"run\":\"\",\"correlation\":\"\",\"data\":{}}\n\n";
    }

    private static String chunk(String text) {
        return Integer.toHexString(text.length()) + "\r\n" + text + "\r\n";
    }

    private static final String STREAM =
            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";

    @Test
    void eventsGoOnAfterALostConnectionAndSayWhatWasMissed() throws Exception {
        server.on(Connection.of(
                STREAM,
                chunk(": agentd\n\n"),
                chunk(event(4)),
                chunk(event(5).substring(0, 9)),
                chunk(event(5).substring(9))));
        String head = "{\"events\":[],\"head\":8}";
        server.on(new Connection(
                List.of(List.of("HTTP/1.1 200 OK\r\nContent-Length: " + head.length() + "\r\n\r\n" + head))));
        server.on(Connection.of(STREAM, chunk(event(5)), chunk(event(6)), chunk(event(7) + event(8))));
        List<String> heard = new ArrayList<>();
        try (AgentdClient client = new AgentdClient(transport);
                EventStream stream = client.stream(3)) {
            while (heard.size() < 7) {
                Optional<Signal> signal = stream.next(LIMIT);
                heard.add(
                        switch (signal.orElseThrow()) {
                            case Signal.Happened happened ->
                                String.valueOf(happened.event().seq());
                            case Signal.Lost _ -> "lost";
                            case Signal.Back back -> "back, missed " + back.missed();
                        });
            }
        }
        assertEquals(List.of("4", "5", "lost", "back, missed 3", "6", "7", "8"), heard);
        assertTrue(server.requests.getLast().contains("Last-Event-ID: 5\r\n"), server.requests.getLast());
    }

    @Test
    void aFirstConnectionThatFailsIsAnError() {
        AgentdClient client = AgentdClient.on(directory.resolve("missing.sock"));
        assertThrows(UnreachableException.class, () -> client.stream(0).next(LIMIT));
    }
}
