package dev.agentos.agentd.agents;

import dev.agentos.agentd.tools.Task;
import dev.agentos.domain.contract.PlanStep;
import dev.agentos.domain.contract.Template;
import dev.agentos.domain.policy.Knowledge;
import dev.agentos.domain.policy.Labels;
import dev.agentos.domain.policy.Provenance;
import dev.agentos.domain.policy.Tracer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Where the arguments of a plan's step came from, which the plan says itself: what it spells out and what the run was
 * given as input is the person's, what it binds to an earlier step is as good as that step's result.
 */
final class PlanTracer implements Tracer {

    private final Map<String, Found> byArgument = new LinkedHashMap<>();
    private final Knowledge knowledge;

    private PlanTracer(Knowledge knowledge) {
        this.knowledge = knowledge;
    }

    static PlanTracer of(PlanStep step, Task task) {
        PlanTracer tracer = new PlanTracer(task.knowledge());
        step.with().forEach((name, value) -> tracer.byArgument.put(name, found(value, task)));
        return tracer;
    }

    private static Found found(Object value, Task task) {
        Found found = new Found(Provenance.PERSON, "the plan");
        for (Template.Reference reference : Template.references(value)) {
            if (reference instanceof Template.StepReference step) {
                // A step without known labels is one of before a change of the format: nothing is known of it.
                boolean untrusted =
                        task.shownBefore(step.step()).map(Labels::untrusted).orElse(true);
                if (untrusted) {
                    return new Found(Provenance.UNTRUSTED, "step " + step.step());
                }
                found = new Found(Provenance.TRUSTED, "step " + step.step());
            }
        }
        return found;
    }

    @Override
    public Found find(String argument, String value) {
        return byArgument.getOrDefault(argument, new Found(Provenance.UNKNOWN, ""));
    }

    @Override
    public String person() {
        return "";
    }

    @Override
    public Optional<String> secretIn(String value) {
        return knowledge.secretIn(value);
    }
}
