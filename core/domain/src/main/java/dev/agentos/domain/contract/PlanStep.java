package dev.agentos.domain.contract;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * One tool call of a plan.
 *
 * @param id name of the step, for later steps to refer to
 * @param tool the capability that it calls
 * @param with the arguments: strings, {@code Long}, {@code Double}, {@code Boolean}, lists and maps of them, never null.
 *     Strings may hold {@link Template} references
 */
public record PlanStep(String id, String tool, Map<String, Object> with) {
    public PlanStep {
        Fault.refuse(FieldRules.stepId(id));
        Fault.refuse(FieldRules.capability(tool));
        with = copy(with);
    }

    /** Names of the run's inputs that the arguments use, in order of first use. */
    public Set<String> inputs() {
        Set<String> names = new LinkedHashSet<>();
        for (Template.Reference reference : Template.references(with)) {
            if (reference instanceof Template.InputReference input) {
                names.add(input.name());
            }
        }
        return Collections.unmodifiableSet(names);
    }

    private static Map<String, Object> copy(Map<?, ?> map) {
        Map<String, Object> copied = new LinkedHashMap<>();
        map.forEach((name, value) -> {
            if (!(name instanceof String text) || value == null) {
                throw new IllegalArgumentException("a plan's arguments have names and values");
            }
            copied.put(text, copy(value));
        });
        return Collections.unmodifiableMap(copied);
    }

    private static Object copy(Object value) {
        return switch (value) {
            case Map<?, ?> map -> copy(map);
            case List<?> items -> items.stream().map(PlanStep::copyItem).toList();
            case Integer number -> number.longValue();
            case String _, Long _, Boolean _ -> value;
            case Double number when Double.isFinite(number) -> value;
            default ->
                throw new IllegalArgumentException(
                        "a plan's arguments cannot hold " + value.getClass().getSimpleName() + " " + value);
        };
    }

    private static Object copyItem(Object item) {
        return copy(item);
    }
}
