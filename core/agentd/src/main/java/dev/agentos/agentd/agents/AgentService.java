package dev.agentos.agentd.agents;

import dev.agentos.agentd.ServiceException;
import dev.agentos.agentd.consent.ConsentService;
import dev.agentos.agentd.telemetry.Tracing;
import dev.agentos.agentd.tools.ToolGateway;
import dev.agentos.bridge.wire.AgentWire.ExitView;
import dev.agentos.bridge.wire.AgentWire.Spawn;
import dev.agentos.bridge.wire.ContractWire.SubstitutionView;
import dev.agentos.bridge.wire.WireJson;
import dev.agentos.domain.admission.Admission;
import dev.agentos.domain.admission.Ledger.Reservation;
import dev.agentos.domain.admission.Verdict;
import dev.agentos.domain.admission.Verdict.Bound;
import dev.agentos.domain.admission.Verdict.Substitution;
import dev.agentos.domain.contract.AgentContract;
import dev.agentos.domain.contract.AgentRuntime;
import dev.agentos.domain.contract.ContractDocument;
import dev.agentos.domain.contract.ParseOutcome;
import dev.agentos.domain.contract.PlanStep;
import dev.agentos.domain.event.Event;
import dev.agentos.domain.lifecycle.AgentState;
import dev.agentos.domain.lifecycle.AgentTrigger;
import dev.agentos.domain.lifecycle.RestartRule;
import dev.agentos.domain.port.Journal;
import dev.agentos.domain.port.Journal.Trace;
import dev.agentos.domain.port.TimeSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;

/** The commands on agents: spawn, pause, resume, kill; and what follows when a run or a process ends. */
public final class AgentService implements AutoCloseable {

