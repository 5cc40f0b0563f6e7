package dev.agentos.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.agentos.domain.json.Json;
import dev.agentos.domain.json.JsonFormatException;
import dev.agentos.domain.port.Sandbox.SandboxException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The socket that the JDK lacks, spoken to by the broker that it was made for. */
@Timeout(60)
class ExecdSocketTest {

    @TempDir
    Path directory;

    private Path socket() {
        return directory.resolve("execd.sock");
    }

    private static String failure(Path path) {
        return String.valueOf(assertThrows(IOException.class, () -> SeqPacketSocket.connect(path))
                .getMessage());
    }

    @Test
    void aConnectionThatCannotBeMadeSaysWhy() throws Exception {
        assertEquals("connect " + socket() + ": there is no such socket (ENOENT)", failure(socket()));
        assertTrue(failure(directory.resolve("x".repeat(120))).startsWith("the socket path is longer than 107 bytes"));
        try (ServerSocketChannel stream = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            stream.bind(UnixDomainSocketAddress.of(socket()));
            assertTrue(failure(socket()).startsWith("connect " + socket()), "a socket of another type");
        }
        assertEquals("connect " + socket() + ": nobody listens (ECONNREFUSED)", failure(socket()));
    }

    @Test
    void withoutABrokerEveryRequestSaysWhatToDo() {
        ExecdSandbox sandbox = new ExecdSandbox(
                socket(), new ExecdStarter(directory.resolve("no-such-binary"), directory.resolve("log"), true));
        SandboxException missing = assertThrows(SandboxException.class, sandbox::host);
        assertEquals("sandbox.unavailable", missing.code());
        assertEquals(
                "the sandbox broker " + directory.resolve("no-such-binary")
                        + " is missing; build it with ./agentos build; see agentctl doctor, or the log execd.log",
                missing.getMessage());
        ExecdSandbox foreign = new ExecdSandbox(
                socket(), new ExecdStarter(directory.resolve("no-such-binary"), directory.resolve("log"), false));
        assertTrue(String.valueOf(
                        assertThrows(SandboxException.class, foreign::list).getMessage())
                .startsWith("no sandbox broker listens on " + socket()));
        sandbox.close();
        assertTrue(String.valueOf(
                        assertThrows(SandboxException.class, sandbox::host).getMessage())
                .startsWith("the service is stopping"));
    }

    // ------------------------------------------------------------------ with the broker

    private static Path binary() {
        Path binary = Path.of(System.getProperty("agentos.root", ".."))
                .resolve("kernel-support/native/target/release/agentos-execd")
                .toAbsolutePath()
                .normalize();
        assumeTrue(Files.isExecutable(binary), "SKIP: " + binary + " is not built; cargo build --release makes it");
        return binary;
    }

    private interface Use {
        void with(SeqPacketSocket socket) throws Exception;
    }

    private void connected(Use use) throws Exception {
        Path binary = binary();
        new ExecdStarter(binary, directory.resolve("execd.log"), true).ensure(socket());
        SeqPacketSocket open = SeqPacketSocket.connect(socket());
        try {
            use.with(open);
        } finally {
            open.send(bytes("{\"v\":1,\"id\":999,\"op\":\"shutdown\"}"));
            byte[] rest = open.receive();
            while (rest.length > 0) {
                rest = open.receive();
            }
            open.release();
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static Map<?, ?> message(byte[] packet) {
        try {
            if (Json.parse(new String(packet, StandardCharsets.UTF_8)) instanceof Map<?, ?> map) {
                return map;
            }
        } catch (JsonFormatException e) {
            throw new IllegalStateException(e);
        }
        throw new IllegalStateException("not an object");
    }

    private static String code(Map<?, ?> reply) {
        return reply.get("err") instanceof Map<?, ?> err ? String.valueOf(err.get("code")) : "ok";
    }

    @Test
    void onePacketIsOneMessageHoweverTheyAreSent() throws Exception {
        connected(socket -> {
            socket.send(bytes("{\"v\":1,\"id\":1,\"op\":\"hello\"}"));
            Map<?, ?> hello = message(socket.receive());
            assertEquals(1L, hello.get("id"));
            assertEquals("ok", code(hello));
            List<CompletableFuture<Void>> senders = new java.util.ArrayList<>();
            for (int sender = 0; sender < 4; sender++) {
                int base = 10 + sender * 50;
                senders.add(CompletableFuture.runAsync(() -> {
                    try {
                        for (int i = 0; i < 50; i++) {
                            socket.send(bytes("{\"v\":1,\"id\":" + (base + i) + ",\"op\":\"list\"}"));
                        }
                    } catch (IOException e) {
                        throw new java.io.UncheckedIOException(e);
                    }
                }));
            }
            Set<Object> ids = new HashSet<>();
            for (int i = 0; i < 200; i++) {
                Map<?, ?> reply = message(socket.receive());
                assertEquals("ok", code(reply));
                assertTrue(ids.add(String.valueOf(reply.get("id"))), "an answer twice");
            }
            for (CompletableFuture<Void> sender : senders) {
                sender.get(10, TimeUnit.SECONDS);
            }
            assertEquals(200, ids.size());
        });
    }

    @Test
    void whatIsNoRequestIsAnsweredAndTheConnectionStays() throws Exception {
        connected(socket -> {
            for (String packet : List.of(
                    "x",
                    "{}",
                    "[]",
                    "{\"v\":1}",
                    "{\"v\":2,\"id\":1,\"op\":\"hello\"}",
                    "{\"v\":1,\"id\":1,\"op\":\"nonsense\"}",
                    "{\"v\":1,\"id\":1,\"op\":\"spawn\",\"plan\":{}}",
                    "{\"v\":1,\"id\":1,\"op\":\"start\"}",
                    "{\"v\":1,\"id\":1,\"op\":\"start\",\"incarnation\":\"../x\"}",
                    "\u0000",
                    "[".repeat(50_000))) {
                socket.send(bytes(packet));
                String answer = code(message(socket.receive()));
                assertTrue(
                        Set.of("request.invalid", "plan.invalid", "version", "unknown.incarnation", "unsupported")
                                .contains(answer),
                        packet.substring(0, Math.min(60, packet.length())) + " gave " + answer);
            }
            assertThrows(IOException.class, () -> socket.send(new byte[SeqPacketSocket.MAX_PACKET + 1]));
            socket.send(bytes("{\"v\":1,\"id\":7,\"op\":\"hello\"}"));
            assertEquals(7L, message(socket.receive()).get("id"));
        });
    }

    @Test
    void closingWakesAReaderAndEndsSending() throws Exception {
        Path binary = binary();
        new ExecdStarter(binary, directory.resolve("execd.log"), true).ensure(socket());
        SeqPacketSocket open = SeqPacketSocket.connect(socket());
        CompletableFuture<byte[]> reading = CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return open.receive();
                    } catch (IOException e) {
                        return new byte[0];
                    }
                },
                task -> Thread.ofPlatform().daemon().start(task));
        open.close();
        assertEquals(0, reading.get(10, TimeUnit.SECONDS).length);
        assertThrows(IOException.class, () -> open.send(bytes("late")));
        open.release();
        connected(socket -> {});
    }
}
