package dev.agentos.domain.filter;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Finds personal data and keys in a text that goes out or is kept. It knows forms and checksums, not people: a name or a
 * street is not found.
 */
public final class Disclosures {

    /** What was found. */
    public enum Kind {
        EMAIL("e-mail address"),
        PHONE("phone number"),
        IBAN("IBAN"),
        CARD("card number"),
        KEY("key");

        private final String words;

        Kind(String words) {
            this.words = words;
        }

        public String words() {
            return words;
        }
    }

    /** Where it stands. */
    public record Found(Kind kind, int from, int to) {}

    private static final List<String> KEY_BEGINNINGS = List.of(
            "AKIA",
            "ASIA",
            "ghp_",
            "gho_",
            "ghs_",
            "github_pat_",
            "glpat-",
            "sk-",
            "sk_live_",
            "rk_live_",
            "xoxb-",
            "xoxp-",
            "AIza",
            "eyJ",
            "hf_",
            "npm_",
            "pypi-");

    private static final int MIN_KEY = 20;

    private Disclosures() {}

    /** Everything found, in order, without overlaps. */
    public static List<Found> in(String text) {
        List<Found> found = new ArrayList<>();
        int i = 0;
        while (i < text.length()) {
            Found next = at(text, i);
            if (next == null) {
                i = afterWord(text, i);
            } else {
                found.add(next);
                i = next.to();
            }
        }
        return found;
    }

    /** The text with what was found replaced by what it was. */
    public static String redact(String text) {
        List<Found> found = in(text);
        if (found.isEmpty()) {
            return text;
        }
        StringBuilder out = new StringBuilder(text.length());
        int from = 0;
        for (Found one : found) {
            out.append(text, from, one.from())
                    .append("[redacted ")
                    .append(one.kind().words())
                    .append(']');
            from = one.to();
        }
        return out.append(text, from, text.length()).toString();
    }

    /** Where the next word may begin: numbers and names begin only where no letter or digit stands before them. */
    private static int afterWord(String text, int i) {
        if (!isWord(text.charAt(i))) {
            return i + 1;
        }
        int end = i;
        while (end < text.length() && isWord(text.charAt(end))) {
            end++;
        }
        return end;
    }

    private static boolean isWord(char c) {
        return Character.isLetterOrDigit(c) || c == '_';
    }

    private static @org.jspecify.annotations.Nullable Found at(String text, int i) {
        char c = text.charAt(i);
        if (c == '-' && text.startsWith("-----BEGIN ", i)) {
            return pem(text, i);
        }
        if (!Character.isLetterOrDigit(c) && c != '+' && c != '(') {
            return null;
        }
        Found email = email(text, i);
        if (email != null) {
            return email;
        }
        Found key = key(text, i);
        if (key != null) {
            return key;
        }
        return Character.isLetter(c) ? iban(text, i) : number(text, i);
    }

    private static @org.jspecify.annotations.Nullable Found pem(String text, int i) {
        int line = Math.min(text.length(), i + 64);
        if (!text.substring(i, line).contains("PRIVATE KEY")) {
            return null;
        }
        int end = text.indexOf("-----END ", i);
        int to = end < 0
                ? text.length()
                : Math.min(text.length(), text.indexOf('\n', end) < 0 ? text.length() : text.indexOf('\n', end));
        return new Found(Kind.KEY, i, to);
    }

    private static @org.jspecify.annotations.Nullable Found email(String text, int from) {
        int i = from;
        int limit = Math.min(text.length(), from + 65);
        while (i < limit && (isWord(text.charAt(i)) || ".+-%".indexOf(text.charAt(i)) >= 0)) {
            i++;
        }
        if (i == from || i >= limit || text.charAt(i) != '@') {
            return null;
        }
        int host = i + 1;
        int end = host;
        int limitHost = Math.min(text.length(), host + 254);
        while (end < limitHost
                && (Character.isLetterOrDigit(text.charAt(end))
                        || text.charAt(end) == '-'
                        || text.charAt(end) == '.')) {
            end++;
        }
        while (end > host && (text.charAt(end - 1) == '.' || text.charAt(end - 1) == '-')) {
            end--;
        }
        int dot = text.lastIndexOf('.', end - 1);
        return dot > host && end - dot > 2 ? new Found(Kind.EMAIL, from, end) : null;
    }

    private static @org.jspecify.annotations.Nullable Found key(String text, int from) {
        for (String beginning : KEY_BEGINNINGS) {
            if (text.startsWith(beginning, from)) {
                int end = from;
                while (end < text.length()
                        && (isWord(text.charAt(end)) || text.charAt(end) == '-' || text.charAt(end) == '.')) {
                    end++;
                }
                while (end > from && text.charAt(end - 1) == '.') {
                    end--;
                }
                boolean digits = text.substring(from, end).chars().anyMatch(Character::isDigit);
                if (end - from >= MIN_KEY && digits) {
                    return new Found(Kind.KEY, from, end);
                }
            }
        }
        return null;
    }

