package dev.agentos.domain.filter;

import java.util.Arrays;

/**
 * The words of a text with the concepts that they stand for. Scripts without spaces give a word for every two
 * neighbouring characters.
 */
final class Tokens {

    private int[] from;
    private int[] to;
    private long[] concepts;
    private int size;

    private Tokens(int capacity) {
        from = new int[capacity];
        to = new int[capacity];
        concepts = new long[capacity];
    }

    static Tokens of(String text) {
        Tokens tokens = new Tokens(Math.max(16, text.length() / 5));
        int i = 0;
        while (i < text.length()) {
            char c = text.charAt(i);
            if (isIdeograph(c)) {
                if (i + 1 < text.length() && isIdeograph(text.charAt(i + 1))) {
                    tokens.add(i, i + 2, Lexicon.step(Lexicon.step(Lexicon.BASIS, c), text.charAt(i + 1)));
                } else {
                    tokens.add(i, i + 1, Lexicon.step(Lexicon.BASIS, c));
                }
                i++;
            } else if (isWord(c)) {
                i = tokens.word(text, i);
            } else {
                i++;
            }
        }
        return tokens;
    }

    private int word(String text, int start) {
        long hash = Lexicon.BASIS;
        int i = start;
        while (i < text.length()) {
            char c = text.charAt(i);
            if (c >= 'A' && c <= 'Z') {
                hash = Lexicon.step(hash, (char) (c + 32));
            } else if (c >= 'a' && c <= 'z') {
                hash = Lexicon.step(hash, c);
            } else if (isWord(c) && !isIdeograph(c)) {
                hash = Lexicon.step(hash, c < 0x80 ? c : Kinds.lower(c));
            } else if (c != '\'' && c != '\u2019') {
                break;
            }
            i++;
        }
        add(start, i, hash);
        return i;
    }

    private void add(int start, int end, long hash) {
        if (size == from.length) {
            from = Arrays.copyOf(from, size * 2);
            to = Arrays.copyOf(to, size * 2);
            concepts = Arrays.copyOf(concepts, size * 2);
        }
        from[size] = start;
        to[size] = end;
        concepts[size++] = Lexicon.concepts(hash);
    }

    static boolean isWord(char c) {
        return Kinds.is(c, Kinds.WORD);
    }

    private static boolean isIdeograph(char c) {
        return c >= 0x3040 && c <= 0x9FFF;
    }

    int size() {
        return size;
    }

    int from(int token) {
        return from[token];
    }

    int to(int token) {
        return to[token];
    }

    long concepts(int token) {
        return concepts[token];
    }
}
