package dev.agentos.agentd.agents;

import dev.agentos.agentd.ServiceException;
import dev.agentos.agentd.telemetry.Tracing;
import dev.agentos.bridge.wire.AgentWire.ExitView;
import dev.agentos.bridge.wire.AgentWire.ReceiptLine;
import dev.agentos.domain.contract.AgentRuntime;
import dev.agentos.domain.contract.Binding;
import dev.agentos.domain.contract.ContractDocument;
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
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/** Process agents: from a contract to a held sandbox, to a running tree, to its end. */
public final class ProcessAgents {

    private final AgentBook book;
    private final Sandbox sandbox;
    private final TimeSource time;
    private final SandboxPlans plans;
    private final StdinPipes stdins;
    private final ExecutorService exits = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().daemon().name("process-exits").factory());
    private final Map<String, Long> lastBeat = new ConcurrentHashMap<>();
    private @Nullable AgentService service;

    public ProcessAgents(AgentBook book, Sandbox sandbox, TimeSource time, SandboxPlans plans, StdinPipes stdins) {
        this.book = book;
        this.sandbox = sandbox;
        this.time = time;
        this.plans = plans;
        this.stdins = stdins;
        sandbox.onExit(exit -> exits.execute(() -> exited(exit)));
        sandbox.onLost(() -> exits.execute(this::brokerLost));
    }

    List<java.nio.file.Path> serviceFolders() {
        return plans.serviceFolders();
    }

    void attach(AgentService agents) {
        this.service = agents;
    }

    private AgentService service() {
        AgentService attached = service;
        if (attached == null) {
            throw new IllegalStateException("attach comes before any use");
        }
        return attached;
    }

    /** Builds the sandbox of the agent's current incarnation and starts it once {@code attempt} is durable. */
    void start(Trace trace, String id, Runnable attempt) {
        AgentRecord agent = book.get(id);
        ContractDocument document = book.document(id);
        String run = agent.run();
        Receipt receipt;
        List<String> argv;
        try {
            AgentService.makeWorkspace(agent);
            Sandbox.Plan plan = plans.of(agent, document);
            argv = plan.argv();
            receipt = sandbox.prepare(plan);
        } catch (SandboxException e) {
            attempt.run();
            failed(
                    trace,
                    id,
                    run,
                    e.code(),
                    "the sandbox was not made: " + e.getMessage() + " (step " + e.step() + ")");
            return;
        } catch (ServiceException e) {
            attempt.run();
            failed(
                    trace,
                    id,
                    run,
                    e.body().code(),
                    e.body().message() + "; " + e.body().next());
            return;
        }
        try {
            attempt.run();
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
            AgentRecord moved = book.move(draft, now, AgentTrigger.STARTED, "").withReceipt(lines);
            draft.put(moved);
            return moved;
        });
        AgentRecord started = decided.await();
        if (started.state() != AgentState.RUNNING) {
            discard(run);
            if (started.state() == AgentState.STOPPING) {
                service().gone(trace, id, "killed before it started");
            }
            return;
        }
        lastBeat.put(id, time.nanos());
        if (started.stdin()) {
            stdins.open(run, plans.stdinPipe(started));
        }
        try {
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
                    return service().conclude(trace, draft, agent, true, reason, Optional.of(exitOf(code)));
                })
                .await();
        if (after.state() == AgentState.STOPPING && after.run().equals(run)) {
            service().gone(trace, id, reason);
        }
        discard(run);
    }

    private static ExitView exitOf(String code) {
        return new ExitView(Optional.empty(), Optional.empty(), code);
    }

    /** Ends and forgets a sandbox that must not run. */
    private void discard(String run) {
        try {
            sandbox.kill(run);
            sandbox.forget(run);
        } catch (SandboxException e) {
            System.getLogger(ProcessAgents.class.getName()).log(System.Logger.Level.DEBUG, run + ": " + e.getMessage());
        }
    }

    // ------------------------------------------------------------------ ends

    private void exited(Exit exit) {
        String run = exit.incarnation();
        int dot = run.lastIndexOf('.');
        Optional<AgentRecord> found = dot < 0 ? Optional.empty() : book.find(run.substring(0, dot));
        if (found.isEmpty()
                || !found.get().run().equals(run)
                || found.get().state().isFinal()) {
            forget(run);
            return;
        }
        String id = found.get().id();
        Trace trace = new Trace(Tracing.newCorrelation());
        boolean bad = exit.code().map(code -> code != 0).orElse(true);
        try {
            book.decide(trace, draft -> {
                        AgentRecord agent = book.get(id);
                        if (agent.state() == AgentState.STARTING) {
                            // Ended while held: the starter reports it.
                            return agent;
                        }
                        draft.event(new Event.ProcessExited(id, run, exit));
                        if (agent.state() == AgentState.STOPPING) {
                            AgentRecord ended = book.move(draft, agent, AgentTrigger.GONE, agent.reason())
                                    .ended(
                                            AgentState.KILLED,
                                            agent.reason(),
                                            time.now().toString(),
                                            view(exit));
                            draft.put(ended);
                            draft.event(new Event.CommandFinished(
                                    "spawn", agent.spawnKey(), id, "killed", "", Map.of("reason", agent.reason())));
                            return ended;
                        }
                        return service().conclude(trace, draft, agent, bad, words(exit, book.document(id)), view(exit));
                    })
                    .await();
        } catch (RuntimeException e) {
            System.getLogger(ProcessAgents.class.getName())
                    .log(System.Logger.Level.ERROR, "the end of " + run + " could not be recorded", e);
            return;
        }
        forget(run);
    }

    private void forget(String run) {
        stdins.close(run);
        try {
            sandbox.forget(run);
        } catch (SandboxException e) {
            System.getLogger(ProcessAgents.class.getName()).log(System.Logger.Level.DEBUG, run + ": " + e.getMessage());
        }
    }

    private static Optional<ExitView> view(Exit exit) {
        return Optional.of(new ExitView(exit.code(), exit.signal(), exit.reason()));
    }

    /** How it ended, in words for its owner. */
    private static String words(Exit exit, ContractDocument document) {
        if (exit.reason().equals("oom")) {
            return "it ran out of memory: the limit is "
                    + document.contract().compute().memBytes() / (1024 * 1024) + " MiB, "
                    + document.lineOf("compute.mem");
        }
        if (exit.signal().isPresent()) {
            int signal = exit.signal().get();
            return signal == 31
                    ? "it made a system call that no sandbox allows (SIGSYS)"
                    : "it was ended by signal " + signal;
        }
        int code = exit.code().orElse(-1);
        return code == 0 ? "it exited with 0" : "it exited with " + code;
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
        lastBeat.put(agent.id(), time.nanos());
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

    /** After a restart of agentd: adopt what still runs, record what ended, start what never started. */
    void recover(Trace trace, AgentRecord agent) {
        Optional<Status> status;
        try {
            status = sandbox.list().stream()
                    .filter(s -> s.incarnation().equals(agent.run()))
                    .findFirst();
        } catch (SandboxException e) {
            failed(trace, agent.id(), agent.run(), e.code(), "after a restart: " + e.getMessage());
            return;
        }
        if (status.isEmpty()) {
            if (agent.state() == AgentState.STARTING) {
                start(trace, agent.id(), () -> {});
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
            case "exited" -> status.get().exit().ifPresent(this::exited);
            case "held", "building" -> {
                // Never started. The attempt is repeated as a new incarnation: the old one is still known to the
                // broker,
                // and its end, which comes later, must not be taken for an end of the new one.
                discard(agent.run());
                if (agent.state() == AgentState.STARTING) {
                    var next = book.decide(trace, draft -> {
                        AgentRecord fresh = book.get(agent.id()).nextRun(agent.restartsUsed());
                        draft.put(fresh);
                        return fresh;
                    });
                    start(trace, agent.id(), next::await);
                } else {
                    failed(trace, agent.id(), agent.run(), "sandbox.not-started", "agentd ended before it was started");
                }
            }
            default -> {
                lastBeat.put(agent.id(), time.nanos());
                if (agent.state() == AgentState.STOPPING) {
                    kill(agent);
                }
            }
        }
    }

    /** Ends process agents whose heartbeat file was not touched in time; the restart rule then decides. */
    public void checkHeartbeats() {
        for (AgentRecord agent : book.all()) {
            if (agent.isManaged() || agent.state() != AgentState.RUNNING) {
                continue;
            }
            Optional<Duration> allowed =
                    book.document(agent.id()).contract().supervision().heartbeat();
            if (allowed.isEmpty()) {
                continue;
            }
            // The file may be older than this incarnation, which gets the whole time from its own start.
            long sinceStart = (time.nanos() - lastBeat.getOrDefault(agent.id(), time.nanos())) / 1_000_000;
            long silent = Math.min(
                    sinceStart, plans.millisSinceHeartbeat(agent, time.now()).orElse(Long.MAX_VALUE));
            if (silent > allowed.get().toMillis()) {
                Trace trace = new Trace(Tracing.newCorrelation());
                book.decide(
                        trace,
                        draft -> draft.event(new Event.HeartbeatMissed(
                                agent.id(), agent.run(), silent, allowed.get().toMillis())));
                lastBeat.put(agent.id(), time.nanos());
                kill(agent);
            }
        }
    }

    /** What the sandboxes use now, by incarnation. */
    public List<Status> usage() {
        try {
            return sandbox.list();
        } catch (SandboxException e) {
            return List.of();
        }
    }

    static String commandDigest(List<String> argv) {
        return Digests.sha256Hex(String.join("\0", argv));
    }

    private static String contractPath(String mechanism) {
        return switch (mechanism) {
            case "limit.memory" -> "compute.mem";
            case "limit.cpu" -> "compute.cpu";
            case "limit.pids" -> "compute.pids";
            default -> "runtime";
        };
    }

    /** The command of a process agent. */
    static List<String> commandOf(ContractDocument document) {
        return document.contract().runtime() instanceof AgentRuntime.ProcessRuntime process
                ? process.command()
                : List.of();
    }
}
