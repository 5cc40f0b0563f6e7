package dev.agentos.agentd.tools;

import dev.agentos.agentd.consent.AskRecord;
import dev.agentos.agentd.consent.ConsentService;
import dev.agentos.agentd.tools.Tool.Intent;
import dev.agentos.agentd.tools.Tool.Place;
import dev.agentos.agentd.tools.Tool.ToolException;
import dev.agentos.bridge.wire.WireJson;
import dev.agentos.domain.consent.Consent;
import dev.agentos.domain.consent.Consent.Ask;
import dev.agentos.domain.consent.Consent.Grant;
import dev.agentos.domain.consent.ConsentRules;
import dev.agentos.domain.event.Event;
import dev.agentos.domain.json.Digests;
import dev.agentos.domain.policy.Decision;
import dev.agentos.domain.policy.Labels;
import dev.agentos.domain.policy.Policy;
import dev.agentos.domain.policy.Policy.Target;
import dev.agentos.domain.policy.ToolDescriptor;
import dev.agentos.domain.port.Journal;
import dev.agentos.domain.port.Journal.Batch;
import dev.agentos.domain.port.Journal.StateChange;
import dev.agentos.domain.port.Journal.Trace;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;

/**
 * The one way to a tool: decide, ask where the contract says so, write the attempt, act, write the outcome. A call has
 * an idempotency key; a call repeated after a crash finds what was done under its key and never does it twice.
 */
public final class ToolGateway {

    private final Journal journal;
    private final ConsentService consent;
    private final Map<String, Tool> tools = new TreeMap<>();
    private final Map<String, EffectRecord> effects = new ConcurrentHashMap<>();

    ToolGateway(Journal journal, ConsentService consent, Collection<Tool> tools) {
        this.journal = journal;
        this.consent = consent;
        tools.forEach(tool -> this.tools.put(tool.descriptor().name(), tool));
    }

    /** Reads unfinished and undoable effects from the journal. */
    public void load() {
        for (Journal.StateDocument document : journal.state(EffectRecord.KIND)) {
            EffectRecord effect = WireJson.fromMap(document.document(), EffectRecord.class);
            effects.put(effect.key(), effect);
        }
    }

    public List<ToolDescriptor> descriptors() {
        return tools.values().stream().map(Tool::descriptor).toList();
    }

    /** Everything the gateway must know about the caller. {@code unattended} refuses asks when nobody is watching. */
    public record Caller(
            String agent,
            String run,
            String contractName,
            Policy.Rules rules,
            Place place,
            Trace trace,
            Duration askLimit,
            boolean unattended) {}

    /** What the caller is told while a call waits for a person. */
    public interface Waiting {
        void begins(AskRecord ask);

        void ends();
    }

    /** Calls a tool for a step of a run. */
    public CallOutcome call(
            Caller caller, String step, String toolName, Map<String, Object> values, String why, Waiting waiting)
            throws InterruptedException {
        String key = caller.run() + "/" + step;
        Arguments arguments = new Arguments(toolName, values);
        Tool tool = tools.get(toolName);
        try {
            EffectRecord earlier = effects.get(key);
            if (earlier != null && tool instanceof Tool.Effectful effectful) {
                Optional<CallOutcome> settled = settle(caller, effectful, earlier);
                if (settled.isPresent()) {
                    return settled.get();
                }
            }
            List<Target> targets = tool == null ? List.of() : tool.targets(arguments, caller.place());
            String target = first(targets);
            Decision decision = Policy.decide(
                    caller.rules(),
                    toolName,
                    Optional.ofNullable(tool).map(Tool::descriptor),
                    targets,
                    covering(caller, toolName, targets));
            Event.ToolDecided decided = decided(caller, step, toolName, decision, target);
            if (tool == null) {
                journal.commit(new Batch(caller.trace(), List.of(decided), List.of()));
                return new CallOutcome.Failed(
                        "tool.unknown", "no tool is called " + toolName, "see agentctl tool list");
            }
            return switch (decision) {
                case Decision.Refused refused -> {
                    journal.commit(new Batch(caller.trace(), List.of(decided), List.of()));
                    yield new CallOutcome.Refused(refused);
                }
                case Decision.Allowed _ -> perform(caller, step, tool, arguments, key, targets, List.of(decided));
                case Decision.NeedsConsent needs ->
                    afterConsent(caller, step, tool, arguments, key, targets, decided, needs, why, waiting);
            };
        } catch (ToolException e) {
            return new CallOutcome.Failed(e.code(), String.valueOf(e.getMessage()), e.next());
        }
    }

