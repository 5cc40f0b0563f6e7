package dev.agentos.tui.tour;

import dev.agentos.bridge.view.TimelineViewModel.Entry;
import dev.agentos.bridge.view.Tone;
import dev.agentos.tui.term.Screen;

/** Lines of a story, narrow enough for 80 columns. */
final class TourTimeline {

    private static final int TITLE = 18;

    private TourTimeline() {}

    static void entry(Screen screen, Entry entry) {
        String head = "  " + screen.muted(entry.clock()) + "  " + screen.tone(entry.tone(), entry.glyph()) + " "
                + screen.tone(entry.tone() == Tone.MUTED ? Tone.MUTED : Tone.PLAIN, Screen.pad(entry.title(), TITLE));
        int used = 14 + Math.max(TITLE, Screen.columns(entry.title())) + 2;
        String detail = screen.text(entry.detail());
        if (detail.startsWith("/") && (detail.indexOf(' ') < 0 || detail.endsWith(" bytes"))) {
            detail = Screen.fitPath(detail, screen.width() - used);
        }
        if (detail.isEmpty()) {
            screen.line(head.stripTrailing());
        } else if (used + Screen.columns(detail) <= screen.width()) {
            screen.line(head + "  " + screen.muted(detail));
        } else {
            screen.line(head.stripTrailing());
            for (String part : Screen.wrap(detail, screen.width() - 16)) {
                screen.line(" ".repeat(14) + screen.muted(part));
            }
        }
    }
}
