package dev.agentos.domain.contract;

import java.time.Duration;
import java.util.Optional;

/**
 * How the service watches the agent, and what it does when the agent stops.
 *
 * @param heartbeat longest silence before the agent counts as hung, 100 ms to 1 h; absent: not watched
 * @param restart whether and how it is started again
 * @param deadLetter whether messages that it can no longer take are kept for a person
 */
public record Supervision(Optional<Duration> heartbeat, Restart restart, boolean deadLetter) {
    static final Duration MIN_HEARTBEAT = Duration.ofMillis(100);
    static final Duration MAX_HEARTBEAT = Duration.ofHours(1);

    /** Not watched, never restarted, letters kept. */
    public static final Supervision DEFAULT = new Supervision(Optional.empty(), Restart.NEVER, true);

    public Supervision {
        heartbeat.ifPresent(
                value -> FieldRules.within("supervision.heartbeat_ms", value, MIN_HEARTBEAT, MAX_HEARTBEAT));
    }

    /**
     * Restarts.
     *
     * @param policy when
     * @param max restarts before the supervisor gives up, 0 to 1000
     * @param backoffMin pause before the first restart; doubled for each further one; 1 ms to 1 h
     * @param backoffMax longest pause, 1 ms to 1 h
     */
    public record Restart(RestartPolicy policy, int max, Duration backoffMin, Duration backoffMax) {
        static final int MAX_RESTARTS = 1000;
        static final Duration MIN_BACKOFF = Duration.ofMillis(1);
        static final Duration MAX_BACKOFF = Duration.ofHours(1);

        /** Never; were the policy another: three times, from 200 ms to 10 s. */
        public static final Restart NEVER =
                new Restart(RestartPolicy.NEVER, 3, Duration.ofMillis(200), Duration.ofSeconds(10));

        public Restart {
            FieldRules.within("supervision.restart.max", max, 0, MAX_RESTARTS);
            FieldRules.within("supervision.restart.backoff_ms", backoffMin, MIN_BACKOFF, MAX_BACKOFF);
            FieldRules.within("supervision.restart.backoff_max_ms", backoffMax, MIN_BACKOFF, MAX_BACKOFF);
            Fault.refuse(order(backoffMin, backoffMax));
        }

        static Optional<Fault> order(Duration min, Duration max) {
            if (min.compareTo(max) > 0) {
                return Fault.of(
                        "backoff-order",
                        "backoff_ms (" + min.toMillis() + ") is longer than backoff_max_ms (" + max.toMillis() + ")",
                        "lower backoff_ms or raise backoff_max_ms");
            }
            return Optional.empty();
        }
    }
}
