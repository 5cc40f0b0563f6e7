package dev.agentos.agentd.tools;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** One call at a time under each key: a client that sends a call again while the first still waits does it no second time. */
final class CallLocks {

    private final Map<String, Semaphore> held = new ConcurrentHashMap<>();

    /** Given back when closed. */
    interface Held extends AutoCloseable {
        @Override
        void close();
    }

    /** Waits for the key; empty when it did not come free in time. */
    Optional<Held> take(String key, Optional<Duration> patience) throws InterruptedException {
        while (true) {
            Semaphore mine = new Semaphore(0);
            Semaphore other = held.putIfAbsent(key, mine);
            if (other == null) {
                return Optional.of(() -> {
                    held.remove(key, mine);
                    mine.release(Integer.MAX_VALUE / 2);
                });
            }
            if (patience.isPresent()) {
                if (!other.tryAcquire(patience.get().toMillis(), TimeUnit.MILLISECONDS)) {
                    return Optional.empty();
                }
            } else {
                other.acquire();
            }
        }
    }
}