    /** What the decision on a call would be, without doing anything. */
    public Decision explain(Caller caller, String toolName, Map<String, Object> values) {
        Tool tool = tools.get(toolName);
        List<Target> targets;
        try {
            targets = tool == null ? List.of() : tool.targets(new Arguments(toolName, values), caller.place());
        } catch (ToolException e) {
            return new Decision.Refused(e.code(), String.valueOf(e.getMessage()), "", e.next());
        }
        return Policy.decide(
                caller.rules(),
                toolName,
                Optional.ofNullable(tool).map(Tool::descriptor),
                targets,
                covering(caller, toolName, targets));
    }

    /** A grant for the call: one that covers its target or, where it has several, a grant for each of them. */
    private Optional<Grant> covering(Caller caller, String toolName, List<Target> targets) {
        if (targets.isEmpty()) {
            return consent.covering(caller.agent(), toolName, "", caller.run());
        }
        Optional<Grant> first = Optional.empty();
        for (Target target : targets) {
            Optional<Grant> grant = consent.covering(caller.agent(), toolName, target.path(), caller.run());
            if (grant.isEmpty()) {
                return Optional.empty();
            }
            first = first.or(() -> grant);
        }
        return first;
    }

    private static String first(List<Target> targets) {
        return targets.isEmpty() ? "" : targets.getFirst().path();
    }

    // ------------------------------------------------------------------ performing

    private CallOutcome perform(
            Caller caller,
            String step,
            Tool tool,
            Arguments arguments,
            String key,
            List<Target> targets,
            List<Event> before)
            throws ToolException {
        return switch (tool) {
            case Tool.Pure pure -> compute(caller, step, pure, arguments, key, targets, before);
            case Tool.Effectful effectful ->
                act(caller, step, effectful, planned(caller, effectful, arguments, key, first(targets)), before);
        };
    }

    /** The plan of an effect, on the very object that was decided about: a link swapped in since is refused. */
    private static Intent planned(Caller caller, Tool.Effectful tool, Arguments arguments, String key, String decided)
            throws ToolException {
        Intent intent = tool.plan(arguments, caller.place(), key);
        if (!intent.target().equals(decided)) {
            throw new ToolException(
                    "path.moved",
                    decided + " leads to " + intent.target() + " now, which nobody decided about",
                    "find out who replaced a part of the path by a link, then run the step again");
        }
        return intent;
    }

    private CallOutcome compute(
            Caller caller,
            String step,
            Tool.Pure tool,
            Arguments arguments,
            String key,
            List<Target> targets,
            List<Event> before) {
        String name = tool.descriptor().name();
        List<Event> events = new ArrayList<>(before);
        events.add(new Event.EffectAttempted(
                caller.agent(),
                caller.run(),
                step,
                name,
                key,
                first(targets),
                Map.of("input_sha256", Digests.sha256OfJson(arguments.values()))));
        journal.commit(new Batch(caller.trace(), events, List.of()));
        CallOutcome outcome;
        String word;
        Map<String, Object> detail;
        try {
            ToolResult result = tool.call(arguments, caller.place(), targets);
            outcome = new CallOutcome.Done(result.output(), labels(tool, result));
            word = EffectRecord.DONE;
            detail = Map.of("output_sha256", Digests.sha256OfJson(result.output()));
        } catch (ToolException e) {
            outcome = new CallOutcome.Failed(e.code(), String.valueOf(e.getMessage()), e.next());
            word = EffectRecord.FAILED;
            detail = Map.of("code", e.code(), "message", String.valueOf(e.getMessage()));
        }
        journal.commit(new Batch(
                caller.trace(),
                List.of(new Event.EffectFinished(caller.agent(), caller.run(), step, name, key, word, detail)),
                List.of()));
        return outcome;
    }

    private CallOutcome act(Caller caller, String step, Tool.Effectful tool, Intent intent, List<Event> before) {
        EffectRecord attempt = new EffectRecord(
                intent.key(),
                caller.agent(),
                caller.run(),
                step,
                intent.tool(),
                intent.target(),
                intent.record(),
                EffectRecord.ATTEMPTED,
                Map.of());
        List<Event> events = new ArrayList<>(before);
        events.add(new Event.EffectAttempted(
                caller.agent(), caller.run(), step, intent.tool(), intent.key(), intent.target(), intent.record()));
        journal.commit(new Batch(caller.trace(), events, List.of(put(attempt))));
        effects.put(attempt.key(), attempt);
        return carryOut(caller.trace(), tool, intent, attempt, false);
    }

