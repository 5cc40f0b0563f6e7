package dev.agentos.domain.consent;

import java.util.BitSet;

/**
 * The one sanitiser for text that a person will judge by its looks. Control, bidirectional, zero-width and other
 * invisible characters and letters that pose as others become visible escapes, so that what is shown is what will happen.
 */
public final class DisplayText {

    /** Safe text, and whether something had to be escaped. */
    public record Shown(String text, boolean escaped) {}

    private DisplayText() {}

    /** One line: line breaks and tabs are escaped too. */
    public static Shown line(String raw) {
        return sanitise(raw, false, false);
    }

    /** A block: line breaks and tabs stay. */
    public static Shown block(String raw) {
        return sanitise(raw, true, false);
    }

    /**
     * A path, a domain or another name, on one line. Stricter than prose: a word made only of letters that look Latin and
     * are not, and signs that look like a slash, a dot or a colon, are escaped as well.
     */
    public static Shown name(String raw) {
        return sanitise(raw, false, true);
    }

    private static Shown sanitise(String raw, boolean keepBreaks, boolean name) {
        BitSet misleading = Confusables.in(raw, name);
        StringBuilder out = new StringBuilder(raw.length());
        boolean escaped = false;
        for (int i = 0; i < raw.length(); ) {
            int at = i;
            int point = raw.codePointAt(i);
            i += Character.charCount(point);
            if (keepBreaks && (point == '\n' || point == '\t')) {
                out.appendCodePoint(point);
            } else if (isHidden(point) || misleading.get(at)) {
                out.append(String.format(java.util.Locale.ROOT, "\\u{%X}", point));
                escaped = true;
            } else {
                out.appendCodePoint(point);
            }
        }
        return new Shown(out.toString(), escaped);
    }

    private static boolean isHidden(int point) {
        return switch (Character.getType(point)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> true;
            case Character.SPACE_SEPARATOR -> point != ' ';
            default -> isInvisibleLetter(point);
        };
    }

    /**
     * Letters, marks and signs that draw nothing: Hangul fillers, the combining grapheme joiner, variation selectors,
     * Khmer inherent vowels, the blank Braille pattern, the null notehead.
     */
    private static boolean isInvisibleLetter(int point) {
        return point == 0x034F
                || point == 0x115F
                || point == 0x1160
                || point == 0x17B4
                || point == 0x17B5
                || (point >= 0x180B && point <= 0x180F)
                || point == 0x2800
                || point == 0x3164
                || point == 0xFFA0
                || (point >= 0xFE00 && point <= 0xFE0F)
                || point == 0x1D159
                || (point >= 0xE0100 && point <= 0xE01EF);
    }
}
