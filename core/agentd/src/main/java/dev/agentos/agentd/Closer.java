package dev.agentos.agentd;

import java.util.ArrayDeque;
import java.util.Deque;

/** Closes what was started, last first; a failure of one does not keep the others open. */
final class Closer implements AutoCloseable {

    private final Deque<AutoCloseable> open = new ArrayDeque<>();

    <T extends AutoCloseable> T add(T closeable) {
        open.push(closeable);
        return closeable;
    }

    @Override
    public void close() {
        while (!open.isEmpty()) {
            AutoCloseable next = open.pop();
            try {
                next.close();
            } catch (Exception e) {
                System.getLogger(Closer.class.getName())
                        .log(System.Logger.Level.WARNING, "closing " + next + ": " + e.getMessage(), e);
            }
        }
    }
}
