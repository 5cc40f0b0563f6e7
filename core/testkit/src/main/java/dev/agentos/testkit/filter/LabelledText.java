package dev.agentos.testkit.filter;

import dev.agentos.bridge.wire.WireJson;
import dev.agentos.domain.filter.Channel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * One line of a file of labelled texts.
 *
 * @param source where the text is from; {@link #family()} without the part that tells its kinds apart
 * @param group what is never divided between training and testing
 * @param ambiguous benign text about injections; left out of every rate
 */
public record LabelledText(
        String id,
        String source,
        String category,
        Channel channel,
        boolean attack,
        boolean ambiguous,
        String group,
        String text) {

    /** Reads a file of JSON lines with {@code id, source, label, channel, category, group, text} and maybe {@code goal}. */
    public static List<LabelledText> read(Path file) throws IOException {
        Groups groups = new Groups();
        List<Map<String, Object>> rows = new ArrayList<>();
        for (String line : Files.readAllLines(file)) {
            if (!line.isBlank()) {
                Map<String, Object> row = object(line);
                rows.add(row);
                groups.join(row);
            }
        }
        List<LabelledText> texts = new ArrayList<>();
        for (Map<String, Object> row : rows) {
            texts.add(new LabelledText(
                    string(row, "id"),
                    string(row, "source"),
                    string(row, "category"),
                    channel(string(row, "channel")),
                    string(row, "label").equals("attack"),
                    Boolean.TRUE.equals(row.get("ambiguous")),
                    groups.of(row),
                    string(row, "text")));
        }
        return List.copyOf(texts);
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> object(String line) {
        return (Map<String, Object>) WireJson.read(line, Map.class);
    }

    private static String string(Map<String, Object> row, String name) {
        Object value = row.get(name);
        return value == null ? "" : String.valueOf(value);
    }

    private static Channel channel(String word) {
        return switch (word) {
            case "user" -> Channel.USER_PROMPT;
            case "tool_output" -> Channel.TOOL_RESULT;
            case "tool_description" -> Channel.TOOL_DESCRIPTION;
            default -> Channel.FILE;
        };
    }

    /** The maker of the data: one is held out as a whole to see how the head does on what it never saw. */
    public String family() {
        String lower = source.toLowerCase(Locale.ROOT);
        for (String name : List.of(
                "injecagent",
                "asb",
                "agentdojo",
                "bipia",
                "bfcl",
                "cyberseceval",
                "notinject",
                "spikee",
                "llmail",
                "piarena",
                "prompt-injection-firewall",
                "wildguard",
                "deepset",
                "garak",
                "tau-bench")) {
            if (lower.startsWith(name)) {
                return name;
            }
        }
        return lower.startsWith("docs of") ? "docs" : lower.startsWith("composed") ? "composed" : lower;
    }

    /** Joins groups that share an attack's goal, so that no goal is both learned and tested. */
    private static final class Groups {
        private final Map<String, String> parents = new HashMap<>();

        private static String key(Map<String, Object> row) {
            return "group:" + string(row, "group");
        }

        void join(Map<String, Object> row) {
            String key = key(row);
            parents.putIfAbsent(key, key);
            String goal = string(row, "goal");
            if (!goal.isBlank()) {
                merge(key, "goal:" + goal.strip().toLowerCase(Locale.ROOT));
            }
            int bar = key.indexOf('|');
            if (bar > 0 && bar + 12 < key.length()) {
                String rest = key.substring(bar + 1).strip().toLowerCase(Locale.ROOT);
                merge(key, "goal:" + rest.substring(0, Math.min(60, rest.length())));
            }
        }

        private void merge(String one, String other) {
            parents.putIfAbsent(other, other);
            String a = root(one);
            String b = root(other);
            if (!a.equals(b)) {
                parents.put(a, b);
            }
        }

        private String root(String key) {
            String at = key;
            while (!at.equals(parents.getOrDefault(at, at))) {
                at = parents.getOrDefault(at, at);
            }
            return at;
        }

        String of(Map<String, Object> row) {
            return root(key(row));
        }
    }
}
