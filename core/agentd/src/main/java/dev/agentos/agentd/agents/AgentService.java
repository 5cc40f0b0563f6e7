package dev.agentos.agentd.agents;

import dev.agentos.agentd.ServiceException;
import dev.agentos.agentd.consent.ConsentService;
import dev.agentos.agentd.recording.Recordings;
import dev.agentos.agentd.telemetry.Tracing;
import dev.agentos.agentd.tools.ToolGateway;
import dev.agentos.bridge.wire.AgentWire.Spawn;
import dev.agentos.domain.contract.ContractDocument;
import dev.agentos.domain.contract.PlanStep;
import dev.agentos.domain.event.Event;
import dev.agentos.domain.lifecycle.AgentState;
import dev.agentos.domain.lifecycle.AgentTrigger;
import dev.agentos.domain.model.Models;
import dev.agentos.domain.port.Journal;
import dev.agentos.domain.port.Journal.Trace;
import dev.agentos.domain.port.TimeSource;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** The commands on agents: spawn, pause, resume, kill; and what follows when a run or a process ends. */
public final class AgentService implements AutoCloseable {

    private final AgentBook book;
    private final Journal journal;
    private final ConsentService consent;
    private final ToolGateway gateway;
    private final ProcessAgents processes;
    private final AgentEnds ends;
    private final TimeSource time;
    private final AgentSpawning spawning;
    private final BooleanSupplier watched;
    private final AtomicReference<List<String>> substitutes = new AtomicReference<>(List.of());
    private final AtomicReference<List<String>> interrupted = new AtomicReference<>(List.of());
    private final ExecutorService runs = Executors.newVirtualThreadPerTaskExecutor();
    private final Map<String, Future<?>> running = new ConcurrentHashMap<>();
    private final Recordings recordings;
    private final Paces paces;
    private volatile @Nullable Models models;
    private volatile Known modelsKnown = () -> {};
    private volatile boolean stopping;

    public AgentService(
            AgentBook book,
            Journal journal,
            ConsentService consent,
            ToolGateway gateway,
            ProcessAgents processes,
            AgentEnds ends,
            TimeSource time,
            Path agentsDirectory,
            BooleanSupplier watched,
            Recordings recordings,
            Paces paces) {
        this.recordings = recordings;
        this.paces = paces;
        this.book = book;
        this.journal = journal;
        this.consent = consent;
        this.gateway = gateway;
        this.processes = processes;
        this.ends = ends;
        this.time = time;
        this.spawning = new AgentSpawning(book, time, agentsDirectory, paces);
        this.watched = watched;
        ends.onRestart(this::restart);
    }

    // ------------------------------------------------------------------ spawn

    /** Parses, admits and starts. The agent's record is durable when this returns. */
    public AgentRecord spawn(Trace trace, Spawn request, String by) {
        if (request.key().isBlank()) {
            throw new ServiceException(
                    ServiceException.Kind.BAD_REQUEST,
                    "request.key",
                    "the idempotency key is empty",
                    "key",
                    "send a fresh one for each agent, for example a UUID");
        }
        Optional<AgentRecord> earlier = book.bySpawnKey(request.key());
        if (earlier.isPresent()) {
            return earlier.get();
        }
        AgentSpawning.Spawned spawned = spawning.spawn(trace, request, by, substitutes.get());
        String id = spawned.agent().id();
        if (spawned.fresh()) {
            if (spawned.agent().isManaged()) {
                spawned.decided().await();
                startManaged(trace, id);
            } else {
                // The sandbox is built while the disk flushes; it is held until both are done.
                processes.start(trace, id, spawned.decided());
            }
        }
        return book.get(id);
    }

    // ------------------------------------------------------------------ managed runs

    /** Waits until it is known which models there are. */
    public interface Known {
        void await() throws InterruptedException;
    }

    /** Who answers agents that a model drives. Set before any is started. */
    public void useModels(Models way, Known known) {
        models = way;
        modelsKnown = known;
    }