    private CallOutcome carryOut(
            Trace trace, Tool.Effectful tool, Intent intent, EffectRecord attempt, boolean recovered) {
        try {
            ToolResult result = tool.apply(intent);
            finish(trace, attempt, EffectRecord.DONE, result.output(), recovered);
            return new CallOutcome.Done(result.output(), labels(tool, result));
        } catch (ToolException e) {
            finish(trace, attempt, EffectRecord.FAILED, Map.of("message", String.valueOf(e.getMessage())), recovered);
            return new CallOutcome.Failed(e.code(), String.valueOf(e.getMessage()), e.next());
        }
    }

    private void finish(
            Trace trace, EffectRecord attempt, String status, Map<String, Object> output, boolean recovered) {
        EffectRecord finished = attempt.with(status, output);
        Map<String, Object> detail = new LinkedHashMap<>(output);
        if (recovered) {
            detail.put("recovered", true);
        }
        journal.commit(new Batch(
                trace,
                List.of(new Event.EffectFinished(
                        attempt.agent(), attempt.run(), attempt.step(), attempt.tool(), attempt.key(), status, detail)),
                List.of(put(finished))));
        effects.put(finished.key(), finished);
    }

    /** What an effect that was begun before means now. Empty: it failed before, the call may be made again. */
    private Optional<CallOutcome> settle(Caller caller, Tool.Effectful tool, EffectRecord earlier)
            throws ToolException {
        return switch (earlier.status()) {
            case EffectRecord.DONE, EffectRecord.UNDONE ->
                Optional.of(new CallOutcome.Done(
                        earlier.output(), tool.descriptor().writes().whole()));
            case EffectRecord.IN_DOUBT -> Optional.of(new CallOutcome.InDoubt(doubt(earlier)));
            case EffectRecord.FAILED -> Optional.empty();
            default -> Optional.of(reconcile(caller.trace(), tool, earlier));
        };
    }

    private CallOutcome reconcile(Trace trace, Tool.Effectful tool, EffectRecord earlier) throws ToolException {
        Intent intent = intentOf(earlier);
        return switch (tool.reconcile(intent)) {
            case DONE -> {
                Map<String, Object> output = outputOf(earlier);
                finish(trace, earlier, EffectRecord.DONE, output, true);
                yield new CallOutcome.Done(output, tool.descriptor().writes().whole());
            }
            case NOT_DONE -> carryOut(trace, tool, intent, earlier, true);
            case UNKNOWN -> {
                finish(trace, earlier, EffectRecord.IN_DOUBT, Map.of(), true);
                yield new CallOutcome.InDoubt(doubt(earlier));
            }
        };
    }

    private static Labels labels(Tool tool, ToolResult result) {
        return tool.descriptor().writes().whole().and(result.found());
    }

    private static String doubt(EffectRecord effect) {
        return effect.tool() + " on " + effect.target()
                + " was attempted before a crash, and what is there now is neither the state before nor after";
    }

    private static Map<String, Object> outputOf(EffectRecord effect) {
        Map<String, Object> output = new LinkedHashMap<>(effect.intent());
        output.put("was_new", "absent".equals(effect.intent().get("before_sha256")));
        return output;
    }

    private static Intent intentOf(EffectRecord effect) {
        return new Intent(effect.tool(), effect.key(), effect.target(), Map.of(), "", effect.intent(), new byte[0]);
    }

    // ------------------------------------------------------------------ consent

    private CallOutcome afterConsent(
            Caller caller,
            String step,
            Tool tool,
            Arguments arguments,
            String key,
            List<Target> targets,
            Event.ToolDecided decided,
            Decision.NeedsConsent needs,
            String why,
            Waiting waiting)
            throws ToolException, InterruptedException {
        Optional<AskRecord> earlier = consent.byKey(key);
        if (earlier.isEmpty() && caller.unattended()) {
            journal.commit(new Batch(caller.trace(), List.of(decided), List.of()));
            return new CallOutcome.NotConsented(
                    "refused", "nobody is connected and the contract says unattended: refuse");
        }
        AskRecord ask = earlier.isPresent()
                ? earlier.get()
                : consent.ask(
                        caller.trace(),
                        key,
                        caller.contractName(),
                        List.of(decided),
                        askMaker(caller, step, tool, arguments, key, first(targets), needs, why));
        if (ask.isPending()) {
            waiting.begins(ask);
            try {
                ask = consent.answerOf(ask.ask().id()).get();
            } catch (ExecutionException e) {
                throw new ToolException("consent.failed", String.valueOf(e.getMessage()), "see agentctl consent list");
            } finally {
                waiting.ends();
            }
        }
        return ask.status().equals(AskRecord.ALLOWED)
                ? perform(caller, step, tool, arguments, key, targets, List.of())
                : new CallOutcome.NotConsented(ask.status(), ask.by());
    }

