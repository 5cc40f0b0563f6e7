package dev.agentos.domain.filter;

import java.text.Normalizer;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Unicode characters as the ones they stand for: compatibility forms by NFKC (UAX #15), and letters of other scripts
 * that are drawn like Latin ones after UTS #39. Tables made once, so that a character costs one look.
 */
final class Folding {

    private static final char[] BMP = new char[0x10000];
    private static final char[] LOOKALIKE = new char[0x10000];
    private static final Map<Integer, String> LONGER = new HashMap<>();

    /** Pairs: the letter, and the Latin one it looks like. */
    private static final String PAIRS = "аaеeоoрpсcуyхxіiјjѕsԁdһhԛqԝwѵvӏlкkгrпnтtмmнhвbбbзз"
            + "АAВBЕEКKМMНHОOРPСCТTХXУYІIЈJЅSԚQԜWӀIҮYԌG"
            + "αaοoνvρpτtυuκkιiηnωwεeγyχxϲcϳjσoΑAΒBΕEΖZΗHΙIΚKΜMΝNΟOΡPΤTΥYΧXϹCͿJ"
            + "օoսuհhոnցgԱUՍUՕOՏSտuձd"
            + "ᎪAᎬEᎻHᏦKᏞLᎷMᏢPᏚSᏔWᏙVᏃZᏟCᎠDᎢTᎡRᎥiᏀG"
            + "ɑaɡgɩiʟlʀrıiɴnƖlⅼlꓲIǀlʜhᴀaᴄcᴅdᴇeᴊjᴋkᴍmᴏoᴘpᴛtᴜuᴠvᴡwᴢz";

    static {
        for (int c = 0; c < BMP.length; c++) {
            BMP[c] = (char) c;
            boolean unchanged = c < 0x80 || (c >= 0x3400 && c <= 0x9FFF) || (c >= 0xAC00 && c <= 0xF8FF);
            if (!unchanged) {
                String folded = Normalizer.normalize(Character.toString((char) c), Normalizer.Form.NFKC);
                if (folded.length() == 1) {
                    BMP[c] = folded.charAt(0);
                } else {
                    BMP[c] = 0;
                    LONGER.put(c, folded);
                }
            }
        }
        for (int c = 0x1D400; c <= 0x1D7FF; c++) {
            LONGER.put(c, Normalizer.normalize(Character.toString(c), Normalizer.Form.NFKC));
        }
        for (int c = 0x1F100; c <= 0x1F16B; c++) {
            LONGER.put(c, enclosed(c));
        }
        for (int i = 0; i < PAIRS.length(); i += 2) {
            LOOKALIKE[PAIRS.charAt(i)] = PAIRS.charAt(i + 1);
        }
        for (int i = 0; i < 26; i++) {
            LONGER.put(0x1F1E6 + i, String.valueOf((char) ('A' + i)));
        }
    }

    private Folding() {}

    /** Squared and circled capitals, which NFKC leaves where they are drawn negative. */
    private static String enclosed(int c) {
        if (c >= 0x1F150 && c <= 0x1F169) {
            return String.valueOf((char) ('A' + c - 0x1F150));
        }
        return Normalizer.normalize(Character.toString(c), Normalizer.Form.NFKC);
    }

    /** The one character that {@code c} stands for; 0 where it stands for several. */
    static char one(char c) {
        return BMP[c];
    }

    /** What a code point stands for where that is more than one character, or it lies beyond the first plane. */
    static @Nullable String longer(int point) {
        return LONGER.get(point);
    }

    /** The Latin letter that {@code c} is drawn like; 0 for none. */
    static char latin(char c) {
        return LOOKALIKE[c];
    }
}
