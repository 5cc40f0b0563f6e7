package dev.agentos.testkit.bench;

import dev.agentos.bridge.client.AgentdClient;
import dev.agentos.bridge.client.EventStream;
import dev.agentos.bridge.client.EventStream.Signal;
import dev.agentos.bridge.wire.AgentWire.Spawn;
import dev.agentos.bridge.wire.ConsentWire.AnswerRequest;
import dev.agentos.bridge.wire.ConsentWire.AskView;
import dev.agentos.bridge.wire.EventWire.EventView;
import dev.agentos.testkit.service.Figures;
import dev.agentos.testkit.service.LiveService;
import dev.agentos.themes.TerminalPalette;
import dev.agentos.tui.consent.ConsentCard;
import dev.agentos.tui.term.Screen;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** From an ask to its card on a subscribed client, and from the answer to the done effect, over the real socket. */
final class CardBench {

    private static final int AGENTS = 6;
    private static final int STEPS = 20;
    private static final int WARM_UP = 20;
    private static final Duration LIMIT = Duration.ofMinutes(2);

    private final Path home;
    private final List<Double> cards = new ArrayList<>();
    private final List<Double> applied = new ArrayList<>();

    CardBench(Path home) {
        this.home = home;
    }

    void run(Figures figures) throws IOException, InterruptedException {
        try (LiveService service = LiveService.start(home);
                AgentdClient client = service.client()) {
            long head = client.events(Long.MAX_VALUE - 1, 1).head();
            try (EventStream stream = client.stream(head)) {
                for (int i = 1; i <= AGENTS; i++) {
                    agent(client, stream, i);
                }
            }
        }
        figures.put("card_ms_p50", at(cards, 0.5))
                .put("card_ms_p95", at(cards, 0.95))
                .put("applied_ms_p50", at(applied, 0.5))
                .put("applied_ms_p95", at(applied, 0.95))
                .put("cards", cards.size() - WARM_UP)
                .put("cards_warm_up", WARM_UP);
    }

    private static double at(List<Double> samples, double share) {
        return Figures.percentile(
                samples.stream().skip(WARM_UP).mapToDouble(Double::doubleValue).toArray(), share);
    }

    private void agent(AgentdClient client, EventStream stream, int number) throws IOException, InterruptedException {
        String agent = client.spawn(new Spawn(
                        "card-" + number,
                        "card.yaml",
                        contract(),
                        Optional.empty(),
                        Optional.empty(),
                        List.of(),
                        Map.of(),
                        false))
                .id();
        long sent = 0;
        long deadline = System.nanoTime() + LIMIT.toNanos();
        while (System.nanoTime() < deadline) {
            Optional<Signal> signal = stream.next(Duration.ofSeconds(1));
            if (signal.isEmpty() || !(signal.get() instanceof Signal.Happened happened)) {
                continue;
            }
            EventView event = happened.event();
            if (!event.agent().equals(agent)) {
                continue;
            }
            switch (event.kind()) {
                case "consent.asked" -> {
                    AskView ask = client.ask(String.valueOf(event.data().get("ask")));
                    if (ask.kind().equals("plan")) {
                        // Each step is to ask by itself here.
                        client.answer(ask.id(), AnswerRequest.allow(ask, "once", Optional.empty(), "bench"));
                        continue;
                    }
                    paint(ask);
                    cards.add(Duration.between(Instant.parse(ask.askedAt()), Instant.now())
                                    .toNanos()
                            / 1e6);
                    sent = System.nanoTime();
                    client.answer(ask.id(), AnswerRequest.allow(ask, "once", Optional.empty(), "bench"));
                }
                case "effect.finished" -> applied.add((System.nanoTime() - sent) / 1e6);
                case "run.finished" -> {
                    return;
                }
                default -> {}
            }
        }
        throw new IOException(agent + " did not end: " + client.agent(agent));
    }

    private static void paint(AskView ask) {
        Screen screen = new Screen(
                new PrintStream(new ByteArrayOutputStream(), false, StandardCharsets.UTF_8),
                TerminalPalette.mono(),
                100);
        ConsentCard card = new ConsentCard(ask);
        card.head(screen, Instant.now());
        card.full(screen);
    }

    private static String contract() {
        StringBuilder plan = new StringBuilder();
        for (int i = 1; i <= STEPS; i++) {
            plan.append("      - {id: write-")
                    .append(i)
                    .append(", tool: fs.write, with: {path: \"/workspace/note-")
                    .append(i)
                    .append(".md\", content: \"a line of text\"}}\n");
        }
        return """
                apiVersion: agentos/v0.2
                kind: AgentContract
                name: card
                class: {latency: SRT}
                modelPolicy: {allow: []}
                compute: {cpu: "0.1", mem: 1MiB, pids: 1}
                binding: flexible
                capabilities: ["fs.write"]
                runtime:
                  managed:
                    plan:
                """ + plan + """
                filesystem: {write: ["/workspace"]}
                security: {consent_for: ["fs.write"]}
                """;
    }
}
