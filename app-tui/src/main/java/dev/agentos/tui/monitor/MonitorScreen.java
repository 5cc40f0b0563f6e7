package dev.agentos.tui.monitor;

import dev.agentos.bridge.view.AgentsViewModel;
import dev.agentos.bridge.view.AgentsViewModel.Row;
import dev.agentos.bridge.view.DetailTab;
import dev.agentos.bridge.view.MonitorTab;
import dev.agentos.bridge.view.MonitorViewModel;
import dev.agentos.bridge.view.MonitorViewModel.Mode;
import dev.agentos.bridge.view.TextLine;
import dev.agentos.bridge.view.TimelineViewModel;
import dev.agentos.bridge.view.Tone;
import dev.agentos.bridge.wire.ConsentWire.AskView;
import dev.agentos.bridge.wire.ServiceWire;
import dev.agentos.themes.Role;
import dev.agentos.tui.monitor.Frame.Style;
import dev.agentos.tui.term.Screen;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Paints the view model. Pure: the same model, size and minute give the same frame. */
final class MonitorScreen {

    private static final DateTimeFormatter CLOCK = DateTimeFormatter.ofPattern("HH:mm");

    private final MonitorViewModel model;
    private final Frame frame;
    private final Instant now;
    private final ZoneId zone;

    private MonitorScreen(MonitorViewModel model, int width, int height, Instant now, ZoneId zone) {
        this.model = model;
        this.frame = new Frame(width, height);
        this.now = now;
        this.zone = zone;
    }

    static Frame render(
            MonitorViewModel model, Optional<CardView> card, int width, int height, Instant now, ZoneId zone) {
        MonitorScreen screen = new MonitorScreen(model, width, height, now, zone);
        if (width < 40 || height < 8) {
            screen.frame.put(0, 0, "too small: 40 × 8 at least", Style.TEXT);
            return screen.frame;
        }
        screen.header();
        if (card.isPresent()) {
            CardScreen.paint(screen.frame, card.get(), 2, height - 1, now);
        } else {
            screen.body();
        }
        screen.bottom(card.isPresent());
        return screen.frame;
    }

    // ------------------------------------------------------------------ header: is it well, what runs, waits, costs,
    // fails

    private void header() {
        int x = frame.put(1, 0, "AgentOS", Style.STRONG) + 2;
        if (model.connection().isConnected()) {
            x = frame.put(x, 0, "● agentd", Style.of(Role.OK)) + 2;
        } else {
            x = frame.put(x, 0, "✕ agentd silent", Style.of(Role.BAD)) + 2;
        }
        if (model.status().isPresent()) {
            ServiceWire.Enforcement enforcement = model.status().get().enforcement();
            boolean full = enforcement.enforced() == enforcement.total() && enforcement.total() > 0;
            String word = (full ? "full " : "partial ") + enforcement.enforced() + "/" + enforcement.total();
            x = frame.put(x, 0, word, full ? Style.MUTED : Style.of(Role.NEEDS)) + 2;
        }
        AgentsViewModel all = model.agents().filtered("").withFinished(true);
        long running = all.rows().stream()
                .filter(r -> r.word().equals("running") || r.word().equals("needs you"))
                .count();
        long failing = all.rows().stream()
                .filter(r -> r.word().equals("failed") || r.word().equals("dead letter"))
                .count();
        int waiting = model.inbox().count();
        x = Math.max(x, Math.min(40, frame.width() / 3));
        x = frame.put(x, 0, running + " running", Style.TEXT) + 2;
        x = frame.put(
                        x,
                        0,
                        waiting + (waiting == 1 ? " needs you" : " need you"),
                        waiting == 0 ? Style.MUTED : Style.of(Role.NEEDS).strong())
                + 2;
        x = frame.put(x, 0, "$ –", Style.MUTED) + 2;
        frame.put(x, 0, failing + " failed", failing == 0 ? Style.MUTED : Style.of(Role.BAD));
        frame.right(frame.width() - 1, 0, CLOCK.format(now.atZone(zone)), Style.MUTED);
        tabs();
    }

