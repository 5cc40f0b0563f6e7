package dev.agentos.domain.contract;

import java.time.Duration;

/**
 * What happens to a question to a person.
 *
 * @param unattended what it does while nobody is there
 * @param maxWait how long it may wait, 1 s to 30 days; then it counts as refused
 */
public record Consent(Unattended unattended, Duration maxWait) {
    static final Duration MIN_WAIT = Duration.ofSeconds(1);
    static final Duration MAX_WAIT = Duration.ofDays(30);

    /** Wait, a day at most. */
    public static final Consent DEFAULT = new Consent(Unattended.WAIT, Duration.ofHours(24));

    public Consent {
        FieldRules.within("consent.max_wait", maxWait, MIN_WAIT, MAX_WAIT);
    }
}
