package dev.agentos.testkit.prove;

import dev.agentos.bridge.client.AgentdClient;
import dev.agentos.bridge.client.AgentdException;
import dev.agentos.bridge.client.UnreachableException;
import dev.agentos.bridge.wire.AgentWire.AgentView;
import dev.agentos.bridge.wire.AgentWire.Spawn;
import dev.agentos.bridge.wire.ConsentWire.AnswerRequest;
import dev.agentos.bridge.wire.ConsentWire.AskView;
import dev.agentos.bridge.wire.EventWire.EventView;
import dev.agentos.domain.json.Digests;
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
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Kill -9 of agentd at random instants of the tour's run (read, summarise, ask, write). After each restart the same
 * request is sent again under its key, what waits is answered, and the world is looked at from outside: the file was
 * written exactly once, nothing that was acknowledged is gone, the chain verifies offline, the service is ready again.
 */
final class CrashCampaign implements ProveMain.Campaign {

    private static final int ROUNDS = 200;
    private static final String FILE = "summary.md";
    private static final Duration LIMIT = Duration.ofSeconds(40);

    private static final String CONTRACT = """
            apiVersion: agentos/v0.2
            kind: AgentContract
            name: crash
            class: {latency: SRT}
            capabilities: ["fs.read", "summarize", "fs.write"]
            runtime:
              managed:
                plan:
                  - {id: read, tool: fs.read, with: {paths: ["${input.folder}"]}}
                  - {id: summary, tool: summarize, with: {documents: "${steps.read.documents}", sentences: 3}}
                  - {id: write, tool: fs.write, with: {path: "/workspace/summary.md", content: "${steps.summary.markdown}"}}
            filesystem: {read: ["${input.folder}"], write: ["/workspace"]}
            security: {consent_for: ["fs.write"]}
            """;

    private final List<String> findings = java.util.Collections.synchronizedList(new ArrayList<>());
    private final List<Double> ready = new ArrayList<>();
    private long killedBeforeAcknowledged;
    private long killedAfterDone;

    @Override
    public ProveMain.Result run(Path home, int asked, long seed) throws Exception {
        int rounds = asked > 0 ? asked : ROUNDS;
        SplittableRandom random = new SplittableRandom(seed);
        Figures figures = new Figures("prove", "spine");
        try (LiveService service = LiveService.start(home)) {
            Path folder = documents(service);
            // One undisturbed round gives the length of the window in which the instants lie.
            long from = System.nanoTime();
            try (WriteWatch watch = new WriteWatch(FILE)) {
                finish(service, "calibration", folder, watch, Optional.empty());
            }
            long window = (System.nanoTime() - from) * 11 / 10;
            long started = System.nanoTime();
            for (int round = 1; round <= rounds; round++) {
                crash(service, "round-" + round, folder, random.nextLong(window));
                if (round % 25 == 0) {
                    System.err.println(round + " of " + rounds + ", findings: " + findings.size());
                }
            }
            figures.put("seconds", (System.nanoTime() - started) / 1e9);
            verifyOffline(service, "at the end");
            try (AgentdClient client = service.client()) {
                figures.put("records", client.status().audit().records());
            }
        }
        findings.forEach(System.err::println);
        double[] times = ready.stream().mapToDouble(Double::doubleValue).toArray();
        figures.top("tried", rounds)
                .top("through", findings.size())
                .top("unexplained", 0)
                .put("seed", seed)
                .put("ready_again_ms_p50", Figures.percentile(times, 0.5))
                .put("ready_again_ms_p99", Figures.percentile(times, 0.99))
                .put("killed_before_acknowledged", killedBeforeAcknowledged)
                .put("killed_after_done", killedAfterDone);
        return new ProveMain.Result(figures, findings.size());
    }

    private void crash(LiveService service, String key, Path folder, long delayNanos) throws Exception {
        Acknowledged acknowledged = new Acknowledged();
        AtomicBoolean killed = new AtomicBoolean();
        try (WriteWatch watch = new WriteWatch(FILE)) {
            kill(service, key, folder, delayNanos, acknowledged, killed, watch);
            check(service, key, folder, acknowledged, watch);
        }
    }

    private void kill(
            LiveService service,
            String key,
            Path folder,
            long delayNanos,
            Acknowledged acknowledged,
            AtomicBoolean killed,
            WriteWatch watch)
            throws Exception {
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            CompletableFuture<Void> first = CompletableFuture.runAsync(
                    () -> {
                        try {
                            finish(service, key, folder, watch, Optional.of(acknowledged));
                        } catch (UnreachableException | IOException | InterruptedException e) {
                            if (!killed.get()) {
                                findings.add(key + ": the service failed before it was killed: " + e);
                            }
                        }
                    },
                    executor);
            TimeUnit.NANOSECONDS.sleep(delayNanos);
            killed.set(true);
            service.killAgentd();
            first.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        }
        killedBeforeAcknowledged += acknowledged.id == null ? 1 : 0;
        killedAfterDone += acknowledged.done ? 1 : 0;

