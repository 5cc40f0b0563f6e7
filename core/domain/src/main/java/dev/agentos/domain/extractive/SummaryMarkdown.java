package dev.agentos.domain.extractive;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Writes a summary as Markdown in which nothing from the sources can act as markup. */
final class SummaryMarkdown {

    private static final String SPECIAL = "\\`*[]<>|~";

    private SummaryMarkdown() {}

    static String write(
            String title,
            List<CitedSentence> sentences,
            List<Source> sources,
            List<SkippedDocument> skipped,
            List<String> notes) {
        var out = new StringBuilder();
        out.append("# ").append(escaped(title)).append("\n\n");
        out.append("*Extractive: sentences selected from the sources, nothing was generated.*\n");
        Map<String, Integer> numbers = new LinkedHashMap<>();
        for (Source source : sources) {
            numbers.putIfAbsent(source.document(), numbers.size() + 1);
        }
        String section = null;
        for (CitedSentence sentence : sentences) {
            if (!sentence.document().equals(section)) {
                section = sentence.document();
                out.append("\n## ").append(escaped(section)).append("\n\n");
            }
            out.append("- ")
                    .append(escaped(sentence.text()))
                    .append(" [")
                    .append(numbers.getOrDefault(sentence.document(), 0))
                    .append("] (")
                    .append(escaped(sentence.document()))
                    .append(", line ")
                    .append(sentence.line())
                    .append(")\n");
        }
        if (sentences.isEmpty()) {
            out.append("\nThe sources hold no sentence to select.\n");
        }
        sources(out, sources, skipped);
        if (!notes.isEmpty()) {
            out.append("\n## Notes\n\n");
            notes.forEach(note -> out.append("- ").append(escaped(note)).append('\n'));
        }
        return out.toString();
    }

    private static void sources(StringBuilder out, List<Source> sources, List<SkippedDocument> skipped) {
        if (sources.isEmpty() && skipped.isEmpty()) {
            return;
        }
        out.append("\n## Sources\n\n");
        int number = 0;
        for (Source source : sources) {
            out.append(++number)
                    .append(". ")
                    .append(escaped(source.document()))
                    .append(": ")
                    .append(source.sentencesUsed())
                    .append(" of ")
                    .append(source.sentencesTotal())
                    .append(source.sentencesTotal() == 1 ? " sentence\n" : " sentences\n");
        }
        for (SkippedDocument document : skipped) {
            out.append("- not read: ")
                    .append(escaped(document.document()))
                    .append(" (")
                    .append(escaped(document.why()))
                    .append(")\n");
        }
    }

    /** Plain text such that Markdown shows it as it is. */
    static String escaped(String text) {
        var out = new StringBuilder(text.length() + 8);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean underscore = c == '_' && !(isWord(text, i - 1) && isWord(text, i + 1));
            boolean entity = c == '&' && i + 1 < text.length() && (isWord(text, i + 1) || text.charAt(i + 1) == '#');
            if (SPECIAL.indexOf(c) >= 0 || underscore || entity) {
                out.append('\\');
            }
            out.append(c);
        }
        return blockSafe(out);
    }

    /** A text that begins like a heading, list, quote or rule gets a backslash in front. */
    private static String blockSafe(StringBuilder text) {
        if (!text.isEmpty() && "#-+=".indexOf(text.charAt(0)) >= 0) {
            return "\\" + text;
        }
        int digits = 0;
        while (digits < text.length() && text.charAt(digits) >= '0' && text.charAt(digits) <= '9') {
            digits++;
        }
        boolean marker = digits > 0
                && digits < text.length()
                && ".)".indexOf(text.charAt(digits)) >= 0
                && (digits + 1 == text.length() || text.charAt(digits + 1) == ' ');
        return marker ? text.insert(digits, '\\').toString() : text.toString();
    }

    private static boolean isWord(String text, int i) {
        return i >= 0 && i < text.length() && Character.isLetterOrDigit(text.charAt(i));
    }
}
