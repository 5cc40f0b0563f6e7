package dev.agentos.domain.budget;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.agentos.domain.budget.BudgetMeter.AtLimit;
import dev.agentos.domain.budget.BudgetMeter.Limit;
import dev.agentos.domain.budget.BudgetMeter.Verdict;
import dev.agentos.domain.model.ModelUsage;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BudgetMeterTest {

    private static List<Limit> tokens(long most) {
        return BudgetMeter.limits("run", Optional.of(most), Optional.empty(), Optional.empty(), AtLimit.ASK, "c:1");
    }

    @Test
    void theLastCallBeforeALimitMayPassItAndTheNextIsStopped() {
        BudgetMeter meter = assertInstanceOf(Verdict.Go.class, BudgetMeter.EMPTY.ask(1, 900, tokens(500)))
                .next();
        BudgetMeter after = meter.ended(1, ModelUsage.counted(300, 350), BigDecimal.ZERO);
        Verdict.Over over = assertInstanceOf(Verdict.Over.class, after.ask(2, 1, tokens(500)));
        assertEquals("budget.tokens is used up: 650 of 500", over.words());
    }

    @Test
    void callsThatCouldPassTheLimitTogetherGoOneByOne() {
        BudgetMeter meter = assertInstanceOf(Verdict.Go.class, BudgetMeter.EMPTY.ask(1, 300, tokens(500)))
                .next();
        assertInstanceOf(Verdict.Wait.class, meter.ask(2, 300, tokens(500)));
        assertInstanceOf(Verdict.Go.class, meter.ask(2, 200, tokens(500)));
        assertInstanceOf(Verdict.Go.class, meter.dropped(1).ask(2, 300, tokens(500)));
    }

    @Test
    void noDollarsLetFreeModelsBeUsed() {
        List<Limit> free = BudgetMeter.limits(
                "run", Optional.empty(), Optional.of(BigDecimal.ZERO), Optional.empty(), AtLimit.ASK, "c:1");
        BudgetMeter meter = BudgetMeter.EMPTY;
        for (int i = 0; i < 3; i++) {
            meter = assertInstanceOf(Verdict.Go.class, meter.ask(i, 10, free))
                    .next()
                    .ended(i, ModelUsage.counted(5, 5), BigDecimal.ZERO);
        }
        BudgetMeter paid = meter.ended(9, ModelUsage.counted(5, 5), new BigDecimal("0.001"));
        assertInstanceOf(Verdict.Over.class, paid.ask(10, 10, free));
    }

    /** However calls overlap, what is used is never more than the limit and one call. */
    @Test
    void noOrderOfCallsPassesALimitByMoreThanOneCall() {
        for (int seed = 0; seed < 300; seed++) {
            Random random = new Random(seed);
            long limit = 1_000 + random.nextLong(5_000);
            BudgetMeter meter = BudgetMeter.EMPTY;
            Map<Long, Long> running = new HashMap<>();
            long largest = 0;
            for (long call = 0; call < 200; call++) {
                long most = 1 + random.nextLong(800);
                if (meter.ask(call, most, tokens(limit)) instanceof Verdict.Go go) {
                    meter = go.next();
                    running.put(call, most);
                    largest = Math.max(largest, most);
                }
                while (running.size() > random.nextInt(5)) {
                    long ended = new ArrayList<>(running.keySet()).get(random.nextInt(running.size()));
                    long used = random.nextLong(running.getOrDefault(ended, 0L) + 1);
                    running.remove(ended);
                    meter = meter.ended(ended, ModelUsage.counted(used, 0), BigDecimal.ZERO);
                }
            }
            for (Map.Entry<Long, Long> left : running.entrySet()) {
                meter = meter.ended(left.getKey(), ModelUsage.counted(left.getValue(), 0), BigDecimal.ZERO);
            }
            assertTrue(meter.used().tokens() <= limit + largest, "seed " + seed + ": " + meter.used());
            assertEquals(Map.of(), meter.reserved());
        }
    }
}
