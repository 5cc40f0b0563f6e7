package dev.agentos.tui.consent;

import dev.agentos.bridge.wire.ConsentWire.AnswerRequest;
import dev.agentos.bridge.wire.ConsentWire.AskView;
import dev.agentos.themes.Role;
import dev.agentos.tui.consent.CardSession.Step;
import dev.agentos.tui.term.AnswerPrompt;
import dev.agentos.tui.term.AnswerPrompt.Choice;
import dev.agentos.tui.term.Keyboard;
import dev.agentos.tui.term.LineInput;
import dev.agentos.tui.term.Screen;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * Asks a person at a terminal. Allow stays out of reach until the full content was shown; the exact grant is shown before
 * it is given; a question that somebody else answers closes by itself.
 */
public final class ConsentDialog {

    private static final Duration POLL = Duration.ofMillis(200);
    private static final long QUIET_MS = AnswerPrompt.DEAD_NANOS / 1_000_000;

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

    /** Shows the card of one ask and waits for an answer. */
    public Optional<AnswerRequest> ask(AskView ask, BooleanSupplier closed) throws InterruptedException, IOException {
        return ask(ask, List.of(), closed);
    }

    /**
     * Shows the card and waits for an answer.
     *
     * @param alike other asks of the same group, which one answer may cover once all of them were shown
     * @param closed whether the ask was answered elsewhere meanwhile
     * @return the answer; empty when it was closed elsewhere or the input ended
     */
    public Optional<AnswerRequest> ask(AskView ask, List<AskView> alike, BooleanSupplier closed)
            throws InterruptedException, IOException {
        ConsentCard card = new ConsentCard(ask);
        card.head(screen, Instant.now());
        if (!alike.isEmpty()) {
            card.alike(screen, alike);
        }
        CardSession session = new CardSession(ask, alike, screen.width() - 6, client, System.nanoTime());
        card.rows(screen, session.reading().preview(), session.reading().left());
        while (true) {
            Optional<Step> step =
                    keyboard.isPresent() ? byKeys(keyboard.get(), session, closed) : byLine(session, closed);
            if (step.isEmpty()) {
                return Optional.empty();
            }
            if (step.get() instanceof Step.Answered answered) {
                return Optional.of(answered.answer());
            }
            if (step.get() instanceof Step.Show) {
                card.rows(screen, session.reading().next(), session.reading().left());
            }
        }
    }

    // ------------------------------------------------------------------ keys

    /** Asks by single keys until something is to be painted or was answered; empty when it was closed elsewhere. */
    private Optional<Step> byKeys(Keyboard keys, CardSession session, BooleanSupplier closed)
            throws InterruptedException {
        row(session.choices());
        screen.line("   " + screen.muted("a letter marks; after a moment Enter gives it"));
        keys.drain();
        session.painted(System.nanoTime());
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
            switch (session.key(key.get().character(), key.get().nanos())) {
                case Step.Marked marked -> screen.labelled(3, 2, "→", Role.ACCENT, marked.meaning() + "  ⏎");
                case Step.Said words -> {
                    if (!words.text().equals(said)) {
                        screen.line("   " + screen.muted(words.text()));
                        said = words.text();
                    }
                    // A stream of keys must not keep the card open that somebody else has closed.
                    if (closed.getAsBoolean()) {
                        return Optional.empty();
                    }
                }
                case Step.Nothing _ -> {}
                case Step other -> {
                    return Optional.of(other);
                }
            }
        }
    }

    private void row(List<Choice> choices) {
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
    }

    // ------------------------------------------------------------------ lines

    private Optional<Step> byLine(CardSession session, BooleanSupplier closed)
            throws InterruptedException, IOException {
        List<Choice> choices = session.choices();
        for (int i = 0; i < choices.size(); i++) {
            screen.line("   " + (i + 1) + "  " + choices.get(i).label());
        }
        screen.line("   Type the number and press Enter.");
        Thread.sleep(QUIET_MS);
        // What was typed before the question stood there is no answer to it.
        lines.drain();
        while (true) {
            Optional<String> line = line(closed);
            if (line.isEmpty()) {
                return Optional.empty();
            }
            Optional<Choice> choice = choiceOf(choices, line.get().strip().toLowerCase(Locale.ROOT));
            if (choice.isPresent() && choice.get().isHarmless()) {
                return Optional.of(session.open(choice.get(), System.nanoTime()));
            }
            if (choice.isPresent() && !CardSession.allows(choice.get())) {
                return Optional.of(new Step.Answered(session.answer(choice.get(), Optional.empty())));
            }
            if (choice.isPresent()) {
                // A terminal in line mode keeps what was typed before the card; a word of its own cannot be left over.
                boolean high = session.needsWord();
                String wanted = high ? session.ask().confirmWord() : "allow";
                screen.line("   → " + screen.text(session.meaning(choice.get())));
                screen.line(high ? highRisk(wanted) : "   Type the word allow and press Enter.");
                Optional<String> word = line(closed);
                if (word.isEmpty()) {
                    return Optional.empty();
                }
                if (word.get().strip().equals(wanted)) {
                    return Optional.of(new Step.Answered(
                            session.answer(choice.get(), high ? Optional.of(wanted) : Optional.empty())));
                }
                screen.line("   " + screen.muted("not the word; nothing was allowed"));
            }
            screen.line("   Nothing was answered: type 1 to " + choices.size() + ".");
        }
    }

    private String highRisk(String word) {
        return "   " + screen.paint(Role.BAD, "High risk: type " + word + " and press Enter.");
    }

    private static Optional<Choice> choiceOf(List<Choice> choices, String given) {
        for (int i = 0; i < choices.size(); i++) {
            if (given.equals(String.valueOf(i + 1))
                    || given.equals(String.valueOf(choices.get(i).letter()))) {
                return Optional.of(choices.get(i));
            }
        }
        return Optional.empty();
    }

    /** A line that a person typed: more at once, or more right after it, is a paste or a burst and does not count. */
    private Optional<String> line(BooleanSupplier closed) throws InterruptedException, IOException {
        while (true) {
            Optional<LineInput.Line> line = lines.next(closed);
            if (line.isEmpty()) {
                return Optional.empty();
            }
            if (!line.get().pasted()) {
                Thread.sleep(QUIET_MS);
                if (!lines.isWaiting()) {
                    return Optional.of(line.get().text());
                }
            }
            lines.drain();
            screen.line("   That was a paste or a burst of keys, and neither ever answers.");
            if (closed.getAsBoolean()) {
                return Optional.empty();
            }
        }
    }
}
