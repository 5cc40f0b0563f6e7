package dev.agentos.testkit.bench;

import dev.agentos.testkit.service.Figures;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** {@code ./agentos bench NAME [--json] [--rounds N | --agents N]}. */
public final class BenchMain {

    private BenchMain() {}

    interface Bench {
        Figures run(Path home, int rounds) throws Exception;
    }

    /** Runs one bench and prints what it saw. */
    public static void main(String[] arguments) throws Exception {
        List<String> rest = new ArrayList<>(List.of(arguments));
        boolean json = rest.remove("--json");
        int rounds = 0;
        int at = Math.max(rest.indexOf("--rounds"), rest.indexOf("--agents"));
        if (at >= 0 && at + 1 < rest.size()) {
            rounds = Integer.parseInt(rest.get(at + 1));
            rest.subList(at, at + 2).clear();
        }
        Bench bench = switch (rest.size() == 1 ? rest.getFirst() : "") {
            case "spawn" -> new SpawnBench();
            case "audit" -> new AuditBench();
            case "start" -> new StartBench();
            case "density" -> new DensityBench();
            case "lifecycle" -> new LifecycleBench();
            case "neighbours" -> new NeighboursBench();
            case "tool" -> new ToolBench();
            default -> null;
        };
        if (bench == null) {
            System.err.println(
                    "bench: there is no bench " + String.join(" ", rest)
                            + "\n  → one of: spawn, density, lifecycle, neighbours, audit, start, tool; for example: ./agentos bench spawn --json");
            System.exit(2);
            return;
        }
        bench.run(Path.of(System.getProperty("agentos.home")), rounds).print(System.out, json);
    }
}
