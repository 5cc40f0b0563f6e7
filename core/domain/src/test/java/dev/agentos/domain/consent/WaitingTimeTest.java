package dev.agentos.domain.consent;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.agentos.domain.consent.WaitingTime.Interval;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class WaitingTimeTest {

    private static final Instant START = Instant.parse("2026-03-01T00:00:00Z");

    private static Interval waits(long from, long until) {
        return new Interval(START.plusSeconds(from), Optional.of(START.plusSeconds(until)));
    }

    private static long seconds(long from, long now, Interval... intervals) {
        return WaitingTime.within(List.of(intervals), START.plusSeconds(from), START.plusSeconds(now))
                .toSeconds();
    }

    @Test
    void asksThatWaitAtOnceAreCountedOnce() {
        assertEquals(10, seconds(0, 100, waits(10, 20)));
        assertEquals(20, seconds(0, 100, waits(10, 20), waits(30, 40)));
        assertEquals(15, seconds(0, 100, waits(15, 25), waits(10, 20)));
        assertEquals(30, seconds(0, 100, waits(10, 40), waits(20, 30)));
    }

    @Test
    void onlyTheTimeInBetweenCounts() {
        assertEquals(0, seconds(50, 100, waits(10, 20)));
        assertEquals(5, seconds(15, 100, waits(10, 20)));
        assertEquals(5, seconds(0, 15, waits(10, 20)));
        assertEquals(0, seconds(0, 5, waits(10, 20)));
        assertEquals(Duration.ZERO, WaitingTime.within(List.of(), START, START));
        assertEquals(
                90,
                WaitingTime.within(
                                List.of(new Interval(START.plusSeconds(10), Optional.empty())),
                                START,
                                START.plusSeconds(100))
                        .toSeconds());
    }
}
