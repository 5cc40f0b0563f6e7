package dev.agentos.domain.policy;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Set;

/**
 * Two ways to compare texts. Strict is for trust: nothing but case, composition and the amount of white space is
 * forgiven, so a look-alike of a trusted value is not that value. Loose is for suspicion: encodings, look-alikes,
 * hidden characters and punctuation are all forgiven, so a disguise does not hide where a value came from.
 */
final class Spelling {

    /** Shorter texts say nothing loosely: they occur everywhere. */
    static final int MIN_LOOSE = 3;

    private static final int MAX_DECODED = 64 * 1024;

    /** Letters of other scripts that are drawn like Latin ones, in pairs. */
    private static final String LOOK_ALIKES =
            "аaеeоoрpсcуyхxіiјjѕsԁdһhԛqԝwνvαaοoρpκkτtυuιiηnωwεeβbмmтtкkнhвbзɜ" + "ɡgıiʟlℓl";

    private Spelling() {}

    /** For trust. */
    static String strict(String text) {
        String composed = Normalizer.normalize(text, Normalizer.Form.NFC);
        StringBuilder out = new StringBuilder(composed.length());
        boolean gap = false;
        for (int i = 0; i < composed.length(); ) {
            int point = composed.codePointAt(i);
            i += Character.charCount(point);
            if (Character.isWhitespace(point) || Character.isSpaceChar(point)) {
                gap = true;
            } else {
                if (gap && !out.isEmpty()) {
                    out.append(' ');
                }
                gap = false;
                out.appendCodePoint(point);
            }
        }
        return out.toString().toLowerCase(Locale.ROOT);
    }

    /** For suspicion: letters and digits alone, look-alikes as Latin, digits of every script as ASCII. */
    static String loose(String text) {
        String plain = Normalizer.normalize(text, Normalizer.Form.NFKD).toLowerCase(Locale.ROOT);
        StringBuilder out = new StringBuilder(plain.length());
        for (int i = 0; i < plain.length(); ) {
            int point = plain.codePointAt(i);
            i += Character.charCount(point);
            if (Character.isDigit(point)) {
                out.append((char) ('0' + Character.digit(point, 10)));
            } else if (Character.isLetter(point)) {
                out.appendCodePoint(latin(point));
            }
        }
        return out.toString();
    }

    private static int latin(int point) {
        if (point < 0x80) {
            return point;
        }
        for (int i = 0; i + 1 < LOOK_ALIKES.length(); i += 2) {
            if (LOOK_ALIKES.charAt(i) == point) {
                return LOOK_ALIKES.charAt(i + 1);
            }
        }
        return point;
    }

    /** The text and what it says when it is decoded: percent, Base64, hexadecimal, and these within each other once. */
    static Set<String> readings(String text) {
        Set<String> readings = new LinkedHashSet<>();
        readings.add(text);
        for (int round = 0; round < 2; round++) {
            for (String known : Set.copyOf(readings)) {
                decoded(known, readings);
            }
        }
        return readings;
    }

    /** Every well-formed {@code %XX} decoded; a malformed one stays as it is, so that it cannot shield its neighbours. */
    private static String percentDecoded(String text) {
        byte[] in = text.getBytes(StandardCharsets.UTF_8);
        byte[] out = new byte[in.length];
        int length = 0;
        for (int i = 0; i < in.length; i++) {
            boolean escape = in[i] == '%'
                    && i + 2 < in.length
                    && HexFormat.isHexDigit(in[i + 1])
                    && HexFormat.isHexDigit(in[i + 2]);
            out[length++] = escape
                    ? (byte) (HexFormat.fromHexDigit(in[i + 1]) << 4 | HexFormat.fromHexDigit(in[i + 2]))
                    : in[i];
            i += escape ? 2 : 0;
        }
        return new String(out, 0, length, StandardCharsets.UTF_8);
    }

    private static void decoded(String text, Set<String> out) {
        if (text.length() > MAX_DECODED) {
            return;
        }
        if (text.indexOf('%') >= 0) {
            out.add(percentDecoded(text));
        }
        String packed = text.replaceAll("\\s", "");
        if (packed.length() >= 8 && packed.matches("[A-Za-z0-9+/_-]+={0,2}")) {
            bytes(() -> Base64.getDecoder().decode(packed.replace('-', '+').replace('_', '/')), out);
        }
        if (packed.length() >= 8 && packed.length() % 2 == 0 && packed.matches("[0-9A-Fa-f]+")) {
            bytes(() -> HexFormat.of().parseHex(packed), out);
        }
    }

    private interface Decoder {
        byte[] decode();
    }

    private static void bytes(Decoder decoder, Set<String> out) {
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(decoder.decode()))
                    .toString();
            if (text.chars().noneMatch(c -> c < ' ' && c != '\n' && c != '\t' && c != '\r')) {
                out.add(text);
            }
        } catch (IllegalArgumentException | CharacterCodingException e) {
            // No text in that encoding: one reading less.
            return;
        }
    }

    /**
     * Whether the value stands in the text as a whole: what comes before and after it does not belong to it. An address
     * is no part of a longer address, a word no part of a longer word.
     *
     * @param value strict
     * @param text strict
     */
    static boolean standsIn(String value, String text) {
        for (int at = text.indexOf(value); at >= 0; at = text.indexOf(value, at + 1)) {
            if (!joinsBefore(text, at) && !joinsAfter(text, at + value.length())) {
                return true;
            }
        }
        return false;
    }

    private static boolean joinsBefore(String text, int at) {
        if (at == 0) {
            return false;
        }
        char before = text.charAt(at - 1);
        return Character.isLetterOrDigit(before)
                || (JOINERS.indexOf(before) >= 0 && at > 1 && Character.isLetterOrDigit(text.charAt(at - 2)));
    }

    private static boolean joinsAfter(String text, int end) {
        if (end == text.length()) {
            return false;
        }
        char after = text.charAt(end);
        return Character.isLetterOrDigit(after)
                || (JOINERS.indexOf(after) >= 0
                        && end + 1 < text.length()
                        && Character.isLetterOrDigit(text.charAt(end + 1)));
    }

    /** Signs that hold the parts of an address or a name together. */
    private static final String JOINERS = "@.-_/:+%&=~#?";
}
