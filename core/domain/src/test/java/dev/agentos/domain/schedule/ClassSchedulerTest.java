package dev.agentos.domain.schedule;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.agentos.domain.contract.LatencyClass;
import dev.agentos.domain.contract.Slo;
import dev.agentos.domain.schedule.ClassScheduler.Action;
import dev.agentos.domain.schedule.ClassScheduler.Capacity;
import dev.agentos.domain.schedule.ClassScheduler.Job;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ClassSchedulerTest {

    private static final long MS = 1_000_000;
    private static final long NEVER = Long.MAX_VALUE;

    private static ClassScheduler scheduler(int slots, boolean resumes) {
        return new ClassScheduler(new Capacity(slots, resumes), BurstCredit.Rate.USUAL);
    }

    private static Job srt(long id, long deadline) {
        return new Job(id, "srt-" + id, LatencyClass.SRT, 0, deadline);
    }

    private static Job dt(long id, String agent) {
        return new Job(id, agent, LatencyClass.DT, 0, NEVER);
    }

    private static List<String> words(List<Action> actions) {
        return actions.stream()
                .map(action -> switch (action) {
                    case Action.Start start -> "start " + start.job();
                    case Action.Yield yield -> "yield " + yield.job();
                })
                .toList();
    }

    @Test
    void theLastOfSeveralSlotsIsNotForThoseWhoCanWait() {
        ClassScheduler scheduler = scheduler(3, true);
        assertEquals(List.of("start 1"), words(scheduler.submitted(dt(1, "a"), 0)));
        assertEquals(List.of("start 2"), words(scheduler.submitted(dt(2, "a"), 0)));
        assertEquals(List.of(), words(scheduler.submitted(dt(3, "a"), 0)));
        assertEquals(List.of("start 3"), words(scheduler.ended(1, 0)));
    }

    @Test
    void whosePromptIsReadYieldsUntilTheFirstTokenAndComesBackWithIt() {
        ClassScheduler scheduler = scheduler(4, true);
        scheduler.submitted(dt(1, "a"), 0);
        scheduler.submitted(dt(2, "b"), 0);
        assertEquals(List.of("yield 1", "yield 2", "start 3"), words(scheduler.submitted(srt(3, NEVER), MS)));
        assertEquals(List.of(), words(scheduler.yielded(1, MS)));
        assertEquals(List.of(), words(scheduler.yielded(2, MS)));
        assertEquals(List.of(), words(scheduler.submitted(dt(4, "c"), MS)));
        assertEquals(List.of("start 4", "start 1", "start 2"), words(scheduler.begun(3, 2 * MS)));
    }

    @Test
    void whoTalksGoesOnBesideAPromptOfTheFirstClass() {
        ClassScheduler scheduler = scheduler(4, true);
        scheduler.submitted(dt(1, "a"), 0);
        scheduler.submitted(dt(2, "b"), 0);
        scheduler.begun(1, 0);
        assertEquals(List.of("yield 2", "start 3"), words(scheduler.submitted(srt(3, NEVER), MS)));
    }

    @Test
    void asManyOfThoseWhoTalkYieldAsSlotsAreMissingTheLatestFirst() {
        ClassScheduler scheduler = scheduler(3, true);
        scheduler.submitted(dt(1, "a"), 0);
        scheduler.submitted(dt(2, "b"), 0);
        scheduler.begun(1, 0);
        scheduler.begun(2, 0);
        assertEquals(List.of("start 3"), words(scheduler.submitted(srt(3, NEVER), MS)));
        assertEquals(List.of("yield 2"), words(scheduler.submitted(srt(4, NEVER), MS)));
        assertEquals(List.of("yield 1"), words(scheduler.submitted(srt(5, NEVER), MS)));
        assertEquals(List.of("start 4"), words(scheduler.yielded(2, MS)));
        assertEquals(List.of("start 5"), words(scheduler.ended(3, MS)));
        scheduler.yielded(1, MS);
        scheduler.begun(4, MS);
        assertEquals(List.of("start 1"), words(scheduler.begun(5, MS)));
    }

    @Test
    void theOnlySlotIsGivenUp() {
        ClassScheduler scheduler = scheduler(1, true);
        scheduler.submitted(dt(1, "a"), 0);
        scheduler.begun(1, 0);
        assertEquals(List.of("yield 1"), words(scheduler.submitted(srt(2, NEVER), MS)));
        assertEquals(List.of("start 2"), words(scheduler.yielded(1, MS)));
    }

    @Test
    void whereNothingCanResumeNothingIsInterrupted() {
        ClassScheduler scheduler = scheduler(2, false);
        scheduler.submitted(dt(1, "a"), 0);
        scheduler.begun(1, 0);
        assertEquals(List.of("start 2"), words(scheduler.submitted(srt(2, NEVER), MS)));
        assertEquals(List.of(), words(scheduler.submitted(srt(3, NEVER), MS)));
        assertEquals(List.of("start 3"), words(scheduler.ended(1, MS)));
    }

    @Test
    void theEarlierDeadlineGoesFirst() {
        ClassScheduler scheduler = scheduler(1, false);
        scheduler.submitted(srt(1, 10 * MS), 0);
        scheduler.submitted(srt(2, 30 * MS), 0);
        scheduler.submitted(srt(3, 20 * MS), 0);
        assertEquals(List.of("start 3"), words(scheduler.ended(1, MS)));
        assertEquals(List.of("start 2"), words(scheduler.ended(3, MS)));
    }

    @Test
    void manyStreamsOfOneAgentDoNotHideOneOfAnother() {
        ClassScheduler scheduler = scheduler(2, false);
        for (long id = 1; id <= 8; id++) {
            scheduler.submitted(dt(id, "many"), 0);
        }
        scheduler.submitted(dt(9, "one"), 0);
        assertEquals(List.of("start 9"), words(scheduler.ended(1, MS)));
    }

    @Test
    void whoHasUsedUpItsCreditWaitsLikeAnybodyElse() {
        ClassScheduler scheduler = scheduler(2, true);
        scheduler.submitted(dt(100, "patient"), 0);
        scheduler.begun(100, 0);
        for (long id = 1; id <= 10; id++) {
            scheduler.submitted(new Job(id, "loop", LatencyClass.SRT, 0, NEVER), 0);
            scheduler.ended(id, 0);
            scheduler.yielded(100, 0);
            scheduler.begun(100, 0);
        }
        assertEquals(List.of(), words(scheduler.submitted(new Job(11, "loop", LatencyClass.SRT, 0, NEVER), 0)));
        assertEquals(List.of("start 11"), words(scheduler.ended(100, 0)));
    }

    /** Whatever happens in whatever order: no more than the slots run, everything comes to an end, nothing runs twice. */
    @Test
    void everyJobRunsToItsEndAndNeverMoreThanTheSlotsRun() {
        for (int seed = 0; seed < 200; seed++) {
            Random random = new Random(seed);
            int slots = 1 + random.nextInt(5);
            ClassScheduler scheduler = scheduler(slots, random.nextBoolean());
            Set<Long> running = new HashSet<>();
            Set<Long> yielding = new HashSet<>();
            Set<Long> done = new HashSet<>();
            long next = 1;
            for (long now = MS; done.size() < 40; now += MS) {
                List<Action> actions;
                if (next <= 40 && (running.isEmpty() || random.nextInt(3) == 0)) {
                    actions = scheduler.submitted(
                            random.nextInt(3) == 0
                                    ? srt(next, random.nextLong(1_000 * MS))
                                    : dt(next, "agent-" + random.nextInt(4)),
                            now);
                    next++;
                } else {
                    assertFalse(running.isEmpty(), "seed " + seed + " stands still with " + scheduler.load());
                    long one = new ArrayList<>(running).get(random.nextInt(running.size()));
                    boolean stops = yielding.remove(one);
                    if (!stops && random.nextInt(3) == 0) {
                        actions = scheduler.begun(one, now);
                    } else {
                        running.remove(one);
                        boolean comesBack = stops && random.nextInt(3) > 0;
                        if (!comesBack) {
                            done.add(one);
                        }
                        actions = comesBack ? scheduler.yielded(one, now) : scheduler.ended(one, now);
                    }
                }
                for (Action action : actions) {
                    switch (action) {
                        case Action.Start start ->
                            assertTrue(!done.contains(start.job()) && running.add(start.job()), "seed " + seed);
                        case Action.Yield yield ->
                            assertTrue(running.contains(yield.job()) && yielding.add(yield.job()), "seed " + seed);
                    }
                }
                assertTrue(running.size() <= slots, "seed " + seed + ": " + running);
            }
        }
    }

    @Test
    void aHistogramTellsPercentilesAndHowFarTheyStray() {
        LatencyHistogram histogram = new LatencyHistogram();
        for (int i = 1; i <= 100; i++) {
            histogram.add(i);
        }
        assertEquals(50, histogram.at(0.5));
        assertEquals(95, histogram.at(0.95));
        assertEquals(90, histogram.jitterPct());
    }

    @Test
    void whatAnAnswerMissedIsTold() {
        SloWatch watch = new SloWatch(new Slo(
                Optional.of(Duration.ofMillis(250)), Optional.of(Duration.ofMillis(1_000)), OptionalInt.empty()));
        assertEquals(List.of(), watch.add(Duration.ofMillis(250), Duration.ofMillis(1_000)));
        assertEquals(
                List.of(new SloWatch.Miss("onset", 251, 250), new SloWatch.Miss("turn", 2_000, 1_000)),
                watch.add(Duration.ofMillis(251), Duration.ofMillis(2_000)));
        assertEquals(2, watch.missed());
    }
}
