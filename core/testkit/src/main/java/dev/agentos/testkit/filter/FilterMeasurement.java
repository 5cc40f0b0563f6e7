package dev.agentos.testkit.filter;

import dev.agentos.agentd.filter.ShippedModel;
import dev.agentos.domain.extractive.SentenceVectors.VectorsUnavailableException;
import dev.agentos.domain.filter.Channel;
import dev.agentos.domain.filter.ContentFilter;
import dev.agentos.domain.filter.FilterModel;
import dev.agentos.testkit.filter.Evaluation.Judged;
import dev.agentos.testkit.service.Figures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The content filter measured: on the data of development by folds that share no group, on another file with the weights
 * as they are shipped, and on hostile text against the clock.
 */
public final class FilterMeasurement {

    private static final double RECALL_1 = 29;
    private static final double RECALL_5 = 62;
    private static final double MOST_MILLIS = 50;

    private final Path home;
    private final Figures figures = new Figures("prove", "filter");
    private int missed;

    private FilterMeasurement(Path home) {
        this.home = home;
    }

    /** Figures, and how many aims were missed. */
    public record Outcome(Figures figures, int missed) {}

    /**
     * Measures.
     *
     * @param usual the texts of development
     * @param other texts for the weights as they are shipped, instead of the folds
     */
    public static Outcome run(Path home, Path usual, Optional<Path> other) throws IOException {
        FilterMeasurement measurement = new FilterMeasurement(home);
        measurement.time();
        Path file = other.orElse(usual);
        if (!Files.isRegularFile(file)) {
            measurement.figures.skip(
                    "recall", "there are no labelled texts in " + file + "; give them with --data FILE");
        } else if (other.isPresent()) {
            measurement.shipped(file);
        } else {
            measurement.folds(file);
        }
        measurement.figures.put("aims_missed", measurement.missed);
        return new Outcome(measurement.figures, measurement.missed);
    }

    private List<Sample> samples(Path file) throws IOException {
        List<LabelledText> texts = LabelledText.read(file);
        try (CachedVectors vectors = TrainMain.vectors(home)) {
            return Sample.of(texts, Optional.of(vectors));
        } catch (VectorsUnavailableException | IOException e) {
            figures.skip("sentence vectors", e.getMessage() + "; measured with rules and words only");
            return Sample.of(texts, Optional.empty());
        }
    }

    // ------------------------------------------------------------------ recall

    private void folds(Path file) throws IOException {
        List<Sample> samples = samples(file);
        figures.put("texts", samples.size())
                .put(
                        "split",
                        "five folds by group, groups with one goal joined ("
                                + samples.stream()
                                        .map(sample -> sample.text().group())
                                        .distinct()
                                        .count()
                                + " groups); limits from inner folds of the training part; unseen: a source of attacks"
                                + " left out as a whole, with a fifth of the benign groups");
        List<Judged> seen = Evaluation.byGroup(samples, TrainMain.SEED);
        List<Judged> unseen = Evaluation.byUnseenSource(samples, TrainMain.SEED);
        main(seen, "");
        main(unseen, "unseen_source_");
        figures.put("words_only_recall_at_1pct_fpr", Evaluation.percent(seen, true, Judged::alone1))
                .put("words_only_recall_at_5pct_fpr", Evaluation.percent(seen, true, Judged::alone5));
        rulesOnly(seen);
        rows(seen, Optional.of(unseen));
    }

    private void main(List<Judged> judged, String prefix) {
        double at1 = Evaluation.percent(judged, true, Judged::at1);
        double at5 = Evaluation.percent(judged, true, Judged::at5);
        figures.put(prefix + "recall_at_1pct_fpr", at1)
                .put(prefix + "fpr_at_1pct", Evaluation.percent(judged, false, Judged::at1))
                .put(prefix + "recall_at_5pct_fpr", at5)
                .put(prefix + "fpr_at_5pct", Evaluation.percent(judged, false, Judged::at5));
        if (prefix.isEmpty()) {
            aims(at1, at5);
        }
    }

    private void aims(double at1, double at5) {
        missed += at1 > RECALL_1 ? 0 : 1;
        missed += at5 > RECALL_5 ? 0 : 1;
        figures.top("tried", 2 + HostileTexts.all().size());
    }

    private void rulesOnly(List<Judged> judged) {
        figures.put(
                        "rules_only_recall",
                        Evaluation.percent(
                                judged,
                                true,
                                one -> ContentFilter.rulesObject(one.text().text())))
                .put(
                        "rules_only_fpr",
                        Evaluation.percent(
                                judged,
                                false,
                                one -> ContentFilter.rulesObject(one.text().text())));
    }

