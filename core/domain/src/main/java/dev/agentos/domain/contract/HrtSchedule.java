package dev.agentos.domain.contract;

import java.time.Duration;
import java.util.Optional;

/**
 * The reservation of a hard-real-time agent, as SCHED_DEADLINE takes it: in every period, {@code wcet} of CPU before the
 * deadline. {@code wcet ≤ deadline ≤ period}.
 *
 * @param period 1 ms to 1 s
 * @param deadline 1 to 20 ms
 * @param wcet worst-case execution time, 0.01 ms to 20 ms
 */
public record HrtSchedule(Duration period, Duration deadline, Duration wcet) {
    static final Duration MIN = Duration.ofMillis(1);
    static final Duration MAX_PERIOD = Duration.ofSeconds(1);
    static final Duration MAX_DEADLINE = Duration.ofMillis(20);
    static final Duration MIN_WCET = Duration.ofNanos(10_000);

    public HrtSchedule {
        FieldRules.within("schedule.period_ms", period, MIN, MAX_PERIOD);
        FieldRules.within("schedule.deadline_ms", deadline, MIN, MAX_DEADLINE);
        FieldRules.within("schedule.wcet_ms", wcet, MIN_WCET, MAX_DEADLINE);
        Fault.refuse(order(period, deadline, wcet));
    }

    /** The share of one CPU that the reservation takes, above 0 and at most 1. */
    public double utilisation() {
        return (double) wcet.toNanos() / period.toNanos();
    }

    /**
     * The share of one CPU that must be free for every deadline to be kept, whatever else is reserved: the time over the
     * deadline, at least {@link #utilisation}.
     */
    public double density() {
        return (double) wcet.toNanos() / deadline.toNanos();
    }

    static Optional<Fault> order(Duration period, Duration deadline, Duration wcet) {
        if (wcet.compareTo(deadline) > 0) {
            return Fault.of(
                    "schedule-order",
                    "wcet_ms (" + FieldRules.millis(wcet) + ") is longer than deadline_ms ("
                            + FieldRules.millis(deadline) + ")",
                    "the work must fit before its deadline: lower wcet_ms or raise deadline_ms");
        }
        if (deadline.compareTo(period) > 0) {
            return Fault.of(
                    "schedule-order",
                    "deadline_ms (" + FieldRules.millis(deadline) + ") is longer than period_ms ("
                            + FieldRules.millis(period) + ")",
                    "a slice must be done before the next begins: lower deadline_ms or raise period_ms");
        }
        return Optional.empty();
    }
}
