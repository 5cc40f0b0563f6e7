package dev.agentos.bridge.view;

import dev.agentos.bridge.wire.EventWire.History;
import dev.agentos.bridge.wire.EventWire.Series;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * Measurements of the last 15 minutes, as they were heard piece by piece.
 *
 * @param series points [seconds since the epoch, value] by {@code subject/name}, oldest first
 */
public record HistoryViewModel(Map<String, List<double[]>> series) {

    /** How much of the past is kept, in seconds. */
    public static final int SPAN_SECONDS = 900;

    public HistoryViewModel {
        series = Map.copyOf(series);
    }

    public static HistoryViewModel empty() {
        return new HistoryViewModel(Map.of());
    }

    /** The state after a piece of history: newer points are added, points that are too old are let go. */
    public HistoryViewModel reduce(History piece) {
        Map<String, List<double[]>> next = new HashMap<>(series);
        for (Series one : piece.series()) {
            next.merge(key(one.subject(), one.name()), one.points(), HistoryViewModel::joined);
        }
        double newest = next.values().stream()
                .filter(points -> !points.isEmpty())
                .mapToDouble(points -> points.getLast()[0])
                .max()
                .orElse(0);
        next.replaceAll((_, points) -> since(points, newest - SPAN_SECONDS));
        next.values().removeIf(List::isEmpty);
        return new HistoryViewModel(next);
    }

    private static List<double[]> joined(List<double[]> before, List<double[]> more) {
        double last = before.isEmpty() ? 0 : before.getLast()[0];
        List<double[]> all = new ArrayList<>(before);
        more.stream().filter(point -> point[0] > last).forEach(all::add);
        return all;
    }

    private static List<double[]> since(List<double[]> points, double from) {
        return points.isEmpty() || points.getFirst()[0] >= from
                ? points
                : points.stream().filter(point -> point[0] >= from).toList();
    }

    public List<double[]> points(String subject, String name) {
        return series.getOrDefault(key(subject, name), List.of());
    }

    /** The newest value; empty where nothing was measured. */
    public OptionalDouble latest(String subject, String name) {
        List<double[]> points = points(subject, name);
        return points.isEmpty() ? OptionalDouble.empty() : OptionalDouble.of(points.getLast()[1]);
    }

    /** The sum of what is kept; for what is counted second by second. */
    public double sum(String subject, String name) {
        return points(subject, name).stream().mapToDouble(point -> point[1]).sum();
    }

    /** Seconds since the epoch of the newest point of all; 0 for none. */
    public long newest() {
        return series.values().stream()
                .filter(points -> !points.isEmpty())
                .mapToLong(points -> (long) points.getLast()[0])
                .max()
                .orElse(0);
    }

    private static String key(String subject, String name) {
        return subject + "/" + name;
    }
}
