package dev.agentos.bridge.view;

import dev.agentos.bridge.wire.WireJson;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/** What a command answered, as more than text: tables, diffs, prose with its sources, plots. */
public sealed interface Answer {

    /** Plain lines. */
    record Lines(List<TextLine> lines) implements Answer {}

    /** Rows under columns. */
    record Grid(List<String> columns, List<List<String>> rows) implements Answer {}

    /** What changed in a file. */
    record Diff(String path, List<TextLine> lines) implements Answer {}

    /** Text of some length, and the documents that it quotes. */
    record Prose(String text, List<String> sources) implements Answer {}

    /** A series of [seconds, value]. */
    record Plot(String title, List<double[]> points) implements Answer {}

    int MOST_COLUMNS = 5;
    int LONGEST_CELL = 90;
    int MOST_PLOTS = 6;

    /** From what agentctl printed; text that is not JSON stays text. */
    static List<Answer> of(String out, String err, boolean done) {
        List<Answer> answers = new ArrayList<>();
        if (!err.isBlank()) {
            answers.add(new Lines(TextLines.of(done ? Tone.MUTED : Tone.BAD, err)));
        }
        String text = out.strip();
        if (text.isEmpty()) {
            return answers;
        }
        if (text.startsWith("{") || text.startsWith("[")) {
            try {
                read(WireJson.read(text, Object.class), answers);
                return answers;
            } catch (JacksonException e) {
                // Several objects one under the other, for example: shown as they are.
                answers.add(new Lines(TextLines.of(Tone.PLAIN, out)));
                return answers;
            }
        }
        answers.add(new Lines(TextLines.of(Tone.PLAIN, out)));
        return answers;
    }

    private static void read(@Nullable Object value, List<Answer> answers) {
        if (value instanceof List<?> list) {
            list(list, answers);
        } else if (value instanceof Map<?, ?> map) {
            map(map, answers);
        } else {
            answers.add(new Lines(List.of(TextLine.of(String.valueOf(value)))));
        }
    }

    private static void map(Map<?, ?> map, List<Answer> answers) {
        if (map.get("markdown") instanceof String markdown) {
            answers.add(new Prose(markdown, sources(map.get("sources"))));
            return;
        }
        List<List<String>> pairs = new ArrayList<>();
        map.forEach((key, one) -> {
            if (!(one instanceof Map<?, ?>)
                    && !(one instanceof List<?>)
                    && one != null
                    && !one.toString().isEmpty()) {
                pairs.add(List.of(String.valueOf(key).replace('_', ' '), cell(one)));
            }
        });
        if (!pairs.isEmpty()) {
            answers.add(new Grid(List.of("", ""), pairs));
        }
        map.forEach((_, one) -> {
            if (one instanceof List<?> list && !list.isEmpty()) {
                list(list, answers);
            } else if (one instanceof Map<?, ?> inner && !inner.isEmpty()) {
                map(inner, answers);
            }
        });
    }

    private static List<String> sources(@Nullable Object sources) {
        return sources instanceof List<?> list
                ? list.stream()
                        .map(one ->
                                one instanceof Map<?, ?> source ? String.valueOf(source.get("document")) : cell(one))
                        .toList()
                : List.of();
    }

    private static void list(List<?> list, List<Answer> answers) {
        List<Map<?, ?>> maps = new ArrayList<>();
        for (Object one : list) {
            if (one instanceof Map<?, ?> map) {
                maps.add(map);
            }
        }
        if (maps.isEmpty()) {
            answers.add(
                    new Lines(list.stream().map(one -> TextLine.of(cell(one))).toList()));
            return;
        }
        if (maps.getFirst().get("points") instanceof List<?>) {
            maps.stream().limit(MOST_PLOTS).forEach(one -> answers.add(plot(one)));
            return;
        }
        List<Map<?, ?>> rows = new ArrayList<>();
        for (Map<?, ?> one : maps) {
            if (one.get("diff") instanceof String diff && !diff.isEmpty()) {
                answers.add(new Diff(String.valueOf(one.get("path")), TextLines.diff(diff)));
            } else {
                rows.add(one);
            }
        }
        if (!rows.isEmpty()) {
            answers.add(grid(rows));
        }
    }

    private static Plot plot(Map<?, ?> series) {
        List<double[]> points = new ArrayList<>();
        if (series.get("points") instanceof List<?> list) {
            for (Object one : list) {
                if (one instanceof List<?> pair
                        && pair.size() == 2
                        && pair.get(0) instanceof Number x
                        && pair.get(1) instanceof Number y) {
                    points.add(new double[] {x.doubleValue(), y.doubleValue()});
                }
            }
        }
        points.sort(Comparator.comparingDouble(point -> point[0]));
        return new Plot(series.get("subject") + "  " + series.get("name"), points);
    }

    private static Grid grid(List<Map<?, ?>> rows) {
        Set<String> columns = new LinkedHashSet<>();
        for (Map<?, ?> row : rows) {
            row.forEach((key, value) -> {
                boolean plain = value != null && !(value instanceof Map<?, ?>) && !(value instanceof List<?>);
                if (plain && !value.toString().isEmpty() && value.toString().length() <= LONGEST_CELL) {
                    columns.add(String.valueOf(key));
                }
            });
        }
        List<String> chosen = columns.stream().limit(MOST_COLUMNS).toList();
        return new Grid(
                chosen.stream().map(name -> name.replace('_', ' ')).toList(),
                rows.stream()
                        .map(row ->
                                chosen.stream().map(name -> cell(row.get(name))).toList())
                        .toList());
    }

    private static String cell(@Nullable Object value) {
        return value == null ? "" : value.toString();
    }
}
