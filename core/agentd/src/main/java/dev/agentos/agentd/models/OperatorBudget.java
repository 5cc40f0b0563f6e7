package dev.agentos.agentd.models;

import dev.agentos.domain.budget.BudgetMeter.AtLimit;
import java.math.BigDecimal;
import java.util.Optional;

/**
 * A limit that the operator sets beside those of contracts.
 *
 * @param scope {@code agent}, over all runs of one agent; {@code day}, over all agents of one day (UTC); or {@code run},
 *     where it only says what happens at the contract's own limits
 * @param atLimit what happens there
 */
public record OperatorBudget(
        String scope, Optional<Long> tokens, Optional<BigDecimal> costUsd, Optional<Long> turns, AtLimit atLimit) {
    public OperatorBudget {
        if (!scope.equals("agent") && !scope.equals("day") && !scope.equals("run")) {
            throw new IllegalArgumentException("a budget's scope is run, agent or day, not " + scope);
        }
    }
}
