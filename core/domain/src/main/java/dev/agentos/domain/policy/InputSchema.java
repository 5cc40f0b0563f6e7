package dev.agentos.domain.policy;

import dev.agentos.domain.json.CanonicalJson;
import dev.agentos.domain.json.Json;
import dev.agentos.domain.json.JsonFormatException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Makes and checks the input schema of a tool: JSON Schema 2020-12 of one object, as canonical JSON (RFC 8785). */
public final class InputSchema {

    public static final String DIALECT = "https://json-schema.org/draft/2020-12/schema";

    private final Map<String, Object> properties = new LinkedHashMap<>();
    private final List<String> required = new ArrayList<>();

    private InputSchema() {}

    /** A tool's arguments; nothing but what is added is allowed. */
    public static InputSchema object() {
        return new InputSchema();
    }

    /** An argument that every call has. {@code type} is a type word of JSON Schema. */
    public InputSchema required(String name, String type, String description) {
        required.add(name);
        return optional(name, type, description);
    }

    public InputSchema optional(String name, String type, String description) {
        return optional(name, Map.of("type", type), description);
    }

    public InputSchema required(String name, Map<String, Object> schema, String description) {
        required.add(name);
        return optional(name, schema, description);
    }

    /** An argument whose schema is more than a type. */
    public InputSchema optional(String name, Map<String, Object> schema, String description) {
        Map<String, Object> property = new LinkedHashMap<>(schema);
        property.put("description", description);
        properties.put(name, property);
        return this;
    }

    /** One text or a list of texts. */
    public static Map<String, Object> texts() {
        return Map.of(
                "anyOf", List.of(Map.of("type", "string"), Map.of("type", "array", "items", Map.of("type", "string"))));
    }

    /** The canonical JSON text. */
    public String json() {
        Map<String, Object> schema = new LinkedHashMap<>();
        schema.put("$schema", DIALECT);
        schema.put("type", "object");
        schema.put("properties", properties);
        schema.put("required", required);
        schema.put("additionalProperties", false);
        return CanonicalJson.write(schema);
    }

    /**
     * The canonical text of a schema that came from elsewhere.
     *
     * @throws IllegalArgumentException when it is not JSON, or not the schema of an object
     */
    public static String canonical(String json) {
        try {
            if (Json.parse(json) instanceof Map<?, ?> map && "object".equals(map.get("type"))) {
                return CanonicalJson.write(map);
            }
        } catch (JsonFormatException e) {
            throw new IllegalArgumentException("the input schema is no JSON: " + e.getMessage(), e);
        }
        throw new IllegalArgumentException("the input schema must have \"type\": \"object\"");
    }

    /** Names of the arguments that every call has. */
    public static List<String> required(String json) {
        try {
            if (Json.parse(json) instanceof Map<?, ?> map && map.get("required") instanceof List<?> names) {
                return names.stream().map(String::valueOf).toList();
            }
        } catch (JsonFormatException e) {
            throw new IllegalArgumentException("the input schema is no JSON: " + e.getMessage(), e);
        }
        return List.of();
    }
}
