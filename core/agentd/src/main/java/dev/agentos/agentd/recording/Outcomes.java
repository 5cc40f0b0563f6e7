package dev.agentos.agentd.recording;

import dev.agentos.agentd.tools.CallOutcome;
import dev.agentos.bridge.wire.WireJson;
import dev.agentos.domain.event.Event;
import java.util.Map;

/** What became of a tool call as plain JSON values. */
public final class Outcomes {

    private Outcomes() {}

    /** The outcome for a recording and for a model: everything that the caller learned. */
    public static Map<String, Object> toMap(CallOutcome outcome) {
        return switch (outcome) {
            case CallOutcome.Done done ->
                Event.fields(
                        "outcome",
                        "done",
                        "output",
                        done.output(),
                        "labels",
                        done.labels().words(),
                        "warning",
                        done.warning());
            case CallOutcome.Refused refused ->
                error(
                        "refused",
                        refused.decision().code(),
                        refused.decision().reason(),
                        refused.decision().next());
            case CallOutcome.NotConsented no ->
                error("not-consented", "consent." + no.status(), "a person did not allow it", "do without it");
            case CallOutcome.StillAsking _ ->
                error("asking", "consent.open", "a person has not answered yet", "do without it");
            case CallOutcome.Failed failed -> error("failed", failed.code(), failed.message(), failed.next());
            case CallOutcome.InDoubt doubt ->
                error("in-doubt", "effect.in-doubt", doubt.message(), "it is not repeated; look at what it acts on");
        };
    }

    private static Map<String, Object> error(String outcome, String code, String reason, String next) {
        return Event.fields("outcome", outcome, "code", code, "reason", reason, "next", next);
    }

    public static boolean isDone(Map<String, Object> outcome) {
        return "done".equals(outcome.get("outcome"));
    }

    /** What a model is shown of it: the output alone, or the error. */
    public static String text(Map<String, Object> outcome) {
        Object output = isDone(outcome) ? outcome.getOrDefault("output", Map.of()) : outcome;
        return WireJson.write(output);
    }

    /** Whether somebody else may have written the output. */
    public static boolean isUntrusted(Map<String, Object> outcome) {
        return String.valueOf(outcome.get("labels")).contains("untrusted");
    }

    /** Whether the content filter warned of the output. */
    public static boolean isSuspected(Map<String, Object> outcome) {
        Object warning = outcome.get("warning");
        return warning != null && !String.valueOf(warning).isEmpty();
    }
}
