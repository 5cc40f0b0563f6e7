package dev.agentos.agentd.agents;

import dev.agentos.domain.contract.Template;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Fills the references of a plan step from the run's input and from earlier steps. */
final class Bindings {

    private Bindings() {}

    /** A reference has no value. */
    static final class MissingBindingException extends Exception {
        MissingBindingException(String reference, String why) {
            super(reference + " has no value: " + why);
        }
    }

    static Map<String, Object> resolve(
            Map<String, Object> with, Map<String, Object> input, Map<String, Map<String, Object>> outputs)
            throws MissingBindingException {
        Map<String, Object> resolved = new LinkedHashMap<>();
        for (Map.Entry<String, Object> entry : with.entrySet()) {
            resolved.put(entry.getKey(), value(entry.getValue(), input, outputs));
        }
        return resolved;
    }

    private static Object value(Object value, Map<String, Object> input, Map<String, Map<String, Object>> outputs)
            throws MissingBindingException {
        return switch (value) {
            case String text -> text(text, input, outputs);
            case List<?> list -> {
                List<Object> items = new ArrayList<>();
                for (Object item : list) {
                    items.add(value(item, input, outputs));
                }
                yield items;
            }
            case Map<?, ?> map -> {
                Map<String, Object> copy = new LinkedHashMap<>();
                for (Map.Entry<?, ?> entry : map.entrySet()) {
                    copy.put(String.valueOf(entry.getKey()), value(entry.getValue(), input, outputs));
                }
                yield copy;
            }
            default -> value;
        };
    }

    /** A text that is one reference keeps the referenced value's type; references within a text become text. */
    private static Object text(String text, Map<String, Object> input, Map<String, Map<String, Object>> outputs)
            throws MissingBindingException {
        List<Template.Part> parts = Template.parse(text).parts();
        if (parts.size() == 1 && parts.getFirst() instanceof Template.Reference reference) {
            return lookUp(reference, input, outputs);
        }
        StringBuilder out = new StringBuilder();
        for (Template.Part part : parts) {
            if (part instanceof Template.Reference reference) {
                out.append(lookUp(reference, input, outputs));
            } else if (part instanceof Template.Literal literal) {
                out.append(literal.text());
            }
        }
        return out.toString();
    }

    private static Object lookUp(
            Template.Reference reference, Map<String, Object> input, Map<String, Map<String, Object>> outputs)
            throws MissingBindingException {
        return switch (reference) {
            case Template.InputReference name -> {
                Object value = input.get(name.name());
                if (value == null) {
                    throw new MissingBindingException(
                            name.toString(), "give it with --input " + name.name() + "=VALUE");
                }
                yield value;
            }
            case Template.StepReference step -> {
                Object value = outputs.get(step.step());
                for (String field : step.field()) {
                    value = child(value, field);
                }
                if (value == null) {
                    throw new MissingBindingException(step.toString(), "step " + step.step() + " did not give it");
                }
                yield value;
            }
        };
    }

    private static @org.jspecify.annotations.Nullable Object child(
            @org.jspecify.annotations.Nullable Object parent, String field) {
        if (parent instanceof Map<?, ?> map) {
            return map.get(field);
        }
        if (parent instanceof List<?> list && field.chars().allMatch(Character::isDigit)) {
            int index = Integer.parseInt(field);
            return index < list.size() ? list.get(index) : null;
        }
        return null;
    }
}
