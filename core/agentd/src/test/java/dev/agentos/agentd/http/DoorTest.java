package dev.agentos.agentd.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.agentos.agentd.fake.DoorClient.Reply;
import dev.agentos.agentd.fake.TestAgentd;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Every route against malformed requests; the matrix is made from the route table, so a new route is in it at once. */
@Timeout(120)
class DoorTest {

    private static final String JSON = "Content-Type: application/json\r\n";

    /** Routes that take a body of a shape; everything else ignores what is sent. */
    private static final List<String> NO_OBJECT = List.of("", "null", "[]", "\"x\"", "7", "{", "{\"a\":1} x", "\u0000");

    private final TestAgentd agentd;

    DoorTest(@TempDir Path directory) throws Exception {
        agentd = TestAgentd.start(directory);
    }

    @AfterEach
    void stop() {
        agentd.close();
    }

    private List<Route> routes() {
        return agentd.agentd.api().list();
    }

    private static String path(Route route, String id) {
        return route.pattern().replaceAll("\\{[a-z_]+}", id);
    }

    private Reply send(Route route, String path) {
        return route.method().equals("GET") ? agentd.door.get(path) : agentd.door.post(path, bodyOf(route));
    }

    /** A body that has the shape the route asks for, and names nothing that exists. */
    private static String bodyOf(Route route) {
        return route.request() == Void.class ? "" : Bodies.sample(route.request());
    }

    private static List<String> wrongShape(Reply reply) {
        List<String> wrong = new ArrayList<>();
        for (String field : List.of("code", "message", "place", "next")) {
            if (!(reply.json().get(field) instanceof String text) || (text.isEmpty() && !field.equals("place"))) {
                wrong.add(field);
            }
        }
        return wrong;
    }

    @TestFactory
    Stream<DynamicTest> anUnknownIdIsNotFoundAndSaysWhereToLook() {
        List<Route> withId =
                routes().stream().filter(route -> route.pattern().contains("{")).toList();
        assertTrue(withId.size() >= 12, withId.size() + " routes with an id");
        return withId.stream()
                .map(route -> DynamicTest.dynamicTest(route.operation(), () -> {
                    Reply reply =
                            send(route, path(route, "nobody-1") + (route.query().contains("op") ? "?op=read" : ""));
                    assertEquals(404, reply.status(), reply.body());
                    assertEquals(List.of(), wrongShape(reply), reply.body());
                }));
    }

    @TestFactory
    Stream<DynamicTest> anIdThatIsNoIdFindsNothing() {
        return routes().stream()
                .filter(route -> route.pattern().contains("{"))
                .map(route -> DynamicTest.dynamicTest(route.operation(), () -> {
                    for (String id : List.of(
                            "..",
                            ".hidden",
                            "%2e%2e",
                            "..%2f..%2fetc",
                            "a%2fb",
                            "a%00b",
                            "-x",
                            "a".repeat(129),
                            "",
                            "%ZZ",
                            "a;b",
                            "\u00e4")) {
                        Reply reply = send(route, path(route, id));
                        assertTrue(
                                reply.status() == 404 || reply.status() == 400,
                                id + ": " + reply.status() + reply.body());
                    }
                }));
    }

    @TestFactory
    Stream<DynamicTest> aBodyOfAnotherShapeIsABadRequest() {
        List<Route> withBody =
                routes().stream().filter(route -> route.request() != Void.class).toList();
        assertTrue(withBody.size() >= 6, withBody.size() + " routes with a body");
        return withBody.stream()
                .map(route -> DynamicTest.dynamicTest(route.operation(), () -> {
                    List<String> bodies = new ArrayList<>(NO_OBJECT);
                    bodies.add("{}");
                    bodies.add("{\"unknown_field\":1}");
                    bodies.add(bodyOf(route).replaceFirst("\\{", "{\"unknown_field\":1,"));
                    bodies.addAll(Bodies.damaged(route.request()));
                    String before = agentd.door.get("/v1/status").text("audit", "records");
                    for (String body : bodies) {
                        Reply reply = agentd.door.post(path(route, "nobody-1"), body);
                        boolean accepted =
                                reply.status() == 400 || (reply.status() == 404 && !NO_OBJECT.contains(body));
                        assertTrue(accepted, body + " gave " + reply.status() + " " + reply.body());
                        assertEquals(List.of(), wrongShape(reply), body);
                    }
                    assertEquals(
                            String.valueOf(before),
                            agentd.door.get("/v1/status").text("audit", "records"),
                            "no side effect");
                }));
    }