    void startManaged(Trace trace, String id) {
        AgentRecord agent = book.get(id);
        Workspaces.make(agent);
        ContractDocument document = book.document(id);
        List<PlanStep> plan =
                ContractRules.plan(document.contract(), agent.bound().capabilities(), agent.input());
        var decided = book.decide(trace, draft -> {
            AgentRecord now = book.get(id);
            if (now.state() == AgentState.STARTING) {
                draft.event(new Event.RunStarted(id, now.run(), ManagedRun.shown(plan)));
                return book.move(draft, now, AgentTrigger.STARTED, "");
            }
            return now;
        });
        AgentRecord started = decided.await();
        if (started.state().isFinal() || stopping) {
            return;
        }
        running.put(id, runs.submit(runOf(trace, started, document, plan)));
    }

    private Runnable runOf(Trace trace, AgentRecord started, ContractDocument document, List<PlanStep> plan) {
        ManagedRun.RunEnd end =
                (agentId, runId, failed, code, reason) -> finished(trace, agentId, runId, failed, reason);
        Models way = models;
        if (ModelConversation.isFor(document.contract()) && way != null) {
            return new ModelRun(
                    new ModelRun.Means(
                            book,
                            gateway,
                            journal,
                            time,
                            way,
                            modelsKnown,
                            recordings,
                            watched,
                            processes.serviceFolders(),
                            end),
                    trace,
                    started,
                    document);
        }
        return new ManagedRun(
                book,
                gateway,
                journal,
                time,
                trace,
                started,
                document,
                plan,
                watched,
                processes.serviceFolders(),
                end,
                recordings);
    }

    private void finished(Trace trace, String id, String run, boolean failed, String reason) {
        running.remove(id);
        book.decide(trace, draft -> {
                    AgentRecord agent = book.get(id);
                    if (!agent.run().equals(run) || agent.state().isFinal() || agent.state() == AgentState.STOPPING) {
                        return agent;
                    }
                    draft.event(new Event.RunFinished(id, run, failed ? "failed" : "done", reason));
                    return ends.conclude(
                            trace,
                            draft,
                            agent,
                            failed,
                            Duration.ofMillis(agent.runMillis()),
                            reason,
                            Optional.empty());
                })
                .await();
    }

    private void restart(Trace trace, String id) {
        var decided = book.decide(trace, draft -> {
            AgentRecord agent = book.get(id);
            if (agent.state() != AgentState.BACKOFF || stopping) {
                return Optional.<AgentRecord>empty();
            }
            return Optional.of(book.move(draft, agent, AgentTrigger.START, "restart " + agent.restartsUsed()));
        });
        decided.result().ifPresent(agent -> {
            if (agent.isManaged()) {
                decided.await();
                startManaged(trace, id);
            } else {
                processes.start(trace, id, decided);
            }
        });
    }

    // ------------------------------------------------------------------ pause, resume, kill

    public AgentRecord pause(Trace trace, String id, String by) {
        AgentRecord agent = book.get(id);
        if (!agent.isManaged() && agent.state() == AgentState.RUNNING) {
            processes.freeze(agent);
        }
        return command(trace, "pause", id, by, AgentTrigger.PAUSE);
    }

    public AgentRecord resume(Trace trace, String id, String by) {
        AgentRecord resumed = command(trace, "resume", id, by, AgentTrigger.RESUME);
        if (!resumed.isManaged()) {
            processes.thaw(resumed);
        }
        return resumed;
    }

    /** How fast models were here. */
    public Paces paces() {
        return paces;
    }

    /** Ends an agent. A process agent's whole tree is gone when the record says killed. */
    public AgentRecord kill(Trace trace, String id, String by) {
        AgentRecord stopped = command(trace, "kill", id, by, AgentTrigger.KILL);
        if (stopped.isManaged() || stopped.state() == AgentState.KILLED) {
            Future<?> run = running.remove(id);
            if (run != null) {
                run.cancel(true);
            }
            ends.gone(trace, id, "killed by " + by);
        } else {
            processes.kill(stopped);
        }
        consent.withdraw(trace, id, "the agent was killed");
        return book.get(id);
    }

