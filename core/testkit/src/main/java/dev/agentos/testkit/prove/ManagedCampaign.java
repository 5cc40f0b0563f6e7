package dev.agentos.testkit.prove;

import dev.agentos.bridge.client.AgentdClient;
import dev.agentos.bridge.client.AgentdException;
import dev.agentos.bridge.client.UnreachableException;
import dev.agentos.bridge.wire.AgentWire;
import dev.agentos.bridge.wire.AgentWire.AgentView;
import dev.agentos.bridge.wire.AgentWire.Spawn;
import dev.agentos.bridge.wire.ConsentWire.AnswerRequest;
import dev.agentos.bridge.wire.ConsentWire.AskView;
import dev.agentos.bridge.wire.EventWire.EventView;
import dev.agentos.bridge.wire.MailWire.MailServerValue;
import dev.agentos.bridge.wire.ModelWire;
import dev.agentos.bridge.wire.SecretWire.SecretValue;
import dev.agentos.testkit.models.ScriptedModel;
import dev.agentos.testkit.models.ScriptedModel.Call;
import dev.agentos.testkit.models.ScriptedModel.Request;
import dev.agentos.testkit.models.ScriptedModel.Say;
import dev.agentos.testkit.models.ScriptedModel.Script;
import dev.agentos.testkit.service.Figures;
import dev.agentos.testkit.service.LiveService;
import dev.agentos.testkit.service.SmtpSink;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Kill -9 of agentd at random instants of an agent that a model drives: it reads a file, writes another one and sends a
 * letter in one turn, and answers. Counted from outside: appearances of the file, letters at the mail server, requests at
 * the model server. Afterwards each run is replayed without the model.
 */
final class ManagedCampaign implements ProveMain.Campaign {

    private static final int ROUNDS = 40;
    private static final String FILE = "berth.md";
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final Duration THINKS = Duration.ofMillis(60);

    private final List<String> findings = Collections.synchronizedList(new ArrayList<>());
    private long inDoubt;
    private long askedAgain;
    private long replayed;

    @Override
    public ProveMain.Result run(Path home, int asked, long seed) throws Exception {
        int rounds = asked > 0 ? asked : ROUNDS;
        SplittableRandom random = new SplittableRandom(seed);
        Figures figures = new Figures("prove", "managed");
        try (LiveService service = LiveService.start(home);
                ScriptedModel model = ScriptedModel.start();
                SmtpSink mail = SmtpSink.start()) {
            Path rules = service.folder("documents").resolve("rules.md");
            Files.writeString(rules, "Boats leave before noon.\nAsk ann@city.example: a berth costs 12 crowns.\n");
            prepare(service, model, mail);
            Round calibration = new Round(service, model, mail, rules, "round-0-");
            long from = System.nanoTime();
            try (WriteWatch watch = new WriteWatch(FILE)) {
                calibration.finish(watch);
            }
            long window = (System.nanoTime() - from) * 11 / 10;
            for (int number = 1; number <= rounds; number++) {
                new Round(service, model, mail, rules, "round-" + number + "-").crash(random.nextLong(window));
            }
        }
        findings.forEach(System.err::println);
        figures.top("tried", rounds)
                .top("through", findings.size())
                .top("unexplained", 0)
                .put("seed", seed)
                .put("model_asked_again", askedAgain)
                .put("in_doubt", inDoubt)
                .put("replayed_the_same", replayed);
        return new ProveMain.Result(figures, findings.size());
    }

    private static void prepare(LiveService service, ScriptedModel model, SmtpSink mail) {
        try (AgentdClient client = service.client()) {
            client.addModelProvider(new ModelWire.AddProvider(
                    "scripted",
                    "openai",
                    model.url().toString(),
                    Optional.empty(),
                    "on-prem",
                    List.of(ScriptedModel.MODEL),
                    100_000,
                    "0",
                    "0",
                    4,
                    10_000));
            client.setSecret(new SecretValue("smtp-password", "canary-41", List.of("localhost")));
            client.setMailServer(new MailServerValue(
                    "localhost", mail.port(), "none", "agents@town.example", "agents", "smtp-password"));
        }
    }

    /** One agent, killed once. */
    private final class Round {
        private final LiveService service;
        private final ScriptedModel model;
        private final SmtpSink mail;
        private final Path rules;
        private final String key;

        Round(LiveService service, ScriptedModel model, SmtpSink mail, Path rules, String key) {
            this.service = service;
            this.model = model;
            this.mail = mail;
            this.rules = rules;
            this.key = key;
            model.on(
                    key,
                    Script.of(
                            slow(ScriptedModel.call("fs_read", "paths", List.of(rules.toString()))),
                            slow(new Say.Calls(List.of(
                                    new Call(
                                            "fs_write", Map.of("path", "/workspace/" + FILE, "content", "12 crowns\n")),
                                    new Call(
                                            "email_send",
                                            Map.of("to", "bob@city.example", "subject", key, "text", "12 crowns"))))),
                            slow(ScriptedModel.text("{\"berth\": 12}"))));
        }

        private static Say slow(Say say) {
            return new Say.Slow(THINKS, say);
        }

