package dev.agentos.domain.report;

import dev.agentos.domain.report.Chart.Point;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeMap;

/**
 * What a table says, for somebody who has not opened it: its columns, one figure by one group, and what stands out.
 *
 * @param markdown the report, with the picture under the name that was given
 * @param svg the picture
 * @param group the column that was grouped by, empty for none
 * @param value the column that was added up, empty where rows were counted
 */
public record CsvReport(String markdown, String svg, String group, String value, int rows, List<String> findings) {

    private static final int MAX_BARS = 15;
    private static final int MAX_GROUPS_OF_A_NAME = 40;

    public CsvReport {
        findings = List.copyOf(findings);
    }

    /** What to look at; empty: chosen from the table. */
    public record Wish(String title, Optional<String> group, Optional<String> value, String picture) {}

    /** A named column does not exist. */
    public static final class NoSuchColumnException extends Exception {
        public NoSuchColumnException(String name, List<String> names) {
            super("there is no column \"" + name + "\"; the columns are " + String.join(", ", names));
        }
    }

    private enum Kind {
        NUMBER,
        DATE,
        TEXT
    }

    /** A column with what its cells mean. */
    private record Column(int index, String name, Kind kind, List<String> cells, double[] numbers, int filled) {
        static Column of(CsvTable table, int index) {
            List<String> cells = table.column(index);
            int filled = 0;
            int numbers = 0;
            int dates = 0;
            List<Double> values = new ArrayList<>();
            for (String cell : cells) {
                if (cell.isBlank()) {
                    continue;
                }
                filled++;
                OptionalDouble number = Cells.number(cell);
                if (number.isPresent()) {
                    numbers++;
                    values.add(number.getAsDouble());
                } else if (Cells.date(cell).isPresent()) {
                    dates++;
                }
            }
            Kind kind = filled > 0 && numbers >= filled * 0.9
                    ? Kind.NUMBER
                    : filled > 0 && dates >= filled * 0.9 ? Kind.DATE : Kind.TEXT;
            double[] array =
                    values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
            return new Column(index, table.names().get(index), kind, cells, array, filled);
        }

        long distinct() {
            return cells.stream().filter(cell -> !cell.isBlank()).distinct().count();
        }

        /** A number that names a row and measures nothing. */
        boolean isIdentifier() {
            String lower = name.toLowerCase(Locale.ROOT);
            boolean called = lower.matches("(.*[ _-])?(id|nr|no|number|code|zip|plz|postcode|year|key|index)");
            return called || (kind == Kind.NUMBER && numbers.length > 2 && counts());
        }

        /** Whether each row has the number after that of the row before. */
        private boolean counts() {
            for (int row = 1; row < cells.size(); row++) {
                OptionalDouble before = Cells.number(cells.get(row - 1));
                OptionalDouble here = Cells.number(cells.get(row));
                if (before.isEmpty() || here.isEmpty() || here.getAsDouble() != before.getAsDouble() + 1) {
                    return false;
                }
            }
            return true;
        }
    }

    /** Makes the report. */
    public static CsvReport of(CsvTable table, Wish wish) throws NoSuchColumnException {
        List<Column> columns = new ArrayList<>();
        for (int i = 0; i < table.names().size(); i++) {
            columns.add(Column.of(table, i));
        }
        Optional<Column> value = wish.value().isPresent()
                ? Optional.of(named(columns, wish.value().get()))
                : columns.stream()
                        .filter(c -> c.kind() == Kind.NUMBER && !c.isIdentifier())
                        .findFirst();
        Optional<Column> group = wish.group().isPresent()
                ? Optional.of(named(columns, wish.group().get()))
                : chooseGroup(columns, value, table.rows().size());
        List<String> findings = new ArrayList<>();
        List<Point> points = points(group, value, findings);
        boolean overTime = group.map(c -> c.kind() == Kind.DATE).orElse(false);
        String what = value.map(c -> (group.isPresent() ? "Sum of " : "How often each range of ")
                        + c.name()
                        + (group.isPresent() ? "" : " occurs"))
                .orElse("Number of rows");
        String by = group.map(c -> " by " + c.name()).orElse("");
        Chart chart = new Chart(
                wish.title(),
                what + by + (overTime ? ", " + period(points) : ""),
                overTime ? points : points.subList(0, Math.min(points.size(), MAX_BARS)),
                overTime ? Chart.Kind.LINE : Chart.Kind.BARS);
        if (!overTime && points.size() > MAX_BARS) {
            findings.add("The picture shows the first " + MAX_BARS + " of " + points.size() + " groups.");
        }
        findings.addAll(remarks(table, columns));
        return new CsvReport(
                markdown(table, columns, wish, what + by, points, group, findings),
                chart.svg(),
                group.map(Column::name).orElse(""),
                value.map(Column::name).orElse(""),
                table.rows().size(),
                findings);
    }

