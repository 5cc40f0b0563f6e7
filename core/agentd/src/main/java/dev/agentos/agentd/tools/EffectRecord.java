package dev.agentos.agentd.tools;

import java.util.Map;

/**
 * The state document of kind {@code effect}: what was intended and what became of it.
 *
 * @param status {@code attempted}, {@code done}, {@code failed}, {@code in-doubt} or {@code undone}
 */
public record EffectRecord(
        String key,
        String agent,
        String run,
        String step,
        String tool,
        String target,
        Map<String, Object> intent,
        String status,
        Map<String, Object> output) {

    public static final String KIND = "effect";
    public static final String ATTEMPTED = "attempted";
    public static final String DONE = "done";
    public static final String FAILED = "failed";
    public static final String IN_DOUBT = "in-doubt";
    public static final String UNDONE = "undone";

    public EffectRecord {
        intent = Map.copyOf(intent);
        output = Map.copyOf(output);
    }

    EffectRecord with(String newStatus, Map<String, Object> newOutput) {
        return new EffectRecord(key, agent, run, step, tool, target, intent, newStatus, newOutput);
    }
}
