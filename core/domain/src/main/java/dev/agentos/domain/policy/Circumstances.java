package dev.agentos.domain.policy;

import java.util.List;
import java.util.Set;

/**
 * What the task around a call adds to the decision.
 *
 * @param callsBefore how often the task has called this tool
 * @param origins where the values that matter came from
 * @param secrets calls whose secrets stand in the arguments
 * @param denied values that a person has said no to in this task, as {@link Denials} spells them
 * @param denials how many asks of this task were denied
 */
public record Circumstances(
        TaskScope scope,
        long callsBefore,
        List<Origin> origins,
        List<String> secrets,
        Set<String> denied,
        int denials) {

    /** A call outside any task: nothing has been declared, shown or denied. */
    public static final Circumstances NONE = new Circumstances(TaskScope.OPEN, 0, List.of(), List.of(), Set.of(), 0);

    public Circumstances {
        origins = List.copyOf(origins);
        secrets = List.copyOf(secrets);
        denied = Set.copyOf(denied);
    }

    /** Origins that nobody vouches for. */
    List<Origin> unvouched() {
        return origins.stream()
                .filter(origin -> !origin.provenance().isVouched())
                .toList();
    }
}
