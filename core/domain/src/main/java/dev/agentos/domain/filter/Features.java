package dev.agentos.domain.filter;

import java.util.Arrays;
import java.util.List;

/**
 * What the learned head sees of a passage beside its sentence vector.
 *
 * @param grams hashes of its words, pairs of words and parts of words, each once
 * @param signs rules that apply and the shape of the text, each from 0 to about 1
 */
@SuppressWarnings("ArrayRecordComponent") // made by the thousand, never compared
public record Features(int[] grams, float[] signs) {

    private static final List<Reading.How> HOWS = List.of(Reading.How.values());
    private static final int SHAPES = 20;

    /** How many signs there are. */
    public static final int SIGNS = Rules.count() + HOWS.size() + 4 + 4 + SHAPES;

    private static final int MAX_GRAMS = 2048;

    /** Looks at one passage. */
    public static Features of(Passage passage) {
        return new Features(grams(passage.text()), signs(passage, Rules.in(passage.text())));
    }

    // ------------------------------------------------------------------ grams

    private static int[] grams(String text) {
        Grams grams = new Grams();
        int before = 0;
        int beforeLast = 0;
        int i = 0;
        while (i < text.length()) {
            char c = text.charAt(i);
            if (Tokens.isWord(c)) {
                int end = i;
                while (end < text.length() && Tokens.isWord(text.charAt(end)) && end - i < 40) {
                    end++;
                }
                int word = grams.word(text, i, end);
                grams.add(mix(word, 1));
                if (before != 0) {
                    grams.add(mix(before * 31 + word, 2));
                }
                if (beforeLast != 0) {
                    grams.add(mix((beforeLast * 31 + before) * 31 + word, 3));
                }
                grams.parts(text, i, end);
                beforeLast = before;
                before = word;
                i = end;
            } else {
                if (c == '.' || c == '\n' || c == '!' || c == '?' || c == '"') {
                    before = mix(c, 9);
                    beforeLast = 0;
                }
                i++;
            }
        }
        return grams.distinct();
    }

    static int mix(int value, int salt) {
        int h = value * 0x9E3779B1 + salt * 0x85EBCA77;
        h ^= h >>> 15;
        h *= 0x2C1B3C6D;
        h ^= h >>> 12;
        h *= 0x297A2D39;
        return h ^ (h >>> 15);
    }

    private static final class Grams {
        private int[] hashes = new int[256];
        private int size;

        void add(int hash) {
            if (size == MAX_GRAMS) {
                return;
            }
            if (size == hashes.length) {
                hashes = Arrays.copyOf(hashes, size * 2);
            }
            hashes[size++] = hash;
        }

        private static char fold(char c) {
            char lower = c < 0x80 ? (c >= 'A' && c <= 'Z' ? (char) (c + 32) : c) : Character.toLowerCase(c);
            return lower >= '0' && lower <= '9' ? '0' : lower;
        }

        int word(String text, int from, int to) {
            int hash = 17;
            for (int i = from; i < to; i++) {
                hash = hash * 31 + fold(text.charAt(i));
            }
            return mix(hash, 0);
        }

        /** Parts of four characters, with the borders of the word. */
        void parts(String text, int from, int to) {
            for (int i = from - 1; i + 4 <= to + 1; i++) {
                int hash = 7;
                for (int k = i; k < i + 4; k++) {
                    hash = hash * 31 + (k < from || k >= to ? '_' : fold(text.charAt(k)));
                }
                add(mix(hash, 4));
            }
        }

        int[] distinct() {
            int[] all = Arrays.copyOf(hashes, size);
            Arrays.sort(all);
            int kept = 0;
            for (int i = 0; i < all.length; i++) {
                if (i == 0 || all[i] != all[i - 1]) {
                    all[kept++] = all[i];
                }
            }
            return Arrays.copyOf(all, kept);
        }
    }

    // ------------------------------------------------------------------ signs

    private static float[] signs(Passage passage, List<Rules.Hit> hits) {
        float[] signs = new float[SIGNS];
        for (Rules.Hit hit : hits) {
            signs[hit.number()] = 1;
        }
        int at = Rules.count();
        signs[at + HOWS.indexOf(passage.how())] = 1;
        at += HOWS.size();
        for (int i = 0; i < 4; i++) {
            signs[at + i] = (float) Math.min(1, Math.log1p(passage.tricks().get(i)) / 4);
        }
        at += 4;
        signs[at + passage.place()] = 1;
        at += 4;
        shape(passage.text(), signs, at);
        return signs;
    }

    private static void shape(String text, float[] signs, int at) {
        int letters = 0;
        int capitals = 0;
        int digits = 0;
        int[] marks = new int[8];
        int lines = 0;
        int wide = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= 'a' && c <= 'z') {
                letters++;
            } else if (c >= 'A' && c <= 'Z') {
                letters++;
                capitals++;
            } else if (c >= '0' && c <= '9') {
                digits++;
            } else if (c >= 0x80) {
                wide++;
            } else if (c == '\n') {
                lines++;
            } else {
                int mark = "!?\"'{}[]:<>#`|=/@*".indexOf(c);
                if (mark >= 0) {
                    marks["01223333456667777777".charAt(mark) - '0']++;
                }
            }
        }
        float length = Math.max(1, text.length());
        signs[at] = (float) Math.min(1, Math.log1p(length) / 6);
        signs[at + 1] = length < 80 ? 1 : 0;
        signs[at + 2] = length < 200 ? 1 : 0;
        signs[at + 3] = letters / length;
        signs[at + 4] = Math.min(1, 3f * capitals / Math.max(1, letters));
        signs[at + 5] = Math.min(1, 3f * digits / length);
        signs[at + 6] = Math.min(1, 3f * wide / length);
        signs[at + 7] = (float) Math.min(1, Math.log1p(lines) / 3);
        for (int i = 0; i < marks.length; i++) {
            signs[at + 8 + i] = (float) Math.min(1, Math.log1p(marks[i]) / 3);
        }
        signs[at + 16] = text.contains("://") || text.contains("www.") ? 1 : 0;
        signs[at + 17] = text.indexOf('@') > 0 ? 1 : 0;
        signs[at + 18] = text.strip().endsWith("?") ? 1 : 0;
        signs[at + 19] = capitals > 20 && capitals * 2 > letters ? 1 : 0;
    }
}
