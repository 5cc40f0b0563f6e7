package dev.agentos.agentd.agents;

import dev.agentos.agentd.ServiceException;
import dev.agentos.agentd.egress.EgressDoors;
import dev.agentos.agentd.models.door.ModelDoors;
import dev.agentos.agentd.telemetry.Tracing;
import dev.agentos.bridge.wire.AgentWire.ReceiptLine;
import dev.agentos.domain.contract.AgentRuntime;
import dev.agentos.domain.contract.Binding;
import dev.agentos.domain.contract.ContractDocument;
import dev.agentos.domain.doctor.Doctor;
import dev.agentos.domain.event.Event;
import dev.agentos.domain.json.Digests;
import dev.agentos.domain.lifecycle.AgentState;
import dev.agentos.domain.lifecycle.AgentTrigger;
import dev.agentos.domain.port.Journal.Trace;
import dev.agentos.domain.port.Sandbox;
import dev.agentos.domain.port.Sandbox.Exit;
import dev.agentos.domain.port.Sandbox.Receipt;
import dev.agentos.domain.port.Sandbox.SandboxException;
import dev.agentos.domain.port.Sandbox.Status;
import dev.agentos.domain.port.TimeSource;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** Process agents: from a contract to a held sandbox, to a running tree, to its end. */
public final class ProcessAgents implements AutoCloseable {

    /** Who waits for an end is told first. */
    private static final long TIDY_AFTER_MS = 4;

