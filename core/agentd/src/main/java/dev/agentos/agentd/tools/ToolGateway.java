package dev.agentos.agentd.tools;

import dev.agentos.agentd.consent.AskRecord;
import dev.agentos.agentd.consent.ConsentService;
import dev.agentos.agentd.filter.ResultFilter;
import dev.agentos.agentd.tools.EffectBook.Settled;
import dev.agentos.agentd.tools.Tool.Intent;
import dev.agentos.agentd.tools.Tool.Place;
import dev.agentos.agentd.tools.Tool.ToolException;
import dev.agentos.domain.consent.Consent.Grant;
import dev.agentos.domain.consent.Resolution;
import dev.agentos.domain.event.Event;
import dev.agentos.domain.policy.Circumstances;
import dev.agentos.domain.policy.Decision;
import dev.agentos.domain.policy.Labels;
import dev.agentos.domain.policy.Policy;
import dev.agentos.domain.policy.Policy.Target;
import dev.agentos.domain.policy.ToolDescriptor;
import dev.agentos.domain.policy.Tracer;
import dev.agentos.domain.port.ConsentQueue;
import dev.agentos.domain.port.Journal;
import dev.agentos.domain.port.Journal.Batch;
import dev.agentos.domain.port.Journal.StateChange;
import dev.agentos.domain.port.Journal.Trace;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * The one way to a tool: decide, ask where the contract says so, write the attempt, act, write the outcome, label the
 * result. A call has an idempotency key; a call repeated after a crash finds what was done under its key and never does
 * it twice.
 */
public final class ToolGateway {

    private final Journal journal;
    private final ConsentService consent;
    private final Map<String, Tool> tools = new ConcurrentSkipListMap<>();
    private final EffectBook effects;
    private final Tasks tasks;
    private final CallLocks locks = new CallLocks();
    private final CallGuard guard;
    private final Optional<ToolPins> pins;
    private final PureCalls pures;
    private final ToolAsks asks;

    ToolGateway(Journal journal, ConsentService consent, Collection<Tool> tools) {
        this(journal, consent, tools, CallGuard.PLAIN);
    }

    ToolGateway(Journal journal, ConsentService consent, Collection<Tool> tools, CallGuard guard) {
        this(journal, consent, tools, guard, Optional.empty(), ResultFilter.OFF);
    }

    ToolGateway(
            Journal journal,
            ConsentService consent,
            Collection<Tool> tools,
            CallGuard guard,
            Optional<ToolPins> pins,
            ResultFilter filter) {
        this.pins = pins;
        this.guard = guard;
        this.journal = journal;
        this.consent = consent;
        tools.forEach(tool -> this.tools.put(tool.descriptor().name(), tool));
        this.effects = new EffectBook(journal, this.tools);
        this.tasks = new Tasks(journal);
        this.pures = new PureCalls(journal, guard, filter);
        this.asks = new ToolAsks(consent);
    }

    /** Reads tasks, and unfinished and undoable effects, from the journal. */
    public void load() {
        effects.load();
        tasks.load();
    }

    /** What agents were asked to do, with what they were shown. */
    public Tasks tasks() {
        return tasks;
    }

    /** The approvals that calls rest on. */
    ToolPins pins() {
        return pins.orElseThrow(() -> new IllegalStateException("this gateway keeps no approvals"));
    }

    List<Tool> tools() {
        return List.copyOf(tools.values());
    }

    Optional<Tool> tool(String name) {
        return Optional.ofNullable(tools.get(name));
    }

    /** Puts a tool behind this gateway. */
    void add(Tool tool) {
        tools.put(tool.descriptor().name(), tool);
    }

    void remove(String name) {
        tools.remove(name);
    }

    public List<ToolDescriptor> descriptors() {
        return tools.values().stream().map(Tool::descriptor).toList();
    }