    private void tabs() {
        int x = 1;
        for (MonitorTab tab : MonitorTab.values()) {
            String title = tab.title()
                    + switch (tab) {
                        case INBOX ->
                            model.inbox().count() > 0 ? " " + model.inbox().count() : "";
                        case AUDIT -> audit();
                        default -> "";
                    };
            boolean here = tab == model.tab();
            Style style = here
                    ? new Style(Role.ACCENT, Role.BACKGROUND, true)
                    : tab == MonitorTab.INBOX && model.inbox().count() > 0 ? Style.of(Role.NEEDS) : Style.MUTED;
            x = frame.put(x, 1, here ? "▸" + title : " " + title, style) + 2;
        }
        String hint = "/ filter  : command  a actions  ? keys";
        String chip = model.filter().isEmpty() ? "" : "[/ " + model.filter() + " ✕]  ";
        int room = frame.width() - x - 1;
        if (Screen.columns(chip + hint) <= room) {
            frame.right(frame.width() - 1, 1, hint, Style.MUTED);
            frame.right(frame.width() - 1 - Screen.columns(hint), 1, chip, Style.of(Role.ACCENT));
        } else {
            String shortened = chip.isEmpty() ? "? keys" : chip.strip();
            frame.right(frame.width() - 1, 1, shortened, chip.isEmpty() ? Style.MUTED : Style.of(Role.ACCENT));
        }
    }

    private String audit() {
        List<TextLine> page = model.pages().getOrDefault("AUDIT", List.of());
        return page.isEmpty()
                ? ""
                : page.getFirst().tone() == Tone.OK ? " ✓" : page.getFirst().tone() == Tone.BAD ? " ✕" : "";
    }

    // ------------------------------------------------------------------ body

    private void body() {
        int top = 2;
        int end = frame.height() - 1 - bar();
        if (model.mode() == Mode.HELP) {
            page(Keys.help(), top + 1, end);
        } else if (model.mode() == Mode.ACTIONS || model.mode() == Mode.STOP) {
            menu(top + 1, end);
        } else if (model.detail().isPresent()) {
            detail(model.detail().get(), top, end);
        } else {
            switch (model.tab()) {
                case AGENTS -> agents(top, end);
                case INBOX -> inbox(top, end);
                case EVENTS -> events(top, end);
                case TREE -> tree(top, end);
                default -> page(pageOf(model.tab().name()), top + 1, end);
            }
        }
    }

    private List<TextLine> pageOf(String name) {
        return model.pages().getOrDefault(name, List.of(TextLine.muted("loading…")));
    }

