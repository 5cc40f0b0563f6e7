package dev.agentos.agentd.http;

import dev.agentos.bridge.wire.ServiceWire.ErrorBody;
import dev.agentos.domain.json.CanonicalJson;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The OpenAPI 3.1 document, made from the routes and the wire records. */
final class OpenApi {

    private static final Pattern PARAMETER = Pattern.compile("\\{([a-z_]+)}");

    private final Map<String, Object> schemas = new TreeMap<>();

    private OpenApi() {}

    /** The document as canonical JSON. */
    static String document(List<Route> routes, String version) {
        return CanonicalJson.write(new OpenApi().build(routes, version));
    }

    private Map<String, Object> build(List<Route> routes, String version) {
        Map<String, Object> paths = new TreeMap<>();
        for (Route route : routes) {
            @SuppressWarnings("unchecked")
            Map<String, Object> path =
                    (Map<String, Object>) paths.computeIfAbsent(route.pattern(), _ -> new TreeMap<String, Object>());
            path.put(route.method().toLowerCase(java.util.Locale.ROOT), operation(route));
        }
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("openapi", "3.1.0");
        document.put("info", Map.of("title", "agentd", "version", version));
        document.put(
                "servers", List.of(Map.of("url", "http://localhost", "description", "over the Unix socket of agentd")));
        document.put("paths", paths);
        document.put("components", Map.of("schemas", schemas));
        return document;
    }

    private Map<String, Object> operation(Route route) {
        List<Object> parameters = new ArrayList<>();
        Matcher matcher = PARAMETER.matcher(route.pattern());
        while (matcher.find()) {
            parameters.add(Map.of(
                    "name", matcher.group(1), "in", "path", "required", true, "schema", Map.of("type", "string")));
        }
        route.query()
                .forEach(name -> parameters.add(
                        Map.of("name", name, "in", "query", "required", false, "schema", Map.of("type", "string"))));
        Map<String, Object> operation = new LinkedHashMap<>();
        operation.put("operationId", route.operation());
        operation.put("summary", route.summary());
        operation.put("parameters", parameters);
        if (route.request() != Void.class) {
            operation.put(
                    "requestBody",
                    Map.of("required", true, "content", Map.of(Route.JSON, Map.of("schema", schema(route.request())))));
        }
        Map<String, Object> ok = route.response() == Void.class
                ? Map.of("description", "done", "content", Map.of(route.produces(), Map.of()))
                : Map.of(
                        "description",
                        "done",
                        "content",
                        Map.of(route.produces(), Map.of("schema", schema(route.response()))));
        operation.put(
                "responses",
                Map.of(
                        "200",
                        ok,
                        "default",
                        Map.of(
                                "description",
                                "error",
                                "content",
                                Map.of(Route.JSON, Map.of("schema", schema(ErrorBody.class))))));
        return operation;
    }

    private Object schema(Type type) {
        if (type instanceof ParameterizedType parameterized) {
            Type first = parameterized.getActualTypeArguments()[0];
            if (parameterized.getRawType() == Optional.class) {
                return Map.of("anyOf", List.of(schema(first), Map.of("type", "null")));
            }
            if (parameterized.getRawType() == List.class) {
                return Map.of("type", "array", "items", schema(first));
            }
            Type value = parameterized.getActualTypeArguments()[1];
            return value == Object.class
                    ? Map.of("type", "object")
                    : Map.of("type", "object", "additionalProperties", schema(value));
        }
        if (type instanceof Class<?> raw) {
            return classSchema(raw);
        }
        throw new IllegalArgumentException("no schema for " + type);
    }

    private Object classSchema(Class<?> raw) {
        if (raw == String.class) {
            return Map.of("type", "string");
        }
        if (raw == boolean.class || raw == Boolean.class) {
            return Map.of("type", "boolean");
        }
        if (raw == long.class || raw == Long.class || raw == int.class || raw == Integer.class) {
            return Map.of("type", "integer");
        }
        if (raw == double.class || raw == Double.class) {
            return Map.of("type", "number");
        }
        if (raw == double[].class) {
            return Map.of("type", "array", "items", Map.of("type", "number"));
        }
        if (raw == Object.class || raw == Map.class) {
            return Map.of("type", "object");
        }
        if (!raw.isRecord()) {
            throw new IllegalArgumentException("no schema for " + raw);
        }
        String name = raw.getSimpleName();
        if (!schemas.containsKey(name)) {
            Map<String, Object> properties = new LinkedHashMap<>();
            List<Object> required = new ArrayList<>();
            schemas.put(name, Map.of());
            for (RecordComponent component : raw.getRecordComponents()) {
                String field = snake(component.getName());
                properties.put(field, schema(component.getGenericType()));
                if (component.getType() != Optional.class) {
                    required.add(field);
                }
            }
            schemas.put(
                    name,
                    Map.of(
                            "type",
                            "object",
                            "properties",
                            properties,
                            "required",
                            required,
                            "additionalProperties",
                            false));
        }
        return Map.of("$ref", "#/components/schemas/" + name);
    }

    private static String snake(String camel) {
        return camel.replaceAll("([A-Z])", "_$1").toLowerCase(java.util.Locale.ROOT);
    }
}
