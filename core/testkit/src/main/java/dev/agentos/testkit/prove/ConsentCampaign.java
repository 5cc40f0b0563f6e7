package dev.agentos.testkit.prove;

import dev.agentos.bridge.client.AgentdClient;
import dev.agentos.bridge.client.AgentdException;
import dev.agentos.bridge.wire.ConsentWire.AnswerRequest;
import dev.agentos.bridge.wire.ConsentWire.AskView;
import dev.agentos.bridge.wire.EventWire.EventView;
import dev.agentos.domain.json.Digests;
import dev.agentos.testkit.service.Figures;
import dev.agentos.testkit.service.LiveService;
import dev.agentos.testkit.service.PtyClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Tries to get an Allow that no person gave: keys that come by themselves, content nobody saw, names that look like
 * others, time that runs out, a crash, an agent that answers itself, an answer sent again. A real service, real agents and
 * the real client behind a pseudo-terminal. A weakened client, tried the same way, must be caught.
 */
final class ConsentCampaign implements ProveMain.Campaign {

    private static final int CARDS = 12;
    private static final int PENDING = 100;
    private static final Duration SOON = Duration.ofSeconds(20);

    private final List<String> findings = new ArrayList<>();
    private final List<String> unexplained = new ArrayList<>();
    private final Figures figures = new Figures("prove", "consent");
    private long tried;

    @Override
    public ProveMain.Result run(Path home, int asked, long seed) throws Exception {
        int cards = asked > 0 ? asked : CARDS;
        SplittableRandom random = new SplittableRandom(seed);
        long from = System.nanoTime();
        try (LiveService service = LiveService.start(home)) {
            step("keys", () -> keys(service, cards, random));
            step("unseen", () -> unseen(service));
            step("names", () -> names(service));
            step("others", () -> others(service));
            step("time-out", () -> timeOut(service));
            step("replay", () -> replay(service));
            step("approver", () -> new ApproverCase(service, figures, this::attempt).run());
            step("crash", () -> crash(service));
        } finally {
            findings.forEach(line -> System.err.println("through: " + line));
            unexplained.forEach(line -> System.err.println("unexplained: " + line));
        }
        figures.top("tried", tried)
                .top("through", findings.size())
                .top("unexplained", unexplained.size())
                .put("seed", seed)
                .put("seconds", (System.nanoTime() - from) / 1e9);
        return new ProveMain.Result(figures, findings.size() + unexplained.size());
    }

    private interface Case {
        void run() throws Exception;
    }

    private static void step(String name, Case work) throws Exception {
        long from = System.nanoTime();
        work.run();
        System.err.printf("%s: %.1f s%n", name, (System.nanoTime() - from) / 1e9);
    }

    /** One try; {@code held} is whether nothing got through. */
    private void attempt(String what, boolean held) {
        tried++;
        if (!held) {
            findings.add(what);
        }
    }

    /** Something that must work for the tries to mean anything. */
    private void expect(String what, boolean good) {
        if (!good) {
            unexplained.add(what);
        }
    }

    // ------------------------------------------------------------------ keys that come by themselves

    private void keys(LiveService service, int cards, SplittableRandom random) throws Exception {
        try (AgentdClient client = service.client()) {
            AskingAgents agents = new AskingAgents(client);
            for (String terminal : List.of("xterm-256color", "dumb")) {
                try (PtyClient pty =
                        PtyClient.start(service.home(), service.socket(), terminal, List.of("consent", "watch"))) {
                    expect(terminal + ": the client does not watch", pty.awaits("Watching", 0, SOON));
                    List<AskView> asks = new ArrayList<>();
                    Typist typist = new Typist(random.split(), Typist.ANSWERS, pty::type);
                    try (typist) {
                        for (int i = 0; i < cards; i++) {
                            asks.add(agents.ask());
                            // Each card gets some seconds of keys; the ones after it arrive in the middle of them.
                            TimeUnit.MILLISECONDS.sleep(900);
                        }
                    }
                    TimeUnit.MILLISECONDS.sleep(1_200);
                    for (AskView ask : asks) {
                        String state = client.ask(ask.id()).state();
                        attempt(terminal + ": keys made " + ask.id() + " " + state, !state.equals("allowed"));
                    }
                    figures.put("keys_" + (terminal.equals("dumb") ? "line" : "single") + "_mode", typist.count());
                }
                agents.end();
            }
            careful(service, agents, client);
            weakened(agents, client, random);
            agents.end();
        }
    }