    private void agents(int top, int end) {
        boolean wide = frame.width() >= 112;
        boolean medium = frame.width() >= 76;
        int w = frame.width();
        int agentWidth = wide ? w - 89 : medium ? w - 52 : w - 24;
        int state = 3;
        int agent = state + 13;
        int latency = agent + agentWidth + 1;
        int spark = latency + 7;
        int cpuEnd = wide ? spark + 21 : latency + 14;
        int memEnd = cpuEnd + 8;
        int toolsEnd = memEnd + 7;
        Style head = Style.MUTED;
        frame.put(state, top, "STATE", head);
        frame.put(agent, top, "AGENT", head);
        frame.put(latency, top, "CLASS", head);
        if (wide) {
            frame.put(spark, top, "15 MIN", head);
        }
        if (medium) {
            frame.right(cpuEnd, top, "CPU", head);
            frame.right(memEnd, top, "MiB", head);
            frame.right(toolsEnd, top, "CALLS", head);
        }
        if (wide) {
            frame.right(toolsEnd + 9, top, "TOKENS", head);
            frame.right(toolsEnd + 15, top, "$", head);
            frame.right(w - 2, top, "ONSET/SLO", head);
        }
        List<Row> rows = model.agents().shown();
        int room = Math.max(1, end - top - 2);
        int at = Math.max(0, model.ids().indexOf(model.selected()));
        int first = Math.clamp(at - room / 2, 0, Math.max(0, rows.size() - room));
        if (rows.isEmpty()) {
            empty(top + 2);
            return;
        }
        double cpu = 0;
        for (int i = 0; i < Math.min(room, rows.size() - first); i++) {
            Row row = rows.get(first + i);
            int y = top + 1 + i;
            boolean here = row.id().equals(model.selected());
            Role surface = here ? Role.RAISED : Role.BACKGROUND;
            if (here) {
                frame.fill(y, Style.TEXT.on(Role.RAISED));
                frame.put(1, y, "▌", new Style(Role.ACCENT, surface, true));
            }
            frame.put(state, y, row.glyph() + " " + row.word(), tone(row.tone()).on(surface));
            int after =
                    frame.put(agent, y, Screen.fit(row.name(), agentWidth - 5), new Style(Role.TEXT, surface, here));
            frame.put(after + 1, y, row.number(), Style.MUTED.on(surface));
            frame.put(latency, y, row.latency(), latency(row.latency()).on(surface));
            double[] series = model.sparks().getOrDefault(row.id(), new double[0]);
            if (wide) {
                frame.put(spark, y, Spark.of(series, 15), latency(row.latency()).on(surface));
            }
            boolean over = row.state().isFinal();
            if (medium) {
                double used = series.length == 0 ? 0 : series[series.length - 1];
                frame.right(
                        cpuEnd,
                        y,
                        over || series.length == 0 ? "–" : String.format(Locale.ROOT, "%.1f", used),
                        Style.TEXT.on(surface));
                frame.right(
                        memEnd,
                        y,
                        row.memoryBytes() == 0 ? "–" : String.valueOf(row.memoryBytes() >> 20),
                        Style.TEXT.on(surface));
                frame.right(
                        toolsEnd,
                        y,
                        row.toolCalls() == 0 ? "–" : String.valueOf(row.toolCalls()),
                        Style.TEXT.on(surface));
            }
            if (wide) {
                frame.right(toolsEnd + 9, y, "–", Style.MUTED.on(surface));
                frame.right(toolsEnd + 15, y, "–", Style.MUTED.on(surface));
                frame.right(
                        w - 2,
                        y,
                        row.steps() > 0 ? "step " + row.stepsDone() + "/" + row.steps() : "–",
                        Style.MUTED.on(surface));
            }
        }
        for (Row row : rows) {
            double[] series = model.sparks().getOrDefault(row.id(), new double[0]);
            cpu += series.length == 0 || row.state().isFinal() ? 0 : series[series.length - 1];
        }
        AgentsViewModel.Totals totals = model.agents().totals();
        int y = Math.min(end - 1, top + 1 + Math.min(room, rows.size()));
        String shown = totals.shown() + " shown"
                + (rows.size() > room ? " · " + (first + 1) + "–" + Math.min(rows.size(), first + room) : "")
                + (model.agents().finished() ? "" : " · f shows finished");
        frame.put(state, y, shown, Style.MUTED);
        if (medium) {
            frame.right(cpuEnd, y, String.format(Locale.ROOT, "%.1f", cpu), Style.STRONG);
            frame.right(memEnd, y, String.valueOf(totals.memoryBytes() >> 20), Style.STRONG);
            frame.right(toolsEnd, y, String.valueOf(totals.toolCalls()), Style.STRONG);
        }
    }