        private String contract() {
            return """
                    apiVersion: agentos/v0.2
                    kind: AgentContract
                    name: clerk
                    class: { latency: SRT }
                    capabilities: [fs.read, fs.write, email.send]
                    modelPolicy: { allow: [scripted/m] }
                    filesystem: { read: ["%s"], write: ["/workspace"] }
                    security: { consent_for: [fs.write] }
                    runtime:
                      managed:
                        prompt: "%s tell bob@city.example what a berth costs."
                        answer: { type: object, required: [berth], properties: { berth: { type: integer } } }
                    """.formatted(rules.getParent(), key);
        }

        void crash(long delayNanos) throws Exception {
            try (WriteWatch watch = new WriteWatch(FILE);
                    ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
                AtomicBoolean killed = new AtomicBoolean();
                CompletableFuture<Void> first = CompletableFuture.runAsync(
                        () -> {
                            try {
                                finish(watch);
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
                service.startAgentd();
                service.awaitReady();
                check(finish(watch), watch);
            }
        }

        /** Sends the request, answers what it asks, waits for its end. */
        AgentView finish(WriteWatch watch) throws IOException, InterruptedException {
            try (AgentdClient client = service.client()) {
                AgentView agent = client.spawn(new Spawn(
                        key,
                        "clerk.yaml",
                        contract(),
                        Optional.empty(),
                        Optional.empty(),
                        List.of(),
                        Map.of("task", "what does a berth cost?"),
                        false));
                long deadline = System.nanoTime() + LIMIT.toNanos();
                while (System.nanoTime() < deadline) {
                    for (AskView ask : client.asks().asks()) {
                        if (ask.agent().equals(agent.id())) {
                            // Nothing is written before the answer, so a watch that begins here misses nothing.
                            watch.watch(Path.of(agent.workspace()));
                            answer(client, ask);
                        }
                    }
                    AgentView now = client.awaitAgent(agent.id(), AgentdClient.Until.ENDED, Duration.ofMillis(20));
                    if (List.of("done", "failed", "killed", "dead").contains(now.state())) {
                        return now;
                    }
                }
                throw new IOException(agent.id() + " did not end in " + LIMIT.toSeconds() + " s");
            }
        }

        private void check(AgentView end, WriteWatch watch) throws IOException, InterruptedException {
            if (!end.state().equals("done")) {
                findings.add(key + ": ended " + end.state() + ": " + end.reason());
                return;
            }
            try (AgentdClient client = service.client()) {
                List<EventView> events = client.search(AgentdClient.Search.ofAgent(end.id(), 500))
                        .events();
                boolean doubt = events.stream()
                        .anyMatch(event -> event.kind().equals("effect.finished")
                                && String.valueOf(event.data().get("outcome")).contains("doubt"));
                inDoubt += doubt ? 1 : 0;
                expect("appearances of the file", 1, watch.count());
                long letters = mail.letters().stream()
                        .filter(letter -> letter.header("Subject").equals(key))
                        .count();
                // A letter whose sending cannot be told is never sent again.
                expect("letters", 1, doubt && letters == 0 ? 1 : letters);
                expect("attempts to write", 1, count(events, "effect.attempted", "t2.1"));
                expect("attempts to send", 1, count(events, "effect.attempted", "t2.2"));
                expect(
                        "questions",
                        2,
                        events.stream()
                                .filter(event -> event.kind().equals("consent.asked"))
                                .count());
                again();
                AgentWire.ReplayReport replay = client.replay(
                        end.id(), new AgentWire.Replay(Optional.empty(), Optional.empty(), Optional.empty()));
                replayed += replay.outcome().equals("same") ? 1 : 0;
                if (!replay.outcome().equals("same")) {
                    findings.add(
                            key + ": its replay " + replay.outcome() + " at " + replay.step() + "\n" + replay.diff());
                }
            }
        }

        /** One kill costs at most one answer of the model. */
        private void again() {
            Map<Integer, Integer> turns = new TreeMap<>();
            for (Request request : model.requests(key)) {
                turns.merge(request.turn(), 1, Integer::sum);
            }
            int more = turns.values().stream().mapToInt(times -> times - 1).sum();
            askedAgain += more;
            if (more > 1 || turns.size() != 3) {
                findings.add(key + ": the model was asked " + turns + " times by turn");
            }
        }

        private void expect(String what, long wanted, long seen) {
            if (wanted != seen) {
                findings.add(key + ": " + seen + " " + what + ", " + wanted + " expected");
            }
        }

        private static long count(List<EventView> events, String kind, String step) {
            return events.stream()
                    .filter(event -> event.kind().equals(kind)
                            && step.equals(event.data().get("step")))
                    .count();
        }

        private static void answer(AgentdClient client, AskView ask) {
            try {
                client.answer(
                        ask.id(),
                        AnswerRequest.allow(
                                ask,
                                "once",
                                Optional.of(ask.confirmWord()).filter(word -> !word.isEmpty()),
                                "campaign"));
            } catch (AgentdException e) {
                if (!e.body().code().equals("consent.answered")) {
                    throw e;
                }
            }
        }
    }
}
