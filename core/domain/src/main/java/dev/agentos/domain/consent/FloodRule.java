package dev.agentos.domain.consent;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * How much one agent may ask. A flood tires people until they allow; what is over the limit is refused and never shown.
 */
public final class FloodRule {

    /** So many asks of one agent may wait at once. */
    public static final int PENDING = 40;

    /** So many asks of one agent are put to a person within {@link #WINDOW}. */
    public static final int IN_WINDOW = 60;

    public static final Duration WINDOW = Duration.ofMinutes(1);

    /** Whether one more ask may be put to a person. */
    public sealed interface Verdict {
        record Admitted() implements Verdict {}

        record Limited(String reason) implements Verdict {}
    }

    private FloodRule() {}

    /**
     * Judges one more ask.
     *
     * @param pending how many asks of this agent wait
     * @param asked when this agent asked before, oldest first
     */
    public static Verdict judge(int pending, List<Instant> asked, Instant now) {
        if (pending >= PENDING) {
            return new Verdict.Limited(pending + " asks of this agent wait already");
        }
        Instant from = now.minus(WINDOW);
        long recent = asked.stream().filter(at -> at.isAfter(from)).count();
        if (recent >= IN_WINDOW) {
            return new Verdict.Limited(recent + " asks of this agent within " + WINDOW.toSeconds() + " seconds");
        }
        return new Verdict.Admitted();
    }
}
