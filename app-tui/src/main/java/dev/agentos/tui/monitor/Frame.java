package dev.agentos.tui.monitor;

import dev.agentos.domain.consent.DisplayText;
import dev.agentos.themes.Role;
import dev.agentos.tui.term.Screen;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** A grid of characters with what their colours are for. Text is made safe on its way in. */
final class Frame {

    /** How a cell looks. */
    record Style(Role fore, Role back, boolean bold) {
        static final Style TEXT = new Style(Role.TEXT, Role.BACKGROUND, false);
        static final Style MUTED = new Style(Role.MUTED, Role.BACKGROUND, false);
        static final Style STRONG = new Style(Role.TEXT, Role.BACKGROUND, true);
        static final Style LINE = new Style(Role.LINE, Role.BACKGROUND, false);

        static Style of(Role role) {
            return new Style(role, Role.BACKGROUND, false);
        }

        Style on(Role surface) {
            return new Style(fore, surface, bold);
        }

        Style strong() {
            return new Style(fore, back, true);
        }
    }

    private final int width;
    private final int height;
    private final int[] points;
    private final Style[] styles;

    Frame(int width, int height) {
        this.width = width;
        this.height = height;
        this.points = new int[width * height];
        this.styles = new Style[width * height];
        Arrays.fill(points, ' ');
        Arrays.fill(styles, Style.TEXT);
    }

    int width() {
        return width;
    }

    int height() {
        return height;
    }

    int point(int x, int y) {
        return points[y * width + x];
    }

    Style style(int x, int y) {
        return styles[y * width + x];
    }

    /** Writes text from a column on, cut at the edge; answers with the column after it. */
    int put(int x, int y, String raw, Style style) {
        if (y < 0 || y >= height) {
            return x;
        }
        int at = x;
        for (int point : DisplayText.line(raw).text().codePoints().toArray()) {
            int wide = Screen.columns(Character.toString(point));
            if (at < 0 || at + wide > width) {
                break;
            }
            if (wide == 0) {
                continue;
            }
            points[y * width + at] = point;
            styles[y * width + at] = style;
            for (int i = 1; i < wide; i++) {
                points[y * width + at + i] = 0;
                styles[y * width + at + i] = style;
            }
            at += wide;
        }
        return at;
    }

    /** Writes text so that it ends before a column. */
    void right(int end, int y, String raw, Style style) {
        put(end - Screen.columns(DisplayText.line(raw).text()), y, raw, style);
    }

    void fill(int y, Style style) {
        for (int x = 0; x < width && y >= 0 && y < height; x++) {
            styles[y * width + x] = new Style(styles[y * width + x].fore(), style.back(), styles[y * width + x].bold());
        }
    }

    void rule(int y, Style style) {
        put(0, y, "─".repeat(width), style);
    }

    void clear(int y) {
        for (int x = 0; x < width && y >= 0 && y < height; x++) {
            points[y * width + x] = ' ';
            styles[y * width + x] = Style.TEXT;
        }
    }

    /** The characters, line by line, without trailing spaces. */
    List<String> lines() {
        return IntStream.range(0, height)
                .mapToObj(y -> {
                    StringBuilder line = new StringBuilder();
                    for (int x = 0; x < width; x++) {
                        if (point(x, y) != 0) {
                            line.appendCodePoint(point(x, y));
                        }
                    }
                    return line.toString().stripTrailing();
                })
                .toList();
    }

    boolean same(Frame other) {
        return width == other.width
                && height == other.height
                && Arrays.equals(points, other.points)
                && Arrays.equals(styles, other.styles);
    }
}
