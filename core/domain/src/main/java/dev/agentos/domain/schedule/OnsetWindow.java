package dev.agentos.domain.schedule;

import dev.agentos.domain.contract.LatencyClass;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/** How soon answers began since somebody looked last, by class: a point of a chart. Not thread-safe. */
public final class OnsetWindow {

    /**
     * The answers of one class.
     *
     * @param worst time to the first token of the answer that used most of what it was allowed
     * @param allowed what that answer's contract promises; empty where none of them promises anything
     * @param answers how many there were
     * @param late how many of them began later than their contract promises
     */
    public record Onsets(Duration worst, Optional<Duration> allowed, long answers, long late) {

        private Onsets and(Duration onset, Optional<Duration> promised) {
            boolean worse = share(onset, promised) > share(worst, allowed)
                    || (promised.isEmpty() && allowed.isEmpty() && onset.compareTo(worst) > 0);
            return new Onsets(
                    worse ? onset : worst,
                    worse ? promised : allowed,
                    answers + 1,
                    late + (isLate(onset, promised) ? 1 : 0));
        }
    }

    private final Map<LatencyClass, Onsets> seen = new EnumMap<>(LatencyClass.class);

    /** Adds an answer. */
    public void add(LatencyClass latency, Duration onset, Optional<Duration> promised) {
        seen.compute(
                latency,
                (_, before) -> before == null
                        ? new Onsets(onset, promised, 1, isLate(onset, promised) ? 1 : 0)
                        : before.and(onset, promised));
    }

    /** What was seen since the last time; a class without an answer is not there. */
    public Map<LatencyClass, Onsets> drain() {
        Map<LatencyClass, Onsets> all = new EnumMap<>(seen);
        seen.clear();
        return all;
    }

    private static boolean isLate(Duration onset, Optional<Duration> promised) {
        return promised.isPresent() && onset.compareTo(promised.get()) > 0;
    }

    /** The part of what was allowed; an answer that nothing was promised for counts less than any other. */
    private static double share(Duration onset, Optional<Duration> promised) {
        return promised.map(most -> onset.toNanos() / (double) Math.max(1, most.toNanos()))
                .orElse(-1.0);
    }
}
