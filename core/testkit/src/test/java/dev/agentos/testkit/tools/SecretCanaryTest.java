package dev.agentos.testkit.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.agentos.bridge.client.AgentdClient;
import dev.agentos.bridge.wire.AgentWire;
import dev.agentos.bridge.wire.AgentWire.AgentView;
import dev.agentos.bridge.wire.CatalogWire;
import dev.agentos.bridge.wire.SecretWire.SecretValue;
import dev.agentos.bridge.wire.TaskWire;
import dev.agentos.bridge.wire.TaskWire.CallView;
import dev.agentos.bridge.wire.ToolWire;
import dev.agentos.domain.catalog.EntryManifest;
import dev.agentos.domain.catalog.EntryVersion;
import dev.agentos.domain.json.Digests;
import dev.agentos.testkit.service.LiveService;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A canary in the place of a secret, over the real wire: a real service, its real broker, a sandboxed agent that tells
 * everything it can see, and a server that says back what it was sent in every spelling. The canary must arrive at the
 * server and stand nowhere else. Beside it a signed command tool under the same broker, which must not get it either.
 */
@Timeout(240)
class SecretCanaryTest {

    private static final Path HOME = Path.of(System.getProperty("agentos.root", "../.."), "target/runtime");
    private static final String CANARY = "canary-3f7a/otter+basalt=82";

    /** Tells its environment, every argument and environment in its /proc, and every file that it can read. */
    private static final String TELLS_ALL = """
            while [ ! -e /workspace/go ]; do sleep 0.1; done
            env
            cat /proc/[0-9]*/environ /proc/[0-9]*/cmdline /proc/mounts 2>/dev/null | tr '\\0' '\\n'
            find / -xdev -path /usr -prune -o -path /proc -prune -o -type f -size -256k -print -exec cat {} \\; 2>/dev/null
            find /workspace /tmp /run /dev/shm -type f -print -exec cat {} \\; 2>/dev/null
            echo told all
            """;

