package dev.agentos.domain.consent;

import java.text.Normalizer;
import java.util.BitSet;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Letters that pose as Latin ones. A word that mixes Latin letters with such letters misleads in any text; a word of three
 * or more that is made of nothing else misleads in a name. After Unicode UTS #39 (mixed-script and whole-script
 * confusables), with the letters of its table that common fonts draw alike.
 */
final class Confusables {

    private static final Set<Integer> LOOKALIKES = points(
            "аеорсухіјѕһԁԛԝѵӏкгпгտոսցհօԱՍՕՏ" // Cyrillic and Armenian, small
                    + "АВЕКМНОРСТУХІЈЅԚԜӀҮ" // Cyrillic, capital
                    + "αινορυτκϲϳΑΒΕΖΗΙΚΜΝΟΡΤΥΧϹͿ" // Greek
                    + "ᎪᎬᎻᎫᏦᏞᎷᏢᏚᏔᏙᏃᏟᎠ"); // Cherokee

    /** Signs that look like the ones that divide a path or a domain. */
    private static final Set<Integer> DIVIDERS = points("\u2044\u2215\u29F8\u2571\u2024\u3002\uFF61\uA789\u2236\u02D0");

    private static final int WHOLE_WORD = 3;

    private Confusables() {}

    private static Set<Integer> points(String text) {
        return text.codePoints().boxed().collect(Collectors.toUnmodifiableSet());
    }

    /** The indexes in {@code raw} of the characters that mislead there. */
    static BitSet in(String raw, boolean name) {
        BitSet found = new BitSet();
        int from = 0;
        while (from < raw.length()) {
            int point = raw.codePointAt(from);
            if (!isWord(point)) {
                if (name && (DIVIDERS.contains(point) || isOtherForm(point))) {
                    found.set(from);
                }
                from += Character.charCount(point);
                continue;
            }
            int to = from;
            while (to < raw.length() && isWord(raw.codePointAt(to))) {
                to += Character.charCount(raw.codePointAt(to));
            }
            word(raw, from, to, name, found);
            from = to;
        }
        return found;
    }

    private static void word(String raw, int from, int to, boolean name, BitSet found) {
        boolean latin = false;
        int posing = 0;
        int letters = 0;
        for (int i = from; i < to; i += Character.charCount(raw.codePointAt(i))) {
            int point = raw.codePointAt(i);
            if (!Character.isLetter(point)) {
                continue;
            }
            letters++;
            if (LOOKALIKES.contains(point)) {
                posing++;
            }
            latin |= Character.UnicodeScript.of(point) == Character.UnicodeScript.LATIN && !isOtherForm(point);
        }
        boolean misleads = latin || (name && posing == letters && posing >= WHOLE_WORD);
        for (int i = from; i < to; i += Character.charCount(raw.codePointAt(i))) {
            int point = raw.codePointAt(i);
            if ((misleads && LOOKALIKES.contains(point)) || ((name || latin) && isOtherForm(point))) {
                found.set(i);
            }
        }
    }

    /** Another form of an ASCII character: full width, mathematical, circled and the like. */
    private static boolean isOtherForm(int point) {
        if (point < 0x2100 || (point >= 0xD800 && point <= 0xDFFF)) {
            return false;
        }
        String form = Normalizer.normalize(Character.toString(point), Normalizer.Form.NFKC);
        return form.length() == 1 && form.charAt(0) > ' ' && form.charAt(0) < 0x7F;
    }

    private static boolean isWord(int point) {
        return Character.isLetterOrDigit(point) || Character.getType(point) == Character.NON_SPACING_MARK;
    }
}
