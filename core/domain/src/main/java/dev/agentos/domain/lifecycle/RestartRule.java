package dev.agentos.domain.lifecycle;

import dev.agentos.domain.contract.Supervision;
import java.time.Duration;

/** What to do when an incarnation has ended: pure, so every case is a test. */
public final class RestartRule {

    /** The decision after an end. */
    public sealed interface Decision {
        /** Start a new incarnation after {@code delay}; {@code attempt} counts from 1. */
        record Restart(int attempt, Duration delay) implements Decision {}

        /** It stays ended, as done or as failed. */
        record Stay(boolean failed) implements Decision {}

        /** Restarts are used up: keep it for a person. */
        record DeadLetter(String reason) implements Decision {}
    }

    private RestartRule() {}

    /** A run shorter than this never counts as healthy, however short the rule's waits are. */
    public static final Duration HEALTHY = Duration.ofSeconds(60);

    /**
     * How long a run must have lasted for the restarts before it to be forgotten: ten times the longest wait, and at
     * least {@link #HEALTHY}. An agent that fails once a day keeps being restarted; one that fails in a loop, however slow
     * the rule makes it, does not.
     */
    public static Duration healthyAfter(Supervision.Restart rule) {
        Duration waits = rule.backoffMax().multipliedBy(10);
        return waits.compareTo(HEALTHY) > 0 ? waits : HEALTHY;
    }

    /**
     * Decides after an end. The wait doubles with each attempt (exponential backoff) up to the rule's maximum; after a
     * healthy run ({@link #healthyAfter}) the count begins anew.
     *
     * @param usedBefore restarts already made in a row
     * @param ran how long the run that ended now had lasted
     */
    public static Decision decide(Supervision supervision, boolean failed, int usedBefore, Duration ran) {
        Supervision.Restart rule = supervision.restart();
        boolean wanted = switch (rule.policy()) {
            case NEVER -> false;
            case ON_FAILURE -> failed;
            case ALWAYS -> true;
        };
        if (!wanted) {
            return new Decision.Stay(failed);
        }
        int used = ran.compareTo(healthyAfter(rule)) >= 0 ? 0 : usedBefore;
        if (used >= rule.max()) {
            return supervision.deadLetter()
                    ? new Decision.DeadLetter("ended again after " + used + " restarts")
                    : new Decision.Stay(failed);
        }
        Duration delay = rule.backoffMin().multipliedBy(1L << Math.min(used, 30));
        return new Decision.Restart(used + 1, delay.compareTo(rule.backoffMax()) > 0 ? rule.backoffMax() : delay);
    }
}
