package dev.agentos.tui.monitor;

import dev.agentos.bridge.view.AgentsViewModel.Row;
import dev.agentos.bridge.view.DetailTab;
import dev.agentos.bridge.view.MonitorTab;
import dev.agentos.bridge.view.MonitorViewModel;
import dev.agentos.bridge.view.MonitorViewModel.Mode;
import dev.agentos.bridge.view.TextLine;
import dev.agentos.themes.Role;
import dev.agentos.tui.monitor.Frame.Style;
import dev.agentos.tui.term.Screen;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Paints the view model. Pure: the same model, size and minute give the same frame. */
final class MonitorScreen {

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
        new HeaderScreen(model, screen.frame).paint(now, zone);
        if (card.isPresent()) {
            CardScreen.paint(screen.frame, card.get(), 2, height - 1, now);
        } else {
            screen.body();
        }
        screen.bottom(card.isPresent());
        return screen.frame;
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
                case AGENTS -> new AgentsScreen(model, frame).table(top, end);
                case TREE -> new AgentsScreen(model, frame).tree(top, end);
                case INBOX -> new ListsScreen(model, frame).inbox(top, end, now);
                case CATALOG -> new ListsScreen(model, frame).catalog(top, end);
                case EVENTS -> new ListsScreen(model, frame).events(top, end);
                default -> page(pageOf(model.tab().name()), top + 1, end);
            }
        }
    }

    private List<TextLine> pageOf(String name) {
        return model.pages().getOrDefault(name, List.of(TextLine.muted("loading…")));
    }

    private void detail(MonitorViewModel.Detail detail, int top, int end) {
        if (detail.agent().equals(MonitorProgram.OUTPUT)) {
            frame.put(1, top, "What the command said", Style.STRONG);
            frame.right(frame.width() - 1, top, "esc back", Style.MUTED);
            page(pageOf(detail.page()), top + 2, end);
            return;
        }
        subject(detail, top);
        int x = 1;
        for (DetailTab tab : DetailTab.values()) {
            boolean here = tab == detail.tab();
            Style style = here ? new Style(Role.ACCENT, Role.BACKGROUND, true) : Style.MUTED;
            x = frame.put(x, top + 1, (here ? "▸" : " ") + tab.title(), style) + 2;
        }
        String hint = "←→ tabs  esc back";
        if (x + Screen.columns(hint) < frame.width()) {
            frame.right(frame.width() - 1, top + 1, hint, Style.MUTED);
        }
        page(pageOf(detail.page()), top + 3, end);
    }

    private void subject(MonitorViewModel.Detail detail, int y) {
        Optional<Row> row = model.selectedAgent();
        if (row.isEmpty()) {
            frame.put(1, y, detail.agent() + " is gone", Style.STRONG);
            return;
        }
        Style tone = Looks.tone(row.get().tone());
        int x = frame.put(1, y, row.get().glyph(), tone) + 1;
        x = frame.put(x, y, detail.agent(), Style.STRONG) + 2;
        x = frame.put(x, y, row.get().latency(), Looks.latency(row.get().latency())) + 2;
        x = frame.put(x, y, row.get().word(), tone) + 2;
        frame.put(x, y, Screen.fit(row.get().reason(), Math.max(0, frame.width() - x - 1)), Style.MUTED);
    }

    private void page(List<TextLine> lines, int top, int end) {
        String wanted = model.mode() == Mode.HELP ? "" : model.filter().toLowerCase(Locale.ROOT);
        List<TextLine> fitting = lines.stream()
                .filter(line -> line.text().toLowerCase(Locale.ROOT).contains(wanted))
                .toList();
        int room = Math.max(1, end - top);
        int first = Math.clamp(model.scroll(), 0, Math.max(0, fitting.size() - room));
        int shown = Math.min(room, fitting.size() - first);
        for (int i = 0; i < shown; i++) {
            TextLine line = fitting.get(first + i);
            frame.put(2, top + i, Screen.fit(line.text(), frame.width() - 3), Looks.tone(line.tone()));
        }
        if (fitting.isEmpty() && !lines.isEmpty()) {
            frame.put(2, top, "no line fits the filter; esc clears it", Style.MUTED);
        }
        if (fitting.size() > room) {
            String range = (first + 1) + "–" + (first + shown) + " of " + fitting.size();
            frame.right(frame.width() - 1, top - 1, range, Style.MUTED);
        }
    }

    private void menu(int top, int end) {
        Optional<Row> row = model.selectedAgent();
        if (row.isEmpty()) {
            frame.put(3, top, "no agent is selected", Style.MUTED);
            return;
        }
        boolean stop = model.mode() == Mode.STOP;
        int x = frame.put(
                3, top, stop ? "Stop " + row.get().id() + "?" : row.get().id(), Style.STRONG);
        if (!stop) {
            frame.put(x + 2, top, model.input().isEmpty() ? "type to filter" : "/ " + model.input(), Style.MUTED);
        }
        List<Action> actions = stop ? Action.stop(row.get()) : Action.of(row.get(), model.input());
        for (int i = 0; i < actions.size() && top + 2 + i < end; i++) {
            boolean here = i == Math.min(model.choice(), actions.size() - 1);
            Role surface = here ? Role.RAISED : Role.BACKGROUND;
            int y = top + 2 + i;
            frame.put(3, y, here ? "▌" : " ", new Style(Role.ACCENT, surface, true));
            int name = Math.max(14, 6 + Screen.columns(actions.getLast().name()));
            frame.put(5, y, Screen.pad(actions.get(i).name(), name), new Style(Role.TEXT, surface, here));
            frame.put(6 + name, y, actions.get(i).about(), Style.MUTED);
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
            waiting(y);
        }
        switch (model.mode()) {
            case FILTER -> frame.put(1, y, "/ " + model.input() + "▏", Style.of(Role.ACCENT));
            case COMMAND -> frame.put(1, y, ": " + model.input() + "▏", Style.of(Role.ACCENT));
            default -> {
                if (!model.message().isEmpty()) {
                    frame.put(1, y, Screen.fit(model.message(), frame.width() - 2), Style.of(Role.ACCENT));
                } else {
                    connection().ifPresent(text -> frame.put(1, y, text, Style.of(Role.NEEDS)));
                }
            }
        }
    }

    private void waiting(int y) {
        frame.rule(y - 2, Style.LINE);
        boolean known = !model.inbox().waiting().isEmpty();
        String title = known
                ? model.inbox().waiting().getFirst().title()
                : model.inbox().count() + " wait for you";
        String others = model.inbox().count() > 1 ? " · and " + (model.inbox().count() - 1) + " more" : "";
        String since = known
                ? "since " + Looks.clock(model.inbox().waiting().getFirst().askedAt(), zone) + "   "
                : "";
        String right = since + "i looks";
        String left = "? " + title + others;
        frame.put(
                1,
                y - 1,
                Screen.fit(left, frame.width() - Screen.columns(right) - 4),
                Style.of(Role.NEEDS).strong());
        frame.right(frame.width() - 1, y - 1, right, Style.MUTED);
    }

    /** What is to be said of the connection. It holds no seconds: a screen at rest writes nothing. */
    private Optional<String> connection() {
        if (!model.connection().isConnected()) {
            return Optional.of("agentd does not answer; agents keep running, connecting again");
        }
        return model.connection().sentence(now).map(text -> text + " · " + eventsKey() + " shows them · esc");
    }

    private static String eventsKey() {
        return String.valueOf(List.of(MonitorTab.values()).indexOf(MonitorTab.EVENTS) + 1);
    }
}
