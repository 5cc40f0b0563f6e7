package dev.agentos.agentd.models;

import java.math.BigDecimal;
import java.util.Map;

/**
 * What was used under one key, and by how much each of its limits was raised: the state document of kind
 * {@code model-budget}.
 *
 * @param key {@code run/RUN}, {@code agent/AGENT} or {@code day/DATE}
 * @param raised what was allowed beyond the limit, by the limit's field
 * @param asks how often a person was asked, by the limit's field
 */
record BudgetRecord(
        String key,
        long tokens,
        BigDecimal costUsd,
        long turns,
        Map<String, BigDecimal> raised,
        Map<String, Long> asks) {

    static final String KIND = "model-budget";

    BudgetRecord {
        raised = Map.copyOf(raised);
        asks = Map.copyOf(asks);
    }

    static BudgetRecord empty(String key) {
        return new BudgetRecord(key, 0, BigDecimal.ZERO, 0, Map.of(), Map.of());
    }
}
