package dev.agentos.agentd.agents;

import dev.agentos.domain.lifecycle.AgentState;
import dev.agentos.domain.port.TimeSource;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** How long an agent was paused while something else was waited for: that time is not the agent's. */
final class PausedTime {

    private static final Duration FOREVER = Duration.ofDays(3650);

    private final AtomicLong nanos = new AtomicLong();
    private final Thread watch;

    private PausedTime(AgentBook book, TimeSource time, String agent) {
        this.watch = Thread.ofVirtual().name("paused-time").start(() -> {
            try {
                while (!book.awaitRecord(
                                agent,
                                record -> record.state() == AgentState.PAUSED
                                        || record.state().isFinal(),
                                FOREVER)
                        .state()
                        .isFinal()) {
                    long from = time.nanos();
                    try {
                        book.awaitRecord(agent, record -> record.state() != AgentState.PAUSED, FOREVER);
                    } finally {
                        nanos.addAndGet(time.nanos() - from);
                    }
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    static PausedTime begin(AgentBook book, TimeSource time, String agent) {
        return new PausedTime(book, time, agent);
    }

    /** Stops watching; the time in nanoseconds. */
    long end() throws InterruptedException {
        watch.interrupt();
        watch.join();
        return nanos.get();
    }
}