    @TestFactory
    Stream<DynamicTest> anotherContentTypeIsABadRequestAndDoesNothing() {
        return routes().stream()
                .filter(route -> route.method().equals("POST"))
                .map(route -> DynamicTest.dynamicTest(route.operation(), () -> {
                    for (String type : List.of(
                            "",
                            "Content-Type: text/plain\r\n",
                            "Content-Type: application/x-www-form-urlencoded\r\n",
                            "Content-Type: multipart/form-data; boundary=x\r\n",
                            "Content-Type: application/jsonp\r\n")) {
                        Reply reply = agentd.door.request("POST", path(route, "nobody-1"), type, bodyOf(route));
                        assertEquals(400, reply.status(), type + reply.body());
                        assertEquals("request.content-type", reply.code());
                    }
                    assertEquals("ready", agentd.door.get("/v1/status").text("state"));
                }));
    }

    @Test
    void aContentTypeMayNameItsCharset() {
        Reply reply = agentd.door.request(
                "POST",
                "/v1/contracts/validate",
                "Content-Type: Application/JSON; charset=utf-8\r\n",
                "{\"source\":\"c.yaml\",\"text\":\"a: 1\"}");
        assertEquals(200, reply.status(), reply.body());
    }

    @TestFactory
    Stream<DynamicTest> aQueryThatIsNoNumberOrOutOfRangeIsABadRequestAndNeverAnInternalError() {
        Set<String> numbers = Set.of("timeout_ms", "offset", "wait_ms", "since", "limit", "before", "since_s");
        return routes().stream()
                .filter(route ->
                        route.method().equals("GET") && !route.produces().equals("text/event-stream"))
                .filter(route -> route.query().stream().anyMatch(numbers::contains))
                .map(route -> DynamicTest.dynamicTest(route.operation(), () -> {
                    agentd.spawn("k", TestAgentd.process("a", "exit 0", ""));
                    agentd.awaitEnd("agent-a-001");
                    for (String name :
                            route.query().stream().filter(numbers::contains).toList()) {
                        for (String value : List.of("x", "1.5", "99999999999999999999", "%ZZ")) {
                            String query = "?" + name + "=" + value + (name.equals("timeout_ms") ? "&wait=ended" : "");
                            Reply reply = send(route, path(route, "agent-a-001") + query);
                            assertEquals(400, reply.status(), query + ": " + reply.body());
                        }
                        for (String value : List.of("-1", "-9223372036854775808", "9223372036854775807", "0", "")) {
                            String query = "?" + name + "=" + value + (name.equals("timeout_ms") ? "&wait=ended" : "");
                            Reply reply = send(route, path(route, "agent-a-001") + query);
                            // The agent is there; nothing else has its name.
                            boolean absent = reply.status() == 404
                                    && !route.pattern().startsWith("/v1/agents/")
                                    && route.pattern().contains("{");
                            assertTrue(
                                    reply.status() == 200 || reply.status() == 400 || absent,
                                    query + ": " + reply.body());
                        }
                    }
                }));
    }