    private final List<String> arrived = new CopyOnWriteArrayList<>();

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** The spellings that a value may come back in. */
    private static List<String> spellings() {
        List<String> all = new ArrayList<>(List.of(
                CANARY,
                HexFormat.of().formatHex(bytes(CANARY)),
                HexFormat.of().withUpperCase().formatHex(bytes(CANARY)),
                URLEncoder.encode(CANARY, StandardCharsets.UTF_8),
                CANARY.replace("/", "\\/")));
        for (int before = 0; before < 3; before++) {
            // What stands before it shifts the letters; the first and last ones hold a neighbour's bits.
            String standard = Base64.getEncoder().withoutPadding().encodeToString(bytes("x".repeat(before) + CANARY));
            String url = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes("x".repeat(before) + CANARY));
            int from = before == 0 ? 0 : before + 1;
            all.add(standard.substring(from, standard.length() - 1));
            all.add(url.substring(from, url.length() - 1));
        }
        return all;
    }

    private static List<String> found(String text) {
        return spellings().stream().filter(text::contains).toList();
    }

    private void echo(HttpExchange exchange) throws IOException {
        String sent = String.valueOf(exchange.getRequestHeaders().getFirst("Authorization"));
        arrived.add(sent);
        String value = sent.substring(sent.indexOf(' ') + 1);
        StringBuilder back = new StringBuilder("you sent " + sent + "\n");
        for (int before = 0; before < 3; before++) {
            String shifted = "x".repeat(before) + value + "yy";
            back.append(Base64.getEncoder().encodeToString(bytes(shifted))).append('\n');
            back.append(Base64.getUrlEncoder().encodeToString(bytes(shifted))).append('\n');
        }
        back.append(HexFormat.of().formatHex(bytes(value))).append('\n');
        back.append(HexFormat.of().withUpperCase().formatHex(bytes(value))).append('\n');
        back.append(URLEncoder.encode(value, StandardCharsets.UTF_8)).append('\n');
        byte[] body = bytes(back.toString());
        exchange.getResponseHeaders().add("Content-Type", "text/plain");
        exchange.sendResponseHeaders(exchange.getRequestURI().getPath().equals("/fails") ? 500 : 200, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    @Test
    void aSecretReachesItsServerAndNothingElse() throws Exception {
        assumeTrue(Files.isExecutable(HOME.resolve("bin/agentos-init")), "SKIP: no built runtime; run ./agentos build");
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::echo);
        server.start();
        try (LiveService service = LiveService.start(HOME);
                AgentdClient client = service.client()) {
            client.setSecret(new SecretValue("api-token", CANARY, List.of("127.0.0.1")));
            addCommand(client);
            int port = server.getAddress().getPort();
            AgentView agent = spawn(client, port);
            List<CallView> answers = List.of(
                    call(client, agent, "fetch", "web.fetch", fetch(port, "/")),
                    call(client, agent, "fails", "web.fetch", fetch(port, "/fails")),
                    call(
                            client,
                            agent,
                            "elsewhere",
                            "web.fetch",
                            Map.of(
                                    "url",
                                    "http://127.0.0.2:" + port + "/",
                                    "authorization",
                                    "Bearer ${secret.api-token}")),
                    call(client, agent, "command", "word.count", Map.of("text", "a b ${secret.api-token}")));
            Files.writeString(Path.of(agent.workspace()).resolve("go"), "");
            AgentView ended = client.awaitAgent(agent.id(), AgentdClient.Until.ENDED, Duration.ofSeconds(90));

            assertEquals(List.of("Bearer " + CANARY, "Bearer " + CANARY), arrived, "the control: it did arrive");
            assertEquals("done", answers.get(0).outcome(), answers.get(0).reason());
            assertTrue(
                    answers.get(0).output().toString().contains("you sent Bearer [redacted secret api-token]"),
                    answers.get(0).output().toString());
            assertEquals("web.status", answers.get(1).code(), answers.get(1).toString());
            assertEquals("secret.refused", answers.get(2).code(), "it is for another host");
            command(answers.get(3));

            StringBuilder whole = new StringBuilder();
            AgentWire.LogChunk chunk = client.log(agent.id(), "stdout", 0, Duration.ZERO);
            for (; !chunk.text().isEmpty(); chunk = client.log(agent.id(), "stdout", chunk.next(), Duration.ZERO)) {
                whole.append(chunk.text());
            }
            assertTrue(whole.toString().contains("told all"), ended.reason());
            assertEquals(List.of(), found(whole.toString()), "in the sandbox");
            assertEquals(List.of(), found(answers.toString()), "in results");
            assertEquals(
                    List.of(),
                    found(client.events(0, 5000).events().toString() + client.secrets() + client.agent(agent.id())),
                    "in answers of the door and the audit text");
            assertTrue(client.events(0, 5000).events().toString().contains("secret.used"));
            assertEquals(List.of(), filesWith(service.base()), "in the journal, the logs and every other file");
        } finally {
            server.stop(0);
        }
    }

    private static Map<String, Object> fetch(int port, String path) {
        return Map.of("url", "http://127.0.0.1:" + port + path, "authorization", "Bearer ${secret.api-token}");
    }

    private static AgentView spawn(AgentdClient client, int port) throws InterruptedException {
        return client.spawn(
                new AgentWire.Spawn(
                        "canary",
                        "canary.yaml",
                        """
                        apiVersion: agentos/v0.2
                        kind: AgentContract
                        name: canary
                        binding: flexible
                        modelPolicy: { allow: [] }
                        compute: { cpu: "1", mem: 256MiB, pids: 64 }
                        capabilities: [web.fetch, word.count]
                        runtime: { process: {} }
                        egress: { domains: ["127.0.0.1:%1$d", "127.0.0.2:%1$d"] }
                        security: { secrets: [api-token], check_origins: off }
                        """.formatted(port),
                        Optional.empty(),
                        Optional.empty(),
                        List.of("sh", "-c", TELLS_ALL),
                        Map.of(),
                        false),
                AgentdClient.Until.STARTED,
                Duration.ofSeconds(60));
    }

    private static CallView call(
            AgentdClient client, AgentView agent, String key, String tool, Map<String, Object> arguments) {
        return client.callTool(
                agent.id(),
                tool,
                new TaskWire.ToolCall(Optional.empty(), key, arguments, Optional.empty(), true, Optional.of(60_000L)));
    }

    // ------------------------------------------------------------------ the command

    /** Counts words, and tells what its own sandbox lets it do. */
    private static final String COUNT = """
            #!/bin/sh
            input=$(cat)
            touch /tool/mine 2>/dev/null && wrote=yes || wrote=no
            others=$(ls -d /proc/[0-9]* | wc -l)
            printf '{"given":%s,"wrote":"%s","processes":%d,"routes":%d,"env":"%s"}' \
                "$input" "$wrote" "$others" "$(tail -n +2 /proc/net/route | wc -l)" "$(env | sort | tr '\\n' ' ')"
            """;

    private static void addCommand(AgentdClient client) throws Exception {
        KeyPair keys = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        String yaml = "apiVersion: agentos/catalog/v1\nname: word.count\nversion: 1.0.0\nsummary: Counts words.\n"
                + "effect: computes\nargv: [/bin/sh, /tool/count.sh]\n"
                + "input: { type: object, properties: { text: { type: string } }, required: [text] }\n";
        Map<String, String> digests =
                new TreeMap<>(Map.of("tool.yaml", Digests.sha256Hex(yaml), "count.sh", Digests.sha256Hex(COUNT)));
        EntryManifest manifest = EntryManifest.sign(
                "word.count", new EntryVersion(1, 0, 0), digests, keys.getPublic(), keys.getPrivate());
        client.trust(new CatalogWire.TrustRequest(
                "team", Base64.getEncoder().encodeToString(keys.getPublic().getEncoded())));
        ToolWire.Approval added = client.addTool(new ToolWire.CommandFiles(Map.of(
                "tool.yaml", Base64.getEncoder().encodeToString(bytes(yaml)),
                "count.sh", Base64.getEncoder().encodeToString(bytes(COUNT)),
                "manifest.json", Base64.getEncoder().encodeToString(bytes(manifest.json())))));
        assertEquals("unapproved", added.state(), added.reason());
        assertEquals(
                "approved",
                client.approveTool("word.count", new ToolWire.Approve(added.digest()))
                        .state());
    }

    /** It ran in a sandbox of its own, and a reference to a secret was plain text to it. */
    private static void command(CallView answer) {
        assertEquals("done", answer.outcome(), answer.reason());
        assertEquals(Map.of("text", "a b ${secret.api-token}"), answer.output().get("given"));
        assertEquals("no", answer.output().get("wrote"), "its own files are read-only");
        assertEquals("0", String.valueOf(answer.output().get("routes")), "it has no network");
        int processes = Integer.parseInt(String.valueOf(answer.output().get("processes")));
        assertTrue(processes < 12, answer.output().toString());
        String env = String.valueOf(answer.output().get("env"));
        assertTrue(env.contains("HOME=/tmp ") && !env.contains("secret"), env);
        assertTrue(answer.untrusted(), "what a command gives is nobody's word");
    }

    private static List<String> filesWith(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> {
                        try {
                            return !found(Files.readString(file, StandardCharsets.ISO_8859_1))
                                    .isEmpty();
                        } catch (IOException e) {
                            return false;
                        }
                    })
                    .map(Path::toString)
                    .toList();
        }
    }
}
