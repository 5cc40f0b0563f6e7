package dev.agentos.testkit.prove;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** Counts, outside agentd, how often a file name appeared in a folder: each atomic write is one appearance. */
final class WriteWatch implements AutoCloseable {

    /** The kernel tells at once; this is how long the JDK's own thread may take to pass it on. */
    private static final long QUIET_MS = 60;

    private final WatchService watcher = FileSystems.getDefault().newWatchService();
    private final Set<Path> folders = new HashSet<>();
    private final String name;
    private long seen;

    WriteWatch(String name) throws IOException {
        this.name = name;
    }

    /** Begins to watch a folder; a second call for the same folder changes nothing. */
    synchronized void watch(Path folder) throws IOException {
        if (folders.add(folder)) {
            folder.register(watcher, StandardWatchEventKinds.ENTRY_CREATE);
        }
    }

    /** Appearances so far, once it has been quiet. */
    synchronized long count() throws InterruptedException {
        WatchKey key = watcher.poll(QUIET_MS, TimeUnit.MILLISECONDS);
        while (key != null) {
            for (WatchEvent<?> event : key.pollEvents()) {
                if (event.context() instanceof Path path && path.toString().equals(name)) {
                    seen += event.count();
                }
            }
            key.reset();
            key = watcher.poll(QUIET_MS, TimeUnit.MILLISECONDS);
        }
        return seen;
    }

    @Override
    public void close() throws IOException {
        watcher.close();
    }
}
