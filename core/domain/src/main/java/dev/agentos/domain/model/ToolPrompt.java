package dev.agentos.domain.model;

import dev.agentos.domain.json.CanonicalJson;
import dev.agentos.domain.json.Json;
import dev.agentos.domain.json.JsonFormatException;
import dev.agentos.domain.model.ModelMessage.Role;
import dev.agentos.domain.model.ModelMessage.ToolCall;
import dev.agentos.domain.model.ModelRequest.OutputFormat;
import dev.agentos.domain.model.ModelRequest.ToolChoice;
import dev.agentos.domain.model.ModelRequest.ToolSpec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Tools for models that only know text: a block of the system's message that describes them, calls and results as text,
 * and the JSON Schema that an answer is held to where it must be a call.
 */
public final class ToolPrompt {

    private static final int DEEPEST = 8;

    private ToolPrompt() {}

    /** Tools that the model may call in this answer. */
    public static List<ToolSpec> offered(ModelRequest request) {
        return switch (request.choice()) {
            case ToolChoice.None _ -> List.of();
            case ToolChoice.Named named ->
                request.tools().stream()
                        .filter(tool -> tool.name().equals(named.tool()))
                        .toList();
            case ToolChoice.Auto _, ToolChoice.Required _ -> request.tools();
        };
    }

    /** Whether the conversation can only be told to a model with words for tools. */
    public static boolean isAboutTools(ModelRequest request) {
        return !offered(request).isEmpty()
                || request.messages().stream()
                        .anyMatch(message -> message.role() == Role.TOOL
                                || !message.toolCalls().isEmpty());
    }

    /**
     * The conversation with nothing but text. What a model of the Hermes kind was trained on is used for all: tools one a
     * line between {@code <tools>}, calls between {@code <tool_call>}, results between {@code <tool_response>} in a
     * message of the user.
     */
    public static List<ModelMessage> asText(ModelRequest request) {
        List<ModelMessage> messages = new ArrayList<>();
        for (ModelMessage message : request.messages()) {
            ModelMessage next = asText(message);
            boolean results = message.role() == Role.TOOL;
            if (results && !messages.isEmpty() && messages.getLast().role() == Role.USER) {
                messages.set(
                        messages.size() - 1,
                        ModelMessage.user(messages.getLast().text() + "\n" + next.text()));
            } else {
                messages.add(next);
            }
        }
        if (!offered(request).isEmpty()) {
            String block = block(request);
            if (!messages.isEmpty() && messages.getFirst().role() == Role.SYSTEM) {
                messages.set(0, ModelMessage.system(messages.getFirst().text() + "\n\n" + block));
            } else {
                messages.addFirst(ModelMessage.system(block));
            }
        }
        return List.copyOf(messages);
    }

    private static ModelMessage asText(ModelMessage message) {
        return switch (message.role()) {
            case SYSTEM -> ModelMessage.system(message.text());
            case USER -> ModelMessage.user(message.text());
            case TOOL -> ModelMessage.user("<tool_response>\n" + unbordered(message.text()) + "\n</tool_response>");
            case ASSISTANT -> {
                StringBuilder text = new StringBuilder(message.text());
                for (ToolCall call : message.toolCalls()) {
                    text.append(text.isEmpty() ? "" : "\n")
                            .append(ToolCallReader.OPEN + "\n")
                            .append(written(call))
                            .append("\n" + ToolCallReader.CLOSE);
                }
                yield ModelMessage.assistant(text.toString(), List.of());
            }
        };
    }

    /** A result that does not end its own border. */
    private static String unbordered(String result) {
        return result.replace("</tool_response", "<\\/tool_response").replace("<tool_response", "<\\tool_response");
    }

    private static String written(ToolCall call) {
        Object arguments = call.arguments();
        try {
            arguments = Json.parse(call.arguments());
        } catch (JsonFormatException _) {
            // What a model wrote wrongly is shown to it as it was.
        }
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        map.put("name", call.name());
        map.put("arguments", arguments);
        try {
            return CanonicalJson.write(map);
        } catch (IllegalArgumentException _) {
            map.put("arguments", call.arguments());
            return String.valueOf(map);
        }
    }