    private void empty(int y) {
        if (model.status().isEmpty()) {
            frame.put(
                    3,
                    y,
                    model.connection().isConnected() ? "loading…" : "nothing was heard of agentd yet",
                    Style.MUTED);
        } else if (!model.filter().isEmpty()) {
            frame.put(3, y, "no agent fits the filter; esc clears it", Style.MUTED);
        } else {
            frame.put(3, y, "Nothing runs.", Style.STRONG);
            frame.put(3, y + 1, "Start one:  : spawn --contract FILE    or see what ran: f", Style.MUTED);
        }
    }

    private void tree(int top, int end) {
        frame.put(3, top, "AGENTS AND THEIR STEPS", Style.MUTED);
        List<Row> rows = model.agents().shown();
        int y = top + 1;
        int at = Math.max(0, model.ids().indexOf(model.selected()));
        int first = Math.max(0, at - Math.max(0, (end - top) / 4));
        for (Row row : rows.subList(Math.min(first, rows.size()), rows.size())) {
            if (y >= end) {
                return;
            }
            boolean here = row.id().equals(model.selected());
            if (here) {
                frame.fill(y, Style.TEXT.on(Role.RAISED));
                frame.put(1, y, "▌", new Style(Role.ACCENT, Role.RAISED, true));
            }
            Role surface = here ? Role.RAISED : Role.BACKGROUND;
            int x = frame.put(
                    3, y, row.glyph() + " " + row.word(), tone(row.tone()).on(surface));
            frame.put(Math.max(16, x + 1), y, row.id(), new Style(Role.TEXT, surface, true));
            y++;
            List<TextLine> calls = model.pages().getOrDefault(row.id() + "/" + DetailTab.CALLS.name(), List.of());
            for (TextLine call : calls.subList(0, Math.min(calls.size(), 8))) {
                if (y < end) {
                    frame.put(8, y++, "├ " + call.text(), tone(call.tone()));
                }
            }
        }
        if (rows.isEmpty()) {
            empty(top + 2);
        }
    }

    private void inbox(int top, int end) {
        frame.put(3, top, "WAITS", Style.MUTED);
        frame.put(12, top, "WHO WANTS WHAT", Style.MUTED);
        int y = top + 1;
        List<AskView> waiting = model.inbox().waiting();
        for (AskView ask : waiting) {
            if (y >= end) {
                break;
            }
            boolean here = ask.id().equals(model.selected())
                    || (waiting.indexOf(ask) == 0 && !model.ids().contains(model.selected()));
            Role surface = here ? Role.RAISED : Role.BACKGROUND;
            if (here) {
                frame.fill(y, Style.TEXT.on(Role.RAISED));
                frame.put(1, y, "▌", new Style(Role.ACCENT, surface, true));
            }
            frame.put(3, y, waited(ask.askedAt(), now), Style.of(Role.NEEDS).on(surface));
            frame.put(
                    12,
                    y,
                    Screen.fit(ask.agent() + " wants " + ask.tool() + " " + ask.target(), frame.width() - 30),
                    new Style(Role.TEXT, surface, here));
            frame.right(
                    frame.width() - 2,
                    y,
                    ask.risk().equals("high") ? "! high risk" : "enter look",
                    Style.of(ask.risk().equals("high") ? Role.BAD : Role.MUTED).on(surface));
            y++;
        }
        if (waiting.isEmpty()) {
            frame.put(3, y++, "Nothing waits for you.", Style.TEXT);
        }
        y++;
        for (var closed : model.inbox().closed()) {
            if (y >= end) {
                return;
            }
            frame.put(
                    3,
                    y++,
                    closed.at().length() > 18
                            ? closed.at().substring(11, 19) + "  " + closed.sentence()
                            : closed.sentence(),
                    Style.MUTED);
        }
    }

