package dev.agentos.bridge.wire;

import java.util.List;
import java.util.Optional;

/** Records about sentences and the commands that they mean. */
public final class LanguageWire {

    private LanguageWire() {}

    /**
     * A sentence to understand.
     *
     * @param focus the agent that "it" means; absent when none is in view
     * @param known names that this client knows and agentd may not: agents, catalog entries, models
     */
    public record Sentence(String text, Optional<String> focus, Optional<Known> known) {}

    /** Names beyond those that agentd has itself. */
    public record Known(List<String> agents, List<String> catalog, List<String> tools, List<String> models) {
        public Known {
            agents = agents == null ? List.of() : List.copyOf(agents);
            catalog = catalog == null ? List.of() : List.copyOf(catalog);
            tools = tools == null ? List.of() : List.copyOf(tools);
            models = models == null ? List.of() : List.copyOf(models);
        }
    }

    /**
     * A command that the sentence may mean.
     *
     * @param command the line, without the name of a program
     * @param program {@code agentctl}, or {@code agentsh} for what only the shell knows
     * @param effect {@code reads}, {@code changes} or {@code asks first}
     * @param confidence 0 to 1
     */
    public record ProposalView(String command, String program, String effect, String about, double confidence) {}

    /**
     * What became of a sentence.
     *
     * @param outcome {@code understood}, {@code unsure} or {@code not-understood}
     * @param question one short question where it is unsure; the reason where it was not understood
     * @param choices the one command when understood; otherwise the likeliest first
     * @param method what compared meanings: {@code grammar}, {@code minilm} or {@code tf-idf}
     * @param note why a lesser method was used; empty when the best one was
     */
    public record Reading(String outcome, String question, List<ProposalView> choices, String method, String note) {
        public Reading {
            choices = List.copyOf(choices);
        }
    }

    /** Whether sentences are compared by meaning yet. {@code state} is {@code ready}, {@code warming} or {@code words-only}. */
    public record Readiness(String state, String method, String detail, int commands, int examples) {}
}
