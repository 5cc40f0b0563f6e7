package dev.agentos.agentd.agents;

import dev.agentos.agentd.agents.AgentRecord.Step;
import dev.agentos.agentd.consent.AskRecord;
import dev.agentos.agentd.recording.Exchange;
import dev.agentos.agentd.recording.Outcomes;
import dev.agentos.agentd.recording.Recordings;
import dev.agentos.agentd.telemetry.Tracing;
import dev.agentos.agentd.tools.CallOutcome;
import dev.agentos.agentd.tools.Task;
import dev.agentos.agentd.tools.ToolGateway;
import dev.agentos.agentd.tools.ToolGateway.PlannedCall;
import dev.agentos.domain.budget.Spending;
import dev.agentos.domain.contract.AgentContract;
import dev.agentos.domain.contract.ContractDocument;
import dev.agentos.domain.contract.PlanStep;
import dev.agentos.domain.contract.Unattended;
import dev.agentos.domain.event.Event;
import dev.agentos.domain.lifecycle.AgentState;
import dev.agentos.domain.lifecycle.AgentTrigger;
import dev.agentos.domain.port.Journal;
import dev.agentos.domain.port.Journal.StateChange;
import dev.agentos.domain.port.Journal.Trace;
import dev.agentos.domain.port.TimeSource;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * One run of a managed agent: its plan, step by step, from the first step that is not done. What each step gave is
 * durable before the next begins, so a run goes on after a crash where it was.
 */
final class ManagedRun implements Runnable {

    /** The state document of kind {@code output}: what a step gave, under {@code RUN/STEP}. */
    static final String OUTPUT = "output";

    private final AgentBook book;
    private final ToolGateway gateway;
    private final Journal journal;
    private final TimeSource time;
    private final Trace trace;
    private final String agentId;
    private final String run;
    private final ContractDocument document;
    private final List<PlanStep> plan;
    private final BooleanSupplier watched;
    private final List<Path> serviceFolders;
    private final RunEnd end;
    private final Recordings recordings;
    private long waitedNanos;

    /** Who is told how a run ended. */
    interface RunEnd {
        void ended(String agentId, String run, boolean failed, String code, String reason);
    }

    ManagedRun(
            AgentBook book,
            ToolGateway gateway,
            Journal journal,
            TimeSource time,
            Trace trace,
            AgentRecord agent,
            ContractDocument document,
            List<PlanStep> plan,
            BooleanSupplier watched,
            List<Path> serviceFolders,
            RunEnd end,
            Recordings recordings) {
        this.recordings = recordings;
        this.book = book;
        this.gateway = gateway;
        this.journal = journal;
        this.time = time;
        this.trace = trace;
        this.agentId = agent.id();
        this.run = agent.run();
        this.document = document;
        this.plan = List.copyOf(plan);
        this.watched = watched;
        this.serviceFolders = List.copyOf(serviceFolders);
        this.end = end;
    }

    @Override
    public void run() {
        ScopedValue.where(Tracing.CORRELATION, trace.correlation()).run(() -> {
            try (var _ = Tracing.span("run", Map.of("agent", agentId, "run", run))) {
                steps();
            } catch (InterruptedException e) {
                // Ended by a person or by the service stopping; whoever interrupted has written why.
                Thread.currentThread().interrupt();
            } catch (Journal.JournalFailedException | java.util.concurrent.CompletionException e) {
                // Nothing can be recorded any more: the run stands still and is taken up again after the restart.
                System.getLogger(ManagedRun.class.getName())
                        .log(System.Logger.Level.ERROR, run + " stands still: " + e.getMessage());
            } catch (RuntimeException e) {
                System.getLogger(ManagedRun.class.getName()).log(System.Logger.Level.ERROR, run + " failed", e);
                end.ended(agentId, run, true, "internal", "internal error: " + e);
            }
        });
    }