    private static Column named(List<Column> columns, String name) throws NoSuchColumnException {
        return columns.stream()
                .filter(column -> column.name().equalsIgnoreCase(name))
                .findFirst()
                .orElseThrow(() -> new NoSuchColumnException(
                        name, columns.stream().map(Column::name).toList()));
    }

    private static Optional<Column> chooseGroup(List<Column> columns, Optional<Column> value, int rows) {
        Optional<Column> date = columns.stream()
                .filter(c -> c.kind() == Kind.DATE && c.distinct() > 2)
                .findFirst();
        Optional<Column> name = columns.stream()
                .filter(c -> c.kind() == Kind.TEXT
                        && c.distinct() > 1
                        && c.distinct() <= Math.max(2, Math.min(MAX_GROUPS_OF_A_NAME, rows * 3 / 4))
                        && value.map(v -> v.index() != c.index()).orElse(true))
                .findFirst();
        return date.isPresent() && value.isPresent() ? date : name;
    }

    // ------------------------------------------------------------------ the figure

    private static List<Point> points(Optional<Column> group, Optional<Column> value, List<String> findings) {
        if (group.isEmpty()) {
            return value.map(CsvReport::ranges).orElse(List.of());
        }
        Column by = group.get();
        if (by.kind() == Kind.DATE) {
            return overTime(by, value, findings);
        }
        Map<String, Double> sums = new LinkedHashMap<>();
        for (int row = 0; row < by.cells().size(); row++) {
            String name = by.cells().get(row).isBlank() ? "(empty)" : by.cells().get(row);
            amount(value, row).ifPresent(amount -> sums.merge(name, amount, Double::sum));
        }
        List<Point> points = new ArrayList<>();
        sums.forEach((name, sum) -> points.add(new Point(name, sum)));
        points.sort((a, b) -> Double.compare(b.value(), a.value()));
        if (points.size() > 1) {
            double whole = points.stream().mapToDouble(Point::value).sum();
            boolean shares = points.stream().allMatch(point -> point.value() >= 0);
            findings.add(points.getFirst().label() + " is highest with "
                    + Markdown.number(points.getFirst().value())
                    + (shares ? " (" + Markdown.percent(points.getFirst().value(), whole) + " of all)" : "") + ", "
                    + points.getLast().label() + " lowest with "
                    + Markdown.number(points.getLast().value()) + ".");
        }
        return points;
    }

    /** What a row adds: its figure, 1 where rows are counted, nothing where the figure is missing, which is not zero. */
    private static OptionalDouble amount(Optional<Column> value, int row) {
        return value.map(column -> Cells.number(column.cells().get(row))).orElse(OptionalDouble.of(1));
    }

    private static List<Point> overTime(Column by, Optional<Column> value, List<String> findings) {
        TreeMap<LocalDate, Double> days = new TreeMap<>();
        for (int row = 0; row < by.cells().size(); row++) {
            int at = row;
            Cells.date(by.cells().get(row))
                    .ifPresent(day -> amount(value, at).ifPresent(amount -> days.merge(day, amount, Double::sum)));
        }
        if (days.isEmpty()) {
            return List.of();
        }
        long span = ChronoUnit.DAYS.between(days.firstKey(), days.lastKey());
        // A line through a few scattered days would show gaps as if they were steps.
        boolean scattered = span > 45 && days.size() * 3L < span;
        boolean months = span > 92 || scattered || days.keySet().stream().allMatch(day -> day.getDayOfMonth() == 1);
        boolean years = span > 366 * 6L;
        TreeMap<String, Double> periods = new TreeMap<>();
        days.forEach((day, sum) -> periods.merge(
                years ? String.valueOf(day.getYear()) : months ? day.toString().substring(0, 7) : day.toString(),
                sum,
                Double::sum));
        List<Point> points = new ArrayList<>();
        periods.forEach((name, sum) -> points.add(new Point(name, sum)));
        Point high = Collections.max(points, java.util.Comparator.comparingDouble(Point::value));
        Point low = Collections.min(points, java.util.Comparator.comparingDouble(Point::value));
        findings.add("Highest in " + high.label() + " with " + Markdown.number(high.value()) + ", lowest in "
                + low.label() + " with " + Markdown.number(low.value()) + ".");
        if (points.size() > 1 && points.getFirst().value() != 0) {
            double change = points.getLast().value() / points.getFirst().value() - 1;
            findings.add(String.format(
                    Locale.ROOT,
                    "From %s to %s it %s by %.1f %%.",
                    points.getFirst().label(),
                    points.getLast().label(),
                    change < 0 ? "fell" : "rose",
                    Math.abs(change) * 100));
        }
        return points;
    }

