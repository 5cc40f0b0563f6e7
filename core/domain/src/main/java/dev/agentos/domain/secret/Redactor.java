package dev.agentos.domain.secret;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Takes secret values out of texts: as they are, as JSON writes them, and in base64 (any alignment, both alphabets),
 * percent-encoding and hexadecimal. It knows these spellings and no others: a tool that answers with a value reversed,
 * compressed or split in two is not caught, which is why a value never goes where it can be read back.
 */
public final class Redactor {

    /** A shorter value would be found in ordinary text, and its removal would tell more than it hides. */
    public static final int MIN_BYTES = 8;

    /** A fragment of base64 shorter than this is no evidence of a secret. */
    private static final int MIN_SPELLING = 7;

    private static final String UNRESERVED = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";

    /** Redacts nothing. */
    public static final Redactor NONE = new Redactor(List.of());

    private record Spelling(String text, String replacement) {}

    private final List<Spelling> spellings;
    private final int longest;

    private Redactor(List<Spelling> spellings) {
        this.spellings = spellings.stream()
                // A longer spelling may hold a shorter one, and what is left of it would be a hint.
                .sorted(Comparator.comparingInt((Spelling s) -> s.text().length())
                        .reversed())
                .toList();
        this.longest = spellings.stream().mapToInt(s -> s.text().length()).max().orElse(0);
    }

    /** @param secrets values by name; UTF-8 texts or any bytes */
    public static Redactor of(Map<String, byte[]> secrets) {
        List<Spelling> all = new ArrayList<>();
        secrets.forEach((name, value) ->
                spellingsOf(value).forEach(text -> all.add(new Spelling(text, "[redacted secret " + name + "]"))));
        return new Redactor(all);
    }

    /** What a value looks like in the encodings that are known here. */
    static Set<String> spellingsOf(byte[] value) {
        Set<String> texts = new LinkedHashSet<>();
        if (value.length == 0) {
            return texts;
        }
        String plain = new String(value, StandardCharsets.UTF_8);
        texts.add(plain);
        texts.add(asInJson(plain));
        for (int alignment = 0; alignment < 3; alignment++) {
            texts.add(base64Core(value, alignment, Base64.getEncoder()));
            texts.add(base64Core(value, alignment, Base64.getUrlEncoder()));
        }
        HexFormat hex = HexFormat.of();
        texts.add(hex.formatHex(value));
        texts.add(hex.withUpperCase().formatHex(value));
        texts.add(hex.withDelimiter(":").formatHex(value));
        texts.add(hex.withDelimiter(" ").formatHex(value));
        for (boolean upper : new boolean[] {true, false}) {
            texts.add(percent(value, UNRESERVED, upper, false));
            texts.add(percent(value, UNRESERVED, upper, true));
            texts.add(percent(value, "", upper, false));
            // What encodeURI and most web servers leave as it is.
            texts.add(percent(value, UNRESERVED + "!*'();:@&=+$,/?#[]", upper, false));
        }
        texts.removeIf(text -> text.length() < MIN_SPELLING);
        return texts;
    }

    /** The characters of the base64 of a text that do not depend on what stands before and after the value. */
    private static String base64Core(byte[] value, int before, Base64.Encoder encoder) {
        byte[] padded = new byte[before + value.length];
        System.arraycopy(value, 0, padded, before, value.length);
        String encoded = encoder.withoutPadding().encodeToString(padded);
        int lead = before == 0 ? 0 : before + 1;
        int end = padded.length % 3 == 0 ? encoded.length() : encoded.length() - 1;
        return lead < end ? encoded.substring(lead, end) : "";
    }

    private static String percent(byte[] value, String kept, boolean upper, boolean plusForSpace) {
        HexFormat hex = upper ? HexFormat.of().withUpperCase() : HexFormat.of();
        StringBuilder out = new StringBuilder();
        for (byte octet : value) {
            char c = (char) (octet & 0xff);
            if (c < 128 && kept.indexOf(c) >= 0) {
                out.append(c);
            } else if (c == ' ' && plusForSpace) {
                out.append('+');
            } else {
                out.append('%').append(hex.toHexDigits(octet));
            }
        }
        return out.toString();
    }

    private static String asInJson(String text) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                default -> {
                    if (c < 0x20) {
                        out.append("\\u00").append(HexFormat.of().toHexDigits((byte) c));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        return out.toString();
    }

    public boolean isEmpty() {
        return spellings.isEmpty();
    }

    /** The text without any known spelling of a secret. */
    public String redact(String text) {
        String clean = text;
        for (Spelling spelling : spellings) {
            if (clean.contains(spelling.text())) {
                clean = clean.replace(spelling.text(), spelling.replacement());
            }
        }
        return clean;
    }

    /** Every text of a tree of maps, lists and plain values, names of fields included. */
    public Map<String, Object> redact(Map<String, Object> tree) {
        if (isEmpty()) {
            return tree;
        }
        Map<String, Object> clean = new LinkedHashMap<>();
        tree.forEach((name, value) -> put(clean, redact(name), value));
        return clean;
    }

    private void put(Map<String, Object> map, String name, @Nullable Object value) {
        Object clean = value(value);
        if (clean != null) {
            map.put(name, clean);
        }
    }

    private @Nullable Object value(@Nullable Object value) {
        return switch (value) {
            case null -> null;
            case String text -> redact(text);
            case byte[] bytes ->
                redact(new String(bytes, StandardCharsets.ISO_8859_1)).getBytes(StandardCharsets.ISO_8859_1);
            case Map<?, ?> map -> {
                Map<String, Object> clean = new LinkedHashMap<>();
                map.forEach((name, inner) -> put(clean, redact(String.valueOf(name)), inner));
                yield clean;
            }
            case List<?> items -> {
                List<Object> clean = new ArrayList<>();
                for (Object item : items) {
                    Object inner = value(item);
                    if (inner != null) {
                        clean.add(inner);
                    }
                }
                yield clean;
            }
            default -> value;
        };
    }

    /** A redaction of a text that comes in pieces: a value that is cut by a border between two of them is found. */
    public Stream stream() {
        return new Stream(this);
    }

    /** The state between two pieces: the end of the text so far that may be the beginning of a secret. */
    public static final class Stream {
        private final Redactor redactor;
        private String held = "";

        private Stream(Redactor redactor) {
            this.redactor = redactor;
        }

        /** What is certain to be clean after this piece; the rest is held back. */
        public String accept(String piece) {
            String text = redactor.redact(held + piece);
            int hold = Math.min(redactor.longest - 1, text.length());
            while (hold > 0 && !redactor.canBegin(text, text.length() - hold)) {
                hold--;
            }
            int end = Math.max(0, text.length() - Math.max(0, hold));
            held = text.substring(end);
            return text.substring(0, end);
        }

        /** The rest: the text is over, so what was held back is no secret. */
        public String finish() {
            String rest = held;
            held = "";
            return rest;
        }
    }

    /** Whether the text from here to its end is the beginning of a spelling. */
    private boolean canBegin(String text, int from) {
        int length = text.length() - from;
        for (Spelling spelling : spellings) {
            if (spelling.text().length() > length && spelling.text().regionMatches(0, text, from, length)) {
                return true;
            }
        }
        return false;
    }

    /** Overwrites a value that is not needed any more. */
    public static void wipe(byte[] value) {
        Arrays.fill(value, (byte) 0);
    }
}
