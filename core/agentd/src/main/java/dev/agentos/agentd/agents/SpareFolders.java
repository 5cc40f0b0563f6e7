package dev.agentos.agentd.agents;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;

/**
 * Agents' folders that are made before anybody waits for one: a workspace, and the two files that a first run writes its
 * output to. A file system without a journal may look for a fresh inode for most of a millisecond, and a rename needs none.
 */
final class SpareFolders implements AutoCloseable {

    private static final String PLACE = ".spare";
    private static final int KEPT = 4;

    /** New ones are made when nothing was started for this long: who waits for a start has a better use for the processors. */
    private static final long LULL_MS = 14;

    private static final FileAttribute<Set<PosixFilePermission>> PRIVATE_FOLDER =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
    private static final FileAttribute<Set<PosixFilePermission>> PRIVATE_FILE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private final Path place;
    private final Deque<Path> spares = new ArrayDeque<>();
    private final AtomicBoolean filling = new AtomicBoolean();
    private final ScheduledExecutorService maker = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("spare-folders").factory());
    private volatile long lastTaken = System.nanoTime();
    private boolean begun;
    private long made;

    SpareFolders(Path agentsDirectory) {
        place = agentsDirectory.resolve(PLACE);
    }

    /**
     * Gives a spare folder this name.
     *
     * @return whether it is there now; otherwise there was none, or something else has the name, and nothing was changed
     */
    boolean become(Path folder) {
        lastTaken = System.nanoTime();
        Path spare;
        synchronized (spares) {
            spare = spares.poll();
        }
        if (filling.compareAndSet(false, true)) {
            later(LULL_MS);
        }
        if (spare == null) {
            return false;
        }
        try {
            Files.move(spare, folder, StandardCopyOption.ATOMIC_MOVE);
            return true;
        } catch (IOException e) {
            System.getLogger(SpareFolders.class.getName())
                    .log(System.Logger.Level.DEBUG, "no spare folder for " + folder + ": " + e.getMessage());
            synchronized (spares) {
                spares.addLast(spare);
            }
            return false;
        }
    }

    private void later(long millis) {
        if (!maker.isShutdown()) {
            var _ = maker.schedule(this::fill, millis, TimeUnit.MILLISECONDS);
        }
    }

    private void fill() {
        long since = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - lastTaken);
        if (since < LULL_MS) {
            later(LULL_MS - since);
            return;
        }
        try {
            if (isFull()) {
                filling.set(false);
                return;
            }
            Path spare = makeOne();
            synchronized (spares) {
                spares.addLast(spare);
            }
            later(0);
        } catch (IOException | UncheckedIOException e) {
            // Without spares every folder is made when it is needed, which then says what is wrong.
            System.getLogger(SpareFolders.class.getName())
                    .log(System.Logger.Level.DEBUG, "no spare folders in " + place + ": " + e.getMessage());
            filling.set(false);
        }
    }

    private boolean isFull() {
        synchronized (spares) {
            return spares.size() >= KEPT;
        }
    }

    private Path makeOne() throws IOException {
        if (!begun) {
            // What an earlier service left may be half made.
            delete(place);
            Files.createDirectory(place, PRIVATE_FOLDER);
            begun = true;
        }
        Path spare = Files.createDirectory(place.resolve(String.valueOf(++made)), PRIVATE_FOLDER);
        Files.createDirectory(spare.resolve(SandboxPlans.WORKSPACE), PRIVATE_FOLDER);
        for (String stream : List.of("stdout", "stderr")) {
            Files.newByteChannel(
                            spare.resolve(SandboxPlans.logName(1, stream)),
                            EnumSet.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                            PRIVATE_FILE)
                    .close();
        }
        return spare;
    }

    private static void delete(Path tree) throws IOException {
        if (!Files.exists(tree)) {
            return;
        }
        try (Stream<Path> files = Files.walk(tree)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }

    /** Removes what nobody took. */
    @Override
    public void close() {
        maker.shutdown();
        try {
            if (maker.awaitTermination(5, TimeUnit.SECONDS) && begun) {
                delete(place);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException | UncheckedIOException e) {
            System.getLogger(SpareFolders.class.getName())
                    .log(System.Logger.Level.DEBUG, place + " stays: " + e.getMessage());
        }
    }
}