    private void events(int top, int end) {
        List<TimelineViewModel.Entry> fitting = model.events().stream()
                .filter(e -> model.filter().isEmpty()
                        || (e.agent() + " " + e.title() + " " + e.detail())
                                .toLowerCase(Locale.ROOT)
                                .contains(model.filter().toLowerCase(Locale.ROOT)))
                .toList();
        int room = end - top;
        int last = Math.max(0, fitting.size() - model.scroll());
        int first = Math.max(0, last - room);
        int y = top;
        for (TimelineViewModel.Entry entry : fitting.subList(first, last)) {
            entry(y++, entry, true);
        }
        if (fitting.isEmpty()) {
            frame.put(3, top + 1, "Nothing has happened since this view was opened.", Style.MUTED);
        }
    }

    private void entry(int y, TimelineViewModel.Entry entry, boolean who) {
        int x = frame.put(3, y, entry.clock(), Style.MUTED) + 2;
        if (who) {
            frame.put(x, y, Screen.fit(entry.agent().isEmpty() ? "agentd" : entry.agent(), 28), Style.TEXT);
            x += 30;
        }
        x = frame.put(x, y, entry.glyph() + " " + entry.title(), tone(entry.tone())) + 2;
        frame.put(x, y, Screen.fit(entry.detail(), Math.max(0, frame.width() - x - 1)), Style.MUTED);
    }

    // ------------------------------------------------------------------ one agent

    private void detail(MonitorViewModel.Detail detail, int top, int end) {
        Optional<Row> row = model.selectedAgent();
        int x = 1;
        if (row.isPresent()) {
            x = frame.put(1, top, row.get().glyph(), tone(row.get().tone())) + 1;
            x = frame.put(x, top, detail.agent(), Style.STRONG) + 2;
            x = frame.put(x, top, row.get().latency(), latency(row.get().latency())) + 2;
            x = frame.put(x, top, row.get().word(), tone(row.get().tone())) + 2;
            frame.put(x, top, Screen.fit(row.get().reason(), Math.max(0, frame.width() - x - 1)), Style.MUTED);
        } else {
            frame.put(x, top, detail.agent() + " is gone", Style.STRONG);
        }
        x = 1;
        for (DetailTab tab : DetailTab.values()) {
            x = frame.put(
                            x,
                            top + 1,
                            tab.title(),
                            tab == detail.tab() ? new Style(Role.ACCENT, Role.BACKGROUND, true) : Style.MUTED)
                    + 3;
        }
        frame.right(frame.width() - 1, top + 1, "←→ tabs  esc back", Style.MUTED);
        page(pageOf(detail.page()), top + 3, end);
    }

    private void page(List<TextLine> lines, int top, int end) {
        List<TextLine> fitting = model.filter().isEmpty() || model.mode() == Mode.HELP
                ? lines
                : lines.stream()
                        .filter(l -> l.text()
                                .toLowerCase(Locale.ROOT)
                                .contains(model.filter().toLowerCase(Locale.ROOT)))
                        .toList();
        int room = Math.max(1, end - top);
        int first = Math.clamp(model.scroll(), 0, Math.max(0, fitting.size() - room));
        for (int i = 0; i < Math.min(room, fitting.size() - first); i++) {
            TextLine line = fitting.get(first + i);
            frame.put(2, top + i, Screen.fit(line.text(), frame.width() - 3), tone(line.tone()));
        }
        if (fitting.size() > room) {
            frame.right(
                    frame.width() - 1,
                    top - 1,
                    (first + 1) + "–" + Math.min(fitting.size(), first + room) + " of " + fitting.size(),
                    Style.MUTED);
        }
    }

