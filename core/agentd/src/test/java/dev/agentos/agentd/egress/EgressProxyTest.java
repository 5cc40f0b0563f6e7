package dev.agentos.agentd.egress;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.agentos.domain.egress.EgressRules;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class EgressProxyTest {

    @TempDir
    Path directory;

    private interface Use {
        void with(EgressHouse house, RecordingServer server) throws Exception;
    }

    /** A house whose contract declares the server's address and port, and a name that leads there. */
    private void declared(String more, Use use) throws Exception {
        try (RecordingServer server = RecordingServer.http()) {
            with(
                    server,
                    "\"127.0.0.1:" + server.port() + "\", \"site.example:" + server.port() + "\", public.example",
                    more,
                    use);
        }
    }

    private void with(RecordingServer server, String domains, String more, Use use) throws Exception {
        try (EgressHouse house = new EgressHouse(directory, "egress: { domains: [" + domains + "] }\n" + more)) {
            house.names.put("site.example", List.of("127.0.0.1"));
            house.names.put("public.example", List.of("127.0.0.1"));
            house.equip(Map.of());
            use.with(house, server);
        }
    }

    private static String get(String host, int port) {
        return "GET http://" + host + ":" + port + "/a?b=1 HTTP/1.1\r\nHost: " + host + ":" + port
                + "\r\nProxy-Connection: keep-alive\r\nX-Mine: yes\r\nConnection: x-drop\r\nX-Drop: 1\r\n\r\n";
    }

    // ------------------------------------------------------------------ plain HTTP

    @Test
    void aDeclaredSiteIsReachedAndTheConnectionIsOnRecord() throws Exception {
        declared("", (house, server) -> {
            String answer = house.ask(get("site.example", server.port()));
            assertTrue(answer.startsWith("HTTP/1.1 200 OK\r\n"), answer);
            assertTrue(answer.endsWith("hello"), answer);
            assertEquals(
                    "GET /a?b=1 HTTP/1.1\r\nHost: site.example:" + server.port()
                            + "\r\nX-Mine: yes\r\nConnection: close\r\n\r\n",
                    server.first());
            Map<String, Object> decided = house.awaitEvents("egress.decided", 1).getFirst();
            assertEquals("allowed", decided.get("decision"));
            assertEquals(List.of("127.0.0.1"), decided.get("addresses"));
            assertTrue(String.valueOf(decided.get("contract_line")).startsWith("c.yaml:5:40"), decided.toString());
            Map<String, Object> closed = house.awaitEvents("egress.closed", 1).getFirst();
            assertEquals((long) server.first().length(), closed.get("bytes_out"));
            assertTrue(closed.get("bytes_in") instanceof Long in && in > 5, closed.toString());
            assertEquals("done", closed.get("end"));
            var place = house.doors
                    .report(EgressHouse.AGENT, house.document(), false)
                    .places()
                    .getFirst();
            assertEquals("site.example", place.host());
            assertEquals(1, place.connections());
            assertEquals((long) server.first().length(), place.bytesOut());
        });
    }

    @Test
    void aBodyIsFramedAnew() throws Exception {
        declared("", (house, server) -> {
            String answer = house.ask("POST http://site.example:" + server.port() + "/ HTTP/1.1\r\nHost: site.example:"
                    + server.port() + "\r\nTransfer-Encoding: chunked\r\n\r\n"
                    + "5;ext=1\r\nhello\r\n6\r\n world\r\n0\r\nX-Trailer: 1\r\n\r\n");
            assertTrue(answer.startsWith("HTTP/1.1 200 OK\r\n"), answer);
            assertTrue(server.first().endsWith("\r\n\r\n5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n"), server.first());
        });
    }

    @Test
    void whatFollowsTheRequestGoesNowhere() throws Exception {
        declared("", (house, server) -> {
            house.ask(get("site.example", server.port()) + get("evil.example", server.port()));
            assertEquals(1, server.connections());
            assertFalse(server.first().contains("evil"), server.first());
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET http://site.example:PORT/ HTTP/1.1\r\nHost: evil.example\r\n\r\n",
                "GET http://site.example:PORT/ HTTP/1.1\r\nHost: site.example:PORT\r\nHost: evil.example\r\n\r\n",
                "GET http://site.example:PORT/ HTTP/1.1\r\n\r\n",
                "POST http://site.example:PORT/ HTTP/1.1\r\nHost: site.example:PORT\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\nabc",
                "POST http://site.example:PORT/ HTTP/1.1\r\nHost: site.example:PORT\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc",
                "POST http://site.example:PORT/ HTTP/1.1\r\nHost: site.example:PORT\r\nContent-Length: +3\r\n\r\nabc",
                "POST http://site.example:PORT/ HTTP/1.1\r\nHost: site.example:PORT\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
                "POST http://site.example:PORT/ HTTP/1.0\r\nHost: site.example:PORT\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "GET http://site.example:PORT/ HTTP/1.1\r\nHost: site.example:PORT\r\nX-A: b\r\n folded: c\r\n\r\n",
                "GET http://site.example:PORT/ HTTP/1.1\r\nHost: site.example:PORT\r\nX-A : b\r\n\r\n",
                "GET http://site.example:PORT/ HTTP/1.1\r\nHost: site.example:PORT\nX-A: b\r\n\r\n",
                "GET http://site.example:PORT/ HTTP/1.1\r\nHost: site.example:PORT\r\nX-A: b\u0000c\r\n\r\n",
                "GET http://site.example:PORT/ HTTP/1.1\r\nHost: site.example:PORT\r\nX-A: b\rc\r\n\r\n",
                "GET http://site.example:PORT/ HTTP/1.1\r\nHost: site.example:PORT\r\nConnection: host\r\n\r\n",
                "GET http://u@site.example:PORT/ HTTP/1.1\r\nHost: site.example:PORT\r\n\r\n",
                "GET http://site.example:PORT/#x HTTP/1.1\r\nHost: site.example:PORT\r\n\r\n",
                "GET /a HTTP/1.1\r\nHost: site.example:PORT\r\n\r\n",
                "GET https://site.example/ HTTP/1.1\r\nHost: site.example\r\n\r\n",
                "GET ftp://site.example/ HTTP/1.1\r\nHost: site.example\r\n\r\n",
                "GET  http://site.example:PORT/ HTTP/1.1\r\nHost: site.example:PORT\r\n\r\n",
                "GET http://site.example:PORT/ HTTP/2.0\r\nHost: site.example:PORT\r\n\r\n",
                "CONNECT site.example HTTP/1.1\r\n\r\n",
                "CONNECT site.example:PORT HTTP/1.1\r\nHost: evil.example:PORT\r\n\r\n",
                "CONNECT site.example:PORT HTTP/1.1\r\nContent-Length: 4\r\n\r\nabcd",
                "nonsense\r\n\r\n",
                "\n\n",
            })
    void whatTwoProgramsCouldReadDifferentlyIsRefused(String request) throws Exception {
        declared("", (house, server) -> {
            String answer = house.ask(request.replace("PORT", "" + server.port()));
            assertTrue(answer.matches("(?s)HTTP/1\\.1 (400|403|501) .*agentos refused this connection: .*"), answer);
            assertTrue(answer.contains("  next      "), answer);
            assertEquals(0, server.connections(), "nothing was sent anywhere");
            assertEquals(List.of(), house.lookedUp);
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"zz\r\n", "5\nhello\r\n", "-1\r\n", "5\r\nhelloX", "100000000000\r\n", "5 \u0000\r\nhello\r\n"})
    void aBodyThatBreaksItsFramingEndsTheRequest(String body) throws Exception {
        declared("", (house, server) -> {
            house.ask("POST http://site.example:" + server.port() + "/ HTTP/1.1\r\nHost: site.example:" + server.port()
                    + "\r\nTransfer-Encoding: chunked\r\n\r\n" + body);
            assertEquals(
                    "egress.smuggling",
                    house.awaitEvents("egress.closed", 1).getFirst().get("end"));
            assertFalse(server.first().endsWith("0\r\n\r\n"), "the server never saw an end");
        });
    }

    // ------------------------------------------------------------------ refusals

    @Test
    void anUndeclaredSiteIsRefusedWithTheLineAndTheNextStepAndNeverLookedUp() throws Exception {
        declared("", (house, server) -> {
            String answer = house.ask("CONNECT secret-data.evil.example:443 HTTP/1.1\r\n\r\n");
            assertTrue(answer.startsWith("HTTP/1.1 403 Forbidden\r\n"), answer);
            assertTrue(answer.contains("details=\"egress.undeclared\""), answer);
            assertTrue(answer.contains("  contract  c.yaml:5:"), answer);
            assertTrue(answer.contains("add \"secret-data.evil.example\" to egress.domains"), answer);
            assertEquals(List.of(), house.lookedUp);
            assertEquals("refused", house.events("egress.decided").getFirst().get("decision"));
        });
    }

    @Test
    void aNameThatLeadsInsideIsRefused() throws Exception {
        declared("", (house, server) -> {
            for (String inside : List.of("127.0.0.1", "169.254.169.254", "10.0.0.8", "::1", "::ffff:192.168.0.1")) {
                house.names.put("public.example", List.of("93.184.216.34", inside));
                String answer = house.ask("CONNECT public.example:443 HTTP/1.1\r\n\r\n");
                assertTrue(answer.startsWith("HTTP/1.1 403 "), answer);
                assertTrue(answer.contains("public.example:443 leads to "), answer);
            }
            assertEquals(0, server.connections());
        });
    }

    @Test
    void theAddressIsPinnedByOneLookUp() throws Exception {
        declared("", (house, server) -> {
            house.ask(get("site.example", server.port()));
            assertEquals(List.of("site.example"), house.lookedUp);
        });
    }

    @Test
    void equalRefusalsBecomeOneRecord() throws Exception {
        declared("", (house, server) -> {
            for (int i = 0; i < 40; i++) {
                house.ask("CONNECT evil.example:443 HTTP/1.1\r\n\r\n");
            }
            assertEquals(1, house.events("egress.decided").size());
            house.doors.close(EgressHouse.AGENT);
            List<Map<String, Object>> events = house.events("egress.decided");
            assertEquals(2, events.size());
            assertEquals(39L, events.getLast().get("times"));
            var refusal = house.doors
                    .report(EgressHouse.AGENT, house.document(), true)
                    .refusals()
                    .getFirst();
            assertEquals(40, refusal.times());
        });
    }

    @Test
    void aFloodOfDifferentRefusalsIsBounded() throws Exception {
        declared("", (house, server) -> {
            for (int i = 0; i < 150; i++) {
                house.ask("CONNECT n" + i + ".evil.example:443 HTTP/1.1\r\n\r\n");
            }
            assertTrue(house.events("egress.decided").size() <= 52);
            assertTrue(house.doors
                            .report(EgressHouse.AGENT, house.document(), false)
                            .places()
                            .size()
                    <= 101);
        });
    }

    // ------------------------------------------------------------------ tunnels

    private static String hello(String name) {
        String sni = sized(2, "00" + sized(2, HexFormat.of().formatHex(name.getBytes(StandardCharsets.US_ASCII))));
        String body = "0303" + "11".repeat(32) + "00" + "00021301" + "0100" + sized(2, "0000" + sized(2, sni));
        return new String(
                HexFormat.of().parseHex("160301" + sized(2, "01" + sized(3, body))), StandardCharsets.ISO_8859_1);
    }

    private static String sized(int bytes, String hex) {
        return String.format("%0" + 2 * bytes + "x", hex.length() / 2) + hex;
    }

    private static void fill(SocketChannel channel, ByteBuffer buffer) throws Exception {
        int count = 0;
        while (buffer.hasRemaining() && count >= 0) {
            count = channel.read(buffer);
        }
    }

    private static void established(SocketChannel channel) throws Exception {
        String wanted = "HTTP/1.1 200 Connection Established\r\n\r\n";
        ByteBuffer answer = ByteBuffer.allocate(wanted.length());
        fill(channel, answer);
        assertEquals(wanted, new String(answer.array(), 0, answer.position(), StandardCharsets.US_ASCII));
    }

    @Test
    void aTunnelForItsOwnServerPasses() throws Exception {
        try (RecordingServer server = RecordingServer.answering("world")) {
            with(
                    server,
                    "\"site.example:" + server.port() + "\", \"127.0.0.1:" + server.port() + "\"",
                    "",
                    (house, _) -> {
                        try (SocketChannel channel = house.connect()) {
                            EgressHouse.send(channel, "CONNECT site.example:" + server.port() + " HTTP/1.1\r\n\r\n");
                            established(channel);
                            EgressHouse.send(channel, hello("site.example"));
                            assertEquals("world", EgressHouse.rest(channel));
                        }
                        assertEquals(hello("site.example"), server.first());
                    });
        }
    }

    @Test
    void aTunnelThatAsksForAnotherServerIsCutBeforeAByteLeaves() throws Exception {
        try (RecordingServer server = RecordingServer.answering("world")) {
            with(
                    server,
                    "\"site.example:" + server.port() + "\", \"127.0.0.1:" + server.port() + "\"",
                    "",
                    (house, _) -> {
                        try (SocketChannel channel = house.connect()) {
                            EgressHouse.send(channel, "CONNECT site.example:" + server.port() + " HTTP/1.1\r\n\r\n");
                            established(channel);
                            EgressHouse.send(channel, hello("evil.example"));
                            assertEquals("\u0015\u0003\u0003\u0000\u0002\u00021", EgressHouse.rest(channel));
                        }
                        assertEquals("", server.first());
                        var refused = house.awaitEvents("egress.decided", 2).getLast();
                        assertEquals("egress.sni", refused.get("code"));
                        assertTrue(
                                String.valueOf(refused.get("reason")).contains("\"evil.example\""), refused.toString());
                    });
        }
    }

    @Test
    void aServerThatSpeaksFirstIsHeardOnAPortOfItsOwn() throws Exception {
        try (RecordingServer server = RecordingServer.speakingFirst("SSH-2.0-x\r\n")) {
            with(
                    server,
                    "\"site.example:" + server.port() + "\", \"127.0.0.1:" + server.port() + "\"",
                    "",
                    (house, _) -> {
                        try (SocketChannel channel = house.connect()) {
                            EgressHouse.send(channel, "CONNECT site.example:" + server.port() + " HTTP/1.1\r\n\r\n");
                            established(channel);
                            ByteBuffer greeting = ByteBuffer.allocate(11);
                            fill(channel, greeting);
                            assertEquals("SSH-2.0-x\r\n", new String(greeting.array(), StandardCharsets.US_ASCII));
                        }
                    });
        }
    }

    // ------------------------------------------------------------------ the door

    @Test
    void onlyTheServiceSeesTheFolderAndTheSandboxFindsTheProxy() throws Exception {
        declared("", (house, server) -> {
            var plan = house.equip(Map.of("HTTP_PROXY", "http://mine:1"));
            assertEquals(EgressRules.PROXY_PORT, plan.doors().getFirst().port());
            Path socket = Path.of(plan.doors().getFirst().socket());
            assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(socket.getParent())));
            assertEquals("http://mine:1", plan.env().get("HTTP_PROXY"), "the contract's own word stays");
            assertEquals("http://127.0.0.1:3128", plan.env().get("https_proxy"));
            assertEquals("localhost,::1", plan.env().get("NO_PROXY"), "what the contract opens goes to the proxy");
        });
    }

    @Test
    void aContractWithoutAWayOutGetsNoDoor() throws Exception {
        try (EgressHouse house = new EgressHouse(directory, "")) {
            var plan = house.equip(Map.of());
            assertEquals(List.of(), plan.doors());
            assertFalse(plan.env().containsKey("HTTP_PROXY"));
            assertFalse(Files.exists(house.doors.socketOf(EgressHouse.AGENT)));
        }
    }

    @Test
    void anAgentThatIsOverIsServedNothing() throws Exception {
        declared("", (house, server) -> {
            house.over.set(true);
            assertTrue(house.ask(get("site.example", server.port())).startsWith("HTTP/1.1 503 "));
            house.doors.close(EgressHouse.AGENT);
            assertFalse(Files.exists(house.doors.socketOf(EgressHouse.AGENT)));
        });
    }

    @Test
    void theReceiptSaysThatTheProxyAnswersOnItsSocket() throws Exception {
        declared("", (house, server) -> {
            var receipt = new dev.agentos.domain.port.Sandbox.Receipt("i", 0, 0, List.of());
            var line = house.doors
                    .receipt(EgressHouse.AGENT, house.document(), receipt)
                    .getLast();
            assertEquals("egress.proxy", line.mechanism());
            assertEquals("enforced", line.actual());
            assertEquals(List.of(), house.events("egress.decided"), "the probe is no connection");
        });
    }
}
