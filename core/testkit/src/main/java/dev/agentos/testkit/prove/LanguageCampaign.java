package dev.agentos.testkit.prove;

import dev.agentos.bridge.client.AgentdClient;
import dev.agentos.bridge.wire.LanguageWire;
import dev.agentos.testkit.service.Figures;
import dev.agentos.testkit.service.LiveService;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * Sentences through the real door of a real service: is the command that Enter would run the one that was meant? A
 * question put to the person counts as right only where its first choice is the one that was meant, and never as wrong
 * but confident.
 */
final class LanguageCampaign implements ProveMain.Campaign {

    private static final Duration READY = Duration.ofSeconds(120);
    private static final int SHOWN = 400;

    private final Optional<Path> data;
    private final boolean misses;

    /** @param data other sentences, as JSON lines; without it the held-apart set */
    LanguageCampaign(Optional<Path> data, boolean misses) {
        this.data = data;
        this.misses = misses;
    }

    @Override
    public ProveMain.Result run(Path home, int rounds, long seed) throws Exception {
        List<LanguageData.Item> items = data.isPresent() ? LanguageData.file(data.get()) : LanguageData.own();
        LanguageWire.Known known =
                new LanguageWire.Known(LanguageData.agents(items), LanguageData.catalog(items), List.of(), List.of());
        Figures figures = new Figures("prove", "language");
        Tally tally = new Tally();
        try (LiveService service = LiveService.start(home);
                AgentdClient client = service.client()) {
            LanguageWire.Readiness readiness = awaitReady(client);
            if (!readiness.state().equals("ready")) {
                figures.skip("sentence vectors", readiness.detail());
            }
            for (LanguageData.Item item : items) {
                long from = System.nanoTime();
                LanguageWire.Reading reading =
                        client.understand(new LanguageWire.Sentence(item.text(), Optional.empty(), Optional.of(known)));
                tally.count(item, reading, (System.nanoTime() - from) / 1e6);
            }
            figures.top("tried", items.size())
                    .top("through", tally.wrongButConfident)
                    .top("unexplained", 0)
                    .put("accuracy_pct", tally.percent(tally.right))
                    .put("wrong_but_confident_pct", tally.percent(tally.wrongButConfident))
                    .put("ms_p95", Figures.percentile(tally.millis(), 0.95))
                    .put("ms_p50", Figures.percentile(tally.millis(), 0.5))
                    .put("right_without_a_question_pct", tally.percent(tally.rightAtOnce))
                    .put("asked_pct", tally.percent(tally.asked))
                    .put("meant_command_pct", tally.percent(tally.rightCommand))
                    .put(
                            "goals",
                            items.stream()
                                    .mapToInt(LanguageData.Item::goal)
                                    .distinct()
                                    .count())
                    .put("sentences", items.size())
                    .put("method", readiness.method());
        }
        if (misses) {
            tally.misses.stream().limit(SHOWN).forEach(System.err::println);
        }
        boolean holds = tally.percent(tally.right) >= 95
                && tally.percent(tally.wrongButConfident) <= 0.5
                && Figures.percentile(tally.millis(), 0.95) <= 60;
        return new ProveMain.Result(figures, holds ? 0 : 1);
    }

    private static LanguageWire.Readiness awaitReady(AgentdClient client) throws InterruptedException {
        long deadline = System.nanoTime() + READY.toNanos();
        LanguageWire.Readiness readiness = client.language();
        while (readiness.state().equals("warming") && System.nanoTime() < deadline) {
            TimeUnit.MILLISECONDS.sleep(100);
            readiness = client.language();
        }
        return readiness;
    }

    /** What became of the sentences. */
    private static final class Tally {
        private final List<Double> took = new ArrayList<>();
        private final List<String> misses = new ArrayList<>();
        private final Map<String, Integer> byOutcome = new TreeMap<>();
        private int right;
        private int rightAtOnce;
        private int rightCommand;
        private int asked;
        private int wrongButConfident;

        void count(LanguageData.Item item, LanguageWire.Reading reading, double millis) {
            took.add(millis);
            byOutcome.merge(reading.outcome(), 1, Integer::sum);
            boolean confident = reading.outcome().equals("understood");
            String first = reading.choices().isEmpty()
                    ? ""
                    : reading.choices().getFirst().command();
            boolean nothingMeant = item.command().isEmpty();
            boolean correct = nothingMeant
                    ? !confident
                    : !reading.outcome().equals("not-understood") && LanguageData.same(item.command(), first);
            right += correct ? 1 : 0;
            rightAtOnce += correct && (confident || nothingMeant) ? 1 : 0;
            rightCommand += correct || (!nothingMeant && head(item.command()).equals(head(first))) ? 1 : 0;
            asked += reading.outcome().equals("unsure") ? 1 : 0;
            if (confident && !correct) {
                wrongButConfident++;
            }
            if (!correct || (!confident && !nothingMeant)) {
                misses.add((correct ? "asked " : confident ? "WRONG " : "miss  ") + item.text() + "\n        wanted "
                        + item.command() + "\n        " + reading.outcome() + " " + first + " "
                        + reading.choices().stream()
                                .map(choice -> choice.command() + " " + choice.confidence())
                                .toList());
            }
        }

        private static String head(String line) {
            List<String> words = LanguageData.words(line);
            return words.isEmpty() ? "" : words.getFirst();
        }

        double percent(int count) {
            return took.isEmpty() ? 0 : 100.0 * count / took.size();
        }

        double[] millis() {
            return took.stream().mapToDouble(Double::doubleValue).toArray();
        }
    }
}
