package dev.agentos.tui.tour;

import dev.agentos.domain.json.CanonicalJson;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a tour came to: filled step by step, so that a tour that ends early still tells how far it came. */
final class TourReport {

    private boolean ok;
    private String reason = "";
    private int exit = dev.agentos.tui.Exit.FAILED;
    long steps;
    long consents;
    long refused;
    long events;
    String audit = "not checked";
    String summaryPath = "";
    String method = "";
    String agent = "";
    String folder = "";
    double seconds;
    double firstMovementSeconds;
    final List<Map<String, Object>> sources = new ArrayList<>();

    void succeeded() {
        ok = true;
        exit = dev.agentos.tui.Exit.DONE;
    }

    void failed(String why, int code) {
        ok = false;
        reason = why;
        exit = code;
    }

    boolean ok() {
        return ok;
    }

    String reason() {
        return reason;
    }

    int exit() {
        return exit;
    }

    String json() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("ok", ok);
        if (!reason.isEmpty()) {
            map.put("reason", reason);
        }
        map.put("steps", steps);
        map.put("consents", consents);
        map.put("refused", refused);
        map.put("audit", audit);
        map.put("summary_path", summaryPath);
        map.put("events", events);
        map.put("sources", sources);
        map.put("method", method);
        map.put("agent", agent);
        map.put("folder", folder);
        map.put("seconds", seconds);
        map.put("first_movement_seconds", firstMovementSeconds);
        return CanonicalJson.write(map);
    }
}
