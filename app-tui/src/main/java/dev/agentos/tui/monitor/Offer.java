package dev.agentos.tui.monitor;

import dev.agentos.bridge.wire.LanguageWire.ProposalView;
import dev.agentos.tui.term.AnswerPrompt;
import java.util.List;
import java.util.Optional;
import java.util.StringJoiner;

/**
 * Commands that a line may mean, offered at the bottom: one with the key that runs it, or several with numbers. Keys are
 * dead for a moment after it appeared and after any other key, so that a stream of keys runs nothing.
 */
record Offer(String question, List<ProposalView> choices, long since) {

    Offer {
        choices = List.copyOf(choices);
    }

    /** What a key made of an offer. */
    sealed interface Outcome {
        /** It stays. */
        record Stays(Offer offer) implements Outcome {}

        record Runs(String command) implements Outcome {}

        record Left() implements Outcome {}
    }

    private boolean isSingle() {
        return choices.size() == 1 && question.isEmpty();
    }

    Outcome key(Keys.Key key, long now) {
        if (key.is("esc")) {
            return new Outcome.Left();
        }
        if (now - since < AnswerPrompt.DEAD_NANOS) {
            return new Outcome.Stays(new Offer(question, choices, now));
        }
        if (!isSingle()) {
            int number = key.character() - '1';
            return number >= 0 && number < choices.size()
                    ? new Outcome.Stays(new Offer("", List.of(choices.get(number)), now))
                    : new Outcome.Left();
        }
        ProposalView only = choices.getFirst();
        boolean runs = only.effect().equals("reads") ? key.is("enter") : key.character() == 'y';
        return runs ? new Outcome.Runs(only.command()) : new Outcome.Left();
    }

    String sentence() {
        if (isSingle()) {
            ProposalView only = choices.getFirst();
            String key = only.effect().equals("reads") ? "Enter runs it" : "y runs it";
            return "→ " + only.program() + " " + only.command() + "   " + only.effect() + " · " + key
                    + " · any other key leaves it";
        }
        StringJoiner text = new StringJoiner(" · ");
        for (int i = 0; i < choices.size(); i++) {
            text.add((i + 1) + " " + choices.get(i).command());
        }
        return "? " + question + "  " + text + " · a number chooses, any other key leaves it";
    }

    static Optional<Offer> of(String question, List<ProposalView> choices, long now) {
        return choices.isEmpty() ? Optional.empty() : Optional.of(new Offer(question, choices, now));
    }
}
