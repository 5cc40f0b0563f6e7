package dev.agentos.tui.monitor;

import dev.agentos.themes.Role;
import dev.agentos.tui.monitor.Frame.Style;
import dev.agentos.tui.term.AnswerPrompt.Choice;
import dev.agentos.tui.term.Screen;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;

/** The card of one question: who wants what, why, what exactly, at which risk, by which line, and the choices. */
final class CardScreen {

    private static final int LABEL = 10;
    private static final int CONTENT_AT = 5;

    /** Lines that the choices may take, so that opening one never covers content that was counted as seen. */
    private static final int CHOICE_LINES = 3;

    private CardScreen() {}

    /** Columns for the content. */
    static int contentWidth(int width) {
        return width - CONTENT_AT - 2;
    }

    /** Paints the card between two lines; how many rows of the content it has room for. */
    static int paint(Frame frame, CardView card, int top, int end, Instant now) {
        int y = facts(frame, card, top, now) + 1;
        int room = Math.max(1, end - y - CHOICE_LINES - 2);
        int shown = Math.min(room, card.rows().size() - card.scroll());
        for (int i = 0; i < shown; i++) {
            frame.put(3, y, "│", Style.LINE);
            frame.put(CONTENT_AT, y++, card.rows().get(card.scroll() + i), Style.TEXT);
        }
        if (card.left() > 0) {
            String more = card.left() == 1 ? "1 more row" : card.left() + " more rows";
            frame.put(3, y++, "│ … read on to the end (↓ or v) and Allow opens: " + more, Style.of(Role.ACCENT));
        }
        choices(frame, card, Math.min(y + 1, end - CHOICE_LINES - 1), end);
        return room;
    }

    /** Who wants what, why, at which risk, by which line; the line after them. */
    private static int facts(Frame frame, CardView card, int top, Instant now) {
        int width = frame.width();
        boolean high = card.ask().risk().equals("high");
        int y = top;
        frame.rule(y++, Style.of(high ? Role.BAD : Role.NEEDS));
        String title = card.ask().title().isEmpty()
                ? card.ask().agent() + " wants " + card.ask().tool()
                : card.ask().title();
        frame.put(
                1, y, "? " + Screen.fit(title, width - 24), Style.of(Role.NEEDS).strong());
        frame.right(width - 1, y++, "waiting " + Looks.waited(card.ask().askedAt(), now), Style.MUTED);
        if (!card.ask().agentReason().isEmpty()) {
            y = labelled(frame, y, "Why", "“" + card.ask().agentReason() + "” (the agent's words)", Style.TEXT);
        }
        y = labelled(frame, y, "What", card.ask().tool() + "  " + card.ask().target(), Style.STRONG);
        String facts = card.ask().facts().entrySet().stream()
                .filter(e -> !List.of("path", "sha256", "undo").contains(e.getKey()))
                .map(e -> e.getKey() + " " + e.getValue())
                .sorted()
                .collect(Collectors.joining(", "));
        if (!facts.isEmpty()) {
            y = labelled(frame, y, "", facts, Style.MUTED);
        }
        String reason = card.ask().riskReason().isEmpty() ? "" : card.ask().riskReason() + "; ";
        String undo = card.ask().reversible() ? "reversible: undo is kept" : "cannot be undone";
        y = labelled(frame, y, "Risk", (high ? "HIGH: " + reason : "") + undo, high ? Style.of(Role.BAD) : Style.TEXT);
        y = labelled(frame, y, "Contract", card.ask().contractLine(), Style.TEXT);
        if (card.ask().escaped()) {
            String warning = "it holds hidden or misleading characters; they are shown as \\u{…}";
            y = labelled(frame, y, "Careful", warning, Style.of(Role.BAD));
        }
        return y;
    }

    private static void choices(Frame frame, CardView card, int top, int end) {
        int x = 2;
        int y = top;
        for (Choice choice : card.choices()) {
            boolean marked =
                    card.marked().map(m -> m.letter() == choice.letter()).orElse(false);
            String text = "[" + choice.letter() + "] " + choice.label();
            if (x + Screen.columns(text) + 2 > frame.width() && x > 2) {
                x = 2;
                y++;
            }
            Style style = marked
                    ? new Style(Role.TEXT, Role.RAISED, true)
                    : choice.letter() == 'd' ? Style.STRONG : Style.TEXT;
            x = frame.put(x, y, (marked ? "▸" : " ") + text, style) + 2;
        }
        String typed = card.word().map(word -> ": " + word + "▏").orElse("");
        frame.put(3, Math.min(y + 1, end - 1), card.message() + typed, Style.of(Role.ACCENT));
    }

    private static int labelled(Frame frame, int y, String label, String text, Style style) {
        int row = y;
        for (String part : Screen.wrap(text, frame.width() - 4 - LABEL)) {
            if (row == y) {
                frame.put(3, row, label, Style.MUTED);
            }
            frame.put(3 + LABEL, row++, part, style);
        }
        return row;
    }
}
