package dev.agentos.domain.schedule;

import java.util.Arrays;

/**
 * The last measurements of one thing, in milliseconds, and their percentiles. It keeps the newest {@link #KEPT}; older
 * ones are forgotten, so what it says is of now. Not thread-safe.
 */
public final class LatencyHistogram {

    /** Measurements that are kept. */
    public static final int KEPT = 512;

    private final double[] values = new double[KEPT];
    private long count;

    public void add(double millis) {
        values[(int) (count++ % KEPT)] = millis;
    }

    /** How many there ever were. */
    public long count() {
        return count;
    }

    /** The value at a share of the sorted measurements, 0.5 for the median; 0 where there are none. */
    public double at(double share) {
        int kept = (int) Math.min(count, KEPT);
        if (kept == 0) {
            return 0;
        }
        double[] sorted = Arrays.copyOf(values, kept);
        Arrays.sort(sorted);
        return sorted[(int) Math.min(kept - 1L, Math.round(Math.ceil(share * kept)) - 1)];
    }

    /** How far the 95th percentile strays from the median, in percent of it: the jitter. */
    public double jitterPct() {
        double median = at(0.5);
        return median <= 0 ? 0 : (at(0.95) - median) / median * 100;
    }
}