    /** Two letters, two digits, and up to thirty more in groups, with a remainder of one (ISO 13616, ISO 7064). */
    private static @org.jspecify.annotations.Nullable Found iban(String text, int from) {
        StringBuilder compact = new StringBuilder(34);
        int i = from;
        int end = from;
        while (i < text.length() && compact.length() <= 34) {
            char c = text.charAt(i);
            if (c == ' ' && compact.length() >= 4 && compact.length() % 4 == 0) {
                i++;
                continue;
            }
            boolean fits = compact.length() < 2
                    ? c >= 'A' && c <= 'Z'
                    : compact.length() < 4 ? c >= '0' && c <= '9' : (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z');
            if (!fits) {
                break;
            }
            compact.append(c);
            end = ++i;
            if (compact.length() >= 15 && (i >= text.length() || !isWord(text.charAt(i))) && isIban(compact)) {
                return new Found(Kind.IBAN, from, end);
            }
        }
        return null;
    }

    static boolean isIban(CharSequence compact) {
        if (compact.length() < 15 || compact.length() > 34) {
            return false;
        }
        int remainder = 0;
        for (int i = 0; i < compact.length(); i++) {
            int value = Character.digit(compact.charAt((i + 4) % compact.length()), 36);
            remainder = value > 9 ? (remainder * 100 + value) % 97 : (remainder * 10 + value) % 97;
        }
        return remainder == 1;
    }

    /** Digits in groups: a card by its checksum (ISO/IEC 7812), else a phone number where it is written as one. */
    private static @org.jspecify.annotations.Nullable Found number(String text, int from) {
        StringBuilder digits = new StringBuilder();
        int i = from;
        int end = from;
        int groups = 0;
        boolean plus = text.charAt(from) == '+';
        boolean inGroup = false;
        if (plus) {
            i++;
        }
        while (i < text.length() && digits.length() <= 19) {
            char c = text.charAt(i);
            if (c >= '0' && c <= '9') {
                groups += inGroup ? 0 : 1;
                inGroup = true;
                digits.append(c);
                end = i + 1;
            } else if ((c == ' ' || c == '-' || c == '(' || c == ')' || c == '/' || c == '.') && i - end < 2) {
                inGroup = false;
            } else {
                break;
            }
            i++;
        }
        if (end < text.length() && isWord(text.charAt(end))) {
            return null;
        }
        String number = digits.toString();
        if (!plus && isCardShaped(number.length(), groups) && isCard(number)) {
            return new Found(Kind.CARD, from, end);
        }
        if (from > 1 && isDigit(text.charAt(from - 2)) && " -".indexOf(text.charAt(from - 1)) >= 0) {
            // The rest of a longer number, which is something else.
            return null;
        }
        boolean international = plus && number.length() >= 8 && number.length() <= 15;
        boolean national = (number.startsWith("0") || text.charAt(from) == '(' || isAmerican(text, from, end))
                && number.length() >= 9
                && number.length() <= 12
                && groups >= 2
                && !text.substring(from, end).contains(".");
        return international || national ? new Found(Kind.PHONE, from, end) : null;
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private static boolean isAmerican(String text, int from, int end) {
        return end - from == 12 && text.charAt(from + 3) == '-' && text.charAt(from + 7) == '-';
    }

    /** In one piece, or in the groups that are printed on cards. */
    private static boolean isCardShaped(int digits, int groups) {
        return (groups == 1 && digits >= 13 && digits <= 19)
                || (groups == 4 && digits == 16)
                || (groups == 3 && (digits == 14 || digits == 15))
                || (groups == 5 && digits == 19);
    }

    static boolean isCard(String digits) {
        int sum = 0;
        for (int i = 0; i < digits.length(); i++) {
            int digit = digits.charAt(digits.length() - 1 - i) - '0';
            if (i % 2 == 1) {
                digit = digit * 2 > 9 ? digit * 2 - 9 : digit * 2;
            }
            sum += digit;
        }
        return sum % 10 == 0 && digits.chars().distinct().count() > 1 && "3456".indexOf(digits.charAt(0)) >= 0;
    }

    /** The kinds that stand in a text, as words; for an event, which never holds the data itself. */
    public static List<String> kindsIn(String text) {
        return in(text).stream()
                .map(found -> found.kind().name().toLowerCase(Locale.ROOT))
                .distinct()
                .toList();
    }
}
