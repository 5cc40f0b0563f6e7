package dev.agentos.domain.contract;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What must hold between the steps of a plan: one id each, and references only to what has run before. */
final class PlanRules {
    /**
     * A fault in a step.
     *
     * @param step index in the plan
     * @param key the step's own key that it concerns
     */
    record Found(int step, String key, Fault fault) {}

    private PlanRules() {}

    static List<Found> check(List<PlanStep> plan) {
        List<Found> found = new ArrayList<>();
        Map<String, Integer> all = new HashMap<>();
        for (int i = 0; i < plan.size(); i++) {
            all.putIfAbsent(plan.get(i).id(), i);
        }
        for (int i = 0; i < plan.size(); i++) {
            PlanStep step = plan.get(i);
            int first = all.getOrDefault(step.id(), i);
            if (first < i) {
                found.add(new Found(
                        i,
                        "id",
                        new Fault(
                                "duplicate-step",
                                "the step id \"" + step.id() + "\" is taken by step " + (first + 1),
                                "give each step an id of its own")));
            }
            for (Template.Malformed malformed : Template.malformed(step.with())) {
                found.add(new Found(i, "with", malformed.fault()));
            }
            for (Template.Reference reference : Template.references(step.with())) {
                if (reference instanceof Template.StepReference other) {
                    checkStep(i, other, all, found);
                }
            }
        }
        return found;
    }

    private static void checkStep(
            int at, Template.StepReference reference, Map<String, Integer> all, List<Found> found) {
        Integer target = all.get(reference.step());
        if (target != null && target < at) {
            return;
        }
        String problem = target == null
                ? "there is no step \"" + reference.step() + "\""
                : "step \"" + reference.step() + "\" has not run yet when " + reference + " is needed";
        String next = target == null
                ? Suggestions.didYouMean(reference.step(), all.keySet())
                        .orElse("refer to the id of a step that stands above this one")
                : "move it above this step, or refer to an earlier one";
        found.add(new Found(at, "with", new Fault("bad-reference", problem, next)));
    }
}
