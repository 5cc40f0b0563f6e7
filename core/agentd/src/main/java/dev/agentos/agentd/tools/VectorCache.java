package dev.agentos.agentd.tools;

import dev.agentos.domain.json.Digests;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/**
 * Vectors of texts that were made before, one file for each document and scope, named by digest. It is a cache: a file
 * that is missing or damaged is made again.
 */
final class VectorCache {

    private static final long MAX_BYTES = 256L * 1024 * 1024;
    private static final Duration MIN_BETWEEN_SWEEPS = Duration.ofMinutes(10);

    private final Path folder;
    private final AtomicLong lastSweep = new AtomicLong(System.nanoTime());

    VectorCache(Path folder) throws IOException {
        this.folder = Files.createDirectories(
                folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }

    /** The vectors of exactly these texts, if they were kept in this scope. */
    Optional<List<float[]>> get(String scope, String method, List<String> texts) {
        Path file = file(scope, method, texts);
        try {
            if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
                return Optional.empty();
            }
            ByteBuffer buffer = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
            int count = buffer.getInt();
            int dimension = buffer.getInt();
            if (count != texts.size() || dimension < 1 || buffer.remaining() != (long) count * dimension * 4) {
                return Optional.empty();
            }
            List<float[]> vectors = new ArrayList<>(count);
            for (int i = 0; i < count; i++) {
                float[] vector = new float[dimension];
                buffer.asFloatBuffer().get(vector);
                buffer.position(buffer.position() + dimension * 4);
                vectors.add(vector);
            }
            Files.setLastModifiedTime(file, FileTime.fromMillis(System.currentTimeMillis()));
            return Optional.of(vectors);
        } catch (IOException | java.nio.BufferUnderflowException e) {
            return Optional.empty();
        }
    }

    void put(String scope, String method, List<String> texts, List<float[]> vectors) {
        if (vectors.isEmpty()) {
            return;
        }
        int dimension = vectors.getFirst().length;
        ByteBuffer buffer =
                ByteBuffer.allocate(8 + vectors.size() * dimension * 4).order(ByteOrder.LITTLE_ENDIAN);
        buffer.putInt(vectors.size()).putInt(dimension);
        for (float[] vector : vectors) {
            for (float value : vector) {
                buffer.putFloat(value);
            }
        }
        Path file = file(scope, method, texts);
        try {
            Path temporary = Files.createTempFile(folder, ".", ".new");
            Files.write(temporary, buffer.array());
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            sweep();
        } catch (IOException e) {
            System.getLogger(VectorCache.class.getName())
                    .log(System.Logger.Level.DEBUG, "vectors are not kept: " + e.getMessage());
        }
    }

    private Path file(String scope, String method, List<String> texts) {
        return folder.resolve(Digests.sha256Hex(Digests.sha256OfJson(List.of(scope, method, texts))) + ".f32");
    }

    /** Drops what was not used for longest, once it is too much. */
    private void sweep() throws IOException {
        long last = lastSweep.get();
        if (System.nanoTime() - last < MIN_BETWEEN_SWEEPS.toNanos()
                || !lastSweep.compareAndSet(last, System.nanoTime())) {
            return;
        }
        record Kept(Path file, long bytes, long used) {}
        List<Kept> kept = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                kept.add(new Kept(
                        file, Files.size(file), Files.getLastModifiedTime(file).toMillis()));
            }
        }
        kept.sort(Comparator.comparingLong(Kept::used).reversed());
        long total = 0;
        for (Kept one : kept) {
            total += one.bytes();
            if (total > MAX_BYTES) {
                Files.deleteIfExists(one.file());
            }
        }
    }
}
