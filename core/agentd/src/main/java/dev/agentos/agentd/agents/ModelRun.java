package dev.agentos.agentd.agents;

import dev.agentos.agentd.agents.ManagedRun.RunEnd;
import dev.agentos.agentd.consent.AskRecord;
import dev.agentos.agentd.recording.Exchange;
import dev.agentos.agentd.recording.Outcomes;
import dev.agentos.agentd.recording.RecordedModel;
import dev.agentos.agentd.recording.Recordings;
import dev.agentos.agentd.telemetry.Tracing;
import dev.agentos.agentd.tools.CallOutcome;
import dev.agentos.agentd.tools.Task;
import dev.agentos.agentd.tools.ToolGateway;
import dev.agentos.bridge.wire.WireJson;
import dev.agentos.domain.budget.Spending;
import dev.agentos.domain.contract.AgentContract;
import dev.agentos.domain.contract.ContractDocument;
import dev.agentos.domain.contract.Unattended;
import dev.agentos.domain.event.Event;
import dev.agentos.domain.filter.TaintedLinks;
import dev.agentos.domain.lifecycle.AgentState;
import dev.agentos.domain.managed.AgentContext;
import dev.agentos.domain.managed.AgentLoop;
import dev.agentos.domain.model.ChunkSink;
import dev.agentos.domain.model.ModelCaller;
import dev.agentos.domain.model.ModelException;
import dev.agentos.domain.model.ModelReply;
import dev.agentos.domain.model.ModelRequest;
import dev.agentos.domain.model.Models;
import dev.agentos.domain.port.Journal;
import dev.agentos.domain.port.Journal.StateChange;
import dev.agentos.domain.port.Journal.Trace;
import dev.agentos.domain.port.TimeSource;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * One run of a managed agent that a model drives. Its context is durable after each step; a call of a tool has its place
 * in the run as its key. So after a crash the run goes on in the middle of a turn, and what was done is not done again.
 */
final class ModelRun implements Runnable, AgentLoop.World {

    /** The state document of kind {@code context}: an {@link AgentContext}, under the run's name. */
    static final String CONTEXT = "context";

    /** How long to wait before the model is asked again after a trouble that may pass; after the last it is given up. */
    private static final List<Duration> AGAIN = List.of(Duration.ofSeconds(1), Duration.ofSeconds(3));

    /** The step under which a run's answer is kept among its outputs. */
    static final String ANSWER = "answer";

    private final Means means;
    private final AgentRecord agent;
    private final ContractDocument document;
    private final Trace trace;
    private final long began;
    private long waitedNanos;

    /** Outcomes of before a crash: one of them may not be in the context yet. */
    private Map<String, Map<String, Object>> outcomesBefore = Map.of();

    /** What a run works with. */
    record Means(
            AgentBook book,
            ToolGateway gateway,
            Journal journal,
            TimeSource time,
            Models models,
            AgentService.Known modelsKnown,
            Recordings recordings,
            BooleanSupplier watched,
            List<Path> serviceFolders,
            RunEnd end) {}

    ModelRun(Means means, Trace trace, AgentRecord agent, ContractDocument document) {
        this.means = means;
        this.agent = agent;
        this.document = document;
        this.trace = trace;
        this.began = means.time().nanos();
    }

    @Override
    public void run() {
        ScopedValue.where(Tracing.CORRELATION, trace.correlation()).run(() -> {
            try (var _ = Tracing.span("run", Map.of("agent", agent.id(), "run", agent.run()))) {
                means.modelsKnown().await();
                end(loop().run(context(), this));
            } catch (InterruptedException e) {
                // Ended by a person or by the service stopping; whoever interrupted has written why.
                Thread.currentThread().interrupt();
            } catch (Journal.JournalFailedException | java.util.concurrent.CompletionException e) {
                // Nothing can be recorded any more: the run stands still and is taken up again after the restart.
                System.getLogger(ModelRun.class.getName())
                        .log(System.Logger.Level.ERROR, agent.run() + " stands still: " + e.getMessage());
            } catch (RuntimeException e) {
                System.getLogger(ModelRun.class.getName()).log(System.Logger.Level.ERROR, agent.run() + " failed", e);
                means.end().ended(agent.id(), agent.run(), true, "internal", "internal error: " + e);
            }
        });
    }

    private AgentLoop loop() {
        return ModelConversation.loop(document, agent, means.gateway().descriptors());
    }

