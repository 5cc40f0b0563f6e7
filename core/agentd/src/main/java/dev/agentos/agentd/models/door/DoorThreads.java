package dev.agentos.agentd.models.door;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;

/**
 * Threads for connections. A thread of the system is woken by its socket without a detour, which takes a fifth off what
 * the gateway adds to a first token; there are only so many of them, whatever agents open, and the rest are virtual.
 */
final class DoorThreads {

    private static final int MOST = 64;

    private static final Semaphore FREE = new Semaphore(MOST);

    private static final ExecutorService THREADS = Executors.newCachedThreadPool(
            Thread.ofPlatform().daemon().name("model-connection-", 0).factory());

    private DoorThreads() {}

    /** Runs it, now, on a thread of its own. */
    static void start(Runnable work) {
        if (!FREE.tryAcquire()) {
            Thread.ofVirtual().name("model-connection").start(work);
            return;
        }
        THREADS.execute(() -> {
            try {
                work.run();
            } finally {
                FREE.release();
            }
        });
    }
}
