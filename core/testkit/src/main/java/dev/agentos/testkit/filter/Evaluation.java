package dev.agentos.testkit.filter;

import dev.agentos.domain.filter.FilterModel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * Measures what is learned on texts that it was not learned from. Limits come from the training part alone, so a rate of
 * false alarms is what it turns out to be.
 */
public final class Evaluation {

    /** Folds of the first kind of measurement. */
    public static final int FOLDS = 5;

    private Evaluation() {}

    /**
     * A text with what was thought of it.
     *
     * @param at1 whether it was suspected at the limit for one benign text in a hundred
     * @param at5 the same for five
     * @param alone1 at one in a hundred, without sentence vectors
     * @param alone5 the same for five
     * @param score for orders of texts of one measurement
     */
    public record Judged(LabelledText text, boolean at1, boolean at5, boolean alone1, boolean alone5, double score) {}

    /** Five folds by group: no group, and no attack's goal, is both learned and tested. */
    public static List<Judged> byGroup(List<Sample> samples, long seed) {
        Map<String, Integer> folds = Fitting.folds(samples, FOLDS, seed);
        List<Judged> judged = new ArrayList<>();
        for (int fold = 0; fold < FOLDS; fold++) {
            int number = fold;
            judged.addAll(
                    judge(samples, sample -> folds.getOrDefault(sample.text().group(), 0) == number, seed));
        }
        return judged;
    }

    /**
     * Each source of attacks in turn is left out as a whole, with a fifth of the groups of benign texts: how it does on
     * attacks of a kind that it was never shown.
     */
    public static List<Judged> byUnseenSource(List<Sample> samples, long seed) {
        Map<String, Integer> folds = Fitting.folds(samples, FOLDS, seed);
        List<Judged> judged = new ArrayList<>();
        int number = 0;
        for (String family : new TreeSet<>(samples.stream()
                .filter(Sample::attack)
                .map(sample -> sample.text().family())
                .toList())) {
            int fold = number++ % FOLDS;
            judged.addAll(judge(
                    samples,
                    sample -> sample.attack()
                            ? sample.text().family().equals(family)
                            : folds.getOrDefault(sample.text().group(), 0) == fold,
                    seed));
        }
        return judged;
    }

    private static List<Judged> judge(List<Sample> samples, Predicate<Sample> tested, long seed) {
        List<Sample> train = samples.stream()
                .filter(sample -> !tested.test(sample) && !sample.text().ambiguous())
                .toList();
        FilterModel model = Fitting.fit(train, "fold", seed);
        boolean vectors = samples.stream().noneMatch(sample -> sample.vectors().isEmpty());
        return samples.stream()
                .filter(tested)
                .map(sample -> judged(sample, model, vectors))
                .toList();
    }

    static Judged judged(Sample sample, FilterModel model, boolean vectors) {
        Fitting.Scores scores = Fitting.scores(sample, model, vectors);
        int kind = Fitting.kind(sample.text().channel());
        boolean alone1 = scores.alone() > model.alone().suspected()[kind];
        boolean alone5 = scores.alone() > model.alone().doubtful()[kind];
        return new Judged(
                sample.text(),
                vectors ? scores.both() > model.both().suspected()[kind] : alone1,
                vectors ? scores.both() > model.both().doubtful()[kind] : alone5,
                alone1,
                alone5,
                vectors ? scores.both() : scores.alone());
    }

    /** The part of the texts of which something is true, in percent; of no texts, 0. */
    public static double percent(List<Judged> judged, boolean attacks, Predicate<Judged> what) {
        List<Judged> of = judged.stream()
                .filter(one -> one.text().attack() == attacks && !one.text().ambiguous())
                .toList();
        return of.isEmpty() ? 0 : 100.0 * of.stream().filter(what).count() / of.size();
    }

    /** The recall where the limit is set on the benign texts of this very list. */
    public static double recallAt(List<Judged> judged, double falseAlarms) {
        double[] benign = judged.stream()
                .filter(one -> !one.text().attack() && !one.text().ambiguous())
                .mapToDouble(Judged::score)
                .sorted()
                .toArray();
        if (benign.length == 0) {
            return 0;
        }
        double limit = Fitting.at(benign, 1 - falseAlarms);
        return percent(judged, true, one -> one.score() > limit);
    }
}