    private void steps() throws InterruptedException {
        AgentRecord agent = book.get(agentId);
        Map<String, Map<String, Object>> outputs = new LinkedHashMap<>();
        for (Journal.StateDocument output : journal.state(OUTPUT)) {
            if (output.key().startsWith(run + "/")) {
                outputs.put(output.key().substring(run.length() + 1), output.document());
            }
        }
        recordings.add(
                run, new Exchange(Exchange.BEGIN, "", Event.fields("mode", "plan", "input", agent.input()), Map.of()));
        long started = time.nanos();
        long before = agent.runMillis();
        boolean begins = agent.steps().stream().noneMatch(step -> step.state().equals(Step.DONE));
        if (begins && !mayFollow(agent, outputs)) {
            return;
        }
        for (int index = 0; index < plan.size(); index++) {
            PlanStep step = plan.get(index);
            if (agent.steps().get(index).state().equals(Step.DONE)) {
                continue;
            }
            if (!awaitTurn()) {
                return;
            }
            Duration spent = Duration.ofMillis(before).plusNanos(time.nanos() - started - waitedNanos);
            Optional<Spending.Exceeded> exceeded = Spending.ofTools(
                            book.get(agentId).toolCalls() + 1, spent)
                    .beyond(document.contract().budget());
            if (exceeded.isPresent()) {
                fail(
                        index,
                        "budget.exceeded",
                        exceeded.get().limit() + " is used up: "
                                + exceeded.get().used() + " of "
                                + exceeded.get().allowed() + ", "
                                + document.lineOf(exceeded.get().limit()));
                return;
            }
            Map<String, Object> arguments;
            try {
                arguments = Bindings.resolve(step.with(), agent.input(), outputs);
            } catch (Bindings.MissingBindingException e) {
                fail(index, "plan.binding", "step " + step.id() + ": " + e.getMessage());
                return;
            }
            mark(index, Step.RUNNING, "", spent);
            CallOutcome outcome = gateway.call(
                    caller(agent, step), step.id(), step.tool(), arguments, reasonOf(arguments), new AskNote(index));
            recordings.add(
                    run,
                    new Exchange(
                            Exchange.TOOL,
                            step.id(),
                            Event.fields("tool", step.tool(), "arguments", arguments),
                            Outcomes.toMap(outcome)));
            if (!conclude(index, step, outcome, outputs)) {
                return;
            }
            agent = book.get(agentId);
        }
        if (awaitTurn()) {
            end.ended(agentId, run, false, "", "all " + plan.size() + " steps are done");
        }
    }

    /** Shows the plan once, before its first step, where several of its steps would ask. False when the run is over. */
    private boolean mayFollow(AgentRecord agent, Map<String, Map<String, Object>> outputs) throws InterruptedException {
        if (!awaitTurn()) {
            return false;
        }
        List<PlannedCall> known = plan.stream()
                .flatMap(step -> known(agent, step, outputs).stream())
                .toList();
        Optional<CallOutcome.NotConsented> no =
                known.size() < 2 ? Optional.empty() : gateway.askPlan(known, new AskNote(0));
        no.ifPresent(why -> fail(
                0,
                "consent." + why.status(),
                "its plan was not allowed: " + why.status() + (why.by().isEmpty() ? "" : " by " + why.by())));
        return no.isEmpty();
    }

    /** A step whose values are made on the way is not known yet: it asks by itself, when they are. */
    private Optional<PlannedCall> known(AgentRecord agent, PlanStep step, Map<String, Map<String, Object>> outputs) {
        try {
            Map<String, Object> arguments = Bindings.resolve(step.with(), agent.input(), outputs);
            return Optional.of(new PlannedCall(caller(agent, step), step.id(), step.tool(), arguments));
        } catch (Bindings.MissingBindingException e) {
            return Optional.empty();
        }
    }

    /** Waits while the agent is paused. False when the run is over. */
    private boolean awaitTurn() throws InterruptedException {
        long from = time.nanos();
        AgentRecord agent =
                book.awaitRecord(agentId, record -> record.state() != AgentState.PAUSED, Duration.ofDays(3650));
        waitedNanos += time.nanos() - from;
        return agent.state() == AgentState.RUNNING && agent.run().equals(run);
    }

