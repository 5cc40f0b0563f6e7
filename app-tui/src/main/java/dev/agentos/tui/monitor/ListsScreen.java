package dev.agentos.tui.monitor;

import dev.agentos.bridge.view.MonitorViewModel;
import dev.agentos.bridge.view.TimelineViewModel;
import dev.agentos.bridge.wire.CatalogWire.EntryView;
import dev.agentos.bridge.wire.ConsentWire.AskView;
import dev.agentos.themes.Role;
import dev.agentos.tui.monitor.Frame.Style;
import dev.agentos.tui.term.Screen;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

/** What waits for a person, what can be started, and what happened. */
final class ListsScreen {

    private static final int WHO = 12;
    private static final int NAME_WIDTH = 22;

    private final MonitorViewModel model;
    private final Frame frame;

    ListsScreen(MonitorViewModel model, Frame frame) {
        this.model = model;
        this.frame = frame;
    }

    // ------------------------------------------------------------------ inbox

    void inbox(int top, int end, Instant now) {
        frame.put(3, top, "WAITS", Style.MUTED);
        frame.put(WHO, top, "WHO WANTS WHAT", Style.MUTED);
        List<AskView> waiting = model.inbox().waiting();
        int room = Math.max(1, end - top - 3);
        int first = firstShown(model.ids().indexOf(model.selected()), waiting.size(), room);
        int y = top + 1;
        for (AskView ask : waiting.subList(first, Math.min(waiting.size(), first + room))) {
            ask(y++, ask, now);
        }
        if (waiting.isEmpty()) {
            frame.put(3, y++, "Nothing waits for you.", Style.TEXT);
        }
        y++;
        for (var closed : model.inbox().closed()) {
            if (y >= end) {
                return;
            }
            String at = closed.at().length() > 18 ? closed.at().substring(11, 19) + "  " : "";
            frame.put(3, y++, Screen.fit(at + closed.sentence(), frame.width() - 4), Style.MUTED);
        }
    }

    private void ask(int y, AskView ask, Instant now) {
        boolean here = ask.id().equals(model.selected());
        Role surface = here ? Role.RAISED : Role.BACKGROUND;
        if (here) {
            Looks.select(frame, y);
        }
        boolean high = ask.risk().equals("high");
        frame.put(3, y, Looks.waited(ask.askedAt(), now), Style.of(Role.NEEDS).on(surface));
        String what = ask.agent() + " wants " + ask.tool() + " " + ask.target();
        frame.put(WHO, y, Screen.fit(what, frame.width() - WHO - 16), new Style(Role.TEXT, surface, here));
        frame.right(
                frame.width() - 2,
                y,
                high ? "! high risk" : "enter looks",
                Style.of(high ? Role.BAD : Role.MUTED).on(surface));
    }

    private static int firstShown(int at, int size, int room) {
        return Math.clamp((long) Math.max(0, at) - room / 2, 0, Math.max(0, size - room));
    }

    // ------------------------------------------------------------------ catalog

    void catalog(int top, int end) {
        frame.put(3, top, "ENTRY", Style.MUTED);
        frame.put(3 + NAME_WIDTH, top, "WHAT IT DOES", Style.MUTED);
        List<EntryView> entries = model.entries();
        if (entries.isEmpty()) {
            boolean filtered = !model.filter().isEmpty();
            frame.put(3, top + 2, filtered ? "no entry fits the filter; esc clears it" : "loading…", Style.MUTED);
            return;
        }
        int about = Math.min(12, Math.max(0, (end - top) / 2));
        int room = Math.max(1, end - top - 1 - about);
        int first = firstShown(model.ids().indexOf(model.selected()), entries.size(), room);
        int y = top + 1;
        for (EntryView entry : entries.subList(first, Math.min(entries.size(), first + room))) {
            entry(y++, entry);
        }
        int from = y;
        model.selectedEntry().ifPresent(entry -> about(from, end, entry));
    }

    private void entry(int y, EntryView entry) {
        boolean here = entry.name().equals(model.selected());
        Role surface = here ? Role.RAISED : Role.BACKGROUND;
        if (here) {
            Looks.select(frame, y);
        }
        boolean ready = entry.state().equals("ready");
        frame.put(3, y, Screen.fit(entry.name(), NAME_WIDTH - 2), new Style(Role.TEXT, surface, here));
        String what = entry.summary().isEmpty() ? entry.title() : entry.summary();
        frame.put(
                3 + NAME_WIDTH,
                y,
                Screen.fit(what, Math.max(0, frame.width() - NAME_WIDTH - 18)),
                Style.TEXT.on(surface));
        frame.right(
                frame.width() - 2,
                y,
                ready ? "● ready" : entry.state().equals("lacking") ? "! lacking" : "✕ refused",
                Style.of(ready ? Role.OK : Role.NEEDS).on(surface));
    }

    /** The marked entry: who signed it, what it needs to know, what it may do. */
    private void about(int from, int end, EntryView entry) {
        int y = from;
        frame.rule(y++, Style.LINE);
        String signed = entry.signer().isEmpty() ? "not signed" : "signed by " + entry.signer();
        y = line(y, end, entry.title() + "   " + entry.version() + " · " + entry.kind() + " · " + signed, Style.STRONG);
        if (!entry.reason().isEmpty()) {
            y = line(y, end, entry.reason() + (entry.next().isEmpty() ? "" : " → " + entry.next()), Style.of(Role.BAD));
        }
        for (var input : entry.inputs()) {
            String otherwise = input.otherwise()
                    .map(value -> value.isEmpty() ? " (may be left out)" : " (" + value + ")")
                    .orElse(" (must be given)");
            y = line(y, end, "asks for " + input.name() + otherwise + ": " + input.about(), Style.TEXT);
        }
        for (String sentence : entry.mayDo()) {
            y = line(y, end, "· " + sentence, Style.MUTED);
        }
        line(y, end, "enter starts it: the command is shown first", Style.of(Role.ACCENT));
    }

    private int line(int y, int end, String text, Style style) {
        if (y < end) {
            frame.put(3, y, Screen.fit(text, frame.width() - 5), style);
        }
        return y + 1;
    }

    // ------------------------------------------------------------------ events

    void events(int top, int end) {
        String wanted = model.filter().toLowerCase(Locale.ROOT);
        List<TimelineViewModel.Entry> fitting = model.events().stream()
                .filter(e -> (e.agent() + " " + e.title() + " " + e.detail())
                        .toLowerCase(Locale.ROOT)
                        .contains(wanted))
                .toList();
        int room = end - top;
        int last = Math.max(Math.min(room, fitting.size()), fitting.size() - model.scroll());
        int y = top;
        for (TimelineViewModel.Entry entry : fitting.subList(Math.max(0, last - room), last)) {
            event(y++, entry);
        }
        if (fitting.isEmpty()) {
            String text = wanted.isEmpty() ? "Nothing has happened yet." : "no event fits the filter; esc clears it";
            frame.put(3, top + 1, text, Style.MUTED);
        }
    }

    private void event(int y, TimelineViewModel.Entry entry) {
        int x = frame.put(3, y, entry.clock(), Style.MUTED) + 2;
        frame.put(x, y, Screen.fit(entry.agent().isEmpty() ? "agentd" : entry.agent(), 28), Style.TEXT);
        x = frame.put(x + 30, y, entry.glyph() + " " + entry.title(), Looks.tone(entry.tone())) + 2;
        frame.put(x, y, Screen.fit(entry.detail(), Math.max(0, frame.width() - x - 1)), Style.MUTED);
    }
}
