package dev.agentos.domain.filter;

import java.nio.ByteBuffer;

/**
 * The learned part: a logistic regression over hashed grams, signs and, where there is one, the sentence vector. Each
 * weight has a part that all channels share and one of each kind of channel (Daumé III 2007), because the same request is
 * a person's right and a web page's attack. Weights are bytes with one scale a block.
 */
public final class Head {

    /** Values of a sentence vector. */
    public static final int DIMENSION = 384;

    /** Slots for grams. */
    public static final int SLOTS = 1 << 16;

    /** Copies of a dense weight: the shared one and one for each kind of channel. */
    public static final int COPIES = Channel.KINDS + 1;

    /** What weighs the blocks against each other before training, so that none drowns the others. */
    public static final float VECTOR_GAIN = 4;

    private final float[] grams;
    private final float[] signs;
    private final float[] vector;
    private final float[] bias;

    /** Weights as they come out of training; {@code vector} is empty for a head that works without sentence vectors. */
    public Head(float[] grams, float[] signs, float[] vector, float[] bias) {
        if (grams.length != SLOTS
                || signs.length != COPIES * Features.SIGNS
                || (vector.length != 0 && vector.length != COPIES * DIMENSION)
                || bias.length != COPIES) {
            throw new IllegalArgumentException("these are no weights of this head");
        }
        this.grams = grams.clone();
        this.signs = signs.clone();
        this.vector = vector.clone();
        this.bias = bias.clone();
    }

    /** Whether it judges sentence vectors as well. */
    public boolean usesVectors() {
        return vector.length > 0;
    }

    /** The slot of a gram, shared by all channels. */
    public static int shared(int gram) {
        return gram & (SLOTS - 1);
    }

    /** The slot of a gram as read on one kind of channel. */
    public static int own(int gram, Channel channel) {
        return Features.mix(gram, 11 + channel.kind()) & (SLOTS - 1);
    }

    /** The place of a dense weight's copy. */
    public static int copy(int index, int length, Channel channel) {
        return (1 + channel.kind()) * length + index;
    }

    /** What one gram of a passage counts: many of them say no more than few. */
    public static float gramValue(Features features) {
        return features.grams().length == 0 ? 0 : (float) (1 / Math.sqrt(features.grams().length));
    }

    /**
     * How much a passage looks like an attack: log-odds.
     *
     * @param sentence its sentence vector of unit length; empty for a head without
     */
    public double score(Features features, float[] sentence, Channel channel) {
        double sum = bias[0] + bias[1 + channel.kind()];
        double gramSum = 0;
        for (int gram : features.grams()) {
            gramSum += grams[shared(gram)] + grams[own(gram, channel)];
        }
        sum += gramSum * gramValue(features);
        float[] seen = features.signs();
        for (int i = 0; i < seen.length; i++) {
            if (seen[i] != 0) {
                sum += seen[i] * (signs[i] + signs[copy(i, Features.SIGNS, channel)]);
            }
        }
        if (vector.length > 0) {
            for (int i = 0; i < DIMENSION; i++) {
                sum += VECTOR_GAIN * sentence[i] * (vector[i] + vector[copy(i, DIMENSION, channel)]);
            }
        }
        return sum;
    }

    // ------------------------------------------------------------------ bytes

    /** How many bytes {@link #write} needs. */
    int size() {
        return 8 + 3 * 4 + grams.length + signs.length + vector.length + bias.length * 4;
    }

    void write(ByteBuffer out) {
        out.putInt(signs.length).putInt(vector.length);
        block(grams, out);
        block(signs, out);
        block(vector, out);
        for (float value : bias) {
            out.putFloat(value);
        }
    }

    private static void block(float[] weights, ByteBuffer out) {
        float most = 1e-9f;
        for (float weight : weights) {
            most = Math.max(most, Math.abs(weight));
        }
        out.putFloat(most / 127);
        for (float weight : weights) {
            out.put((byte) Math.round(weight * 127 / most));
        }
    }

    /** Reads what {@link #write} wrote. */
    static Head read(ByteBuffer in) {
        int signs = in.getInt();
        int vector = in.getInt();
        if (signs != COPIES * Features.SIGNS || (vector != 0 && vector != COPIES * DIMENSION)) {
            throw new IllegalArgumentException(
                    "these weights are of another release; train them anew: ./agentos train filter --data FILE");
        }
        return new Head(block(in, SLOTS), block(in, signs), block(in, vector), floats(in, COPIES));
    }

    private static float[] block(ByteBuffer in, int length) {
        float scale = in.getFloat();
        float[] weights = new float[length];
        for (int i = 0; i < length; i++) {
            weights[i] = in.get() * scale;
        }
        return weights;
    }

    static float[] floats(ByteBuffer in, int length) {
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = in.getFloat();
        }
        return values;
    }
}
