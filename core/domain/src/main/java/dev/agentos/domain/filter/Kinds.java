package dev.agentos.domain.filter;

/** What each character of the first plane is, in one table that is made once and stays near the processor. */
final class Kinds {

    /** A letter or a digit. */
    static final int WORD = 1;

    static final int LETTER = 2;

    /** Has another lower case. */
    static final int CAPITAL = 4;

    /** Is not drawn at all. */
    static final int INVISIBLE = 8;

    /** Is drawn like a Latin letter, and is none. */
    static final int POSES = 16;

    /** Stands for other characters, or for several; or is a mark on the one before. */
    static final int FOLDS = 32;

    /** Is in an alphabet of base64. */
    static final int BASE64 = 64;

    /** A letter of ASCII. */
    static final int ASCII_LETTER = 128;

    private static final byte[] OF = new byte[0x10000];

    static {
        for (int i = 0; i < OF.length; i++) {
            char c = (char) i;
            int kinds = Character.isLetterOrDigit(c) ? WORD : 0;
            kinds |= Character.isLetter(c) ? LETTER : 0;
            kinds |= Character.toLowerCase(c) != c ? CAPITAL : 0;
            kinds |= isInvisible(c) ? INVISIBLE : 0;
            kinds |= Folding.latin(c) != 0 ? POSES : 0;
            kinds |= Folding.one(c) != c || Character.getType(c) == Character.NON_SPACING_MARK ? FOLDS : 0;
            boolean base64 = (c < 0x80 && Character.isLetterOrDigit(c)) || c == '+' || c == '/' || c == '-' || c == '_';
            kinds |= base64 ? BASE64 : 0;
            kinds |= c < 0x80 && Character.isLetter(c) ? ASCII_LETTER : 0;
            OF[i] = (byte) kinds;
        }
    }

    private Kinds() {}

    /** Whether a character is one of these kinds. */
    static boolean is(char c, int kinds) {
        return (OF[c] & kinds) != 0;
    }

    /** Everything that a character is. */
    static int of(char c) {
        return OF[c] & 0xff;
    }

    static char lower(char c) {
        return (OF[c] & CAPITAL) == 0 ? c : Character.toLowerCase(c);
    }

    private static boolean isInvisible(char c) {
        return (c >= 0x200B && c <= 0x200F)
                || (c >= 0x202A && c <= 0x202E)
                || (c >= 0x2060 && c <= 0x206F)
                || c == 0xFEFF
                || c == 0xAD
                || c == 0x34F
                || c == 0x61C
                || c == 0x115F
                || c == 0x1160
                || c == 0x17B4
                || c == 0x17B5
                || c == 0x180E
                || c == 0x3164
                || c == 0xFFA0;
    }
}
