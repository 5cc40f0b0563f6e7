package dev.agentos.agentd.tools;

import dev.agentos.agentd.tools.Tool.ToolException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The arguments of a call, read with types; what is missing or of another type is named. */
public record Arguments(String tool, Map<String, Object> values) {

    String text(String name) throws ToolException {
        return optionalText(name).orElseThrow(() -> missing(name, "a text"));
    }

    Optional<String> optionalText(String name) throws ToolException {
        Object value = values.get(name);
        if (value == null) {
            return Optional.empty();
        }
        if (value instanceof String text) {
            return Optional.of(text);
        }
        throw wrong(name, "a text");
    }

    long number(String name, long otherwise) throws ToolException {
        Object value = values.get(name);
        if (value == null) {
            return otherwise;
        }
        if (value instanceof Long number) {
            return number;
        }
        if (value instanceof Integer number) {
            return number;
        }
        throw wrong(name, "a whole number");
    }

    /** One text or a list of them. */
    List<String> texts(String name) throws ToolException {
        Object value = values.get(name);
        if (value == null) {
            throw missing(name, "a text or a list of texts");
        }
        if (value instanceof String text) {
            return List.of(text);
        }
        if (value instanceof List<?> list) {
            List<String> texts = new ArrayList<>();
            for (Object item : list) {
                if (!(item instanceof String text)) {
                    throw wrong(name, "a list of texts");
                }
                texts.add(text);
            }
            return texts;
        }
        throw wrong(name, "a text or a list of texts");
    }

    List<?> list(String name) throws ToolException {
        Object value = values.get(name);
        if (value instanceof List<?> list) {
            return list;
        }
        throw value == null ? missing(name, "a list") : wrong(name, "a list");
    }

    boolean has(String name) {
        return values.containsKey(name);
    }

    private ToolException missing(String name, String what) {
        return new ToolException(
                "argument.missing", tool + " needs \"" + name + "\": " + what, "add it to the step's \"with\"");
    }

    private ToolException wrong(String name, String what) {
        return new ToolException(
                "argument.type", tool + ": \"" + name + "\" must be " + what, "correct it in the step's \"with\"");
    }
}