    private void shipped(Path file) throws IOException {
        FilterModel model = ShippedModel.read();
        List<Sample> samples = samples(file);
        boolean vectors = samples.stream().noneMatch(sample -> sample.vectors().isEmpty());
        figures.put("texts", samples.size())
                .put("model", model.version())
                .put(
                        "split",
                        model.version().equals(TrainMain.version(file))
                                ? "none: these are the texts that the shipped weights were learned from"
                                : "none needed: the shipped weights were learned from other texts")
                .put("limits", "recall_at_*: set on the benign texts of this file; shipped_*: as they are shipped");
        List<Judged> judged = samples.stream()
                .map(sample -> Evaluation.judged(sample, model, vectors))
                .toList();
        double at1 = Evaluation.recallAt(judged, 0.01);
        double at5 = Evaluation.recallAt(judged, 0.05);
        figures.put("recall_at_1pct_fpr", at1)
                .put("recall_at_5pct_fpr", at5)
                .put("shipped_suspected_recall", Evaluation.percent(judged, true, Judged::at1))
                .put("shipped_suspected_fpr", Evaluation.percent(judged, false, Judged::at1))
                .put("shipped_doubtful_recall", Evaluation.percent(judged, true, Judged::at5))
                .put("shipped_doubtful_fpr", Evaluation.percent(judged, false, Judged::at5));
        aims(at1, at5);
        rulesOnly(judged);
        rows(judged, Optional.empty());
    }

    /** A row for each source and channel, and a figure for each source of attacks. */
    private void rows(List<Judged> judged, Optional<List<Judged>> unseen) {
        Map<String, List<Judged>> bySource = group(judged);
        Map<String, List<Judged>> unseenBySource =
                unseen.map(FilterMeasurement::group).orElse(Map.of());
        bySource.forEach((source, texts) -> {
            boolean attacks = texts.getFirst().text().attack();
            Map<String, String> row = new LinkedHashMap<>();
            row.put("source", texts.getFirst().text().family());
            row.put("channel", channel(texts.getFirst().text().channel()));
            row.put("texts", String.valueOf(texts.size()));
            row.put("are", attacks ? "attacks" : "benign");
            row.put("at 1 %", percent(texts, attacks, true));
            row.put("at 5 %", percent(texts, attacks, false));
            List<Judged> other = unseenBySource.getOrDefault(source, List.of());
            row.put("unseen at 1 %", attacks && !other.isEmpty() ? percent(other, true, true) : "");
            row.put("unseen at 5 %", attacks && !other.isEmpty() ? percent(other, true, false) : "");
            figures.row(row);
            String name = source.substring(2).replace(' ', '/');
            String what = attacks ? "recall_at_" : "false_positives_at_";
            figures.put(what + "1pct_fpr/" + name, Evaluation.percent(texts, attacks, Judged::at1))
                    .put(what + "5pct_fpr/" + name, Evaluation.percent(texts, attacks, Judged::at5));
        });
    }

    private static Map<String, List<Judged>> group(List<Judged> judged) {
        return judged.stream()
                .filter(one -> !one.text().ambiguous())
                .collect(Collectors.groupingBy(
                        one -> (one.text().attack() ? "A " : "B ") + one.text().family() + " "
                                + channel(one.text().channel()),
                        TreeMap::new,
                        Collectors.toList()));
    }

    private static String channel(Channel channel) {
        return channel == Channel.FILE ? "document" : channel.word();
    }

    private static String percent(List<Judged> texts, boolean attacks, boolean strict) {
        return String.format(
                Locale.ROOT, "%.1f", Evaluation.percent(texts, attacks, strict ? Judged::at1 : Judged::at5));
    }

    // ------------------------------------------------------------------ time

    private void time() {
        Map<String, String> texts = HostileTexts.all();
        // The first texts pay for the compiler; a service has long done so.
        texts.values().forEach(HostileTexts::rulesMillis);
        double worst = 0;
        String of = "";
        for (Map.Entry<String, String> text : texts.entrySet()) {
            double millis = HostileTexts.rulesMillis(text.getValue());
            figures.put("rules_ms_per_mb/" + text.getKey(), millis);
            if (millis > worst) {
                worst = millis;
                of = text.getKey();
            }
        }
        figures.put("rules_time", "of the processor, median of seven")
                .put("rules_ms_per_mb_worst", worst)
                .put("rules_worst_text", of);
        missed += worst < MOST_MILLIS ? 0 : 1;
        ContentFilter words = new ContentFilter(ShippedModel.read(), Optional.empty());
        String orders = texts.getOrDefault("orders", "");
        figures.put("rules_and_words_ms_per_mb", HostileTexts.median(() -> words.judge(orders, Channel.FILE)));
        figures.top("through", missed).top("unexplained", 0);
    }
}
