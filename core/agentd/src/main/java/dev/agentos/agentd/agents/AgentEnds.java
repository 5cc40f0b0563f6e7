package dev.agentos.agentd.agents;

import dev.agentos.bridge.wire.AgentWire.ExitView;
import dev.agentos.domain.event.Event;
import dev.agentos.domain.lifecycle.AgentState;
import dev.agentos.domain.lifecycle.AgentTrigger;
import dev.agentos.domain.lifecycle.RestartRule;
import dev.agentos.domain.port.Journal.Trace;
import dev.agentos.domain.port.TimeSource;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;

/** What follows when a run or a process has ended: done, failed, killed, kept for a person, or started once more. */
public final class AgentEnds implements AutoCloseable {

    private final AgentBook book;
    private final TimeSource time;
    private final ScheduledExecutorService restarts = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("restarts").factory());
    private volatile BiConsumer<Trace, String> restart = (_, _) -> {};

    public AgentEnds(AgentBook book, TimeSource time) {
        this.book = book;
        this.time = time;
    }

    /** What starts an agent again when its wait is over; called from a thread of its own. */
    void onRestart(BiConsumer<Trace, String> action) {
        restart = action;
    }

    /**
     * Applies the contract's restart rule to an end. Call inside a decision.
     *
     * @param ran how long this run was healthy
     */
    AgentRecord conclude(
            Trace trace,
            AgentBook.Draft draft,
            AgentRecord agent,
            boolean failed,
            Duration ran,
            String reason,
            Optional<ExitView> exit) {
        var supervision = book.document(agent.id()).contract().supervision();
        return switch (RestartRule.decide(supervision, failed, agent.restartsUsed(), ran)) {
            case RestartRule.Decision.Stay stay -> stay(draft, agent, stay.failed(), reason, exit);
            case RestartRule.Decision.Restart again -> {
                draft.event(new Event.RestartScheduled(
                        agent.id(),
                        again.attempt(),
                        supervision.restart().max(),
                        again.delay().toMillis(),
                        reason));
                AgentRecord waiting =
                        book.move(draft, agent, AgentTrigger.RETRY, reason).nextRun(again.attempt());
                draft.put(waiting);
                schedule(trace, agent.id(), again.delay().toMillis());
                yield waiting;
            }
            case RestartRule.Decision.DeadLetter letter -> {
                draft.event(new Event.DeadLettered(agent.id(), letter.reason() + "; last: " + reason));
                AgentRecord moved =
                        book.move(draft, agent, AgentTrigger.GIVE_UP, letter.reason() + "; last: " + reason);
                AgentRecord ended = moved.ended(moved.state(), moved.reason(), now(), exit);
                draft.put(ended);
                yield ended;
            }
        };
    }

    /** Ends an agent for good, as done or as failed, whatever its restart rule says. Call inside a decision. */
    AgentRecord stay(AgentBook.Draft draft, AgentRecord agent, boolean failed, String reason, Optional<ExitView> exit) {
        AgentRecord moved = book.move(draft, agent, ManagedRun.triggerOf(failed), reason);
        AgentRecord ended = moved.ended(moved.state(), reason, now(), exit);
        draft.put(ended);
        draft.event(new Event.CommandFinished(
                "spawn", agent.spawnKey(), agent.id(), failed ? "failed" : "done", "", Map.of("reason", reason)));
        return ended;
    }

    /** The end of an agent that was being stopped. Call inside a decision. */
    AgentRecord killed(AgentBook.Draft draft, AgentRecord agent, String reason, Optional<ExitView> exit) {
        AgentRecord moved =
                agent.state() == AgentState.STOPPING ? book.move(draft, agent, AgentTrigger.GONE, reason) : agent;
        AgentRecord ended = moved.ended(AgentState.KILLED, reason, now(), exit);
        draft.put(ended);
        draft.event(new Event.CommandFinished(
                "spawn", agent.spawnKey(), agent.id(), "killed", "", Map.of("reason", reason)));
        return ended;
    }

    /** The processes of a stopped agent are gone. */
    void gone(Trace trace, String id, String reason) {
        book.decide(trace, draft -> {
                    AgentRecord agent = book.get(id);
                    boolean over = agent.state() == AgentState.STOPPING
                            || (agent.state() == AgentState.KILLED
                                    && agent.endedAt().isEmpty());
                    return over ? killed(draft, agent, reason, agent.exit()) : agent;
                })
                .await();
    }

    /** Starts the agent again after a while, if it then still waits for that. */
    void schedule(Trace trace, String id, long waitMillis) {
        if (!restarts.isShutdown()) {
            var _ = restarts.schedule(
                    () -> Thread.ofVirtual().name("restart").start(() -> restart.accept(trace, id)),
                    waitMillis,
                    TimeUnit.MILLISECONDS);
        }
    }

    String now() {
        return time.now().toString();
    }

    @Override
    public void close() {
        restarts.shutdownNow();
    }
}
