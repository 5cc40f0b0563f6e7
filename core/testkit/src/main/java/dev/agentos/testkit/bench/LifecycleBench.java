package dev.agentos.testkit.bench;

import dev.agentos.bridge.client.AgentdClient;
import dev.agentos.bridge.client.AgentdException;
import dev.agentos.bridge.wire.AgentWire.AgentView;
import dev.agentos.testkit.service.Figures;
import dev.agentos.testkit.service.Fleet;
import dev.agentos.testkit.service.LiveService;
import dev.agentos.testkit.service.World;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Pause, resume and kill of a tree of processes through the API, each until it is so and on the disk. A kill is over when
 * the kernel says that nothing of the tree is left; an observer outside looks whether that is true.
 */
final class LifecycleBench implements BenchMain.Bench {

    private static final int ROUNDS = 100;
    private static final int WARM_UP = 20;
    private static final int CHILDREN = 6;
    private static final int RETRIES = 20;

    private static final String CONTRACT = Fleet.contract(
            "lifecycle",
            "SRT",
            "cpu: \"200m\", mem: 64MiB, pids: 32",
            "",
            List.of(
                    "/bin/sh",
                    "-c",
                    "i=0; while [ $i -lt " + CHILDREN
                            + " ]; do (while :; do sleep 0.01; done) & i=$((i+1)); done; wait"));

    @Override
    public Figures run(Path home, int asked) throws Exception {
        int rounds = asked > 0 ? asked : ROUNDS;
        double[] freeze = new double[rounds];
        double[] thaw = new double[rounds];
        double[] kill = new double[rounds];
        long survivors = 0;
        long late = 0;
        long tree = 0;
        Figures figures = new Figures("bench", "lifecycle");
        try (LiveService service = LiveService.start(home);
                AgentdClient client = service.client()) {
            World world = new World(service.base());
            for (int i = -WARM_UP; i < rounds; i++) {
                AgentView agent = client.spawn(Fleet.request(CONTRACT));
                TimeUnit.MILLISECONDS.sleep(15);
                double[] times = new double[3];
                long from = System.nanoTime();
                late += freeze(client, agent.id());
                times[0] = (System.nanoTime() - from) / 1e6;
                from = System.nanoTime();
                client.resume(agent.id());
                times[1] = (System.nanoTime() - from) / 1e6;
                List<World.Inside> before = service.isRoot() && i % 10 == 0 ? world.inside() : List.of();
                from = System.nanoTime();
                AgentView killed = client.kill(agent.id());
                times[2] = (System.nanoTime() - from) / 1e6;
                survivors += before.stream().filter(World.Inside::isAlive).count();
                tree = Math.max(tree, before.size());
                if (!killed.state().equals("killed")) {
                    throw new IllegalStateException(killed.id() + " is " + killed.state() + ": " + killed.reason());
                }
                if (i >= 0) {
                    freeze[i] = times[0];
                    thaw[i] = times[1];
                    kill[i] = times[2];
                }
            }
            if (!service.isRoot()) {
                figures.skip("survivors", "other users' processes can be read by root only");
            }
        }
        return figures.put("rounds", rounds)
                .put("processes_in_tree", tree)
                .put("freeze_ms_p50", Figures.percentile(freeze, 0.5))
                .put("freeze_ms_p95", Figures.percentile(freeze, 0.95))
                .put("thaw_ms_p50", Figures.percentile(thaw, 0.5))
                .put("thaw_ms_p95", Figures.percentile(thaw, 0.95))
                .put("kill_to_empty_ms_p50", Figures.percentile(kill, 0.5))
                .put("kill_to_empty_ms_p95", Figures.percentile(kill, 0.95))
                .put("freezes_not_in_time", late)
                .put("survivors", survivors);
    }

    /** Freezes, again where the kernel did not stop the tree in the broker's time; how often it took one more. */
    private static long freeze(AgentdClient client, String id) {
        for (int late = 0; ; late++) {
            try {
                client.pause(id);
                return late;
            } catch (AgentdException e) {
                if (!e.body().code().equals("freeze.failed") || late == RETRIES) {
                    throw e;
                }
            }
        }
    }
}
