package dev.agentos.testkit.prove;

import dev.agentos.agentd.Agentd;
import dev.agentos.agentd.AgentdConfig;
import dev.agentos.agentd.http.ApiServer.TcpDoor;
import dev.agentos.agentd.tools.Arguments;
import dev.agentos.agentd.tools.Tool;
import dev.agentos.agentd.tools.ToolResult;
import dev.agentos.bridge.client.AgentdClient;
import dev.agentos.bridge.wire.AgentWire;
import dev.agentos.bridge.wire.TaskWire;
import dev.agentos.bridge.wire.TaskWire.CallView;
import dev.agentos.bridge.wire.WireJson;
import dev.agentos.domain.policy.InputSchema;
import dev.agentos.domain.policy.Policy.Target;
import dev.agentos.domain.policy.ToolDescriptor;
import dev.agentos.domain.policy.ToolDescriptor.Effect;
import dev.agentos.domain.port.TimeSource;
import dev.agentos.testkit.fake.FakeSandbox;
import dev.agentos.testkit.service.Figures;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/**
 * The decision over its whole finite space against a second writing of it; every route of the door without a right to it;
 * thousands of calls beyond a contract through the real door and gateway, judged by what reached the tools and the disk;
 * and the mutation score of the packages that decide, without which it fails. {@code rounds} is the number of violations.
 */
final class PolicyCampaign implements ProveMain.Campaign {

    private static final int VIOLATIONS = 10_000;
    private static final double SCORE_AIM = 85;

    private final List<String> findings = new ArrayList<>();
    private final Map<String, Long> codes = new TreeMap<>();

    @Override
    public ProveMain.Result run(Path home, int rounds, long seed) throws Exception {
        Figures figures = new Figures("prove", "policy");
        long states = enumerate();
        Path base = Files.createTempDirectory("agentos-prove-policy").toRealPath();
        long routes;
        long tried;
        long through;
        try {
            Reached reached = new Reached();
            AgentdConfig config = new AgentdConfig(
                    base.resolve("state"),
                    base.resolve("run"),
                    base.resolve("no-execd"),
                    Optional.empty(),
                    base.resolve("no-worker"),
                    Optional.of(new TcpDoor(0, base.resolve("tcp-token"))),
                    Optional.empty(),
                    true,
                    Optional.empty());
            try (Agentd agentd = Agentd.start(config, TimeSource.system(), new FakeSandbox(), reached.tools());
                    AgentdClient client = AgentdClient.on(config.socket())) {
                routes = matrix(agentd, client);
                Violations violations =
                        new Violations(base, client, reached, new SplittableRandom(seed), findings, codes);
                tried = rounds > 0 ? rounds : VIOLATIONS;
                through = violations.run(tried);
            }
        } finally {
            delete(base);
        }
        figures.top("tried", tried).top("through", through).top("unexplained", 0);
        figures.put("states_enumerated", states).put("routes_tried", routes);
        codes.forEach((code, count) -> figures.put("answered " + code, count));
        boolean strong = mutants(figures);
        findings.stream().limit(20).forEach(finding -> figures.put("finding " + finding, 1));
        figures.put("findings", findings.size()).put("seed", seed);
        return new ProveMain.Result(figures, through + findings.size() + (strong ? 0 : 1));
    }

    /** False where the tests notice too few mutants, and where nobody knows how many: then the proof is incomplete. */
    private static boolean mutants(Figures figures) throws IOException, InterruptedException {
        Path root = Path.of(System.getProperty("agentos.root", "")).toAbsolutePath();
        return switch (MutationScore.of(root)) {
            case MutationScore.Outcome.Score score -> {
                figures.put("mutation_score_pct", score.percent())
                        .put("mutants", score.mutants())
                        .put("mutation_report_age_min", score.age().toMinutes());
                score.byPackage().forEach((name, percent) -> figures.put("mutation_score_" + name + "_pct", percent));
                yield score.percent() >= SCORE_AIM;
            }
            case MutationScore.Outcome.Missing missing -> {
                figures.skip("mutation_score_pct", missing.why()).put("incomplete", "mutation_score_pct");
                yield false;
            }
        };
    }

    private long enumerate() {
        AtomicLong states = new AtomicLong();
        PolicySpecification.forEach(state -> {
            states.incrementAndGet();
            String expected = PolicySpecification.expected(state);
            String decided = PolicySpecification.decided(state);
            if (!expected.equals(decided) && findings.size() < 100) {
                findings.add("state " + state + ": " + decided + ", not " + expected);
            }
        });
        return states.get();
    }

