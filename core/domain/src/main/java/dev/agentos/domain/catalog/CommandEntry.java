package dev.agentos.domain.catalog;

import dev.agentos.domain.contract.PlainYaml;
import dev.agentos.domain.contract.Problem;
import dev.agentos.domain.json.CanonicalJson;
import dev.agentos.domain.policy.ResultLabels;
import dev.agentos.domain.policy.ToolDescriptor;
import dev.agentos.domain.policy.ToolDescriptor.Effect;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A tool that is a command, as its {@code tool.yaml} describes it. The command runs once for each call, without network
 * and in a sandbox of its own, so it can change nothing but the workspace where it is given that.
 *
 * @param argv the program and its arguments; the folder of the tool is at {@link #INSIDE}
 * @param timeoutSeconds after which a call is ended
 */
public record CommandEntry(
        ToolDescriptor descriptor, EntryVersion version, List<String> argv, Workspace workspace, int timeoutSeconds) {

    public static final String FILE = "tool.yaml";

    /** Where a call finds the files of the tool, read-only. */
    public static final String INSIDE = "/tool";

    private static final int MAX_SECONDS = 600;
    private static final Set<String> KEYS = Set.of(
            "apiVersion",
            "name",
            "version",
            "summary",
            "effect",
            "argv",
            "input",
            "workspace",
            "timeout_s",
            "destinations",
            "sensitive");

    private static final Set<String> NO_SECRETS = Set.of("secrets", "credentials");
    private static final String WHY_NO_SECRETS =
            "a command gets no secrets: it has no network to send one over, and what it answers could hold one in a form"
                    + " that nobody recognises; use a built-in tool that takes credentials, such as web.fetch";

    public CommandEntry {
        argv = List.copyOf(argv);
    }

    /** How much of the agent's workspace a call sees. */
    public enum Workspace {
        NONE,
        READ,
        WRITE
    }

    /** What became of a text. */
    public sealed interface Outcome {
        record Entry(CommandEntry entry) implements Outcome {}

        /** Each problem says what to correct. */
        record Invalid(List<String> problems) implements Outcome {
            public Invalid {
                problems = List.copyOf(problems);
            }
        }
    }

    /** Whether a tool may be called so: a word with a dot or a dash in it is nobody's option or path. */
    public static boolean isName(String name) {
        return name.matches("[a-z][a-z0-9]*([._-][a-z0-9]+)*") && name.length() <= 64;
    }

    /** Reads a {@code tool.yaml}. */
    public static Outcome parse(String text, String source) {
        return switch (PlainYaml.read(text, source)) {
            case PlainYaml.Outcome.Unreadable unreadable ->
                new Outcome.Invalid(
                        unreadable.problems().stream().map(Problem::toString).toList());
            case PlainYaml.Outcome.Read read -> new Reading(read.values(), source).entry();
        };
    }

    private static final class Reading {
        private final Map<String, Object> values;
        private final String source;
        private final List<String> problems = new ArrayList<>();

        Reading(Map<String, Object> values, String source) {
            this.values = values;
            this.source = source;
        }

        Outcome entry() {
            values.keySet().stream()
                    .filter(key -> !KEYS.contains(key))
                    .forEach(key ->
                            problem(NO_SECRETS.contains(key) ? WHY_NO_SECRETS : "a tool has no \"" + key + "\""));
            if (!CatalogEntry.API_VERSION.equals(values.get("apiVersion"))) {
                problem("apiVersion must be " + CatalogEntry.API_VERSION);
            }
            String name = text("name", "");
            if (!isName(name)) {
                problem("name must be up to 64 of a-z, 0-9, '.', '_' and '-', beginning with a letter");
            }
            Optional<EntryVersion> version = EntryVersion.of(text("version", ""));
            if (version.isEmpty()) {
                problem("version must be three numbers such as 1.0.0");
            }
            String summary = text("summary", "");
            if (summary.isEmpty() || summary.length() > 500) {
                problem("summary must be a sentence of at most 500 characters");
            }
            List<String> argv = texts("argv");
            if (argv.isEmpty() || !argv.getFirst().startsWith("/")) {
                problem("argv must begin with the absolute path of a program; the tool's own files are in " + INSIDE);
            }
            Effect effect = effect();
            Workspace workspace = workspace();
            int seconds = seconds();
            String schema = schema();
            if (!problems.isEmpty()) {
                return new Outcome.Invalid(problems);
            }
            ToolDescriptor descriptor = ToolDescriptor.named(name, effect, summary)
                    .input(schema)
                    .idempotency(ToolDescriptor.Idempotency.REPEATABLE)
                    .writes(ResultLabels.UNTRUSTED)
                    .destinations(texts("destinations").toArray(String[]::new))
                    .sensitive(texts("sensitive").toArray(String[]::new))
                    .build();
            return new Outcome.Entry(
                    new CommandEntry(descriptor, version.orElse(new EntryVersion(0, 0, 0)), argv, workspace, seconds));
        }

        private void problem(String what) {
            problems.add(source + ": " + what);
        }

        private Effect effect() {
            return switch (text("effect", "")) {
                case "computes" -> Effect.COMPUTES;
                case "reads" -> Effect.READS;
                case "asks" -> Effect.ASKS;
                default -> {
                    problem("effect must be computes, reads or asks: a command has no network and can change nothing"
                            + " but the workspace");
                    yield Effect.ASKS;
                }
            };
        }

        private Workspace workspace() {
            String word = text("workspace", "none");
            for (Workspace each : Workspace.values()) {
                if (each.name().toLowerCase(Locale.ROOT).equals(word)) {
                    return each;
                }
            }
            problem("workspace must be none, read or write");
            return Workspace.NONE;
        }

        private int seconds() {
            Object value = values.getOrDefault("timeout_s", 60L);
            if (value instanceof Long seconds && seconds >= 1 && seconds <= MAX_SECONDS) {
                return (int) (long) seconds;
            }
            problem("timeout_s must be a whole number from 1 to " + MAX_SECONDS);
            return 1;
        }

        private String schema() {
            Object value = values.getOrDefault("input", Map.of("type", "object"));
            if (!(value instanceof Map<?, ?> map) || !"object".equals(map.get("type"))) {
                problem("input must be the JSON Schema of an object, with type: object");
                return "";
            }
            if (refersElsewhere(map)) {
                problem("a $ref in input must stay inside the schema: begin it with '#'");
            }
            return CanonicalJson.write(map);
        }

        private static boolean refersElsewhere(@Nullable Object schema) {
            if (schema instanceof Map<?, ?> map) {
                return (map.get("$ref") instanceof String ref && !ref.startsWith("#"))
                        || map.values().stream().anyMatch(Reading::refersElsewhere);
            }
            return schema instanceof List<?> list && list.stream().anyMatch(Reading::refersElsewhere);
        }

        private String text(String key, String otherwise) {
            Object value = values.getOrDefault(key, otherwise);
            if (value instanceof String text) {
                return text.strip();
            }
            problem("\"" + key + "\" must be a text");
            return otherwise;
        }

        private List<String> texts(String key) {
            List<String> texts = new ArrayList<>();
            if (!(values.getOrDefault(key, List.of()) instanceof List<?> list) || list.size() > 64) {
                problem("\"" + key + "\" must be a list of at most 64 texts");
                return texts;
            }
            for (Object item : list) {
                if (item instanceof String text && text.length() <= 4_000 && text.indexOf('\0') < 0) {
                    texts.add(text);
                } else {
                    problem("each of \"" + key + "\" must be a text");
                }
            }
            return texts;
        }
    }
}