    private static String block(ModelRequest request) {
        StringBuilder block = new StringBuilder("""
                You may call tools. These are all that there are, each with the JSON Schema of its arguments:
                <tools>
                """);
        for (ToolSpec tool : offered(request)) {
            block.append(json(Map.of(
                            "name", tool.name(), "description", tool.description(), "parameters", tool.parameters())))
                    .append('\n');
        }
        block.append("""
                </tools>
                To call one, write nothing but this, once for each call:
                <tool_call>
                {"name": "NAME", "arguments": {}}
                </tool_call>
                The result comes back between <tool_response> and </tool_response>.""");
        switch (request.choice()) {
            case ToolChoice.Required _ -> block.append(" Call a tool now.");
            case ToolChoice.Named named ->
                block.append(" Call ").append(named.tool()).append(" now.");
            case ToolChoice.Auto _, ToolChoice.None _ -> {}
        }
        return block.toString();
    }

    private static String json(Map<String, Object> value) {
        try {
            return CanonicalJson.write(value);
        } catch (IllegalArgumentException _) {
            // A schema with numbers beyond a double: the model sees its name and what it is for.
            return CanonicalJson.write(Map.of("name", value.getOrDefault("name", ""), "parameters", Map.of()));
        }
    }

    // ------------------------------------------------------------------ what an answer is held to

    /**
     * The schema that the answer must fit; empty where anything may be said. With tools that may be called beside a form
     * of the answer, it is either.
     */
    public static Optional<Map<String, Object>> schema(ModelRequest request) {
        Optional<Map<String, Object>> form = switch (request.format()) {
            case OutputFormat.Text _ -> Optional.empty();
            case OutputFormat.Json _ -> Optional.of(Map.of("type", "object"));
            case OutputFormat.Schema shape -> Optional.of(shape.schema());
        };
        List<ToolSpec> offered = offered(request);
        if (offered.isEmpty()) {
            return form;
        }
        List<Object> either =
                new ArrayList<>(offered.stream().map(ToolPrompt::call).toList());
        boolean must = request.choice() instanceof ToolChoice.Required || request.choice() instanceof ToolChoice.Named;
        if (!must && form.isEmpty()) {
            return Optional.empty();
        }
        if (!must) {
            either.add(form.get());
        }
        return Optional.of(either.size() == 1 ? call(offered.getFirst()) : Map.of("anyOf", either));
    }

    private static Map<String, Object> call(ToolSpec tool) {
        Map<String, Object> properties = new LinkedHashMap<>();
        properties.put("name", Map.of("const", tool.name()));
        properties.put("arguments", object(tool.parameters(), 0));
        Map<String, Object> call = new LinkedHashMap<>();
        call.put("type", "object");
        call.put("properties", properties);
        call.put("required", List.of("name", "arguments"));
        call.put("additionalProperties", false);
        return call;
    }

    /** An object's schema in the words that every converter to a grammar knows. */
    private static Map<String, Object> object(Map<?, ?> schema, int depth) {
        Map<String, Object> plain = new LinkedHashMap<>();
        plain.put("type", "object");
        if (schema.get("properties") instanceof Map<?, ?> properties && !properties.isEmpty()) {
            Map<String, Object> each = new LinkedHashMap<>();
            properties.forEach((name, value) -> each.put(String.valueOf(name), plain(value, depth + 1)));
            plain.put("properties", each);
            plain.put("additionalProperties", false);
            if (schema.get("required") instanceof List<?> required) {
                plain.put(
                        "required", required.stream().filter(each::containsKey).toList());
            }
        } else if (Boolean.FALSE.equals(schema.get("additionalProperties"))) {
            plain.put("properties", Map.of());
            plain.put("additionalProperties", false);
        }
        return plain;
    }

    private static Map<String, Object> plain(@Nullable Object schema, int depth) {
        if (!(schema instanceof Map<?, ?> map) || depth > DEEPEST) {
            return anything();
        }
        if (map.get("enum") instanceof List<?> values && !values.isEmpty()) {
            return Map.of("enum", values);
        }
        if (map.containsKey("const") && map.get("const") != null) {
            return Map.of("const", map.get("const"));
        }
        return switch (map.get("type") instanceof String type ? type : "") {
            case "object" -> object(map, depth);
            case "array" -> Map.of("type", "array", "items", plain(map.get("items"), depth + 1));
            case "string" -> Map.of("type", "string");
            case "integer" -> Map.of("type", "integer");
            case "number" -> Map.of("type", "number");
            case "boolean" -> Map.of("type", "boolean");
            default -> anything();
        };
    }

    private static Map<String, Object> anything() {
        return Map.of("type", List.of("string", "number", "boolean", "object", "array"));
    }
}
