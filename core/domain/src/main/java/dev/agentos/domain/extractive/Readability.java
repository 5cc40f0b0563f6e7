package dev.agentos.domain.extractive;

import java.util.Optional;

/** Tells text from what only pretends to be text. */
final class Readability {

    private static final int SAMPLE = 65_536;

    private Readability() {}

    /** Why the text is not one to read, or empty when it is. */
    static Optional<String> whyNot(String text) {
        if (text.isBlank()) {
            return Optional.of("empty");
        }
        int length = Math.min(text.length(), SAMPLE);
        int junk = 0;
        for (int i = 0; i < length; i++) {
            char c = text.charAt(i);
            if (c == 0) {
                return Optional.of("binary: it holds a NUL byte");
            }
            if (c == 0xFFFD || (Character.isISOControl(c) && !Character.isWhitespace(c))) {
                junk++;
            }
        }
        if (junk * 20 > length) {
            return Optional.of("binary: " + Math.max(1, junk * 100 / length) + " % of it is not text");
        }
        return Optional.empty();
    }

    /**
     * How much a sentence is likely to tell by itself, about 1: less when it is very short or a fragment of a list, a little
     * more when it states a figure (features of J. Kupiec, J. Pedersen and F. Chen, "A Trainable Document Summarizer", SIGIR 1995).
     */
    static double substance(String sentence) {
        long letters = sentence.codePoints()
                .map(c -> Scripts.isUnspaced(c) ? 3 : Character.isLetter(c) ? 1 : 0)
                .asLongStream()
                .sum();
        boolean figure = sentence.codePoints().anyMatch(Character::isDigit);
        boolean fragment = Character.isLowerCase(sentence.codePointAt(0))
                || ";,:".indexOf(sentence.charAt(sentence.length() - 1)) >= 0;
        return Math.min(1, letters / 40.0) * (figure ? 1.2 : 1) * (fragment ? 0.7 : 1);
    }

    /** Whether a sentence can stand alone in a summary. */
    static boolean standsAlone(String sentence) {
        if (sentence.endsWith(":")) {
            return false;
        }
        int letters = 0;
        int unspaced = 0;
        int words = 0;
        boolean inWord = false;
        for (int i = 0; i < sentence.length(); ) {
            int c = sentence.codePointAt(i);
            i += Character.charCount(c);
            boolean letter = Character.isLetter(c);
            if (letter) {
                letters++;
                unspaced += Scripts.isUnspaced(c) ? 1 : 0;
                words += inWord ? 0 : 1;
            }
            inWord = letter || (inWord && (Character.isDigit(c) || c == '\'' || c == '\u2019' || c == '-'));
        }
        return letters * 2 >= sentence.length() && (unspaced >= 8 || (words >= 4 && letters >= 12));
    }
}
