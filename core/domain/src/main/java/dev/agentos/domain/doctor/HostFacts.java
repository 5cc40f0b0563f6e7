package dev.agentos.domain.doctor;

import dev.agentos.domain.port.Sandbox;
import java.util.Map;
import java.util.Optional;

/**
 * What is known about a host: the broker's own trials, and the kernel's switches that explain them.
 *
 * @param host the broker's table; empty when it could not be asked
 * @param trouble why it could not be asked
 * @param settings kernel switches that were readable, by their name in sysctl
 * @param cgroups which versions are mounted: {@code v2}, {@code hybrid}, {@code v1} or {@code none}
 * @param systemd whether systemd runs this machine
 * @param swap whether any swap is in use
 * @param kernel its release
 * @param profile whether the shipped AppArmor profile is loaded; empty where it cannot be told
 * @param broker the broker's program, for commands that name it
 */
public record HostFacts(
        Optional<Sandbox.Host> host,
        String trouble,
        Map<String, String> settings,
        String cgroups,
        boolean systemd,
        boolean swap,
        String kernel,
        Optional<Boolean> profile,
        String broker) {

    public HostFacts {
        settings = Map.copyOf(settings);
    }

    boolean is(String setting, String value) {
        return value.equals(settings.get(setting));
    }

    boolean unprivileged() {
        return host.map(found -> !found.mode().equals("privileged")).orElse(false);
    }
}
