package dev.agentos.agentd.tools;

import dev.agentos.agentd.tools.Tool.Intent;
import dev.agentos.agentd.tools.Tool.ToolException;
import dev.agentos.bridge.wire.WireJson;
import dev.agentos.domain.event.Event;
import dev.agentos.domain.policy.Labels;
import dev.agentos.domain.port.Journal;
import dev.agentos.domain.port.Journal.Batch;
import dev.agentos.domain.port.Journal.StateChange;
import dev.agentos.domain.port.Journal.Trace;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Effects by their idempotency key: the attempt is durable before anything happens, the outcome after it. A key that was
 * done is never done again; one whose outcome is not known is looked at, repeated only where that is safe, and else in
 * doubt for good.
 */
final class EffectBook {

    private final Journal journal;
    private final Map<String, Tool> tools;
    private final Map<String, EffectRecord> effects = new ConcurrentHashMap<>();

    EffectBook(Journal journal, Map<String, Tool> tools) {
        this.journal = journal;
        this.tools = tools;
    }

    /** Reads unfinished and undoable effects from the journal. */
    void load() {
        for (Journal.StateDocument document : journal.state(EffectRecord.KIND)) {
            EffectRecord effect = WireJson.fromMap(document.document(), EffectRecord.class);
            effects.put(effect.key(), effect);
        }
    }

    /** What was already tried under a key. */
    Optional<EffectRecord> earlier(String key) {
        return Optional.ofNullable(effects.get(key));
    }

    /** What became of an effect, with its result where it was done. */
    sealed interface Settled {
        record Done(Map<String, Object> output, Labels found) implements Settled {}

        record Failed(ToolException why) implements Settled {}

        record InDoubt(String message) implements Settled {}
    }

    /** Writes the attempt, does it, writes the outcome. */
    Settled act(
            ToolGateway.Caller caller,
            String step,
            Tool.Effectful tool,
            Intent intent,
            List<Event> before,
            List<StateChange> changes) {
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
        List<StateChange> all = new ArrayList<>(changes);
        all.add(put(attempt));
        journal.commit(new Batch(caller.trace(), events, all));
        effects.put(attempt.key(), attempt);
        return carryOut(caller.trace(), tool, intent, attempt, false);
    }

    private Settled carryOut(Trace trace, Tool.Effectful tool, Intent intent, EffectRecord attempt, boolean recovered) {
        try {
            ToolResult result = tool.apply(intent);
            finish(trace, attempt, EffectRecord.DONE, result.output(), recovered);
            return new Settled.Done(result.output(), result.found());
        } catch (Tool.UnknownOutcomeException e) {
            if (tool.descriptor().idempotent()) {
                // The attempt stays open: the same call made again is the same effect under the same key.
                return new Settled.Failed(e);
            }
            finish(trace, attempt, EffectRecord.IN_DOUBT, Map.of("message", String.valueOf(e.getMessage())), recovered);
            return new Settled.InDoubt(String.valueOf(e.getMessage()));
        } catch (ToolException e) {
            finish(trace, attempt, EffectRecord.FAILED, Map.of("message", String.valueOf(e.getMessage())), recovered);
            return new Settled.Failed(e);
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
    Optional<Settled> settle(Trace trace, Tool.Effectful tool, EffectRecord earlier) throws ToolException {
        return switch (earlier.status()) {
            case EffectRecord.DONE, EffectRecord.UNDONE ->
                Optional.of(new Settled.Done(earlier.output(), Labels.TRUSTED));
            case EffectRecord.IN_DOUBT -> Optional.of(new Settled.InDoubt(doubt(earlier)));
            case EffectRecord.FAILED -> Optional.empty();
            default -> Optional.of(reconcile(trace, tool, earlier));
        };
    }

    private Settled reconcile(Trace trace, Tool.Effectful tool, EffectRecord earlier) throws ToolException {
        Intent intent = intentOf(earlier);
        return switch (tool.reconcile(intent)) {
            case DONE -> {
                Map<String, Object> output = outputOf(earlier);
                finish(trace, earlier, EffectRecord.DONE, output, true);
                yield new Settled.Done(output, Labels.TRUSTED);
            }
            case NOT_DONE -> carryOut(trace, tool, intent, earlier, true);
            case UNKNOWN -> {
                finish(trace, earlier, EffectRecord.IN_DOUBT, Map.of(), true);
                yield new Settled.InDoubt(doubt(earlier));
            }
        };
    }

    private static String doubt(EffectRecord effect) {
        return effect.tool() + " on " + effect.target()
                + " was attempted before a crash, and whether it happened cannot be told";
    }

    private static Map<String, Object> outputOf(EffectRecord effect) {
        Map<String, Object> output = new LinkedHashMap<>(effect.intent());
        output.put("was_new", "absent".equals(effect.intent().get("before_sha256")));
        return output;
    }

    private static Intent intentOf(EffectRecord effect) {
        return new Intent(effect.tool(), effect.key(), effect.target(), Map.of(), "", effect.intent(), new byte[0]);
    }

    // ------------------------------------------------------------------ changes and undo

    List<EffectRecord> changesOf(String agent) {
        return effects.values().stream()
                .filter(effect -> effect.agent().equals(agent))
                .sorted(java.util.Comparator.comparing(EffectRecord::key))
                .toList();
    }

    Optional<FsWriteTool.BeforeAfter> contents(EffectRecord effect) {
        if (!(tools.get(effect.tool()) instanceof FsWriteTool write)) {
            return Optional.empty();
        }
        try {
            return Optional.of(write.contents(intentOf(effect)));
        } catch (ToolException e) {
            return Optional.empty();
        }
    }

    CallOutcome undo(Trace trace, EffectRecord effect, boolean force) {
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
}
