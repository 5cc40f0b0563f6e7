package dev.agentos.domain.filter;

import java.util.Arrays;

/** A text under construction that knows, for each of its characters, where it stood in the text it was made of. */
final class MappedText {

    private char[] chars;
    private int[] origins;
    private int length;

    MappedText(int capacity) {
        chars = new char[Math.max(16, capacity)];
        origins = new int[chars.length];
    }

    void append(char c, int origin) {
        if (length == chars.length) {
            chars = Arrays.copyOf(chars, length * 2);
            origins = Arrays.copyOf(origins, length * 2);
        }
        chars[length] = c;
        origins[length++] = origin;
    }

    void append(String text, int origin) {
        for (int i = 0; i < text.length(); i++) {
            append(text.charAt(i), origin);
        }
    }

    char last() {
        return length == 0 ? ' ' : chars[length - 1];
    }

    String text() {
        return new String(chars, 0, length);
    }

    int[] origins() {
        return length == origins.length ? origins : Arrays.copyOf(origins, length);
    }
}
