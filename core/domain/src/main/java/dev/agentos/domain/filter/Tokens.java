package dev.agentos.domain.filter;

import java.util.Arrays;

/**
 * The words of a text with the concepts that they stand for. Scripts without spaces give a word for every two
 * neighbouring characters.
 */
final class Tokens {

    private int[] from = new int[64];
    private int[] to = new int[64];
    private long[] concepts = new long[64];
    private int size;

    private Tokens() {}

    static Tokens of(String text) {
        Tokens tokens = new Tokens();
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
                hash = Lexicon.step(hash, c < 0x80 ? c : Character.toLowerCase(c));
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
        if (c < 0x80) {
            return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        }
        return Character.isLetterOrDigit(c);
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
