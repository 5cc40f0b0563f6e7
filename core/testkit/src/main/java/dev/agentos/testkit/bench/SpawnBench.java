package dev.agentos.testkit.bench;

import dev.agentos.bridge.client.AgentdClient;
import dev.agentos.bridge.wire.AgentWire.AgentView;
import dev.agentos.bridge.wire.AgentWire.Spawn;
import dev.agentos.testkit.service.Figures;
import dev.agentos.testkit.service.Fleet;
import dev.agentos.testkit.service.LiveService;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A governed run of {@code true} through the API (contract validated, admitted, sandboxed, probed, audited, exit
 * recorded) against {@code bwrap --unshare-all true} and {@code crun run}, in turn within one run, so that all see the
 * same machine; who begins changes from round to round. The figure is the whole way as a client sees it: how much of it
 * the sandbox broker takes is not told apart, since the broker answers agentd's user only. Two parts of it are measured by
 * themselves: the same request once more, which is answered from memory, and two small flushes of a file beside the
 * journal, since a governed run has two moments at which something must be on the disk.
 *
 * <p>Everything is measured twice: each run after a rest, as when somebody starts an agent now and then, and run after run
 * without one, as when a fleet starts. Caches and processors that rested make both sides slower, and not by as much.
 */
final class SpawnBench implements BenchMain.Bench {

    private static final int ROUNDS = 200;

    /** A service and a client that have just started interpret what they later run compiled. */
    private static final int WARM_UP = 1_000;

    /** How many runs follow each other, after which rest. What one leaves to be tidied up must not fall into another's time. */
    private enum Pace {
        RESTED("", 1, 20),
        BACK_TO_BACK("_back_to_back", 20, 100);

        private final String suffix;
        private final int burst;
        private final long restMs;

        Pace(String suffix, int burst, long restMs) {
            this.suffix = suffix;
            this.burst = burst;
            this.restMs = restMs;
        }
    }

    private static final String CONTRACT =
            Fleet.contract("bench", "SRT", "cpu: \"100m\", mem: 64MiB, pids: 16", "", List.of("/usr/bin/true"));

    private interface Contender {
        double millis() throws IOException, InterruptedException;
    }

    @Override
    public Figures run(Path home, int asked) throws Exception {
        int rounds = asked > 0 ? asked : ROUNDS;
        Figures figures = new Figures("bench", "spawn");
        Optional<Path> bwrap = find("bwrap");
        Map<String, Contender> contenders = new LinkedHashMap<>();
        Optional<Crun> crun = Crun.here(figures);
        try (LiveService service = LiveService.start(home);
                AgentdClient client = service.client();
                FileChannel beside = FileChannel.open(
                        service.folder("flushes").resolve("file"),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE)) {
            contenders.put("governed_spawn", () -> governed(client));
            if (bwrap.isPresent()) {
                List<String> words =
                        List.of(bwrap.get().toString(), "--unshare-all", "--ro-bind", "/", "/", "/usr/bin/true");
                contenders.put("bwrap", () -> command(words));
            } else {
                figures.skip("bwrap", "bubblewrap is not installed; apt-get install bubblewrap");
            }
            if (crun.isPresent()) {
                contenders.put("crun", () -> command(crun.get().words()));
                crun.get().enteringAlone().ifPresent(words -> contenders.put("enter_for_crun", () -> command(words)));
            }
            Spawn once = Fleet.request(CONTRACT);
            contenders.put("asked_again", () -> governed(client, once));
            contenders.put("two_flushes", () -> flushes(beside));
            contenders.put("fork_exec_true", () -> command(List.of("/usr/bin/true")));
            for (int i = 0; i < WARM_UP; i++) {
                governed(client);
            }
            // The first time it is a run like any other.
            governed(client, once);
            figures.put("rounds", rounds)
                    .put("warm_up", WARM_UP)
                    .put("sandbox_mode", client.status().enforcement().mode());
            for (Pace pace : Pace.values()) {
                report(figures, pace, measure(contenders, rounds, pace));
            }
        } finally {
            if (crun.isPresent()) {
                crun.get().close();
            }
        }
        return figures;
    }

    private static void report(Figures figures, Pace pace, Map<String, double[]> times) {
        times.forEach((name, samples) -> figures.put(name + pace.suffix + "_ms_p50", Figures.percentile(samples, 0.5))
                .put(name + pace.suffix + "_ms_p99", Figures.percentile(samples, 0.99)));
        double[] governed = times.getOrDefault("governed_spawn", new double[1]);
        double median = Figures.percentile(governed, 0.5);
        figures.put("p99_over_p50" + pace.suffix, Figures.percentile(governed, 0.99) / median);
        List.of("bwrap", "crun").forEach(peer -> {
            double[] samples = times.get(peer);
            if (samples != null) {
                String name = peer.equals("bwrap") ? "ratio" : "ratio_" + peer;
                figures.put(name + pace.suffix + "_p50", median / Figures.percentile(samples, 0.5));
            }
        });
    }

    /** So many runs of each, in turn; who begins changes from turn to turn. */
    private static Map<String, double[]> measure(Map<String, Contender> contenders, int rounds, Pace pace)
            throws IOException, InterruptedException {
        Map<String, double[]> times = new LinkedHashMap<>();
        contenders.keySet().forEach(name -> times.put(name, new double[rounds]));
        List<Map.Entry<String, Contender>> order = new ArrayList<>(contenders.entrySet());
        for (int from = 0; from < rounds; from += pace.burst) {
            for (Map.Entry<String, Contender> contender : order) {
                double[] samples = times.getOrDefault(contender.getKey(), new double[0]);
                Thread.sleep(pace.restMs);
                for (int i = from; i < Math.min(rounds, from + pace.burst); i++) {
                    samples[i] = contender.getValue().millis();
                }
            }
            Collections.rotate(order, 1);
        }
        return times;
    }

    static void delete(Path tree) throws IOException {
        try (Stream<Path> files = Files.walk(tree)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }

    private static double governed(AgentdClient client) {
        return governed(client, Fleet.request(CONTRACT));
    }

    private static double governed(AgentdClient client, Spawn request) {
        long from = System.nanoTime();
        AgentView view = client.spawn(request, AgentdClient.Until.ENDED, Duration.ofSeconds(20));
        double millis = (System.nanoTime() - from) / 1e6;
        if (!view.state().equals("done")) {
            throw new IllegalStateException("the governed run ended " + view.state() + ": " + view.reason());
        }
        return millis;
    }

    /** Two records of 4 KiB, each on the disk before the next. */
    private static double flushes(FileChannel file) throws IOException {
        long from = System.nanoTime();
        for (int i = 0; i < 2; i++) {
            file.write(ByteBuffer.allocate(4096));
            file.force(false);
        }
        return (System.nanoTime() - from) / 1e6;
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
