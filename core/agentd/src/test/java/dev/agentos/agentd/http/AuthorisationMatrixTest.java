package dev.agentos.agentd.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.agentos.agentd.fake.DoorClient;
import dev.agentos.agentd.fake.TestAgentd;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every route by every role. The table of operations is in {@code docs/authorisation.md}: a route that it does not list
 * fails here, so nobody adds one without saying what it does and to whom it is open.
 */
@Timeout(120)
class AuthorisationMatrixTest {

    private static final dev.agentos.domain.port.PeerOrigin BESIDE = new dev.agentos.domain.port.PeerOrigin.Beside(7);

    /** Who comes to the TCP door with what, and whether that opens it. */
    private static final Map<String, String> STRANGERS = Map.of(
            "no token", "",
            "a wrong token", "Authorization: Bearer wrong\r\n",
            "an empty token", "Authorization: Bearer \r\n",
            "another scheme", "Authorization: Basic d3Jvbmc=\r\n",
            "a web page", "Origin: https://evil.example\r\n");

    private static final String BODY =
            "Content-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}";

    @Test
    void everyRouteIsListed(@TempDir Path temp) throws Exception {
        try (TestAgentd agentd = TestAgentd.start(temp)) {
            Path file = Path.of(System.getProperty("agentos.root", "../..")).resolve("docs/authorisation.md");
            Set<String> listed = Files.readAllLines(file).stream()
                    .filter(line -> line.startsWith("| `"))
                    .map(line -> line.substring(3, line.indexOf('`', 3)))
                    .collect(Collectors.toCollection(TreeSet::new));
            Set<String> routes = agentd.agentd.api().list().stream()
                    .map(route -> route.method() + " " + route.pattern())
                    .collect(Collectors.toCollection(TreeSet::new));
            assertEquals(
                    String.join("\n", routes),
                    String.join("\n", listed),
                    "list each route in docs/authorisation.md: what it does and who may use it");
        }
    }

    @Test
    void strangersReachNoRouteAndLeaveNoTrace(@TempDir Path temp) throws Exception {
        try (TestAgentd agentd = TestAgentd.startWithTcp(temp)) {
            DoorClient tcp = DoorClient.tcp(agentd.agentd.tcpPort());
            String host = "Host: 127.0.0.1:" + agentd.agentd.tcpPort() + "\r\n";
            List<Route> routes = agentd.agentd.api().list();
            assertTrue(routes.size() > 20, "the matrix saw no routes");
            String before = agentd.door.get("/v1/events?since=0&limit=1").text("head");
            for (Route route : routes) {
                String path = route.pattern().replaceAll("\\{[a-z_]+}", "agent-x-001");
                STRANGERS.forEach((who, header) -> {
                    DoorClient.Reply reply =
                            tcp.send(route.method() + " " + path + " HTTP/1.1\r\n" + host + header + BODY);
                    assertEquals(403, reply.status(), route.method() + " " + route.pattern() + " by " + who);
                });
            }
            String token = Files.readString(agentd.config.tcp().orElseThrow().tokenFile())
                    .strip();
            assertEquals(
                    200,
                    tcp.send("GET /v1/status HTTP/1.1\r\n" + host + "Authorization: Bearer " + token + "\r\n" + BODY)
                            .status(),
                    "with the right token the same requests are let in");
            assertEquals(before, agentd.door.get("/v1/events?since=0&limit=1").text("head"));
        }
    }

    @Test
    void theSocketIsForItsOwnerAndRoot() {
        Guard.Socket guard = new Guard.Socket("alice");
        for (String user : List.of("", "bob", "nobody", "alice2")) {
            org.junit.jupiter.api.Assertions.assertThrows(
                    dev.agentos.agentd.ServiceException.class, () -> guard.admitUser(user, BESIDE), user);
        }
        assertEquals("user alice", guard.admitUser("alice", BESIDE));
        assertEquals("user root", guard.admitUser("root", BESIDE));
        for (var origin : java.util.List.of(
                new dev.agentos.domain.port.PeerOrigin.Nested(7),
                new dev.agentos.domain.port.PeerOrigin.Unknown("gone"))) {
            org.junit.jupiter.api.Assertions.assertThrows(
                    dev.agentos.agentd.ServiceException.class,
                    () -> guard.admitUser("alice", origin),
                    "an agent's process");
        }
        assertEquals("user root", guard.admitUser("root", new dev.agentos.domain.port.PeerOrigin.Unknown("gone")));
    }
}
