package dev.agentos.domain.filter;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * What was learned: a head that reads words alone, one that reads words and sentence vectors, and the scores at which
 * each way of reading suspects a text.
 *
 * @param words works without sentence vectors
 * @param sentences is added to the first where there are vectors
 * @param alone the limits where the first head judges alone
 * @param both the limits of the sum
 */
public record FilterModel(String version, Head words, Head sentences, Limits alone, Limits both) {

    private static final int MAGIC = 0x41464D31;

    private static final int MOST_NAME = 100;

    /**
     * The scores that matter, for each kind of channel, and how a score becomes a probability.
     *
     * @param suspected the score that one benign text in a hundred reaches
     * @param doubtful the same for five in a hundred
     * @param clear the same for one in four: below it nothing else is asked
     * @param slope of the logistic curve (Platt 1999)
     * @param shift of the same
     */
    @SuppressWarnings("ArrayRecordComponent") // read, never compared
    public record Limits(float[] suspected, float[] doubtful, float[] clear, float slope, float shift) {

        /** Limits of a head that was not measured yet: it suspects nothing. */
        public static Limits none() {
            float[] never = {Float.MAX_VALUE, Float.MAX_VALUE};
            return new Limits(never, never, new float[] {-Float.MAX_VALUE, -Float.MAX_VALUE}, 1, 0);
        }

        double suspected(Channel channel) {
            return suspected[channel.kind()];
        }

        double doubtful(Channel channel) {
            return doubtful[channel.kind()];
        }

        double clear(Channel channel) {
            return clear[channel.kind()];
        }

        /** The probability that belongs to a score. */
        public double probability(double score) {
            return 1 / (1 + Math.exp(-(slope * score + shift)));
        }

        private void write(ByteBuffer out) {
            for (float[] values : new float[][] {suspected, doubtful, clear}) {
                for (float value : values) {
                    out.putFloat(value);
                }
            }
            out.putFloat(slope).putFloat(shift);
        }

        private static Limits read(ByteBuffer in) {
            return new Limits(
                    Head.floats(in, Channel.KINDS),
                    Head.floats(in, Channel.KINDS),
                    Head.floats(in, Channel.KINDS),
                    in.getFloat(),
                    in.getFloat());
        }
    }

    public FilterModel {
        if (words.usesVectors() || !sentences.usesVectors()) {
            throw new IllegalArgumentException("one head reads words, the other sentence vectors as well");
        }
    }

    /** The model as a file. */
    public byte[] toBytes() {
        byte[] name = version.getBytes(StandardCharsets.UTF_8);
        int limits = 2 * (3 * Channel.KINDS + 2) * 4;
        ByteBuffer out = ByteBuffer.allocate(8 + name.length + words.size() + sentences.size() + limits);
        out.putInt(MAGIC).putInt(name.length).put(name);
        words.write(out);
        sentences.write(out);
        alone.write(out);
        both.write(out);
        return out.array();
    }

    /**
     * Reads what {@link #toBytes} wrote.
     *
     * @throws IllegalArgumentException for anything else
     */
    public static FilterModel read(byte[] file) {
        ByteBuffer in = ByteBuffer.wrap(file);
        try {
            if (in.getInt() != MAGIC) {
                throw new IllegalArgumentException("this is no model of the content filter");
            }
            int length = in.getInt();
            if (length < 0 || length > MOST_NAME) {
                throw new IllegalArgumentException("the version of this model cannot be read");
            }
            byte[] name = new byte[length];
            in.get(name);
            return new FilterModel(
                    new String(name, StandardCharsets.UTF_8),
                    Head.read(in),
                    Head.read(in),
                    Limits.read(in),
                    Limits.read(in));
        } catch (BufferUnderflowException e) {
            throw new IllegalArgumentException("this model is cut off", e);
        }
    }
}