    /** The context of before a crash, or the beginning. */
    private AgentContext context() {
        for (Journal.StateDocument kept : means.journal().state(CONTEXT)) {
            if (kept.key().equals(agent.run())) {
                outcomesBefore = outcomes();
                return WireJson.fromMap(kept.document(), AgentContext.class);
            }
        }
        AgentContext first = ModelConversation.begin(document, agent);
        // Recorded before it is kept: after a crash between the two the run begins anew, and so does its recording.
        means.recordings()
                .add(
                        agent.run(),
                        new Exchange(
                                Exchange.BEGIN,
                                "",
                                Event.fields("mode", "model", "nonce", first.nonce(), "input", agent.input()),
                                Map.of()));
        save(first);
        return first;
    }

    private void end(AgentLoop.End end) {
        switch (end) {
            case AgentLoop.End.Answered answered -> {
                TaintedLinks.Cleaned cleaned = TaintedLinks.strip(answered.text(), task().knowledge());
                means.book()
                        .decide(
                                trace,
                                draft -> draft.change(new StateChange.Put(
                                        ManagedRun.OUTPUT,
                                        agent.run() + "/" + ANSWER,
                                        Event.fields(
                                                "text",
                                                cleaned.text(),
                                                "links_removed",
                                                cleaned.links().size()))))
                        .await();
                means.end()
                        .ended(
                                agent.id(),
                                agent.run(),
                                false,
                                "",
                                "answered after " + answered.context().turn()
                                        + (answered.context().turn() == 1 ? " turn" : " turns"));
            }
            case AgentLoop.End.Failed failed ->
                means.end().ended(agent.id(), agent.run(), true, failed.code(), failed.code() + ": " + failed.reason());
            case AgentLoop.End.Stopped _ -> {}
        }
    }

    // ------------------------------------------------------------------ the world of the loop

    @Override
    public boolean awaitTurn() throws InterruptedException {
        long from = means.time().nanos();
        AgentRecord now = means.book()
                .awaitRecord(agent.id(), record -> record.state() != AgentState.PAUSED, Duration.ofDays(3650));
        waitedNanos += means.time().nanos() - from;
        return isMine(now);
    }

    @Override
    public ModelReply ask(String step, ModelRequest request) throws ModelException, InterruptedException {
        refuseBeyondBudget(0);
        ModelReply reply = asked(request);
        means.recordings()
                .add(
                        agent.run(),
                        new Exchange(Exchange.MODEL, step, RecordedModel.request(request), RecordedModel.reply(reply)));
        return reply;
    }

    /** Asks until there is an answer: after a limit once somebody let the agent go on, after a passing trouble again. */
    private ModelReply asked(ModelRequest request) throws ModelException, InterruptedException {
        ModelCaller caller = ModelCaller.of(agent.id(), agent.run(), document, trace);
        int troubles = 0;
        while (true) {
            PausedTime paused = PausedTime.begin(means.book(), means.time(), agent.id());
            try {
                return means.models().call(caller, request, ChunkSink.NOWHERE);
            } catch (ModelException e) {
                Duration wait = troubles < AGAIN.size() ? AGAIN.get(troubles) : Duration.ZERO;
                boolean limit = e.kind() == ModelException.Kind.BUDGET;
                if (!limit && (wait.isZero() || !isPassing(e.kind()))) {
                    throw e;
                }
                if (!limit) {
                    troubles++;
                    means.book().awaitRecord(agent.id(), record -> !isMine(record), wait);
                }
            } finally {
                waitedNanos += paused.end();
            }
            if (!awaitTurn()) {
                throw new InterruptedException(agent.run() + " is over");
            }
        }
    }

    /** What may be gone in a moment. Nothing was done because of an answer that did not come, so asking again is safe. */
    private static boolean isPassing(ModelException.Kind kind) {
        return switch (kind) {
            case RATE_LIMITED, UNAVAILABLE, TIMEOUT, CUT, MALFORMED -> true;
            case BAD_REQUEST, REFUSED, NOT_FOUND, CAPABILITY, OVERFLOW, BUDGET, KEY, GONE -> false;
        };
    }

    private boolean isMine(AgentRecord record) {
        return record.state() == AgentState.RUNNING && record.run().equals(agent.run());
    }

