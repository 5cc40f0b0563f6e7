package dev.agentos.domain.contract;

import java.math.BigDecimal;
import java.time.Duration;

/**
 * What a run may use up; at the limit it stops. There is no way to write "unlimited".
 *
 * @param tokens model tokens, prompt and completion together, 0 to 10^12
 * @param costUsd US dollars, 0 to 1,000,000, at most six decimals
 * @param turns turns of the agent's loop, 1 to 1,000,000
 * @param wallTime from start to end, 1 s to 365 days; time spent waiting for a person does not count
 * @param toolCalls tool calls, 0 to 10,000,000
 */
public record Budget(long tokens, BigDecimal costUsd, int turns, Duration wallTime, int toolCalls) {
    static final long MAX_TOKENS = 1_000_000_000_000L;
    static final BigDecimal MAX_COST = new BigDecimal(1_000_000);
    static final int MAX_TURNS = 1_000_000;
    static final Duration MIN_WALL_TIME = Duration.ofSeconds(1);
    static final Duration MAX_WALL_TIME = Duration.ofDays(365);
    static final int MAX_TOOL_CALLS = 10_000_000;

    /** 200,000 tokens, one dollar, 50 turns, 30 minutes, 200 tool calls. */
    public static final Budget DEFAULT = new Budget(200_000, BigDecimal.ONE, 50, Duration.ofMinutes(30), 200);

    public Budget {
        FieldRules.within("budget.tokens", tokens, 0, MAX_TOKENS);
        costUsd = FieldRules.plain(costUsd);
        if (costUsd.signum() < 0 || costUsd.compareTo(MAX_COST) > 0 || costUsd.scale() > 6) {
            throw new IllegalArgumentException("budget.cost_usd must be 0 to " + MAX_COST + " with six decimals");
        }
        FieldRules.within("budget.turns", turns, 1, MAX_TURNS);
        FieldRules.within("budget.wall_time", wallTime.toMillis(), MIN_WALL_TIME.toMillis(), MAX_WALL_TIME.toMillis());
        FieldRules.within("budget.tool_calls", toolCalls, 0, MAX_TOOL_CALLS);
    }
}
