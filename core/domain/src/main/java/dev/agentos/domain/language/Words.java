package dev.agentos.domain.language;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Words of a sentence and what they have in common with other forms of themselves. */
final class Words {

    private static final Pattern TOKEN = Pattern.compile("[\\p{L}\\p{N}]+(?:[._'’/-][\\p{L}\\p{N}]+)*|--?[a-z]+");

    /** After these, {@code 's} is a verb. */
    private static final java.util.Set<String> IS_AFTER = java.util.Set.of(
            "what", "who", "where", "how", "that", "it", "there", "here", "which", "when", "everything");

    private Words() {}

    /** A word with its place in the sentence. */
    record Token(String text, String stem, int from, int to) {}

    static List<Token> tokens(String sentence) {
        List<Token> tokens = new ArrayList<>();
        Matcher matcher = TOKEN.matcher(sentence);
        while (matcher.find()) {
            String text = matcher.group().toLowerCase(Locale.ROOT).replace('’', '\'');
            // "what's" is two words, and so is "didn't".
            int apostrophe = text.indexOf('\'');
            if (apostrophe > 0) {
                String head = text.substring(0, apostrophe);
                boolean negation = text.endsWith("n't");
                if (negation) {
                    head = text.equals("can't")
                            ? "can"
                            : text.equals("won't") ? "will" : text.substring(0, text.length() - 3);
                }
                tokens.add(new Token(head, stem(head), matcher.start(), matcher.start() + head.length()));
                String cut = text.substring(apostrophe + 1);
                boolean is = cut.equals("s") && IS_AFTER.contains(head);
                String tail = negation ? "not" : is ? "is" : cut;
                tokens.add(new Token(tail, stem(tail), matcher.start() + head.length(), matcher.end()));
                continue;
            }
            tokens.add(new Token(text, stem(text), matcher.start(), matcher.end()));
        }
        return tokens;
    }

    /** The form that {@code pause, pauses, paused, pausing} share. Not a dictionary form. */
    static String stem(String word) {
        String stem = word;
        if (stem.length() > 4 && stem.endsWith("ies")) {
            stem = stem.substring(0, stem.length() - 3) + "y";
        } else if (stem.length() > 3 && stem.endsWith("s") && !stem.endsWith("ss") && !stem.endsWith("us")) {
            stem = stem.substring(0, stem.length() - 1);
        }
        if (stem.length() > 5 && stem.endsWith("ing")) {
            stem = undouble(stem.substring(0, stem.length() - 3));
        } else if (stem.length() > 4 && stem.endsWith("ied")) {
            stem = stem.substring(0, stem.length() - 3) + "y";
        } else if (stem.length() > 4 && stem.endsWith("ed")) {
            stem = undouble(stem.substring(0, stem.length() - 2));
        }
        return stem.length() > 3 && stem.endsWith("e") ? stem.substring(0, stem.length() - 1) : stem;
    }

    private static String undouble(String stem) {
        int last = stem.length() - 1;
        boolean twin = last > 2 && stem.charAt(last) == stem.charAt(last - 1) && "lsz".indexOf(stem.charAt(last)) < 0;
        return twin ? stem.substring(0, last) : stem;
    }

    /** Whether one typing error apart: a letter too many, too few, another, or two swapped. */
    static boolean alike(String a, String b) {
        if (Math.abs(a.length() - b.length()) > 1) {
            return false;
        }
        int from = 0;
        int limit = Math.min(a.length(), b.length());
        while (from < limit && a.charAt(from) == b.charAt(from)) {
            from++;
        }
        int endA = a.length();
        int endB = b.length();
        while (endA > from && endB > from && a.charAt(endA - 1) == b.charAt(endB - 1)) {
            endA--;
            endB--;
        }
        int left = endA - from;
        int right = endB - from;
        return Math.max(left, right) <= 1
                || (left == 2
                        && right == 2
                        && a.charAt(from) == b.charAt(from + 1)
                        && a.charAt(from + 1) == b.charAt(from));
    }
}