    private AgentRecord command(Trace trace, String name, String id, String by, AgentTrigger trigger) {
        String key = name + "-" + trace.correlation();
        return book.decide(trace, draft -> {
                    AgentRecord agent = book.get(id);
                    draft.event(new Event.CommandReceived(name, key, by, id, Map.of()));
                    AgentRecord moved = book.move(draft, agent, trigger, "by " + by);
                    draft.event(new Event.CommandFinished(name, key, id, "done", "", Map.of()));
                    return moved;
                })
                .await();
    }

    // ------------------------------------------------------------------ operator

    public List<String> substitutes() {
        return substitutes.get();
    }

    /** Replaces the operator's list of models that agents may fall back to. */
    public void setSubstitutes(Trace trace, List<String> models) {
        List<String> next = List.copyOf(models);
        book.decide(trace, draft -> {
                    draft.event(new Event.SubstitutesChanged(next));
                    draft.change(new Journal.StateChange.Put("operator", "substitutes", Map.of("models", next)));
                    return next;
                })
                .await();
        substitutes.set(next);
    }

    // ------------------------------------------------------------------ start and stop

    /**
     * Reads what the journal holds beside the agents, and notes which of them were interrupted. Comes before the door
     * opens: an agent that is spawned from then on is new, and recovery must not touch it.
     */
    public void load() {
        for (Journal.StateDocument document : journal.state("operator")) {
            if (document.document().get("models") instanceof List<?> models) {
                substitutes.set(models.stream().map(String::valueOf).toList());
            }
        }
        interrupted.set(book.all().stream()
                .filter(agent -> !agent.state().isFinal())
                .map(AgentRecord::id)
                .toList());
    }

    /** Takes up what a crash or a restart interrupted. */
    public void recover() {
        Map<String, String> unreadable = book.unreadable();
        for (String id : interrupted.getAndSet(List.of())) {
            Trace trace = new Trace(Tracing.newCorrelation());
            try {
                String why = unreadable.get(id);
                if (why != null) {
                    giveUp(trace, id, why);
                } else {
                    recover(trace, book.get(id));
                }
            } catch (RuntimeException e) {
                // The others have a right to be taken up as well.
                System.getLogger(AgentService.class.getName())
                        .log(System.Logger.Level.ERROR, id + " could not be taken up again", e);
            }
        }
        processes.endStrays();
    }

    /** An agent whose contract this version cannot read: nothing of it may run, and its record says why. */
    private void giveUp(Trace trace, String id, String why) {
        book.decide(trace, draft -> {
                    AgentRecord agent = book.get(id);
                    return switch (agent.state()) {
                        case QUEUED, STARTING, RUNNING, PAUSED ->
                            ends.stay(draft, agent, true, why, Optional.of(Exits.none("contract.unreadable")));
                        case BACKOFF ->
                            ends.killed(draft, book.move(draft, agent, AgentTrigger.KILL, why), why, agent.exit());
                        case STOPPING -> ends.killed(draft, agent, why, agent.exit());
                        case DONE, FAILED, KILLED, DEAD -> agent;
                    };
                })
                .await();
    }

    private void recover(Trace trace, AgentRecord agent) {
        switch (agent.state()) {
            case QUEUED, STARTING, RUNNING, PAUSED -> {
                if (agent.isManaged()) {
                    startManaged(trace, agent.id());
                } else {
                    processes.recover(trace, agent);
                }
            }
            case BACKOFF -> ends.schedule(trace, agent.id(), 0);
            case STOPPING -> {
                if (agent.isManaged()) {
                    ends.gone(trace, agent.id(), "killed");
                } else {
                    processes.recover(trace, agent);
                }
            }
            case DONE, FAILED, KILLED, DEAD -> {}
        }
    }

    @Override
    public void close() {
        stopping = true;
        runs.shutdownNow();
        try {
            runs.awaitTermination(5, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        processes.close();
    }
}
