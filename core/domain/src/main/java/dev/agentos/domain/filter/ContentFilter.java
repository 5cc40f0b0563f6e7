package dev.agentos.domain.filter;

import dev.agentos.domain.extractive.SentenceVectors;
import dev.agentos.domain.extractive.SentenceVectors.VectorsUnavailableException;
import dev.agentos.domain.filter.Verdict.Evidence;
import dev.agentos.domain.filter.Verdict.Level;
import dev.agentos.domain.filter.Verdict.Method;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Does a text try to give orders that are not its to give? Rules and words judge every passage; where they see anything,
 * sentence vectors judge the worst of them. Without vectors it goes on with less, and says so.
 */
public final class ContentFilter {

    /** Characters of a text that are read; the rest is reported as not read. */
    public static final int MOST = 1024 * 1024;

    /** Passages that vectors are asked for. */
    public static final int ASKED = 12;

    private static final int SHOWN = 5;

    private final FilterModel model;
    private final Optional<SentenceVectors> vectors;

    /** @param vectors empty for a machine without a model worker */
    public ContentFilter(FilterModel model, Optional<SentenceVectors> vectors) {
        this.model = model;
        this.vectors = vectors;
    }

    public String version() {
        return model.version();
    }

    /** A passage on its way to a verdict. */
    private record Judged(Passage passage, Features features, double score) {}

    /** Judges a text by where it came from. */
    public Verdict judge(String text, Channel channel) {
        boolean whole = text.length() <= MOST;
        List<Judged> judged = new ArrayList<>();
        for (Passage passage : Passage.of(whole ? text : text.substring(0, MOST))) {
            Features features = Features.of(passage);
            judged.add(new Judged(passage, features, model.words().score(features, new float[0], channel)));
        }
        judged.sort(Comparator.comparingDouble(Judged::score).reversed());
        if (judged.isEmpty() || judged.getFirst().score() < model.alone().clear(channel)) {
            double probability = judged.isEmpty()
                    ? 0
                    : model.alone().probability(judged.getFirst().score());
            return new Verdict(Level.CLEAR, probability, Method.WORDS, List.of(), whole);
        }
        Optional<List<Judged>> better = withSentences(judged, channel);
        return better.map(both -> verdict(both, model.both(), Method.WORDS_AND_SENTENCES, channel, whole))
                .orElseGet(() -> verdict(judged, model.alone(), Method.WORDS_ONLY, channel, whole));
    }

    /** The worst passages by both heads, worst first; empty where there are no vectors now. */
    private Optional<List<Judged>> withSentences(List<Judged> judged, Channel channel) {
        if (vectors.isEmpty()) {
            return Optional.empty();
        }
        List<Judged> worst = judged.subList(0, Math.min(ASKED, judged.size()));
        List<float[]> made;
        try {
            made = vectors.get()
                    .vectors(worst.stream().map(one -> one.passage().text()).toList());
        } catch (VectorsUnavailableException _) {
            return Optional.empty();
        }
        List<Judged> both = new ArrayList<>();
        for (int i = 0; i < worst.size(); i++) {
            Judged one = worst.get(i);
            double more = model.sentences().score(one.features(), made.get(i), channel);
            both.add(new Judged(one.passage(), one.features(), one.score() + more));
        }
        both.sort(Comparator.comparingDouble(Judged::score).reversed());
        return Optional.of(both);
    }

    private static Verdict verdict(
            List<Judged> judged, FilterModel.Limits limits, Method method, Channel channel, boolean whole) {
        double worst = judged.getFirst().score();
        Level level = worst > limits.suspected(channel)
                ? Level.SUSPECTED
                : worst > limits.doubtful(channel) ? Level.DOUBTFUL : Level.CLEAR;
        List<Evidence> evidence = level == Level.CLEAR
                ? List.of()
                : judged.stream()
                        .filter(one -> one.score() > limits.doubtful(channel))
                        .limit(SHOWN)
                        .map(one -> evidence(one, limits))
                        .toList();
        return new Verdict(level, limits.probability(worst), method, evidence, whole);
    }

    private static Evidence evidence(Judged judged, FilterModel.Limits limits) {
        Passage passage = judged.passage();
        return new Evidence(
                passage.from(),
                passage.to(),
                passage.reading(),
                rulesIn(passage.text()),
                limits.probability(judged.score()));
    }

    /** The names of the rules that apply to a text, without any learned head. */
    public static List<String> rulesIn(String text) {
        return Rules.in(text).stream()
                .map(hit -> Rules.name(hit.number()))
                .distinct()
                .toList();
    }

    /**
     * Whether the rules alone have enough against a text, in any of its readings. Linear in the text and needs nothing that
     * was learned: what is left where there is no model, and the baseline of measurements.
     */
    public static boolean rulesObject(String text) {
        Normalised normalised = Normaliser.normalise(text);
        Tokens tokens = Tokens.of(normalised.text());
        boolean objects = isEnough(Rules.in(normalised.text(), tokens));
        for (Reading reading : Readings.of(normalised, tokens)) {
            objects |= isEnough(Rules.in(reading.text()));
        }
        return objects;
    }

    private static boolean isEnough(List<Rules.Hit> hits) {
        return hits.stream().anyMatch(hit -> hit.weight() >= Rules.ALONE);
    }
}
