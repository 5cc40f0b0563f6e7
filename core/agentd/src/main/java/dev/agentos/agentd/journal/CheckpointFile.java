package dev.agentos.agentd.journal;

import dev.agentos.domain.audit.Checkpoint;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The second place: an append-only file of signed checkpoints, flushed after each line. */
final class CheckpointFile {

    private final Path file;

    CheckpointFile(Path file) throws IOException {
        this.file = file;
        Files.createDirectories(
                file.getParent(), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }

    /** Lines that end with a line break. A torn last line, from a crash in the middle of a write, is cut off. */
    List<String> lines() throws IOException {
        if (!Files.exists(file)) {
            return List.of();
        }
        String text = Files.readString(file, StandardCharsets.UTF_8);
        int end = text.lastIndexOf('\n') + 1;
        if (end < text.length()) {
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                channel.truncate(text.substring(0, end).getBytes(StandardCharsets.UTF_8).length);
                channel.force(true);
            }
        }
        return text.substring(0, end).lines().toList();
    }

    /** The newest checkpoint that covers no more than {@code records}, to resume the Merkle tree from. */
    Optional<Checkpoint> newestUpTo(long records) throws IOException {
        List<String> lines = new ArrayList<>(lines());
        for (int i = lines.size() - 1; i >= 0; i--) {
            try {
                Checkpoint checkpoint = Checkpoint.parse(lines.get(i));
                if (checkpoint.count() <= records) {
                    return Optional.of(checkpoint);
                }
            } catch (IllegalArgumentException e) {
                System.getLogger(CheckpointFile.class.getName())
                        .log(
                                System.Logger.Level.WARNING,
                                "{0}: a damaged line is passed over; agentctl audit verify" + " reports it",
                                file);
            }
        }
        return Optional.empty();
    }

    void append(Checkpoint checkpoint) throws IOException {
        try (FileChannel channel = FileChannel.open(
                file,
                java.util.Set.of(StandardOpenOption.CREATE, StandardOpenOption.APPEND, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
            ByteBuffer bytes = ByteBuffer.wrap((checkpoint.line() + "\n").getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(false);
        }
    }
}
