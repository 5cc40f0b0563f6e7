package dev.agentos.testkit.bench;

import dev.agentos.bridge.client.AgentdClient;
import dev.agentos.bridge.client.AgentdException;
import dev.agentos.bridge.wire.AgentWire.AgentView;
import dev.agentos.testkit.service.Figures;
import dev.agentos.testkit.service.Fleet;
import dev.agentos.testkit.service.LiveService;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * An SRT agent that answers requests, alone and beside each of four neighbours that take all they can get. A request and
 * its answer go through two named pipes in its workspace; between them it works some milliseconds, as an agent would.
 *
 * <p>The neighbour is frozen and let go in short turns: a virtual machine's processors change their speed by half for seconds at
 * a time, whoever runs, and a turn and the next one see the same speed. A ratio is the median over the pairs of turns of what
 * requests took beside the neighbour to what they took beside the frozen one.
 */
final class NeighboursBench implements BenchMain.Bench {

    private static final int REQUESTS = 120;
    private static final long SETTLE_MS = 700;
    private static final int TURNS = 30;

    /** Until a neighbour that was let go is at work again; as long as after it was frozen, so that both begin as rested. */
    private static final long TURN_SETTLE_MS = 20;

    private static final int ATTEMPTS = 50;

    private static final String PATIENT = Fleet.contract(
            "patient",
            "SRT",
            "cpu: \"1\", mem: 64MiB, pids: 16",
            "budget: {wall_time: 1h}\n",
            List.of(
                    "/bin/sh",
                    "-c",
                    "mkfifo in out; exec <in >out; while read -r x; do i=0; while [ $i -lt 8000 ]; do i=$((i+1)); done;"
                            + " echo $x; done"));

    private static final Map<String, List<String>> BOMBS = new LinkedHashMap<>();

    static {
        BOMBS.put("fork_bomb", List.of("/bin/bash", "-c", "f() { f | f & }; while :; do f; sleep 0.01; done"));
        BOMBS.put(
                "memory_bomb",
                List.of("/bin/sh", "-c", "while :; do tail -c 400M /dev/zero >/dev/null 2>&1; sleep 0.01; done"));
        BOMBS.put(
                "disk_filler",
                List.of(
                        "/bin/sh",
                        "-c",
                        "while :; do dd if=/dev/zero of=f bs=1M count=200 conv=fsync 2>/dev/null; rm -f f; done"));
        BOMBS.put(
                "descriptor_hoarder",
                List.of(
                        "/bin/bash",
                        "-c",
                        "while :; do (i=10; while eval \"exec $i</dev/null\" 2>/dev/null; do i=$((i+1)); done) & wait;"
                                + " done"));
    }

    @Override
    public Figures run(Path home, int asked) throws Exception {
        int requests = asked > 0 ? asked : REQUESTS;
        Figures figures = new Figures("bench", "neighbours");
        try (LiveService service = LiveService.start(home);
                AgentdClient client = service.client()) {
            AgentView patient = client.spawn(Fleet.request(PATIENT));
            Path workspace = Path.of(patient.workspace());
            await(workspace.resolve("in"));
            await(workspace.resolve("out"));
            try (var in = Files.newOutputStream(workspace.resolve("in"));
                    var out = Files.newBufferedReader(workspace.resolve("out"))) {
                Pipes pipes = new Pipes(in, out);
                onset(pipes, requests);
                double worst = 0;
                List<Double> all = new ArrayList<>();
                for (Map.Entry<String, List<String>> bomb : BOMBS.entrySet()) {
                    Beside seen = beside(client, pipes, bomb.getValue(), requests);
                    double alone = Figures.percentile(seen.alone(), 0.5);
                    double loaded = Figures.percentile(seen.loaded(), 0.5);
                    double ratio = Figures.percentile(seen.ratios(), 0.5);
                    worst = Math.max(worst, ratio);
                    all.add(alone);
                    figures.put("onset_alone_beside_frozen_" + bomb.getKey() + "_ms_p50", alone)
                            .put("onset_" + bomb.getKey() + "_ms_p50", loaded)
                            .put("onset_" + bomb.getKey() + "_ms_p95", Figures.percentile(seen.loaded(), 0.95))
                            .put("ratio_" + bomb.getKey(), ratio)
                            .put(
                                    "neighbour_cpu_s_" + bomb.getKey(),
                                    seen.state().usage().cpuMicros() / 1e6)
                            .put(
                                    "state_" + bomb.getKey(),
                                    seen.state().state() + " after "
                                            + seen.state().restarts() + " restarts");
                }
                figures.put(
                                "onset_alone_ms_p50",
                                Figures.percentile(
                                        all.stream().mapToDouble(d -> d).toArray(), 0.5))
                        .put("ratio_worst", worst)
                        .put("requests", requests);
            }
            // Its input has ended, and with it the agent.
            client.awaitAgent(patient.id(), AgentdClient.Until.ENDED, Duration.ofSeconds(20));
        }
        return figures;
    }

