package dev.agentos.tui.term;

import dev.agentos.domain.consent.DisplayText;

/**
 * Output of an agent on its way to a terminal. Colours pass; every other control sequence is shown as an escape, so that
 * an agent can neither move the cursor nor answer for a person. A sequence that is cut between two pieces is kept until
 * the next.
 */
public final class TerminalText {

    private static final int LONGEST_SEQUENCE = 64;
    private static final char ESC = '\u001b';

    private final StringBuilder held = new StringBuilder();

    /** What may be written for this piece. */
    public String accept(String piece) {
        String text = held + piece;
        held.setLength(0);
        StringBuilder out = new StringBuilder(text.length());
        int at = 0;
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c == ESC) {
                int end = colourEnd(text, at);
                if (end == text.length() && text.length() - at < LONGEST_SEQUENCE) {
                    held.append(text, at, text.length());
                    return out.toString();
                }
                if (end > at && end < text.length()) {
                    out.append(text, at, end + 1);
                    at = end + 1;
                    continue;
                }
            }
            int point = text.codePointAt(at);
            at += Character.charCount(point);
            if (point == '\n' || point == '\t' || point == '\r') {
                out.appendCodePoint(point);
            } else {
                out.append(DisplayText.line(Character.toString(point)).text());
            }
        }
        return out.toString();
    }

    /** What is left at the end, made visible. */
    public String end() {
        String rest = DisplayText.line(held.toString()).text();
        held.setLength(0);
        return rest;
    }

    /**
     * The index of the {@code m} that ends a colour sequence; the text's length where it may still come; -1 where this is
     * no colour sequence.
     */
    private static int colourEnd(String text, int from) {
        int at = from + 1;
        if (at == text.length()) {
            return at;
        }
        if (text.charAt(at) != '[') {
            return -1;
        }
        at++;
        while (at < text.length()
                && (Character.isDigit(text.charAt(at)) || text.charAt(at) == ';' || text.charAt(at) == ':')) {
            at++;
        }
        return at == text.length() || text.charAt(at) == 'm' ? at : -1;
    }
}
