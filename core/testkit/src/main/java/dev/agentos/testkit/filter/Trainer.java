package dev.agentos.testkit.filter;

import dev.agentos.domain.filter.Channel;
import dev.agentos.domain.filter.Features;
import dev.agentos.domain.filter.Head;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * Learns a head from texts of which only the whole is labelled: of an attack at least one passage must look like one, of
 * a benign text none may (multiple-instance learning after Andrews et al. 2003). Logistic loss, AdaGrad, weight decay; the
 * same seed gives the same weights.
 */
final class Trainer {

    /** How often the passage that stands for an attack is chosen anew. */
    private static final int ROUNDS = 3;

    private static final int EPOCHS = 4;
    private static final float RATE = 0.1f;
    private static final float DECAY = 1e-5f;

    /** 0 would count every text alike, 1 every source. */
    private static final double BALANCE = 0.5;

    /** The part of the steps that leaves the grams, or the vector, out: each block must stand on its own. */
    private static final double WITHOUT_GRAMS = 0.3;

    private static final double WITHOUT_VECTOR = 0.1;

    /** What a person's attack, and a person's ordinary request, count as attacks in text that must give no orders. */
    private static final float MOVED_ATTACK = 0.5f;

    private static final float MOVED_REQUEST = 0.3f;

    private final Random random;
    private final float[] grams = new float[Head.SLOTS];
    private final float[] gramSquares = new float[Head.SLOTS];
    private final float[] signs = new float[Head.COPIES * Features.SIGNS];
    private final float[] signSquares = new float[signs.length];
    private final float[] vector;
    private final float[] vectorSquares;
    private final float[] bias = new float[Head.COPIES];
    private final float[] biasSquares = new float[Head.COPIES];

    private Trainer(boolean vectors, long seed) {
        this.random = new Random(seed);
        this.vector = new float[vectors ? Head.COPIES * Head.DIMENSION : 0];
        this.vectorSquares = new float[vector.length];
    }

    /** One passage to learn from. */
    private record Item(Sample sample, int passage, float label, float weight) {}

    /** @param vectors whether the head reads sentence vectors beside the words */
    static Head train(List<Sample> samples, boolean vectors, long seed) {
        return new Trainer(vectors, seed).learn(samples);
    }

    private Head learn(List<Sample> given) {
        List<Sample> samples = widened(given);
        Map<String, Double> counts = new HashMap<>();
        samples.forEach(sample -> counts.merge(key(sample), 1.0, Double::sum));
        double mean = (double) samples.size() / counts.size();
        double[] sides = new double[2];
        samples.forEach(sample -> sides[sample.attack() ? 1 : 0] += sourceWeight(sample, counts, mean));
        for (int round = 0; round < ROUNDS; round++) {
            Head now = round == 0 ? null : head();
            List<Item> items = new ArrayList<>();
            for (Sample sample : samples) {
                double side = sides[sample.attack() ? 1 : 0];
                double weight = sample.weight() * sourceWeight(sample, counts, mean) * samples.size() / (2 * side);
                choose(sample, now, (float) weight, items);
            }
            for (int epoch = 0; epoch < EPOCHS; epoch++) {
                Collections.shuffle(items, random);
                items.forEach(this::step);
            }
        }
        return head();
    }

    /** What a person may ask is an order where a page or a tool's result asks it. */
    private static List<Sample> widened(List<Sample> given) {
        List<Sample> samples = new ArrayList<>(given);
        for (Sample sample : given) {
            if (sample.text().channel() == Channel.USER_PROMPT) {
                if (sample.attack()) {
                    samples.add(sample.on(Channel.FILE, true, MOVED_ATTACK));
                } else if (isRequest(sample.text().text())) {
                    samples.add(sample.on(Channel.FILE, true, MOVED_REQUEST));
                }
            }
        }
        return samples;
    }

