package dev.agentos.tui.monitor;

import dev.agentos.bridge.view.AgentsViewModel;
import dev.agentos.bridge.view.AgentsViewModel.Row;
import dev.agentos.bridge.view.DetailTab;
import dev.agentos.bridge.view.Measures;
import dev.agentos.bridge.view.MonitorViewModel;
import dev.agentos.bridge.view.TextLine;
import dev.agentos.bridge.wire.ModelWire;
import dev.agentos.themes.Role;
import dev.agentos.tui.monitor.Frame.Style;
import dev.agentos.tui.term.Screen;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Agents as a table that follows the width of the terminal, and as a tree with their steps. */
final class AgentsScreen {

    private static final int CALLS_IN_TREE = 8;
    private static final double[] NOTHING = {};

    private final MonitorViewModel model;
    private final Frame frame;
    private final Columns columns;

    AgentsScreen(MonitorViewModel model, Frame frame) {
        this.model = model;
        this.frame = frame;
        this.columns = Columns.of(frame.width());
    }

    /** Where each column begins, or ends where it holds numbers. */
    private record Columns(
            boolean wide,
            boolean medium,
            int state,
            int agent,
            int agentWidth,
            int latency,
            int spark,
            int cpuEnd,
            int memEnd,
            int callsEnd,
            int end) {

        static Columns of(int width) {
            boolean wide = width >= 112;
            boolean medium = width >= 76;
            int agentWidth = wide ? width - 89 : medium ? width - 52 : width - 24;
            int agent = 16;
            int latency = agent + agentWidth + 1;
            int spark = latency + 7;
            int cpuEnd = wide ? spark + 21 : latency + 14;
            return new Columns(
                    wide, medium, 3, agent, agentWidth, latency, spark, cpuEnd, cpuEnd + 8, cpuEnd + 15, width - 2);
        }
    }

    // ------------------------------------------------------------------ table

    void table(int top, int end) {
        heads(top);
        List<Row> rows = model.agents().shown();
        if (rows.isEmpty()) {
            empty(top + 2);
            return;
        }
        int room = Math.max(1, end - top - 2);
        int at = Math.max(0, model.ids().indexOf(model.selected()));
        int first = Math.clamp(at - room / 2, 0, Math.max(0, rows.size() - room));
        int last = Math.min(rows.size(), first + room);
        for (int i = first; i < last; i++) {
            row(top + 1 + i - first, rows.get(i));
        }
        totals(Math.min(end - 1, top + 1 + last - first), rows, first, last);
    }

    private void heads(int y) {
        Style head = Style.MUTED;
        frame.put(columns.state, y, "STATE", head);
        frame.put(columns.agent, y, "AGENT", head);
        frame.put(columns.latency, y, "CLASS", head);
        if (columns.medium) {
            frame.right(columns.cpuEnd, y, "CPU", head);
            frame.right(columns.memEnd, y, "MiB", head);
            frame.right(columns.callsEnd, y, "CALLS", head);
        }
        if (columns.wide) {
            frame.put(columns.spark, y, "15 MIN", head);
            frame.right(columns.callsEnd + 9, y, "TOKENS", head);
            frame.right(columns.callsEnd + 15, y, "$", head);
            frame.right(columns.end, y, "ONSET/SLO", head);
        }
    }

    private void row(int y, Row row) {
        boolean here = row.id().equals(model.selected());
        Role surface = here ? Role.RAISED : Role.BACKGROUND;
        if (here) {
            Looks.select(frame, y);
        }
        frame.put(
                columns.state,
                y,
                row.glyph() + " " + row.word(),
                Looks.tone(row.tone()).on(surface));
        int after = frame.put(
                columns.agent, y, Screen.fit(row.name(), columns.agentWidth - 5), new Style(Role.TEXT, surface, here));
        frame.put(after + 1, y, row.number(), Style.MUTED.on(surface));
        frame.put(
                columns.latency, y, row.latency(), Looks.latency(row.latency()).on(surface));
        numbers(y, row, surface);
    }

    private void numbers(int y, Row row, Role surface) {
        double[] series = series(row);
        Style text = Style.TEXT.on(surface);
        if (columns.medium) {
            boolean measured = !row.state().isFinal() && series.length > 0;
            frame.right(columns.cpuEnd, y, measured ? cores(last(series)) : "–", text);
            frame.right(columns.memEnd, y, orDash(row.memoryBytes() >> 20), text);
            frame.right(columns.callsEnd, y, orDash(row.toolCalls()), text);
        }
        if (columns.wide) {
            Style muted = Style.MUTED.on(surface);
            frame.put(
                    columns.spark,
                    y,
                    Spark.of(series, 15),
                    Looks.latency(row.latency()).on(surface));
            use(y, row, text, muted);
        }
    }

