package dev.agentos.center.live;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Optional;

/**
 * Which process of a person notifies: the main window where it is open, else the light one. The main window holds a lock;
 * the kernel lets go of it when the process ends, however it ends.
 */
public final class Doorbell implements AutoCloseable {

    private final Optional<FileChannel> file;
    private Optional<FileLock> held = Optional.empty();

    private Doorbell(Optional<FileChannel> file) {
        this.file = file;
    }

    /** The one of this person and this socket; without a run-time folder every process notifies for itself. */
    public static Doorbell of(Map<String, String> environment, Path socket) {
        String folder = environment.getOrDefault("XDG_RUNTIME_DIR", "");
        if (folder.isEmpty()) {
            return new Doorbell(Optional.empty());
        }
        Path lock = Path.of(folder, "agentos-center-" + Integer.toHexString(socket.hashCode()) + ".lock");
        try {
            return new Doorbell(
                    Optional.of(FileChannel.open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE)));
        } catch (IOException e) {
            System.getLogger(Doorbell.class.getName())
                    .log(System.Logger.Level.INFO, "no lock at " + lock + ": " + e.getMessage());
            return new Doorbell(Optional.empty());
        }
    }

    /** The main window takes it and keeps it. Whether it has it. */
    public synchronized boolean take() {
        if (held.isEmpty()) {
            held = tryLock();
        }
        return file.isEmpty() || held.isPresent();
    }

    /** Whether no main window has it now. */
    public synchronized boolean isFree() {
        if (file.isEmpty()) {
            return true;
        }
        Optional<FileLock> lock = tryLock();
        lock.ifPresent(Doorbell::release);
        return lock.isPresent();
    }

    private Optional<FileLock> tryLock() {
        try {
            return file.isEmpty()
                    ? Optional.empty()
                    : Optional.ofNullable(file.get().tryLock());
        } catch (IOException | OverlappingFileLockException e) {
            // Held elsewhere in this process, or by nobody that can be asked: not ours.
            return Optional.empty();
        }
    }

    private static void release(FileLock lock) {
        try {
            lock.release();
        } catch (IOException e) {
            System.getLogger(Doorbell.class.getName()).log(System.Logger.Level.DEBUG, "not released", e);
        }
    }

    @Override
    public void close() {
        held.ifPresent(Doorbell::release);
        file.ifPresent(channel -> {
            try {
                channel.close();
            } catch (IOException e) {
                System.getLogger(Doorbell.class.getName()).log(System.Logger.Level.DEBUG, "not closed", e);
            }
        });
    }
}
