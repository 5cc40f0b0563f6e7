package dev.agentos.domain.filter;

import dev.agentos.domain.filter.Reading.How;
import dev.agentos.domain.filter.Readings.Span;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Text in base64, hexadecimal, percent signs, HTML entities and escapes. What does not decode to text is left alone. */
final class Encodings {

    private static final int MIN_BASE64 = 20;
    private static final int MIN_PAIRS = 10;
    private static final int MIN_ESCAPES = 4;

    /** The head of a long run, which is looked at before the whole is decoded. */
    private static final int HEAD = 48;

    /** What an entity begins with: a number, or one of the names below. */
    private static final String ENTITIES = "#lgaqn";

    /** The signs of an entity that are looked at, from its first to the semicolon. */
    private static final int LONGEST_ENTITY = 11;

    private Encodings() {}

    /** @param most readings in the list, after which no more are looked for */
    static void find(String text, List<Span> out, int most) {
        runs(text, out, most);
        escapes(text, out, most);
    }

    // ------------------------------------------------------------------ base64 and hexadecimal

    private static void runs(String text, List<Span> out, int most) {
        int i = 0;
        while (i < text.length() && out.size() < most) {
            if (!isBase64(text.charAt(i))) {
                i++;
                continue;
            }
            int hexEnd = digit(text.charAt(i)) >= 0 ? hexRun(text, i) : i;
            if (hexEnd > i) {
                hex(text, i, hexEnd, out);
                i = hexEnd;
                continue;
            }
            int end = base64Run(text, i);
            if (end - i >= MIN_BASE64) {
                base64(text, i, end, out);
            }
            i = Math.max(end, i + 1);
        }
    }

    private static boolean isBase64(char c) {
        return Kinds.is(c, Kinds.BASE64);
    }

    /** A run of the alphabet, over line breaks where the lines are as long as encoders make them. */
    private static int base64Run(String text, int from) {
        int i = from;
        int line = from;
        while (i < text.length()) {
            char c = text.charAt(i);
            if (isBase64(c)) {
                i++;
            } else if (c == '\n' && i - line >= 60 && i + 1 < text.length() && isBase64(text.charAt(i + 1))) {
                line = ++i;
            } else {
                break;
            }
        }
        while (i < text.length() && text.charAt(i) == '=' && i - from < text.length()) {
            i++;
        }
        return i;
    }

    private static void base64(String text, int from, int to, List<Span> out) {
        String head = decodeBase64(text, from, Math.min(to, from + HEAD));
        if (!looksLikeText(head)) {
            return;
        }
        String whole = decodeBase64(text, from, to);
        if (looksLikeText(whole)) {
            out.add(new Span(How.BASE64, whole, from, to));
        }
    }

    private static String decodeBase64(String text, int from, int to) {
        byte[] bytes = new byte[(to - from) * 3 / 4 + 3];
        int length = 0;
        int bits = 0;
        int held = 0;
        for (int i = from; i < to; i++) {
            int value = sextet(text.charAt(i));
            if (value < 0) {
                continue;
            }
            bits = (bits << 6) | value;
            held += 6;
            if (held >= 8) {
                held -= 8;
                bytes[length++] = (byte) (bits >> held);
                bits &= (1 << held) - 1;
            }
        }
        return new String(bytes, 0, length, StandardCharsets.UTF_8);
    }

    private static int sextet(char c) {
        if (c >= 'A' && c <= 'Z') {
            return c - 'A';
        }
        if (c >= 'a' && c <= 'z') {
            return c - 'a' + 26;
        }
        if (c >= '0' && c <= '9') {
            return c - '0' + 52;
        }
        return c == '+' || c == '-' ? 62 : c == '/' || c == '_' ? 63 : -1;
    }

    /** Where a run of pairs of hexadecimal digits ends, in one of the usual ways to write it; {@code from} for none. */
    private static int hexRun(String text, int from) {
        int i = from;
        int pairs = 0;
        int end = from;
        while (i < text.length()) {
            if (text.startsWith("0x", i)) {
                i += 2;
            }
            if (i + 1 >= text.length() || digit(text.charAt(i)) < 0 || digit(text.charAt(i + 1)) < 0) {
                break;
            }
            pairs++;
            i += 2;
            end = i;
            while (i < text.length() && i - end < 2 && " :,\\x".indexOf(text.charAt(i)) >= 0) {
                i++;
            }
        }
        return pairs >= MIN_PAIRS ? end : from;
    }

    private static void hex(String text, int from, int to, List<Span> out) {
        byte[] bytes = new byte[(to - from) / 2 + 1];
        int length = 0;
        for (int i = from; i + 1 < to; ) {
            if (text.startsWith("0x", i)) {
                i += 2;
            } else if (digit(text.charAt(i)) < 0) {
                i++;
            } else {
                bytes[length++] = (byte) (digit(text.charAt(i)) * 16 + Math.max(0, digit(text.charAt(i + 1))));
                i += 2;
            }
        }
        String decoded = new String(bytes, 0, length, StandardCharsets.UTF_8);
        if (looksLikeText(decoded)) {
            out.add(new Span(How.HEX, decoded, from, to));
        }
    }

    private static int digit(char c) {
        if (c >= '0' && c <= '9') {
            return c - '0';
        }
        int letter = (c | 0x20) - 'a';
        return letter >= 0 && letter < 6 && c < 0x80 ? letter + 10 : -1;
    }

