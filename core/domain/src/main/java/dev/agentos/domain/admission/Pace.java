package dev.agentos.domain.admission;

/**
 * How fast a model was on this machine, without the time in which calls waited for their turn, and how its provider
 * shares itself: what admission knows of first tokens.
 *
 * @param provider whose slots the model's calls take
 * @param answers how many were measured; 0 for none
 * @param onsetMillis first token after its turn began, the median
 * @param onsetMillisP95 the same, 95 in a hundred
 * @param turnMillis a whole answer, the median
 * @param heldMillis the longest answer at the provider of somebody who can wait, or of anybody where nobody could
 * @param tokensPerSecond after the first token, the median
 * @param promptTokensPerSecond of prompts that were not read before, the median; 0 for unknown
 * @param slots answers at once
 * @param makesRoom whether an answer that can wait stops in the middle for one that cannot
 */
public record Pace(
        String provider,
        long answers,
        double onsetMillis,
        double onsetMillisP95,
        double turnMillis,
        double heldMillis,
        double tokensPerSecond,
        double promptTokensPerSecond,
        int slots,
        boolean makesRoom) {

    public Pace {
        if (slots < 1) {
            throw new IllegalArgumentException("a provider makes at least one answer at a time");
        }
    }

    boolean isMeasured() {
        return answers > 0 && onsetMillis > 0;
    }

    /** How long the only slot may be taken by an answer that is not interrupted; 0 where a slot is kept free. */
    double heldBefore() {
        return slots == 1 && !makesRoom ? heldMillis : 0;
    }

    /**
     * What comes before the model begins, for the middle one of all soft real-time agents when all of them ask at once:
     * the answer that is not interrupted, and the whole answers of those whose turn is before it. An answer of the first
     * class is not interrupted for another one.
     *
     * @param others admitted soft real-time agents at the same provider
     */
    double waitAmong(long others) {
        long rounds = others / 2 / slots;
        return heldBefore() + rounds * turnMillis;
    }
}
