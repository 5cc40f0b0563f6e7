package dev.agentos.domain.lifecycle;

import static dev.agentos.domain.lifecycle.AgentState.BACKOFF;
import static dev.agentos.domain.lifecycle.AgentState.DEAD;
import static dev.agentos.domain.lifecycle.AgentState.DONE;
import static dev.agentos.domain.lifecycle.AgentState.FAILED;
import static dev.agentos.domain.lifecycle.AgentState.KILLED;
import static dev.agentos.domain.lifecycle.AgentState.PAUSED;
import static dev.agentos.domain.lifecycle.AgentState.QUEUED;
import static dev.agentos.domain.lifecycle.AgentState.RUNNING;
import static dev.agentos.domain.lifecycle.AgentState.STARTING;
import static dev.agentos.domain.lifecycle.AgentState.STOPPING;
import static dev.agentos.domain.lifecycle.AgentTrigger.FAIL;
import static dev.agentos.domain.lifecycle.AgentTrigger.FINISH;
import static dev.agentos.domain.lifecycle.AgentTrigger.GIVE_UP;
import static dev.agentos.domain.lifecycle.AgentTrigger.GONE;
import static dev.agentos.domain.lifecycle.AgentTrigger.KILL;
import static dev.agentos.domain.lifecycle.AgentTrigger.PAUSE;
import static dev.agentos.domain.lifecycle.AgentTrigger.RESUME;
import static dev.agentos.domain.lifecycle.AgentTrigger.RETRY;
import static dev.agentos.domain.lifecycle.AgentTrigger.START;
import static dev.agentos.domain.lifecycle.AgentTrigger.STARTED;

import java.util.List;
import java.util.stream.Collectors;

/** The agent's state machine. Every move that is not a row of this table is refused. */
public final class LifecycleTable {

    /** One allowed move. */
    public record Row(AgentState from, AgentTrigger trigger, AgentState to) {}

    /** The answer to a trigger. */
    public sealed interface Move {
        record To(AgentState state) implements Move {}

        /** The trigger has no row here. {@code next} says what the person can do instead. */
        record Refused(String reason, String next) implements Move {}
    }

    public static final List<Row> ROWS = List.of(
            new Row(QUEUED, START, STARTING),
            new Row(QUEUED, KILL, KILLED),
            new Row(QUEUED, FAIL, FAILED),
            new Row(STARTING, STARTED, RUNNING),
            new Row(STARTING, FAIL, FAILED),
            new Row(STARTING, KILL, STOPPING),
            new Row(STARTING, RETRY, BACKOFF),
            new Row(STARTING, GIVE_UP, DEAD),
            new Row(RUNNING, PAUSE, PAUSED),
            new Row(RUNNING, FINISH, DONE),
            new Row(RUNNING, FAIL, FAILED),
            new Row(RUNNING, KILL, STOPPING),
            new Row(RUNNING, RETRY, BACKOFF),
            new Row(RUNNING, GIVE_UP, DEAD),
            new Row(PAUSED, RESUME, RUNNING),
            new Row(PAUSED, KILL, STOPPING),
            new Row(PAUSED, FAIL, FAILED),
            new Row(PAUSED, FINISH, DONE),
            new Row(PAUSED, RETRY, BACKOFF),
            new Row(PAUSED, GIVE_UP, DEAD),
            new Row(BACKOFF, START, STARTING),
            new Row(BACKOFF, KILL, KILLED),
            new Row(STOPPING, GONE, KILLED));

    private LifecycleTable() {}

    /** The state that {@code trigger} leads to from {@code state}. */
    public static Move move(AgentState state, AgentTrigger trigger) {
        for (Row row : ROWS) {
            if (row.from() == state && row.trigger() == trigger) {
                return new Move.To(row.to());
            }
        }
        return new Move.Refused(
                "a " + state.word() + " agent cannot take \"" + trigger.name().toLowerCase(java.util.Locale.ROOT)
                        + "\"",
                nextFor(state));
    }

    private static String nextFor(AgentState state) {
        if (state.isFinal()) {
            return "it is over; spawn a new one";
        }
        String possible = ROWS.stream()
                .filter(row -> row.from() == state)
                .map(Row::trigger)
                .filter(trigger -> trigger == PAUSE || trigger == RESUME || trigger == KILL)
                .map(trigger -> trigger.name().toLowerCase(java.util.Locale.ROOT))
                .collect(Collectors.joining(" or "));
        return possible.isEmpty() ? "wait until it has moved on" : "possible now: " + possible;
    }

    /** The table as a Mermaid state diagram, for docs/lifecycle.md. */
    public static String diagram() {
        StringBuilder out = new StringBuilder("stateDiagram-v2\n    [*] --> QUEUED\n");
        for (Row row : ROWS) {
            out.append("    ").append(row.from()).append(" --> ").append(row.to());
            out.append(" : ")
                    .append(row.trigger().name().toLowerCase(java.util.Locale.ROOT))
                    .append('\n');
        }
        for (AgentState state : AgentState.values()) {
            if (state.isFinal()) {
                out.append("    ").append(state).append(" --> [*]\n");
            }
        }
        return out.toString();
    }
}
