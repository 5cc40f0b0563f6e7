package dev.agentos.tui;

import java.util.ArrayList;
import java.util.List;

/**
 * What people run most, run once, while the virtual machine records which classes that takes. The build makes the
 * ahead-of-time caches of agentctl with it. A first argument that is a command's name takes only that command, for a
 * small cache of its own: a cache loads whole. The other arguments are put behind each command, for example
 * {@code --socket FILE}.
 */
public final class AotTraining {

    private static final List<List<String>> LINES = List.of(
            List.of("status"),
            List.of("status", "--json"),
            List.of("list", "--all"),
            List.of("list", "--json"),
            List.of("events", "--limit", "5"),
            List.of("consent", "list"),
            List.of("tool", "list"),
            List.of("contract", "schema"),
            List.of("audit", "verify"),
            List.of("show", "none"),
            List.of("tour", "--auto", "--yes"));

    /** Not a command: a run of spawns, so that the service's own cache holds profiles of its busiest path, often enough
     * for the last compiler to have seen it. */
    private static final String LOAD = "load";

    private static final int SPAWNS = 1_500;

    private AotTraining() {}

    private static void spawns() {
        String contract = System.getenv().getOrDefault("AGENTOS_HOME", ".") + "/examples/shell.yaml";
        for (int i = 0; i < SPAWNS; i++) {
            AgentctlMain.run(new String[] {"run", "--contract", contract, "--", "/usr/bin/true"});
        }
    }

    /** Runs the lines; their exit codes do not matter here. */
    public static void main(String[] arguments) {
        List<String> behind = new ArrayList<>(List.of(arguments));
        String only = behind.isEmpty() || behind.getFirst().startsWith("-") ? "" : behind.removeFirst();
        if (only.equals(LOAD)) {
            spawns();
            return;
        }
        for (List<String> line : LINES) {
            if (only.isEmpty() || line.getFirst().equals(only)) {
                List<String> all = new ArrayList<>(line);
                all.addAll(behind);
                AgentctlMain.run(all.toArray(String[]::new));
            }
        }
    }
}