    /** Times beside one neighbour and while that was frozen, and how they compare in each pair of turns. */
    private record Beside(double[] alone, double[] loaded, double[] ratios, AgentView state) {}

    /** Frozen and running in turn: the machine is not the same machine all the time, and both must see the same one. */
    private static Beside beside(AgentdClient client, Pipes pipes, List<String> command, int requests)
            throws IOException, InterruptedException {
        AgentView other = client.spawn(Fleet.request(Fleet.contract(
                "neighbour",
                "DT",
                "cpu: \"1\", mem: 128MiB, pids: 64, open_files: 256, disk: 256MiB",
                "supervision: {restart: {policy: always, max: 1000, backoff_ms: 1, backoff_max_ms: 1}}\n",
                command)));
        TimeUnit.MILLISECONDS.sleep(SETTLE_MS);
        int each = Math.max(1, requests / TURNS);
        double[] alone = new double[0];
        double[] loaded = new double[0];
        double[] ratios = new double[TURNS];
        for (int turn = 0; turn < TURNS; turn++) {
            double[] beside = onset(pipes, each);
            freeze(client, other.id(), true);
            double[] without = onset(pipes, each);
            freeze(client, other.id(), false);
            ratios[turn] = mean(beside) / mean(without);
            loaded = joined(loaded, beside);
            alone = joined(alone, without);
        }
        AgentView state = client.agent(other.id());
        client.kill(other.id());
        return new Beside(alone, loaded, ratios, state);
    }

    /** A bomb that is between two incarnations, or forks faster than it freezes, takes more than one attempt. */
    private static void freeze(AgentdClient client, String id, boolean frozen) throws InterruptedException {
        for (int attempt = 1; ; attempt++) {
            try {
                if (frozen) {
                    client.pause(id);
                } else {
                    client.resume(id);
                }
                TimeUnit.MILLISECONDS.sleep(TURN_SETTLE_MS);
                return;
            } catch (AgentdException e) {
                if (attempt == ATTEMPTS) {
                    AgentView now = client.agent(id);
                    throw new IllegalStateException(
                            now.id() + " is " + now.state() + " after " + now.restarts() + " restarts: " + now.reason(),
                            e);
                }
                TimeUnit.MILLISECONDS.sleep(20);
            }
        }
    }

    private static double mean(double[] times) {
        return Arrays.stream(times).average().orElse(Double.NaN);
    }

    private static double[] joined(double[] first, double[] second) {
        double[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }

    private record Pipes(java.io.OutputStream in, java.io.BufferedReader out) {}

    private static double[] onset(Pipes pipes, int requests) throws IOException, InterruptedException {
        double[] times = new double[requests];
        for (int i = 0; i < requests; i++) {
            long from = System.nanoTime();
            pipes.in().write((i + "\n").getBytes(java.nio.charset.StandardCharsets.US_ASCII));
            pipes.in().flush();
            String answer = pipes.out().readLine();
            times[i] = (System.nanoTime() - from) / 1e6;
            if (!String.valueOf(i).equals(answer)) {
                throw new IOException("the agent answered " + answer + " to " + i);
            }
            TimeUnit.MILLISECONDS.sleep(2);
        }
        return times;
    }

    private static void await(Path pipe) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!Files.exists(pipe)) {
            if (System.nanoTime() > deadline) {
                throw new IOException("the agent made no " + pipe);
            }
            TimeUnit.MILLISECONDS.sleep(5);
        }
    }
}
