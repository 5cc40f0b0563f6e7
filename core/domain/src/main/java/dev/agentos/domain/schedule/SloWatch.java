package dev.agentos.domain.schedule;

import dev.agentos.domain.contract.Slo;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** How well the answers of one agent keep its objectives. Not thread-safe. */
public final class SloWatch {

    /** Fewer answers say nothing of jitter. */
    private static final int ENOUGH = 20;

    private final Slo slo;
    private final LatencyHistogram onset = new LatencyHistogram();
    private final LatencyHistogram turn = new LatencyHistogram();
    private long missed;

    public SloWatch(Slo slo) {
        this.slo = slo;
    }

    /** An objective that an answer did not keep; milliseconds, or percent for the jitter. */
    public record Miss(String objective, long measured, long allowed) {}

    /** Adds an answer; what it missed. Jitter is looked at once for each {@link LatencyHistogram#KEPT} answers or less. */
    public List<Miss> add(Duration first, Duration whole) {
        onset.add(first.toNanos() / 1e6);
        turn.add(whole.toNanos() / 1e6);
        List<Miss> misses = new ArrayList<>();
        slo.onset().ifPresent(allowed -> compare("onset", first, allowed, misses));
        slo.turn().ifPresent(allowed -> compare("turn", whole, allowed, misses));
        if (slo.jitterP95Pct().isPresent() && onset.count() % ENOUGH == 0) {
            long jitter = Math.round(onset.jitterPct());
            if (jitter > slo.jitterP95Pct().getAsInt()) {
                misses.add(new Miss("jitter", jitter, slo.jitterP95Pct().getAsInt()));
            }
        }
        missed += misses.size();
        return misses;
    }

    private static void compare(String objective, Duration measured, Duration allowed, List<Miss> misses) {
        if (measured.compareTo(allowed) > 0) {
            misses.add(new Miss(objective, measured.toMillis(), allowed.toMillis()));
        }
    }

    public LatencyHistogram onset() {
        return onset;
    }

    public LatencyHistogram turn() {
        return turn;
    }

    public Slo slo() {
        return slo;
    }

    /** Objectives that were missed so far. */
    public long missed() {
        return missed;
    }
}
