package dev.agentos.agentd.models;

import dev.agentos.domain.json.Json;
import dev.agentos.domain.json.JsonFormatException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Reads what a stream of server-sent events holds. */
final class Events {

    private Events() {}

    /** The data of each event that is an object. Bodies may still have the framing of chunks. */
    static List<Map<?, ?>> of(String body) {
        List<Map<?, ?>> events = new ArrayList<>();
        for (String line : body.split("\n")) {
            if (line.startsWith("data: {")) {
                try {
                    events.add((Map<?, ?>) Json.parse(line.substring(6).strip()));
                } catch (JsonFormatException e) {
                    throw new AssertionError(line, e);
                }
            }
        }
        return events;
    }

    /** The text of a stream of chat completions. */
    static String text(String body) {
        StringBuilder text = new StringBuilder();
        for (Map<?, ?> event : of(body)) {
            for (Object choice : event.get("choices") instanceof List<?> list ? list : List.of()) {
                if (choice instanceof Map<?, ?> map
                        && map.get("delta") instanceof Map<?, ?> delta
                        && delta.get("content") instanceof String piece) {
                    text.append(piece);
                }
            }
        }
        return text.toString();
    }
}
