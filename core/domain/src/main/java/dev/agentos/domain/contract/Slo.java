package dev.agentos.domain.contract;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The service levels that admission must be able to keep.
 *
 * @param onset until the first token or the first output
 * @param turn until a whole turn is answered
 * @param jitterP95Pct how far the 95th percentile may stray, in percent, 1 to 100
 */
public record Slo(Optional<Duration> onset, Optional<Duration> turn, OptionalInt jitterP95Pct) {
    /** No objective at all: what the class DT has by default. */
    public static final Slo NONE = new Slo(Optional.empty(), Optional.empty(), OptionalInt.empty());

    static final Duration SRT_ONSET = Duration.ofMillis(300);
    static final Duration SRT_TURN = Duration.ofMillis(1200);
    static final int SRT_JITTER = 20;
    static final int HRT_JITTER = 5;
    static final long MAX_MILLIS = Duration.ofDays(1).toMillis();

    public Slo {
        Fault.refuse(order(onset, turn));
        onset.ifPresent(value -> FieldRules.within("slo.onset_ms", value.toMillis(), 1, MAX_MILLIS));
        turn.ifPresent(value -> FieldRules.within("slo.turn_ms", value.toMillis(), 1, MAX_MILLIS));
        jitterP95Pct.ifPresent(value -> FieldRules.within("slo.jitter_p95_pct", value, 1, 100));
    }

    /** These objectives, and the class's own where one is absent. */
    Slo orDefaultsOf(LatencyClass latency) {
        return switch (latency) {
            case HRT -> new Slo(onset, turn, jitterOr(HRT_JITTER));
            case SRT -> {
                Duration wholeTurn = turn.orElse(later(SRT_TURN, onset.orElse(SRT_TURN)));
                Duration first = onset.orElse(earlier(SRT_ONSET, wholeTurn));
                yield new Slo(Optional.of(first), Optional.of(wholeTurn), jitterOr(SRT_JITTER));
            }
            case DT -> this;
        };
    }

    private OptionalInt jitterOr(int value) {
        return jitterP95Pct.isPresent() ? jitterP95Pct : OptionalInt.of(value);
    }

    private static Duration later(Duration one, Duration other) {
        return one.compareTo(other) >= 0 ? one : other;
    }

    private static Duration earlier(Duration one, Duration other) {
        return one.compareTo(other) <= 0 ? one : other;
    }

    static Optional<Fault> order(Optional<Duration> onset, Optional<Duration> turn) {
        if (onset.isPresent() && turn.isPresent() && onset.get().compareTo(turn.get()) > 0) {
            return Fault.of(
                    "slo-order",
                    "onset_ms (" + onset.get().toMillis() + ") is longer than turn_ms ("
                            + turn.get().toMillis() + ")",
                    "a turn cannot end before it begins: raise turn_ms or lower onset_ms");
        }
        return Optional.empty();
    }
}
