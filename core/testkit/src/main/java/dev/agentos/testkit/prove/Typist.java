package dev.agentos.testkit.prove;

import java.io.IOException;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Presses {@value #KEYS_PER_SECOND} random keys a second until it is closed: a cat, a book, a stuck key. */
final class Typist implements AutoCloseable {

    static final int KEYS_PER_SECOND = 60;

    /** Keys that answer cards, and Enter often. */
    static final List<String> ANSWERS = List.of("oOrRsStTaAdnvm1234y\r\n\r\n \u001b".split(""));

    interface Hand {
        void press(String key) throws IOException;
    }

    private final Thread thread;
    private volatile boolean stopped;
    private final AtomicInteger count = new AtomicInteger();

    Typist(SplittableRandom random, List<String> keys, Hand hand) {
        thread = Thread.ofPlatform().daemon().start(() -> {
            try {
                while (!stopped) {
                    hand.press(keys.get(random.nextInt(keys.size())));
                    count.incrementAndGet();
                    TimeUnit.NANOSECONDS.sleep(1_000_000_000L / KEYS_PER_SECOND);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (IOException e) {
                System.err.println("the keyboard is gone: " + e.getMessage());
            }
        });
    }

    int count() {
        return count.get();
    }

    @Override
    public void close() {
        stopped = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
