package dev.agentos.domain.language;

import java.util.List;

/** What became of a sentence. */
public sealed interface Understanding {

    /**
     * A command that the sentence means.
     *
     * @param command the whole line, without the name of a program
     * @param shell whether only the shell knows it
     * @param about what it does
     * @param confidence 0 to 1
     */
    record Proposal(String command, boolean shell, Effect effect, String about, double confidence) {}

    /** It is sure enough to be shown as the one command; it still runs only after a key. */
    record Understood(Proposal proposal, String method) implements Understanding {}

    /** It is not sure, or something is missing: one short question. The likeliest choice comes first. */
    record Unsure(String question, List<Proposal> choices, String method) implements Understanding {
        public Unsure {
            choices = List.copyOf(choices);
        }
    }

    /** Nothing here fits. */
    record NotUnderstood(String reason, List<Proposal> nearest, String method) implements Understanding {
        public NotUnderstood {
            nearest = List.copyOf(nearest);
        }
    }
}
