package dev.agentos.domain.schedule;

/**
 * The right of one agent to go before others: a bucket of turns that refills with time. Who has used it up waits like
 * anybody else, so that one soft real-time agent in a loop cannot starve the rest. Immutable.
 *
 * @param left turns that are left, at the time of {@code atNanos}
 */
public record BurstCredit(double left, long atNanos) {

    /**
     * How much there is.
     *
     * @param most turns that can be saved up
     * @param perSecond turns that come back in a second
     */
    public record Rate(double most, double perSecond) {
        /** Ten turns at once, and two a second for as long as it likes. */
        public static final Rate USUAL = new Rate(10, 2);

        public Rate {
            if (most < 1 || perSecond < 0) {
                throw new IllegalArgumentException("at least one turn");
            }
        }
    }

    /** A full bucket. */
    public static BurstCredit full(Rate rate, long nowNanos) {
        return new BurstCredit(rate.most(), nowNanos);
    }

    /** What is left now. */
    public double at(Rate rate, long nowNanos) {
        double seconds = Math.max(0, nowNanos - atNanos) / 1e9;
        return Math.min(rate.most(), left + seconds * rate.perSecond());
    }

    /** After one turn, where a whole one is left; otherwise as it was. */
    public BurstCredit spend(Rate rate, long nowNanos) {
        double now = at(rate, nowNanos);
        return now >= 1 ? new BurstCredit(now - 1, nowNanos) : new BurstCredit(now, nowNanos);
    }
}
