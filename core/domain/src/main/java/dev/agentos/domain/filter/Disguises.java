package dev.agentos.domain.filter;

import dev.agentos.domain.filter.Reading.How;
import dev.agentos.domain.filter.Readings.Span;
import java.util.List;

/** Lines whose letters are shifted by thirteen, written backwards, spaced out, or replaced by digits. */
final class Disguises {

    private static final long ROT = Lexicon.bit("ROT");
    private static final long BACK = Lexicon.bit("BACK");
    private static final int MIN_WORDS = 3;
    private static final int MIN_LEET = 2;
    private static final int MIN_SPACED = 8;
    private static final String DIGITS = "0134578@$";
    private static final String LETTERS = "oieastbas";

    private Disguises() {}

    /** Longer lines are looked at in pieces, so that a little in one place does not make all of it read again. */
    static final int PIECE = 4_000;

    /** @param most readings in the list, after which no more are looked for */
    static void find(String text, Tokens tokens, List<Span> out, int most) {
        int token = 0;
        int from = 0;
        while (from < text.length() && out.size() < most) {
            int end = text.indexOf('\n', from);
            int line = end < 0 ? text.length() : end;
            int to = Math.min(line, from + PIECE);
            int first = token;
            while (token < tokens.size() && tokens.from(token) < to) {
                token++;
            }
            line(text, from, to, tokens, first, token, out);
            from = to == line ? to + 1 : to;
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
        if (mixed >= MIN_LEET) {
            out.add(new Span(How.LEET, leet(text, from, to), from, to));
        }
        if (single >= MIN_SPACED) {
            spaced(text, tokens, first, end, out);
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

    /** A word with digits for letters that rules know, as in 1n57ruc710n5. */
    private static boolean isLeet(String text, int from, int to) {
        if (to - from < 3 || to - from > 24) {
            return false;
        }
        boolean digits = false;
        for (int i = from; i < to && !digits; i++) {
            char c = text.charAt(i);
            digits = c >= '0' && c <= '9' && c != '2' && c != '6' && c != '9';
        }
        if (!digits) {
            return false;
        }
        long hash = Lexicon.BASIS;
        for (int i = from; i < to; i++) {
            char c = text.charAt(i);
            int at = c < 'A' ? DIGITS.indexOf(c) : -1;
            hash = Lexicon.step(hash, at < 0 ? Kinds.lower(c) : LETTERS.charAt(at));
        }
        return Lexicon.concepts(hash) != 0;
    }

    private static String leet(String text, int from, int to) {
        StringBuilder out = new StringBuilder(to - from);
        for (int i = from; i < to; i++) {
            int at = DIGITS.indexOf(text.charAt(i));
            out.append(at < 0 ? text.charAt(i) : LETTERS.charAt(at));
        }
        return out.toString();
    }

    /** Runs of single letters with little between them; two or more signs part words. */
    private static void spaced(String text, Tokens tokens, int first, int end, List<Span> out) {
        int i = first;
        while (i < end) {
            int run = i;
            while (run < end && tokens.to(run) - tokens.from(run) == 1 && (run == i || gap(tokens, run) < 4)) {
                run++;
            }
            if (run - i >= MIN_SPACED) {
                out.add(new Span(How.SPACED, joined(text, tokens, i, run), tokens.from(i), tokens.to(run - 1)));
            }
            i = Math.max(run, i + 1);
        }
    }

    private static int gap(Tokens tokens, int token) {
        return tokens.from(token) - tokens.to(token - 1);
    }

    private static String joined(String text, Tokens tokens, int from, int to) {
        StringBuilder out = new StringBuilder();
        for (int i = from; i < to; i++) {
            if (i > from && gap(tokens, i) > 1) {
                out.append(text.substring(tokens.to(i - 1), tokens.from(i)).strip())
                        .append(' ');
            }
            out.append(text.charAt(tokens.from(i)));
        }
        return out.toString();
    }
}