    private static String period(List<Point> points) {
        int length = points.isEmpty() ? 10 : points.getFirst().label().length();
        return length == 4 ? "each year" : length == 7 ? "each month" : "each day";
    }

    /** A column of numbers without a group: how many fall into each of some round ranges. */
    private static List<Point> ranges(Column column) {
        double low = column.numbers()[0];
        double high = column.numbers()[column.numbers().length - 1];
        if (low == high) {
            return List.of(new Point(Markdown.number(low), column.numbers().length));
        }
        int bins = (int) Math.clamp(Math.ceil(Math.sqrt(column.numbers().length)), 4, 12);
        double step = (high - low) / bins;
        double magnitude = Math.pow(10, Math.floor(Math.log10(step)));
        for (double nice : new double[] {1, 2, 5, 10}) {
            if (magnitude * nice >= step) {
                step = magnitude * nice;
                break;
            }
        }
        double first = Math.floor(low / step) * step;
        TreeMap<Integer, Integer> counts = new TreeMap<>();
        for (double value : column.numbers()) {
            counts.merge((int) Math.floor((value - first) / step), 1, Integer::sum);
        }
        List<Point> points = new ArrayList<>();
        for (int bin = 0; bin <= counts.lastKey(); bin++) {
            points.add(new Point(
                    Markdown.number(first + bin * step) + " to " + Markdown.number(first + (bin + 1) * step),
                    counts.getOrDefault(bin, 0)));
        }
        return points;
    }

    // ------------------------------------------------------------------ words

    private static List<String> remarks(CsvTable table, List<Column> columns) {
        List<String> remarks = new ArrayList<>();
        int rows = table.rows().size();
        for (Column column : columns) {
            int missing = rows - column.filled();
            if (missing > 0) {
                remarks.add(column.name() + " is empty in " + Markdown.count(missing, "row") + " ("
                        + Markdown.percent(missing, rows) + ").");
            }
            outliers(column).ifPresent(remarks::add);
        }
        Set<List<String>> seen = new HashSet<>();
        long twice = table.rows().stream().filter(row -> !seen.add(row)).count();
        if (twice > 0) {
            remarks.add(Markdown.count(twice, "row") + (twice == 1 ? " is" : " are") + " there twice.");
        }
        if (table.ragged() > 0) {
            remarks.add(Markdown.count(table.ragged(), "row") + (table.ragged() == 1 ? " has" : " have")
                    + " another number of cells than the header.");
        }
        if (table.cut()) {
            remarks.add("Only the first " + Markdown.count(CsvTable.MAX_ROWS, "row") + " were read.");
        }
        return remarks;
    }

    /** Tukey's far-out values: beyond three times the middle half's width. */
    private static Optional<String> outliers(Column column) {
        double[] sorted = column.numbers();
        if (column.kind() != Kind.NUMBER || sorted.length < 12 || column.isIdentifier()) {
            return Optional.empty();
        }
        double q1 = sorted[sorted.length / 4];
        double q3 = sorted[sorted.length * 3 / 4];
        double reach = 3 * (q3 - q1);
        if (reach <= 0) {
            return Optional.empty();
        }
        double[] far = Arrays.stream(sorted)
                .filter(value -> value < q1 - reach || value > q3 + reach)
                .toArray();
        return far.length == 0
                ? Optional.empty()
                : Optional.of(column.name() + " has " + Markdown.count(far.length, "value")
                        + " far from the rest, such as "
                        + Markdown.number(
                                Math.abs(far[0] - q1) > Math.abs(far[far.length - 1] - q3)
                                        ? far[0]
                                        : far[far.length - 1])
                        + ".");
    }