    /** Whether decoded bytes are words: nearly all letters and signs of sentences, with a space or two. */
    private static boolean looksLikeText(String text) {
        int good = 0;
        int spaces = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == ' ' || c == '\n') {
                spaces++;
                good++;
            } else if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= 0x80 && Character.isLetter(c))) {
                good++;
            } else if ((c >= '!' && c < 0x7F) || c == '\t' || c == '\r') {
                good++;
            }
        }
        return text.length() >= 8 && good >= text.length() * 0.93 && spaces >= text.length() / 40 + 1;
    }

    // ------------------------------------------------------------------ escapes

    private static void escapes(String text, List<Span> out, int most) {
        if (text.indexOf('%') < 0 && text.indexOf('&') < 0 && text.indexOf('\\') < 0) {
            return;
        }
        int from = 0;
        while (from < text.length() && out.size() < most) {
            int end = text.indexOf('\n', from);
            int line = end < 0 ? text.length() : end;
            int to = Math.min(line, from + Disguises.PIECE);
            if (isEscaped(text, from, to)) {
                line(text, from, to, out);
            }
            from = to == line ? to + 1 : to;
        }
    }

    /** Whether there may be enough escapes: each is a sign with what belongs to it. */
    private static boolean isEscaped(String text, int from, int to) {
        int count = 0;
        for (int i = from; i < to; i++) {
            char c = text.charAt(i);
            if ((c == '&' && i + 1 < to && ENTITIES.indexOf(text.charAt(i + 1)) >= 0)
                    || (c == '%' && i + 2 < to && pair(text, i + 1) >= 0)
                    || (c == '\\' && i + 1 < to && (text.charAt(i + 1) == 'u' || text.charAt(i + 1) == 'x'))) {
                count++;
                if (count >= MIN_ESCAPES) {
                    return true;
                }
            }
        }
        return false;
    }

    private static void line(String text, int from, int to, List<Span> out) {
        int[] counts = new int[3];
        StringBuilder decoded = new StringBuilder(to - from);
        ByteRun bytes = new ByteRun(decoded);
        int i = from;
        while (i < to) {
            char c = text.charAt(i);
            int percent = c == '%' && i + 2 < to ? pair(text, i + 1) : -1;
            if (percent >= 0) {
                counts[0]++;
                bytes.add(percent);
                i += 3;
                continue;
            }
            bytes.flush();
            int next = c == '&' ? entity(text, i, to, decoded) : c == '\\' ? escape(text, i, to, decoded) : i;
            if (next > i) {
                counts[c == '&' ? 1 : 2]++;
                i = next;
            } else {
                decoded.append(c);
                i++;
            }
        }
        bytes.flush();
        if (counts[0] + counts[1] + counts[2] >= MIN_ESCAPES) {
            How how = counts[0] >= counts[1] && counts[0] >= counts[2]
                    ? How.PERCENT
                    : counts[1] >= counts[2] ? How.ENTITIES : How.ESCAPES;
            out.add(new Span(how, decoded.toString(), from, to));
        }
    }

    /** Bytes that stand one after another and make characters together. */
    private static final class ByteRun {
        private final StringBuilder out;
        private byte[] bytes = new byte[16];
        private int length;

        ByteRun(StringBuilder out) {
            this.out = out;
        }

        void add(int value) {
            if (length == bytes.length) {
                bytes = java.util.Arrays.copyOf(bytes, length * 2);
            }
            bytes[length++] = (byte) value;
        }

        void flush() {
            if (length > 0) {
                out.append(new String(bytes, 0, length, StandardCharsets.UTF_8));
                length = 0;
            }
        }
    }

    private static int pair(String text, int at) {
        int high = digit(text.charAt(at));
        int low = digit(text.charAt(at + 1));
        return high < 0 || low < 0 ? -1 : high * 16 + low;
    }

    private static int entity(String text, int at, int to, StringBuilder out) {
        int from = at + 1;
        boolean number = from < to && text.charAt(from) == '#';
        int most = Math.min(to, at + LONGEST_ENTITY);
        int end = from;
        while (end < most && text.charAt(end) != ';') {
            end++;
        }
        if (end >= most) {
            return at;
        }
        int point = number ? number(text, from + 1, end) : named(text.substring(from, end));
        if (point <= 0) {
            return at;
        }
        if (point < 0x80) {
            out.append((char) point);
        } else {
            out.appendCodePoint(point);
        }
        return end + 1;
    }

    /** The code point of the digits between; -1 for none. */
    private static int number(String text, int from, int to) {
        boolean hex = from < to && (text.charAt(from) | 0x20) == 'x';
        int base = hex ? 16 : 10;
        int first = hex ? from + 1 : from;
        int point = first < to ? 0 : -1;
        for (int i = first; i < to && point >= 0; i++) {
            int digit = digit(text.charAt(i));
            // Nine signs hold no number that an int does not.
            point = digit < 0 || digit >= base ? -1 : point * base + digit;
        }
        return point >= 0 && Character.isValidCodePoint(point) ? point : -1;
    }

    private static int named(String name) {
        return switch (name) {
            case "lt" -> '<';
            case "gt" -> '>';
            case "amp" -> '&';
            case "quot" -> '"';
            case "apos" -> '\'';
            case "nbsp" -> ' ';
            default -> -1;
        };
    }

    private static int escape(String text, int at, int to, StringBuilder out) {
        if (at + 1 >= to) {
            return at;
        }
        int digits = text.charAt(at + 1) == 'u' ? 4 : text.charAt(at + 1) == 'x' ? 2 : 0;
        if (digits == 0 || at + 2 + digits > to) {
            return at;
        }
        int value = 0;
        for (int i = at + 2; i < at + 2 + digits; i++) {
            int digit = digit(text.charAt(i));
            if (digit < 0) {
                return at;
            }
            value = value * 16 + digit;
        }
        out.append((char) value);
        return at + 2 + digits;
    }
}
