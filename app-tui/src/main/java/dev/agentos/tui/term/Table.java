package dev.agentos.tui.term;

import dev.agentos.bridge.view.Tone;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Rows under headings. Columns are as wide as their widest cell; the last takes what is left. */
public final class Table {

    /** A cell; {@code right} for numbers. */
    public record Cell(String text, Tone tone, boolean right) {
        public static Cell of(String text) {
            return new Cell(text, Tone.PLAIN, false);
        }

        public static Cell of(Tone tone, String text) {
            return new Cell(text, tone, false);
        }

        public static Cell number(String text) {
            return new Cell(text, Tone.PLAIN, true);
        }
    }

    private final List<String> headings;
    private final List<List<Cell>> rows = new ArrayList<>();

    public Table(String... headings) {
        this.headings = List.of(headings);
    }

    /** Adds a row of as many cells as there are headings. */
    public Table row(Cell... cells) {
        if (cells.length != headings.size()) {
            throw new IllegalArgumentException(headings.size() + " cells are needed, not " + cells.length);
        }
        rows.add(List.of(cells));
        return this;
    }

    public boolean isEmpty() {
        return rows.isEmpty();
    }

    /** Writes it, two columns in. */
    public void write(Screen screen) {
        List<Integer> widths = new ArrayList<>(Collections.nCopies(headings.size(), 0));
        for (int i = 0; i < headings.size(); i++) {
            int column = i;
            widths.set(
                    i,
                    Math.max(
                            Screen.columns(headings.get(i)),
                            rows.stream()
                                    .mapToInt(row -> Screen.columns(
                                            screen.text(row.get(column).text())))
                                    .max()
                                    .orElse(0)));
        }
        int before = 2;
        for (int i = 0; i < headings.size() - 1; i++) {
            before += widths.get(i) + 2;
        }
        widths.set(headings.size() - 1, Math.max(8, Math.min(widths.getLast(), screen.width() - before)));
        if (headings.stream().anyMatch(heading -> !heading.isEmpty())) {
            List<Cell> head = new ArrayList<>();
            for (int i = 0; i < headings.size(); i++) {
                int column = i;
                boolean right = rows.stream().anyMatch(row -> row.get(column).right());
                head.add(new Cell(headings.get(i), Tone.MUTED, right));
            }
            line(screen, head, widths);
        }
        rows.forEach(row -> line(screen, row, widths));
    }

    private static void line(Screen screen, List<Cell> cells, List<Integer> widths) {
        StringBuilder line = new StringBuilder(" ");
        for (int i = 0; i < cells.size(); i++) {
            Cell cell = cells.get(i);
            boolean last = i == cells.size() - 1;
            String text = Screen.fit(screen.text(cell.text()), widths.get(i));
            String filler = " ".repeat(widths.get(i) - Screen.columns(text));
            line.append(i == 0 ? " " : "  ");
            if (cell.right()) {
                line.append(filler).append(screen.tone(cell.tone(), text));
            } else {
                line.append(screen.tone(cell.tone(), text)).append(last ? "" : filler);
            }
        }
        screen.line(line.toString().stripTrailing());
    }
}
