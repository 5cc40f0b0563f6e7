package dev.agentos.domain.extractive;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The running text of a Markdown or plain document, block by block. Headings, code, tables, front matter, rules,
 * comments and link definitions are left out; what remains keeps the number of the line it stands on.
 */
final class MarkdownText {

    private static final Pattern LINE_END = Pattern.compile("\r\n|\n|\r");
    private static final Pattern HEADING = Pattern.compile("#{1,6}(\\s.*)?");
    private static final Pattern UNDERLINE = Pattern.compile("=+|-+");
    private static final Pattern DEFINITION = Pattern.compile("\\[[^\\]]{1,200}\\]:\\s.*");
    private static final Pattern FENCE = Pattern.compile("(`{3,}|~{3,}).*");
    private static final Pattern LIST_MARKER = Pattern.compile("([-*+\\u2022]|\\d{1,3}[.)])\\s+(\\[[ xX]\\]\\s+)?");
    private static final int MAX_FRONT_MATTER = 200;
    private static final int MAX_LABEL = 40;

    private final String[] lines;
    private final boolean[] table;
    private final List<Block> blocks = new ArrayList<>();
    private final List<Integer> pending = new ArrayList<>();
    private final List<String> pendingText = new ArrayList<>();
    private boolean inQuote;

    private MarkdownText(String[] lines) {
        this.lines = lines;
        this.table = tableLines(lines);
    }

    /** A paragraph or list item: its characters and the line of each of them. */
    record Block(String text, List<Integer> lineNumbers) {
        int lineAt(int index) {
            return lineNumbers.get(index);
        }
    }

    static List<Block> blocks(String text) {
        String[] lines = LINE_END.split(withoutByteOrderMark(withoutComments(text)), -1);
        var reader = new MarkdownText(lines);
        reader.read();
        return reader.blocks;
    }

    private void read() {
        int i = afterFrontMatter();
        String fence = "";
        for (; i < lines.length; i++) {
            String line = lines[i].strip();
            if (!fence.isEmpty()) {
                if (closes(line, fence)) {
                    fence = "";
                }
                continue;
            }
            Matcher opening = FENCE.matcher(line);
            if (opening.matches()) {
                flush();
                fence = opening.group(1);
                continue;
            }
            readLine(i, line);
        }
        flush();
    }

    private void readLine(int i, String stripped) {
        String line = withoutQuoteMarks(stripped);
        boolean quoted = line.length() < stripped.length();
        if (quoted && !inQuote) {
            flush();
        }
        inQuote = quoted;
        if (UNDERLINE.matcher(line).matches() && pending.size() == 1) {
            pending.clear();
            pendingText.clear();
            return;
        }
        boolean left = line.isEmpty()
                || table[i]
                || line.startsWith("|")
                || HEADING.matcher(line).matches()
                || isRule(line)
                || UNDERLINE.matcher(line).matches()
                || DEFINITION.matcher(line).matches();
        if (left) {
            flush();
            return;
        }
        Matcher marker = LIST_MARKER.matcher(line);
        if (marker.lookingAt()) {
            flush();
            line = line.substring(marker.end());
        }
        pending.add(i + 1);
        pendingText.add(line);
    }

    private void flush() {
        while (beginsWithLabel()) {
            pending.removeFirst();
            pendingText.removeFirst();
        }
        if (!pending.isEmpty()) {
            var raw = new StringBuilder();
            var numbers = new ArrayList<Integer>();
            for (int i = 0; i < pending.size(); i++) {
                raw.append(pendingText.get(i)).append(' ');
                while (numbers.size() < raw.length()) {
                    numbers.add(pending.get(i));
                }
            }
            Block block = MarkdownInline.plain(raw.toString(), numbers);
            if (!block.text().isEmpty()) {
                blocks.add(block);
            }
            pending.clear();
            pendingText.clear();
        }
    }

    /** A short first line without a stop, above a longer one that begins anew: plain text's way to write a heading. */
    private boolean beginsWithLabel() {
        if (pendingText.size() < 2) {
            return false;
        }
        String first = pendingText.getFirst();
        String second = pendingText.get(1);
        return first.length() <= MAX_LABEL
                && second.length() > first.length()
                && Character.isLetterOrDigit(first.codePointBefore(first.length()))
                && Character.isUpperCase(second.codePointAt(0));
    }

    private int afterFrontMatter() {
        if (lines[0].strip().equals("---")) {
            for (int i = 1; i < Math.min(lines.length, MAX_FRONT_MATTER); i++) {
                String line = lines[i].strip();
                if (line.equals("---") || line.equals("...")) {
                    return i + 1;
                }
            }
        }
        return 0;
    }

    private static boolean closes(String line, String fence) {
        return line.length() >= fence.length() && line.chars().allMatch(c -> c == fence.charAt(0));
    }

    private static boolean[] tableLines(String[] lines) {
        var table = new boolean[lines.length];
        for (int i = 1; i < lines.length; i++) {
            if (isTableRule(lines[i]) && lines[i - 1].contains("|")) {
                table[i - 1] = true;
                for (int row = i; row < lines.length && lines[row].contains("|"); row++) {
                    table[row] = true;
                }
            }
        }
        return table;
    }

    private static boolean isTableRule(String line) {
        return line.contains("|") && line.contains("-") && consistsOf(line, "|:- \t");
    }

    private static boolean isRule(String line) {
        char mark = line.isEmpty() ? ' ' : line.charAt(0);
        return "-*_".indexOf(mark) >= 0
                && line.chars().filter(c -> c == mark).limit(3).count() == 3
                && consistsOf(line, mark + " \t");
    }

    private static boolean consistsOf(String line, String characters) {
        return line.chars().allMatch(c -> characters.indexOf(c) >= 0);
    }

    private static String withoutQuoteMarks(String line) {
        int from = 0;
        while (from < line.length() && (line.charAt(from) == '>' || (from > 0 && line.charAt(from) == ' '))) {
            from++;
        }
        return line.substring(from);
    }

    /** Closed comments become blanks; their line ends stay, for the line numbers. */
    private static String withoutComments(String text) {
        var out = new StringBuilder(text.length());
        int from = 0;
        for (int open = text.indexOf("<!--"); open >= 0; open = text.indexOf("<!--", from)) {
            int close = text.indexOf("-->", open + 4);
            if (close < 0) {
                break;
            }
            out.append(text, from, open);
            for (int i = open; i < close + 3; i++) {
                char c = text.charAt(i);
                out.append(c == '\n' || c == '\r' ? c : ' ');
            }
            from = close + 3;
        }
        return out.append(text, from, text.length()).toString();
    }

    private static String withoutByteOrderMark(String text) {
        return text.startsWith("\uFEFF") ? text.substring(1) : text;
    }
}
