package dev.agentos.domain.extractive;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Removes inline Markdown from one block: links and images to their text, emphasis, code marks, tags, entities. */
final class MarkdownInline {

    private static final Pattern LINK_TARGET = Pattern.compile("\\([^()]{0,2000}(\\([^()]{0,500}\\)[^()]{0,500})?\\)");
    private static final Pattern REFERENCE = Pattern.compile("\\[[^\\[\\]]{0,200}\\]");
    private static final Pattern AUTOLINK = Pattern.compile("<((https?://|mailto:)[^<>\\s]{1,2000})>");
    private static final Pattern TAG = Pattern.compile("</?[A-Za-z][^<>]{0,2000}>");
    private static final Pattern ENTITY = Pattern.compile("&(amp|lt|gt|quot|apos|nbsp|#39);");
    private static final Map<String, Character> ENTITIES =
            Map.of("amp", '&', "lt", '<', "gt", '>', "quot", '"', "apos", '\'', "nbsp", ' ', "#39", '\'');
    private static final String ESCAPABLE = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";
    private static final int MAX_LABEL = 300;
    private static final int MAX_DEPTH = 8;

    private final String in;
    private final List<Integer> inLines;
    private final StringBuilder out = new StringBuilder();
    private final List<Integer> outLines = new ArrayList<>();

    private MarkdownInline(String in, List<Integer> inLines) {
        this.in = in;
        this.inLines = inLines;
    }

    static MarkdownText.Block plain(String text, List<Integer> lineNumbers) {
        var inline = new MarkdownInline(text, lineNumbers);
        inline.range(0, text.length(), 0);
        inline.dropTrailingSpace();
        return new MarkdownText.Block(inline.out.toString(), List.copyOf(inline.outLines));
    }

    private void range(int from, int to, int depth) {
        for (int i = from; i < to; ) {
            i = step(i, to, depth);
        }
    }

    /** Handles what begins at {@code i} and returns where to go on. */
    private int step(int i, int to, int depth) {
        char c = in.charAt(i);
        switch (c) {
            case '\\' -> {
                if (i + 1 < to && ESCAPABLE.indexOf(in.charAt(i + 1)) >= 0) {
                    emit(i + 1);
                    return i + 2;
                }
            }
            case '!' -> {
                if (i + 1 < to && in.charAt(i + 1) == '[') {
                    int after = link(i + 1, to, depth);
                    if (after > 0) {
                        return after;
                    }
                }
            }
            case '[' -> {
                int after = link(i, to, depth);
                if (after > 0) {
                    return after;
                }
            }
            case '<' -> {
                int after = tag(i, to);
                if (after > 0) {
                    return after;
                }
            }
            case '&' -> {
                Matcher entity = ENTITY.matcher(in).region(i, to);
                if (entity.lookingAt()) {
                    Character decoded = ENTITIES.get(entity.group(1));
                    put(decoded == null ? '&' : decoded, inLines.get(i));
                    return entity.end();
                }
            }
            case '`' -> {
                return code(i, to);
            }
            case '*', '_', '~' -> {
                return marks(i, to);
            }
            default -> {}
        }
        emit(i);
        return i + 1;
    }

    private int link(int open, int to, int depth) {
        if (depth >= MAX_DEPTH) {
            return -1;
        }
        int close = closing(open, Math.min(to, open + MAX_LABEL));
        if (close < 0) {
            return -1;
        }
        if (in.charAt(open + 1) == '^') {
            return close + 1;
        }
        for (Pattern target : List.of(LINK_TARGET, REFERENCE)) {
            Matcher matcher = target.matcher(in).region(close + 1, to);
            if (matcher.lookingAt()) {
                range(open + 1, close, depth + 1);
                return matcher.end();
            }
        }
        return -1;
    }

    private int closing(int open, int to) {
        int depth = 0;
        for (int i = open; i < to; i++) {
            char c = in.charAt(i);
            if (c == '\\') {
                i++;
            } else if (c == '[') {
                depth++;
            } else if (c == ']' && --depth == 0) {
                return i;
            }
        }
        return -1;
    }

    private int tag(int i, int to) {
        if (i + 1 >= to || (in.charAt(i + 1) != '/' && !Character.isLetter(in.charAt(i + 1)))) {
            return -1;
        }
        Matcher link = AUTOLINK.matcher(in).region(i, to);
        if (link.lookingAt()) {
            for (int k = link.start(1); k < link.end(1); k++) {
                emit(k);
            }
            return link.end();
        }
        Matcher tag = TAG.matcher(in).region(i, to);
        if (tag.lookingAt()) {
            put(' ', inLines.get(i));
            return tag.end();
        }
        return -1;
    }

    private int code(int from, int to) {
        int run = from;
        while (run < to && in.charAt(run) == '`') {
            run++;
        }
        String marks = in.substring(from, run);
        int close = in.indexOf(marks, run);
        if (close < 0 || close + marks.length() > to) {
            return run;
        }
        for (int i = run; i < close; i++) {
            emit(i);
        }
        return close + marks.length();
    }

    /** A run of one mark: left out where it is emphasis, kept where it is a character of the text. */
    private int marks(int from, int to) {
        char mark = in.charAt(from);
        int end = from;
        while (end < to && in.charAt(end) == mark) {
            end++;
        }
        int before = from == 0 ? ' ' : in.charAt(from - 1);
        int after = end == in.length() ? ' ' : in.charAt(end);
        boolean loose = Character.isWhitespace(before) && Character.isWhitespace(after);
        boolean insideWord = Character.isLetterOrDigit(before) && Character.isLetterOrDigit(after);
        boolean betweenDigits = Character.isDigit(before) && Character.isDigit(after);
        boolean emphasis = mark == '~' ? end - from == 2 : !loose && !betweenDigits && (mark == '*' || !insideWord);
        if (!emphasis) {
            for (int i = from; i < end; i++) {
                emit(i);
            }
        }
        return end;
    }

    private void emit(int i) {
        put(in.charAt(i), inLines.get(i));
    }

    private void put(char c, int line) {
        if (VisibleText.isPlainSpace(c)) {
            if (!out.isEmpty() && out.charAt(out.length() - 1) != ' ') {
                out.append(' ');
                outLines.add(line);
            }
        } else {
            out.append(c);
            outLines.add(line);
        }
    }

    private void dropTrailingSpace() {
        int last = out.length() - 1;
        if (last >= 0 && out.charAt(last) == ' ') {
            out.setLength(last);
            outLines.removeLast();
        }
    }
}
