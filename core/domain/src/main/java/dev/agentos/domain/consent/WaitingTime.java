package dev.agentos.domain.consent;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** How long a run stood still for a person. Several asks that wait at once are counted once. */
public final class WaitingTime {

    /** One ask's wait; {@code until} is empty while it still waits. */
    public record Interval(Instant from, Optional<Instant> until) {}

    private WaitingTime() {}

    /** The time between {@code from} and {@code now} in which at least one of the asks waited. */
    public static Duration within(List<Interval> intervals, Instant from, Instant now) {
        Duration total = Duration.ZERO;
        Instant counted = from;
        for (Interval interval :
                intervals.stream().sorted(Comparator.comparing(Interval::from)).toList()) {
            Instant begin = interval.from().isAfter(counted) ? interval.from() : counted;
            Instant end = interval.until().filter(until -> until.isBefore(now)).orElse(now);
            if (end.isAfter(begin)) {
                total = total.plus(Duration.between(begin, end));
                counted = end;
            }
        }
        return total;
    }
}