    /** A hand that looks first does answer: a client that ignores every key would pass otherwise. */
    private void careful(LiveService service, AskingAgents agents, AgentdClient client) throws Exception {
        AskView ask = agents.ask();
        try (PtyClient pty =
                PtyClient.start(service.home(), service.socket(), "xterm-256color", List.of("consent", "watch"))) {
            expect("no card for the careful hand", pty.awaits("Allow this once", 0, SOON));
            TimeUnit.MILLISECONDS.sleep(800);
            pty.type("o");
            TimeUnit.MILLISECONDS.sleep(800);
            pty.type("\r");
            expect("a careful o and Enter did not allow", becomes(client, ask.id(), "allowed"));
        }
        AskView second = agents.ask();
        try (PtyClient pty = PtyClient.start(service.home(), service.socket(), "dumb", List.of("consent", "watch"))) {
            expect("no card in lines", pty.awaits("Type the number", 0, SOON));
            TimeUnit.MILLISECONDS.sleep(800);
            pty.type("2\n");
            expect("no second question in lines", pty.awaits("Type the word allow", 0, SOON));
            pty.type("allow\n");
            expect("a careful 2 and allow did not allow", becomes(client, second.id(), "allowed"));
        }
    }

    /** A client that takes the first o it sees: the same keys must get through it, or these tries show nothing. */
    private void weakened(AskingAgents agents, AgentdClient client, SplittableRandom random) throws Exception {
        AskView ask = agents.ask();
        AtomicInteger answered = new AtomicInteger();
        try (Typist typist = new Typist(random.split(), Typist.ANSWERS, keys -> {
            if (keys.equals("o") && answered.getAndIncrement() == 0) {
                client.answer(ask.id(), AnswerRequest.allow(ask, "once", Optional.empty(), "weakened"));
            }
        })) {
            expect("a weakened client was not caught", becomes(client, ask.id(), "allowed"));
            figures.put("weakened_client_caught_after_keys", typist.count());
        }
    }