    /**
     * Everything the gateway must know about the caller.
     *
     * @param unattended refuses asks when nobody is watching
     * @param task what the call belongs to: its scope, and what it has shown so far
     * @param planned where the values of a plan's step came from; empty for an agent that decides by itself, whose
     *     values are traced through what it was shown
     */
    public record Caller(
            String agent,
            String run,
            String contractName,
            Policy.Rules rules,
            Place place,
            Trace trace,
            Duration askLimit,
            boolean unattended,
            Task task,
            Optional<Tracer> planned) {}

    /** What the caller is told while a call waits for a person. */
    public interface Waiting {
        void begins(AskRecord ask);

        void ends();

        /** How long this call waits; empty for as long as the ask does. The same call made again goes on waiting. */
        default Optional<Duration> patience() {
            return Optional.empty();
        }
    }

    /** A decision with everything it rests on. */
    public record Considered(Decision decision, Circumstances circumstances, List<Target> targets, String target) {}

    /** What the decision on a call would be, without doing anything. */
    public Considered explain(Caller caller, String toolName, Map<String, Object> values) {
        try {
            return consider(caller, toolName, new Arguments(toolName, values));
        } catch (ToolException e) {
            return new Considered(
                    new Decision.Refused(e.code(), String.valueOf(e.getMessage()), "", e.next()),
                    Circumstances.NONE,
                    List.of(),
                    "");
        }
    }

    private Considered consider(Caller caller, String toolName, Arguments arguments) throws ToolException {
        Tool tool = tools.get(toolName);
        if (tool != null) {
            Optional<Decision.Refused> refused = guard.refusal(tool, arguments, caller.place());
            if (refused.isPresent()) {
                return new Considered(atLine(refused.get(), caller.rules()), Circumstances.NONE, List.of(), "");
            }
        }
        List<Target> targets = tool == null ? List.of() : tool.targets(arguments, caller.place());
        Circumstances around = tool == null
                ? Circumstances.NONE
                : caller.task()
                        .around(
                                tool.descriptor(),
                                arguments.values(),
                                targets,
                                caller.rules().check(),
                                caller.planned());
        Decision decision = Policy.decide(new Policy.Request(
                caller.rules(),
                toolName,
                Optional.ofNullable(tool).map(Tool::descriptor),
                targets,
                around,
                covering(caller, toolName, targets, around)));
        return new Considered(decision, around, targets, CallTarget.of(targets, around));
    }

    /** The refusal with its contract path turned into a place in the file. */
    private static Decision.Refused atLine(Decision.Refused refused, Policy.Rules rules) {
        return new Decision.Refused(
                refused.code(),
                refused.reason(),
                refused.contractLine().isEmpty() ? "" : rules.line().apply(refused.contractLine()),
                refused.next());
    }

    /** A grant for the call: one that covers its target or, where it has several, a grant for each of them. */
    private Optional<Grant> covering(Caller caller, String toolName, List<Target> targets, Circumstances around) {
        Optional<Grant> first = Optional.empty();
        for (String target : CallTarget.all(targets, around)) {
            Optional<Grant> grant = consent.covering(caller.agent(), toolName, target, caller.run());
            if (grant.isEmpty()) {
                return Optional.empty();
            }
            first = first.or(() -> grant);
        }
        return first;
    }

    /** Calls a tool for a step of a run. */
    public CallOutcome call(
            Caller caller, String step, String toolName, Map<String, Object> values, String why, Waiting waiting)
            throws InterruptedException {
        String key = caller.run() + "/" + step;
        Optional<CallLocks.Held> lock = locks.take(key, waiting.patience());
        if (lock.isEmpty()) {
            return new CallOutcome.StillAsking(
                    consent.byKey(key).map(ask -> ask.ask().id()).orElse(""));
        }
        try (CallLocks.Held _ = lock.get()) {
            return call(caller, step, key, toolName, new Arguments(toolName, values), why, waiting);
        } catch (ToolException e) {
            ToolException clean = guard.clean(e);
            return new CallOutcome.Failed(clean.code(), String.valueOf(clean.getMessage()), clean.next());
        }
    }

