package dev.agentos.domain.contract;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** Finds what was probably meant. */
final class Suggestions {
    private static final int LONGEST = 64;

    private Suggestions() {}

    /** {@code did you mean "x"?} for the nearest candidate that is near enough. */
    static Optional<String> didYouMean(String written, Collection<String> candidates) {
        return nearest(written, candidates).map(found -> "did you mean \"" + found + "\"?");
    }

    /** The candidate with the fewest typing errors: at most a third of its letters, and at least one is always forgiven. */
    static Optional<String> nearest(String written, Collection<String> candidates) {
        if (written.length() > LONGEST) {
            return Optional.empty();
        }
        String wanted = plain(written);
        record Scored(String candidate, int distance) {}
        return candidates.stream()
                .filter(candidate -> candidate.length() <= LONGEST)
                .map(candidate -> new Scored(candidate, errors(wanted, plain(candidate))))
                .filter(scored ->
                        scored.distance() <= Math.max(1, scored.candidate().length() / 3))
                .min(Comparator.comparingInt(Scored::distance).thenComparing(Scored::candidate))
                .map(Scored::candidate);
    }

    /** Typing errors; an abbreviation, or a word spelled out, counts as one. */
    private static int errors(String wanted, String candidate) {
        boolean abbreviated = Math.min(wanted.length(), candidate.length()) >= 3
                && (wanted.startsWith(candidate) || candidate.startsWith(wanted));
        int distance = distance(wanted, candidate);
        return abbreviated ? Math.min(1, distance) : distance;
    }

    /** Case and the choice of separator are no typing errors: {@code max-tokens} is {@code maxTokens}. */
    private static String plain(String text) {
        return text.toLowerCase(Locale.ROOT).replaceAll("[ _.-]", "");
    }

    /** Insertions, deletions, replacements and swaps of neighbours (optimal string alignment). */
    static int distance(String a, String b) {
        int[][] cost = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            cost[i][0] = i;
        }
        for (int j = 0; j <= b.length(); j++) {
            cost[0][j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            for (int j = 1; j <= b.length(); j++) {
                int replace = cost[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                cost[i][j] = Math.min(replace, Math.min(cost[i - 1][j], cost[i][j - 1]) + 1);
                boolean swapped =
                        i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
                if (swapped) {
                    cost[i][j] = Math.min(cost[i][j], cost[i - 2][j - 2] + 1);
                }
            }
        }
        return cost[a.length()][b.length()];
    }
}
