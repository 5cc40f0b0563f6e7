package dev.agentos.domain.extractive;

import java.lang.Character.UnicodeScript;
import java.util.EnumSet;
import java.util.Set;

/** Which scripts put no spaces between words. */
final class Scripts {

    private static final Set<UnicodeScript> UNSPACED = EnumSet.of(
            UnicodeScript.HAN,
            UnicodeScript.HIRAGANA,
            UnicodeScript.KATAKANA,
            UnicodeScript.THAI,
            UnicodeScript.LAO,
            UnicodeScript.KHMER,
            UnicodeScript.MYANMAR);

    private Scripts() {}

    static boolean isUnspaced(int c) {
        return c > 0x0E00 && Character.isLetter(c) && UNSPACED.contains(UnicodeScript.of(c));
    }
}
