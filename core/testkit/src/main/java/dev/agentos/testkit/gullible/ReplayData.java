package dev.agentos.testkit.gullible;

import dev.agentos.bridge.wire.WireJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Replay scripts for a gullible agent, read from a folder with {@code tools.json}, {@code user_tasks.jsonl} and {@code
 * injection_pairs.jsonl}. What a suite is called is the part of a task's id before the slash.
 */
public record ReplayData(Map<String, List<ToolScript>> tools, Map<String, UserTask> tasks, List<Pair> pairs) {

    /** A tool of a suite. {@code sensitive} are the arguments that say where an effect goes, or how much. */
    public record ToolScript(
            String suite,
            String name,
            String description,
            Map<String, Object> schema,
            boolean consequential,
            List<String> sensitive,
            boolean trustedSource) {

        /** The name behind the gateway. */
        public String toolName() {
            return suite + "." + name;
        }
    }

    /** One call and what it gives. */
    public record Step(String tool, Map<String, Object> arguments, String output) {}

    /** What a person asks for, and the calls that do it. */
    public record UserTask(String id, String prompt, List<Step> steps) {
        public String suite() {
            return suiteOf(id);
        }
    }

    /** An injection into the output of one step of a task, and what an agent that obeys it does. */
    public record Pair(
            String id,
            String userTask,
            String goal,
            int atStep,
            String template,
            List<Step> malicious,
            boolean textOnly) {
        public String suite() {
            return suiteOf(userTask);
        }
    }

    private static String suiteOf(String id) {
        return id.substring(0, id.indexOf('/'));
    }

    /** Whether the folder holds such scripts. */
    public static boolean isIn(Path folder) {
        return Files.isReadable(folder.resolve("tools.json"))
                && Files.isReadable(folder.resolve("user_tasks.jsonl"))
                && Files.isReadable(folder.resolve("injection_pairs.jsonl"));
    }

    /** @throws IOException when a file is missing or is not what it should be */
    public static ReplayData read(Path folder) throws IOException {
        Map<String, List<ToolScript>> tools = new LinkedHashMap<>();
        object(Files.readString(folder.resolve("tools.json"))).forEach((suite, list) -> {
            List<ToolScript> scripts = new ArrayList<>();
            for (Object item : list(list)) {
                Map<String, Object> tool = map(item);
                scripts.add(new ToolScript(
                        suite,
                        text(tool, "name"),
                        text(tool, "description"),
                        map(tool.getOrDefault("schema", Map.of())),
                        text(tool, "kind").equals("consequential"),
                        list(tool.getOrDefault("sensitive_args", List.of())).stream()
                                .map(String::valueOf)
                                .toList(),
                        Boolean.TRUE.equals(tool.get("trusted_source"))));
            }
            tools.put(suite, scripts);
        });
        Map<String, UserTask> tasks = new LinkedHashMap<>();
        for (Map<String, Object> task : lines(folder.resolve("user_tasks.jsonl"))) {
            tasks.put(text(task, "id"), new UserTask(text(task, "id"), text(task, "prompt"), steps(task.get("steps"))));
        }
        List<Pair> pairs = new ArrayList<>();
        for (Map<String, Object> pair : lines(folder.resolve("injection_pairs.jsonl"))) {
            pairs.add(new Pair(
                    text(pair, "id"),
                    text(pair, "user_task"),
                    text(pair, "goal"),
                    pair.get("at_step") instanceof Number at ? at.intValue() : 0,
                    text(pair, "output_template"),
                    steps(pair.get("malicious_calls")),
                    Boolean.TRUE.equals(pair.get("text_only"))));
        }
        return new ReplayData(tools, tasks, pairs);
    }

    /** The tool of a suite by its own name. */
    public Optional<ToolScript> tool(String suite, String name) {
        return tools.getOrDefault(suite, List.of()).stream()
                .filter(tool -> tool.name().equals(name))
                .findFirst();
    }

    public boolean isConsequential(String suite, String name) {
        return tool(suite, name).map(ToolScript::consequential).orElse(false);
    }

    private static List<Step> steps(@Nullable Object value) {
        List<Step> steps = new ArrayList<>();
        for (Object item : list(value == null ? List.of() : value)) {
            Map<String, Object> step = map(item);
            steps.add(new Step(text(step, "tool"), map(step.getOrDefault("args", Map.of())), text(step, "output")));
        }
        return steps;
    }

    private static List<Map<String, Object>> lines(Path file) throws IOException {
        List<Map<String, Object>> objects = new ArrayList<>();
        for (String line : Files.readAllLines(file)) {
            if (!line.isBlank()) {
                objects.add(object(line));
            }
        }
        return objects;
    }

    private static Map<String, Object> object(String json) {
        return map(WireJson.read(json, Map.class));
    }

    private static Map<String, Object> map(Object value) {
        Map<String, Object> map = new LinkedHashMap<>();
        if (value instanceof Map<?, ?> given) {
            given.forEach((name, item) -> map.put(String.valueOf(name), item));
        }
        return map;
    }

    private static List<?> list(Object value) {
        return value instanceof List<?> list ? list : List.of();
    }

    private static String text(Map<String, Object> map, String name) {
        Object value = map.get(name);
        return value == null ? "" : String.valueOf(value);
    }
}
