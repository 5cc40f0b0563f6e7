package dev.agentos.domain.extractive;

import java.util.Arrays;
import java.util.List;

/**
 * Continuous LexRank: a sentence matters when sentences that matter are like it. The stationary distribution of a walk
 * over the cosine graph, by power iteration.
 *
 * <p>G. Erkan and D. R. Radev, "LexRank: Graph-based Lexical Centrality as Salience in Text Summarization", JAIR 22
 * (2004), sections 3.2 and 3.3. With a prior, the walk restarts where the prior says: J. Otterbacher, G. Erkan and D. R.
 * Radev, "Using Random Walks for Question-focused Sentence Retrieval", HLT/EMNLP 2005.
 */
public final class LexRank {

    /** Share of steps that follow the graph; the rest restart. */
    public static final double DAMPING = 0.85;

    /** Cosines below this are noise, not edges. */
    static final float EDGE = 0.1f;

    private static final double TOLERANCE = 1e-10;
    private static final int MAX_ROUNDS = 500;

    private LexRank() {}

    /**
     * Cosine of every pair; 1 on the diagonal, 0 beside a vector of zeros.
     *
     * @throws IllegalArgumentException when the vectors differ in dimension
     */
    public static float[][] similarities(List<float[]> vectors) {
        int n = vectors.size();
        double[] norms = new double[n];
        for (int i = 0; i < n; i++) {
            norms[i] = Math.sqrt(dot(vectors.get(i), vectors.get(i)));
        }
        float[][] similarities = new float[n][n];
        for (int i = 0; i < n; i++) {
            similarities[i][i] = 1;
            for (int j = 0; j < i; j++) {
                double scale = norms[i] * norms[j];
                float cosine = scale > 0 ? (float) (dot(vectors.get(i), vectors.get(j)) / scale) : 0;
                similarities[i][j] = cosine;
                similarities[j][i] = cosine;
            }
        }
        return similarities;
    }

    /** Scores that sum to 1, restarting anywhere alike. */
    public static double[] rank(float[][] similarities) {
        double[] uniform = new double[similarities.length];
        Arrays.fill(uniform, 1);
        return rank(similarities, uniform, DAMPING);
    }

    /**
     * Scores that sum to 1.
     *
     * @param similarities square and symmetric; values below 0.1 count as no edge
     * @param prior where the walk restarts: weights of any scale, none negative; all zero means anywhere alike
     * @param damping share of steps that follow the graph, 0 to 1
     */
    public static double[] rank(float[][] similarities, double[] prior, double damping) {
        int n = similarities.length;
        if (n == 0) {
            return new double[0];
        }
        double[] restart = normalised(prior);
        double[] degrees = new double[n];
        for (int i = 0; i < n; i++) {
            for (float similarity : similarities[i]) {
                degrees[i] += edge(similarity);
            }
        }
        double[] scores = restart.clone();
        for (int round = 0; round < MAX_ROUNDS; round++) {
            double[] next = step(similarities, degrees, restart, scores, damping);
            double change = 0;
            for (int i = 0; i < n; i++) {
                change += Math.abs(next[i] - scores[i]);
            }
            scores = next;
            if (change < TOLERANCE) {
                break;
            }
        }
        return scores;
    }

    private static double[] step(
            float[][] similarities, double[] degrees, double[] restart, double[] scores, double damping) {
        int n = scores.length;
        double[] next = new double[n];
        double stranded = 0;
        for (int from = 0; from < n; from++) {
            if (degrees[from] == 0) {
                stranded += scores[from];
                continue;
            }
            double share = damping * scores[from] / degrees[from];
            for (int to = 0; to < n; to++) {
                next[to] += share * edge(similarities[from][to]);
            }
        }
        for (int i = 0; i < n; i++) {
            next[i] += (1 - damping + damping * stranded) * restart[i];
        }
        return next;
    }

    private static double edge(float similarity) {
        return similarity < EDGE ? 0 : similarity;
    }

    private static double[] normalised(double[] weights) {
        double total = 0;
        for (double weight : weights) {
            total += weight;
        }
        double[] normalised = new double[weights.length];
        for (int i = 0; i < weights.length; i++) {
            normalised[i] = total > 0 ? weights[i] / total : 1.0 / weights.length;
        }
        return normalised;
    }

    static double dot(float[] a, float[] b) {
        if (a.length != b.length) {
            throw new IllegalArgumentException("vectors of " + a.length + " and " + b.length + " values");
        }
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += (double) a[i] * b[i];
        }
        return sum;
    }
}
