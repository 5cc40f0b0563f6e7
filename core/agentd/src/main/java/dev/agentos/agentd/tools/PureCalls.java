package dev.agentos.agentd.tools;

import dev.agentos.agentd.filter.ResultFilter;
import dev.agentos.agentd.tools.Tool.ToolException;
import dev.agentos.agentd.tools.ToolGateway.Caller;
import dev.agentos.domain.event.Event;
import dev.agentos.domain.json.Digests;
import dev.agentos.domain.policy.Labels;
import dev.agentos.domain.policy.Policy.Target;
import dev.agentos.domain.policy.ToolDescriptor;
import dev.agentos.domain.port.Journal;
import dev.agentos.domain.port.Journal.Batch;
import dev.agentos.domain.port.Journal.StateChange;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Calls of tools that change nothing: on record before and after, from the cache where the tool allows that. */
final class PureCalls {

    private final Journal journal;
    private final CallGuard guard;
    private final ResultFilter filter;
    private final ResultCache cache = new ResultCache();

    PureCalls(Journal journal, CallGuard guard, ResultFilter filter) {
        this.filter = filter;
        this.journal = journal;
        this.guard = guard;
    }

    /** Calls it, or gives a result that was kept, and labels what comes back. */
    CallOutcome call(GovernedCall call, Tool.Pure tool, List<Event> before, StateChange counted) {
        Caller caller = call.caller();
        String name = tool.descriptor().name();
        List<Event> events = new ArrayList<>(before);
        events.add(new Event.EffectAttempted(
                caller.agent(),
                caller.run(),
                call.step(),
                name,
                call.key(),
                call.considered().target(),
                Map.of("input_sha256", Digests.sha256OfJson(call.arguments().values()))));
        journal.commit(new Batch(caller.trace(), events, List.of(counted)));
        CallOutcome outcome;
        String word;
        Map<String, Object> detail;
        List<StateChange> changes = List.of();
        List<Event> after = new ArrayList<>();
        try {
            Optional<String> kept =
                    cache.key(tool.descriptor(), call.arguments().values(), caller.place());
            Optional<ToolResult> earlier = kept.flatMap(cache::get);
            ToolResult result = earlier.isPresent() ? earlier.get() : made(call, tool);
            if (earlier.isEmpty()) {
                kept.ifPresent(key -> cache.put(key, result));
            }
            Shown shown =
                    shown(caller, call.step(), tool, call.arguments(), call.targets(), result.output(), result.found());
            changes = shown.changes();
            after.addAll(shown.events());
            outcome = new CallOutcome.Done(result.output(), shown.labels(), shown.warning());
            word = EffectRecord.DONE;
            detail = Event.fields(
                    "output_sha256",
                    Digests.sha256OfJson(result.output()),
                    "labels",
                    shown.labels().words());
            if (earlier.isPresent()) {
                detail.put("from_cache", true);
            }
        } catch (ToolException dirty) {
            ToolException e = guard.clean(dirty);
            outcome = new CallOutcome.Failed(e.code(), String.valueOf(e.getMessage()), e.next());
            word = EffectRecord.FAILED;
            detail = Map.of("code", e.code(), "message", String.valueOf(e.getMessage()));
        }
        after.addFirst(
                new Event.EffectFinished(caller.agent(), caller.run(), call.step(), name, call.key(), word, detail));
        journal.commit(new Batch(caller.trace(), after, changes));
        return outcome;
    }

    private ToolResult made(GovernedCall call, Tool.Pure tool) throws ToolException {
        ToolResult result = tool.call(call.arguments(), call.caller().place(), call.targets());
        return new ToolResult(guard.clean(result.output()), result.found());
    }

    /**
     * A result that is about to be shown.
     *
     * @param events what the content filter has to say of it, for the audit trail
     * @param warning the same for whoever reads it; empty where it looks clear
     */
    record Shown(Labels labels, List<StateChange> changes, List<Event> events, String warning) {}

    /** A result about to be shown to the agent, with the labels that it gets and what the content filter thinks of it. */
    Shown shown(
            Caller caller,
            String step,
            Tool tool,
            Arguments arguments,
            List<Target> targets,
            Map<String, Object> output,
            Labels found) {
        ToolDescriptor descriptor = tool.descriptor();
        ResultFilter.Findings findings =
                filter.look(new ResultFilter.Place(caller.agent(), caller.run(), step, descriptor.name()), output);
        Task.Shown shown = caller.task()
                .shown(
                        step,
                        descriptor,
                        arguments.values(),
                        output,
                        found,
                        caller.rules().trusts(descriptor.name(), targets),
                        findings.suspicion(),
                        caller.planned());
        return new Shown(
                shown.labels(),
                shown.changes(),
                findings.events(),
                findings.suspicion().warning());
    }
}
