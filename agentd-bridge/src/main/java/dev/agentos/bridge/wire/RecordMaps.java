package dev.agentos.bridge.wire;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Records as plain JSON values without the detour over a token stream, which a spawn would take five times. What it does
 * not know it leaves to the mapper; the result is the mapper's to the last value.
 */
final class RecordMaps {

    private record Field(String name, Method accessor) {}

    private static final ClassValue<List<Field>> FIELDS = new ClassValue<>() {
        @Override
        protected List<Field> computeValue(Class<?> type) {
            return Arrays.stream(type.getRecordComponents())
                    .map(RecordMaps::field)
                    .toList();
        }
    };

    private final UnaryOperator<@Nullable Object> otherwise;

    /** @param otherwise turns any other value into plain JSON values */
    RecordMaps(UnaryOperator<@Nullable Object> otherwise) {
        this.otherwise = otherwise;
    }

    /** What is empty has the value null, as the mapper's maps have it. */
    @SuppressWarnings("NullAway")
    Map<String, Object> of(Record value) {
        Map<String, Object> map = new LinkedHashMap<>();
        for (Field field : FIELDS.get(value.getClass())) {
            map.put(field.name(), plain(read(field, value)));
        }
        return map;
    }

    private @Nullable Object plain(@Nullable Object value) {
        return switch (value) {
            case null -> null;
            case String text -> text;
            case Boolean flag -> flag;
            case Long number -> number;
            case Integer number -> number.longValue();
            case Double number -> number;
            case Optional<?> optional -> plain(optional.orElse(null));
            case OptionalLong optional -> optional.isPresent() ? optional.getAsLong() : null;
            case OptionalInt optional -> optional.isPresent() ? (long) optional.getAsInt() : null;
            case Enum<?> constant -> constant.name();
            case Record inner -> of(inner);
            case Collection<?> items -> {
                List<@Nullable Object> list = new ArrayList<>(items.size());
                items.forEach(item -> list.add(plain(item)));
                yield list;
            }
            case Map<?, ?> entries -> {
                Map<String, @Nullable Object> map = new LinkedHashMap<>();
                entries.forEach((key, item) -> map.put(String.valueOf(key), plain(item)));
                yield map;
            }
            default -> otherwise.apply(value);
        };
    }

    private static @Nullable Object read(Field field, Record value) {
        try {
            return field.accessor().invoke(value);
        } catch (IllegalAccessException | InvocationTargetException e) {
            throw new IllegalArgumentException(value.getClass().getName() + "." + field.name() + " cannot be read", e);
        }
    }

    private static Field field(RecordComponent component) {
        Method accessor = component.getAccessor();
        // A record may be nested where its class is not visible from here; the accessor itself is public.
        accessor.setAccessible(true);
        return new Field(snake(component.getName()), accessor);
    }

    private static String snake(String name) {
        StringBuilder words = new StringBuilder(name.length() + 8);
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            // As the mapper's naming strategy: one underscore before each group of capitals.
            if (Character.isUpperCase(c) && i > 0 && !Character.isUpperCase(name.charAt(i - 1))) {
                words.append('_');
            }
            words.append(Character.toLowerCase(c));
        }
        return words.toString();
    }
}
