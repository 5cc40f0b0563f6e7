package dev.agentos.agentd.machine;

import dev.agentos.domain.admission.Machine;
import dev.agentos.domain.port.Sandbox;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;

/** Reads what this machine has. Everything is measured; what cannot be measured counts as absent. */
public final class MachineProbe {

    /** Share of the memory that agents may be promised; the rest is for the system and agentd. */
    private static final double PROMISABLE = 0.9;

    private static final List<String> MANDATORY = List.of(
            "namespace.user",
            "namespace.mount",
            "namespace.pid",
            "namespace.net",
            "root.readonly",
            "landlock",
            "seccomp",
            "no_new_privs");

    private final Path root;
    private final LongSupplier gpuBytes;

    /** A machine whose graphics processors nobody looks for. */
    public MachineProbe() {
        this(() -> 0);
    }

    /** @param gpuBytes memory of graphics processors, as far as it is known */
    public MachineProbe(LongSupplier gpuBytes) {
        this(Path.of("/"), gpuBytes);
    }

    /** @param root where proc and sys are found; another one in tests */
    MachineProbe(Path root, LongSupplier gpuBytes) {
        this.root = root;
        this.gpuBytes = gpuBytes;
    }

    /** The machine for admission. {@code host} is empty when the sandbox broker could not be started. */
    public Machine probe(Set<String> models, Set<String> tools, Optional<Sandbox.Host> host, String whyNoHost) {
        Set<String> mechanisms = new LinkedHashSet<>();
        List<String> obstacles = new ArrayList<>();
        if (host.isPresent()) {
            host.get().mechanisms().stream()
                    .filter(Sandbox.Mechanism::available)
                    .forEach(mechanism -> mechanisms.add(mechanism.name()));
            for (String name : MANDATORY) {
                if (!mechanisms.contains(name)) {
                    obstacles.add(name + " is missing: "
                            + host.get()
                                    .mechanism(name)
                                    .map(Sandbox.Mechanism::detail)
                                    .orElse("not probed"));
                }
            }
        } else {
            obstacles.add(whyNoHost);
        }
        return new Machine(
                Runtime.getRuntime().availableProcessors(),
                (long) (memoryBytes() * PROMISABLE),
                gpuBytes.getAsLong(),
                pids(),
                models,
                tools,
                mechanisms,
                obstacles,
                hrtShare());
    }

    /** What the kernel admits of deadline scheduling on each core; where it sets no bound, its usual one is kept. */
    private double hrtShare() {
        try {
            double runtime = Double.parseDouble(
                    readLines("proc/sys/kernel/sched_rt_runtime_us").getFirst());
            double period = Double.parseDouble(
                    readLines("proc/sys/kernel/sched_rt_period_us").getFirst());
            return runtime >= 0 && runtime <= period && period > 0
                    ? Math.min(runtime / period, Machine.HRT_SHARE)
                    : Machine.HRT_SHARE;
        } catch (NoSuchElementException | NumberFormatException e) {
            return Machine.HRT_SHARE;
        }
    }

    /** Memory of the machine, or of the smallest enclosing cgroup that limits it. */
    private long memoryBytes() {
        long total = readLines("proc/meminfo").stream()
                .filter(line -> line.startsWith("MemTotal:"))
                .findFirst()
                .map(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                .orElse(0L);
        for (String limit : List.of("sys/fs/cgroup/memory.max", "sys/fs/cgroup/memory/memory.limit_in_bytes")) {
            List<String> lines = readLines(limit);
            if (!lines.isEmpty() && lines.getFirst().matches("\\d{1,18}")) {
                total = Math.min(total, Long.parseLong(lines.getFirst()));
            }
        }
        return total;
    }

    private long pids() {
        List<String> lines = readLines("proc/sys/kernel/pid_max");
        return lines.isEmpty() ? 32_768 : Math.min(Long.parseLong(lines.getFirst()), 4_194_304);
    }

    /** CPU time that the machine spent working since boot, in microseconds; empty where it cannot be read. */
    public Optional<Long> busyMicros() {
        return readLines("proc/stat").stream().findFirst().map(line -> {
            String[] fields = line.trim().split("\\s+");
            long ticks = 0;
            for (int i = 1; i < Math.min(fields.length, 9); i++) {
                if (i != 4 && i != 5) {
                    ticks += Long.parseLong(fields[i]);
                }
            }
            return ticks * 10_000;
        });
    }

    /**
     * Share of the last 10 seconds in which something waited for this resource, 0 to 100 (Linux PSI, "some avg10").
     *
     * @param resource {@code cpu}, {@code memory} or {@code io}
     */
    public Optional<Double> pressure(String resource) {
        for (String line : readLines("proc/pressure/" + resource)) {
            for (String field : line.split(" ")) {
                if (line.startsWith("some ") && field.startsWith("avg10=")) {
                    return Optional.of(Double.parseDouble(field.substring("avg10=".length())));
                }
            }
        }
        return Optional.empty();
    }

    /** Memory in use on the machine. */
    public Optional<Long> usedMemoryBytes() {
        long total = 0;
        long available = 0;
        for (String line : readLines("proc/meminfo")) {
            if (line.startsWith("MemTotal:")) {
                total = Long.parseLong(line.replaceAll("\\D", "")) * 1024;
            } else if (line.startsWith("MemAvailable:")) {
                available = Long.parseLong(line.replaceAll("\\D", "")) * 1024;
            }
        }
        return total == 0 ? Optional.empty() : Optional.of(total - available);
    }

    private List<String> readLines(String relative) {
        try {
            return Files.readAllLines(root.resolve(relative));
        } catch (IOException e) {
            return List.of();
        }
    }
}
