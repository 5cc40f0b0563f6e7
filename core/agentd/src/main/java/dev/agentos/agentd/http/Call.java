package dev.agentos.agentd.http;

import dev.agentos.agentd.ServiceException;
import dev.agentos.bridge.wire.WireJson;
import dev.agentos.domain.port.Journal.Trace;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/**
 * One request as an operation sees it.
 *
 * @param by who asks, for the audit: {@code user NAME} or {@code token}
 */
record Call(
        Map<String, String> path, Map<String, String> query, String body, String by, Trace trace, String lastEventId) {

    /** Those of a record's components; to ask for them makes copies each time. */
    private static final ClassValue<List<Method>> ACCESSORS = new ClassValue<>() {
        @Override
        protected List<Method> computeValue(Class<?> type) {
            return Arrays.stream(type.getRecordComponents())
                    .map(RecordComponent::getAccessor)
                    .toList();
        }
    };

    String id() {
        return path.getOrDefault("id", "");
    }

    /** The body as a record in which every field that is not optional has a value. */
    <T extends Record> T body(Class<T> type) {
        try {
            T value = WireJson.readStrict(body, type);
            refuseMissing(type, value);
            return value;
        } catch (JacksonException e) {
            throw new ServiceException(
                    ServiceException.Kind.BAD_REQUEST,
                    "request.body",
                    "the body is not a " + type.getSimpleName() + ": " + e.getOriginalMessage(),
                    "body",
                    "see /openapi.json for its shape");
        } catch (NullPointerException | IllegalArgumentException e) {
            throw lacks(type, "a field");
        }
    }

    /** JSON can say null for the whole and leave fields out, and a record does not notice either. */
    private static <T extends Record> void refuseMissing(Class<T> type, @Nullable T value) {
        if (value == null) {
            throw lacks(type, "everything");
        }
        for (Method accessor : ACCESSORS.get(type)) {
            try {
                if (accessor.invoke(value) == null) {
                    throw lacks(type, accessor.getName());
                }
            } catch (ReflectiveOperationException e) {
                throw new LinkageError(type + " is no public record", e);
            }
        }
    }

    private static ServiceException lacks(Class<?> type, String what) {
        return new ServiceException(
                ServiceException.Kind.BAD_REQUEST,
                "request.body",
                "the body lacks " + what + " of " + type.getSimpleName(),
                "body",
                "see /openapi.json for its shape");
    }

    Optional<String> text(String name) {
        return Optional.ofNullable(query.get(name)).filter(value -> !value.isEmpty());
    }

    /** A whole number, 0 or more. */
    long number(String name, long otherwise) {
        Optional<String> value = text(name);
        if (value.isEmpty()) {
            return otherwise;
        }
        try {
            long number = Long.parseLong(value.get());
            if (number >= 0) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw notANumber(name, value.get());
        }
        throw notANumber(name, value.get());
    }

    private static ServiceException notANumber(String name, String value) {
        return new ServiceException(
                ServiceException.Kind.BAD_REQUEST,
                "request.query",
                name + " must be a whole number from 0 on, not " + value,
                name,
                "correct it");
    }
}
