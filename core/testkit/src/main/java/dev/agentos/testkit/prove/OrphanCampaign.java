package dev.agentos.testkit.prove;

import dev.agentos.bridge.client.AgentdClient;
import dev.agentos.bridge.client.AgentdException;
import dev.agentos.bridge.client.UnreachableException;
import dev.agentos.bridge.wire.AgentWire.AgentView;
import dev.agentos.testkit.service.Figures;
import dev.agentos.testkit.service.Fleet;
import dev.agentos.testkit.service.LiveService;
import dev.agentos.testkit.service.World;
import dev.agentos.testkit.service.World.Inside;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/**
 * Kill -9 of an agent, of its first process, of the broker, of agentd, and of both, at random while many agents are alive
 * and others are being started. After each, an observer outside looks whether anything is left of whoever should be gone,
 * whether everybody else is still there, and whether the journal says why.
 */
final class OrphanCampaign implements ProveMain.Campaign {

    private static final int KILLS = 2_000;
    private static final int ALIVE = 16;
    private static final int STARTING = 3;
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private static final String CONTRACT = Fleet.contract(
            "orphan",
            "DT",
            "cpu: \"50m\", mem: 32MiB, pids: 16, open_files: 64",
            "budget: {wall_time: 1d}\n",
            // Children that want to outlive it: in a session of their own, deaf to what can be ignored.
            List.of(
                    "/bin/sh",
                    "-c",
                    "trap '' HUP INT TERM; setsid sleep 86400 & (setsid sh -c 'sleep 86400 & wait' &) ; wait"));

    private enum Victim {
        AGENT,
        INIT,
        AGENTD,
        BROKER,
        BOTH
    }

    private final List<String> findings = new ArrayList<>();
    private final Map<Victim, Integer> killed = new HashMap<>();
    private final Map<String, List<Inside>> known = new HashMap<>();
    private final Set<String> everySpace = new HashSet<>();
    private final Set<Long> brokers = new HashSet<>();
    private final List<Inside> everybody = new ArrayList<>();
    private long unexplained;
    private long survivors;

    @Override
    public ProveMain.Result run(Path home, int asked, long seed) throws Exception {
        int kills = asked > 0 ? asked : KILLS;
        Figures figures = new Figures("prove", "orphans").top("tried", 0);
        long from = System.nanoTime();
        long cgroups = 0;
        long namespaces;
        long mounts;
        long sockets;
        try (LiveService service = LiveService.start(home)) {
            if (!service.isRoot()) {
                return new ProveMain.Result(
                        figures.top("through", 0)
                                .top("unexplained", 0)
                                .skip("orphans", "only root sees other users' processes and can kill them"),
                        0);
            }
            brokers.add(service.brokerPid());
            World world = new World(service.base());
            SplittableRandom random = new SplittableRandom(seed);
            Fleet.spawn(service, CONTRACT, ALIVE);
            for (int kill = 1; kill <= kills; kill++) {
                one(service, world, random, kill);
                if (kill % 100 == 0) {
                    System.err.println(kill + " of " + kills + ", findings: " + findings.size() + ", "
                            + (System.nanoTime() - from) / 1_000_000_000 + " s");
                }
            }
            remember(world);
            try (AgentdClient client = service.client()) {
                List<String> live = client.agents("live").agents().stream()
                        .map(AgentView::id)
                        .toList();
                Fleet.each(service, live, (each, id) -> each.kill(id));
            }
            awaitGone("at the end", everybody);
            service.stopAgentd();
            service.stopBroker();
            for (long broker : brokers) {
                cgroups += World.cgroupsOf(broker).size();
            }
            survivors += world.inside().size();
            Set<Long> holders = new HashSet<>();
            everybody.forEach(process -> holders.add(process.pid()));
            holders.removeIf(pid -> everybody.stream().noneMatch(p -> p.pid() == pid && p.isAlive()));
            namespaces = World.kept(everySpace, holders).size();
            mounts = world.mounts().size();
            sockets = world.sockets().size();
        }
        findings.forEach(System.err::println);
        long through = findings.size() + cgroups + namespaces + mounts + sockets;
        figures.top("tried", kills)
                .top("through", through)
                .top("unexplained", unexplained)
                .put("seed", seed)
                .put("seconds", (System.nanoTime() - from) / 1e9);
        for (Victim victim : Victim.values()) {
            figures.put("killed_" + victim.name().toLowerCase(java.util.Locale.ROOT), killed.getOrDefault(victim, 0));
        }
        figures.put("processes_seen", everybody.size())
                .put("survivors", survivors)
                .put("leaked_cgroups", cgroups)
                .put("leaked_namespaces", namespaces)
                .put("leaked_mounts", mounts)
                .put("leaked_sockets", sockets);
        return new ProveMain.Result(figures, through + unexplained);
    }

