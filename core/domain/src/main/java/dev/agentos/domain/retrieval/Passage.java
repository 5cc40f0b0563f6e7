package dev.agentos.domain.retrieval;

import dev.agentos.domain.extractive.Document;
import java.util.ArrayList;
import java.util.List;

/**
 * A piece of a document that can stand for itself: a paragraph, or several short ones, under the heading above it.
 *
 * @param firstLine line in the document, from 1
 * @param lastLine inclusive
 * @param heading the nearest heading above, or empty
 */
public record Passage(String document, int firstLine, int lastLine, String heading, String text) {

    /** About what a sentence model reads at once. */
    static final int TARGET_CHARS = 700;

    static final int MAX_CHARS = 1_400;

    /** Where it stands, as {@code file:line} or {@code file:line-line}. */
    public String citation() {
        return document + ":" + firstLine + (lastLine > firstLine ? "-" + lastLine : "");
    }

    /** What a vector is made of: the heading says what the paragraph is about. */
    public String forVector() {
        return heading.isEmpty() ? text : heading + ". " + text;
    }

    /** Cuts a document at headings and empty lines, and joins short neighbours. */
    public static List<Passage> of(Document document) {
        List<Passage> passages = new ArrayList<>();
        String[] lines = document.text().split("\n", -1);
        String heading = "";
        StringBuilder text = new StringBuilder();
        int begin = frontMatter(lines);
        int first = begin + 1;
        for (int i = begin; i < lines.length; i++) {
            String line = lines[i].strip();
            boolean isHeading = line.matches("#{1,6} .+");
            boolean full = text.length() >= TARGET_CHARS && line.isEmpty();
            if (isHeading || full || text.length() + line.length() > MAX_CHARS) {
                add(passages, document.name(), first, i, heading, text);
                first = i + 1;
            }
            if (isHeading) {
                heading = line.replaceFirst("^#+ ", "").strip();
                first = i + 2;
                continue;
            }
            if (line.isEmpty() && text.isEmpty()) {
                first = i + 2;
                continue;
            }
            if (!line.isEmpty()) {
                if (!text.isEmpty()) {
                    text.append(text.charAt(text.length() - 1) == '-' ? "" : " ");
                }
                // A line longer than any passage is no prose; its beginning says what it is.
                text.append(line, 0, Math.min(line.length(), MAX_CHARS));
            }
        }
        add(passages, document.name(), first, lines.length, heading, text);
        return passages;
    }

    /** How many lines at the beginning are about the document and not of it: YAML between two lines of dashes. */
    private static int frontMatter(String[] lines) {
        if (lines.length == 0 || !lines[0].strip().equals("---")) {
            return 0;
        }
        for (int i = 1; i < lines.length && i < 60; i++) {
            if (lines[i].strip().equals("---")) {
                return i + 1;
            }
        }
        return 0;
    }

    private static void add(
            List<Passage> passages, String document, int first, int last, String heading, StringBuilder text) {
        String words = text.toString().strip();
        if (!words.isEmpty()) {
            passages.add(new Passage(document, first, Math.max(first, last), heading, words));
        }
        text.setLength(0);
    }
}
