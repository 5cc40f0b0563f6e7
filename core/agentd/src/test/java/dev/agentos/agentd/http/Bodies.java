package dev.agentos.agentd.http;

import dev.agentos.domain.json.CanonicalJson;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Request bodies made from the wire records: one that has the right shape, and every way to damage one field of it. */
final class Bodies {

    /** Fields that take certain words only. */
    private static final Map<String, Object> KNOWN = Map.of("decision", "deny", "scope", "once", "data", "");

    private Bodies() {}

    static String sample(Class<?> type) {
        return CanonicalJson.write(values(type));
    }

    private static Map<String, Object> values(Class<?> type) {
        Map<String, Object> values = new LinkedHashMap<>();
        for (RecordComponent component : type.getRecordComponents()) {
            if (component.getType() != Optional.class) {
                values.put(name(component), KNOWN.getOrDefault(name(component), value(component.getType())));
            }
        }
        return values;
    }

    private static String name(RecordComponent component) {
        return component.getName().replaceAll("([A-Z])", "_$1").toLowerCase(java.util.Locale.ROOT);
    }

    private static Object value(Class<?> type) {
        if (type == String.class) {
            return "x";
        }
        if (type == boolean.class) {
            return false;
        }
        if (type == long.class || type == int.class) {
            return 1L;
        }
        return type == List.class ? List.of() : Map.of();
    }

    /** Each field null and of another kind, and each text left out, in turn; the rest has a value of its own when absent. */
    static List<String> damaged(Class<?> type) {
        List<String> bodies = new ArrayList<>();
        for (RecordComponent component : type.getRecordComponents()) {
            Map<String, Object> without = values(type);
            without.remove(name(component));
            if (component.getType() == String.class) {
                bodies.add(CanonicalJson.write(without));
            }
            if (component.getType() == String.class || component.getType().isPrimitive()) {
                bodies.add(CanonicalJson.write(without)
                        .replaceFirst("\\{", "{\"" + name(component) + "\":null" + (without.isEmpty() ? "" : ",")));
            }
            Map<String, Object> other = values(type);
            other.put(name(component), component.getType() == List.class ? Map.of("a", 1L) : List.of(List.of()));
            bodies.add(CanonicalJson.write(other));
        }
        return bodies;
    }
}
