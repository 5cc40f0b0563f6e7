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
    /** Lines around the content: title, facts, choices, message. */
    static final int AROUND = 14;

    private CardScreen() {}

    /** Lines of content that fit. */
    static int room(int height) {
        return Math.max(3, height - 3 - AROUND);
    }

    static void paint(Frame frame, CardView card, int top, int end, Instant now) {
        int width = frame.width();
        boolean high = card.ask().risk().equals("high");
        int y = top;
        frame.rule(y++, Style.of(high ? Role.BAD : Role.NEEDS));
        frame.put(
                1,
                y,
                "? " + Screen.fit(card.ask().agent() + " wants " + card.ask().tool(), width - 24),
                Style.of(Role.NEEDS).strong());
        frame.right(width - 1, y++, "waiting " + MonitorScreen.waited(card.ask().askedAt(), now), Style.MUTED);
        if (!card.ask().agentReason().isEmpty()) {
            y = labelled(frame, y, "Why", "“" + card.ask().agentReason() + "” (the agent's words)", Style.TEXT);
        }
        y = labelled(frame, y, "What", card.ask().tool() + "  " + card.ask().target(), Style.STRONG);
        String facts = card.ask().facts().entrySet().stream()
                .filter(e -> !List.of("path", "sha256", "undo").contains(e.getKey()))
                .map(e -> e.getKey() + " " + e.getValue())
                .sorted()
                .collect(Collectors.joining(", "));
        y = labelled(frame, y, "", facts, Style.MUTED);
        y = labelled(
                frame,
                y,
                "Risk",
                (high ? "high, " : "") + (card.ask().reversible() ? "reversible: undo is kept" : "cannot be undone"),
                high ? Style.of(Role.BAD) : Style.TEXT);
        y = labelled(frame, y, "Contract", card.ask().contractLine(), Style.TEXT);
        if (card.ask().escaped()) {
            y = labelled(
                    frame, y, "Careful", "it holds hidden characters; they are shown as \\u{…}", Style.of(Role.BAD));
        }
        y++;
        int room = Math.min(room(frame.height()), Math.max(0, end - y - 5));
        for (int i = 0; i < room && card.scroll() + i < card.lines().size(); i++) {
            frame.put(3, y, "│", Style.LINE);
            frame.put(
                    5, y, Screen.fit(card.lines().get(card.scroll() + i).replace("\t", "    "), width - 7), Style.TEXT);
            y++;
        }
        if (!card.seen()) {
            frame.put(
                    3,
                    y++,
                    "│ … read on to the end (↓) and Allow opens: "
                            + (card.lines().size() - card.scroll() - room) + " more lines",
                    Style.of(Role.ACCENT));
        }
        y++;
        int x = 2;
        for (Choice choice : card.choices()) {
            boolean marked =
                    card.marked().map(m -> m.letter() == choice.letter()).orElse(false);
            String text = "[" + choice.letter() + "] " + choice.label();
            if (x + text.length() + 2 > width) {
                x = 2;
                y++;
            }
            Style style = marked
                    ? new Style(Role.TEXT, Role.RAISED, true)
                    : choice.letter() == 'd' ? Style.STRONG : Style.TEXT;
            x = frame.put(x, y, (marked ? "▸" : " ") + text, style) + 2;
        }
        y++;
        frame.put(
                3,
                Math.min(y, end - 1),
                card.word().map(w -> card.message() + ": " + w + "▏").orElse(card.message()),
                Style.of(Role.ACCENT));
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