    private static String markdown(
            CsvTable table,
            List<Column> columns,
            Wish wish,
            String figure,
            List<Point> points,
            Optional<Column> group,
            List<String> findings) {
        StringBuilder out = new StringBuilder("# " + Markdown.cell(wish.title()) + "\n\n");
        out.append(Markdown.count(table.rows().size(), "row"))
                .append(", ")
                .append(Markdown.count(columns.size(), "column"))
                .append(".\n\n");
        if (!findings.isEmpty()) {
            out.append("## What stands out\n\n");
            findings.forEach(
                    finding -> out.append("- ").append(Markdown.cell(finding)).append('\n'));
            out.append('\n');
        }
        if (!points.isEmpty()) {
            double whole = points.stream().mapToDouble(Point::value).sum();
            boolean shares = points.stream().allMatch(point -> point.value() >= 0) && whole > 0;
            out.append("## ").append(Markdown.cell(figure)).append("\n\n![").append(Markdown.cell(figure));
            out.append("](").append(wish.picture()).append(")\n\n");
            out.append("| ")
                    .append(Markdown.cell(group.map(Column::name).orElse("range")))
                    .append(shares ? " | amount | share |\n|---|--:|--:|\n" : " | amount |\n|---|--:|\n");
            for (Point point : points.subList(0, Math.min(points.size(), MAX_GROUPS_OF_A_NAME))) {
                out.append("| ")
                        .append(Markdown.cell(point.label()))
                        .append(" | ")
                        .append(Markdown.number(point.value()));
                out.append(shares ? " | " + Markdown.percent(point.value(), whole) + " |\n" : " |\n");
            }
            if (points.size() > MAX_GROUPS_OF_A_NAME) {
                out.append("\n… and ")
                        .append(points.size() - MAX_GROUPS_OF_A_NAME)
                        .append(" more.\n");
            }
            out.append('\n');
        }
        numbers(out, columns);
        texts(out, columns);
        return out.toString();
    }

    private static void numbers(StringBuilder out, List<Column> columns) {
        List<Column> numbers =
                columns.stream().filter(column -> column.kind() == Kind.NUMBER).toList();
        if (numbers.isEmpty()) {
            return;
        }
        out.append("## Numbers\n\n| column | filled | smallest | median | mean | largest | sum |\n");
        out.append("|---|--:|--:|--:|--:|--:|--:|\n");
        for (Column column : numbers) {
            double[] sorted = column.numbers();
            double sum = Arrays.stream(sorted).sum();
            int middle = sorted.length / 2;
            double median = sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
            out.append("| ").append(Markdown.cell(column.name())).append(" | ").append(column.filled());
            for (double value : new double[] {sorted[0], median, sum / sorted.length, sorted[sorted.length - 1]}) {
                out.append(" | ").append(Markdown.number(value));
            }
            out.append(" | ")
                    .append(column.isIdentifier() ? "–" : Markdown.number(sum))
                    .append(" |\n");
        }
        out.append('\n');
    }

    private static void texts(StringBuilder out, List<Column> columns) {
        List<Column> texts =
                columns.stream().filter(column -> column.kind() != Kind.NUMBER).toList();
        if (texts.isEmpty()) {
            return;
        }
        out.append("## Names and dates\n\n| column | filled | different | most frequent |\n|---|--:|--:|---|\n");
        for (Column column : texts) {
            Map<String, Integer> counts = new HashMap<>();
            column.cells().stream()
                    .filter(cell -> !cell.isBlank())
                    .forEach(cell -> counts.merge(cell, 1, Integer::sum));
            String most = counts.size() == column.filled()
                    ? "all different"
                    : counts.entrySet().stream()
                            .sorted(Map.Entry.<String, Integer>comparingByValue()
                                    .reversed()
                                    .thenComparing(Map.Entry.comparingByKey()))
                            .limit(3)
                            .map(entry -> Markdown.cell(entry.getKey()) + " (" + entry.getValue() + ")")
                            .collect(java.util.stream.Collectors.joining(", "));
            out.append("| ")
                    .append(Markdown.cell(column.name()))
                    .append(" | ")
                    .append(column.filled())
                    .append(" | ")
                    .append(counts.size())
                    .append(" | ")
                    .append(most)
                    .append(" |\n");
        }
    }
}