    private static boolean becomes(AgentdClient client, String ask, String state) throws InterruptedException {
        long deadline = System.nanoTime() + SOON.toNanos();
        while (System.nanoTime() < deadline) {
            if (client.ask(ask).state().equals(state)) {
                return true;
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
        return false;
    }

    // ------------------------------------------------------------------ content that nobody saw

    private void unseen(LiveService service) throws Exception {
        try (AgentdClient client = service.client()) {
            AskingAgents agents = new AskingAgents(client);
            AskView other = agents.ask();
            String content = "x".repeat(4_980) + " rm -rf everything!\n";
            AskView ask = agents.ask("/workspace/long.md", content, "1h");
            expect("the argument is not whole on the wire", ask.content().length() >= 5_000);
            List<Optional<String>> claims = List.of(
                    Optional.empty(),
                    Optional.of(""),
                    Optional.of(ask.shown()),
                    Optional.of(Digests.sha256Hex("")),
                    Optional.of(Digests.sha256Hex(content.substring(0, content.length() - 1))),
                    Optional.of(Digests.sha256Hex(content.substring(0, 1_000))),
                    Optional.of(other.contentDigest()));
            for (Optional<String> claim : claims) {
                AnswerRequest request = new AnswerRequest(
                        "allow",
                        "once",
                        ask.shown(),
                        Optional.empty(),
                        Optional.of("campaign"),
                        claim,
                        Optional.empty());
                attempt(
                        "unseen: allowed with seen " + claim,
                        code(client, ask, request).equals("consent.not-seen"));
            }
            AnswerRequest wrongCard = new AnswerRequest(
                    "allow",
                    "once",
                    other.shown(),
                    Optional.empty(),
                    Optional.of("campaign"),
                    Optional.of(ask.contentDigest()),
                    Optional.empty());
            attempt(
                    "unseen: allowed with another card",
                    code(client, ask, wrongCard).equals("consent.not-seen"));
            client.answer(other.id(), AnswerRequest.deny(other, "campaign"));
            try (PtyClient pty =
                    PtyClient.start(service.home(), service.socket(), "xterm-256color", List.of("consent", "watch"))) {
                expect("no card for the long argument", pty.awaits("more rows", 0, SOON));
                for (String key : List.of("o", "r", "1", "a")) {
                    TimeUnit.MILLISECONDS.sleep(700);
                    pty.type(key);
                    TimeUnit.MILLISECONDS.sleep(700);
                    pty.type("\r");
                    TimeUnit.MILLISECONDS.sleep(200);
                    String state = client.ask(ask.id()).state();
                    attempt("unseen: " + key + " before the end made it " + state, !state.equals("allowed"));
                    if (!state.equals("pending")) {
                        return;
                    }
                }
                attempt(
                        "the end was on the screen before it was asked for",
                        !pty.screen().contains("rm -rf everything!"));
                for (int page = 0; page < 8 && !pty.screen().contains("Allow this once"); page++) {
                    TimeUnit.MILLISECONDS.sleep(700);
                    pty.type("v");
                    TimeUnit.MILLISECONDS.sleep(300);
                }
                expect("the end never came on the screen", pty.screen().contains("rm -rf everything!"));
                TimeUnit.MILLISECONDS.sleep(800);
                pty.type("o");
                TimeUnit.MILLISECONDS.sleep(800);
                pty.type("\r");
                expect("seen to its end and still not allowed", becomes(client, ask.id(), "allowed"));
            }
            agents.end();
        }
    }

    private static String code(AgentdClient client, AskView ask, AnswerRequest request) {
        try {
            return client.answer(ask.id(), request).decision();
        } catch (AgentdException e) {
            return e.body().code();
        }
    }

    // ------------------------------------------------------------------ names that look like others

    private void names(LiveService service) throws Exception {
        try (AgentdClient client = service.client()) {
            AskingAgents agents = new AskingAgents(client);
            for (int point : new int[] {0x202E, 0x2066, 0x200B, 0x00AD, 0x0430, 0x2800, 0xFE0F}) {
                String hidden = Character.toString(point);
                String escape = "\\u{" + Integer.toHexString(point).toUpperCase(java.util.Locale.ROOT) + "}";
                AskView ask = agents.ask("/workspace/re" + hidden + "port.md", "text " + hidden + "x\n", "1h");
                attempt(
                        "names: " + escape + " is raw on the wire",
                        ask.escaped()
                                && ask.target().contains(escape)
                                && !ask.target().contains(hidden)
                                && !ask.title().contains(hidden));
                try (PtyClient pty = PtyClient.start(
                        service.home(), service.socket(), "xterm-256color", List.of("consent", "show", ask.id()))) {
                    expect("no card for " + escape, pty.awaits("Contract", 0, SOON));
                    TimeUnit.MILLISECONDS.sleep(150);
                    attempt(
                            "names: " + escape + " is raw on the screen",
                            pty.screen().contains(escape) && pty.screen().contains("Careful") && !named(pty, hidden));
                }
                client.kill(ask.agent());
            }
        }
    }

    private static boolean named(PtyClient pty, String hidden) {
        return pty.screen().contains("re" + hidden + "port");
    }

    // ------------------------------------------------------------------ other clients

    private void others(LiveService service) throws Exception {
        try (AgentdClient client = service.client()) {
            AskingAgents agents = new AskingAgents(client);
            AskView ask = agents.ask();
            List<String> watch = List.of("consent", "watch");
            try (PtyClient one = PtyClient.start(service.home(), service.socket(), "xterm-256color", watch);
                    PtyClient two = PtyClient.start(service.home(), service.socket(), "dumb", watch)) {
                expect("no card in the first", one.awaits("Allow this once", 0, SOON));
                expect("no card in the second", two.awaits("Type the number", 0, SOON));
                long from = System.nanoTime();
                client.answer(ask.id(), AnswerRequest.allow(ask, "once", Optional.empty(), "the third client"));
                String said = "allowed by user";
                Duration second = Duration.ofSeconds(1);
                boolean first = one.awaits(said, 0, second);
                double firstMs = (System.nanoTime() - from) / 1e6;
                boolean also =
                        two.awaits(said, 0, second.minusNanos(Math.min(second.toNanos(), System.nanoTime() - from)));
                double bothMs = (System.nanoTime() - from) / 1e6;
                attempt("others: the first did not close within a second", first);
                attempt("others: the second did not close within a second", also);
                attempt("others: nobody is named", one.awaits("the third client", 0, second));
                figures.put("closed_first_ms", firstMs).put("closed_both_ms", bothMs);
                // What is typed now is no answer to anything.
                one.type("o");
                TimeUnit.MILLISECONDS.sleep(600);
                one.type("\r");
                TimeUnit.MILLISECONDS.sleep(300);
                attempt(
                        "others: the closed card was answered again",
                        client.grants().grants().isEmpty());
            }
            agents.end();
        }
    }

    // ------------------------------------------------------------------ time, replay, crash

    private void timeOut(LiveService service) throws Exception {
        try (AgentdClient client = service.client()) {
            AskingAgents agents = new AskingAgents(client);
            for (int i = 0; i < 5; i++) {
                AskView ask = agents.ask("/workspace/late.md", "late\n", "1s");
                expect("it did not expire", becomes(client, ask.id(), "expired"));
                for (String scope : List.of("once", "run", "30d")) {
                    String code = code(client, ask, AnswerRequest.allow(ask, scope, Optional.empty(), "campaign"));
                    attempt("time-out: answered late: " + code, code.equals("consent.answered"));
                }
                attempt("time-out: it was done", count(client, ask.agent(), "effect.attempted") == 0);
            }
            attempt("time-out: a grant was left", client.grants().grants().isEmpty());
        }
    }

    private static long count(AgentdClient client, String agent, String kind) {
        return client.search(new AgentdClient.Search(agent, kind, "", Long.MAX_VALUE, 100)).events().stream()
                .filter(event -> event.kind().equals(kind))
                .count();
    }

    private void replay(LiveService service) throws Exception {
        try (AgentdClient client = service.client();
                ExecutorService many = Executors.newVirtualThreadPerTaskExecutor()) {
            AskingAgents agents = new AskingAgents(client);
            AskView ask = agents.ask();
            AnswerRequest request = AnswerRequest.allow(ask, "run", Optional.empty(), "campaign");
            AtomicInteger taken = new AtomicInteger();
            for (int i = 0; i < 20; i++) {
                many.execute(() -> {
                    try (AgentdClient again = service.client()) {
                        if (code(again, ask, request).equals("allowed")) {
                            taken.incrementAndGet();
                        }
                    }
                });
            }
            many.shutdown();
            expect("the answers did not end", many.awaitTermination(60, TimeUnit.SECONDS));
            client.awaitAgent(ask.agent(), AgentdClient.Until.ENDED, SOON);
            attempt("replay: taken " + taken.get() + " times", taken.get() == 1);
            attempt("replay: answered twice", count(client, ask.agent(), "consent.answered") == 1);
            attempt("replay: more than one grant", count(client, ask.agent(), "grant.given") == 1);
            attempt("replay: done twice", count(client, ask.agent(), "effect.attempted") == 1);
            String late = code(client, ask, request);
            attempt("replay: taken afterwards: " + late, late.equals("consent.answered"));
        }
    }

    /** A hundred runs are taken up again at once, which a busy machine may need more than the usual time for. */
    private static void awaitPatiently(LiveService service) throws InterruptedException {
        long deadline = System.nanoTime() + Duration.ofMinutes(3).toNanos();
        while (!service.answers() && System.nanoTime() < deadline) {
            TimeUnit.MILLISECONDS.sleep(50);
        }
    }

    private void crash(LiveService service) throws Exception {
        Set<String> before = new HashSet<>();
        try (AgentdClient client = service.client()) {
            AskingAgents agents = new AskingAgents(client);
            for (int i = 0; i < PENDING; i++) {
                agents.spawn("/workspace/note-" + i + ".md", "line " + i + "\n", "1h");
            }
            long deadline = System.nanoTime() + SOON.toNanos();
            while (client.asks().asks().size() < PENDING && System.nanoTime() < deadline) {
                TimeUnit.MILLISECONDS.sleep(20);
            }
            client.asks().asks().forEach(ask -> before.add(ask.id() + " " + ask.shown()));
            expect("only " + before.size() + " asks were pending", before.size() == PENDING);
        }
        service.killAgentd();
        service.startAgentd();
        awaitPatiently(service);
        try (AgentdClient client = service.client()) {
            TimeUnit.SECONDS.sleep(2);
            Set<String> after = new HashSet<>();
            client.asks().asks().forEach(ask -> after.add(ask.id() + " " + ask.shown()));
            for (String ask : before) {
                attempt("crash: " + ask + " is lost or changed", after.contains(ask));
            }
            attempt("crash: asks came twice", after.size() == before.size());
            for (EventView event : client.search(
                            new AgentdClient.Search("", "consent.answered", "", Long.MAX_VALUE, PENDING))
                    .events()) {
                boolean ours = before.stream()
                        .anyMatch(ask -> ask.startsWith(event.data().get("ask") + " "));
                attempt("crash: " + event.data() + " was answered by the crash", !ours);
            }
            AskView one = client.asks().asks().getFirst();
            client.answer(one.id(), AnswerRequest.allow(one, "once", Optional.empty(), "campaign"));
            String state = client.awaitAgent(one.agent(), AgentdClient.Until.ENDED, SOON)
                    .state();
            expect("after the crash an Allow leads to " + state, state.equals("done"));
            new AskingAgents(client).end();
        }
    }
}
