package dev.agentos.agentd.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.agentos.agentd.fake.DoorClient;
import dev.agentos.agentd.fake.DoorClient.Reply;
import dev.agentos.agentd.fake.TestAgentd;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The door that a browser could reach: every route, from everywhere that is not its own client. */
@Timeout(120)
class TcpDoorTest {

    private final TestAgentd agentd;
    private final int port;
    private final DoorClient door;
    private final String token;

    TcpDoorTest(@TempDir Path directory) throws Exception {
        agentd = TestAgentd.startWithTcp(directory);
        port = agentd.agentd.tcpPort();
        door = DoorClient.tcp(port);
        token = Files.readString(directory.resolve("state/tcp-token"));
    }

    @AfterEach
    void stop() {
        agentd.close();
    }

    private String bearer() {
        return "Authorization: Bearer " + token + "\r\n";
    }

    private String host() {
        return "Host: 127.0.0.1:" + port + "\r\n";
    }

    private Reply send(Route route, String version, String headers) {
        String path = route.pattern().replaceAll("\\{[a-z_]+}", "agent-a-001");
        String body = route.request() == Void.class ? "" : Bodies.sample(route.request());
        return door.send(route.method() + " " + path + " " + version + "\r\n" + headers
                + "Content-Type: application/json\r\nContent-Length: " + body.length() + "\r\nConnection: close\r\n\r\n"
                + body);
    }

    /** What must not come in, by what is wrong with it; each has everything else right. */
    private Map<String, String> intruders() {
        Map<String, String> headers = new LinkedHashMap<>();
        for (String other : List.of(
                "evil.example",
                "evil.example:" + port,
                "127.0.0.1",
                "localhost",
                "127.0.0.1:" + (port + 1),
                "127.0.0.1.:" + port,
                "localhost.:" + port,
                "[::1]",
                "[::1]:1",
                "[::ffff:127.0.0.1]:" + port,
                "0.0.0.0:" + port,
                "127.0.0.1:" + port + ".evil.example",
                "2130706433:" + port,
                "127.1:" + port)) {
            headers.put("Host " + other, "Host: " + other + "\r\n" + bearer());
        }
        headers.put("Host empty", "Host: \r\n" + bearer());
        for (String origin : List.of(
                "null",
                "http://evil.example",
                "https://127.0.0.1:" + port,
                "http://127.0.0.1",
                "http://127.0.0.1:" + (port + 1),
                "http://localhost.:" + port,
                "http://127.0.0.1:" + port + ".evil.example",
                "file://",
                "chrome-extension://abc",
                "")) {
            headers.put("Origin " + origin, host() + bearer() + "Origin: " + origin + "\r\n");
        }
        headers.put("no token", host());
        headers.put("empty token", host() + "Authorization: Bearer \r\n");
        headers.put("wrong token", host() + "Authorization: Bearer " + "0".repeat(64) + "\r\n");
        headers.put("a part of the token", host() + "Authorization: Bearer " + token.substring(0, 63) + "\r\n");
        headers.put("more than the token", host() + "Authorization: Bearer " + token + "0\r\n");
        headers.put("another scheme", host() + "Authorization: Basic " + token + "\r\n");
        headers.put("a cookie", host() + "Cookie: token=" + token + "\r\n");
        return headers;
    }

    @TestFactory
    Stream<DynamicTest> nobodyElseComesInThroughAnyRoute() {
        List<Route> routes = agentd.agentd.api().list();
        assertTrue(routes.size() > 25, routes.size() + " routes");
        return intruders().entrySet().stream()
                .map(intruder -> DynamicTest.dynamicTest(intruder.getKey(), () -> {
                    agentd.spawn("k", TestAgentd.sleeper("a", ""));
                    String before = agentd.door.get("/v1/status").text("audit", "records");
                    for (Route route : routes) {
                        Reply reply = send(route, "HTTP/1.1", intruder.getValue());
                        assertTrue(
                                reply.status() == 403 || reply.status() == 400,
                                route.operation() + ": " + reply.status() + " " + reply.body());
                        assertEquals(false, reply.head().contains("Access-Control-Allow"), reply.head());
                        assertEquals(false, reply.body().contains(token), "the token is never told");
                    }
                    assertEquals(before, agentd.door.get("/v1/status").text("audit", "records"), "nothing happened");
                    assertEquals(
                            "running", agentd.door.get("/v1/agents/agent-a-001").text("state"));
                }));
    }

    @Test
    void aRequestWithoutAHostIsRefusedInEveryVersionOfHttp() {
        for (Route route : agentd.agentd.api().list()) {
            for (String version : List.of("HTTP/1.1", "HTTP/1.0")) {
                int status = send(route, version, bearer()).status();
                assertTrue(status == 400 || status == 403, version + " " + route.operation() + ": " + status);
            }
        }
    }

    @Test
    void twoHostsOrAnotherAuthorityInTheRequestLineAreRefused() {
        assertTrue(door.send("GET /v1/status HTTP/1.1\r\n" + host() + "Host: evil.example\r\n" + bearer()
                                + "Connection: close\r\n\r\n")
                        .status()
                >= 400);
        assertTrue(door.send("GET http://evil.example/v1/status HTTP/1.1\r\n" + host() + bearer()
                                + "Connection: close\r\n\r\n")
                        .status()
                >= 400);
    }

    @Test
    void theRightClientComesInUnderEachNameOfTheDoor() {
        for (String name : List.of("127.0.0.1", "localhost", "LOCALHOST", "[::1]")) {
            Reply reply = door.send("GET /v1/status HTTP/1.1\r\nHost: " + name + ":" + port + "\r\n" + bearer()
                    + "Connection: close\r\n\r\n");
            assertEquals("ready", reply.text("state"), name);
        }
        assertEquals(
                "ready",
                door.send("GET /v1/status HTTP/1.1\r\n" + host() + bearer() + "Origin: http://127.0.0.1:" + port
                                + "\r\nConnection: close\r\n\r\n")
                        .text("state"));
    }

    @Test
    void theTokenInTheAddressIsNoToken() {
        assertEquals(
                403,
                door.send("GET /v1/status?token=" + token + "&access_token=" + token + " HTTP/1.1\r\n" + host()
                                + "Connection: close\r\n\r\n")
                        .status());
    }

    @Test
    void theTokenIsItsOwnersAloneAndNewAtEveryStart() throws Exception {
        Path file = agentd.config.state().resolve("tcp-token");
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        assertTrue(token.matches("[0-9a-f]{64}"), "256 bits");
    }

    @Test
    void theDoorIsOnLoopbackOnly() throws IOException {
        for (NetworkInterface network : NetworkInterface.networkInterfaces().toList()) {
            for (InetAddress address : network.inetAddresses().toList()) {
                if (!address.isLoopbackAddress()) {
                    try (SocketChannel channel = SocketChannel.open()) {
                        channel.socket().connect(new InetSocketAddress(address, port), 2_000);
                        throw new AssertionError("the door is open on " + address);
                    } catch (IOException expected) {
                        assertTrue(!String.valueOf(expected.getMessage()).isEmpty());
                    }
                }
            }
        }
        assertTrue(port > 0);
    }

    @Test
    void withoutBeingAskedForItIsClosed(@TempDir Path other) throws Exception {
        try (TestAgentd quiet = TestAgentd.start(other)) {
            assertEquals(0, quiet.agentd.tcpPort());
            assertEquals(false, Files.exists(other.resolve("state/tcp-token")));
        }
    }
}
