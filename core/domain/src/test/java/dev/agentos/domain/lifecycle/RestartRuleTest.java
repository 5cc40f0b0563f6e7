package dev.agentos.domain.lifecycle;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.agentos.domain.contract.RestartPolicy;
import dev.agentos.domain.contract.Supervision;
import dev.agentos.domain.lifecycle.RestartRule.Decision;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RestartRuleTest {

    private static Supervision rule(RestartPolicy policy, int max, long minMillis, long maxMillis, boolean deadLetter) {
        return new Supervision(
                Optional.empty(),
                new Supervision.Restart(policy, max, Duration.ofMillis(minMillis), Duration.ofMillis(maxMillis)),
                deadLetter);
    }

    @Test
    void theWaitDoublesUpToItsMaximum() {
        Supervision rule = rule(RestartPolicy.ON_FAILURE, 6, 200, 2_000, true);
        List<Decision> decisions = new ArrayList<>();
        for (int used = 0; used < 6; used++) {
            decisions.add(RestartRule.decide(rule, true, used, Duration.ZERO));
        }
        assertEquals(
                List.of(
                        new Decision.Restart(1, Duration.ofMillis(200)),
                        new Decision.Restart(2, Duration.ofMillis(400)),
                        new Decision.Restart(3, Duration.ofMillis(800)),
                        new Decision.Restart(4, Duration.ofMillis(1600)),
                        new Decision.Restart(5, Duration.ofMillis(2000)),
                        new Decision.Restart(6, Duration.ofMillis(2000))),
                decisions);
    }

    @Test
    void theLongestAllowedRuleNeverOverflows() {
        Supervision rule = rule(RestartPolicy.ALWAYS, 1000, 3_600_000, 3_600_000, true);
        for (int used = 0; used < 1000; used++) {
            assertEquals(
                    new Decision.Restart(used + 1, Duration.ofHours(1)),
                    RestartRule.decide(rule, true, used, Duration.ZERO));
        }
    }

    @Test
    void usedUpRestartsBecomeADeadLetterWhereTheContractKeepsOne() {
        assertEquals(
                new Decision.DeadLetter("ended again after 3 restarts"),
                RestartRule.decide(rule(RestartPolicy.ON_FAILURE, 3, 1, 10, true), true, 3, Duration.ZERO));
        assertEquals(
                new Decision.Stay(true),
                RestartRule.decide(rule(RestartPolicy.ON_FAILURE, 3, 1, 10, false), true, 3, Duration.ZERO));
        assertEquals(
                new Decision.Stay(false),
                RestartRule.decide(rule(RestartPolicy.ALWAYS, 0, 1, 10, false), false, 0, Duration.ZERO));
        assertEquals(
                new Decision.DeadLetter("ended again after 0 restarts"),
                RestartRule.decide(rule(RestartPolicy.ALWAYS, 0, 1, 10, true), false, 0, Duration.ZERO));
    }

    @Test
    void thePolicySaysWhichEndsCount() {
        assertEquals(new Decision.Stay(true), RestartRule.decide(Supervision.DEFAULT, true, 0, Duration.ZERO));
        assertEquals(new Decision.Stay(false), RestartRule.decide(Supervision.DEFAULT, false, 0, Duration.ZERO));
        Supervision onFailure = rule(RestartPolicy.ON_FAILURE, 3, 5, 10, true);
        assertEquals(new Decision.Stay(false), RestartRule.decide(onFailure, false, 0, Duration.ZERO));
        assertEquals(
                new Decision.Restart(1, Duration.ofMillis(5)), RestartRule.decide(onFailure, true, 0, Duration.ZERO));
        Supervision always = rule(RestartPolicy.ALWAYS, 3, 5, 10, true);
        assertEquals(
                new Decision.Restart(1, Duration.ofMillis(5)), RestartRule.decide(always, false, 0, Duration.ZERO));
    }

    /** An agent that fails now and then is restarted for ever; one that fails in a slow loop is not. */
    @Test
    void aHealthyRunMakesTheCountBeginAnew() {
        Supervision quick = rule(RestartPolicy.ON_FAILURE, 3, 1, 10, true);
        assertEquals(
                new Decision.Restart(1, Duration.ofMillis(1)), RestartRule.decide(quick, true, 3, RestartRule.HEALTHY));
        assertEquals(
                new Decision.DeadLetter("ended again after 3 restarts"),
                RestartRule.decide(quick, true, 3, RestartRule.HEALTHY.minusMillis(1)));
        Supervision slow = rule(RestartPolicy.ON_FAILURE, 3, 1000, 60_000, true);
        assertEquals(Duration.ofMinutes(10), RestartRule.healthyAfter(slow.restart()));
        assertEquals(
                new Decision.DeadLetter("ended again after 3 restarts"),
                RestartRule.decide(slow, true, 3, Duration.ofMinutes(9)));
    }
}