    private CallOutcome call(
            Caller caller, String step, String key, String toolName, Arguments arguments, String why, Waiting waiting)
            throws ToolException, InterruptedException {
        Tool tool = tools.get(toolName);
        Optional<EffectRecord> earlier = effects.earlier(key);
        if (earlier.isPresent() && tool instanceof Tool.Effectful effectful) {
            Optional<Decision.Refused> unapproved = guard.unapproved(tool);
            if (earlier.get().status().equals(EffectRecord.ATTEMPTED) && unapproved.isPresent()) {
                return new CallOutcome.Refused(unapproved.get());
            }
            Optional<Settled> settled = effects.settle(caller.trace(), effectful, earlier.get());
            if (settled.isPresent()) {
                return outcome(caller, step, tool, arguments, List.of(), settled.get());
            }
        }
        Considered considered = consider(caller, toolName, arguments);
        Event.ToolDecided decided = decided(caller, step, toolName, considered);
        if (tool == null) {
            journal.commit(new Batch(caller.trace(), List.of(decided), List.of()));
            return new CallOutcome.Failed("tool.unknown", "no tool is called " + toolName, "see agentctl tool list");
        }
        GovernedCall call = new GovernedCall(caller, step, key, tool, arguments, considered);
        return switch (considered.decision()) {
            case Decision.Refused refused -> {
                journal.commit(new Batch(caller.trace(), List.of(decided), List.of()));
                yield new CallOutcome.Refused(refused);
            }
            case Decision.Allowed allowed -> {
                allowed.grant().ifPresent(grant -> consent.used(caller.trace(), grant.id(), key));
                yield perform(call, List.of(decided));
            }
            case Decision.NeedsConsent needs -> afterConsent(call, decided, needs, why, waiting);
        };
    }

    // ------------------------------------------------------------------ performing

    private CallOutcome perform(GovernedCall call, List<Event> decided) throws ToolException {
        // A person may have taken their time: what they allowed is not done by a tool that changed since.
        Optional<Decision.Refused> changed = guard.unapproved(call.tool());
        if (changed.isPresent()) {
            journal.commit(new Batch(call.caller().trace(), decided, List.of()));
            return new CallOutcome.Refused(changed.get());
        }
        List<Event> before = new ArrayList<>(decided);
        before.addAll(guard.used(call.caller(), call.step(), call.tool(), call.arguments()));
        StateChange counted =
                call.caller().task().called(call.tool().descriptor().name());
        return switch (call.tool()) {
            case Tool.Pure pure -> pures.call(call, pure, before, counted);
            case Tool.Effectful effectful -> {
                Intent intent = planned(call, effectful);
                yield outcome(
                        call.caller(),
                        call.step(),
                        effectful,
                        call.arguments(),
                        call.targets(),
                        effects.act(call.caller(), call.step(), effectful, intent, before, List.of(counted)));
            }
        };
    }

    /** The plan of an effect, on the very object that was decided about: a link swapped in since is refused. */
    static Intent planned(GovernedCall call, Tool.Effectful tool) throws ToolException {
        Intent intent = tool.plan(call.arguments(), call.caller().place(), call.key());
        if (!call.targets().isEmpty() && !intent.target().equals(call.path())) {
            throw new ToolException(
                    "path.moved",
                    call.path() + " leads to " + intent.target() + " now, which nobody decided about",
                    "find out who replaced a part of the path by a link, then run the step again");
        }
        return intent;
    }

    /** What an effect gave, labelled and remembered as shown. */
    private CallOutcome outcome(
            Caller caller, String step, Tool tool, Arguments arguments, List<Target> targets, Settled settled) {
        return switch (settled) {
            case Settled.Done dirty -> {
                Settled.Done done = new Settled.Done(guard.clean(dirty.output()), dirty.found());
                Optional<Labels> before = caller.task().shownBefore(step);
                if (before.isPresent()) {
                    yield new CallOutcome.Done(done.output(), before.get());
                }
                PureCalls.Shown shown =
                        pures.shown(caller, step, tool, arguments, targets, done.output(), done.found());
                journal.commit(new Batch(caller.trace(), shown.events(), shown.changes()));
                yield new CallOutcome.Done(done.output(), shown.labels(), shown.warning());
            }
            case Settled.Failed failed -> {
                ToolException why = guard.clean(failed.why());
                yield new CallOutcome.Failed(why.code(), String.valueOf(why.getMessage()), why.next());
            }
            case Settled.InDoubt doubt -> new CallOutcome.InDoubt(doubt.message());
        };
    }

