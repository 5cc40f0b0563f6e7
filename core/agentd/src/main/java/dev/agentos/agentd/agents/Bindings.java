package dev.agentos.agentd.agents;

import dev.agentos.domain.contract.Template;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Fills the references of a plan step from the run's input and from what earlier steps gave. */
final class Bindings {

    private Bindings() {}

    /** A reference has no value. */
    static final class MissingBindingException extends RuntimeException {
        MissingBindingException(Template.Reference reference, String why) {
            super(reference + " has no value: " + why);
        }
    }

    /** @throws MissingBindingException naming the first reference without a value */
    static Map<String, Object> resolve(
            Map<String, Object> with, Map<String, Object> input, Map<String, Map<String, Object>> outputs) {
        Map<String, Object> resolved = new LinkedHashMap<>();
        with.forEach((name, value) ->
                resolved.put(name, Template.resolve(value, reference -> lookUp(reference, input, outputs))));
        return resolved;
    }

    private static Object lookUp(
            Template.Reference reference, Map<String, Object> input, Map<String, Map<String, Object>> outputs) {
        return switch (reference) {
            case Template.InputReference name -> {
                Object value = input.get(name.name());
                if (value == null) {
                    throw new MissingBindingException(reference, "give it with --input " + name.name() + "=VALUE");
                }
                yield value;
            }
            case Template.StepReference step -> {
                Object value = outputs.get(step.step());
                for (String field : step.field()) {
                    value = child(value, field);
                }
                if (value == null) {
                    throw new MissingBindingException(reference, "step " + step.step() + " did not give it");
                }
                yield value;
            }
            case Template.SecretReference secret -> secret.toString();
        };
    }

    private static @Nullable Object child(@Nullable Object parent, String field) {
        if (parent instanceof Map<?, ?> map) {
            return map.get(field);
        }
        if (parent instanceof List<?> list && field.matches("[0-9]{1,9}")) {
            int index = Integer.parseInt(field);
            return index < list.size() ? list.get(index) : null;
        }
        return null;
    }
}
