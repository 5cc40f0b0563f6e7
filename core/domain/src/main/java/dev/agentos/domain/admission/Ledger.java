package dev.agentos.domain.admission;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** What the machine has and what of it is promised. Immutable; every change gives a new ledger. */
public record Ledger(Machine machine, Map<String, Reservation> reservations) {

    /**
     * What one agent was promised.
     *
     * @param cpuMillis reserved CPU; 0 for DT, which is capped and takes what is left
     * @param hrtCore the core an HRT agent was placed on
     * @param hrtUtilisation share of that core that is kept free for it: worst-case execution time over deadline
     * @param urgentAt the model provider that a soft real-time agent asks; empty for others
     */
    public record Reservation(
            long cpuMillis,
            long memoryBytes,
            long gpuMemoryBytes,
            long pids,
            Optional<Integer> hrtCore,
            double hrtUtilisation,
            Optional<String> urgentAt) {}

    public Ledger {
        // The order is kept so that listings are stable.
        reservations = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(reservations));
    }

    public static Ledger empty(Machine machine) {
        return new Ledger(machine, Map.of());
    }

    public Ledger with(String agent, Reservation reservation) {
        Map<String, Reservation> next = new LinkedHashMap<>(reservations);
        next.put(agent, reservation);
        return new Ledger(machine, next);
    }

    public Ledger without(String agent) {
        Map<String, Reservation> next = new LinkedHashMap<>(reservations);
        next.remove(agent);
        return new Ledger(machine, next);
    }

    public Ledger on(Machine other) {
        return new Ledger(other, reservations);
    }

    public long freeCpuMillis() {
        return machine.cpuMillis()
                - reservations.values().stream()
                        .mapToLong(Reservation::cpuMillis)
                        .sum();
    }

    public long freeMemoryBytes() {
        return machine.memoryBytes()
                - reservations.values().stream()
                        .mapToLong(Reservation::memoryBytes)
                        .sum();
    }

    public long freeGpuMemoryBytes() {
        return machine.gpuMemoryBytes()
                - reservations.values().stream()
                        .mapToLong(Reservation::gpuMemoryBytes)
                        .sum();
    }

    public long freePids() {
        return machine.pids()
                - reservations.values().stream().mapToLong(Reservation::pids).sum();
    }

    /** Admitted soft real-time agents at a model provider. */
    public long urgentAt(String provider) {
        return reservations.values().stream()
                .filter(r -> r.urgentAt().filter(provider::equals).isPresent())
                .count();
    }

    /**
     * The first core that can take a task of this density. Partitioned EDF: on one core, independent tasks meet their
     * deadlines when their densities sum to at most 1 (Liu and Layland, 1973, for deadlines equal to periods; shorter
     * ones by the density test); we stop at {@link Machine#hrtShare}. What passes here passes the kernel's test too: it
     * compares the sum of runtime over period on all cores, which is never more, with the same share of all cores.
     */
    public OptionalInt coreFor(double density) {
        List<Double> loads = hrtLoads();
        for (int core = 0; core < loads.size(); core++) {
            if (loads.get(core) + density <= machine.hrtShare() + 1e-9) {
                return OptionalInt.of(core);
            }
        }
        return OptionalInt.empty();
    }

    /** Reserved hard real-time share of each core. */
    public List<Double> hrtLoads() {
        List<Double> loads = new ArrayList<>();
        for (int core = 0; core < machine.cores(); core++) {
            int index = core;
            loads.add(reservations.values().stream()
                    .filter(r -> r.hrtCore().map(c -> c == index).orElse(false))
                    .mapToDouble(Reservation::hrtUtilisation)
                    .sum());
        }
        return loads;
    }
}
