package dev.agentos.testkit.prove;

import dev.agentos.bridge.client.AgentdClient;
import dev.agentos.bridge.wire.AgentWire.AgentView;
import dev.agentos.bridge.wire.AgentWire.Spawn;
import dev.agentos.bridge.wire.ConsentWire.AnswerRequest;
import dev.agentos.bridge.wire.ConsentWire.AskView;
import dev.agentos.bridge.wire.WireJson;
import dev.agentos.testkit.service.Figures;
import dev.agentos.testkit.service.LiveService;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Agents that try to answer for a person: from inside a real sandbox, as another user, from a nested process tree. */
final class ApproverCase {

    /** Posts an answer to the socket named by the first argument and prints the status line. */
    private static final String POST = """
            use IO::Socket::UNIX;
            my ($path, $ask, $body) = @ARGV;
            my $socket = IO::Socket::UNIX->new(Peer => $path) or do { print "unreachable: $!\\n"; exit 0 };
            print $socket "POST /v1/consents/$ask/answer HTTP/1.1\\r\\nHost: localhost\\r\\nConnection: close\\r\\n"
                . "Content-Type: application/json\\r\\nContent-Length: " . length($body) . "\\r\\n\\r\\n" . $body;
            my $line = <$socket>;
            print defined $line ? $line : "closed\\n";
            """;

    private static final String CONTRACT = """
            apiVersion: agentos/v0.2
            kind: AgentContract
            name: approver
            class: {latency: DT}
            modelPolicy: {allow: []}
            compute: {cpu: "0.5", mem: 64MiB, pids: 16}
            binding: flexible
            capabilities: []
            runtime: {process: {}}
            filesystem: {write: ["/workspace"]}
            """;

    /** Takes one try. */
    interface Attempt {
        void tried(String what, boolean held);
    }

    private final LiveService service;
    private final Figures figures;
    private final Attempt attempt;

    ApproverCase(LiveService service, Figures figures, Attempt attempt) {
        this.service = service;
        this.figures = figures;
        this.attempt = attempt;
    }

    void run() throws IOException, InterruptedException {
        if (!Files.isExecutable(Path.of("/usr/bin/perl"))) {
            figures.skip("approver", "no /usr/bin/perl to speak to a Unix socket with");
            return;
        }
        try (AgentdClient client = service.client()) {
            AskView ask = new AskingAgents(client).ask();
            String body = WireJson.write(AnswerRequest.allow(ask, "30d", Optional.empty(), "agent"));
            fromASandbox(client, ask, body);
            List<String> post =
                    List.of("/usr/bin/perl", "-e", POST, service.socket().toString(), ask.id(), body);
            if (isRoot()) {
                outside(client, ask, "another user", with(List.of("setpriv", "--reuid=64999", "--clear-groups"), post));
                outside(
                        client,
                        ask,
                        "agentd's own user in a process tree of its own",
                        with(
                                List.of("unshare", "--pid", "--fork", "setpriv", "--reuid=65534", "--clear-groups"),
                                post));
            } else {
                outside(
                        client,
                        ask,
                        "the own user in a process tree of its own",
                        with(List.of("unshare", "--user", "--map-current-user", "--pid", "--fork"), post));
            }
            // The same words from outside do count: what was refused was who said them.
            String said = said(post);
            attempt.tried("approver: a person is refused too: " + said, said.contains(" 200"));
            client.revoke(client.grants().grants().getFirst().id());
        }
    }

    private void fromASandbox(AgentdClient client, AskView ask, String body) throws IOException, InterruptedException {
        List<String> paths = new ArrayList<>(List.of(
                service.socket().toString(),
                "/run/agentos/agentd.sock",
                "/proc/1/root" + service.socket(),
                "/proc/self/cwd/../../../../.." + service.socket()));
        int number = 1;
        for (String path : paths) {
            AgentView agent = client.spawn(
                    new Spawn(
                            "approver-" + number++,
                            "approver.yaml",
                            CONTRACT,
                            Optional.empty(),
                            Optional.empty(),
                            List.of("/usr/bin/perl", "-e", POST, path, ask.id(), body),
                            Map.of(),
                            false),
                    AgentdClient.Until.ENDED,
                    Duration.ofSeconds(30));
            if (!agent.state().equals("done")) {
                figures.skip("approver in a sandbox", agent.state() + ": " + agent.reason());
                return;
            }
            String said =
                    client.log(agent.id(), "stdout", 0, Duration.ofMillis(200)).toString();
            held(client, ask, "in a sandbox through " + path + " (" + said.strip() + ")");
        }
    }

    private void outside(AgentdClient client, AskView ask, String who, List<String> command)
            throws IOException, InterruptedException {
        String said = said(command);
        if (said.contains("unshare") || said.contains("setpriv")) {
            figures.skip("approver as " + who, said);
            return;
        }
        held(client, ask, "as " + who + " (" + said + ")");
    }

    private void held(AgentdClient client, AskView ask, String what) {
        String state = client.ask(ask.id()).state();
        attempt.tried("approver: " + what + " made it " + state, state.equals("pending"));
    }

    private static String said(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        process.waitFor(20, TimeUnit.SECONDS);
        return said;
    }

    private static List<String> with(List<String> before, List<String> command) {
        List<String> all = new ArrayList<>(before);
        all.addAll(command);
        return all;
    }

    private static boolean isRoot() throws IOException {
        return ((Number) Files.getAttribute(Path.of("/proc/self"), "unix:uid")).intValue() == 0;
    }
}
