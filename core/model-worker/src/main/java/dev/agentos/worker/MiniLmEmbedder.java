package dev.agentos.worker;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;

/**
 * all-MiniLM-L6-v2, quantised, run by ONNX Runtime: mean-pooled, unit-length vectors of 384 values (Reimers and
 * Gurevych 2019; Wang et al. 2020). Texts run one by one, so a vector never depends on what else was asked.
 */
final class MiniLmEmbedder implements AutoCloseable {

    static final String NAME = "all-minilm-l6-v2-q";
    static final int DIMENSION = 384;

    /** The digest of the weights file that this build was made with. Any other file is refused. */
    static final String WEIGHTS_SHA256 = "afdb6f1a0e45b715d0bb9b11772f032c399babd23bfc31fed1c170afc848bdb1";

    /** Tokens that the model was trained to read; the rest of a longer text is not looked at. */
    static final int MAX_TOKENS = 256;

    private static final int THREADS = 2;

    private final WordPieceTokenizer tokenizer;
    private final OrtEnvironment environment;
    private final OrtSession session;

    private MiniLmEmbedder(WordPieceTokenizer tokenizer, OrtEnvironment environment, OrtSession session) {
        this.tokenizer = tokenizer;
        this.environment = environment;
        this.session = session;
    }

    /**
     * Loads the model.
     *
     * @param directory holds the weights, the vocabulary and, in {@code linux-x64} or {@code linux-aarch64}, the native
     *     libraries
     * @throws IOException when a file is missing, the weights are not the pinned ones or the runtime refuses them
     */
    static MiniLmEmbedder load(Path directory) throws IOException {
        Path weightsFile = directory.resolve(NAME + ".onnx");
        byte[] weights = Files.readAllBytes(weightsFile);
        String actual = sha256(weights);
        if (!actual.equals(WEIGHTS_SHA256)) {
            throw new IOException(
                    "the weights in " + weightsFile + " have digest " + actual + ", not the pinned " + WEIGHTS_SHA256);
        }
        // Read by the runtime when its first class loads: no library is unpacked to a temporary directory.
        System.setProperty(
                "onnxruntime.native.path", directory.resolve(nativeDirectory()).toString());
        WordPieceTokenizer tokenizer = WordPieceTokenizer.load(directory.resolve("bert-vocabulary-en.txt"));
        try (var options = new OrtSession.SessionOptions()) {
            OrtEnvironment environment = OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR, NAME);
            environment.setTelemetry(false);
            options.setIntraOpNumThreads(THREADS);
            options.setInterOpNumThreads(1);
            options.setExecutionMode(OrtSession.SessionOptions.ExecutionMode.SEQUENTIAL);
            options.setDeterministicCompute(true);
            options.addConfigEntry("session.intra_op.allow_spinning", "0");
            return new MiniLmEmbedder(tokenizer, environment, environment.createSession(weights, options));
        } catch (OrtException | LinkageError e) {
            throw new IOException("the model did not load: " + e.getMessage(), e);
        }
    }

    /** One vector, and whether only a beginning of the text was read. */
    @SuppressWarnings("ArrayRecordComponent") // goes straight into a frame, never compared or kept
    record Embedding(float[] vector, boolean truncated) {}

    /**
     * The vector of one text. An empty text has one too.
     *
     * @throws IOException when the runtime fails
     */
    Embedding embed(String text) throws IOException {
        WordPieceTokenizer.Tokens tokens = tokenizer.tokenize(text, MAX_TOKENS);
        int length = tokens.ids().length;
        long[] shape = {1, length};
        long[] ones = new long[length];
        Arrays.fill(ones, 1);
        try (OnnxTensor ids = OnnxTensor.createTensor(environment, LongBuffer.wrap(tokens.ids()), shape);
                OnnxTensor mask = OnnxTensor.createTensor(environment, LongBuffer.wrap(ones), shape);
                OnnxTensor types = OnnxTensor.createTensor(environment, LongBuffer.allocate(length), shape);
                OrtSession.Result result =
                        session.run(Map.of("input_ids", ids, "attention_mask", mask, "token_type_ids", types))) {
            if (!(result.get(0) instanceof OnnxTensor hidden)) {
                throw new IOException("the model's first output is not a tensor");
            }
            return new Embedding(pooled(hidden.getFloatBuffer(), length), tokens.truncated());
        } catch (OrtException e) {
            throw new IOException("the model failed: " + e.getMessage(), e);
        }
    }

    private static float[] pooled(FloatBuffer hidden, int length) throws IOException {
        if (hidden.remaining() != length * DIMENSION) {
            throw new IOException(
                    "the model's output has " + hidden.remaining() + " values, not " + length + " × " + DIMENSION);
        }
        double[] sum = new double[DIMENSION];
        for (int token = 0; token < length; token++) {
            for (int d = 0; d < DIMENSION; d++) {
                sum[d] += hidden.get(token * DIMENSION + d);
            }
        }
        double square = 0;
        for (double value : sum) {
            square += value * value;
        }
        double norm = Math.max(Math.sqrt(square), 1e-12);
        float[] unit = new float[DIMENSION];
        for (int d = 0; d < DIMENSION; d++) {
            unit[d] = (float) (sum[d] / norm);
        }
        return unit;
    }

    @Override
    public void close() {
        try {
            session.close();
        } catch (OrtException _) {
            // The process ends next; there is nobody left to tell.
        }
    }

    private static String nativeDirectory() throws IOException {
        return switch (System.getProperty("os.arch", "")) {
            case "amd64", "x86_64" -> "linux-x64";
            case "aarch64" -> "linux-aarch64";
            default -> throw new IOException("no native library for " + System.getProperty("os.arch"));
        };
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
