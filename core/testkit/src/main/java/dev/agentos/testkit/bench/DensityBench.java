package dev.agentos.testkit.bench;

import dev.agentos.bridge.client.AgentdClient;
import dev.agentos.bridge.wire.AgentWire.AgentView;
import dev.agentos.testkit.service.Figures;
import dev.agentos.testkit.service.Fleet;
import dev.agentos.testkit.service.LiveService;
import dev.agentos.testkit.service.Memory;
import dev.agentos.testkit.service.World;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Very many idle process agents on one service, then none. The memory of each above the agent's own is what the machine
 * lost while they were there (the fall of MemAvailable: broker, agentd, first processes, groups, namespaces, mounts, slab)
 * less the proportional set size of the agents' own processes, divided by their number.
 */
final class DensityBench implements BenchMain.Bench {

    private static final int AGENTS = 1_000;
    private static final int LISTS = 5;
    private static final long SETTLE_MS = 2_000;

    private static final String CONTRACT = Fleet.contract(
            "density",
            "DT",
            "cpu: \"10m\", mem: 8MiB, pids: 4, open_files: 64, disk: 1MiB",
            "budget: {wall_time: 1d}\n",
            List.of("/usr/bin/sleep", "86400"));

    @Override
    public Figures run(Path home, int asked) throws Exception {
        int count = asked > 0 ? asked : AGENTS;
        Figures figures = new Figures("bench", "density");
        try (LiveService service = LiveService.start(home);
                AgentdClient client = service.client()) {
            // One goes before, so that what is made once is not counted as somebody's.
            client.kill(client.spawn(Fleet.request(CONTRACT)).id());
            TimeUnit.MILLISECONDS.sleep(SETTLE_MS);
            long availableBefore = Memory.available();
            long agentdBefore = Memory.proportional(service.agentdPid());
            long brokerBefore = Memory.proportional(service.brokerPid());

            long from = System.nanoTime();
            List<AgentView> agents = Fleet.spawn(service, CONTRACT, count);
            double spawnAll = seconds(from);
            long running = client.agents("running").agents().size();
            figures.put("agents", running).put("agents_asked", count).put("spawn_all_s", spawnAll);

            TimeUnit.MILLISECONDS.sleep(SETTLE_MS);
            World world = new World(service.base());
            List<World.Inside> inside = service.isRoot() ? world.inside() : List.of();
            long lost = availableBefore - Memory.available();
            long own = inside.stream()
                    .filter(process -> !process.first())
                    .mapToLong(process -> Memory.proportional(process.pid()))
                    .sum();
            if (service.isRoot()) {
                figures.put("overhead_mb_each", (lost - own) / 1e6 / running)
                        .put("agents_own_mb_each", own / 1e6 / running)
                        .put("processes_inside", inside.size());
            } else {
                figures.skip("overhead_mb_each", "the agents' own memory can be read by root only");
            }
            figures.put("agentd_growth_mb", (Memory.proportional(service.agentdPid()) - agentdBefore) / 1e6)
                    .put("broker_growth_mb", (Memory.proportional(service.brokerPid()) - brokerBefore) / 1e6);
            lists(service, client, figures);

            Set<String> namespaces = new HashSet<>();
            inside.forEach(process -> namespaces.addAll(process.namespaces()));
            long killFrom = System.nanoTime();
            Fleet.each(service, agents, (each, agent) -> each.kill(agent.id()));
            figures.put("kill_all_s", seconds(killFrom));
            left(service, world, inside, namespaces, client, figures);
        }
        return figures;
    }

    private static void lists(LiveService service, AgentdClient client, Figures figures) throws Exception {
        double[] list = new double[LISTS];
        double[] program = new double[LISTS];
        for (int i = 0; i < LISTS; i++) {
            long from = System.nanoTime();
            client.agents();
            list[i] = (System.nanoTime() - from) / 1e6;
            from = System.nanoTime();
            ProcessBuilder builder = new ProcessBuilder(
                            service.home().resolve("bin/agentctl").toString(), "list")
                    .redirectErrorStream(true);
            builder.environment().put("AGENTOS_HOME", service.home().toString());
            builder.environment().put("AGENTOS_SOCKET", service.socket().toString());
            Process process = builder.start();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new IllegalStateException("agentctl list: " + said.strip());
            }
            program[i] = (System.nanoTime() - from) / 1e6;
        }
        figures.put("list_ms", Figures.percentile(list, 0.5)).put("agentctl_list_ms", Figures.percentile(program, 0.5));
    }

    /** What is there after the last has been killed: counted from outside, given a moment to be tidied. */
    private static void left(
            LiveService service,
            World world,
            List<World.Inside> before,
            Set<String> namespaces,
            AgentdClient client,
            Figures figures)
            throws Exception {
        if (!service.isRoot()) {
            figures.put("left_after_kill", client.agents("live").agents().size())
                    .skip("left_after_kill from outside", "other users' processes can be read by root only");
            return;
        }
        Set<String> groups = new HashSet<>();
        before.forEach(process -> process.cgroups().forEach(group -> groups.add(leafOf(group))));
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        long processes;
        long cgroups;
        do {
            TimeUnit.MILLISECONDS.sleep(100);
            processes = before.stream().filter(World.Inside::isAlive).count()
                    + world.inside().size();
            cgroups = World.cgroupsOf(service.brokerPid()).stream()
                    .map(DensityBench::leafOf)
                    .filter(groups::contains)
                    .count();
        } while (processes + cgroups > 0 && System.nanoTime() < deadline);
        long kept = World.kept(namespaces, Set.of(service.brokerPid(), service.agentdPid()))
                .size();
        long mounts = world.mounts().size();
        long sockets =
                world.sockets().stream().filter(path -> !World.isServices(path)).count();
        figures.put("left_processes", processes)
                .put("left_cgroups", cgroups)
                .put("left_namespaces", kept)
                .put("left_mounts", mounts)
                .put("left_sockets", sockets)
                .put("left_after_kill", processes + cgroups + kept + mounts + sockets);
    }

    /** {@code agentos-execd-PID/s-N} without what an agent made below it. */
    private static String leafOf(String group) {
        String[] parts = group.split("/");
        return parts.length > 1 ? parts[0] + "/" + parts[1] : group;
    }

    private static double seconds(long from) {
        return (System.nanoTime() - from) / 1e9;
    }
}
