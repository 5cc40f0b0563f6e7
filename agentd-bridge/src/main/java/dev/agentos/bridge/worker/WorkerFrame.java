package dev.agentos.bridge.worker;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;

/** One message between agentd and the model worker. {@code id} pairs an answer with its request; 0 is unsolicited. */
public sealed interface WorkerFrame {

    /** Most texts in one {@link Embed}. */
    int MAX_TEXTS = 512;

    /** Most UTF-8 bytes of one text. */
    int MAX_TEXT_BYTES = 8 * 1024;

    /** Most values in one vector. */
    int MAX_DIMENSION = 4096;

    long id();

    /**
     * The worker's first frame: what it is.
     *
     * @param version the worker's own version
     * @param model name of the embedding model
     * @param dimension values per vector
     * @param weightsSha256 lower-case hex digest of the weights file as it was loaded
     */
    record Hello(String version, String model, int dimension, String weightsSha256) implements WorkerFrame {
        private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

        public Hello {
            requireShort(version);
            requireShort(model);
            requireDimension(dimension);
            if (!SHA256.matcher(weightsSha256).matches()) {
                throw new IllegalArgumentException("weights digest is not 64 hex digits");
            }
        }

        @Override
        public long id() {
            return 0;
        }
    }

    /** Asks whether the worker still answers. */
    record Ping(long id) implements WorkerFrame {}

    /** The answer to a {@link Ping}. */
    record Pong(long id) implements WorkerFrame {}

    /** Asks for one vector per text. The codec refuses a text of more than {@link #MAX_TEXT_BYTES}. */
    record Embed(long id, List<String> texts) implements WorkerFrame {
        public Embed {
            texts = List.copyOf(texts);
            if (texts.isEmpty() || texts.size() > MAX_TEXTS) {
                throw new IllegalArgumentException("an embed request holds 1 to " + MAX_TEXTS + " texts");
            }
        }
    }

    /**
     * One vector per text, in the order of the request.
     *
     * @param vectors all of one dimension
     * @param truncated bit <i>n</i> is set when the model read only the beginning of text <i>n</i>
     */
    record Vectors(long id, List<float[]> vectors, BitSet truncated) implements WorkerFrame {
        public Vectors {
            var copies = new ArrayList<float[]>(vectors.size());
            for (float[] vector : vectors) {
                copies.add(vector.clone());
            }
            vectors = List.copyOf(copies);
            truncated = (BitSet) truncated.clone();
            if (vectors.isEmpty() || vectors.size() > MAX_TEXTS) {
                throw new IllegalArgumentException("an answer holds 1 to " + MAX_TEXTS + " vectors");
            }
            int dimension = vectors.getFirst().length;
            requireDimension(dimension);
            for (float[] vector : vectors) {
                if (vector.length != dimension) {
                    throw new IllegalArgumentException("vectors of different dimensions");
                }
            }
            if (truncated.length() > vectors.size()) {
                throw new IllegalArgumentException("a truncation mark beyond the last vector");
            }
        }

        public int dimension() {
            return vectors.getFirst().length;
        }
    }

    /** The worker could not do what was asked, or could not read it: then {@code id} is 0 and it closes. */
    record Failed(long id, Code code, String message) implements WorkerFrame {
        public Failed {
            Objects.requireNonNull(code);
            requireShort(message);
        }
    }

    /** Why a request failed. The number is the wire's. */
    enum Code {
        MALFORMED_FRAME(1),
        FRAME_TOO_LARGE(2),
        UNSUPPORTED_VERSION(3),
        UNEXPECTED_FRAME(4),
        MODEL_FAILED(5);

        private final int number;

        Code(int number) {
            this.number = number;
        }

        public int number() {
            return number;
        }
    }

    private static void requireShort(String text) {
        if (text.length() > 1024) {
            throw new IllegalArgumentException("text of more than 1024 characters");
        }
    }

    private static void requireDimension(int dimension) {
        if (dimension < 1 || dimension > MAX_DIMENSION) {
            throw new IllegalArgumentException("dimension " + dimension + " is not 1 to " + MAX_DIMENSION);
        }
    }
}
