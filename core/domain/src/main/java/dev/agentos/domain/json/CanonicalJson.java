package dev.agentos.domain.json;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The JSON Canonicalization Scheme, RFC 8785: one value, one sequence of bytes. Members are sorted by the UTF-16 units of
 * their names, numbers are written as ECMAScript writes them, nothing is escaped that need not be.
 */
public final class CanonicalJson {
    /** Every integer up to here is a double's, and ECMAScript writes it without an exponent. */
    private static final long MAX_EXACT = 1L << 53;

    private CanonicalJson() {}

    /**
     * Writes a value of maps, lists (any {@link Iterable}), strings, numbers, booleans and nulls.
     *
     * @throws IllegalArgumentException for a value that canonical JSON cannot carry: NaN, an infinity, an integer or
     *     decimal that a double does not hold, half of a surrogate pair, a name that is no string, any other type, or a
     *     depth above {@link Json#MAX_DEPTH}
     */
    public static String write(@Nullable Object value) {
        StringBuilder out = new StringBuilder();
        value(value, out, 0);
        return out.toString();
    }

    /** The UTF-8 bytes of {@link #write(Object)}: what is hashed and signed. */
    public static byte[] bytes(@Nullable Object value) {
        return write(value).getBytes(StandardCharsets.UTF_8);
    }

    private static void value(@Nullable Object value, StringBuilder out, int depth) {
        switch (value) {
            case null -> out.append("null");
            case Map<?, ?> map -> object(map, out, deeper(depth));
            case Iterable<?> items -> array(items, out, deeper(depth));
            case String text -> string(text, out);
            case Boolean truth -> out.append(truth.booleanValue());
            case Number number -> out.append(number(number));
            default ->
                throw new IllegalArgumentException(
                        "canonical JSON has no " + value.getClass().getName());
        }
    }

    private static int deeper(int depth) {
        if (depth == Json.MAX_DEPTH) {
            throw new IllegalArgumentException("nested deeper than " + Json.MAX_DEPTH);
        }
        return depth + 1;
    }

    private static void object(Map<?, ?> map, StringBuilder out, int depth) {
        String[] names = new String[map.size()];
        int count = 0;
        for (Object name : map.keySet()) {
            if (!(name instanceof String text)) {
                throw new IllegalArgumentException("a name in canonical JSON must be a string");
            }
            names[count++] = text;
        }
        // String.compareTo compares UTF-16 units, which is the order that RFC 8785 section 3.2.3 asks for.
        Arrays.sort(names);
        out.append('{');
        for (int i = 0; i < names.length; i++) {
            if (i > 0) {
                out.append(',');
            }
            string(names[i], out);
            out.append(':');
            value(map.get(names[i]), out, depth);
        }
        out.append('}');
    }

    private static void array(Iterable<?> items, StringBuilder out, int depth) {
        out.append('[');
        boolean first = true;
        for (Object item : items) {
            if (!first) {
                out.append(',');
            }
            first = false;
            value(item, out, depth);
        }
        out.append(']');
    }

    private static void string(String text, StringBuilder out) {
        out.append('"');
        // Almost every text needs no escape and is appended whole.
        int plain = plainUntil(text, 0);
        if (plain == text.length()) {
            out.append(text);
        } else {
            escaped(text, plain, out);
        }
        out.append('"');
    }

    private static void escaped(String text, int firstSpecial, StringBuilder out) {
        if (loneSurrogate(text) >= 0) {
            throw new IllegalArgumentException("half of a surrogate pair in a string");
        }
        int from = 0;
        int special = firstSpecial;
        while (special < text.length()) {
            out.append(text, from, special);
            escape(text.charAt(special), out);
            from = special + 1;
            special = plainUntil(text, from);
        }
        out.append(text, from, text.length());
    }