    /** What it asked of models; an agent with a plan and without a model shows its steps instead. */
    private void use(int y, Row row, Style text, Style muted) {
        Optional<ModelWire.Latency> use = model.use(row.id());
        long tokens = use.map(ModelWire.Latency::tokens).orElse(0L);
        frame.right(columns.callsEnd + 9, y, tokens == 0 ? "–" : Measures.count(tokens), tokens == 0 ? muted : text);
        String cost = use.map(each -> Measures.dollars(each.costUsd())).orElse("–");
        frame.right(columns.callsEnd + 15, y, cost, cost.equals("–") ? muted : text);
        if (use.isPresent() && use.get().answers() > 0) {
            ModelWire.Latency onset = use.get();
            boolean late = onset.onsetSloMs() > 0 && onset.onsetMsP95() > onset.onsetSloMs();
            frame.right(
                    columns.end,
                    y,
                    Math.round(onset.onsetMsP95()) + "/" + (onset.onsetSloMs() == 0 ? "–" : onset.onsetSloMs()),
                    late ? Style.of(Role.BAD).on(text.back()) : text);
        } else {
            frame.right(columns.end, y, row.steps() > 0 ? "step " + row.stepsDone() + "/" + row.steps() : "–", muted);
        }
    }

    private void totals(int y, List<Row> rows, int first, int last) {
        AgentsViewModel.Totals totals = model.agents().totals();
        String range = last - first < rows.size() ? " · " + (first + 1) + "–" + last : "";
        String more = model.agents().finished() ? "" : " · f shows finished";
        frame.put(columns.state, y, totals.shown() + " shown" + range + more, Style.MUTED);
        if (columns.medium) {
            double cpu = rows.stream()
                    .filter(row -> !row.state().isFinal())
                    .mapToDouble(row -> last(series(row)))
                    .sum();
            frame.right(columns.cpuEnd, y, cores(cpu), Style.STRONG);
            frame.right(columns.memEnd, y, String.valueOf(totals.memoryBytes() >> 20), Style.STRONG);
            frame.right(columns.callsEnd, y, String.valueOf(totals.toolCalls()), Style.STRONG);
        }
    }

    private double[] series(Row row) {
        return model.sparks().getOrDefault(row.id(), NOTHING);
    }

    private static double last(double[] series) {
        return series.length == 0 ? 0 : series[series.length - 1];
    }

    private static String cores(double used) {
        return String.format(Locale.ROOT, "%.1f", used);
    }

    private static String orDash(long number) {
        return number == 0 ? "–" : String.valueOf(number);
    }

    private void empty(int y) {
        if (model.status().isEmpty()) {
            String text = model.connection().isConnected() ? "loading…" : "nothing was heard of agentd yet";
            frame.put(3, y, text, Style.MUTED);
        } else if (!model.filter().isEmpty()) {
            frame.put(3, y, "no agent fits the filter; esc clears it", Style.MUTED);
        } else {
            frame.put(3, y, "Nothing runs.", Style.STRONG);
            frame.put(3, y + 1, "Start one: 4 is the catalog.   See what ran: f.", Style.MUTED);
        }
    }

    // ------------------------------------------------------------------ tree

    void tree(int top, int end) {
        frame.put(3, top, "AGENTS AND THEIR TOOL CALLS", Style.MUTED);
        List<Row> rows = model.agents().shown();
        if (rows.isEmpty()) {
            empty(top + 2);
            return;
        }
        int at = Math.max(0, model.ids().indexOf(model.selected()));
        int first = Math.max(0, at - Math.max(0, (end - top) / 4));
        int y = top + 1;
        for (Row row : rows.subList(first, rows.size())) {
            if (y >= end) {
                return;
            }
            y = branch(y, end, row);
        }
    }

    private int branch(int from, int end, Row row) {
        boolean here = row.id().equals(model.selected());
        if (here) {
            Looks.select(frame, from);
        }
        Role surface = here ? Role.RAISED : Role.BACKGROUND;
        int x = frame.put(
                3, from, row.glyph() + " " + row.word(), Looks.tone(row.tone()).on(surface));
        frame.put(Math.max(16, x + 1), from, row.id(), new Style(Role.TEXT, surface, true));
        List<TextLine> calls = model.pages().getOrDefault(row.id() + "/" + DetailTab.CALLS.name(), List.of());
        int shown = Math.min(calls.size(), CALLS_IN_TREE);
        int y = from + 1;
        for (int i = 0; i < shown && y < end; i++) {
            String glyph = i == shown - 1 && shown == calls.size() ? "└ " : "├ ";
            frame.put(
                    8,
                    y++,
                    glyph + Screen.fit(calls.get(i).text(), frame.width() - 12),
                    Looks.tone(calls.get(i).tone()));
        }
        if (calls.size() > shown && y < end) {
            frame.put(8, y++, "└ " + (calls.size() - shown) + " more: enter", Style.MUTED);
        }
        return y;
    }
}
