package dev.agentos.bridge.view;

import dev.agentos.bridge.view.AgentsViewModel.Row;
import dev.agentos.bridge.wire.ServiceWire;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Stream;

/** The numbers of Home, each with its last 15 minutes. */
public record HomeViewModel(
        Figure running, Figure onset, Figure queue, Figure processors, Figure memory, Figure calls) {

    private static final String MACHINE = "machine";
    private static final String SRT = "class:SRT";
    private static final String DT = "class:DT";
    private static final double GIB = 1024.0 * 1024 * 1024;

    /**
     * One big number.
     *
     * @param unit what stands behind it, small
     * @param below more of it; where there is no number, why not
     * @param lines series that share one scale, each of points [seconds since the epoch, value], oldest first
     * @param target a dashed line at this value
     * @param atLeast the top of the chart is never below this value
     * @param end seconds since the epoch at the right edge of the chart
     */
    public record Figure(
            String value,
            String unit,
            String below,
            List<List<double[]>> lines,
            OptionalDouble target,
            double atLeast,
            double end) {

        public Figure {
            lines = List.copyOf(lines);
        }
    }

    public static HomeViewModel of(CenterViewModel state, Instant now) {
        return new HomeViewModel(
                running(state, now),
                onset(state, now),
                queue(state, now),
                processors(state, now),
                memory(state, now),
                calls(state, now));
    }

    private static Figure running(CenterViewModel state, Instant now) {
        List<Row> live = state.agents().rows().stream()
                .filter(row -> !row.state().isFinal())
                .toList();
        long many = live.stream().filter(row -> row.word().equals("running")).count();
        return figure(
                state,
                now,
                state.known() ? String.valueOf(many) : Measures.NONE,
                "of " + live.size(),
                byClass(live),
                2,
                List.of(line(state, MACHINE, "agents_running")));
    }

    private static String byClass(List<Row> live) {
        List<String> parts = Stream.of("HRT", "SRT", "DT")
                .map(name ->
                        live.stream().filter(row -> row.latency().equals(name)).count() + " " + name)
                .filter(text -> !text.startsWith("0 "))
                .toList();
        return parts.isEmpty() ? "none alive" : String.join(" · ", parts);
    }

    /** How soon soft real-time agents heard the first token, against what their contracts promise. */
    private static Figure onset(CenterViewModel state, Instant now) {
        HistoryViewModel history = state.history();
        OptionalDouble newest = history.latest(SRT, "onset_ms");
        OptionalDouble promised = history.latest(SRT, "onset_slo_ms");
        String below = newest.isEmpty()
                ? "no SRT answer in 15 min"
                : Math.round(history.sum(SRT, "late")) + " of " + Math.round(history.sum(SRT, "answers")) + " late"
                        + (promised.isPresent() ? " · target " + Math.round(promised.getAsDouble()) + " ms" : "");
        Figure figure = figure(
                state,
                now,
                newest.isPresent() ? String.valueOf(Math.round(newest.getAsDouble())) : Measures.NONE,
                newest.isPresent() ? "ms, newest" : "",
                below,
                1,
                List.of(line(state, SRT, "onset_ms")));
        return newest.isPresent() && promised.isPresent() ? withTarget(figure, promised.getAsDouble()) : figure;
    }

    /** Calls that wait for their turn at a model; HRT waits on none. */
    private static Figure queue(CenterViewModel state, Instant now) {
        OptionalDouble srt = state.history().latest(SRT, "models_waiting");
        OptionalDouble dt = state.history().latest(DT, "models_waiting");
        boolean measured = srt.isPresent() || dt.isPresent();
        long first = Math.round(srt.orElse(0));
        long other = Math.round(dt.orElse(0));
        return figure(
                state,
                now,
                measured ? String.valueOf(first + other) : Measures.NONE,
                measured ? "waiting" : "",
                measured ? first + " SRT · " + other + " DT" : "not measured yet",
                2,
                List.of(line(state, SRT, "models_waiting"), line(state, DT, "models_waiting")));
    }

    private static Figure processors(CenterViewModel state, Instant now) {
        int cores = state.status().map(status -> status.machine().cores()).orElse(0);
        return withTarget(
                figure(
                        state,
                        now,
                        Measures.cores(state.history().latest(MACHINE, "cpu_cores")),
                        "of " + cores + " cores",
                        pressure(state, "cpu"),
                        cores,
                        List.of(line(state, MACHINE, "cpu_cores"))),
                cores);
    }

    private static Figure memory(CenterViewModel state, Instant now) {
        OptionalDouble used = state.history().latest(MACHINE, "memory_bytes");
        Optional<ServiceWire.MachineView> host = state.status().map(ServiceWire.Status::machine);
        double total = host.map(ServiceWire.MachineView::memoryBytes).orElse(0L);
        return withTarget(
                figure(
                        state,
                        now,
                        used.isPresent() ? String.format(Locale.ROOT, "%.1f", used.getAsDouble() / GIB) : Measures.NONE,
                        String.format(Locale.ROOT, "of %.0f GiB", total / GIB),
                        pressure(state, "memory"),
                        total,
                        List.of(line(state, MACHINE, "memory_bytes"))),
                total);
    }

    private static Figure calls(CenterViewModel state, Instant now) {
        long all = state.agents().rows().stream().mapToLong(Row::toolCalls).sum();
        return figure(
                state,
                now,
                state.known() ? Measures.count(all) : Measures.NONE,
                "in all",
                Math.round(state.history().sum(MACHINE, "refusals")) + " refused in 15 min",
                2,
                List.of(line(state, MACHINE, "tool_calls")));
    }

    private static String pressure(CenterViewModel state, String resource) {
        OptionalDouble share = state.history().latest(MACHINE, "pressure_" + resource);
        return share.isEmpty()
                ? "no pressure figures here"
                : String.format(Locale.ROOT, "%.0f %% of the time short", share.getAsDouble());
    }

    private static List<double[]> line(CenterViewModel state, String subject, String name) {
        return state.history().points(subject, name);
    }

    private static Figure figure(
            CenterViewModel state,
            Instant now,
            String value,
            String unit,
            String below,
            double atLeast,
            List<List<double[]>> lines) {
        String word = state.known()
                ? state.connection()
                        .lostSince()
                        .map(since -> "stopped reporting " + PanelState.ago(since, now))
                        .orElse(below)
                : "asking agentd …";
        return new Figure(
                value,
                unit,
                word,
                lines,
                OptionalDouble.empty(),
                atLeast,
                state.history().newest());
    }

    private static Figure withTarget(Figure figure, double target) {
        return new Figure(
                figure.value(),
                figure.unit(),
                figure.below(),
                figure.lines(),
                OptionalDouble.of(target),
                figure.atLeast(),
                figure.end());
    }
}
