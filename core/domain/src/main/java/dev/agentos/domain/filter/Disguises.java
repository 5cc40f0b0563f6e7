package dev.agentos.domain.filter;

import dev.agentos.domain.filter.Reading.How;
import dev.agentos.domain.filter.Readings.Span;
import java.util.List;

/** Lines whose letters are shifted by thirteen, written backwards, spaced out, or replaced by digits. */
final class Disguises {

    private static final long ROT = Lexicon.bit("ROT");
    private static final long BACK = Lexicon.bit("BACK");
    private static final int MIN_WORDS = 3;
    private static final int MIN_SPACED = 8;

    private Disguises() {}

    static void find(String text, List<Span> out) {
        Tokens tokens = Tokens.of(text);
        int token = 0;
        int from = 0;
        while (from < text.length()) {
            int end = text.indexOf('\n', from);
            int to = end < 0 ? text.length() : end;
            int first = token;
            while (token < tokens.size() && tokens.from(token) < to) {
                token++;
            }
            line(text, from, to, tokens, first, token, out);
            from = to + 1;
        }
    }

    private static void line(String text, int from, int to, Tokens tokens, int first, int end, List<Span> out) {
        int rot = 0;
        int back = 0;
        int mixed = 0;
        int single = 0;
        for (int i = first; i < end; i++) {
            long concepts = tokens.concepts(i);
            rot += (concepts & ROT) != 0 ? 1 : 0;
            back += (concepts & BACK) != 0 ? 1 : 0;
            single += tokens.to(i) - tokens.from(i) == 1 ? 1 : 0;
            mixed += isLeet(text, tokens.from(i), tokens.to(i)) ? 1 : 0;
        }
        if (rot >= MIN_WORDS) {
            out.add(new Span(How.ROT13, rot13(text, from, to), from, to));
        }
        if (back >= MIN_WORDS) {
            out.add(new Span(
                    How.REVERSED,
                    new StringBuilder(text.substring(from, to)).reverse().toString(),
                    from,
                    to));
        }
        if (mixed >= MIN_WORDS && mixed * 4 >= end - first) {
            out.add(new Span(How.LEET, leet(text, from, to), from, to));
        }
        if (single >= MIN_SPACED) {
            spaced(text, from, to, out);
        }
    }

    private static String rot13(String text, int from, int to) {
        StringBuilder out = new StringBuilder(to - from);
        for (int i = from; i < to; i++) {
            char c = text.charAt(i);
            if (c >= 'a' && c <= 'z') {
                out.append((char) ('a' + (c - 'a' + 13) % 26));
            } else if (c >= 'A' && c <= 'Z') {
                out.append((char) ('A' + (c - 'A' + 13) % 26));
            } else {
                out.append(c);
            }
        }
        return out.toString();
    }

    /** A word with digits between letters, as in 1n57ruc710n5. */
    private static boolean isLeet(String text, int from, int to) {
        if (to - from < 3 || to - from > 24) {
            return false;
        }
        int digits = 0;
        int letters = 0;
        int changes = 0;
        boolean digitBefore = false;
        for (int i = from; i < to; i++) {
            char c = text.charAt(i);
            boolean digit = c >= '0' && c <= '9';
            digits += digit ? 1 : 0;
            letters += digit ? 0 : 1;
            changes += i > from && digit != digitBefore ? 1 : 0;
            digitBefore = digit;
        }
        return digits > 0 && letters > 0 && (changes >= 2 || (digits <= 2 && letters >= 2 && to - from <= 5));
    }

    private static String leet(String text, int from, int to) {
        String digits = "0134578@$";
        String letters = "oieastbas";
        StringBuilder out = new StringBuilder(to - from);
        for (int i = from; i < to; i++) {
            int at = digits.indexOf(text.charAt(i));
            out.append(at < 0 ? text.charAt(i) : letters.charAt(at));
        }
        return out.toString();
    }

    /** Runs of single letters with one space or sign between them; two or more spaces part words. */
    private static void spaced(String text, int from, int to, List<Span> out) {
        int i = from;
        while (i < to) {
            int end = i;
            int letters = 0;
            StringBuilder word = new StringBuilder();
            while (end < to
                    && Tokens.isWord(text.charAt(end))
                    && (end + 1 >= to || !Tokens.isWord(text.charAt(end + 1)))) {
                word.append(text.charAt(end));
                letters++;
                end++;
                int gap = end;
                while (gap < to && !Tokens.isWord(text.charAt(gap)) && gap - end < 4) {
                    gap++;
                }
                if (gap - end > 1) {
                    String between = text.substring(end, gap).strip();
                    word.append(between).append(' ');
                }
                end = Math.max(gap, end);
            }
            if (letters >= MIN_SPACED) {
                out.add(new Span(How.SPACED, word.toString(), i, Math.min(end, to)));
            }
            i = Math.max(end, i + 1);
            while (i < to && Tokens.isWord(text.charAt(i)) && Tokens.isWord(text.charAt(i - 1))) {
                i++;
            }
        }
    }
}
