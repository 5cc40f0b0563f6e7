package dev.agentos.agentd.models.door;

import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * A request as it came.
 *
 * @param path without the query
 * @param headers by name in lower case; of several the last
 */
record HttpRequest(String method, String path, Map<String, String> headers, byte[] body) {

    String header(String name) {
        return headers.getOrDefault(name, "");
    }

    String text() {
        return new String(body, StandardCharsets.UTF_8);
    }

    boolean keepsAlive() {
        return !header("connection").equalsIgnoreCase("close");
    }
}
