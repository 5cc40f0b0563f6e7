package dev.agentos.agentd.models.wire;

import dev.agentos.bridge.wire.WireJson;
import dev.agentos.domain.json.Json;
import dev.agentos.domain.json.JsonFormatException;
import dev.agentos.domain.model.ModelException;
import dev.agentos.domain.model.ModelException.Kind;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads JSON whose shape somebody else decided: what is absent or of another kind is empty, never an exception. */
public final class JsonTree {

    /** Pictures travel as base64, so bodies can be long. */
    private static final int MAX_CHARS = 32 * 1024 * 1024;

    private JsonTree() {}

    /**
     * An object.
     *
     * @throws ModelException of this kind where the text is no JSON object
     */
    public static Map<String, @Nullable Object> parse(String text, Kind kind) throws ModelException {
        try {
            if (Json.parse(text, MAX_CHARS) instanceof Map<?, ?> map) {
                return object(map);
            }
        } catch (JsonFormatException e) {
            throw new ModelException(kind, "that is no JSON: " + e.getMessage(), "send a JSON object", e);
        }
        throw new ModelException(kind, "that is JSON, but no object", "send a JSON object");
    }

    /** A text that is JSON. */
    public static String write(Object value) {
        return WireJson.write(value);
    }

    /** An object, or an empty one. */
    public static Map<String, @Nullable Object> object(@Nullable Object value) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        if (value instanceof Map<?, ?> given) {
            given.forEach((name, member) -> map.put(String.valueOf(name), member));
        }
        return map;
    }

    public static Map<String, @Nullable Object> object(Map<String, @Nullable Object> map, String name) {
        return object(map.get(name));
    }

    /** A list, or an empty one. Members that are null are left out. */
    public static List<Object> list(@Nullable Object value) {
        List<Object> list = new ArrayList<>();
        if (value instanceof List<?> given) {
            for (Object member : given) {
                if (member != null) {
                    list.add(member);
                }
            }
        }
        return list;
    }

    public static List<Object> list(Map<String, @Nullable Object> map, String name) {
        return list(map.get(name));
    }

    /** A text, or an empty one. */
    public static String text(Map<String, @Nullable Object> map, String name) {
        return map.get(name) instanceof String text ? text : "";
    }

    public static boolean flag(Map<String, @Nullable Object> map, String name, boolean otherwise) {
        return map.get(name) instanceof Boolean value ? value : otherwise;
    }

    public static Optional<Long> number(Map<String, @Nullable Object> map, String name) {
        return map.get(name) instanceof Number number ? Optional.of(number.longValue()) : Optional.empty();
    }

    public static Optional<Double> decimal(Map<String, @Nullable Object> map, String name) {
        return map.get(name) instanceof Number number ? Optional.of(number.doubleValue()) : Optional.empty();
    }

    public static BigDecimal money(Map<String, @Nullable Object> map, String name) {
        return map.get(name) instanceof Number number ? new BigDecimal(number.toString()) : BigDecimal.ZERO;
    }

    /** The members that are not null: for the rest of a program, null is the same as absent. */
    public static Map<String, Object> present(Map<String, @Nullable Object> map) {
        Map<String, Object> present = new LinkedHashMap<>();
        map.forEach((name, value) -> {
            if (value != null) {
                present.put(name, value);
            }
        });
        return present;
    }

    /** An ordered object of alternating names and values. */
    public static Map<String, @Nullable Object> tree(@Nullable Object... namesAndValues) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            map.put(String.valueOf(namesAndValues[i]), namesAndValues[i + 1]);
        }
        return map;
    }

    /** Numbers as a vector; what is no number becomes none. */
    public static float[] vector(@Nullable Object numbers) {
        List<Object> list = list(numbers);
        float[] vector = new float[list.size()];
        for (int i = 0; i < vector.length; i++) {
            vector[i] = list.get(i) instanceof Number number ? number.floatValue() : Float.NaN;
        }
        return vector;
    }
}
