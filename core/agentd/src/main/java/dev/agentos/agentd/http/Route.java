package dev.agentos.agentd.http;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/**
 * One operation of the door. The OpenAPI document, the dispatcher and the authorisation matrix are all made from the
 * list of these, so none of them can lack a route that another has.
 *
 * @param pattern path with {@code {name}} parts
 * @param query names of query parameters that are understood
 * @param request type of the body, or Void
 * @param response type of the answer, or Void for streams and texts
 */
record Route(
        String method,
        String pattern,
        String operation,
        String summary,
        List<String> query,
        Class<?> request,
        Class<?> response,
        String produces,
        Action action) {

    static final String JSON = "application/json";

    /** What an operation does. */
    sealed interface Action {
        /** Answers with one value. */
        non-sealed interface Answer extends Action {
            Object answer(Call call) throws Exception;
        }

        /** Writes a stream until it or the client ends. */
        non-sealed interface Stream extends Action {
            void write(Call call, java.io.OutputStream out) throws Exception;
        }
    }

    Route {
        query = List.copyOf(query);
    }

    /** A path as {@link #match} takes it. */
    static String[] parts(String path) {
        return path.split("/", -1);
    }

    /** The path parameters, where this route's pattern matches, whatever the method. */
    Optional<Map<String, String>> match(String[] given) {
        String[] wanted = PARTS.computeIfAbsent(pattern, Route::parts);
        if (wanted.length != given.length) {
            return Optional.empty();
        }
        Map<String, String> values = Map.of();
        for (int i = 0; i < wanted.length; i++) {
            if (wanted[i].startsWith("{")) {
                if (!ID.matcher(given[i]).matches()) {
                    return Optional.empty();
                }
                values = values.isEmpty() ? new LinkedHashMap<>() : values;
                values.put(wanted[i].substring(1, wanted[i].length() - 1), given[i]);
            } else if (!wanted[i].equals(given[i])) {
                return Optional.empty();
            }
        }
        return Optional.of(values);
    }

    /** Patterns taken apart; there are as many as routes. */
    private static final Map<String, String[]> PARTS = new ConcurrentHashMap<>();

    /** Ids are matched by a strict pattern before anything looks at them. */
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,127}");
}