    /** Where the first character stands that is escaped or half of a pair; the length where there is none. */
    private static int plainUntil(String text, int from) {
        int at = from;
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c < 0x20 || c == '"' || c == '\\' || Character.isSurrogate(c)) {
                return at;
            }
            at++;
        }
        return at;
    }

    private static void escape(char c, StringBuilder out) {
        switch (c) {
            case '"' -> out.append("\\\"");
            case '\\' -> out.append("\\\\");
            case '\b' -> out.append("\\b");
            case '\f' -> out.append("\\f");
            case '\n' -> out.append("\\n");
            case '\r' -> out.append("\\r");
            case '\t' -> out.append("\\t");
            default -> {
                if (c < 0x20) {
                    out.append("\\u00").append(Character.forDigit(c >> 4, 16)).append(Character.forDigit(c & 15, 16));
                } else {
                    out.append(c);
                }
            }
        }
    }

    /** Index of the first surrogate without its other half, or -1. */
    static int loneSurrogate(CharSequence text) {
        int i = 0;
        while (i < text.length()) {
            char c = text.charAt(i);
            if (!Character.isSurrogate(c)) {
                i++;
                continue;
            }
            if (Character.isLowSurrogate(c)
                    || i + 1 == text.length()
                    || !Character.isLowSurrogate(text.charAt(i + 1))) {
                return i;
            }
            i += 2;
        }
        return -1;
    }

    private static String number(Number number) {
        return switch (number) {
            case Double d -> number(d.doubleValue());
            case Float f -> number(f.doubleValue());
            case BigDecimal d -> exact(d);
            case BigInteger i -> exact(new BigDecimal(i));
            case Long l -> -MAX_EXACT <= l && l <= MAX_EXACT ? Long.toString(l) : exact(BigDecimal.valueOf(l));
            case Integer i -> Integer.toString(i);
            case Short s -> Short.toString(s);
            case Byte b -> Byte.toString(b);
            default ->
                throw new IllegalArgumentException(
                        "canonical JSON has no " + number.getClass().getName());
        };
    }

    /**
     * Writes a decimal that a double carries without changing it: the double's exact value, or the shortest text that
     * stands for it. Any other would silently become a neighbour.
     */
    private static String exact(BigDecimal value) {
        double nearest = value.doubleValue();
        if (!Double.isFinite(nearest)) {
            throw new IllegalArgumentException("a number beyond a double: " + value);
        }
        String text = number(nearest);
        if (new BigDecimal(text).compareTo(value) != 0 && new BigDecimal(nearest).compareTo(value) != 0) {
            throw new IllegalArgumentException("a number that a double cannot hold: " + value);
        }
        return text;
    }

    /**
     * A number as ECMAScript's Number::toString writes it (ECMA-262 section 6.1.6.1.20), which RFC 8785 section 3.2.2.3
     * prescribes.
     *
     * @throws IllegalArgumentException for NaN and the infinities
     */
    public static String number(double value) {
        if (!Double.isFinite(value)) {
            throw new IllegalArgumentException("JSON has no " + value);
        }
        if (value == 0) {
            return "0";
        }
        BigDecimal shortest = shortest(Math.abs(value));
        String digits = shortest.unscaledValue().toString();
        int count = digits.length();
        int point = count - shortest.scale();
        StringBuilder out = new StringBuilder(value < 0 ? "-" : "");
        if (count <= point && point <= 21) {
            return out.append(digits).repeat('0', point - count).toString();
        }
        if (0 < point && point <= 21) {
            return out.append(digits, 0, point)
                    .append('.')
                    .append(digits, point, count)
                    .toString();
        }
        if (-6 < point && point <= 0) {
            return out.append("0.").repeat('0', -point).append(digits).toString();
        }
        out.append(digits.charAt(0));
        if (count > 1) {
            out.append('.').append(digits, 1, count);
        }
        return out.append('e')
                .append(point > 0 ? '+' : '-')
                .append(Math.abs(point - 1))
                .toString();
    }

    /**
     * The decimal with the fewest digits that reads back as this double. {@link Double#toString(double)} finds it, except
     * that it never gives one digit where two are closer (4.9E-324, where ECMAScript has 5e-324).
     */
    private static BigDecimal shortest(double positive) {
        BigDecimal found = new BigDecimal(Double.toString(positive)).stripTrailingZeros();
        if (found.precision() == 2) {
            BigDecimal one = new BigDecimal(positive).round(new MathContext(1));
            if (one.doubleValue() == positive) {
                return one;
            }
        }
        return found;
    }
}
