package dev.agentos.testkit.filter;

import dev.agentos.domain.filter.Channel;
import dev.agentos.domain.filter.ContentFilter;
import dev.agentos.domain.filter.FilterModel;
import dev.agentos.domain.filter.FilterModel.Limits;
import dev.agentos.domain.filter.Head;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Makes a model of samples: both heads of all of them, and the limits from scores that each sample got from heads that
 * never saw its group.
 */
final class Fitting {

    private static final int FOLDS = 4;

    /** A text on which vectors are not asked keeps its place below all others. */
    private static final double NOT_ASKED = 1000;

    private Fitting() {}

    /** The scores of one text: by words alone, and as the filter would judge it. */
    record Scores(double alone, double both) {}

    /** Learns heads and limits. */
    static FilterModel fit(List<Sample> samples, String version, long seed) {
        boolean vectors = samples.stream().noneMatch(sample -> sample.vectors().isEmpty());
        Map<String, Integer> folds = folds(samples, FOLDS, seed);
        List<Sample> held = new ArrayList<>();
        List<FilterModel> models = new ArrayList<>();
        List<Integer> by = new ArrayList<>();
        for (int fold = 0; fold < FOLDS; fold++) {
            int number = fold;
            List<Sample> train = samples.stream()
                    .filter(sample -> folds.getOrDefault(sample.text().group(), 0) != number)
                    .toList();
            models.add(heads(train, vectors, version, seed));
            for (Sample sample : samples) {
                if (folds.getOrDefault(sample.text().group(), 0) == number) {
                    held.add(sample);
                    by.add(number);
                }
            }
        }
        double[] alone = IntStream.range(0, held.size())
                .mapToDouble(
                        i -> scores(held.get(i), models.get(by.get(i)), vectors).alone())
                .toArray();
        Limits first = limits(held, alone);
        double[] both = IntStream.range(0, held.size())
                .mapToDouble(i -> {
                    FilterModel model = models.get(by.get(i));
                    return scores(
                                    held.get(i),
                                    new FilterModel(version, model.words(), model.sentences(), first, Limits.none()),
                                    vectors)
                            .both();
                })
                .toArray();
        FilterModel all = heads(samples, vectors, version, seed);
        return new FilterModel(
                version, all.words(), all.sentences(), first, vectors ? limits(held, both) : Limits.none());
    }

    /** A group's fold; groups are dealt out in an order that only the seed decides. */
    static Map<String, Integer> folds(List<Sample> samples, int count, long seed) {
        List<String> groups = new ArrayList<>(samples.stream()
                .map(sample -> sample.text().group())
                .distinct()
                .sorted()
                .toList());
        Collections.shuffle(groups, new Random(seed));
        Map<String, Integer> folds = new HashMap<>();
        for (int i = 0; i < groups.size(); i++) {
            folds.put(groups.get(i), i % count);
        }
        return folds;
    }

    private static FilterModel heads(List<Sample> samples, boolean vectors, String version, long seed) {
        Head words = Trainer.train(samples, false, seed);
        Head sentences = vectors
                ? Trainer.train(samples, true, seed)
                : new Head(
                        new float[Head.SLOTS],
                        new float[Head.COPIES * dev.agentos.domain.filter.Features.SIGNS],
                        new float[Head.COPIES * Head.DIMENSION],
                        new float[Head.COPIES]);
        return new FilterModel(version, words, sentences, Limits.none(), Limits.none());
    }

    /** What {@link ContentFilter} would make of a text, from vectors that are there already. */
    static Scores scores(Sample sample, FilterModel model, boolean vectors) {
        double[] words = sample.scores(model.words());
        double alone = Arrays.stream(words).max().orElse(-NOT_ASKED);
        int kind = kind(sample.text().channel());
        if (!vectors || alone < model.alone().clear()[kind]) {
            return new Scores(alone, alone - NOT_ASKED);
        }
        double[] more = sample.scores(model.sentences());
        double both = IntStream.range(0, words.length)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer i) -> words[i]).reversed())
                .limit(ContentFilter.ASKED)
                .mapToDouble(i -> words[i] + more[i])
                .max()
                .orElse(-NOT_ASKED);
        return new Scores(alone, both);
    }

    static int kind(Channel channel) {
        return channel == Channel.USER_PROMPT ? 0 : 1;
    }

    // ------------------------------------------------------------------ limits

    private static Limits limits(List<Sample> samples, double[] scores) {
        float[][] limits = new float[3][2];
        double[] shares = {0.99, 0.95, 0.6};
        for (int kind = 0; kind < 2; kind++) {
            int wanted = kind;
            double[] benign = IntStream.range(0, scores.length)
                    .filter(i ->
                            !samples.get(i).attack() && !samples.get(i).text().ambiguous())
                    .filter(i -> kind(samples.get(i).text().channel()) == wanted)
                    .mapToDouble(i -> scores[i])
                    .sorted()
                    .toArray();
            for (int share = 0; share < shares.length; share++) {
                limits[share][kind] = benign.length == 0 ? Float.MAX_VALUE : (float) at(benign, shares[share]);
            }
        }
        float[] curve = platt(samples, scores);
        return new Limits(limits[0], limits[1], limits[2], curve[0], curve[1]);
    }

    /** The score that all but a share of the sorted scores do not pass. */
    static double at(double[] sorted, double share) {
        return sorted[(int) Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
    }

    /** Slope and shift of the curve that makes probabilities of scores (Platt 1999), by gradient descent. */
    private static float[] platt(List<Sample> samples, double[] scores) {
        double slope = 1;
        double shift = 0;
        for (int step = 0; step < 2000; step++) {
            double onSlope = 0;
            double onShift = 0;
            int count = 0;
            for (int i = 0; i < scores.length; i++) {
                if (scores[i] > -NOT_ASKED / 2) {
                    double wrong = 1 / (1 + Math.exp(-(slope * scores[i] + shift)))
                            - (samples.get(i).attack() ? 1 : 0);
                    onSlope += wrong * scores[i];
                    onShift += wrong;
                    count++;
                }
            }
            slope -= 0.05 * onSlope / Math.max(1, count);
            shift -= 0.05 * onShift / Math.max(1, count);
        }
        return new float[] {(float) slope, (float) shift};
    }
}
