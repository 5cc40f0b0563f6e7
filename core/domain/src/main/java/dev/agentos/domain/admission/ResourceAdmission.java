package dev.agentos.domain.admission;

import dev.agentos.domain.contract.AgentContract;
import dev.agentos.domain.contract.LatencyClass;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Whether what a contract asks of the machine itself is free: processors, memory, processes. */
final class ResourceAdmission {

    /** Below this share of a core an agent is not worth starting. */
    private static final long LEAST_CPU_MILLIS = 100;

    private static final int CORES_SHOWN = 4;

    private final AgentContract contract;
    private final Ledger ledger;
    private final Findings findings;

    ResourceAdmission(AgentContract contract, Ledger ledger, Findings findings) {
        this.contract = contract;
        this.ledger = ledger;
        this.findings = findings;
    }

    /** The core that a hard real-time agent gets; empty for others, and where none has room. */
    OptionalInt hrtCore() {
        if (contract.latency() != LatencyClass.HRT || contract.schedule().isEmpty()) {
            return OptionalInt.empty();
        }
        double wanted = contract.schedule().get().density();
        OptionalInt core = ledger.coreFor(wanted);
        if (core.isEmpty()) {
            findings.item(
                    "hrt utilisation",
                    percent(wanted) + " of a core",
                    freeOnCores(),
                    "schedule",
                    "lengthen deadline_ms, lower wcet_ms, or end another HRT agent");
        }
        return core;
    }

    /** What each core has left for hard real-time work, the freest first: all of them must be too full. */
    private String freeOnCores() {
        List<Double> loads = ledger.hrtLoads();
        String shown = IntStream.range(0, loads.size())
                .boxed()
                .sorted(Comparator.comparing(loads::get))
                .limit(CORES_SHOWN)
                .map(core -> percent(Math.max(0, ledger.machine().hrtShare() - loads.get(core))) + " on core " + core)
                .collect(Collectors.joining(", "));
        return loads.size() > CORES_SHOWN ? shown + ", no more on the others" : shown;
    }

    /** Thousandths of a core. */
    long cpu() {
        long wanted = contract.compute().cpuMillis();
        long total = ledger.machine().cpuMillis();
        // DT is capped and takes what is left, so only the machine's size bounds it.
        long free = contract.latency() == LatencyClass.DT ? total : ledger.freeCpuMillis();
        if (wanted <= free) {
            return wanted;
        }
        if (findings.flexible() && free >= LEAST_CPU_MILLIS) {
            findings.substitute(
                    "cpu", cores(wanted), cores(free), "compute.cpu", "less CPU is free than the contract asks for");
            return free;
        }
        findings.item(
                "cpu",
                cores(wanted),
                cores(Math.max(0, free)) + " free of " + cores(total),
                "compute.cpu",
                wanted > total
                        ? "ask for at most " + cores(total) + ", or set binding: flexible"
                        : "end or pause another agent, or set binding: flexible");
        return wanted;
    }

    void memory() {
        long wanted = contract.compute().memBytes();
        long free = ledger.freeMemoryBytes();
        if (wanted > free) {
            findings.item(
                    "memory",
                    bytes(wanted),
                    bytes(Math.max(0, free)) + " free of "
                            + bytes(ledger.machine().memoryBytes()),
                    "compute.mem",
                    "lower compute.mem, or end another agent; memory is never over-promised");
        }
    }

    /** Bytes of graphics memory; none where models run on the CPU instead. */
    long gpu() {
        long wanted = contract.compute().gpuMemBytes();
        long free = ledger.freeGpuMemoryBytes();
        if (wanted <= free) {
            return wanted;
        }
        String available = ledger.machine().gpuMemoryBytes() == 0
                ? "no GPU on this machine"
                : bytes(Math.max(0, free)) + " free of "
                        + bytes(ledger.machine().gpuMemoryBytes());
        if (findings.flexible()) {
            findings.substitute(
                    "gpu memory", bytes(wanted), "", "compute.gpu_mem", available + "; models run on the CPU");
            return 0;
        }
        findings.item(
                "gpu memory",
                bytes(wanted),
                available,
                "compute.gpu_mem",
                "remove compute.gpu_mem, set binding: flexible, or run on a machine with a GPU");
        return 0;
    }

    void pids() {
        long wanted = contract.compute().pids();
        long free = ledger.freePids();
        if (wanted > free) {
            findings.item(
                    "pids",
                    String.valueOf(wanted),
                    Math.max(0, free) + " free of " + ledger.machine().pids(),
                    "compute.pids",
                    "lower compute.pids, or end another agent");
        }
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.0f %%", share * 100);
    }

    /** CPU as cores, without needless zeros: {@code 2}, {@code 0.5}. */
    static String cores(long millis) {
        return java.math.BigDecimal.valueOf(millis, 3).stripTrailingZeros().toPlainString();
    }

    /** Bytes in the largest binary unit that keeps the number readable. */
    static String bytes(long bytes) {
        String[] units = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
        double value = bytes;
        int unit = 0;
        while (value >= 1024 && unit < units.length - 1) {
            value /= 1024;
            unit++;
        }
        return (value == Math.rint(value) ? String.valueOf((long) value) : String.format(Locale.ROOT, "%.1f", value))
                + " " + units[unit];
    }
}