    private final AgentBook book;
    private final Journal journal;
    private final ConsentService consent;
    private final ToolGateway gateway;
    private final ProcessAgents processes;
    private final TimeSource time;
    private final Path agentsDirectory;
    private final BooleanSupplier watched;
    private final AtomicReference<List<String>> substitutes = new AtomicReference<>(List.of());
    private final AtomicReference<List<String>> interrupted = new AtomicReference<>(List.of());
    private final ExecutorService runs = Executors.newVirtualThreadPerTaskExecutor();
    private final ScheduledExecutorService restarts = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("restarts").factory());
    private final Map<String, Future<?>> running = new ConcurrentHashMap<>();
    private volatile boolean stopping;

    public AgentService(
            AgentBook book,
            Journal journal,
            ConsentService consent,
            ToolGateway gateway,
            ProcessAgents processes,
            TimeSource time,
            Path agentsDirectory,
            BooleanSupplier watched) {
        this.book = book;
        this.journal = journal;
        this.consent = consent;
        this.gateway = gateway;
        this.processes = processes;
        this.time = time;
        this.agentsDirectory = agentsDirectory;
        this.watched = watched;
        processes.attach(this);
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
        ContractDocument document =
                parse(request.source(), request.contract(), request.latency(), request.binding(), request.command());
        refuseWhatCannotRun(document);
        Map<String, Object> arguments = spawnArguments(request, document);
        var decided = book.decide(trace, draft -> {
            Optional<AgentRecord> raced = book.bySpawnKey(request.key());
            if (raced.isPresent()) {
                return raced;
            }
            draft.event(new Event.CommandReceived("spawn", request.key(), by, "", arguments));
            return switch (Admission.decide(document, book.ledger(), substitutes.get())) {
                case Verdict.Admitted a ->
                    Optional.of(admit(draft, request, document, "admitted", a.bound(), a.reservation(), List.of()));
                case Verdict.Substituted s ->
                    Optional.of(admit(
                            draft, request, document, "substituted", s.bound(), s.reservation(), s.substitutions()));
                case Verdict.Rejected r -> {
                    List<Map<String, Object>> items =
                            r.items().stream().map(WireJson::toMap).toList();
                    draft.event(new Event.AdmissionRejected(document.contract().name(), document.digest(), items))
                            .event(new Event.CommandFinished(
                                    "spawn", request.key(), "", "refused", "admission.rejected", Map.of()));
                    yield Optional.<AgentRecord>empty();
                }
            };
        });
        Optional<AgentRecord> admitted = decided.result();
        if (admitted.isEmpty() || decided.isRefused()) {
            decided.await();
            throw rejected(document);
        }
        AgentRecord agent = admitted.get();
        if (agent.isManaged()) {
            decided.await();
            startManaged(trace, agent.id());
        } else {
            // The sandbox is built while the disk flushes; it is held until both are done.
            processes.start(trace, agent.id(), decided::await);
        }
        return book.get(agent.id());
    }

    /** The contract of a request, or the error with every problem. */
    public static ContractDocument parse(
            String source, String text, Optional<String> latency, Optional<String> binding, List<String> command) {
        return switch (AgentBook.override(ParsedContracts.parse(text, source), latency, binding, command)) {
            case ParseOutcome.Parsed parsed -> parsed.document();
            case ParseOutcome.Invalid invalid ->
                throw new ServiceException(
                        ServiceException.Kind.REFUSED,
                        "contract.invalid",
                        source + " has " + invalid.problems().size() + " problem"
                                + (invalid.problems().size() == 1 ? "" : "s"),
                        source,
                        "correct them; see agentctl contract validate",
                        invalid.problems().stream()
                                .map(Contracts::problem)
                                .map(WireJson::toMap)
                                .toList());
        };
    }

    private static void refuseWhatCannotRun(ContractDocument document) {
        AgentContract contract = document.contract();
        if (contract.runtime() instanceof AgentRuntime.Managed managed
                && managed.plan().isEmpty()
                && managed.prompt().isPresent()) {
            throw new ServiceException(
                    ServiceException.Kind.REFUSED,
                    "runtime.model-loop",
                    "a managed agent with a prompt and no plan needs a model loop, which this version does not have",
                    document.lineOf("runtime.managed.prompt").toString(),
                    "give it a plan, or run it as a process agent");
        }
        if (contract.runtime() instanceof AgentRuntime.ProcessRuntime process
                && process.command().isEmpty()) {
            throw new ServiceException(
                    ServiceException.Kind.BAD_REQUEST,
                    "runtime.no-command",
                    "the contract names no command",
                    document.lineOf("runtime.process").toString(),
                    "give one: agentctl run --contract FILE -- COMMAND");
        }
    }

    private static Map<String, Object> spawnArguments(Spawn request, ContractDocument document) {
        Map<String, Object> arguments = new LinkedHashMap<>();
        arguments.put("contract", document.contract().name());
        arguments.put("digest", document.digest());
        request.latency().ifPresent(value -> arguments.put("class", value));
        request.binding().ifPresent(value -> arguments.put("binding", value));
        if (!request.command().isEmpty()) {
            arguments.put("command_sha256", ProcessAgents.commandDigest(request.command()));
        }
        return arguments;
    }

    private AgentRecord admit(
            AgentBook.Draft draft,
            Spawn request,
            ContractDocument document,
            String verdict,
            Bound bound,
            Reservation reservation,
            List<Substitution> substitutions) {
        AgentContract contract = document.contract();
        String id = book.nextId(contract.name());
        boolean managed = contract.runtime() instanceof AgentRuntime.Managed;
        List<AgentRecord.Step> steps = ContractRules.plan(contract, bound.capabilities(), request.input()).stream()
                .map(step -> new AgentRecord.Step(step.id(), step.tool(), AgentRecord.Step.PENDING, ""))
                .toList();
        ContractRules.filesystem(contract, request.input());
        AgentRecord queued = new AgentRecord(
                id,
                contract.name(),
                request.key(),
                request.source(),
                request.contract(),
                request.latency(),
                request.binding(),
                request.command(),
                request.input(),
                request.stdin(),
                document.digest(),
                managed ? AgentRecord.MANAGED : AgentRecord.PROCESS,
                AgentState.QUEUED,
                "",
                verdict,
                bound,
                reservation,
                substitutions.stream().map(AgentService::view).toList(),
                List.of(),
                1,
                agentsDirectory.resolve(id).resolve("workspace").toString(),
                0,
                0,
                time.now().toString(),
                "",
                Optional.empty(),
                0,
                0,
                steps);
        draft.event(new Event.AgentAdmitted(
                id,
                contract.name(),
                document.digest(),
                verdict,
                substitutions.stream().map(WireJson::toMap).toList()));
        draft.event(AgentBook.moved(queued, AgentState.STARTING, AgentTrigger.START, ""));
        AgentRecord starting = queued.moved(AgentState.STARTING, "");
        draft.put(starting, document);
        makeWorkspace(starting);
        return starting;
    }

    static void makeWorkspace(AgentRecord agent) {
        try {
            Files.createDirectories(
                    Path.of(agent.workspace()),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        } catch (IOException e) {
            throw new ServiceException(
                    ServiceException.Kind.UNAVAILABLE,
                    "workspace.failed",
                    "the workspace " + agent.workspace() + " cannot be made: " + e.getMessage(),
                    agent.id(),
                    "check the disk and the owner of the state directory");
        }
    }

    private ServiceException rejected(ContractDocument document) {
        Verdict verdict = Admission.decide(document, book.ledger(), substitutes.get());
        List<Map<String, Object>> items = verdict instanceof Verdict.Rejected again
                ? again.items().stream().map(WireJson::toMap).toList()
                : List.of();
        return new ServiceException(
                ServiceException.Kind.REFUSED,
                "admission.rejected",
                document.contract().name() + " cannot be honoured by this machine: " + items.size() + " item"
                        + (items.size() == 1 ? "" : "s"),
                document.contract().name(),
                "see the items; each says what would help",
                items);
    }

    static SubstitutionView view(Substitution s) {
        return new SubstitutionView(s.resource(), s.wanted(), s.given(), s.contractLine(), s.reason());
    }

    // ------------------------------------------------------------------ managed runs

    void startManaged(Trace trace, String id) {
        AgentRecord agent = book.get(id);
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
        ManagedRun run = new ManagedRun(
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
                (agentId, runId, failed, code, reason) -> finished(trace, agentId, runId, failed, reason));
        running.put(id, runs.submit(run));
    }

    private void finished(Trace trace, String id, String run, boolean failed, String reason) {
        running.remove(id);
        book.decide(trace, draft -> {
                    AgentRecord agent = book.get(id);
                    if (!agent.run().equals(run) || agent.state().isFinal() || agent.state() == AgentState.STOPPING) {
                        return agent;
                    }
                    draft.event(new Event.RunFinished(id, run, failed ? "failed" : "done", reason));
                    return conclude(trace, draft, agent, failed, reason, Optional.empty());
                })
                .await();
    }

    /** Applies the contract's restart rule to an end. Call inside a decision. */
    AgentRecord conclude(
            Trace trace,
            AgentBook.Draft draft,
            AgentRecord agent,
            boolean failed,
            String reason,
            Optional<ExitView> exit) {
        var supervision = book.document(agent.id()).contract().supervision();
        return switch (RestartRule.decide(supervision, failed, agent.restartsUsed())) {
            case RestartRule.Decision.Stay stay -> {
                AgentTrigger trigger = ManagedRun.triggerOf(stay.failed());
                AgentRecord moved = book.move(draft, agent, trigger, reason);
                AgentRecord ended =
                        moved.ended(moved.state(), reason, time.now().toString(), exit);
                draft.put(ended);
                draft.event(new Event.CommandFinished(
                        "spawn",
                        agent.spawnKey(),
                        agent.id(),
                        stay.failed() ? "failed" : "done",
                        "",
                        Map.of("reason", reason)));
                yield ended;
            }
            case RestartRule.Decision.Restart restart -> {
                draft.event(new Event.RestartScheduled(
                        agent.id(),
                        restart.attempt(),
                        supervision.restart().max(),
                        restart.delay().toMillis(),
                        reason));
                AgentRecord waiting =
                        book.move(draft, agent, AgentTrigger.RETRY, reason).nextRun(restart.attempt());
                draft.put(waiting);
                scheduleRestart(trace, agent.id(), restart.delay().toMillis());
                yield waiting;
            }
            case RestartRule.Decision.DeadLetter letter -> {
                draft.event(new Event.DeadLettered(agent.id(), letter.reason() + "; last: " + reason));
                AgentRecord moved =
                        book.move(draft, agent, AgentTrigger.GIVE_UP, letter.reason() + "; last: " + reason);
                AgentRecord ended =
                        moved.ended(moved.state(), moved.reason(), time.now().toString(), exit);
                draft.put(ended);
                yield ended;
            }
        };
    }

    void scheduleRestart(Trace trace, String id, long waitMillis) {
        var _ = restarts.schedule(() -> runs.execute(() -> restart(trace, id)), waitMillis, TimeUnit.MILLISECONDS);
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
                processes.start(trace, id, decided::await);
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

    /** Ends an agent. A process agent's whole tree is gone when the record says killed. */
    public AgentRecord kill(Trace trace, String id, String by) {
        AgentRecord stopped = command(trace, "kill", id, by, AgentTrigger.KILL);
        if (stopped.isManaged() || stopped.state() == AgentState.KILLED) {
            Future<?> run = running.remove(id);
            if (run != null) {
                run.cancel(true);
            }
            gone(trace, id, "killed by " + by);
        } else {
            processes.kill(stopped);
        }
        consent.withdraw(trace, id, "the agent was killed");
        return book.get(id);
    }

    /** The processes of a stopped agent are gone. */
    void gone(Trace trace, String id, String reason) {
        book.decide(trace, draft -> {
                    AgentRecord agent = book.get(id);
                    AgentRecord next = agent.state() == AgentState.STOPPING
                            ? book.move(draft, agent, AgentTrigger.GONE, reason)
                            : agent;
                    if (next.state() == AgentState.KILLED && next.endedAt().isEmpty()) {
                        AgentRecord ended =
                                next.ended(AgentState.KILLED, reason, time.now().toString(), next.exit());
                        draft.put(ended);
                        draft.event(new Event.CommandFinished(
                                "spawn", agent.spawnKey(), id, "killed", "", Map.of("reason", reason)));
                        return ended;
                    }
                    return next;
                })
                .await();
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
        for (String id : interrupted.getAndSet(List.of())) {
            AgentRecord agent = book.get(id);
            Trace trace = new Trace(Tracing.newCorrelation());
            switch (agent.state()) {
                case QUEUED, STARTING, RUNNING, PAUSED -> {
                    if (agent.isManaged()) {
                        startManaged(trace, agent.id());
                    } else {
                        processes.recover(trace, agent);
                    }
                }
                case BACKOFF -> scheduleRestart(trace, agent.id(), 0);
                case STOPPING -> {
                    if (agent.isManaged()) {
                        gone(trace, agent.id(), "killed");
                    } else {
                        processes.recover(trace, agent);
                    }
                }
                case DONE, FAILED, KILLED, DEAD -> {}
            }
        }
    }

    @Override
    public void close() {
        stopping = true;
        restarts.shutdownNow();
        runs.shutdownNow();
        try {
            runs.awaitTermination(5, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