    private static Victim victim(SplittableRandom random) {
        int dice = random.nextInt(1000);
        if (dice < 455) {
            return Victim.AGENT;
        }
        if (dice < 910) {
            return Victim.INIT;
        }
        return dice < 940 ? Victim.AGENTD : dice < 970 ? Victim.BROKER : Victim.BOTH;
    }

    private void one(LiveService service, World world, SplittableRandom random, int number) throws Exception {
        Victim victim = victim(random);
        killed.merge(victim, 1, Integer::sum);
        String round = "kill " + number + " (" + victim + ")";
        remember(world);
        switch (victim) {
            case AGENT, INIT -> inside(service, random, round, victim == Victim.INIT);
            case AGENTD, BROKER, BOTH -> supervisors(service, world, random, round, victim);
        }
        refill(service);
    }

    /** What is there now, by agent. */
    private void remember(World world) throws IOException {
        known.clear();
        for (Inside process : world.inside()) {
            known.computeIfAbsent(process.agent(), _ -> new ArrayList<>()).add(process);
            everySpace.addAll(process.namespaces());
            if (everybody.stream().noneMatch(p -> p.pid() == process.pid() && p.started() == process.started())) {
                everybody.add(process);
            }
        }
        if (everybody.size() > 20_000) {
            everybody.removeIf(process -> !process.isAlive());
        }
    }

    private void refill(LiveService service) throws Exception {
        try (AgentdClient client = service.client()) {
            int missing = ALIVE - client.agents("running").agents().size();
            for (int i = 0; i < missing; i++) {
                client.spawn(Fleet.request(CONTRACT));
            }
        }
    }

    // ------------------------------------------------------------------ inside a sandbox

    private void inside(LiveService service, SplittableRandom random, String round, boolean init) throws Exception {
        List<String> agents = known.keySet().stream().sorted().toList();
        if (agents.isEmpty()) {
            findings.add(round + ": nobody was alive");
            return;
        }
        String agent = agents.get(random.nextInt(agents.size()));
        List<Inside> tree = known.getOrDefault(agent, List.of());
        // The lowest pid of those that are not the first is the agent's own process; the others are its children.
        List<Inside> candidates = tree.stream()
                .filter(process -> process.first() == init)
                .sorted((a, b) -> Long.compare(a.pid(), b.pid()))
                .toList();
        if (candidates.isEmpty()) {
            findings.add(round + ": " + agent + " has no such process in " + tree);
            return;
        }
        TimeUnit.MICROSECONDS.sleep(random.nextInt(3_000));
        signal(candidates.getFirst().pid());
        try (AgentdClient client = service.client()) {
            AgentView view = client.awaitAgent(agent, AgentdClient.Until.ENDED, PATIENCE);
            explained(round, view, "failed");
        }
        awaitGone(round + ": " + agent, tree);
    }

    private static void signal(long pid) throws IOException, InterruptedException {
        ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
    }

    private void explained(String round, AgentView view, String state) {
        boolean reason = !view.reason().isBlank()
                && view.exit().map(exit -> !exit.reason().isBlank()).orElse(false);
        if (!view.state().equals(state) || !reason) {
            unexplained++;
            findings.add(round + ": " + view.id() + " is " + view.state() + ", reason: \"" + view.reason()
                    + "\", exit: " + view.exit());
        }
    }

