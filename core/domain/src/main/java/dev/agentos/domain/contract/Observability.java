package dev.agentos.domain.contract;

import java.util.List;

/**
 * What must be on record.
 *
 * @param tracing where spans go
 * @param logFields fields that every record of this agent must carry in the audit trail
 */
public record Observability(Tracing tracing, List<String> logFields) {
    /** The fields that the audit trail can carry. Another name is accepted with a warning and stays empty. */
    public static final List<String> KNOWN_LOG_FIELDS = List.of(
            "prompt", "answer", "sources", "tool_hashes", "tool_arguments", "tool_results", "model", "tokens", "cost");

    /** No tracing; the audit trail's own fields only. */
    public static final Observability DEFAULT = new Observability(Tracing.NONE, List.of());

    public Observability {
        logFields = FieldRules.distinct(logFields, FieldRules::logField);
    }
}
