package dev.agentos.tui.consent;

import dev.agentos.bridge.wire.ConsentWire.AnswerRequest;
import dev.agentos.bridge.wire.ConsentWire.AskView;
import dev.agentos.bridge.wire.ConsentWire.Member;
import dev.agentos.bridge.wire.ConsentWire.OptionView;
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
        ContentReading reading = new ContentReading(ask, screen.width() - 6);
        card.rows(screen, reading.preview(), reading.left());
        boolean more = false;
        while (true) {
            List<Choice> choices = choices(ask, alike, reading, more);
            Optional<Choice> choice = keyboard.isPresent()
                    ? byKeys(keyboard.get(), choices, ask, alike, closed)
                    : byLine(choices, ask, alike, closed);
            if (choice.isEmpty()) {
                return Optional.empty();
            }
            switch (choice.get().letter()) {
                case 'v' -> card.rows(screen, reading.next(), reading.left());
                case 'g' -> {
                    alike.forEach(reading::add);
                    card.rows(screen, reading.next(), reading.left());
                }
                case 'm' -> more = true;
                case 'd' -> {
                    return Optional.of(AnswerRequest.deny(ask, client));
                }
                case 'n' -> {
                    return Optional.of(AnswerRequest.deny(ask, client).with(alike));
                }
                default -> {
                    Optional<String> word = ask.risk().equals("high") ? word(ask, closed) : Optional.of("");
                    if (word.isEmpty()) {
                        screen.line("   " + screen.muted("not the word; nothing was allowed"));
                        continue;
                    }
                    return Optional.of(allow(ask, reading, choice.get(), word.filter(typed -> !typed.isEmpty())));
                }
            }
        }
    }

    /** The Allow, with the digests of what this screen has painted and of nothing else. */
    private AnswerRequest allow(AskView ask, ContentReading reading, Choice choice, Optional<String> word) {
        List<Member> others = reading.asks().stream()
                .filter(member -> choice.letter() == 'a' && !member.id().equals(ask.id()))
                .map(member -> new Member(member.id(), member.shown(), reading.digest(member)))
                .toList();
        return new AnswerRequest(
                "allow",
                scope(choice),
                ask.shown(),
                word,
                Optional.of(client),
                reading.digest(ask),
                others.isEmpty() ? Optional.empty() : Optional.of(others));
    }

    private static List<Choice> choices(AskView ask, List<AskView> alike, ContentReading reading, boolean more) {
        List<Choice> choices = new ArrayList<>();
        choices.add(new Choice('d', "Don't allow"));
        if (!alike.isEmpty()) {
            choices.add(new Choice('n', "Don't allow any of the " + (alike.size() + 1)));
        }
        if (!reading.isComplete()) {
            choices.add(Choice.harmless('v', "View the next of " + reading.left() + " more rows, then Allow opens"));
            return choices;
        }
        choices.add(new Choice('o', "Allow this once"));
        boolean wholeGroup = reading.asks().size() > 1;
        if (!alike.isEmpty()) {
            choices.add(
                    wholeGroup
                            ? new Choice('a', "Allow all " + (alike.size() + 1) + ", once each")
                            : Choice.harmless('g', "Show the " + alike.size() + " others too"));
        }
        if (ask.offers("run")) {
            choices.add(
                    new Choice('r', ask.kind().equals("plan") ? "Allow this plan" : "Allow in this run, here only"));
        }
        if (ask.offers("restart") || ask.offers("30d")) {
            if (more) {
                choices.add(new Choice('s', "Allow until agentd restarts"));
                choices.add(new Choice('t', "Allow for 30 days"));
                choices.removeIf(choice -> "st".indexOf(choice.letter()) >= 0 && !ask.offers(scope(choice)));
            } else {
                choices.add(Choice.harmless('m', "More…"));
            }
        }
        choices.removeIf(choice -> choice.letter() == 'o' && !ask.offers("once"));
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

    /** What a choice would do, exactly: for an Allow, agentd's own words. */
    static String meaning(Choice choice, AskView ask, List<AskView> alike) {
        return switch (choice.letter()) {
            case 'd' -> "refuse this once; no rule is made";
            case 'n' -> "refuse all " + (alike.size() + 1) + " once; no rule is made";
            case 'a' -> "allow all " + (alike.size() + 1) + " that were shown, once each";
            case 'v', 'g' -> "show everything";
            case 'm' -> "show longer grants";
            default ->
                ask.options().stream()
                        .filter(option -> option.scope().equals(scope(choice)))
                        .map(OptionView::says)
                        .findFirst()
                        .orElse("");
        };
    }

    // ------------------------------------------------------------------ keys

    private Optional<Choice> byKeys(
            Keyboard keys, List<Choice> choices, AskView ask, List<AskView> alike, BooleanSupplier closed)
            throws InterruptedException {
        row(choices);
        screen.line("   " + screen.muted("a letter marks; after a moment Enter gives it"));
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
                    screen.labelled(3, 2, "→", Role.ACCENT, meaning(marked.choice(), ask, alike) + "  ⏎");
                case Outcome.Ignored ignored -> {
                    if (!ignored.why().equals(said)) {
                        screen.line("   " + screen.muted(ignored.why()));
                        said = ignored.why();
                    }
                    // A stream of keys must not keep the card open that somebody else has closed.
                    if (closed.getAsBoolean()) {
                        return Optional.empty();
                    }
                }
                case Outcome.Nothing _ -> {}
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

    private Optional<Choice> byLine(List<Choice> choices, AskView ask, List<AskView> alike, BooleanSupplier closed)
            throws InterruptedException, IOException {
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
            if (choice.isEmpty()) {
                screen.line("   Nothing was answered: type 1 to " + choices.size() + ".");
            } else if ("orsta".indexOf(choice.get().letter()) < 0) {
                return choice;
            } else {
                // A terminal in line mode keeps what was typed before the card; a word of its own cannot be left over.
                screen.line("   → " + screen.text(meaning(choice.get(), ask, alike)));
                screen.line("   Type the word allow and press Enter.");
                Optional<String> word = line(closed);
                if (word.isEmpty() || word.get().strip().equals("allow")) {
                    return word.isEmpty() ? Optional.empty() : choice;
                }
                screen.line("   Nothing was answered: type 1 to " + choices.size() + ".");
            }
        }
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