    private void menu(int top, int end) {
        Optional<Row> row = model.selectedAgent();
        if (row.isEmpty()) {
            frame.put(3, top, "no agent is selected", Style.MUTED);
            return;
        }
        boolean stop = model.mode() == Mode.STOP;
        frame.put(3, top, stop ? "Stop " + row.get().id() + "?" : row.get().id(), Style.STRONG);
        if (!stop) {
            frame.put(
                    5 + Screen.columns(row.get().id()),
                    top,
                    model.input().isEmpty() ? "type to filter" : "/ " + model.input(),
                    Style.MUTED);
        }
        List<Action> actions = stop ? Action.stop(row.get()) : Action.of(row.get(), model.input());
        for (int i = 0; i < actions.size() && top + 2 + i < end; i++) {
            boolean here = i == Math.min(model.choice(), actions.size() - 1);
            Role surface = here ? Role.RAISED : Role.BACKGROUND;
            int y = top + 2 + i;
            frame.put(3, y, here ? "▌" : " ", new Style(Role.ACCENT, surface, true));
            frame.put(5, y, Screen.pad(actions.get(i).name(), 30), new Style(Role.TEXT, surface, here));
            frame.put(36, y, actions.get(i).about(), Style.MUTED);
        }
        frame.put(3, Math.min(end - 1, top + 3 + actions.size()), "↑↓ choose · Enter does it · esc back", Style.MUTED);
    }

    // ------------------------------------------------------------------ bottom

    private int bar() {
        return model.inbox().count() > 0 && model.tab() != MonitorTab.INBOX ? 2 : 0;
    }

    private void bottom(boolean card) {
        int y = frame.height() - 1;
        if (!card && bar() > 0) {
            frame.rule(y - 2, Style.LINE);
            String title = model.inbox().waiting().isEmpty()
                    ? model.inbox().count() + " wait for you"
                    : model.inbox().waiting().getFirst().title();
            frame.put(
                    1,
                    y - 1,
                    "? " + Screen.fit(title, frame.width() - 36),
                    Style.of(Role.NEEDS).strong());
            String waiting = model.inbox().waiting().isEmpty()
                    ? ""
                    : "since " + clock(model.inbox().waiting().getFirst().askedAt()) + "   ";
            frame.right(frame.width() - 1, y - 1, waiting + "i look", Style.MUTED);
        }
        Optional<String> lost =
                model.connection().isConnected() && model.connection().missed() == 0
                        ? Optional.empty()
                        : Optional.of(
                                model.connection().isConnected()
                                        ? model.connection().sentence(now).orElse("")
                                        : "agentd does not answer; agents keep running, connecting again");
        switch (model.mode()) {
            case FILTER -> frame.put(1, y, "/ " + model.input() + "▏", Style.of(Role.ACCENT));
            case COMMAND -> frame.put(1, y, ": " + model.input() + "▏", Style.of(Role.ACCENT));
            default -> {
                if (!model.message().isEmpty()) {
                    frame.put(1, y, model.message(), Style.of(Role.ACCENT));
                } else {
                    lost.ifPresent(text -> frame.put(1, y, text, Style.of(Role.NEEDS)));
                }
            }
        }
    }

    // ------------------------------------------------------------------ words

    private String clock(String time) {
        try {
            return CLOCK.format(Instant.parse(time).atZone(zone));
        } catch (DateTimeParseException e) {
            return "?";
        }
    }

    /** How long, in minutes once it is longer than one, so that a screen at rest stays as it is. */
    static String waited(String since, Instant now) {
        try {
            long seconds =
                    Math.max(0, Duration.between(Instant.parse(since), now).toSeconds());
            return seconds < 60
                    ? "< 1 min"
                    : seconds < 3600 ? seconds / 60 + " min" : seconds / 3600 + " h " + seconds / 60 % 60;
        } catch (DateTimeParseException e) {
            return "?";
        }
    }

    static Style tone(Tone tone) {
        return switch (tone) {
            case PLAIN -> Style.TEXT;
            case MUTED -> Style.MUTED;
            case OK -> Style.of(Role.OK);
            case NEEDS -> Style.of(Role.NEEDS);
            case BAD -> Style.of(Role.BAD);
        };
    }

    private static Style latency(String word) {
        return switch (word) {
            case "HRT" -> Style.of(Role.HRT);
            case "SRT" -> Style.of(Role.SRT);
            default -> Style.of(Role.DT);
        };
    }
}
