package dev.agentos.tui.monitor;

import dev.agentos.bridge.view.AgentsViewModel;
import dev.agentos.bridge.view.Measures;
import dev.agentos.bridge.view.MonitorTab;
import dev.agentos.bridge.view.MonitorViewModel;
import dev.agentos.bridge.view.TextLine;
import dev.agentos.bridge.view.Tone;
import dev.agentos.bridge.wire.ServiceWire;
import dev.agentos.themes.Role;
import dev.agentos.tui.monitor.Frame.Style;
import dev.agentos.tui.term.Screen;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;

/** The two lines at the top: is it well, what runs, what waits for me, what does it cost, what is failing; and the tabs. */
final class HeaderScreen {

    private final MonitorViewModel model;
    private final Frame frame;

    HeaderScreen(MonitorViewModel model, Frame frame) {
        this.model = model;
        this.frame = frame;
    }

    void paint(Instant now, ZoneId zone) {
        int x = frame.put(1, 0, "AgentOS", Style.STRONG) + 2;
        x = model.connection().isConnected()
                ? frame.put(x, 0, "● agentd", Style.of(Role.OK)) + 2
                : frame.put(x, 0, "✕ agentd silent", Style.of(Role.BAD)) + 2;
        x = enforcement(x);
        questions(Math.max(x, Math.min(40, frame.width() / 3)));
        frame.right(frame.width() - 1, 0, Looks.clock(now, zone), Style.MUTED);
        tabs();
    }

    private int enforcement(int x) {
        if (model.status().isEmpty() || frame.width() < 72) {
            return x;
        }
        ServiceWire.Enforcement enforcement = model.status().get().enforcement();
        boolean full = enforcement.enforced() == enforcement.total() && enforcement.total() > 0;
        String word = (full ? "full " : "partial ") + enforcement.enforced() + "/" + enforcement.total();
        return frame.put(x, 0, word, full ? Style.MUTED : Style.of(Role.NEEDS)) + 2;
    }

    private void questions(int from) {
        AgentsViewModel all = model.agents().filtered("").withFinished(true);
        long running = count(all, "running", "needs you");
        long failing = count(all, "failed", "dead letter");
        int waiting = model.inbox().count();
        int x = frame.put(from, 0, running + " running", Style.TEXT) + 2;
        x = frame.put(
                        x,
                        0,
                        waiting + (waiting == 1 ? " needs you" : " need you"),
                        waiting == 0 ? Style.MUTED : Style.of(Role.NEEDS).strong())
                + 2;
        if (frame.width() >= 72) {
            x = frame.put(
                            x,
                            0,
                            Measures.spent(
                                    model.use().todayTokens(), model.use().todayCostUsd()),
                            Style.MUTED)
                    + 2;
        }
        frame.put(x, 0, failing + " failed", failing == 0 ? Style.MUTED : Style.of(Role.BAD));
    }

    private static long count(AgentsViewModel agents, String word, String other) {
        return agents.rows().stream()
                .filter(row -> row.word().equals(word) || row.word().equals(other))
                .count();
    }

    // ------------------------------------------------------------------ tabs

    private void tabs() {
        boolean narrow = frame.width() < 76;
        int x = 1;
        for (MonitorTab tab : MonitorTab.values()) {
            boolean here = tab == model.tab();
            if (narrow && !here && tab != MonitorTab.INBOX) {
                continue;
            }
            Style style = here
                    ? new Style(Role.ACCENT, Role.BACKGROUND, true)
                    : tab == MonitorTab.INBOX && model.inbox().count() > 0 ? Style.of(Role.NEEDS) : Style.MUTED;
            x = frame.put(x, 1, (here ? "▸" : " ") + title(tab), style) + (frame.width() < 92 ? 1 : 2);
        }
        hints(x);
    }

    private String title(MonitorTab tab) {
        return tab.title()
                + switch (tab) {
                    case INBOX ->
                        model.inbox().count() > 0 ? " " + model.inbox().count() : "";
                    case AUDIT -> audit();
                    default -> "";
                };
    }

    private String audit() {
        List<TextLine> page = model.pages().getOrDefault("AUDIT", List.of());
        if (page.isEmpty()) {
            return "";
        }
        Tone tone = page.getFirst().tone();
        return tone == Tone.OK ? " ✓" : tone == Tone.BAD ? " ✕" : "";
    }

    private void hints(int from) {
        String chip = model.filter().isEmpty() ? "" : "[/ " + model.filter() + " ✕]";
        int room = frame.width() - from - 1;
        for (String hint : List.of("/ filter  : command  a actions  ? keys", "a actions  ? keys", "? keys", "")) {
            String both = chip.isEmpty() || hint.isEmpty() ? chip + hint : chip + "  " + hint;
            if (Screen.columns(both) <= room || hint.isEmpty()) {
                frame.right(frame.width() - 1, 1, hint, Style.MUTED);
                int end = frame.width() - 1 - (hint.isEmpty() ? 0 : Screen.columns(hint) + 2);
                frame.right(end, 1, Screen.fit(chip, Math.max(0, room)), Style.of(Role.ACCENT));
                return;
            }
        }
    }
}