    @Test
    void everyReadingRouteAnswersAndSaysItsType() {
        for (Route route : routes()) {
            if (route.method().equals("GET")
                    && !route.pattern().contains("{")
                    && !route.produces().equals("text/event-stream")) {
                Reply reply = agentd.door.get(route.pattern());
                // No provider of this service fetches models, which is said.
                int expected = route.operation().equals("planModelPull") ? 400 : 200;
                assertEquals(expected, reply.status(), route.operation() + reply.body());
                assertTrue(reply.head().contains("Content-Type: " + route.produces()), reply.head());
                assertTrue(reply.head().contains("Cache-Control: no-store"), reply.head());
                assertTrue(reply.head().contains("X-Correlation-Id: "), reply.head());
                assertEquals(false, reply.head().contains("Access-Control-"), "no web page may read this");
                assertEquals(false, reply.head().contains("Server:"), reply.head());
            }
        }
    }

    @Test
    void anotherMethodOrPathIsNotFound() {
        for (String line : List.of(
                "GET /",
                "GET /v1",
                "GET /v1/status/",
                "GET //v1/status",
                "PUT /v1/status",
                "DELETE /v1/agents/a",
                "OPTIONS /v1/status",
                "HEAD /v1/status",
                "TRACE /v1/status",
                "GET /v1/nothing")) {
            String[] parts = line.split(" ");
            Reply reply = agentd.door.request(parts[0], parts[1], JSON, "");
            assertTrue(reply.status() >= 400 && reply.status() < 500, line + ": " + reply.status());
        }
    }

    @Test
    void aBodyThatIsTooLargeIsRefused() {
        Reply reply = agentd.door.post("/v1/contracts/validate", "x".repeat(4 * 1024 * 1024 + 1));
        assertEquals(400, reply.status());
        assertEquals("request.size", reply.code());
    }

    @Test
    void bytesThatAreNoUtf8AreRefusedOrReadAndNeverAnInternalError() {
        byte[] head = ("POST /v1/contracts/validate HTTP/1.1\r\nHost: localhost\r\n" + JSON
                        + "Content-Length: 6\r\nConnection: close\r\n\r\n\"")
                .getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        byte[] raw = java.util.Arrays.copyOf(head, head.length + 5);
        raw[head.length] = (byte) 0xff;
        raw[head.length + 1] = (byte) 0xc0;
        raw[head.length + 4] = '"';
        assertEquals(400, agentd.door.send(raw).status());
    }

    @Test
    void theSocketIsItsOwnersAlone() throws Exception {
        assertEquals("rwx------", mode(agentd.config.run()));
        assertEquals("rwx------", mode(agentd.config.state()));
        assertEquals("rw-rw----", mode(agentd.config.socket()));
    }

    private static String mode(Path path) throws java.io.IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    @Test
    void shuttingDownIsAnsweredAndAsksTheServiceToStop() throws Exception {
        assertEquals("true", agentd.door.post("/v1/shutdown", "").text("done"));
        agentd.agentd.awaitStop();
        assertEquals("ready", agentd.door.get("/v1/status").text("state"), "whoever runs it closes it");
    }

    @Test
    void anAuditProofHoldsAgainstTheSignedRoot() {
        Reply signed = agentd.door.post("/v1/audit/checkpoint", "");
        assertEquals(200, signed.status());
        Reply proof = agentd.door.get("/v1/audit/proof/1");
        List<String> path = proof.json().get("path") instanceof List<?> items
                ? items.stream().map(String::valueOf).toList()
                : List.of();
        assertTrue(dev.agentos.domain.audit.MerkleTree.verifyInclusion(
                proof.text("leaf").getBytes(java.nio.charset.StandardCharsets.UTF_8),
                0,
                Long.parseLong(proof.text("count")),
                path,
                proof.text("root")));
        assertTrue(signed.text("line").contains(proof.text("root")));
        assertEquals(404, agentd.door.get("/v1/audit/proof/0").status());
        assertEquals(404, agentd.door.get("/v1/audit/proof/999999999").status());
        assertEquals(404, agentd.door.get("/v1/audit/proof/x").status());
    }
}
