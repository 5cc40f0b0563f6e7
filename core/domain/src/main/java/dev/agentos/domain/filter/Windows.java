package dev.agentos.domain.filter;

import java.util.ArrayList;
import java.util.List;

/**
 * Cuts a text into windows of a few sentences, so that one order in a long document is not drowned by it. A window ends
 * at the end of a sentence or a line; the next one begins with its last sentence, so that no thought is cut in two.
 */
final class Windows {

    /** Most characters of a window: about a hundred word pieces, which a sentence vector still holds. */
    static final int LENGTH = 400;

    /** A longer sentence is not repeated at the beginning of the next window. */
    private static final int OVERLAP = 120;

    /** A part of a text. */
    record Window(int from, int to) {}

    private Windows() {}

    static List<Window> of(String text) {
        List<Window> windows = new ArrayList<>();
        int from = 0;
        while (from < text.length()) {
            int limit = Math.min(text.length(), from + LENGTH);
            int to = limit == text.length() ? limit : end(text, from, limit);
            windows.add(new Window(from, to));
            if (to == text.length()) {
                break;
            }
            int back = lastStart(text, from, to);
            from = to - back <= OVERLAP && back > from + LENGTH / 4 ? back : to;
        }
        return windows;
    }

    /** The last end of a sentence before the limit, or of a word, or the limit. */
    private static int end(String text, int from, int limit) {
        int least = from + LENGTH / 3;
        for (int i = limit; i > least; i--) {
            if (isBorder(text, i)) {
                return i;
            }
        }
        for (int i = limit; i > least; i--) {
            if (text.charAt(i - 1) == ' ') {
                return i;
            }
        }
        return Character.isHighSurrogate(text.charAt(limit - 1)) ? limit - 1 : limit;
    }

    private static int lastStart(String text, int from, int to) {
        for (int i = to - 1; i > Math.max(from, to - OVERLAP - 1); i--) {
            if (isBorder(text, i) && i < to - 1) {
                return i;
            }
        }
        return to;
    }

    /** Whether a sentence or a line ends right before {@code i}. */
    private static boolean isBorder(String text, int i) {
        char before = text.charAt(i - 1);
        if (before == '\n' || before == '\u3002' || before == '\uFF01' || before == '\uFF1F') {
            return true;
        }
        return before == ' ' && i > 1 && ".!?:".indexOf(text.charAt(i - 2)) >= 0;
    }
}
