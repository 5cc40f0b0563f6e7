package dev.agentos.bridge.client;

import java.time.Duration;

/**
 * Repeats requests that got no answer until one comes or the patience is used up. Only for callers whose requests may
 * arrive twice: reads, spawns with a key, answers.
 */
public final class RetryingTransport implements Transport {

    private static final long PAUSE_MS = 100;

    private final Transport transport;
    private final Duration patience;

    public RetryingTransport(Transport transport, Duration patience) {
        this.transport = transport;
        this.patience = patience;
    }

    @Override
    public Reply send(Request request) {
        long deadline = System.nanoTime() + patience.toNanos();
        while (true) {
            try {
                return transport.send(request);
            } catch (UnreachableException e) {
                if (System.nanoTime() >= deadline || !pause()) {
                    throw e;
                }
            }
        }
    }

    /** False when the thread was interrupted, which ends the patience. */
    private static boolean pause() {
        try {
            Thread.sleep(PAUSE_MS);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Override
    public Lines stream(String path, String lastEventId) {
        return transport.stream(path, lastEventId);
    }

    @Override
    public void close() {
        transport.close();
    }
}
