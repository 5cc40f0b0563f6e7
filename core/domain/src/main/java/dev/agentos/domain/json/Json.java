package dev.agentos.domain.json;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A strict reader of JSON (RFC 8259) with the limits of I-JSON (RFC 7493): duplicate names, lone surrogates and numbers
 * beyond a double are refused, and so is everything that only some readers accept.
 */
public final class Json {
    /** Arrays and objects inside each other, at most. */
    public static final int MAX_DEPTH = 64;

    /** UTF-16 units that {@link #parse(String)} reads, at most. */
    public static final int MAX_CHARS = 4 * 1024 * 1024;

    private final String text;
    private int at;

    private Json(String text) {
        this.text = text;
    }

    /**
     * Reads one JSON value of at most {@link #MAX_CHARS}.
     *
     * @return an unmodifiable {@code Map} in source order, an unmodifiable {@code List}, {@code String}, {@code Long} (an
     *     integer that fits), {@code Double} (any other number), {@code Boolean} or null
     * @throws JsonFormatException if the text is anything else
     */
    public static @Nullable Object parse(String text) throws JsonFormatException {
        return parse(text, MAX_CHARS);
    }

    /** As {@link #parse(String)}, reading at most {@code maxChars} UTF-16 units. */
    public static @Nullable Object parse(String text, int maxChars) throws JsonFormatException {
        if (text.length() > maxChars) {
            throw new JsonFormatException("the text is longer than " + maxChars + " characters", maxChars);
        }
        Json reader = new Json(text);
        Object value = reader.value(0);
        reader.skipSpace();
        if (reader.at < text.length()) {
            throw reader.unexpected("the end");
        }
        return value;
    }

    private @Nullable Object value(int depth) throws JsonFormatException {
        skipSpace();
        if (at >= text.length()) {
            throw unexpected("a value");
        }
        return switch (text.charAt(at)) {
            case '{' -> object(deeper(depth));
            case '[' -> array(deeper(depth));
            case '"' -> string();
            case 't' -> word("true", true);
            case 'f' -> word("false", false);
            case 'n' -> word("null", null);
            default -> number();
        };
    }

    private int deeper(int depth) throws JsonFormatException {
        if (depth == MAX_DEPTH) {
            throw new JsonFormatException("nested deeper than " + MAX_DEPTH, at);
        }
        return depth + 1;
    }

    private Map<String, @Nullable Object> object(int depth) throws JsonFormatException {
        Map<String, @Nullable Object> members = new LinkedHashMap<>();
        at++;
        if (nextIs('}')) {
            return Collections.unmodifiableMap(members);
        }
        do {
            skipSpace();
            int nameAt = at;
            if (at >= text.length() || text.charAt(at) != '"') {
                throw unexpected("a name in quotes");
            }
            String name = string();
            if (members.containsKey(name)) {
                throw new JsonFormatException("the name \"" + name + "\" appears twice", nameAt);
            }
            if (!nextIs(':')) {
                throw unexpected("':'");
            }
            members.put(name, value(depth));
        } while (nextIs(','));
        if (!nextIs('}')) {
            throw unexpected("',' or '}'");
        }
        return Collections.unmodifiableMap(members);
    }

    private List<@Nullable Object> array(int depth) throws JsonFormatException {
        List<@Nullable Object> items = new ArrayList<>();
        at++;
        if (nextIs(']')) {
            return Collections.unmodifiableList(items);
        }
        do {
            items.add(value(depth));
        } while (nextIs(','));
        if (!nextIs(']')) {
            throw unexpected("',' or ']'");
        }
        return Collections.unmodifiableList(items);
    }

    private String string() throws JsonFormatException {
        int start = at++;
        StringBuilder out = new StringBuilder();
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c == '"') {
                at++;
                int lone = CanonicalJson.loneSurrogate(out);
                if (lone >= 0) {
                    throw new JsonFormatException("half of a surrogate pair in a string", start);
                }
                return out.toString();
            }
            if (c < 0x20) {
                throw new JsonFormatException("a control character must be escaped", at);
            }
            out.append(c == '\\' ? escape() : c);
            at++;
        }
        throw unexpected("'\"'");
    }

    /** Reads the escape that starts at the backslash and stops on its last character. */
    private char escape() throws JsonFormatException {
        at++;
        if (at >= text.length()) {
            throw unexpected("an escape");
        }
        return switch (text.charAt(at)) {
            case '"' -> '"';
            case '\\' -> '\\';
            case '/' -> '/';
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> unicode();
            default -> throw unexpected("an escape");
        };
    }

    private char unicode() throws JsonFormatException {
        int code = 0;
        for (int i = 0; i < 4; i++) {
            at++;
            int digit = at < text.length() ? hexDigit(text.charAt(at)) : -1;
            if (digit < 0) {
                throw unexpected("four hexadecimal digits");
            }
            code = code * 16 + digit;
        }
        return (char) code;
    }

    private static int hexDigit(char c) {
        return c < 0x80 ? Character.digit(c, 16) : -1;
    }

    private @Nullable Object word(String word, @Nullable Object value) throws JsonFormatException {
        if (!text.startsWith(word, at)) {
            throw unexpected("a value");
        }
        at += word.length();
        return value;
    }

    private Object number() throws JsonFormatException {
        int start = at;
        if (at < text.length() && text.charAt(at) == '-') {
            at++;
        }
        int first = at;
        digits("a value");
        if (text.charAt(first) == '0' && at > first + 1) {
            throw new JsonFormatException("a number must not start with 0", first);
        }
        boolean whole = true;
        if (at < text.length() && text.charAt(at) == '.') {
            at++;
            digits("a digit");
            whole = false;
        }
        if (at < text.length() && (text.charAt(at) | 0x20) == 'e') {
            at++;
            if (at < text.length() && (text.charAt(at) == '+' || text.charAt(at) == '-')) {
                at++;
            }
            digits("a digit");
            whole = false;
        }
        String literal = text.substring(start, at);
        // 18 digits always fit in a long; longer ones are tried, since -2^63 to 2^63-1 has 19.
        if (whole && literal.length() <= 20) {
            try {
                return Long.parseLong(literal);
            } catch (NumberFormatException beyondLong) {
                return Double.parseDouble(literal);
            }
        }
        double number = Double.parseDouble(literal);
        if (Double.isInfinite(number)) {
            throw new JsonFormatException("the number is too large", start);
        }
        return number;
    }

    private void digits(String wanted) throws JsonFormatException {
        int start = at;
        while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
            at++;
        }
        if (at == start) {
            throw unexpected(wanted);
        }
    }

    private boolean nextIs(char wanted) {
        skipSpace();
        if (at < text.length() && text.charAt(at) == wanted) {
            at++;
            return true;
        }
        return false;
    }

    private void skipSpace() {
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c != ' ' && c != '\t' && c != '\n' && c != '\r') {
                return;
            }
            at++;
        }
    }

    private JsonFormatException unexpected(String wanted) {
        String found = at < text.length() ? "'" + Character.toString(text.codePointAt(at)) + "'" : "the end";
        return new JsonFormatException("expected " + wanted + ", found " + found, at);
    }
}
