package dev.agentos.agentd.machine;

import dev.agentos.domain.doctor.HostFacts;
import dev.agentos.domain.port.Sandbox;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads the kernel's switches that explain why a mechanism is missing. What cannot be read is left out. */
public final class HostFactsProbe {

    private static final List<String> SETTINGS = List.of(
            "kernel.apparmor_restrict_unprivileged_userns",
            "kernel.unprivileged_userns_clone",
            "user.max_user_namespaces",
            "kernel.sched_rt_runtime_us");

    private static final String PROFILE = "agentos-execd";

    private final Path root;
    private final String broker;

    /** @param broker the broker's program */
    public HostFactsProbe(Path broker) {
        this(Path.of("/"), broker.toString());
    }

    /** @param root where proc, sys and run are found; another one in tests */
    HostFactsProbe(Path root, String broker) {
        this.root = root;
        this.broker = broker;
    }

    /** Everything, now. */
    public HostFacts read(Optional<Sandbox.Host> host, String trouble) {
        Map<String, String> settings = new LinkedHashMap<>();
        for (String name : SETTINGS) {
            first("proc/sys/" + name.replace('.', '/')).ifPresent(value -> settings.put(name, value));
        }
        return new HostFacts(
                host,
                trouble,
                settings,
                cgroups(),
                Files.isDirectory(root.resolve("run/systemd/system")),
                lines("proc/swaps").size() > 1,
                first("proc/sys/kernel/osrelease").orElse("unknown"),
                profile(),
                broker);
    }

    /** By the mount table: a machine may have both versions. */
    private String cgroups() {
        boolean one = false;
        boolean two = false;
        for (String line : lines("proc/self/mounts")) {
            String[] fields = line.split(" ");
            if (fields.length > 2) {
                one |= fields[2].equals("cgroup");
                two |= fields[2].equals("cgroup2");
            }
        }
        return one && two ? "hybrid" : one ? "v1" : two ? "v2" : "none";
    }

    /** The list of loaded profiles belongs to root; the file that loads it at every start does not. */
    private Optional<Boolean> profile() {
        List<String> loaded = lines("sys/kernel/security/apparmor/profiles");
        if (!loaded.isEmpty()) {
            return Optional.of(loaded.stream().anyMatch(line -> line.startsWith(PROFILE)));
        }
        return Files.exists(root.resolve("etc/apparmor.d").resolve(PROFILE)) ? Optional.of(true) : Optional.empty();
    }

    private Optional<String> first(String relative) {
        return lines(relative).stream().findFirst().map(String::strip);
    }

    private List<String> lines(String relative) {
        try {
            return Files.readAllLines(root.resolve(relative));
        } catch (IOException | SecurityException e) {
            return List.of();
        }
    }
}
