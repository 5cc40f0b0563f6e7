package dev.agentos.domain.extractive;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Chooses sentences under a budget: first the best of each document, so that none is left out for being unlike the
 * others, then by maximal marginal relevance (Carbonell and Goldstein 1998). Near-repetitions are passed over. Ties go to
 * the earlier sentence.
 */
final class Selection {

    /** Weight of a sentence's own rank against its likeness to what is chosen already. */
    private static final double LAMBDA = 0.7;

    /** From this cosine on, two sentences say the same thing. */
    static final float REPETITION = 0.85f;

    private final List<Sentence> sentences;
    private final int[] documents;
    private final double[] scores;
    private final float[][] similarities;
    private final List<Integer> chosen = new ArrayList<>();
    private final boolean[] taken;
    private final float[] closest;
    private final Set<String> chosenTexts = new HashSet<>();

    /**
     * @param documents for each sentence the index of its document
     * @param scores relative to the best, 0 to 1
     */
    Selection(List<Sentence> sentences, int[] documents, double[] scores, float[][] similarities) {
        this.sentences = sentences;
        this.documents = documents;
        this.scores = scores;
        this.similarities = similarities;
        this.taken = new boolean[scores.length];
        this.closest = new float[scores.length];
    }

    /** Indices of the chosen sentences, by document and position. {@code covered} marks documents to be represented. */
    List<Integer> choose(int budget, boolean[] covered) {
        List<Integer> byScore = new ArrayList<>();
        for (int i = 0; i < sentences.size(); i++) {
            byScore.add(i);
        }
        byScore.sort(Comparator.comparingDouble((Integer i) -> -scores[i]).thenComparing(i -> i));
        coverDocuments(byScore, budget, covered.clone());
        while (chosen.size() < budget) {
            int best = mostMarginal();
            if (best < 0) {
                break;
            }
            take(best);
        }
        return chosen.stream().sorted().toList();
    }

    private void coverDocuments(List<Integer> byScore, int budget, boolean[] wanted) {
        for (int i : byScore) {
            if (chosen.size() < budget && wanted[documents[i]] && !repeats(i)) {
                wanted[documents[i]] = false;
                take(i);
            }
        }
        // A document that only says what others said is still heard, unless it is word for word the same.
        for (int i : byScore) {
            if (chosen.size() < budget && wanted[documents[i]] && !chosenTexts.contains(key(i))) {
                wanted[documents[i]] = false;
                take(i);
            }
        }
    }

    private int mostMarginal() {
        int best = -1;
        double bestValue = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < sentences.size(); i++) {
            if (!taken[i] && !repeats(i)) {
                double value = LAMBDA * scores[i] - (1 - LAMBDA) * closest[i];
                if (value > bestValue) {
                    best = i;
                    bestValue = value;
                }
            }
        }
        return best;
    }

    private boolean repeats(int i) {
        return closest[i] >= REPETITION || chosenTexts.contains(key(i));
    }

    private void take(int i) {
        taken[i] = true;
        chosen.add(i);
        chosenTexts.add(key(i));
        for (int other = 0; other < closest.length; other++) {
            closest[other] = Math.max(closest[other], similarities[i][other]);
        }
    }

    private String key(int i) {
        int[] letters = sentences
                .get(i)
                .text()
                .toLowerCase(Locale.ROOT)
                .codePoints()
                .filter(Character::isLetterOrDigit)
                .toArray();
        return new String(letters, 0, letters.length);
    }

    static boolean[] all(int documents) {
        var all = new boolean[documents];
        Arrays.fill(all, true);
        return all;
    }
}