    private boolean conclude(int index, PlanStep step, CallOutcome outcome, Map<String, Map<String, Object>> outputs) {
        return switch (outcome) {
            case CallOutcome.Done done -> {
                outputs.put(step.id(), done.output());
                book.decide(
                                trace,
                                draft -> draft.change(new StateChange.Put(OUTPUT, run + "/" + step.id(), done.output()))
                                        .put(book.get(agentId)
                                                .withStep(index, Step.DONE, "")
                                                .withToolCall()))
                        .await();
                yield true;
            }
            case CallOutcome.Refused refused -> {
                fail(
                        index,
                        "policy." + refused.decision().code(),
                        refused.decision().reason() + " (" + refused.decision().contractLine() + "); "
                                + refused.decision().next());
                yield false;
            }
            case CallOutcome.NotConsented no -> {
                fail(
                        index,
                        "consent." + no.status(),
                        step.tool() + " was not allowed: " + no.status()
                                + (no.by().isEmpty() ? "" : " by " + no.by()));
                yield false;
            }
            case CallOutcome.Failed failed -> {
                fail(index, failed.code(), failed.message() + "; " + failed.next());
                yield false;
            }
            case CallOutcome.StillAsking asking -> {
                fail(index, "consent.open", "ask " + asking.ask() + " is still open");
                yield false;
            }
            case CallOutcome.InDoubt doubt -> {
                fail(index, "effect.in-doubt", doubt.message());
                yield false;
            }
        };
    }

    private void fail(int index, String code, String reason) {
        mark(index, Step.FAILED, code, Duration.ZERO);
        end.ended(agentId, run, true, code, reason);
    }

    private void mark(int index, String state, String note, Duration spent) {
        book.decide(trace, draft -> {
            AgentRecord next = book.get(agentId).withStep(index, state, note);
            return draft.put(spent.isZero() ? next : next.withRunMillis(spent.toMillis()));
        });
    }

    private static String reasonOf(Map<String, Object> arguments) {
        return arguments.get("reason") instanceof String reason ? reason : "";
    }

    private ToolGateway.Caller caller(AgentRecord agent, PlanStep step) {
        Task task = task();
        AgentContract contract = document.contract();
        return new ToolGateway.Caller(
                agentId,
                run,
                contract.name(),
                ContractRules.of(document, agent, serviceFolders),
                ContractRules.place(document, agent, serviceFolders),
                trace,
                contract.consent().maxWait(),
                contract.consent().unattended() == Unattended.REFUSE && !watched.getAsBoolean(),
                task,
                Optional.of(PlanTracer.of(step, task)));
    }

    /** The run is one task: the plan was there before anything was read, and what it does not call is not needed. */
    private Task task() {
        return gateway.tasks()
                .begin(
                        trace,
                        run,
                        agentId,
                        run,
                        "the plan",
                        "",
                        Optional.of(plan.stream().map(PlanStep::tool).distinct().toList()),
                        Map.of());
    }

    /** Shows in the step that it waits for a person, and keeps that time out of the budget. */
    private final class AskNote implements ToolGateway.Waiting {
        private final int index;
        private long from;

        AskNote(int index) {
            this.index = index;
        }

        @Override
        public void begins(AskRecord ask) {
            from = time.nanos();
            mark(index, Step.ASKING, ask.ask().id(), Duration.ZERO);
        }

        @Override
        public void ends() {
            waitedNanos += time.nanos() - from;
            mark(index, Step.RUNNING, "", Duration.ZERO);
        }
    }

    /** The trigger that a run's end sends. */
    static AgentTrigger triggerOf(boolean failed) {
        return failed ? AgentTrigger.FAIL : AgentTrigger.FINISH;
    }

    /** The plan as events and faces show it. */
    static List<Map<String, Object>> shown(List<PlanStep> plan) {
        return plan.stream()
                .map(step -> Event.fields("id", step.id(), "tool", step.tool()))
                .toList();
    }
}
