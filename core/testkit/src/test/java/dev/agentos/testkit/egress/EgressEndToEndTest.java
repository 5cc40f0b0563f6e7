package dev.agentos.testkit.egress;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpServer;
import dev.agentos.bridge.client.AgentdClient;
import dev.agentos.bridge.wire.AgentWire;
import dev.agentos.bridge.wire.AgentWire.AgentView;
import dev.agentos.bridge.wire.ConsentWire.AnswerRequest;
import dev.agentos.bridge.wire.ConsentWire.AskView;
import dev.agentos.bridge.wire.EgressWire.EgressReport;
import dev.agentos.testkit.service.LiveService;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A real agent in a real sandbox, with curl, against a server of this machine; names lead where a hosts file says. */
@Timeout(180)
class EgressEndToEndTest {

    private static final Path HOME = Path.of(System.getProperty("agentos.root", "../.."), "target/runtime");

    private static final String SCRIPT = """
            c() { curl -s -m 60 -o /tmp/o -w '%{http_code}/%{http_connect}' "$@"; echo " $(grep -c hello /tmp/o) $(grep -o 'code .*' /tmp/o | tr -s ' ')"; rm -f /tmp/o; }
            echo declared $(c http://declared.example:PORT/)
            echo address $(c http://127.0.0.1:PORT/)
            echo metadata $(c http://169.254.169.254/)
            echo rebind $(c http://rebind.example/)
            echo direct $(c --noproxy '*' -m 5 http://93.184.216.34/)
            echo held $(c http://new.example:PORT/)
            """;

    @Test
    void aSandboxedAgentReachesWhatItsContractOpensAndNothingElse() throws Exception {
        assumeTrue(Files.isExecutable(HOME.resolve("bin/agentos-init")), "SKIP: no built runtime; run ./agentos build");
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/curl")), "SKIP: no curl here");
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            byte[] body = "hello\n".getBytes(StandardCharsets.US_ASCII);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
        try (LiveService service = LiveService.prepare(HOME)) {
            Path hosts = service.folder("names").resolve("hosts");
            Files.writeString(hosts, "127.0.0.1 declared.example rebind.example new.example\n");
            service.environment("JAVA_TOOL_OPTIONS", "-Djdk.net.hosts.file=" + hosts);
            service.startAgentd();
            service.awaitReady();
            try (AgentdClient client = service.client()) {
                assumeTrue(
                        client.doctor().enforcement().mechanisms().stream()
                                .anyMatch(mechanism -> mechanism.name().equals("doors") && mechanism.available()),
                        "SKIP: the broker here has no doors");
                tried(client, server.getAddress().getPort());
            }
        } finally {
            server.stop(0);
        }
    }

    private static void tried(AgentdClient client, int port) throws InterruptedException {
        AgentView agent = client.spawn(new AgentWire.Spawn(
                "egress",
                "out.yaml",
                """
                apiVersion: agentos/v0.2
                kind: AgentContract
                name: out
                binding: flexible
                modelPolicy: { allow: [] }
                compute: { cpu: "1", mem: 256MiB, pids: 64 }
                runtime: { process: {} }
                egress: { domains: ["127.0.0.1:%d", "declared.example:%d", "rebind.example"] }
                security: { consent_for: [net.connect] }
                """.formatted(port, port),
                Optional.empty(),
                Optional.empty(),
                List.of("bash", "-c", SCRIPT.replace("PORT", String.valueOf(port))),
                Map.of(),
                false));
        answer(client, port);
        AgentView ended = client.awaitAgent(agent.id(), AgentdClient.Until.ENDED, Duration.ofSeconds(60));
        assertEquals("done", ended.state(), ended.reason());
        String said = client.log(agent.id(), "stdout", 0, Duration.ZERO).text();
        assertEquals("""
                declared 200/000 1
                address 200/000 1
                metadata 403/000 0 code egress.metadata
                rebind 403/000 0 code egress.loopback
                direct 000/000
                held 200/000 1
                """, said.lines().map(String::strip).collect(Collectors.joining("\n")) + "\n");
        assertTrue(
                ended.receipt().stream()
                        .filter(line -> line.mechanism().startsWith("egress."))
                        .allMatch(line -> line.actual().equals("enforced")),
                ended.receipt().toString());
        EgressReport report = client.egress(agent.id());
        assertEquals(1, report.places().getFirst().connections());
        assertEquals(
                "refused",
                client.explain(agent.id(), "connect", "169.254.169.254:80").answer());
    }

    /** Says yes to the one question that comes. */
    private static void answer(AgentdClient client, int port) throws InterruptedException {
        for (int i = 0; i < 600 && client.asks().asks().isEmpty(); i++) {
            TimeUnit.MILLISECONDS.sleep(100);
        }
        AskView ask = client.asks().asks().getFirst();
        assertEquals("new.example:" + port, ask.target());
        client.answer(
                ask.id(),
                new AnswerRequest("allow", "once", ask.shown(), Optional.of(ask.confirmWord()), Optional.of("test")));
    }
}
