package dev.agentos.agentd.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class WorkQueueTest {

    private final WorkQueue<String> queue = new WorkQueue<>();

    private List<String> take(int most, Duration patience) throws InterruptedException {
        List<String> taken = new ArrayList<>();
        queue.take(taken, most, patience);
        return taken;
    }

    private CompletableFuture<List<String>> waiting() {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return take(9, Duration.ofSeconds(30));
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    @Test
    void whatIsContentIsTakenAlongInItsPlace() throws Exception {
        queue.add("first", false);
        queue.add("second", true);
        queue.add("third", false);
        assertEquals(List.of("first", "second"), take(2, Duration.ofSeconds(30)));
        assertEquals(List.of("third"), take(2, Duration.ofSeconds(30)), "more than one portion was wanted");
    }

    @Test
    void whatIsContentDoesNotWakeTheWorkerUnlessSomebodyHurries() throws Exception {
        CompletableFuture<List<String>> worker = waiting();
        queue.add("ahead", false);
        Thread.sleep(50);
        assertFalse(worker.isDone());
        queue.hurry();
        assertEquals(List.of("ahead"), worker.get(10, TimeUnit.SECONDS));
    }

    @Test
    void nothingWaitsLongerThanTheWorkersPatience() throws Exception {
        queue.add("ahead", false);
        assertEquals(List.of("ahead"), take(9, Duration.ofMillis(5)));
        assertTrue(take(9, Duration.ofMillis(5)).isEmpty());
    }

    @Test
    void whatIsTakenBackIsNotThereForTheWorker() throws Exception {
        queue.add("one", true);
        queue.add("two", true);
        assertTrue(queue.remove("one"));
        assertFalse(queue.remove("one"));
        assertEquals(List.of("two"), queue.drain());
        assertTrue(take(9, Duration.ofMillis(5)).isEmpty(), "what was drained wakes nobody");
    }
}
