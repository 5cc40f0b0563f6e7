package dev.agentos.domain.extractive;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Finds the sentences of a Markdown or plain text document. Rules alone, no model: the same text gives the same
 * sentences on every machine. A sentence beyond {@link #MAX_LENGTH} characters is cut at a space.
 */
public final class SentenceSplitter {

    /** Most characters of one sentence. */
    public static final int MAX_LENGTH = 500;

    /** Bounds the look ahead, so that a page of full stops costs no more than a page of text. */
    private static final int MAX_CLOSING = 32;

    private static final String TERMINATORS = ".!?\u2026\u3002\uFF01\uFF1F\u0964\u061F\u06D4";
    private static final String WIDE_TERMINATORS = "\u3002\uFF01\uFF1F";
    private static final String CLOSERS = "\"')]\u201D\u2019\u00BB\u300D\u300F\uFF09*_";
    private static final String OPENERS = "\"'([\u201C\u2018\u00AB\u300C\u300E\u00BF\u00A1";

    /** A full stop after one of these never ends a sentence. */
    private static final Set<String> TITLES = Set.of(
            "mr", "mrs", "ms", "dr", "prof", "st", "rev", "hon", "gen", "col", "capt", "lt", "sgt", "cllr", "messrs",
            "e.g", "i.e", "cf", "vs", "viz", "approx", "p.o", "ca", "fig", "figs", "eq", "sec", "art", "ch", "para",
            "paras", "p", "pp", "vol", "z.b", "d.h", "bzw", "nr", "mme", "mlle");

    /** A full stop after one of these ends a sentence only when a capital letter follows. */
    private static final Set<String> MAYBE = Set.of(
            "etc", "inc", "ltd", "co", "corp", "jr", "sr", "a.m", "p.m", "u.s", "u.k", "e.u", "jan", "feb", "mar",
            "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec", "ave", "blvd", "rd", "dept", "est", "min",
            "max", "usw", "al", "ibid", "tel", "ext");

    private SentenceSplitter() {}

    /** The sentences in order, with the line on which each begins. */
    public static List<Sentence> split(Document document) {
        var sentences = new ArrayList<Sentence>();
        for (MarkdownText.Block block : MarkdownText.blocks(document.text())) {
            String text = block.text();
            int start = 0;
            for (int i = 0; i < text.length(); i++) {
                int end = endOfSentence(text, start, i);
                if (end > 0) {
                    add(sentences, document, block, start, end);
                    start = end;
                    i = end - 1;
                }
            }
            add(sentences, document, block, start, text.length());
        }
        return List.copyOf(sentences);
    }

    /** Where the sentence that began at {@code start} ends, if the character at {@code i} ends it; otherwise 0. */
    private static int endOfSentence(String text, int start, int i) {
        char c = text.charAt(i);
        if (TERMINATORS.indexOf(c) < 0) {
            return 0;
        }
        int end = i + 1;
        int most = Math.min(text.length(), end + MAX_CLOSING);
        while (end < most && TERMINATORS.indexOf(text.charAt(end)) >= 0) {
            end++;
        }
        while (end < most && CLOSERS.indexOf(text.charAt(end)) >= 0) {
            end++;
        }
        if (end == text.length()) {
            return end;
        }
        if (WIDE_TERMINATORS.indexOf(c) >= 0) {
            return end;
        }
        if (text.charAt(end) != ' ') {
            return 0;
        }
        int next = firstLetter(text, end + 1);
        if (Character.isLowerCase(next)) {
            return 0;
        }
        boolean single = end == i + 1;
        return c == '.' && single && isAbbreviation(text, start, i, next) ? 0 : end;
    }

    private static boolean isAbbreviation(String text, int start, int stop, int next) {
        int from = stop;
        while (from > start && text.charAt(from - 1) != ' ') {
            from--;
        }
        while (from < stop && OPENERS.indexOf(text.charAt(from)) >= 0) {
            from++;
        }
        String word = text.substring(from, stop);
        if (word.isEmpty()) {
            return false;
        }
        if (word.chars().allMatch(Character::isDigit)
                && text.substring(start, from).isBlank()) {
            return true;
        }
        if (word.codePointCount(0, word.length()) == 1 && Character.isUpperCase(word.codePointAt(0))) {
            return true;
        }
        String lower = word.toLowerCase(Locale.ROOT);
        if (lower.equals("no") || lower.equals("nos")) {
            return Character.isDigit(next);
        }
        return TITLES.contains(lower) || (MAYBE.contains(lower) && !Character.isUpperCase(next));
    }

    private static int firstLetter(String text, int from) {
        int i = from;
        while (i < text.length() && OPENERS.indexOf(text.charAt(i)) >= 0) {
            i++;
        }
        return i < text.length() ? text.codePointAt(i) : ' ';
    }

    private static void add(List<Sentence> sentences, Document document, MarkdownText.Block block, int start, int end) {
        int from = start;
        while (from < end) {
            while (from < end && block.text().charAt(from) == ' ') {
                from++;
            }
            int to = end - from <= MAX_LENGTH ? end : cut(block.text(), from);
            String text = block.text().substring(from, to).strip();
            if (text.codePoints().anyMatch(Character::isLetterOrDigit)) {
                int position = positionAfter(sentences);
                sentences.add(new Sentence(text, document.name(), block.lineAt(from), position));
            }
            from = to;
        }
    }

    private static int positionAfter(List<Sentence> sentences) {
        return sentences.isEmpty() ? 0 : sentences.getLast().position() + 1;
    }

    private static int cut(String text, int from) {
        int most = from + MAX_LENGTH;
        int space = text.lastIndexOf(' ', most);
        if (space > from + MAX_LENGTH / 2) {
            return space;
        }
        return Character.isHighSurrogate(text.charAt(most - 1)) ? most - 1 : most;
    }
}
