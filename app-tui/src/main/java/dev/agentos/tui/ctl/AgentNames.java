package dev.agentos.tui.ctl;

import dev.agentos.bridge.client.AgentdClient;
import dev.agentos.bridge.wire.AgentWire.AgentView;
import dev.agentos.tui.Exit;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** From what a person typed to an agent: its id, or an end, a beginning or the name of exactly one. */
final class AgentNames {

    private AgentNames() {}

    /**
     * The id that is meant.
     *
     * @throws CtlException when there is none or more than one
     */
    static String resolve(AgentdClient client, String given) {
        List<AgentView> agents = client.agents().agents();
        if (agents.stream().anyMatch(agent -> agent.id().equals(given))) {
            return given;
        }
        for (Predicate<AgentView> rule : rules(given)) {
            List<String> found = agents.stream().filter(rule).map(AgentView::id).toList();
            if (found.size() == 1) {
                return found.getFirst();
            }
            if (found.size() > 1) {
                List<String> newest = found.subList(Math.max(0, found.size() - 5), found.size());
                throw new CtlException(
                        Exit.USAGE,
                        "agent.ambiguous",
                        given + " can be " + found.size() + " agents: " + (found.size() > 5 ? "…, " : "")
                                + String.join(", ", newest),
                        given,
                        "type more of it");
            }
        }
        throw new CtlException(
                Exit.NOT_FOUND,
                "not-found",
                "there is no agent " + given,
                given,
                nearest(given, agents.stream().map(AgentView::id).toList())
                        .map(id -> "did you mean " + id + "?")
                        .orElse("see agentctl list --all"));
    }

    private static List<Predicate<AgentView>> rules(String given) {
        return List.of(
                agent -> agent.id().endsWith("-" + given),
                agent -> agent.name().equals(given),
                agent -> agent.id().startsWith(given) || agent.id().startsWith("agent-" + given),
                agent -> given.length() > 1 && agent.id().endsWith(given));
    }

    /** The candidate with the fewest typing errors, at most a third of it. */
    static Optional<String> nearest(String written, List<String> candidates) {
        record Scored(String candidate, int errors) {}
        return candidates.stream()
                .map(candidate -> new Scored(
                        candidate, Math.min(errors(written, candidate), errors("agent-" + written, candidate))))
                .filter(scored ->
                        scored.errors() <= Math.max(1, scored.candidate().length() / 3))
                .min(Comparator.comparingInt(Scored::errors))
                .map(Scored::candidate);
    }

    private static int errors(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int above = row[j];
                row[j] = Math.min(
                        Math.min(row[j], row[j - 1]) + 1, diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1));
                diagonal = above;
            }
        }
        return row[b.length()];
    }
}
