package dev.agentos.agentd.language;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/** Vectors of the catalogue's examples in a file, so that they are made once for each catalogue and embedder. */
final class ExampleVectors {

    private static final int MOST = 100_000;

    private ExampleVectors() {}

    /** What the vectors belong to. */
    static String key(String method, List<String> texts) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(method.getBytes(StandardCharsets.UTF_8));
            for (String text : texts) {
                digest.update((byte) 0);
                digest.update(text.getBytes(StandardCharsets.UTF_8));
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** The vectors of this key; empty where the file is missing, of another key or damaged. */
    static Optional<List<float[]>> read(Path file, String key) {
        if (!Files.isReadable(file)) {
            return Optional.empty();
        }
        try (DataInputStream in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
            if (!in.readUTF().equals(key)) {
                return Optional.empty();
            }
            int count = in.readInt();
            int dimension = in.readInt();
            if (count < 0 || count > MOST || dimension < 1 || dimension > MOST) {
                return Optional.empty();
            }
            List<float[]> vectors = new ArrayList<>(count);
            for (int i = 0; i < count; i++) {
                float[] vector = new float[dimension];
                for (int j = 0; j < dimension; j++) {
                    vector[j] = in.readFloat();
                }
                vectors.add(vector);
            }
            return Optional.of(vectors);
        } catch (IOException e) {
            System.getLogger(ExampleVectors.class.getName())
                    .log(System.Logger.Level.INFO, file + " is not used: " + e.getMessage());
            return Optional.empty();
        }
    }

    /** Keeps the vectors; a failure costs the next start some seconds and nothing else. */
    static void write(Path file, String key, List<float[]> vectors) {
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        try (DataOutputStream out = new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(fresh)))) {
            out.writeUTF(key);
            out.writeInt(vectors.size());
            out.writeInt(vectors.getFirst().length);
            for (float[] vector : vectors) {
                for (float value : vector) {
                    out.writeFloat(value);
                }
            }
        } catch (IOException e) {
            failed(file, e);
            return;
        }
        try {
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            failed(file, e);
        }
    }

    private static void failed(Path file, IOException e) {
        System.getLogger(ExampleVectors.class.getName())
                .log(System.Logger.Level.WARNING, file + " could not be kept: " + e.getMessage());
    }
}
