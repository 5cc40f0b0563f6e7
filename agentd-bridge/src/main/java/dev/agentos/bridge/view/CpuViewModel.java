package dev.agentos.bridge.view;

import dev.agentos.bridge.wire.AgentWire.AgentView;
import dev.agentos.bridge.wire.AgentWire.Agents;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * What each agent takes of the processors, from what it has used in all at two looks.
 *
 * @param used processor time so far by agent, in microseconds, at {@code at}
 * @param cores by agent, between the last two looks
 */
public record CpuViewModel(Map<String, Long> used, Map<String, Double> cores, Instant at) {

    /** Two looks closer than this say nothing: agentd measures once a second. */
    private static final long LEAST_MILLIS = 1_000;

    public CpuViewModel {
        used = Map.copyOf(used);
        cores = Map.copyOf(cores);
    }

    public static CpuViewModel empty() {
        return new CpuViewModel(Map.of(), Map.of(), Instant.EPOCH);
    }

    /** The state after a look at {@code now}. */
    public CpuViewModel reduce(Agents all, Instant now) {
        long millis = Duration.between(at, now).toMillis();
        if (millis < LEAST_MILLIS) {
            return this;
        }
        Map<String, Long> next = new HashMap<>();
        Map<String, Double> rates = new HashMap<>();
        for (AgentView agent : all.agents()) {
            long micros = agent.usage().cpuMicros();
            if (micros > 0) {
                next.put(agent.id(), micros);
                Long before = used.get(agent.id());
                if (before != null && micros >= before) {
                    rates.put(agent.id(), (micros - before) / 1_000.0 / millis);
                }
            }
        }
        return new CpuViewModel(next, rates, now);
    }

    /** Cores that it takes; empty where it was not measured twice. */
    public OptionalDouble cores(String agent) {
        Double rate = cores.get(agent);
        return rate == null ? OptionalDouble.empty() : OptionalDouble.of(rate);
    }
}
