package dev.agentos.domain.report;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A table read from text: RFC 4180 with the separators that spreadsheets really write (comma, semicolon, tab, bar).
 *
 * @param names of the columns, unique; {@code column 1} and so on where the text has no header
 * @param rows as many cells as there are names, missing ones empty
 * @param ragged rows that had another number of cells
 * @param cut whether rows were left out because there are too many
 */
public record CsvTable(List<String> names, List<List<String>> rows, char separator, int ragged, boolean cut) {

    public static final int MAX_ROWS = 200_000;
    public static final int MAX_COLUMNS = 200;

    public CsvTable {
        names = List.copyOf(names);
        rows = List.copyOf(rows);
    }

    /** Reads any text; one without a row gives a table without rows. */
    public static CsvTable parse(String text) {
        String plain = text.startsWith("\uFEFF") ? text.substring(1) : text;
        char separator = separatorOf(plain);
        List<List<String>> lines = lines(plain, separator);
        if (lines.isEmpty()) {
            return new CsvTable(List.of(), List.of(), separator, 0, false);
        }
        int width = Math.min(
                MAX_COLUMNS, lines.stream().limit(50).mapToInt(List::size).max().orElse(1));
        boolean header = isHeader(lines);
        List<String> names = names(header ? lines.getFirst() : List.of(), width);
        List<List<String>> rows = new ArrayList<>();
        int ragged = 0;
        int from = header ? 1 : 0;
        int to = Math.min(lines.size(), from + MAX_ROWS);
        for (List<String> line : lines.subList(from, to)) {
            if (line.size() != width) {
                ragged++;
            }
            List<String> row = new ArrayList<>(width);
            for (int i = 0; i < width; i++) {
                row.add(i < line.size() ? line.get(i).strip() : "");
            }
            rows.add(List.copyOf(row));
        }
        return new CsvTable(names, rows, separator, ragged, lines.size() > to);
    }

    /** The separator that gives the most lines the same number of cells, more than one. */
    private static char separatorOf(String text) {
        String head = text.substring(0, Math.min(text.length(), 16_384));
        char best = ',';
        long bestScore = 0;
        for (char candidate : new char[] {',', ';', '\t', '|'}) {
            List<List<String>> lines = lines(head, candidate);
            int width = lines.isEmpty() ? 0 : lines.getFirst().size();
            long same = lines.stream().filter(line -> line.size() == width).count();
            long score = width > 1 ? same * 1_000 / lines.size() * 100 + Math.min(width, 99) : 0;
            if (score > bestScore) {
                bestScore = score;
                best = candidate;
            }
        }
        return best;
    }

    private static List<List<String>> lines(String text, char separator) {
        List<List<String>> lines = new ArrayList<>();
        List<String> line = new ArrayList<>();
        StringBuilder cell = new StringBuilder();
        boolean quoted = false;
        for (int i = 0; i < text.length() && lines.size() <= MAX_ROWS + 1; i++) {
            char c = text.charAt(i);
            if (quoted) {
                if (c == '"' && i + 1 < text.length() && text.charAt(i + 1) == '"') {
                    cell.append('"');
                    i++;
                } else if (c == '"') {
                    quoted = false;
                } else {
                    cell.append(c);
                }
            } else if (c == '"' && cell.toString().isBlank()) {
                cell.setLength(0);
                quoted = true;
            } else if (c == separator) {
                line.add(cell.toString());
                cell.setLength(0);
            } else if (c == '\n' || c == '\r') {
                end(lines, line, cell);
                line = new ArrayList<>();
            } else {
                cell.append(c);
            }
        }
        end(lines, line, cell);
        return lines;
    }

    private static void end(List<List<String>> lines, List<String> line, StringBuilder cell) {
        if (!line.isEmpty() || !cell.isEmpty()) {
            line.add(cell.toString());
            lines.add(line);
        }
        cell.setLength(0);
    }

    /** The first line is a header when it holds no number and no empty cell, and says each thing once. */
    private static boolean isHeader(List<List<String>> lines) {
        List<String> first = lines.getFirst();
        Set<String> seen = new HashSet<>();
        for (String cell : first) {
            if (cell.isBlank()
                    || Cells.number(cell).isPresent()
                    || Cells.date(cell).isPresent()) {
                return false;
            }
            if (!seen.add(cell.strip())) {
                return false;
            }
        }
        return lines.size() > 1;
    }

    private static List<String> names(List<String> header, int width) {
        List<String> names = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < width; i++) {
            String name = i < header.size() && !header.get(i).isBlank()
                    ? header.get(i).strip()
                    : "column " + (i + 1);
            while (!seen.add(name)) {
                name = name + " (" + (i + 1) + ")";
            }
            names.add(name);
        }
        return names;
    }

    /** The cells of a column, top to bottom. */
    public List<String> column(int index) {
        return rows.stream().map(row -> row.get(index)).toList();
    }
}