    private final AgentBook book;
    private final Sandbox sandbox;
    private final TimeSource time;
    private final SandboxPlans plans;
    private final SpareFolders spares;
    private final StdinPipes stdins;
    private final AgentEnds ends;
    private final EgressDoors egress;
    private final ModelDoors models;
    private final ExecutorService exits = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().daemon().name("process-exits").factory());
    private final ExecutorService tidying = Executors.newVirtualThreadPerTaskExecutor();
    private final Map<String, Long> beganNanos = new ConcurrentHashMap<>();

    public ProcessAgents(
            AgentBook book,
            Sandbox sandbox,
            TimeSource time,
            SandboxPlans plans,
            StdinPipes stdins,
            AgentEnds ends,
            EgressDoors egress,
            ModelDoors models) {
        this.book = book;
        this.sandbox = sandbox;
        this.time = time;
        this.plans = plans;
        this.spares = new SpareFolders(plans.agentsDirectory());
        this.stdins = stdins;
        this.ends = ends;
        this.egress = egress;
        this.models = models;
        sandbox.onExit(exit -> exits.execute(() -> exited(exit)));
        sandbox.onLost(() -> exits.execute(this::brokerLost));
    }

    List<Path> serviceFolders() {
        return plans.serviceFolders();
    }

    // ------------------------------------------------------------------ starts

    /**
     * Builds the sandbox of the agent's current incarnation and starts it.
     *
     * @param attempt the decision to start it
     */
    void start(Trace trace, String id, AgentBook.Decided<?> attempt) {
        AgentRecord agent = book.get(id);
        ContractDocument document = book.document(id);
        String run = agent.run();
        Receipt receipt;
        List<String> argv;
        try {
            Workspaces.make(agent, spares);
            PlanTerms terms = new PlanTerms(document, sandbox.host());
            boolean doors = book.ledger().machine().mechanisms().contains("doors");
            Sandbox.Plan plan = models.equip(
                    id, document, egress.equip(id, document, terms.on(plans.of(agent, document)), doors), doors);
            argv = plan.argv();
            receipt = terms.receipt(sandbox.prepare(plan));
            receipt = new Receipt(
                    receipt.incarnation(),
                    receipt.pid(),
                    receipt.spawnMicros(),
                    models.receipt(id, document, egress.receipt(id, document, receipt)));
        } catch (SandboxException e) {
            attempt.await();
            failed(
                    trace,
                    id,
                    run,
                    e.code(),
                    "the sandbox was not made: " + e.getMessage() + " (step " + e.step() + ")");
            return;
        } catch (ServiceException e) {
            attempt.await();
            failed(
                    trace,
                    id,
                    run,
                    e.body().code(),
                    e.body().message() + "; " + e.body().next());
            return;
        }
        try {
            release(trace, id, run, document, receipt, argv);
        } catch (RuntimeException e) {
            // What was not recorded must not run: the held sandbox is ended before its first instruction.
            discard(run);
            throw e;
        }
    }

    private void release(
            Trace trace, String id, String run, ContractDocument document, Receipt receipt, List<String> argv) {
        List<Receipt.Line> gaps = receipt.gaps();
        if (document.contract().binding() == Binding.STRICT && !gaps.isEmpty()) {
            discard(run);
            failed(
                    trace,
                    id,
                    run,
                    "sandbox.gap",
                    "strict binding, and this host does not enforce "
                            + gaps.getFirst().mechanism() + " ("
                            + gaps.getFirst().how() + "), "
                            + document.lineOf(contractPath(gaps.getFirst().mechanism())));
            return;
        }
        List<ReceiptLine> lines = receipt.lines().stream()
                .map(line ->
                        new ReceiptLine(line.mechanism(), line.declared(), line.actual(), line.how(), line.probe()))
                .toList();
        var decided = book.decide(trace, draft -> {
            AgentRecord now = book.get(id);
            if (now.state() != AgentState.STARTING || !now.run().equals(run)) {
                return now;
            }
            draft.event(new Event.SandboxPrepared(
                    id, run, receipt.incarnation(), commandDigest(argv), Event.receiptLines(receipt)));
            AgentRecord moved = book.move(draft, now, AgentTrigger.STARTED, "").started(lines, ends.now());
            draft.put(moved);
            return moved;
        });
        // Batches become durable in order: with this one the attempt is on the disk as well.
        AgentRecord started = decided.await();
        if (started.state() != AgentState.RUNNING || !started.run().equals(run)) {
            discard(run);
            if (started.state() == AgentState.STOPPING) {
                ends.gone(trace, id, "killed before it started");
            }
            return;
        }
        beganNanos.put(run, time.nanos());
        try {
            if (started.stdin()) {
                stdins.open(run, plans.stdinPipe(started));
            }
            sandbox.start(run);
        } catch (SandboxException e) {
            failed(trace, id, run, e.code(), "the command was not executed: " + e.getMessage());
        }
    }

    private void failed(Trace trace, String id, String run, String code, String reason) {
        AgentRecord after = book.decide(trace, draft -> {
                    AgentRecord agent = book.get(id);
                    if (!agent.run().equals(run) || agent.state().isFinal() || agent.state() == AgentState.STOPPING) {
                        return agent;
                    }
                    return ends.conclude(trace, draft, agent, true, ran(run), reason, Optional.of(Exits.none(code)));
                })
                .await();
        if (after.state() == AgentState.STOPPING && after.run().equals(run)) {
            ends.gone(trace, id, reason);
        }
        discard(run);
    }

    /** Ends and forgets a sandbox that must not run. */
    private void discard(String run) {
        beganNanos.remove(run);
        stdins.close(run);
        closeDoor(run);
        try {
            sandbox.kill(run);
            sandbox.forget(run);
        } catch (SandboxException e) {
            System.getLogger(ProcessAgents.class.getName()).log(System.Logger.Level.DEBUG, run + ": " + e.getMessage());
        }
    }

    // ------------------------------------------------------------------ ends

    /** Decides in the order of the exits; the broker is told to forget once the end is on the disk. */
    private void exited(Exit exit) {
        String run = exit.incarnation();
        Optional<AgentRecord> found = agentOf(run);
        if (found.isEmpty()
                || !found.get().run().equals(run)
                || found.get().state().isFinal()) {
            tidying.execute(() -> forget(run));
            return;
        }
        String id = found.get().id();
        Trace trace = new Trace(Tracing.newCorrelation());
        AgentBook.Decided<?> decided;
        try {
            decided = book.decide(trace, draft -> {
                AgentRecord agent = book.get(id);
                if (agent.state() == AgentState.STARTING) {
                    // Ended while held: the starter reports it.
                    return agent;
                }
                draft.event(new Event.ProcessExited(id, run, exit));
                return concluded(trace, draft, agent, exit);
            });
        } catch (RuntimeException e) {
            System.getLogger(ProcessAgents.class.getName())
                    .log(System.Logger.Level.ERROR, "the end of " + run + " could not be recorded", e);
            return;
        }
        var _ = decided.durable()
                .whenCompleteAsync(
                        (_, failure) -> {
                            if (failure == null) {
                                forget(run);
                            } else {
                                System.getLogger(ProcessAgents.class.getName())
                                        .log(
                                                System.Logger.Level.ERROR,
                                                "the end of " + run + " could not be recorded",
                                                failure);
                            }
                        },
                        CompletableFuture.delayedExecutor(TIDY_AFTER_MS, TimeUnit.MILLISECONDS, tidying));
    }

    private AgentRecord concluded(Trace trace, AgentBook.Draft draft, AgentRecord agent, Exit exit) {
        if (agent.state() == AgentState.STOPPING) {
            return ends.killed(draft, agent, agent.reason(), Optional.of(Exits.view(exit)));
        }
        if (agent.stop().isPresent()) {
            AgentRecord.Stop stop = agent.stop().get();
            Optional<dev.agentos.bridge.wire.AgentWire.ExitView> view = Optional.of(Exits.view(exit, stop));
            return stop.forGood()
                    ? ends.stay(draft, agent, true, stop.words(), view)
                    : ends.conclude(trace, draft, agent, true, healthy(agent), stop.words(), view);
        }
        boolean bad = exit.code().map(code -> code != 0).orElse(true);
        return ends.conclude(
                trace,
                draft,
                agent,
                bad,
                ran(agent.run()),
                Exits.words(exit, book.document(agent.id())),
                Optional.of(Exits.view(exit)));
    }

    /** How long a run was well that was ended because it had fallen silent: the silence was no health. */
    private Duration healthy(AgentRecord agent) {
        Duration silence =
                book.document(agent.id()).contract().supervision().heartbeat().orElse(Duration.ZERO);
        Duration ran = ran(agent.run());
        return ran.compareTo(silence) > 0 ? ran.minus(silence) : Duration.ZERO;
    }

    private Optional<AgentRecord> agentOf(String run) {
        int dot = run.lastIndexOf('.');
        return dot < 0 ? Optional.empty() : book.find(run.substring(0, dot));
    }

    private void forget(String run) {
        beganNanos.remove(run);
        stdins.close(run);
        closeDoor(run);
        try {
            sandbox.forget(run);
        } catch (SandboxException e) {
            System.getLogger(ProcessAgents.class.getName()).log(System.Logger.Level.DEBUG, run + ": " + e.getMessage());
        }
    }

    /** The way out of an agent is open until its last incarnation is over. */
    private void closeDoor(String run) {
        int dot = run.lastIndexOf('.');
        book.find(dot < 0 ? run : run.substring(0, dot))
                .filter(agent -> agent.state().isFinal())
                .ifPresent(agent -> {
                    egress.close(agent.id());
                    models.close(agent.id());
                });
    }

    private void brokerLost() {
        Trace trace = new Trace(Tracing.newCorrelation());
        for (AgentRecord agent : book.all()) {
            if (!agent.isManaged() && !agent.state().isFinal() && agent.state() != AgentState.BACKOFF) {
                failed(
                        trace,
                        agent.id(),
                        agent.run(),
                        "sandbox.lost-supervisor",
                        "the sandbox broker ended, and its sandboxes with it (lost-supervisor)");
            }
        }
    }

    // ------------------------------------------------------------------ commands and supervision

    void freeze(AgentRecord agent) {
        run(() -> sandbox.freeze(agent.run()), agent);
    }

    void thaw(AgentRecord agent) {
        beganNanos.put(agent.run(), time.nanos());
        run(() -> sandbox.thaw(agent.run()), agent);
    }

    void kill(AgentRecord agent) {
        run(() -> sandbox.kill(agent.run()), agent);
    }

    private interface SandboxCall {
        void call() throws SandboxException;
    }

    private static void run(SandboxCall call, AgentRecord agent) {
        try {
            call.call();
        } catch (SandboxException e) {
            throw new ServiceException(
                    ServiceException.Kind.UNAVAILABLE,
                    e.code(),
                    String.valueOf(e.getMessage()),
                    agent.id(),
                    "see agentctl doctor");
        }
    }

    /** Since when this run is watched, or was resumed; empty when it is not running here. */
    OptionalLong millisAlive(String run) {
        Long began = beganNanos.get(run);
        return began == null ? OptionalLong.empty() : OptionalLong.of((time.nanos() - began) / 1_000_000);
    }

    private Duration ran(String run) {
        return Duration.ofMillis(millisAlive(run).orElse(0));
    }

    /** Whether this host lets the broker count deleted files; without that the receipt has said that it is missing. */
    boolean countsDeletedFiles() {
        return book.ledger().machine().mechanisms().contains(PlanTerms.DELETED_FILES);
    }

    /** What one agent keeps on disks without a name; empty when the broker could not say. */
    Optional<Sandbox.Unlinked> unlinked(AgentRecord agent) {
        try {
            return Optional.of(sandbox.unlinked(agent.run()));
        } catch (SandboxException e) {
            if (e.code().equals("unknown.incarnation")) {
                // It has ended and is forgotten: it keeps nothing.
                return Optional.of(Sandbox.Unlinked.NONE);
            }
            System.getLogger(ProcessAgents.class.getName())
                    .log(System.Logger.Level.WARNING, "deleted files of " + agent.run() + " were not counted", e);
            return Optional.empty();
        }
    }

    /** What the sandboxes use now, by incarnation. */
    public List<Status> usage() {
        try {
            return sandbox.usage();
        } catch (SandboxException e) {
            return List.of();
        }
    }

    /** What one agent uses now; empty when it has no sandbox. */
    public Optional<Status> usage(AgentRecord agent) {
        try {
            return sandbox.status(agent.run());
        } catch (SandboxException e) {
            return Optional.empty();
        }
    }

    /** Which limits a running agent has met so far, in words; empty when none. */
    public String limitsMet(AgentRecord agent, Status status) {
        return book.findDocument(agent.id())
                .map(document -> Exits.met(status.hits(), document))
                .orElse("");
    }

    // ------------------------------------------------------------------ after a restart of agentd

    /** Adopts what still runs, records what ended, starts what never started. */
    void recover(Trace trace, AgentRecord agent) {
        Optional<Status> status;
        try {
            status = sandbox.status(agent.run());
        } catch (SandboxException e) {
            failed(trace, agent.id(), agent.run(), e.code(), "after a restart: " + e.getMessage());
            return;
        }
        if (status.isEmpty()) {
            if (agent.state() == AgentState.STARTING) {
                start(trace, agent.id(), AgentBook.Decided.longAgo(agent));
            } else {
                failed(
                        trace,
                        agent.id(),
                        agent.run(),
                        "sandbox.lost-supervisor",
                        "its sandbox was gone when agentd came back (lost-supervisor)");
            }
            return;
        }
        switch (status.get().state()) {
            case "exited" -> {
                if (agent.state() == AgentState.STARTING) {
                    // Killed while it was held, and whoever would have reported that is gone as well.
                    startAgain(trace, agent);
                } else {
                    status.get().exit().ifPresent(exit -> exits.execute(() -> exited(exit)));
                }
            }
            case "held", "building" -> startAgain(trace, agent);
            default -> {
                beganNanos.put(agent.run(), time.nanos());
                egress.adopt(agent.id(), book.document(agent.id()));
                models.adopt(agent.id(), book.document(agent.id()));
                if (agent.state() == AgentState.STOPPING || agent.stop().isPresent()) {
                    kill(agent);
                }
            }
        }
    }

    /**
     * It never started. The attempt is repeated as a new incarnation: the old one is still known to the broker, and its
     * end, which comes later, must not be taken for an end of the new one.
     */
    private void startAgain(Trace trace, AgentRecord agent) {
        discard(agent.run());
        if (agent.state() != AgentState.STARTING) {
            failed(trace, agent.id(), agent.run(), "sandbox.not-started", "agentd ended before it was started");
            return;
        }
        var next = book.decide(trace, draft -> {
            AgentRecord fresh = book.get(agent.id()).nextRun(agent.restartsUsed());
            draft.put(fresh);
            return fresh;
        });
        start(trace, agent.id(), next);
    }

    /**
     * Ends sandboxes that no living agent's record names: their agents' records were never durable, or say that it is
     * over. Nothing that runs may be without a record.
     */
    void endStrays() {
        for (Status status : usage()) {
            String run = status.incarnation();
            boolean agents = run.startsWith("agent-") && run.lastIndexOf('.') > 0;
            boolean wanted = agentOf(run)
                    .map(agent -> agent.run().equals(run) && !agent.state().isFinal())
                    .orElse(false);
            if (agents && !wanted) {
                discard(run);
            }
        }
    }

    static String commandDigest(List<String> argv) {
        return Digests.sha256Hex(String.join("\0", argv));
    }

    /** The field that a mechanism serves; a network without routes is first of all what the contract says of domains. */
    private static String contractPath(String mechanism) {
        List<String> lines = Doctor.contractLines(mechanism);
        return mechanism.equals("namespace.net")
                ? lines.getLast()
                : lines.getFirst().replace("runtime.process", "runtime");
    }

    /** The command of a process agent. */
    static List<String> commandOf(ContractDocument document) {
        return document.contract().runtime() instanceof AgentRuntime.ProcessRuntime process
                ? process.command()
                : List.of();
    }

    /** What runs goes on; only what was made ahead is given up. */
    @Override
    public void close() {
        spares.close();
    }
}