    @Override
    public AgentLoop.Result call(String step, String tool, Map<String, Object> arguments) throws InterruptedException {
        String name = ModelConversation.toolOf(tool, means.gateway().descriptors());
        Exchange made = new Exchange(Exchange.TOOL, step, Event.fields("tool", name, "arguments", arguments), Map.of());
        Map<String, Object> earlier = outcomesBefore.get(step);
        if (earlier != null) {
            record(made, earlier);
            return ModelConversation.result(earlier);
        }
        CallOutcome outcome;
        try {
            refuseBeyondBudget(1);
            outcome = means.gateway().call(caller(), step, name, arguments, reason(arguments), new Asking());
        } catch (ModelException e) {
            outcome = new CallOutcome.Failed(e.kind().code(), e.words(), e.next());
        }
        Map<String, Object> kept = Outcomes.toMap(outcome);
        means.book()
                .decide(
                        trace,
                        draft -> draft.change(new StateChange.Put(ManagedRun.OUTPUT, agent.run() + "/" + step, kept))
                                .put(means.book().get(agent.id()).withToolCall()))
                .await();
        record(made, kept);
        return ModelConversation.result(kept);
    }

    private void record(Exchange call, Map<String, Object> outcome) {
        means.recordings().add(agent.run(), new Exchange(call.kind(), call.step(), call.request(), outcome));
    }

    /** What the calls of this run gave, by step. */
    private Map<String, Map<String, Object>> outcomes() {
        Map<String, Map<String, Object>> outcomes = new HashMap<>();
        for (Journal.StateDocument output : means.journal().state(ManagedRun.OUTPUT)) {
            if (output.key().startsWith(agent.run() + "/")) {
                outcomes.put(output.key().substring(agent.run().length() + 1), output.document());
            }
        }
        return outcomes;
    }

    @Override
    public String resultOf(String step) {
        Map<String, Object> outcome = outcomes().get(step);
        return outcome == null ? "" : Outcomes.text(outcome);
    }

    @Override
    public Optional<String> faultOf(String answer) {
        return ModelConversation.faultOf(document, answer);
    }

    @Override
    public void save(AgentContext context) {
        long spent = Math.max(0, means.time().nanos() - began - waitedNanos) / 1_000_000;
        means.book()
                .decide(
                        trace,
                        draft -> draft.change(new StateChange.Put(CONTEXT, agent.run(), WireJson.toMap(context)))
                                .put(means.book().get(agent.id()).withRunMillis(agent.runMillis() + spent)))
                .await();
    }

    // ------------------------------------------------------------------ limits and the gateway

    private void refuseBeyondBudget(int calls) throws ModelException {
        AgentRecord now = means.book().get(agent.id());
        Duration spent =
                Duration.ofMillis(agent.runMillis()).plusNanos(means.time().nanos() - began - waitedNanos);
        Optional<Spending.Exceeded> beyond = Spending.ofTools(now.toolCalls() + calls, spent)
                .beyond(document.contract().budget());
        if (beyond.isPresent()) {
            throw new ModelException(
                    ModelException.Kind.BUDGET,
                    beyond.get().limit() + " is used up: " + beyond.get().used() + " of "
                            + beyond.get().allowed() + ", "
                            + document.lineOf(beyond.get().limit()),
                    "raise it in the contract, or give a smaller task");
        }
    }

    private static String reason(Map<String, Object> arguments) {
        return arguments.get("reason") instanceof String text ? text : "";
    }

    private ToolGateway.Caller caller() {
        AgentContract contract = document.contract();
        AgentRecord now = means.book().get(agent.id());
        return new ToolGateway.Caller(
                agent.id(),
                agent.run(),
                contract.name(),
                ContractRules.of(document, now, means.serviceFolders()),
                ContractRules.place(document, now, means.serviceFolders()),
                trace,
                contract.consent().maxWait(),
                contract.consent().unattended() == Unattended.REFUSE
                        && !means.watched().getAsBoolean(),
                task(),
                Optional.empty());
    }

    /** The run is one task, and what the person wrote for it is known from the beginning. */
    private Task task() {
        return means.gateway()
                .tasks()
                .begin(
                        trace,
                        agent.run(),
                        agent.id(),
                        agent.run(),
                        "the prompt",
                        ModelConversation.person(document, agent),
                        Optional.empty(),
                        Map.of());
    }

    /** Keeps the time in which a person decides out of the budget. */
    private final class Asking implements ToolGateway.Waiting {
        private long from;

        @Override
        public void begins(AskRecord ask) {
            from = means.time().nanos();
        }

        @Override
        public void ends() {
            waitedNanos += means.time().nanos() - from;
        }
    }
}
