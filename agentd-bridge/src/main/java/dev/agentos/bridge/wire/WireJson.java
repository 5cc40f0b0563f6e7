package dev.agentos.bridge.wire;

import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

/** The one mapper of the wire: snake_case names, unknown fields refused on the way in to agentd, ISO times. */
public final class WireJson {

    private static final JsonMapper STRICT = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .enable(DeserializationFeature.USE_LONG_FOR_INTS)
            .build();

    private static final JsonMapper LENIENT = STRICT.rebuild()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .disable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .build();

    private static final RecordMaps RECORDS = new RecordMaps(value -> LENIENT.convertValue(value, Object.class));

    private WireJson() {}

    /** A JSON text. */
    public static String write(Object value) {
        return STRICT.writeValueAsString(value);
    }

    /**
     * Reads what a client sent; unknown fields are errors.
     *
     * @throws JacksonException when the text is not such a record
     */
    public static <T> T readStrict(String json, Class<T> type) {
        return STRICT.readValue(json, type);
    }

    /** Reads what agentd sent; fields of a newer agentd are ignored. */
    public static <T> T read(String json, Class<T> type) {
        return LENIENT.readValue(json, type);
    }

    /** A record as plain JSON values, for state documents. */
    public static Map<String, Object> toMap(Object value) {
        return value instanceof Record fields ? RECORDS.of(fields) : mapped(value);
    }

    /** By the mapper itself; what {@link #toMap} must be equal to. */
    static Map<String, Object> mapped(Object value) {
        return LENIENT.convertValue(value, new TypeReference<Map<String, Object>>() {});
    }

    /** A record from plain JSON values. */
    public static <T> T fromMap(Map<String, Object> map, Class<T> type) {
        return LENIENT.convertValue(map, type);
    }
}
