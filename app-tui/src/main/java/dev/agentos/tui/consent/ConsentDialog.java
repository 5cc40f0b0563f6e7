package dev.agentos.tui.consent;

import dev.agentos.bridge.wire.ConsentWire.AnswerRequest;
import dev.agentos.bridge.wire.ConsentWire.AskView;
import dev.agentos.themes.Role;
import dev.agentos.tui.term.AnswerPrompt;
import dev.agentos.tui.term.AnswerPrompt.Choice;
import dev.agentos.tui.term.AnswerPrompt.Outcome;
import dev.agentos.tui.term.Keyboard;
import dev.agentos.tui.term.LineInput;
import dev.agentos.tui.term.Screen;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * Asks a person at a terminal. Allow stays out of reach until the full content was shown; the exact grant is shown before
 * it is given; a question that somebody else answers closes by itself.
 */
public final class ConsentDialog {

    private static final Duration POLL = Duration.ofMillis(200);

    private final Screen screen;
    private final Optional<Keyboard> keyboard;
    private final LineInput lines;
    private final String client;

    /**
     * @param keyboard single keys; where there is none, whole lines do
     * @param client this program, as the audit names it
     */
    public ConsentDialog(Screen screen, Optional<Keyboard> keyboard, LineInput lines, String client) {
        this.screen = screen;
        this.keyboard = keyboard;
        this.lines = lines;
        this.client = client;
    }

    /**
     * Shows the card and waits for an answer.
     *
     * @param closed whether the ask was answered elsewhere meanwhile
     * @return the answer; empty when it was closed elsewhere or the input ended
     */
    public Optional<AnswerRequest> ask(AskView ask, BooleanSupplier closed) throws InterruptedException, IOException {
        ConsentCard card = new ConsentCard(ask);
        card.head(screen, Instant.now());
        card.preview(screen);
        boolean seen = card.isShort();
        boolean more = false;
        while (true) {
            List<Choice> choices = choices(ask, card, seen, more);
            Optional<Choice> choice =
                    keyboard.isPresent() ? byKeys(keyboard.get(), choices, ask, closed) : byLine(choices, closed);
            if (choice.isEmpty()) {
                return Optional.empty();
            }
            switch (choice.get().letter()) {
                case 'v' -> {
                    card.full(screen);
                    seen = true;
                }
                case 'm' -> more = true;
                case 'd' -> {
                    return Optional.of(AnswerRequest.deny(ask, client));
                }
                default -> {
                    Optional<String> word = ask.risk().equals("high") ? word(ask, closed) : Optional.of("");
                    if (word.isEmpty()) {
                        screen.line("   " + screen.muted("not the word; nothing was allowed"));
                        continue;
                    }
                    return Optional.of(
                            AnswerRequest.allow(ask, scope(choice.get()), word.filter(w -> !w.isEmpty()), client));
                }
            }
        }
    }

    private static List<Choice> choices(AskView ask, ConsentCard card, boolean seen, boolean more) {
        List<Choice> choices = new ArrayList<>();
        choices.add(new Choice('d', "Don't allow"));
        if (!seen) {
            choices.add(new Choice('v', "View all " + card.content().size() + " lines, then Allow opens"));
            return choices;
        }
        choices.add(new Choice('o', "Allow this once"));
        if (!ask.risk().equals("high")) {
            choices.add(new Choice('r', "Allow in this run, this folder only"));
            if (more) {
                choices.add(new Choice('s', "Allow until agentd restarts"));
                choices.add(new Choice('t', "Allow for 30 days"));
            } else {
                choices.add(new Choice('m', "More…"));
            }
        }
        return choices;
    }

    private static String scope(Choice choice) {
        return switch (choice.letter()) {
            case 'r' -> "run";
            case 's' -> "restart";
            case 't' -> "30d";
            default -> "once";
        };
    }

    /** What a choice would do, exactly. */
    static String meaning(Choice choice, AskView ask) {
        String below = ask.tool() + " below " + ask.grantTarget();
        return switch (choice.letter()) {
            case 'd' -> "refuse this once; no rule is made";
            case 'o' -> "allow " + ask.tool() + " on " + ask.target() + ", once";
            case 'r' -> "allow " + below + " until this run ends";
            case 's' -> "allow " + below + " until agentd restarts";
            case 't' -> "allow " + below + " for 30 days; take it back with agentctl consent revoke";
            case 'v' -> "show everything";
            default -> "show longer grants";
        };
    }

