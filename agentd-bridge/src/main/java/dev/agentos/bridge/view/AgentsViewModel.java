package dev.agentos.bridge.view;

import dev.agentos.bridge.wire.AgentWire.AgentView;
import dev.agentos.bridge.wire.AgentWire.Agents;
import dev.agentos.bridge.wire.AgentWire.StepView;
import dev.agentos.bridge.wire.EventWire.EventView;
import dev.agentos.domain.lifecycle.AgentState;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * The list of agents. Rows keep the order in which agents were created, whatever happens to them; totals follow the
 * filter.
 *
 * @param rows every agent that is known
 * @param filter text that a shown row holds; empty shows all
 * @param finished whether agents that are over are shown
 */
public record AgentsViewModel(List<Row> rows, String filter, boolean finished) {

    public AgentsViewModel {
        rows = List.copyOf(rows);
    }

    /** One agent. {@code steps} counts the plan's steps, 0 where there is no plan. */
    public record Row(
            String id,
            String name,
            String number,
            String latency,
            String kind,
            AgentState state,
            long asks,
            String reason,
            int stepsDone,
            int steps,
            long cpuMicros,
            long memoryBytes,
            long toolCalls) {

        /** The state as every face names it. */
        public String word() {
            return needsYou() ? "needs you" : state.word();
        }

        public String glyph() {
            return needsYou() ? "?" : state.glyph();
        }

        public Tone tone() {
            return Tone.ofWord(word());
        }

        private boolean needsYou() {
            return asks > 0 && state == AgentState.RUNNING;
        }

        Row moved(AgentState to, String why) {
            return new Row(
                    id,
                    name,
                    number,
                    latency,
                    kind,
                    to,
                    to.isFinal() ? 0 : asks,
                    why,
                    stepsDone,
                    steps,
                    cpuMicros,
                    memoryBytes,
                    toolCalls);
        }

        Row withAsks(long count) {
            return new Row(
                    id,
                    name,
                    number,
                    latency,
                    kind,
                    state,
                    Math.max(0, count),
                    reason,
                    stepsDone,
                    steps,
                    cpuMicros,
                    memoryBytes,
                    toolCalls);
        }
    }

    /** Sums over the rows that are shown. */
    public record Totals(int shown, int needYou, int running, int failed, long memoryBytes, long toolCalls) {}

    public static AgentsViewModel empty() {
        return new AgentsViewModel(List.of(), "", false);
    }

    /** The state after a snapshot, which replaces what was known. */
    public AgentsViewModel reduce(Agents snapshot) {
        return new AgentsViewModel(
                snapshot.agents().stream().map(AgentsViewModel::row).toList(), filter, finished);
    }

    /** The state after an event. */
    public AgentsViewModel reduce(EventView event) {
        return switch (event.kind()) {
            case "agent.admitted" -> admitted(event);
            case "agent.moved" ->
                state(event.data().get("to"))
                        .map(to -> change(event.agent(), row -> row.moved(to, text(event, "reason"))))
                        .orElse(this);
            case "consent.asked" -> change(event.agent(), row -> row.withAsks(row.asks() + 1));
            case "consent.answered" -> change(event.agent(), row -> row.withAsks(row.asks() - 1));
            default -> this;
        };
    }

    public AgentsViewModel filtered(String text) {
        return new AgentsViewModel(rows, text, finished);
    }

    public AgentsViewModel withFinished(boolean shown) {
        return new AgentsViewModel(rows, filter, shown);
    }

    /** The rows that pass the filter, in their stable order. */
    public List<Row> shown() {
        String wanted = filter.toLowerCase(Locale.ROOT);
        return rows.stream()
                .filter(row -> finished || !row.state().isFinal())
                .filter(row -> wanted.isEmpty()
                        || row.id().contains(wanted)
                        || row.word().contains(wanted)
                        || row.latency().toLowerCase(Locale.ROOT).equals(wanted))
                .toList();
    }

    public Totals totals() {
        List<Row> shown = shown();
        return new Totals(
                shown.size(),
                count(shown, "needs you"),
                count(shown, "running"),
                count(shown, "failed"),
                shown.stream().mapToLong(Row::memoryBytes).sum(),
                shown.stream().mapToLong(Row::toolCalls).sum());
    }

    private static int count(List<Row> rows, String word) {
        return (int) rows.stream().filter(row -> row.word().equals(word)).count();
    }

    private AgentsViewModel admitted(EventView event) {
        if (rows.stream().anyMatch(row -> row.id().equals(event.agent()))) {
            return this;
        }
        List<Row> more = new ArrayList<>(rows);
        more.add(new Row(
                event.agent(),
                text(event, "contract"),
                number(event.agent()),
                "",
                "",
                AgentState.QUEUED,
                0,
                "",
                0,
                0,
                0,
                0,
                0));
        return new AgentsViewModel(more, filter, finished);
    }

    private AgentsViewModel change(String id, UnaryOperator<Row> how) {
        return new AgentsViewModel(
                rows.stream()
                        .map(row -> row.id().equals(id) ? how.apply(row) : row)
                        .toList(),
                filter,
                finished);
    }

    private static Row row(AgentView agent) {
        return new Row(
                agent.id(),
                agent.name(),
                number(agent.id()),
                agent.latency(),
                agent.kind(),
                state(agent.state()).orElse(AgentState.QUEUED),
                agent.consentsWaiting(),
                agent.reason(),
                (int) agent.steps().stream()
                        .map(StepView::state)
                        .filter("done"::equals)
                        .count(),
                agent.steps().size(),
                agent.usage().cpuMicros(),
                agent.usage().memoryBytes(),
                agent.usage().toolCalls());
    }

    private static String number(String id) {
        return id.substring(id.lastIndexOf('-') + 1);
    }

    private static Optional<AgentState> state(@org.jspecify.annotations.Nullable Object word) {
        for (AgentState state : AgentState.values()) {
            if (state.name().equalsIgnoreCase(String.valueOf(word))) {
                return Optional.of(state);
            }
        }
        return Optional.empty();
    }

    private static String text(EventView event, String name) {
        return event.data().get(name) instanceof String text ? text : "";
    }
}
