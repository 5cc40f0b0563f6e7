package dev.agentos.bridge.view;

import java.util.ArrayList;
import java.util.List;

/**
 * What is looked for in the audit trail. Empty fields match everything.
 *
 * @param kind beginning of the kind, for example {@code consent.}
 * @param text what the record must hold
 */
public record AuditQuery(String agent, String kind, String text) {

    public static AuditQuery all() {
        return new AuditQuery("", "", "");
    }

    /** Reads {@code agent:ID kind:BEGINNING} and words; the words must stand in the record as they are written. */
    public static AuditQuery of(String line) {
        String agent = "";
        String kind = "";
        List<String> words = new ArrayList<>();
        for (String word : line.strip().split("\\s+", -1)) {
            if (word.startsWith("agent:")) {
                agent = word.substring("agent:".length());
            } else if (word.startsWith("kind:")) {
                kind = word.substring("kind:".length());
            } else if (!word.isEmpty()) {
                words.add(word);
            }
        }
        return new AuditQuery(agent, kind, String.join(" ", words));
    }
}
