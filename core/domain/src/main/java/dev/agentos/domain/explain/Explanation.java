package dev.agentos.domain.explain;

/**
 * Why an operation is allowed or refused.
 *
 * @param answer {@code allowed}, {@code asks}, {@code refused} or {@code unknown}
 * @param why in words, with the error number a program sees
 * @param mechanism what enforces it, as the receipt names it; empty where nothing does
 * @param contractPath the field of the contract it rests on
 * @param next what to change; empty where nothing needs changing
 */
public record Explanation(String answer, String why, String mechanism, String contractPath, String next) {

    static Explanation allowed(String why, String mechanism, String contractPath) {
        return new Explanation("allowed", why, mechanism, contractPath, "");
    }

    static Explanation refused(String why, String mechanism, String contractPath, String next) {
        return new Explanation("refused", why, mechanism, contractPath, next);
    }

    static Explanation unknown(String why, String next) {
        return new Explanation("unknown", why, "", "", next);
    }
}