    private static ConsentService.AskMaker askMaker(
            Caller caller,
            String step,
            Tool tool,
            Arguments arguments,
            String key,
            String target,
            Decision.NeedsConsent needs,
            String why)
            throws ToolException {
        Map<String, Object> facts;
        String content;
        if (tool instanceof Tool.Effectful effectful) {
            Intent intent = planned(caller, effectful, arguments, key, target);
            facts = intent.facts();
            content = intent.content();
        } else {
            facts = Map.of();
            content = WireJson.write(arguments.values());
        }
        String title = caller.agent() + " wants to use " + tool.descriptor().name()
                + (target.isEmpty() ? "" : " on " + target);
        boolean reversible = tool.descriptor().reversible();
        String shown = ConsentRules.shownDigest(title, why, target, facts, content, needs.contractLine());
        int slash = target.lastIndexOf('/');
        String folder = slash > 0 ? target.substring(0, slash) : target;
        return (id, now) -> new Ask(
                id,
                caller.agent(),
                caller.run(),
                step,
                tool.descriptor().name(),
                target,
                title,
                why,
                facts,
                content,
                Consent.Risk.NORMAL,
                reversible,
                needs.contractLine(),
                folder,
                now,
                Optional.of(expiry(caller, now)),
                shown);
    }

    private static Instant expiry(Caller caller, Instant now) {
        return now.plus(caller.askLimit());
    }

    // ------------------------------------------------------------------ undo and changes

    /** Effects of an agent that changed something, oldest first. */
    public List<EffectRecord> changesOf(String agent) {
        return effects.values().stream()
                .filter(effect -> effect.agent().equals(agent))
                .sorted(java.util.Comparator.comparing(EffectRecord::key))
                .toList();
    }

    /** The contents before and after a change, for a diff; empty for effects without contents. */
    public Optional<FsWriteTool.BeforeAfter> contents(EffectRecord effect) {
        if (!(tools.get(effect.tool()) instanceof FsWriteTool write)) {
            return Optional.empty();
        }
        try {
            return Optional.of(write.contents(intentOf(effect)));
        } catch (ToolException e) {
            return Optional.empty();
        }
    }

    /** Takes a done effect back, journalled before and after. */
    public CallOutcome undo(Trace trace, EffectRecord effect, boolean force) {
        if (!effect.status().equals(EffectRecord.DONE) || !(tools.get(effect.tool()) instanceof Tool.Effectful tool)) {
            return new CallOutcome.Failed(
                    "undo.state", effect.key() + " is " + effect.status(), "only a done change can be undone");
        }
        String undoKey = effect.key() + "/undo";
        journal.commit(Batch.of(
                trace,
                new Event.EffectAttempted(
                        effect.agent(),
                        effect.run(),
                        effect.step(),
                        "undo",
                        undoKey,
                        effect.target(),
                        effect.intent())));
        try {
            tool.undo(intentOf(effect), force);
            EffectRecord undone = effect.with(EffectRecord.UNDONE, effect.output());
            journal.commit(Batch.of(
                    trace,
                    new Event.EffectFinished(
                            effect.agent(), effect.run(), effect.step(), "undo", undoKey, EffectRecord.DONE, Map.of()),
                    put(undone)));
            effects.put(effect.key(), undone);
            return new CallOutcome.Done(Map.of("path", effect.target()), Labels.TRUSTED);
        } catch (ToolException e) {
            journal.commit(Batch.of(
                    trace,
                    new Event.EffectFinished(
                            effect.agent(),
                            effect.run(),
                            effect.step(),
                            "undo",
                            undoKey,
                            EffectRecord.FAILED,
                            Map.of("code", e.code()))));
            return new CallOutcome.Failed(e.code(), String.valueOf(e.getMessage()), e.next());
        }
    }

    private static StateChange put(EffectRecord effect) {
        return new StateChange.Put(EffectRecord.KIND, effect.key(), WireJson.toMap(effect));
    }

    private static Event.ToolDecided decided(
            Caller caller, String step, String tool, Decision decision, String target) {
        return new Event.ToolDecided(
                caller.agent(),
                caller.run(),
                step,
                tool,
                decision.word(),
                decision.code(),
                decision.reason(),
                decision.contractLine(),
                target);
    }
}
