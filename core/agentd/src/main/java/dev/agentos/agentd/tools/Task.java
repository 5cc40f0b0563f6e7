package dev.agentos.agentd.tools;

import dev.agentos.bridge.wire.WireJson;
import dev.agentos.domain.policy.Circumstances;
import dev.agentos.domain.policy.Denials;
import dev.agentos.domain.policy.Knowledge;
import dev.agentos.domain.policy.Labels;
import dev.agentos.domain.policy.Origin;
import dev.agentos.domain.policy.Origins;
import dev.agentos.domain.policy.Policy.Target;
import dev.agentos.domain.policy.ResultLabels;
import dev.agentos.domain.policy.Suspicion;
import dev.agentos.domain.policy.TaskScope;
import dev.agentos.domain.policy.ToolDescriptor;
import dev.agentos.domain.policy.Tracer;
import dev.agentos.domain.port.Journal.StateChange;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * One task of one run while it goes on: its scope, what it has shown, what was denied. Every change gives the state
 * documents that make it durable; the caller commits them together with the event that explains them.
 */
public final class Task {

    /** In a step's name, before the digest of its arguments; people are shown what stands before it. */
    public static final String ARGUMENTS = "~";

    private TaskRecord record;
    private Knowledge knowledge;
    private final Map<String, Labels> shown;

    /** @param shown labels of the results that were shown before, by step */
    Task(TaskRecord record, Knowledge knowledge, Map<String, Labels> shown) {
        this.record = record;
        this.knowledge = knowledge;
        this.shown = new HashMap<>(shown);
    }

    /** A task of nothing: a call that a person only asks about. */
    public static Task none(String agent, String run, String text) {
        return new Task(
                new TaskRecord(run, agent, run, "", text, Optional.empty(), Map.of(), Map.of(), Map.of(), false),
                Knowledge.of(text),
                Map.of());
    }

    private static String sourceOf(String step, ToolDescriptor tool) {
        int cut = step.indexOf(ARGUMENTS);
        return (cut < 0 ? step : step.substring(0, cut)) + " (" + tool.name() + ")";
    }

    static Labels labels(Knowledge.Sighting sighting) {
        return Labels.all(sighting.leaves().stream().map(Knowledge.Leaf::labels).toList());
    }

    /** The labels that a call's result was shown with. */
    public synchronized Optional<Labels> shownBefore(String step) {
        return Optional.ofNullable(shown.get(step));
    }

    public synchronized TaskRecord record() {
        return record;
    }

    /** What is known by now. */
    public synchronized Knowledge knowledge() {
        return knowledge;
    }

    public String id() {
        return record().id();
    }

    private synchronized TaskScope scope() {
        return new TaskScope(record.tools().map(Set::copyOf), record.limits());
    }

    /**
     * What this task adds to the decision on a call.
     *
     * @param planned where the values of a plan's step came from; empty for an agent that decides by itself
     */
    synchronized Circumstances around(
            ToolDescriptor tool,
            Map<String, Object> arguments,
            List<Target> targets,
            Origins.Check check,
            Optional<Tracer> planned) {
        Tracer tracer = planned.orElse(knowledge);
        Set<String> denied = new LinkedHashSet<>();
        record.denied().values().forEach(denied::addAll);
        return new Circumstances(
                scope(),
                record.calls().getOrDefault(tool.name(), 0),
                Origins.of(tool, arguments, tracer, targets, check),
                Origins.secrets(arguments, tracer),
                denied,
                record.denied().size());
    }

    /** A call was decided and goes on. */
    synchronized StateChange called(String tool) {
        record = record.called(tool);
        return put(record);
    }

    /** A person said no. */
    synchronized StateChange denied(String key, List<Origin> origins) {
        record = record.refused(key, List.copyOf(Denials.of(origins)));
        return put(record);
    }

    synchronized StateChange over() {
        record = record.over();
        return put(record);
    }

    /** What was shown, and how that is kept. */
    record Shown(Labels labels, List<StateChange> changes) {}

    /**
     * A result is about to be shown to the agent.
     *
     * @param found what the tool found out about this result
     * @param trusted whether the contract calls its source trusted
     * @param suspicion what the content filter holds against it
     */
    synchronized Shown shown(
            String step,
            ToolDescriptor tool,
            Map<String, Object> arguments,
            Map<String, Object> output,
            Labels found,
            boolean trusted,
            Suspicion suspicion,
            Optional<Tracer> planned) {
        List<Origin> unvouched = Origins.unvouched(arguments, planned.orElse(knowledge));
        // What a tool makes of its arguments is as good as they are. A reader of the person's own records stays one,
        // but for what it only repeats.
        boolean derives = tool.effect() == ToolDescriptor.Effect.COMPUTES;
        Labels raised = derives && !unvouched.isEmpty() ? found.and(Labels.UNTRUSTED) : found;
        if (!Origins.secrets(arguments, planned.orElse(knowledge)).isEmpty()) {
            raised = raised.and(Labels.SECRET);
        }
        Knowledge.Sighting sighting = suspicion.on(Knowledge.sight(
                sourceOf(step, tool),
                output,
                trusted
                        ? ResultLabels.of(
                                new Labels(false, tool.writes().whole().secret()))
                        : tool.writes(),
                raised,
                unvouched.stream().map(Origin::value).toList()));
        knowledge = knowledge.with(sighting);
        List<StateChange> changes = new ArrayList<>();
        // What a plan binds is known from the plan; only labels and secrets are needed of its results.
        SeenRecord seen = planned.isPresent()
                ? SeenRecord.labelsOnly(record.id(), step, sighting)
                : SeenRecord.of(record.id(), step, sighting);
        changes.add(new StateChange.Put(
                SeenRecord.KIND,
                record.id() + "/" + step + "#" + knowledge.seen().size(),
                WireJson.toMap(seen)));
        Labels labels = labels(sighting);
        shown.merge(step, labels, Labels::and);
        return new Shown(labels, changes);
    }

    static StateChange put(TaskRecord record) {
        return new StateChange.Put(TaskRecord.KIND, record.id(), WireJson.toMap(record));
    }
}
