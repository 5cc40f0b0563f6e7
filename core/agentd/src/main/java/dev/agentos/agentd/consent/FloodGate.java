package dev.agentos.agentd.consent;

import dev.agentos.domain.consent.FloodRule;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** When each agent asked, for the flood rule, and how much was refused since the last audit line about it. */
final class FloodGate {

    private final Map<String, Deque<Instant>> asked = new HashMap<>();
    private final Map<String, Dropped> dropped = new HashMap<>();

    private static final class Dropped {
        private Instant saidAt = Instant.EPOCH;
        private long count;
    }

    void asked(String agent, Instant at) {
        Deque<Instant> times = asked.computeIfAbsent(agent, _ -> new ArrayDeque<>());
        times.addLast(at);
        if (times.size() > FloodRule.IN_WINDOW) {
            times.removeFirst();
        }
    }

    List<Instant> of(String agent) {
        return List.copyOf(asked.getOrDefault(agent, new ArrayDeque<>()));
    }

    /** Counts one refused ask; how many an audit line is due for now, 0 when the last line is younger than a window. */
    long dropped(String agent, Instant now) {
        Dropped state = dropped.computeIfAbsent(agent, _ -> new Dropped());
        state.count++;
        if (now.isBefore(state.saidAt.plus(FloodRule.WINDOW))) {
            return 0;
        }
        long due = state.count;
        state.count = 0;
        state.saidAt = now;
        return due;
    }
}
