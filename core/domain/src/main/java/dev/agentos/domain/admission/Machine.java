package dev.agentos.domain.admission;

import java.util.List;
import java.util.Set;

/**
 * What this machine has, as measured at start. CPU in thousandths of a core, memory in bytes.
 *
 * @param models names that a contract can bind to now
 * @param tools capabilities that the gateway can serve now
 * @param mechanisms enforcement mechanisms of the sandbox that work on this host
 * @param processAgents empty when process agents can run; otherwise why they cannot
 */
public record Machine(
        int cores,
        long memoryBytes,
        long gpuMemoryBytes,
        long pids,
        Set<String> models,
        Set<String> tools,
        Set<String> mechanisms,
        List<String> processAgents) {

    /** Share of a core that hard real-time work may reserve; the rest keeps the machine alive. */
    public static final double HRT_SHARE = 0.95;

    public Machine {
        models = Set.copyOf(models);
        tools = Set.copyOf(tools);
        mechanisms = Set.copyOf(mechanisms);
        processAgents = List.copyOf(processAgents);
    }

    public long cpuMillis() {
        return cores * 1000L;
    }
}
