package dev.agentos.domain.budget;

import dev.agentos.domain.contract.Budget;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Optional;

/** What a run has used so far. Time in which the run waits for a person is not part of {@code wallTime}. */
public record Spending(long toolCalls, long turns, long tokens, BigDecimal costUsd, Duration wallTime) {

    /** The first limit that is used up. */
    public record Exceeded(String limit, String used, String allowed) {}

    /** What a run without a model has used. */
    public static Spending ofTools(long toolCalls, Duration wallTime) {
        return new Spending(toolCalls, 0, 0, BigDecimal.ZERO, wallTime);
    }

    /** The first limit of the contract that this spending is beyond. */
    public Optional<Exceeded> beyond(Budget budget) {
        if (tokens > budget.tokens()) {
            return exceeded("budget.tokens", tokens, budget.tokens());
        }
        if (costUsd.compareTo(budget.costUsd()) > 0) {
            return exceeded("budget.cost_usd", costUsd, budget.costUsd());
        }
        if (turns > budget.turns()) {
            return exceeded("budget.turns", turns, budget.turns());
        }
        if (wallTime.compareTo(budget.wallTime()) > 0) {
            return exceeded(
                    "budget.wall_time",
                    wallTime.toMillis() + " ms",
                    budget.wallTime().toMillis() + " ms");
        }
        if (toolCalls > budget.toolCalls()) {
            return exceeded("budget.tool_calls", toolCalls, budget.toolCalls());
        }
        return Optional.empty();
    }

    private static Optional<Exceeded> exceeded(String limit, Object used, Object allowed) {
        return Optional.of(new Exceeded(limit, String.valueOf(used), String.valueOf(allowed)));
    }
}
