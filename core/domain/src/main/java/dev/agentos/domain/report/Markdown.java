package dev.agentos.domain.report;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Locale;

/** Text from outside as one cell or one line of Markdown, and numbers as people read them. */
final class Markdown {

    private Markdown() {}

    /** A text that cannot end a cell, begin a tag or make a link. */
    static String cell(String text) {
        StringBuilder out = new StringBuilder();
        text.strip().codePoints().limit(161).forEach(point -> {
            switch (point) {
                case '|', '\\', '`', '*', '_', '[', ']', '<', '>', '#' ->
                    out.append('\\').appendCodePoint(point);
                case '\n', '\r', '\t' -> out.append(' ');
                default -> {
                    int type = Character.getType(point);
                    boolean hidden =
                            type == Character.CONTROL || type == Character.FORMAT || type == Character.SURROGATE;
                    if (hidden) {
                        out.append(String.format(Locale.ROOT, "\\\\u%04x", point));
                    } else {
                        out.appendCodePoint(point);
                    }
                }
            }
        });
        return text.codePointCount(0, text.length()) > 161 ? out + "…" : out.toString();
    }

    /** A code span of any text. */
    static String code(String text) {
        StringBuilder out = new StringBuilder();
        text.codePoints().limit(240).forEach(point -> {
            int type = Character.getType(point);
            if (point == '`') {
                out.append('\'');
            } else if (point == '\t') {
                out.append(' ');
            } else if (type == Character.CONTROL || type == Character.FORMAT || type == Character.SURROGATE) {
                out.append(String.format(Locale.ROOT, "\\u%04x", point));
            } else {
                out.appendCodePoint(point);
            }
        });
        return "`" + (text.codePointCount(0, text.length()) > 240 ? out + "…" : out) + "`";
    }

    /** At most six significant digits, thousands set apart. */
    static String number(double value) {
        if (value == 0) {
            return "0";
        }
        BigDecimal exact = BigDecimal.valueOf(value);
        BigDecimal rounded = Math.abs(value) >= 100_000
                ? exact.setScale(0, RoundingMode.HALF_EVEN)
                : exact.round(new MathContext(6, RoundingMode.HALF_EVEN));
        BigDecimal plain = rounded.stripTrailingZeros();
        int decimals = Math.max(0, plain.scale());
        // Money and the like read better with both decimals or none.
        return String.format(Locale.ROOT, "%,." + (decimals == 1 ? 2 : Math.min(decimals, 6)) + "f", plain);
    }

    static String percent(double part, double whole) {
        return whole == 0 ? "–" : String.format(Locale.ROOT, "%.1f %%", 100 * part / whole);
    }

    static String count(long count, String noun) {
        return String.format(Locale.ROOT, "%,d %s%s", count, noun, count == 1 ? "" : "s");
    }
}