        long from = System.nanoTime();
        service.startAgentd();
        service.awaitReady();
        ready.add((System.nanoTime() - from) / 1e6);
    }

    /** What the client was told before the crash. */
    private static final class Acknowledged {
        private volatile @Nullable String id;
        private volatile boolean allowed;
        private volatile boolean done;
    }

    private void check(LiveService service, String key, Path folder, Acknowledged before, WriteWatch watch)
            throws IOException, InterruptedException {
        try (AgentdClient client = service.client()) {
            String id = before.id;
            if (id != null) {
                try {
                    AgentView view = client.agent(id);
                    if (before.done && !view.state().equals("done")) {
                        findings.add(key + ": " + id + " was done before the crash and is " + view.state());
                    }
                } catch (AgentdException e) {
                    findings.add(key + ": " + id + " was acknowledged and is gone");
                }
            }
            AgentView end = finish(service, key, folder, watch, Optional.empty());
            if (!end.state().equals("done")) {
                findings.add(key + ": ended " + end.state() + ": " + end.reason());
                return;
            }
            if (id != null && !end.id().equals(id)) {
                findings.add(key + ": the same key gave " + id + " and then " + end.id());
            }
            effects(client, key, end, before);
            long writes = watch.count();
            if (writes != 1) {
                findings.add(key + ": the file appeared " + writes + " times");
            }
        }
        verifyOffline(service, key);
    }

    /** The file is what the journal says, and the journal has one write: attempted, finished, asked once. */
    private void effects(AgentdClient client, String key, AgentView end, Acknowledged before) throws IOException {
        List<EventView> events =
                client.search(AgentdClient.Search.ofAgent(end.id(), 500)).events();
        List<EventView> attempts = named(events, "effect.attempted", "write");
        List<EventView> outcomes = named(events, "effect.finished", "write");
        long asked = events.stream()
                .filter(event -> event.kind().equals("consent.asked"))
                .count();
        if (attempts.size() != 1 || outcomes.size() != 1 || asked != 1) {
            findings.add(key + ": " + attempts.size() + " attempts, " + outcomes.size() + " outcomes, " + asked
                    + " asks for one write");
        }
        Path file = Path.of(end.workspace(), FILE);
        if (!Files.exists(file)) {
            findings.add(key + ": done, and the file is not there");
            return;
        }
        String digest = Digests.sha256Hex(Files.readAllBytes(file));
        boolean same = attempts.stream()
                .allMatch(attempt -> attempt.data().get("intent") instanceof Map<?, ?> intent
                        && digest.equals(intent.get("sha256")));
        if (!same) {
            findings.add(key + ": the file is not what was attempted");
        }
        long files;
        try (var listing = Files.list(Path.of(end.workspace()))) {
            files = listing.count();
        }
        if (files != 1) {
            findings.add(key + ": " + files + " files in the workspace, 1 expected");
        }
        if (before.allowed && events.stream().noneMatch(event -> event.kind().equals("consent.answered"))) {
            findings.add(key + ": an acknowledged answer is gone");
        }
    }

    private static List<EventView> named(List<EventView> events, String kind, String step) {
        return events.stream()
                .filter(event ->
                        event.kind().equals(kind) && step.equals(event.data().get("step")))
                .toList();
    }

    /** Sends the request, answers what it asks, waits for its end. */
    private static AgentView finish(
            LiveService service, String key, Path folder, WriteWatch watch, Optional<Acknowledged> told)
            throws IOException, InterruptedException {
        try (AgentdClient client = service.client()) {
            AgentView agent = client.spawn(new Spawn(
                    key,
                    "crash.yaml",
                    CONTRACT,
                    Optional.empty(),
                    Optional.empty(),
                    List.of(),
                    Map.of("folder", folder.toString()),
                    false));
            told.ifPresent(note -> note.id = agent.id());
            long deadline = System.nanoTime() + LIMIT.toNanos();
            while (System.nanoTime() < deadline) {
                for (AskView ask : client.asks().asks()) {
                    if (ask.agent().equals(agent.id())) {
                        // Nothing is written before the answer, so a watch that begins here misses nothing.
                        watch.watch(Path.of(agent.workspace()));
                        answer(client, ask);
                        told.ifPresent(note -> note.allowed = true);
                    }
                }
                AgentView now = client.awaitAgent(agent.id(), AgentdClient.Until.ENDED, Duration.ofMillis(20));
                if (List.of("done", "failed", "killed", "dead").contains(now.state())) {
                    told.ifPresent(note -> note.done = now.state().equals("done"));
                    return now;
                }
            }
            throw new IOException(agent.id() + " did not end in " + LIMIT.toSeconds() + " s");
        }
    }

    private static void answer(AgentdClient client, AskView ask) {
        try {
            client.answer(ask.id(), AnswerRequest.allow(ask, "once", Optional.empty(), "campaign"));
        } catch (AgentdException e) {
            if (!e.body().code().equals("consent.answered")) {
                throw e;
            }
        }
    }

    private void verifyOffline(LiveService service, String key) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(
                        service.home().resolve("bin/agentctl").toString(),
                        "audit",
                        "verify",
                        "--state",
                        service.state().toString(),
                        "--json")
                .redirectErrorStream(true);
        builder.environment().put("AGENTOS_HOME", service.home().toString());
        Process process = builder.start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            findings.add(key + ": the audit trail does not verify: " + said.strip());
        }
    }

    private static Path documents(LiveService service) throws IOException {
        Path folder = service.folder("documents");
        for (int i = 1; i <= 3; i++) {
            Path file = folder.resolve("note-" + i + ".md");
            Files.writeString(
                    file,
                    "# Note " + i + "\n\nThe office " + i + " opens at eight in the morning. "
                            + "A permit costs " + 10 * i + " crowns in zone " + i + ". Complaints are answered within "
                            + i
                            + " weeks.\n");
        }
        return folder;
    }
}
