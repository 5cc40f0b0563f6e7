package dev.agentos.testkit.fake;

import dev.agentos.domain.port.TimeSource;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;

/** A clock that stands still until a test moves it. */
public final class ManualTimeSource implements TimeSource {

    /** Where every manual clock begins. */
    public static final Instant START = Instant.parse("2026-03-01T12:00:00Z");

    private final AtomicLong elapsed = new AtomicLong();

    @Override
    public Instant now() {
        return START.plusNanos(elapsed.get());
    }

    @Override
    public long nanos() {
        return elapsed.get();
    }

    /** Moves both clocks on. */
    public void advance(Duration by) {
        elapsed.addAndGet(by.toNanos());
    }
}