    // ------------------------------------------------------------------ keys

    private Optional<Choice> byKeys(Keyboard keys, List<Choice> choices, AskView ask, BooleanSupplier closed)
            throws InterruptedException {
        StringBuilder row = new StringBuilder("  ");
        for (Choice choice : choices) {
            String item = " [" + choice.letter() + "] " + choice.label();
            if (Screen.columns(row) + Screen.columns(item) + 1 > screen.width()) {
                screen.line(screen.bold(row.toString()));
                row.setLength(0);
                row.append("  ");
            }
            row.append(item).append(' ');
        }
        screen.line(screen.bold(row.toString()));
        screen.line("   " + screen.muted("a letter marks, Enter gives it"));
        keys.drain();
        AnswerPrompt prompt = new AnswerPrompt(choices, System.nanoTime());
        String said = "";
        while (true) {
            Optional<Keyboard.Key> key = keys.next(POLL);
            if (key.isEmpty()) {
                if (closed.getAsBoolean()) {
                    return Optional.empty();
                }
                continue;
            }
            if (key.get().end()) {
                return Optional.empty();
            }
            switch (prompt.key(key.get().character(), key.get().nanos())) {
                case Outcome.Chosen chosen -> {
                    return Optional.of(chosen.choice());
                }
                case Outcome.Marked marked ->
                    screen.labelled(3, 2, "→", Role.ACCENT, meaning(marked.choice(), ask) + "  ⏎");
                case Outcome.Ignored ignored -> {
                    if (!ignored.why().equals(said)) {
                        screen.line("   " + screen.muted(ignored.why()));
                        said = ignored.why();
                    }
                }
                case Outcome.Nothing _ -> {}
            }
        }
    }

    // ------------------------------------------------------------------ lines

    private Optional<Choice> byLine(List<Choice> choices, BooleanSupplier closed)
            throws InterruptedException, IOException {
        for (int i = 0; i < choices.size(); i++) {
            screen.line("   " + (i + 1) + "  " + choices.get(i).label());
        }
        screen.line("   Type the number and press Enter.");
        Thread.sleep(AnswerPrompt.DEAD_NANOS / 1_000_000);
        // What was typed before the question stood there is no answer to it.
        lines.drain();
        while (true) {
            Optional<String> line = line(closed);
            if (line.isEmpty()) {
                return Optional.empty();
            }
            String given = line.get().strip().toLowerCase(java.util.Locale.ROOT);
            for (int i = 0; i < choices.size(); i++) {
                if (given.equals(String.valueOf(i + 1))
                        || given.equals(String.valueOf(choices.get(i).letter()))) {
                    return Optional.of(choices.get(i));
                }
            }
            screen.line("   Nothing was answered: type 1 to " + choices.size() + ".");
        }
    }

    /** A line that a person typed; more than one at once is a paste and does not count. */
    private Optional<String> line(BooleanSupplier closed) throws InterruptedException, IOException {
        while (true) {
            Optional<LineInput.Line> line = lines.next(closed);
            if (line.isEmpty() || !line.get().pasted()) {
                return line.map(LineInput.Line::text);
            }
            lines.drain();
            screen.line("   That was a paste, and a paste never answers.");
        }
    }

    /** The typed last word of a high-risk object; empty when it was another. */
    private Optional<String> word(AskView ask, BooleanSupplier closed) throws InterruptedException, IOException {
        screen.line("   " + screen.paint(Role.BAD, "High risk: type " + ask.confirmWord() + " and press Enter."));
        if (keyboard.isEmpty()) {
            return line(closed).map(String::strip).filter(ask.confirmWord()::equals);
        }
        StringBuilder typed = new StringBuilder();
        long last = System.nanoTime();
        while (true) {
            Optional<Keyboard.Key> key = keyboard.get().next(POLL);
            if (key.isEmpty()) {
                if (closed.getAsBoolean()) {
                    return Optional.empty();
                }
                continue;
            }
            boolean pasted = key.get().nanos() - last < 12_000_000L;
            last = key.get().nanos();
            if (key.get().end() || pasted) {
                return Optional.empty();
            }
            char c = key.get().character();
            if (c == '\n' || c == '\r') {
                return Optional.of(typed.toString()).filter(ask.confirmWord()::equals);
            }
            if (c == 0x7F || c == '\b') {
                typed.setLength(Math.max(0, typed.length() - 1));
            } else {
                typed.append(c);
            }
        }
    }
}