    // ------------------------------------------------------------------ consent

    private CallOutcome afterConsent(
            GovernedCall call, Event.ToolDecided decided, Decision.NeedsConsent needs, String why, Waiting waiting)
            throws ToolException, InterruptedException {
        Caller caller = call.caller();
        ConsentQueue.Ticket ticket = consent.ask(caller.trace(), asks.request(call, needs, why), List.of(decided));
        Optional<Resolution> answer = asks.answer(ticket, waiting);
        if (answer.isEmpty()) {
            return new CallOutcome.StillAsking(ticket.id());
        }
        return switch (answer.get()) {
            case Resolution.Allowed _ -> perform(call, List.of());
            case Resolution.Denied denied -> {
                var origins = call.considered().circumstances().origins();
                journal.commit(new Batch(
                        caller.trace(), List.of(), List.of(caller.task().denied(call.key(), origins))));
                yield new CallOutcome.NotConsented(denied.word(), denied.by());
            }
            case Resolution.Refused refused -> new CallOutcome.NotConsented(refused.word(), refused.reason());
            case Resolution.Expired expired -> new CallOutcome.NotConsented(expired.word(), expired.by());
            case Resolution.Withdrawn withdrawn -> new CallOutcome.NotConsented(withdrawn.word(), withdrawn.by());
        };
    }

    /**
     * Puts a plan to a person before its first step, where two or more of its steps would ask: one card with all of them. A
     * wider Allow covers exactly these calls while the run goes on; without it each step asks by itself. So they do where
     * the plan is longer than a card may be.
     *
     * @param steps what is known of the steps by now
     * @return why the plan must not be followed; empty where it may
     */
    public Optional<CallOutcome.NotConsented> askPlan(List<PlannedCall> steps, Waiting waiting)
            throws InterruptedException {
        List<ToolAsks.Asking> asking =
                steps.stream().flatMap(step -> asking(step).stream()).toList();
        return asking.size() < 2 || !asks.isReadable(steps) ? Optional.empty() : asks.plan(steps, asking, waiting);
    }

    private Optional<ToolAsks.Asking> asking(PlannedCall step) {
        Considered considered = explain(step.caller(), step.tool(), step.arguments());
        return considered.decision() instanceof Decision.NeedsConsent
                ? tool(step.tool())
                        .map(tool -> new ToolAsks.Asking(
                                step, considered.target(), tool.descriptor().reversible()))
                : Optional.empty();
    }

    /** A step of a plan, as far as its values are known before it begins. */
    public record PlannedCall(Caller caller, String step, String tool, Map<String, Object> arguments) {}

    // ------------------------------------------------------------------ undo and changes

    /** Effects of an agent that changed something, oldest first. */
    public List<EffectRecord> changesOf(String agent) {
        return effects.changesOf(agent);
    }

    /** The contents before and after a change, for a diff; empty for effects without contents. */
    public Optional<FsWriteTool.BeforeAfter> contents(EffectRecord effect) {
        return effects.contents(effect);
    }

    /** Whether an effect is of a kind that can be taken back at all. */
    public boolean isReversible(EffectRecord effect) {
        return tool(effect.tool()).map(tool -> tool.descriptor().reversible()).orElse(false);
    }

    /** Takes a done effect back, journalled before and after. */
    public CallOutcome undo(Trace trace, EffectRecord effect, boolean force) {
        return effects.undo(trace, effect, force);
    }

    private static Event.ToolDecided decided(Caller caller, String step, String tool, Considered considered) {
        return new Event.ToolDecided(
                caller.agent(),
                caller.run(),
                step,
                tool,
                considered.decision().word(),
                considered.decision().code(),
                considered.decision().reason(),
                considered.decision().contractLine(),
                considered.target());
    }
}
