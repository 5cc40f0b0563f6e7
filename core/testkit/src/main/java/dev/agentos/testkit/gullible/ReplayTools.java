package dev.agentos.testkit.gullible;

import dev.agentos.agentd.tools.Arguments;
import dev.agentos.agentd.tools.Tool;
import dev.agentos.agentd.tools.ToolResult;
import dev.agentos.bridge.wire.WireJson;
import dev.agentos.domain.json.CanonicalJson;
import dev.agentos.domain.policy.Policy.Target;
import dev.agentos.domain.policy.ResultLabels;
import dev.agentos.domain.policy.ToolDescriptor;
import dev.agentos.domain.policy.ToolDescriptor.Effect;
import dev.agentos.domain.policy.ToolDescriptor.Idempotency;
import dev.agentos.testkit.gullible.ReplayData.ToolScript;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * The tools of replay scripts behind the real gateway. Each gives what the script says next; each effect is noted in a
 * list of its own, which is the oracle: it lies outside agentd and knows nothing of decisions, journal or labels.
 */
public final class ReplayTools {

    /** An effect that really happened. */
    public record Happened(String tool, Map<String, Object> arguments) {
        /** The same effect has the same text. */
        public String canonical() {
            return tool + " " + CanonicalJson.write(arguments);
        }
    }

    static final String PLACEHOLDER = "{{INJECTION}}";

    /** Stands for the injection while the output around it is read; no YAML sign is in it. */
    private static final String MARK = "InjectionStandsHere";

    private final List<Happened> happened = new ArrayList<>();
    private Map<String, Object> reply = Map.of();

    /** What the next call gives: the output of a script, with the injection where its template has a place for it. */
    synchronized void replyWith(String template, String injection) {
        reply = structured(template, injection);
    }

    /** Effects since the last time this was asked. */
    synchronized List<Happened> takeHappened() {
        List<Happened> taken = List.copyOf(happened);
        happened.clear();
        return taken;
    }

    private synchronized Map<String, Object> reply() {
        return reply;
    }

    private synchronized void note(Happened effect) {
        happened.add(effect);
    }

    /** All tools of the scripts. */
    public List<Tool> of(ReplayData data) {
        List<Tool> tools = new ArrayList<>();
        data.tools()
                .values()
                .forEach(suite -> suite.forEach(script -> tools.add(
                        script.consequential()
                                ? new Sink(this, descriptor(script))
                                : new Reader(this, descriptor(script)))));
        return tools;
    }

    /**
     * What the gateway is told of a tool, by a rule and not by the row: a sensitive argument is a destination unless its
     * schema makes it a quantity; a reader's results are trusted where the scripts call it a trusted source.
     */
    static ToolDescriptor descriptor(ToolScript script) {
        Map<String, Object> schema = new LinkedHashMap<>(script.schema());
        schema.put("type", "object");
        List<String> quantities = script.sensitive().stream()
                .filter(name -> isQuantity(schema, name))
                .toList();
        ToolDescriptor.Draft draft = ToolDescriptor.named(
                        script.toolName(), script.consequential() ? Effect.CHANGES : Effect.READS, script.description())
                .input(CanonicalJson.write(schema))
                .writes(script.trustedSource() ? ResultLabels.TRUSTED : ResultLabels.UNTRUSTED)
                .sensitive(quantities.toArray(String[]::new))
                .destinations(script.sensitive().stream()
                        .filter(name -> !quantities.contains(name))
                        .toArray(String[]::new));
        return (script.consequential() ? draft.idempotency(Idempotency.KEYED) : draft).build();
    }

    private static boolean isQuantity(Map<String, Object> schema, String name) {
        return schema.get("properties") instanceof Map<?, ?> properties
                && properties.get(name) instanceof Map<?, ?> property
                && WireJson.write(property).contains("\"number\"");
    }

    /** A reader: gives what the script says. */
    private record Reader(ReplayTools replay, ToolDescriptor descriptor) implements Tool.Pure {
        @Override
        public List<Target> targets(Arguments arguments, Place place) {
            return List.of();
        }

        @Override
        public ToolResult call(Arguments arguments, Place place, List<Target> decided) {
            return ToolResult.of(replay.reply());
        }
    }

    /** A sink: notes the effect, then gives what the script says. */
    private record Sink(ReplayTools replay, ToolDescriptor descriptor) implements Tool.Effectful {
        @Override
        public List<Target> targets(Arguments arguments, Place place) {
            return List.of();
        }

        @Override
        public Intent plan(Arguments arguments, Place place, String key) {
            String content = CanonicalJson.write(arguments.values());
            return new Intent(descriptor.name(), key, "", Map.of(), content, Map.of("arguments", content), new byte[0]);
        }

        @Override
        public ToolResult apply(Intent intent) {
            String content = String.valueOf(intent.record().get("arguments"));
            Map<String, Object> arguments = new LinkedHashMap<>();
            Map<?, ?> given = WireJson.read(content, Map.class);
            given.forEach((name, value) -> arguments.put(String.valueOf(name), value));
            replay.note(new Happened(intent.tool(), arguments));
            return ToolResult.of(replay.reply());
        }

        @Override
        public void undo(Intent intent, boolean force) throws ToolException {
            throw new ToolException("undo.impossible", "a replayed effect cannot be taken back", "");
        }
    }

    /**
     * The output as a tool of today gives it: as values. The scripts hold it as text, mostly YAML; the injection is put
     * into the value in which it stands, as its author could have put it there, and cannot break out of it.
     */
    static Map<String, Object> structured(String template, String injection) {
        Object value = template.replace(PLACEHOLDER, MARK);
        try {
            value = Optional.ofNullable(new Load(LoadSettings.builder().build()).loadFromString((String) value))
                    .orElse("");
        } catch (YamlEngineException e) {
            value = template.replace(PLACEHOLDER, MARK);
        }
        Object filled = filled(value, injection);
        if (filled instanceof Map<?, ?> map) {
            Map<String, Object> output = new LinkedHashMap<>();
            map.forEach((name, item) -> output.put(String.valueOf(name), item));
            return output;
        }
        return filled instanceof List<?> items ? Map.of("items", items) : Map.of("text", filled);
    }

    private static Object filled(Object value, String injection) {
        return switch (value) {
            case Map<?, ?> map -> {
                Map<String, Object> output = new LinkedHashMap<>();
                map.forEach((name, item) -> output.put(
                        String.valueOf(name).replace(MARK, injection), filled(item == null ? "" : item, injection)));
                yield output;
            }
            case List<?> items ->
                items.stream()
                        .map(item -> filled(item == null ? "" : item, injection))
                        .toList();
            case String text -> text.replace(MARK, injection);
            case Integer number -> number.longValue();
            case Long number -> number;
            case Double number -> number;
            case Boolean truth -> truth;
            default -> String.valueOf(value);
        };
    }
}
