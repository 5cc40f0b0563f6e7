package dev.agentos.domain.admission;

import java.util.List;
import java.util.Set;

/**
 * What this machine has, as measured at start. CPU in thousandths of a core, memory in bytes.
 *
 * @param models names that a contract can bind to now
 * @param tools capabilities that the gateway can serve now
 * @param mechanisms enforcement mechanisms of the sandbox that work on this host
 * @param hrtShare share of a core that hard real-time work may reserve: what the kernel's own admission allows
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
        List<String> processAgents,
        double hrtShare) {

    /** The kernel's own choice where nobody made another; the rest keeps the machine alive. */
    public static final double HRT_SHARE = 0.95;

    /** With the kernel's own share for hard real-time work. */
    public Machine(
            int cores,
            long memoryBytes,
            long gpuMemoryBytes,
            long pids,
            Set<String> models,
            Set<String> tools,
            Set<String> mechanisms,
            List<String> processAgents) {
        this(cores, memoryBytes, gpuMemoryBytes, pids, models, tools, mechanisms, processAgents, HRT_SHARE);
    }

    public Machine {
        models = Set.copyOf(models);
        tools = Set.copyOf(tools);
        mechanisms = Set.copyOf(mechanisms);
        processAgents = List.copyOf(processAgents);
        if (!(hrtShare >= 0 && hrtShare <= 1)) {
            throw new IllegalArgumentException("a share is 0 to 1, not " + hrtShare);
        }
    }

    /** This machine with other memory of graphics processors. */
    public Machine withGpuMemory(long bytes) {
        return new Machine(cores, memoryBytes, bytes, pids, models, tools, mechanisms, processAgents, hrtShare);
    }

    public long cpuMillis() {
        return cores * 1000L;
    }
}
