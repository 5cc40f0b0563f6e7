package dev.agentos.tui.ctl;

import dev.agentos.bridge.view.Tone;
import dev.agentos.bridge.wire.EgressWire;
import dev.agentos.bridge.wire.EgressWire.Place;
import dev.agentos.bridge.wire.EgressWire.Refusal;
import dev.agentos.themes.Role;
import dev.agentos.tui.consent.ConsentCard;
import dev.agentos.tui.term.Screen;
import dev.agentos.tui.term.Table;
import dev.agentos.tui.term.Table.Cell;

/** What an agent reached outside, and what it was refused, in a few lines. */
final class EgressView {

    private static final int MOST = 10;

    private EgressView() {}

    private static String counts(Place place) {
        String reached = place.connections() == 0
                ? ""
                : place.connections() + " connection" + (place.connections() == 1 ? "" : "s");
        String refused = place.refused() == 0 ? "" : place.refused() + " refused";
        return reached + (reached.isEmpty() || refused.isEmpty() ? "" : ", ") + refused;
    }

    static void show(Screen screen, EgressWire.EgressReport report) {
        if (report.places().isEmpty()) {
            return;
        }
        screen.blank();
        screen.line("  " + screen.bold("Connections"));
        Table table = new Table("", "", "", "");
        for (Place place : report.places()) {
            boolean reached = place.connections() > 0;
            table.row(
                    Cell.of(reached ? Tone.OK : Tone.BAD, reached ? "✓ reached" : "✕ refused"),
                    Cell.of(place.port() == 0 ? place.host() : place.host() + ":" + place.port()),
                    Cell.of(Tone.MUTED, counts(place)),
                    Cell.of(
                            Tone.MUTED,
                            reached
                                    ? ConsentCard.size(place.bytesOut()) + " out, " + ConsentCard.size(place.bytesIn())
                                            + " in"
                                    : place.lastCode()));
        }
        table.write(screen);
        for (Refusal refusal : report.refusals().stream().limit(MOST).toList()) {
            screen.line("  " + screen.paint(Role.BAD, "✕") + " " + screen.text(refusal.reason())
                    + (refusal.times() > 1 ? screen.muted(" · " + refusal.times() + " times") : ""));
            screen.line("    " + screen.muted(refusal.contractLine() + " · " + refusal.at()));
        }
    }
}
