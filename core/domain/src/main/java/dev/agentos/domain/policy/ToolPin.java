package dev.agentos.domain.policy;

import dev.agentos.domain.json.CanonicalJson;
import dev.agentos.domain.json.Digests;
import dev.agentos.domain.json.Json;
import dev.agentos.domain.json.JsonFormatException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What is approved when a tool is approved: its whole descriptor and, where it is a command, the command and its files.
 * Whatever differs makes another digest, and so another tool that nobody has approved.
 *
 * @param json canonical JSON (RFC 8785)
 */
public record ToolPin(String name, String json) {

    /** The pin of a tool that is part of the service. */
    public static ToolPin of(ToolDescriptor tool) {
        return new ToolPin(tool.name(), CanonicalJson.write(described(tool)));
    }

    /**
     * The pin of a command.
     *
     * @param argv the program and its arguments
     * @param files SHA-256 in hexadecimal of every file that comes with it, by path
     */
    public static ToolPin of(ToolDescriptor tool, List<String> argv, Map<String, String> files) {
        Map<String, Object> all = described(tool);
        all.put("argv", List.copyOf(argv));
        all.put("files", new TreeMap<>(files));
        return new ToolPin(tool.name(), CanonicalJson.write(all));
    }

    /** {@code sha256:} and 64 hexadecimal digits. */
    public String digest() {
        return Digests.sha256(json);
    }

    /** The content as one line for each value, in a fixed order: what a person compares. */
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        flatten("", parsed(json), lines);
        return lines;
    }

    private static Map<String, Object> described(ToolDescriptor tool) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("name", tool.name());
        map.put("capability", tool.capability());
        map.put("summary", tool.summary());
        map.put("input_schema", Objects.requireNonNull(parsed(tool.inputSchema())));
        map.put("effect", word(tool.effect()));
        map.put("reversible", tool.reversible());
        map.put("idempotency", word(tool.idempotency()));
        map.put("cost_calls", (long) tool.cost().calls());
        map.put("cost_micro_usd", tool.cost().microUsd());
        map.put("reads", tool.reads().stream().sorted().map(Label::word).toList());
        map.put("writes", tool.writes().whole().words());
        Map<String, Object> fields = new TreeMap<>();
        tool.writes().fields().forEach((path, labels) -> fields.put(path, labels.words()));
        map.put("writes_fields", fields);
        map.put(
                "path_arguments",
                tool.pathArguments().stream()
                        .map(path -> path.name() + " " + word(path.access()))
                        .toList());
        map.put("destinations", tool.destinations());
        map.put("sensitive", tool.sensitive());
        map.put("cache", word(tool.cache()));
        map.put(
                "credentials",
                tool.credentials().stream()
                        .map(credential -> credential.argument() + " to " + credential.destination())
                        .toList());
        return map;
    }

    private static String word(Enum<?> value) {
        return value.name().toLowerCase(java.util.Locale.ROOT);
    }

    private static @Nullable Object parsed(String json) {
        try {
            return Json.parse(json);
        } catch (JsonFormatException e) {
            throw new IllegalArgumentException("that is no JSON: " + e.getMessage(), e);
        }
    }

    private static void flatten(String path, @Nullable Object value, List<String> lines) {
        if (value instanceof Map<?, ?> map && !map.isEmpty()) {
            map.forEach((key, inner) -> flatten(path.isEmpty() ? "" + key : path + "." + key, inner, lines));
        } else {
            lines.add(path + ": " + CanonicalJson.write(value));
        }
    }
}
