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

    /**
     * Decides after an end. The wait doubles with each attempt (exponential backoff) up to the rule's maximum.
     *
     * @param used restarts already made in a row
     */
    public static Decision decide(Supervision supervision, boolean failed, int used) {
        Supervision.Restart rule = supervision.restart();
        boolean wanted = switch (rule.policy()) {
            case NEVER -> false;
            case ON_FAILURE -> failed;
            case ALWAYS -> true;
        };
        if (!wanted) {
            return new Decision.Stay(failed);
        }
        if (used >= rule.max()) {
            return supervision.deadLetter()
                    ? new Decision.DeadLetter("ended again after " + used + " restarts")
                    : new Decision.Stay(failed);
        }
        Duration delay = rule.backoffMin().multipliedBy(1L << Math.min(used, 30));
        return new Decision.Restart(used + 1, delay.compareTo(rule.backoffMax()) > 0 ? rule.backoffMax() : delay);
    }
}
