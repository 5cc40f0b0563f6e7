package dev.agentos.tui.tour;

import dev.agentos.bridge.client.AgentdClient;
import dev.agentos.bridge.view.Tone;
import dev.agentos.bridge.wire.AgentWire;
import dev.agentos.bridge.wire.AgentWire.ChangeView;
import dev.agentos.themes.Role;
import dev.agentos.tui.Exit;
import dev.agentos.tui.consent.ConsentCard;
import dev.agentos.tui.term.Screen;
import dev.agentos.tui.term.Table;
import dev.agentos.tui.term.Table.Cell;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The part of a tour that shows what came out: quoted sentences beside their sources, the file, and its undo. */
final class TourResult {

    private static final int SHOWN_SENTENCES = 6;

    private final AgentdClient client;
    private final TourVoice voice;
    private final Screen screen;
    private final TourReport report;

    TourResult(AgentdClient client, TourVoice voice, TourReport report) {
        this.client = client;
        this.voice = voice;
        this.screen = voice.screen();
        this.report = report;
    }

    /** False when there is no result. */
    boolean tell(boolean keep) throws InterruptedException, IOException {
        voice.part("The result beside its sources");
        AgentWire.Result result = client.result(report.agent);
        Map<?, ?> summary = result.outputs().get("summary") instanceof Map<?, ?> map ? map : Map.of();
        report.method = String.valueOf(summary.get("method"));
        List<?> sentences = summary.get("sentences") instanceof List<?> list ? list : List.of();
        for (Object item : sentences.subList(0, Math.min(SHOWN_SENTENCES, sentences.size()))) {
            if (item instanceof Map<?, ?> sentence) {
                for (String part : Screen.wrap(screen.text(plain(sentence.get("text"))), screen.width() - 6)) {
                    screen.line("    " + part);
                }
                screen.line(
                        "      " + screen.paint(Role.ACCENT, sentence.get("document") + ":" + sentence.get("line")));
            }
        }
        if (sentences.size() > SHOWN_SENTENCES) {
            screen.line("      " + screen.muted("… and " + (sentences.size() - SHOWN_SENTENCES) + " more sentences"));
        }
        screen.blank();
        sources(summary);
        voice.note("Method: " + report.method + ". Sentences are quoted, never invented.");
        if (summary.get("notes") instanceof List<?> notes) {
            notes.forEach(note -> voice.note(String.valueOf(note)));
        }
        return file(client.changes(report.agent), keep);
    }

    private static String plain(@Nullable Object text) {
        return String.valueOf(text).replace('\n', ' ').strip();
    }

    private void sources(Map<?, ?> summary) {
        Table table = new Table("SOURCE", "QUOTED", "OF");
        if (summary.get("sources") instanceof List<?> list) {
            for (Object item : list) {
                if (item instanceof Map<?, ?> source) {
                    String document = String.valueOf(source.get("document"));
                    report.sources.add(Map.of(
                            "document", document, "used", number(source.get("used")), "of", number(source.get("of"))));
                    table.row(
                            Cell.of(document),
                            Cell.number(String.valueOf(source.get("used"))),
                            Cell.of(Tone.MUTED, source.get("of") + " sentences"));
                }
            }
        }
        if (!table.isEmpty()) {
            table.write(screen);
            screen.blank();
        }
    }

    private static long number(@Nullable Object value) {
        return value instanceof Number number ? number.longValue() : 0;
    }

    private boolean file(AgentWire.Changes changes, boolean keep) throws InterruptedException, IOException {
        if (changes.changes().isEmpty()) {
            voice.bad("no file was written");
            report.failed("no file was written", Exit.FAILED);
            return false;
        }
        ChangeView change = changes.changes().getLast();
        report.summaryPath = change.path();
        screen.blank();
        voice.good("Written: " + change.path() + " (" + ConsentCard.size(change.bytes()) + ")");
        if (keep || !voice.isInteractive()) {
            change.diff().lines().limit(3).forEach(line -> screen.line("    " + screen.muted(line)));
            voice.note("Undo is kept: agentctl undo " + report.agent);
            return true;
        }
        screen.line("  " + screen.bold("[k] Keep it   [u] Undo it"));
        if (voice.choose('k', 'u') == 'u') {
            client.undo(report.agent, new AgentWire.Undo(Optional.of(change.key()), false));
            voice.good("Undone: " + change.path() + " is as it was. The audit trail has both.");
        } else {
            voice.note("Kept. Undo stays possible: agentctl undo " + report.agent);
        }
        return true;
    }
}
