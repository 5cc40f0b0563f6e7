package dev.agentos.tui.monitor;

import dev.agentos.bridge.wire.ConsentWire.AnswerRequest;
import dev.agentos.bridge.wire.ConsentWire.AskView;
import dev.agentos.bridge.wire.ConsentWire.OptionView;
import dev.agentos.tui.term.AnswerPrompt;
import dev.agentos.tui.term.AnswerPrompt.Choice;
import dev.agentos.tui.term.AnswerPrompt.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One question on its way to an answer. Keys pass through {@link AnswerPrompt}: dead after paint and after any other key,
 * Enter alone gives nothing, a burst is a paste and a paste never answers.
 */
final class CardSession {

    static final String CLIENT = "agentmon";
    private static final int PAGE = 10;
    private static final long TYPED_APART_NANOS = 12_000_000L;

    private final AskView ask;
    private final List<String> lines;
    private AnswerPrompt prompt;
    private int scroll;
    private boolean seen;
    private Optional<Choice> marked = Optional.empty();
    private Optional<StringBuilder> word = Optional.empty();
    private Choice pending = new Choice('o', "");
    private String message = "a letter marks, Enter gives it · ↑↓ read · esc leaves it waiting";
    private long lastKey;

    CardSession(AskView ask, int room, long now) {
        this.ask = ask;
        this.lines = ask.content().isEmpty() ? List.of() : ask.content().lines().toList();
        this.seen = lines.size() <= room;
        this.prompt = new AnswerPrompt(choices(), now);
        this.lastKey = now;
    }

    AskView ask() {
        return ask;
    }

    private List<Choice> choices() {
        List<Choice> choices = new ArrayList<>();
        choices.add(new Choice('d', "Don't allow"));
        if (seen) {
            offer(choices, "once", 'o', "Allow this once");
            offer(choices, "run", 'r', "Allow in this run");
            offer(choices, "restart", 's', "Allow until agentd restarts");
            offer(choices, "30d", 't', "Allow for 30 days");
        }
        return choices;
    }

    private void offer(List<Choice> choices, String scope, char letter, String label) {
        if (ask.offers(scope)) {
            choices.add(new Choice(letter, label));
        }
    }

    /** Scrolls; seeing the end opens Allow, and the keys begin anew. */
    void scroll(int by, int room, long now) {
        scroll = Math.clamp((long) scroll + by, 0, Math.max(0, lines.size() - room));
        lastKey = now;
        marked = Optional.empty();
        if (!seen && scroll + room >= lines.size()) {
            seen = true;
            message = "all of it was shown: Allow is open";
        }
        prompt = new AnswerPrompt(choices(), now);
    }

    static int page() {
        return PAGE;
    }

    /** Forgets a mark: another key came between. */
    void other(long now) {
        marked = Optional.empty();
        lastKey = now;
        prompt = new AnswerPrompt(choices(), now);
    }

    /** The answer that a key gives, if it gives one. */
    Optional<AnswerRequest> key(char key, long now) {
        long since = now - lastKey;
        lastKey = now;
        if (word.isPresent()) {
            return typed(key, since, now);
        }
        switch (prompt.key(key, now)) {
            case Outcome.Marked m -> {
                marked = Optional.of(m.choice());
                message = "→ " + meaning(m.choice()) + "   Enter gives it";
            }
            case Outcome.Ignored ignored -> {
                marked = Optional.empty();
                message = ignored.why();
            }
            case Outcome.Nothing _ -> {}
            case Outcome.Chosen chosen -> {
                if (chosen.choice().letter() == 'd') {
                    return Optional.of(answer(chosen.choice(), Optional.empty()));
                }
                if (ask.risk().equals("high")) {
                    pending = chosen.choice();
                    word = Optional.of(new StringBuilder());
                    message = "high risk: type " + ask.confirmWord() + " and press Enter";
                    return Optional.empty();
                }
                return Optional.of(answer(chosen.choice(), Optional.empty()));
            }
        }
        return Optional.empty();
    }

    private Optional<AnswerRequest> typed(char key, long since, long now) {
        StringBuilder text = word.orElseThrow();
        boolean wrong = (key == '\n' || key == '\r') && !text.toString().equals(ask.confirmWord());
        if (since < TYPED_APART_NANOS || wrong) {
            word = Optional.empty();
            other(now);
            message = wrong ? "not the word; nothing was allowed" : "a paste never answers";
            return Optional.empty();
        }
        if (key == '\n' || key == '\r') {
            return Optional.of(answer(pending, Optional.of(text.toString())));
        }
        text.append(key);
        return Optional.empty();
    }

    private AnswerRequest answer(Choice choice, Optional<String> confirmed) {
        return choice.letter() == 'd'
                ? AnswerRequest.deny(ask, CLIENT)
                : AnswerRequest.allow(ask, scope(choice), confirmed, CLIENT);
    }

    private static String scope(Choice choice) {
        return switch (choice.letter()) {
            case 'r' -> "run";
            case 's' -> "restart";
            case 't' -> "30d";
            default -> "once";
        };
    }

    /** What the choice would do, in agentd's own words. */
    private String meaning(Choice choice) {
        return choice.letter() == 'd'
                ? "refuse this once; no rule is made"
                : ask.options().stream()
                        .filter(option -> option.scope().equals(scope(choice)))
                        .map(OptionView::says)
                        .findFirst()
                        .orElse(choice.label());
    }

    CardView view() {
        return new CardView(ask, lines, scroll, seen, choices(), marked, word.map(StringBuilder::toString), message);
    }
}