    private void awaitGone(String what, List<Inside> tree) throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        List<Inside> left = tree.stream().filter(Inside::isAlive).toList();
        while (!left.isEmpty() && System.nanoTime() < deadline) {
            TimeUnit.MILLISECONDS.sleep(1);
            left = left.stream().filter(Inside::isAlive).toList();
        }
        survivors += left.size();
        left.forEach(process -> findings.add(what + ": survived: " + process));
    }

    // ------------------------------------------------------------------ whoever holds them

    private void supervisors(LiveService service, World world, SplittableRandom random, String round, Victim victim)
            throws Exception {
        Map<String, List<Inside>> before = new HashMap<>(known);
        long broker = service.brokerPid();
        List<String> keys = new ArrayList<>();
        for (int i = 0; i < STARTING; i++) {
            keys.add(round + "-" + i);
        }
        Thread starter = Thread.ofVirtual().start(() -> start(service, keys));
        TimeUnit.MICROSECONDS.sleep(random.nextInt(40_000));
        if (victim != Victim.BROKER) {
            service.killAgentd();
        }
        if (victim != Victim.AGENTD) {
            service.killBroker();
        }
        starter.join();
        if (victim != Victim.AGENTD) {
            for (Map.Entry<String, List<Inside>> tree : before.entrySet()) {
                awaitGone(round + ": " + tree.getKey(), tree.getValue());
            }
            service.startBroker();
            brokers.add(service.brokerPid());
        }
        if (victim != Victim.BROKER) {
            service.startAgentd();
            service.awaitReady();
        }
        settle(service, world, round, victim, before, keys);
        if (victim != Victim.AGENTD) {
            Set<String> left = World.cgroupsOf(broker);
            if (!left.isEmpty()) {
                findings.add(round + ": groups of the dead broker are left: " + left);
            }
        }
    }

    /** Starts some more; who is cut off in the middle will ask again with the same keys. */
    private static void start(LiveService service, List<String> keys) {
        try (AgentdClient client = service.client()) {
            for (String key : keys) {
                client.spawn(Fleet.request(key, CONTRACT));
            }
        } catch (UnreachableException | AgentdException e) {
            // That is what is being tried.
            return;
        }
    }

    /** Every record ends up true: whoever it calls running is there, whoever it calls over is not. */
    private void settle(
            LiveService service,
            World world,
            String round,
            Victim victim,
            Map<String, List<Inside>> before,
            List<String> keys)
            throws Exception {
        try (AgentdClient client = service.client()) {
            Set<String> asked = new HashSet<>();
            for (String key : keys) {
                asked.add(client.spawn(Fleet.request(key, CONTRACT)).id());
            }
            if (asked.size() != keys.size()) {
                findings.add(round + ": " + keys.size() + " keys became " + asked);
            }
            for (String agent : before.keySet()) {
                if (victim == Victim.AGENTD) {
                    AgentView view = client.agent(agent);
                    if (!view.state().equals("running")
                            || before.getOrDefault(agent, List.of()).stream().noneMatch(Inside::isAlive)) {
                        findings.add(round + ": " + agent + " did not outlive agentd: " + view.state() + ", "
                                + view.reason());
                    }
                } else {
                    explained(round, client.awaitAgent(agent, AgentdClient.Until.ENDED, PATIENCE), "failed");
                }
            }
            long deadline = System.nanoTime() + PATIENCE.toNanos();
            Set<String> said = running(client);
            Set<String> seen = seen(world);
            while (!said.equals(seen) && System.nanoTime() < deadline) {
                TimeUnit.MILLISECONDS.sleep(10);
                said = running(client);
                seen = seen(world);
            }
            if (!said.equals(seen)) {
                Set<String> strays = new HashSet<>(seen);
                strays.removeAll(said);
                survivors += strays.size();
                Set<String> ghosts = new HashSet<>(said);
                ghosts.removeAll(seen);
                findings.add(
                        round + ": without a living record: " + strays + "; called alive and not there: " + ghosts);
            }
        }
    }

    private static Set<String> running(AgentdClient client) {
        Set<String> ids = new HashSet<>();
        client.agents("live").agents().forEach(agent -> ids.add(agent.id()));
        return ids;
    }

    private static Set<String> seen(World world) throws IOException {
        Set<String> ids = new HashSet<>();
        world.inside().forEach(process -> ids.add(process.agent()));
        return ids;
    }
}