    private static boolean isRequest(String text) {
        return text.length() > 20
                && text.length() < 600
                && !text.startsWith("I ")
                && !text.startsWith("Yes")
                && !text.startsWith("No");
    }

    private static double sourceWeight(Sample sample, Map<String, Double> counts, double mean) {
        return Math.pow(mean / counts.getOrDefault(key(sample), mean), BALANCE);
    }

    private static String key(Sample sample) {
        return sample.text().family() + sample.attack() + sample.text().channel();
    }

    /** The passages that a text stands for in this round. */
    private static void choose(Sample sample, @Nullable Head now, float weight, List<Item> items) {
        int count = sample.features().size();
        if (!sample.attack()) {
            for (int i = 0; i < count; i++) {
                items.add(new Item(sample, i, 0, weight / (float) Math.sqrt(count)));
            }
        } else if (now == null) {
            for (int i = 0; i < count; i++) {
                items.add(new Item(sample, i, 1, weight / count));
            }
        } else {
            double[] scores = sample.scores(now);
            double best = Arrays.stream(scores).max().orElse(0);
            for (int i = 0; i < count; i++) {
                if (scores[i] == best) {
                    items.add(new Item(sample, i, 1, weight));
                }
            }
        }
    }

    private Head head() {
        return new Head(grams, signs, vector, bias);
    }

    // ------------------------------------------------------------------ one step

    private void step(Item item) {
        Sample sample = item.sample();
        Features features = sample.features().get(item.passage());
        Channel channel = sample.text().channel();
        boolean useVector = vector.length > 0 && random.nextDouble() >= WITHOUT_VECTOR;
        boolean useGrams = random.nextDouble() >= WITHOUT_GRAMS;
        float[] sentence = useVector ? sample.vectors().get(item.passage()) : new float[0];
        double score = bias[0]
                + bias[Head.copy(0, 1, channel)]
                + (useGrams ? gramScore(features, channel) : 0)
                + denseScore(features.signs(), signs, 1, channel)
                + denseScore(sentence, vector, Head.VECTOR_GAIN, channel);
        float gradient = (float) (item.weight() * (1 / (1 + Math.exp(-score)) - item.label()));
        change(bias, biasSquares, 0, gradient);
        change(bias, biasSquares, Head.copy(0, 1, channel), gradient);
        if (useGrams) {
            float slope = gradient * Head.gramValue(features);
            for (int gram : features.grams()) {
                change(grams, gramSquares, Head.shared(gram), slope);
                change(grams, gramSquares, Head.own(gram, channel), slope);
            }
        }
        changeDense(features.signs(), signs, signSquares, gradient, channel);
        changeDense(sentence, vector, vectorSquares, gradient * Head.VECTOR_GAIN, channel);
    }

    private double gramScore(Features features, Channel channel) {
        double sum = 0;
        for (int gram : features.grams()) {
            sum += grams[Head.shared(gram)] + grams[Head.own(gram, channel)];
        }
        return sum * Head.gramValue(features);
    }

    private static double denseScore(float[] seen, float[] weights, float gain, Channel channel) {
        double sum = 0;
        for (int i = 0; i < seen.length; i++) {
            if (seen[i] != 0) {
                sum += gain * seen[i] * (weights[i] + weights[Head.copy(i, seen.length, channel)]);
            }
        }
        return sum;
    }

    private static void changeDense(float[] seen, float[] weights, float[] squares, float gradient, Channel channel) {
        for (int i = 0; i < seen.length; i++) {
            if (seen[i] != 0) {
                change(weights, squares, i, gradient * seen[i]);
                change(weights, squares, Head.copy(i, seen.length, channel), gradient * seen[i]);
            }
        }
    }

    private static void change(float[] weights, float[] squares, int index, float slope) {
        squares[index] += slope * slope;
        weights[index] -= RATE * (slope / (float) Math.sqrt(squares[index] + 1e-4f) + DECAY * weights[index]);
    }
}
