package dev.agentos.testkit.service;

import dev.agentos.bridge.wire.WireJson;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What a bench or a proof found: named figures, skipped parts with their reasons, and the machine. */
public final class Figures {

    private final Map<String, Object> figures = new LinkedHashMap<>();
    private final List<String> skipped = new ArrayList<>();
    private final Map<String, Object> top = new LinkedHashMap<>();
    private final List<Map<String, String>> rows = new ArrayList<>();

    public Figures(String kind, String name) {
        top.put(kind, name);
    }

    /** A figure; the unit is in its name. */
    public Figures put(String name, Object value) {
        figures.put(name, value instanceof Double number ? round(number) : value);
        return this;
    }

    /** A field of the object itself, for example {@code tried}. */
    public Figures top(String name, Object value) {
        top.put(name, value);
        return this;
    }

    /** A row of the table that stands above the figures. Every row has the same columns, in the same order. */
    public Figures row(Map<String, String> cells) {
        rows.add(new LinkedHashMap<>(cells));
        return this;
    }

    public Figures skip(String what, String why) {
        skipped.add(what + ": " + why);
        return this;
    }

    /** Prints a table, or one JSON object. */
    public void print(PrintStream out, boolean json) {
        Map<String, Object> object = new LinkedHashMap<>(top);
        object.put("machine", machine());
        object.put("figures", figures);
        object.put("skipped", skipped);
        if (!rows.isEmpty()) {
            object.put("table", rows);
        }
        if (json) {
            out.println(WireJson.write(object));
            return;
        }
        printRows(out);
        top.forEach((name, value) -> out.printf("%-32s %s%n", name, value));
        out.println();
        figures.forEach((name, value) -> out.printf("%-32s %s%n", name, value));
        skipped.forEach(reason -> out.println("SKIP " + reason));
        out.println("machine: " + machine());
    }

    private void printRows(PrintStream out) {
        if (rows.isEmpty()) {
            return;
        }
        List<String> columns = List.copyOf(rows.getFirst().keySet());
        Map<String, Integer> widths = new LinkedHashMap<>();
        for (String column : columns) {
            int widest = rows.stream()
                    .mapToInt(row -> row.getOrDefault(column, "").length())
                    .max()
                    .orElse(0);
            widths.put(column, Math.max(column.length(), widest));
        }
        StringBuilder line = new StringBuilder();
        columns.forEach(column -> line.append(padded(column, widths.getOrDefault(column, 0))));
        out.println(line.toString().stripTrailing());
        for (Map<String, String> row : rows) {
            StringBuilder cells = new StringBuilder();
            columns.forEach(
                    column -> cells.append(padded(row.getOrDefault(column, ""), widths.getOrDefault(column, 0))));
            out.println(cells.toString().stripTrailing());
        }
        out.println();
    }

    private static String padded(String text, int width) {
        return text + " ".repeat(width - text.length() + 2);
    }

    /** Tells a person at the terminal what is being done now; figures go to standard output, this does not. */
    public void step(String doing) {
        System.err.println(String.join(
                        " ", top.values().stream().map(String::valueOf).limit(1).toList()) + ": " + doing);
    }

    /** The value at a share of the sorted samples, 0.5 for the median. */
    public static double percentile(double[] samples, double share) {
        double[] sorted = samples.clone();
        Arrays.sort(sorted);
        return sorted[(int) Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
    }

    private static double round(double value) {
        return Double.parseDouble(String.format(Locale.ROOT, "%.4g", value));
    }

    private static Map<String, Object> machine() {
        Map<String, Object> machine = new LinkedHashMap<>();
        machine.put("cpus", Runtime.getRuntime().availableProcessors());
        machine.put("cpu", firstMatch("/proc/cpuinfo", "model name"));
        machine.put("memory", firstMatch("/proc/meminfo", "MemTotal"));
        machine.put("kernel", System.getProperty("os.version"));
        machine.put("java", System.getProperty("java.vm.version"));
        return machine;
    }

    private static String firstMatch(String file, String name) {
        try {
            return Files.readAllLines(Path.of(file)).stream()
                    .filter(line -> line.startsWith(name))
                    .findFirst()
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .orElse("unknown");
        } catch (IOException e) {
            return "unknown";
        }
    }
}