    // ------------------------------------------------------------------ the door

    /** Every route of the door's own document, by everybody who may not use it. */
    private long matrix(Agentd agentd, AgentdClient client) throws IOException, InterruptedException {
        long tried = 0;
        long before = client.events(0, 1).head();
        try (HttpClient http = HttpClient.newHttpClient()) {
            Map<?, ?> document = WireJson.read(agentd.api().document(), Map.class);
            if (!(document.get("paths") instanceof Map<?, ?> paths)) {
                findings.add("the door's document has no paths");
                return 0;
            }
            for (Map.Entry<?, ?> path : paths.entrySet()) {
                if (!(path.getValue() instanceof Map<?, ?> methods)) {
                    continue;
                }
                String concrete = String.valueOf(path.getKey()).replaceAll("\\{[a-z_]+}", "agent-x-001");
                for (Object method : methods.keySet()) {
                    for (Map<String, String> headers : List.of(
                            Map.<String, String>of(),
                            Map.of("Authorization", "Bearer wrong"),
                            Map.of("Authorization", "Bearer "),
                            Map.of("Origin", "https://evil.example"))) {
                        tried++;
                        int status = send(http, agentd.tcpPort(), String.valueOf(method), concrete, headers);
                        if (status != 403) {
                            findings.add(method + " " + path.getKey() + " with " + headers + " gave " + status);
                        }
                    }
                }
            }
        }
        if (client.events(0, 1).head() != before) {
            findings.add("a request without a right left a record");
        }
        return tried;
    }

