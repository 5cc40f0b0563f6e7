package dev.agentos.domain.extractive;

import java.util.Locale;

/**
 * Untrusted text made fit to be looked at: control, bidirectional and zero-width characters, and others that leave no
 * mark, become escapes such as <code>\&#117;{202E}</code>, so that what a person sees is what is there.
 */
public final class VisibleText {

    private VisibleText() {}

    /** One line: whitespace runs become one space, characters that cannot be seen become escapes. */
    public static String of(String text) {
        var out = new StringBuilder(text.length() + 16);
        boolean space = false;
        for (int i = 0; i < text.length(); ) {
            int c = text.codePointAt(i);
            i += Character.charCount(c);
            if (isPlainSpace(c)) {
                space = !out.isEmpty();
                continue;
            }
            if (space) {
                out.append(' ');
                space = false;
            }
            if (isUnseen(c)) {
                out.append("\\u{")
                        .append(Integer.toHexString(c).toUpperCase(Locale.ROOT))
                        .append('}');
            } else {
                out.appendCodePoint(c);
            }
        }
        return out.toString();
    }

    static boolean isPlainSpace(int c) {
        return c == ' ' || c == '\t' || c == '\n' || c == '\r' || Character.getType(c) == Character.SPACE_SEPARATOR;
    }

    static boolean isUnseen(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> true;
            // Letters and marks that are drawn as nothing: joiner, fillers, blank Braille, extra variation selectors.
            default ->
                c == 0x034F
                        || c == 0x115F
                        || c == 0x1160
                        || c == 0x17B4
                        || c == 0x17B5
                        || c == 0x2800
                        || c == 0x3164
                        || c == 0xFFA0
                        || (c >= 0xE0100 && c <= 0xE01EF);
        };
    }
}
