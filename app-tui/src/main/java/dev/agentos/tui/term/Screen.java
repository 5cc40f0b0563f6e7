package dev.agentos.tui.term;

import dev.agentos.bridge.view.Tone;
import dev.agentos.domain.consent.DisplayText;
import dev.agentos.themes.Role;
import dev.agentos.themes.TerminalPalette;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/**
 * Lines for a person. What is painted passes the one sanitiser first, so no text of an agent reaches the terminal as a
 * control sequence.
 */
public final class Screen {

    private final PrintStream out;
    private final TerminalPalette palette;
    private final int width;

    /** @param width columns, at least 40 */
    public Screen(PrintStream out, TerminalPalette palette, int width) {
        this.out = out;
        this.palette = palette;
        this.width = Math.max(40, width);
    }

    public int width() {
        return width;
    }

    /** Safe text in the terminal's own colour. */
    public String text(String raw) {
        return DisplayText.line(raw).text();
    }

    /** Safe text in a role's colour. */
    public String paint(Role role, String raw) {
        return palette.paint(role, text(raw));
    }

    public String muted(String raw) {
        return paint(Role.MUTED, raw);
    }

    public String bold(String raw) {
        return palette.bold(text(raw));
    }

    public String tone(Tone tone, String raw) {
        return switch (tone) {
            case PLAIN -> text(raw);
            case MUTED -> paint(Role.MUTED, raw);
            case OK -> paint(Role.OK, raw);
            case NEEDS -> paint(Role.NEEDS, raw);
            case BAD -> paint(Role.BAD, raw);
        };
    }

    /** Writes a line that was put together from painted parts. */
    public void line(String ready) {
        out.println(ready);
        out.flush();
    }

    public void blank() {
        line("");
    }

    /** Plain words, broken at spaces to fit. */
    public void prose(int indent, String raw) {
        for (String part : wrap(text(raw), width - indent)) {
            line(" ".repeat(indent) + part);
        }
    }

    /** A label and words beside it, broken under themselves. */
    public void labelled(int indent, int labelWidth, String label, Role role, String raw) {
        List<String> parts = wrap(text(raw), width - indent - labelWidth);
        for (int i = 0; i < parts.size(); i++) {
            String head = pad(i == 0 ? label : "", labelWidth);
            line(" ".repeat(indent)
                    + muted(head)
                    + (role == Role.TEXT ? parts.get(i) : palette.paint(role, parts.get(i))));
        }
    }

    /** Lines of at most {@code columns}; a word that is longer is broken. */
    public static List<String> wrap(String text, int columns) {
        int limit = Math.max(20, columns);
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        for (String word : text.strip().split(" ", -1)) {
            String rest = word;
            if (!line.isEmpty() && columns(line) + 1 + columns(rest) > limit) {
                lines.add(line.toString());
                line.setLength(0);
            }
            while (columns(rest) > limit) {
                String head = cut(rest, limit);
                int slash = head.lastIndexOf('/');
                if (slash > limit / 2) {
                    head = head.substring(0, slash + 1);
                }
                lines.add(head);
                rest = rest.substring(head.length());
            }
            line.append(line.isEmpty() ? "" : " ").append(rest);
        }
        lines.add(line.toString());
        return lines;
    }

    /** Rows of at most {@code columns} that hold every character as it stands, spaces at the beginning too. */
    public static List<String> cutRows(String text, int columns) {
        int limit = Math.max(20, columns);
        List<String> rows = new ArrayList<>();
        String rest = text;
        while (columns(rest) > limit) {
            String head = cut(rest, limit);
            rows.add(head);
            rest = rest.substring(head.length());
        }
        rows.add(rest);
        return rows;
    }

    /** The text filled with spaces to a number of columns. */
    public static String pad(String text, int columns) {
        return text + " ".repeat(Math.max(0, columns - columns(text)));
    }

    /** The text, shortened with an ellipsis where it is wider. */
    public static String fit(String text, int columns) {
        return columns(text) <= columns ? text : cut(text, Math.max(0, columns - 1)) + "…";
    }

    /** As {@link #fit}, keeping the end, which tells paths apart. */
    public static String fitPath(String path, int columns) {
        if (columns(path) <= columns) {
            return path;
        }
        int start = path.length();
        int used = 1;
        while (start > 0) {
            int point = path.codePointBefore(start);
            int wide = wide(point);
            if (used + wide > columns) {
                break;
            }
            used += wide;
            start -= Character.charCount(point);
        }
        return "…" + path.substring(start);
    }

    private static String cut(String text, int columns) {
        int used = 0;
        int at = 0;
        while (at < text.length()) {
            int point = text.codePointAt(at);
            if (used + wide(point) > columns) {
                break;
            }
            used += wide(point);
            at += Character.charCount(point);
        }
        return text.substring(0, at);
    }

    /** Columns that a text takes in a terminal. */
    public static int columns(CharSequence text) {
        return text.codePoints().map(Screen::wide).sum();
    }

    private static int wide(int point) {
        int type = Character.getType(point);
        if (type == Character.NON_SPACING_MARK || type == Character.ENCLOSING_MARK) {
            return 0;
        }
        boolean wide = (point >= 0x1100 && point <= 0x115F)
                || (point >= 0x2E80 && point <= 0xA4CF)
                || (point >= 0xAC00 && point <= 0xD7A3)
                || (point >= 0xF900 && point <= 0xFAFF)
                || (point >= 0xFE30 && point <= 0xFE6F)
                || (point >= 0xFF00 && point <= 0xFF60)
                || (point >= 0xFFE0 && point <= 0xFFE6)
                || (point >= 0x1F300 && point <= 0x1FAFF)
                || (point >= 0x20000 && point <= 0x3FFFD);
        return wide ? 2 : 1;
    }
}
