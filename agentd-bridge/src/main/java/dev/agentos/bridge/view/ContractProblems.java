package dev.agentos.bridge.view;

import dev.agentos.bridge.wire.WireJson;
import dev.agentos.domain.contract.ContractParser;
import dev.agentos.domain.contract.ContractSchema;
import dev.agentos.domain.contract.ParseOutcome;
import dev.agentos.domain.contract.Problem;
import dev.agentos.domain.contract.Severity;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What an editor needs to know about the text of a contract: its problems by line, and the keys that can stand somewhere. */
public final class ContractProblems {

    private ContractProblems() {}

    /** A problem at a line, counted from 1. */
    public record At(int line, int column, boolean error, String message) {}

    public static List<At> of(String text, String name) {
        List<Problem> problems = switch (ContractParser.parse(text, name)) {
            case ParseOutcome.Parsed parsed -> parsed.warnings();
            case ParseOutcome.Invalid invalid -> invalid.problems();
        };
        return problems.stream()
                .map(p -> new At(p.line(), p.column(), p.severity() == Severity.ERROR, p.message()))
                .toList();
    }

    /** Keys with their descriptions that the schema has at the indentation of the line that is being typed. */
    public static Map<String, String> keysAt(String textBefore) {
        List<String> path = path(textBefore);
        Object node = WireJson.read(ContractSchema.json(), Map.class);
        Map<?, ?> root = node instanceof Map<?, ?> map ? map : Map.of();
        Map<?, ?> at = root;
        for (String key : path) {
            at = resolve(root, properties(at).get(key));
        }
        Map<String, String> keys = new LinkedHashMap<>();
        Map<?, ?> schema = at;
        properties(schema)
                .forEach((name, value) -> keys.put(
                        String.valueOf(name),
                        String.valueOf(resolve(root, value).get("description")).replace("null", "")));
        return keys;
    }

    private static Map<?, ?> properties(Map<?, ?> node) {
        return node.get("properties") instanceof Map<?, ?> map ? map : Map.of();
    }

    private static Map<?, ?> resolve(Map<?, ?> root, @org.jspecify.annotations.Nullable Object node) {
        if (!(node instanceof Map<?, ?> map)) {
            return Map.of();
        }
        if (map.get("$ref") instanceof String ref && ref.startsWith("#/")) {
            Object found = root;
            for (String part : ref.substring(2).split("/")) {
                found = found instanceof Map<?, ?> inside ? inside.get(part) : null;
            }
            return found instanceof Map<?, ?> resolved ? resolved : Map.of();
        }
        return map;
    }

    /** The keys above the last line, by their indentation. */
    public static List<String> path(String textBefore) {
        List<String> lines = textBefore.lines().toList();
        String last = textBefore.endsWith("\n") || lines.isEmpty() ? "" : lines.getLast();
        int indent = last.length() - last.stripLeading().length();
        List<String> path = new ArrayList<>();
        for (int i = lines.size() - (last.isEmpty() ? 1 : 2); i >= 0 && indent > 0; i--) {
            String line = lines.get(i);
            int here = line.length() - line.stripLeading().length();
            if (here < indent && line.strip().matches("[A-Za-z_]+:.*")) {
                path.addFirst(line.strip().substring(0, line.strip().indexOf(':')));
                indent = here;
            }
        }
        return path;
    }
}
