package dev.agentos.tui;

import dev.agentos.tui.ctl.Agentctl;
import dev.agentos.tui.ctl.CtlContext;
import java.util.List;

/**
 * What people run most, run once, while the virtual machine records which classes that takes. The build makes the
 * ahead-of-time cache of agentctl with it. Arguments are put behind each command, for example {@code --socket FILE}.
 * Without a service it records how commands end when there is none.
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

    private AotTraining() {}

    /** Runs every line; their exit codes do not matter here. */
    public static void main(String[] more) {
        for (List<String> line : LINES) {
            List<String> all = new java.util.ArrayList<>(line);
            all.addAll(List.of(more));
            String[] arguments = all.toArray(String[]::new);
            if (FastStatus.isAsked(arguments)) {
                FastStatus.run(arguments);
            } else {
                Agentctl.run(CtlContext.system(), arguments);
            }
        }
    }
}
