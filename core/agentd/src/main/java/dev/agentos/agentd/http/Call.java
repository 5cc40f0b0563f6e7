package dev.agentos.agentd.http;

import dev.agentos.agentd.ServiceException;
import dev.agentos.bridge.wire.WireJson;
import dev.agentos.domain.port.Journal.Trace;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;

/**
 * One request as an operation sees it.
 *
 * @param by who asks, for the audit: {@code user NAME} or {@code token}
 */
record Call(
        Map<String, String> path, Map<String, String> query, String body, String by, Trace trace, String lastEventId) {

    String id() {
        return path.getOrDefault("id", "");
    }

    <T> T body(Class<T> type) {
        try {
            return WireJson.readStrict(body, type);
        } catch (JacksonException e) {
            throw new ServiceException(
                    ServiceException.Kind.BAD_REQUEST, "request.body",
                    "the body is not a " + type.getSimpleName() + ": " + e.getOriginalMessage(), "body",
                    "see /openapi.json for its shape");
        } catch (NullPointerException | IllegalArgumentException e) {
            throw new ServiceException(
                    ServiceException.Kind.BAD_REQUEST, "request.body",
                    "the body lacks a field of " + type.getSimpleName(), "body", "see /openapi.json for its shape");
        }
    }

    Optional<String> text(String name) {
        return Optional.ofNullable(query.get(name)).filter(value -> !value.isEmpty());
    }

    long number(String name, long otherwise) {
        Optional<String> value = text(name);
        if (value.isEmpty()) {
            return otherwise;
        }
        try {
            return Long.parseLong(value.get());
        } catch (NumberFormatException e) {
            throw new ServiceException(
                    ServiceException.Kind.BAD_REQUEST, "request.query", name + " must be a whole number, not "
                            + value.get(), name, "correct it");
        }
    }
}
