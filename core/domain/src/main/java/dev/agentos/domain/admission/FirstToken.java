package dev.agentos.domain.admission;

import java.util.Locale;
import java.util.Optional;

/** What is to be expected of the first token of one more soft real-time agent, with the figures in words. */
sealed interface FirstToken {

    /** It comes in time. */
    record InTime(String words) implements FirstToken {}

    /**
     * Nobody knows.
     *
     * @param help what would measure it
     */
    record Unmeasured(String words, String help) implements FirstToken {}

    /**
     * Half of them come later than they should.
     *
     * @param expected when they come, for example {@code 420 ms}
     * @param help what would change that
     */
    record Late(String expected, String words, String help) implements FirstToken {}

    /**
     * Judges it.
     *
     * @param pace how fast the model was; empty where nobody knows the model's provider
     * @param ledger knows the other agents of the class
     * @param aimMillis when the first token is promised
     */
    static FirstToken judge(String model, Optional<Pace> pace, Ledger ledger, long aimMillis) {
        if (pace.isEmpty() || !pace.get().isMeasured()) {
            return new Unmeasured(
                    "the first token of " + model
                            + " was not measured since agentd started, so nothing is known of the " + aimMillis
                            + " ms to it",
                    "agentctl model probe " + model + " measures it");
        }
        Pace known = pace.get();
        long others = ledger.urgentAt(known.provider());
        double wait = known.waitAmong(others);
        double expected = wait + known.onsetMillis();
        String words = words(model, known, others, expected);
        if (expected <= aimMillis) {
            return new InTime(words + ", within " + aimMillis + " ms" + prompts(known, aimMillis - wait));
        }
        return new Late(
                millis(expected),
                words,
                known.onsetMillis() > aimMillis
                        ? "raise slo.onset_ms, or allow a faster model"
                        : "raise slo.onset_ms, end another agent at " + known.provider() + ", or give it more slots");
    }

    private static String words(String model, Pace pace, long others, double expected) {
        StringBuilder words = new StringBuilder(model)
                .append(" gives its first token after ")
                .append(millis(pace.onsetMillis()))
                .append(" (95 in a hundred after ")
                .append(millis(pace.onsetMillisP95()))
                .append(", ")
                .append(pace.answers())
                .append(pace.answers() == 1 ? " answer" : " answers");
        if (pace.tokensPerSecond() > 0) {
            words.append(String.format(Locale.ROOT, ", %.0f tokens/s", pace.tokensPerSecond()));
        }
        words.append(')');
        if (pace.heldBefore() > 0) {
            words.append("; its only slot may be taken for an answer of ").append(millis(pace.heldBefore()));
        }
        if (others > 0) {
            words.append("; ")
                    .append(others)
                    .append(others == 1 ? " other SRT agent has " : " other SRT agents have ")
                    .append(pace.slots())
                    .append(pace.slots() == 1 ? " slot" : " slots")
                    .append(" there");
        }
        return expected > pace.onsetMillis()
                ? words.append(": about ").append(millis(expected)).toString()
                : words.toString();
    }

    /** How long prompts may be; nothing where nobody knows how fast they are read. */
    private static String prompts(Pace pace, double leftMillis) {
        return pace.promptTokensPerSecond() <= 0
                ? ""
                : String.format(Locale.ROOT, "; new prompts of up to about %d tokens", (long)
                        (leftMillis / 1000 * pace.promptTokensPerSecond()));
    }

    private static String millis(double millis) {
        return Math.round(millis) + " ms";
    }
}
