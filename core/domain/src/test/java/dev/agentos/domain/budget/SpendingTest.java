package dev.agentos.domain.budget;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.agentos.domain.budget.Spending.Exceeded;
import dev.agentos.domain.contract.Budget;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SpendingTest {

    private static final Budget BUDGET = new Budget(100, new BigDecimal("0.50"), 5, Duration.ofSeconds(10), 3);

    private static Spending spent(long calls, long turns, long tokens, String cost, long millis) {
        return new Spending(calls, turns, tokens, new BigDecimal(cost), Duration.ofMillis(millis));
    }

    @Test
    void exactlyTheLimitIsStillWithin() {
        assertEquals(Optional.empty(), spent(3, 5, 100, "0.5", 10_000).beyond(BUDGET));
        assertEquals(
                Optional.empty(), Spending.ofTools(3, Duration.ofSeconds(10)).beyond(BUDGET));
    }

    @Test
    void oneMoreOfAnythingIsBeyondAndNamed() {
        assertEquals(
                Optional.of(new Exceeded("budget.tokens", "101", "100")),
                spent(0, 0, 101, "0", 0).beyond(BUDGET));
        assertEquals(
                Optional.of(new Exceeded("budget.cost_usd", "0.500001", "0.5")),
                spent(0, 0, 0, "0.500001", 0).beyond(BUDGET));
        assertEquals(
                Optional.of(new Exceeded("budget.turns", "6", "5")),
                spent(0, 6, 0, "0", 0).beyond(BUDGET));
        assertEquals(
                Optional.of(new Exceeded("budget.wall_time", "10001 ms", "10000 ms")),
                spent(0, 0, 0, "0", 10_001).beyond(BUDGET));
        assertEquals(
                Optional.of(new Exceeded("budget.tool_calls", "4", "3")),
                spent(4, 0, 0, "0", 0).beyond(BUDGET));
    }
}