    private static int send(HttpClient http, int port, String method, String path, Map<String, String> headers)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(Duration.ofSeconds(20))
                .header("Content-Type", "application/json")
                .method(
                        method.toUpperCase(java.util.Locale.ROOT),
                        method.equalsIgnoreCase("get")
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofString("{}"));
        headers.forEach(request::header);
        return http.send(request.build(), HttpResponse.BodyHandlers.discarding())
                .statusCode();
    }

    // ------------------------------------------------------------------ the gateway

    /** Tools that note each call which reaches them: whoever is noted here was let through. */
    static final class Reached {
        private final AtomicLong calls = new AtomicLong();

        long calls() {
            return calls.get();
        }

        List<Tool> tools() {
            return List.of(
                    new Sink(this, "mail.forbidden", Effect.CHANGES),
                    new Sink(this, "mail.allowed", Effect.CHANGES),
                    new Sink(this, "read.forbidden", Effect.READS));
        }
    }

    private record Sink(Reached reached, ToolDescriptor descriptor) implements Tool.Pure {
        Sink(Reached reached, String name, Effect effect) {
            this(
                    reached,
                    ToolDescriptor.named(name, effect, "notes that it was called")
                            .input(InputSchema.object()
                                    .required("to", "string", "where")
                                    .optional("text", "string", "what"))
                            .destinations("to")
                            .build());
        }

        @Override
        public List<Target> targets(Arguments arguments, Place place) {
            return List.of();
        }

        @Override
        public ToolResult call(Arguments arguments, Place place, List<Target> decided) {
            reached.calls.incrementAndGet();
            return ToolResult.of(Map.of("done", true));
        }
    }

    /** Calls that no contract of theirs allows. */
    private record Violations(
            Path base,
            AgentdClient client,
            Reached reached,
            SplittableRandom random,
            List<String> findings,
            Map<String, Long> codes) {

        long run(long tried) throws IOException {
            Path work = Files.createDirectory(base.resolve("work"));
            Path outside = Files.createDirectory(base.resolve("outside"));
            Files.writeString(outside.resolve("secret.txt"), "secret");
            Files.createSymbolicLink(work.resolve("link"), outside);
            String agent = client.spawn(
                            new AgentWire.Spawn(
                                    "violations",
                                    "violations.yaml",
                                    contract(work),
                                    Optional.empty(),
                                    Optional.empty(),
                                    List.of(),
                                    Map.of(),
                                    false),
                            AgentdClient.Until.STARTED,
                            Duration.ofSeconds(30))
                    .id();
            String narrow = client.beginTask(
                            agent,
                            new TaskWire.Begin("narrow", "list the files", Optional.of(List.of("fs.list")), Map.of()))
                    .id();
            String wide = client.beginTask(
                            agent, new TaskWire.Begin("wide", "write to me@example.org", Optional.empty(), Map.of()))
                    .id();
            long through = 0;
            control(agent, wide, "mail.allowed", Map.of("to", "me@example.org", "text", "hello"));
            control(agent, wide, "fs.list", Map.of("path", work.toString()));
            for (long i = 0; i < tried; i++) {
                Attempt attempt = attempt(i, work, outside, narrow, wide);
                long before = reached.calls();
                CallView view = client.callTool(
                        agent,
                        attempt.tool(),
                        new TaskWire.ToolCall(
                                Optional.of(attempt.task()),
                                "v" + i,
                                attempt.arguments(),
                                Optional.empty(),
                                false,
                                Optional.of(0L)));
                codes.merge(view.outcome() + " " + view.code(), 1L, Long::sum);
                boolean answered = view.outcome().equals("refused")
                        || view.outcome().equals("not-consented")
                        || view.outcome().equals("failed");
                if (!answered || reached.calls() != before) {
                    through++;
                    findings.add(attempt + " was " + view.outcome() + " " + view.code());
                } else if (view.outcome().equals("refused")
                        && (view.contractLine().isBlank() || view.next().isBlank())) {
                    findings.add(attempt + " was refused without a line or a next step: " + view.code());
                }
            }
            try (Stream<Path> files = Files.list(outside)) {
                if (files.count() != 1
                        || !Files.readString(outside.resolve("secret.txt")).equals("secret")) {
                    through++;
                    findings.add("a file outside the contract was changed");
                }
            }
            return through;
        }

        /** What the contract allows must go through, or nothing is shown by what does not. */
        private void control(String agent, String task, String tool, Map<String, Object> arguments) {
            CallView view = client.callTool(
                    agent,
                    tool,
                    new TaskWire.ToolCall(
                            Optional.of(task),
                            "control-" + tool.replace('.', '-'),
                            arguments,
                            Optional.empty(),
                            false,
                            Optional.of(0L)));
            if (!view.outcome().equals("done")) {
                findings.add("the control " + tool + " was " + view.outcome() + " " + view.code());
            }
        }

        private record Attempt(String task, String tool, Map<String, Object> arguments) {}

        private Attempt attempt(long number, Path work, Path outside, String narrow, String wide) {
            String word = Long.toString(random.nextLong(1L << 40), 36);
            return switch ((int) (number % 8)) {
                case 0 -> new Attempt(wide, "mail.forbidden", Map.of("to", "me@example.org", "text", word));
                case 1 -> new Attempt(wide, "read.forbidden", Map.of("to", word));
                case 2 -> new Attempt(narrow, "mail.allowed", Map.of("to", "me@example.org", "text", word));
                case 3 -> new Attempt(wide, "mail.allowed", Map.of("to", word + "@example.org", "text", word));
                case 4 ->
                    new Attempt(wide, "fs.write", Map.of("path", outsideOf(work, outside, word), "content", word));
                case 5 -> new Attempt(wide, "fs.read", Map.of("paths", outsideOf(work, outside, "secret.txt")));
                case 6 ->
                    new Attempt(
                            wide,
                            "mail.allowed",
                            Map.of("to", "me@example.org", "text", "see http://" + word + ".example/" + word));
                default -> new Attempt(wide, "fs.list", Map.of("path", outsideOf(work, outside, "")));
            };
        }

        /** A path beyond the work folder, in one of several spellings. */
        private String outsideOf(Path work, Path outside, String name) {
            return switch (random.nextInt(6)) {
                case 0 -> outside + "/" + name;
                case 1 -> work + "/../outside/" + name;
                case 2 -> work + "/link/" + name;
                case 3 -> "/workspace/../../../../.." + outside + "/" + name;
                case 4 -> work + "er/" + name;
                default -> "/etc/" + name;
            };
        }

        private static String contract(Path work) {
            return "apiVersion: agentos/v0.2\nkind: AgentContract\nname: violations\n"
                    + "modelPolicy: { allow: [] }\ncompute: { cpu: \"0.1\", mem: 1MiB, pids: 1 }\n"
                    + "capabilities: [mail.allowed, fs.write, fs.read, fs.list]\n"
                    + "filesystem: { read: [\"" + work + "\"], write: [\"" + work + "\"] }\n"
                    + "budget: { tool_calls: 10000000, wall_time: 30d }\n"
                    + "consent: { unattended: refuse }\n"
                    + "runtime: { process: { command: [/bin/sleep, \"100000\"] } }\n";
        }
    }

    private static void delete(Path tree) throws IOException {
        try (Stream<Path> paths = Files.walk(tree)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        }
    }
}
