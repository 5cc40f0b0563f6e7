package dev.agentos.testkit.bench;

import dev.agentos.bridge.client.AgentdClient;
import dev.agentos.bridge.wire.AgentWire.AgentView;
import dev.agentos.bridge.wire.AgentWire.Spawn;
import dev.agentos.testkit.service.Figures;
import dev.agentos.testkit.service.LiveService;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * A governed run of {@code true} through the API (contract validated, admitted, sandboxed, probed, audited, exit
 * recorded) against {@code bwrap --unshare-all true}, in turn within one run, so that both see the same machine.
 */
final class SpawnBench implements BenchMain.Bench {

    private static final int ROUNDS = 200;
    private static final int WARM_UP = 60;

    private static final String CONTRACT = """
            apiVersion: agentos/v0.2
            kind: AgentContract
            name: bench
            class: {latency: SRT}
            capabilities: []
            compute: {cpu: "100m", mem: "64MiB", pids: 16}
            modelPolicy: {allow: []}
            binding: flexible
            runtime: {process: {command: ["/usr/bin/true"]}}
            """;

    @Override
    public Figures run(Path home, int asked) throws Exception {
        int rounds = asked > 0 ? asked : ROUNDS;
        Optional<Path> bwrap = find("bwrap");
        double[] governed = new double[rounds];
        double[] peer = new double[rounds];
        double[] bare = new double[rounds];
        Figures figures = new Figures("bench", "spawn");
        try (LiveService service = LiveService.start(home);
                AgentdClient client = service.client()) {
            for (int i = 0; i < WARM_UP; i++) {
                governed(client);
            }
            for (int i = 0; i < rounds; i++) {
                governed[i] = governed(client);
                if (bwrap.isPresent()) {
                    peer[i] = command(
                            List.of(bwrap.get().toString(), "--unshare-all", "--ro-bind", "/", "/", "/usr/bin/true"));
                }
                bare[i] = command(List.of("/usr/bin/true"));
            }
            figures.put("rounds", rounds)
                    .put("sandbox_mode", client.status().enforcement().mode())
                    .put("governed_spawn_ms_p50", Figures.percentile(governed, 0.5))
                    .put("governed_spawn_ms_p99", Figures.percentile(governed, 0.99));
        }
        if (bwrap.isPresent()) {
            figures.put("bwrap_ms_p50", Figures.percentile(peer, 0.5))
                    .put("bwrap_ms_p99", Figures.percentile(peer, 0.99))
                    .put("ratio_p50", Figures.percentile(governed, 0.5) / Figures.percentile(peer, 0.5));
        } else {
            figures.skip("bwrap", "bubblewrap is not installed");
        }
        // Both peers are started from this JVM; what that costs by itself is shown beside them.
        return figures.put("fork_exec_true_ms_p50", Figures.percentile(bare, 0.5));
    }

    private static double governed(AgentdClient client) {
        long from = System.nanoTime();
        AgentView view = client.spawn(
                new Spawn(
                        UUID.randomUUID().toString(),
                        "bench.yaml",
                        CONTRACT,
                        Optional.empty(),
                        Optional.empty(),
                        List.of(),
                        Map.of(),
                        false),
                AgentdClient.Until.ENDED,
                Duration.ofSeconds(20));
        double millis = (System.nanoTime() - from) / 1e6;
        if (!view.state().equals("done")) {
            throw new IllegalStateException("the governed run ended " + view.state() + ": " + view.reason());
        }
        return millis;
    }

    private static double command(List<String> words) throws IOException, InterruptedException {
        long from = System.nanoTime();
        int code = new ProcessBuilder(words)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
        double millis = (System.nanoTime() - from) / 1e6;
        if (code != 0) {
            throw new IllegalStateException(words.getFirst() + " ended with " + code);
        }
        return millis;
    }

    static Optional<Path> find(String program) {
        for (String folder : System.getenv().getOrDefault("PATH", "/usr/bin").split(":")) {
            Path path = Path.of(folder, program);
            if (Files.isExecutable(path)) {
                return Optional.of(path);
            }
        }
        return Optional.empty();
    }
}
