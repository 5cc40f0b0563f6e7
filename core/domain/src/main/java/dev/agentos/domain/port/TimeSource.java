package dev.agentos.domain.port;

import java.time.Instant;

/** The only clock that the rules and their services read, so that tests move time by hand. */
public interface TimeSource {

    /** Wall-clock time, for records that people read. */
    Instant now();

    /** Monotonic time in nanoseconds, for durations. Unrelated to {@link #now()}. */
    long nanos();

    /** The clock of the machine. */
    static TimeSource system() {
        return new TimeSource() {
            @Override
            public Instant now() {
                return Instant.now();
            }

            @Override
            public long nanos() {
                return System.nanoTime();
            }
        };
    }
}
