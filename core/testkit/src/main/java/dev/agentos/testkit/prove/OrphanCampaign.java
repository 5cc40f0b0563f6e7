package dev.agentos.testkit.prove;

import dev.agentos.bridge.client.AgentdClient;
import dev.agentos.bridge.client.AgentdException;
import dev.agentos.bridge.client.UnreachableException;
import dev.agentos.bridge.wire.AgentWire.AgentView;
import dev.agentos.testkit.prove.OrphanVolley.Supervisors;
import dev.agentos.testkit.prove.OrphanVolley.Victim;
import dev.agentos.testkit.service.Figures;
import dev.agentos.testkit.service.Fleet;
import dev.agentos.testkit.service.LiveService;
import dev.agentos.testkit.service.World;
import dev.agentos.testkit.service.World.Inside;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/**
 * Volleys of kill -9 at random instants against a flock of agents with children, some of them paused and others being
 * started: against the agents, their sandboxes' first processes, their children, and in most volleys agentd, the broker
 * or both. After each volley an observer outside looks whether anything is left of whoever should be gone, whether
 * everybody else is still there, and whether each record says why. {@code rounds} is the number of kills.
 */
final class OrphanCampaign implements ProveMain.Campaign {

    private static final int KILLS = 2_000;
    private static final int KILLS_LONG = 10_000;
    private static final int ALIVE = 32;
    private static final int MOST = 40;
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final long PROGRESS_NANOS = 5_000_000_000L;

    private static final String CONTRACT = Fleet.contract(
            "orphan",
            "DT",
            "cpu: \"50m\", mem: 32MiB, pids: 16, open_files: 64",
            "budget: {wall_time: 1d}\n",
            // Children that want to outlive it: in a session of their own, deaf to what can be ignored. It outlives
            // them.
            List.of(
                    "/bin/sh",
                    "-c",
                    "trap '' HUP INT TERM; setsid sleep 86400 & (setsid sh -c 'sleep 86400 & wait' &) ;"
                            + " while :; do sleep 86400 & wait $!; done"));

    private final boolean longForm;
    private final List<String> findings = new ArrayList<>();
    private final List<Supervisors> deck = new ArrayList<>();
    private long unexplained;
    private long startedAnew;
    private long survivors;
    private long leaks;
    private long slowest;
    private int paused;

    OrphanCampaign(boolean longForm) {
        this.longForm = longForm;
    }

    @Override
    public ProveMain.Result run(Path home, int asked, long seed) throws Exception {
        int kills = asked > 0 ? asked : longForm ? KILLS_LONG : KILLS;
        Figures figures = new Figures("prove", "orphans").top("tried", 0);
        long from = System.nanoTime();
        try (LiveService service = LiveService.start(home)) {
            if (!service.isRoot()) {
                return new ProveMain.Result(
                        figures.top("through", 0)
                                .top("unexplained", 0)
                                .skip("orphans", "only root sees other users' processes and can kill them"),
                        0);
            }
            World world = new World(service.base());
            SplittableRandom random = new SplittableRandom(seed);
            OrphanVolley volley = new OrphanVolley(service, world, random);
            OrphanObserver observer = new OrphanObserver(service, world);
            Fleet.spawn(service, CONTRACT, ALIVE);
            long said = from;
            int rounds = 0;
            while (volley.killed() < kills) {
                round(service, observer, volley, random, ++rounds);
                if (System.nanoTime() - said > PROGRESS_NANOS) {
                    said = System.nanoTime();
                    System.err.println(volley.killed() + " of " + kills + " kills, findings: " + findings.size() + ", "
                            + (said - from) / 1_000_000_000 + " s");
                }
            }
            end(service, observer);
            Map<String, Integer> left = observer.leftAtTheEnd();
            survivors += left.getOrDefault("survivors", 0);
            int atTheEnd = left.values().stream().mapToInt(Integer::intValue).sum();
            long through = findings.size() - unexplained + atTheEnd;
            figures.top("tried", volley.killed())
                    .top("through", through)
                    .top("unexplained", unexplained)
                    .put("seed", seed)
                    .put("seconds", (System.nanoTime() - from) / 1e9)
                    .put("volleys", rounds);
            for (Victim victim : Victim.values()) {
                figures.put("killed_" + victim.name().toLowerCase(Locale.ROOT), volley.killed(victim));
            }
            figures.put("killed_while_starting", volley.starting())
                    .put("paused_during_a_volley", paused)
                    .put("processes_seen", observer.seen())
                    .put("newcomers_started_anew", startedAnew)
                    .put("survivors", survivors)
                    .put("leaked_after_a_volley", leaks);
            left.forEach((kind, count) -> figures.put("left_at_the_end_" + kind, count));
            figures.put("slowest_settling_ms", slowest / 1_000_000).put("patience_ms", PATIENCE.toMillis());
            return new ProveMain.Result(figures, through + unexplained);
        }
    }

    /** Which of them die next: in every 25 volleys the same shares, in an order of their own. */
    private Supervisors draw(SplittableRandom random) {
        if (deck.isEmpty()) {
            deck.addAll(Collections.nCopies(6, Supervisors.NONE));
            deck.addAll(Collections.nCopies(15, Supervisors.AGENTD));
            deck.addAll(Collections.nCopies(2, Supervisors.BROKER));
            deck.addAll(Collections.nCopies(2, Supervisors.BOTH));
            Collections.shuffle(deck, new Random(random.nextLong()));
        }
        return deck.removeLast();
    }

    private void round(
            LiveService service, OrphanObserver observer, OrphanVolley volley, SplittableRandom random, int number)
            throws Exception {
        Supervisors supervisors = draw(random);
        String round = "volley " + number + " (" + supervisors + ")";
        Map<String, List<Inside>> before = observer.look();
        List<String> held = pause(service, before, random.nextInt(4), random);
        int room = Math.max(1, MOST - before.size());
        List<String> keys = new ArrayList<>();
        for (int i = 0; i < Math.min(room, 2 + random.nextInt(5)); i++) {
            keys.add(round + "-" + i);
        }
        Thread starter = Thread.ofVirtual().start(() -> start(service, keys));
        int shots = supervisors == Supervisors.NONE ? 8 + random.nextInt(21) : 1 + random.nextInt(12);
        volley.fire(before, shots, supervisors);
        starter.join();

        long from = System.nanoTime();
        Set<String> doomed = new HashSet<>(volley.mortal());
        if (supervisors.broker()) {
            doomed.addAll(before.keySet());
            // Nobody has to come first for these to be gone; whoever was paused can only die once that is undone.
            awaitGone(round, before, without(doomed, held));
            service.startBroker();
        }
        if (supervisors.agentd()) {
            service.startAgentd();
            service.awaitReady();
        }
        try (AgentdClient client = service.client()) {
            Set<String> asked = new HashSet<>();
            for (String key : keys) {
                asked.add(client.spawn(Fleet.request(key, CONTRACT)).id());
            }
            if (asked.size() != keys.size()) {
                found(round + ": " + keys.size() + " keys became " + asked);
            }
            resume(client, held);
            awaitGone(round, before, doomed);
            records(client, observer, round, before, doomed, asked);
        }
        tidy(observer, round);
        slowest = Math.max(slowest, System.nanoTime() - from);
        refill(service);
    }

    // ------------------------------------------------------------------ before and after

    private List<String> pause(
            LiveService service, Map<String, List<Inside>> flock, int count, SplittableRandom random) {
        List<String> held = new ArrayList<>();
        List<String> agents = List.copyOf(flock.keySet());
        try (AgentdClient client = service.client()) {
            for (int i = 0; i < count && !agents.isEmpty(); i++) {
                String agent = agents.get(random.nextInt(agents.size()));
                try {
                    client.pause(agent);
                    held.add(agent);
                } catch (AgentdException e) {
                    // It ended, is paused already, or could not be held in time: then it goes on as it was.
                }
            }
        }
        paused += held.size();
        return held;
    }

    private static void resume(AgentdClient client, List<String> held) {
        for (String agent : held) {
            try {
                client.resume(agent);
            } catch (AgentdException e) {
                // It is over, as the records will show, or they will show that it is not.
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

    private static void refill(LiveService service) throws Exception {
        int missing;
        try (AgentdClient client = service.client()) {
            missing = ALIVE - client.agents("live").agents().size();
        }
        if (missing > 0) {
            Fleet.spawn(service, CONTRACT, missing);
        }
    }

    private void end(LiveService service, OrphanObserver observer) throws Exception {
        Map<String, List<Inside>> last = observer.look();
        try (AgentdClient client = service.client()) {
            List<String> live =
                    client.agents("live").agents().stream().map(AgentView::id).toList();
            Fleet.each(service, live, (each, id) -> each.kill(id));
        }
        awaitGone("at the end", last, last.keySet());
        service.stopAgentd();
        service.stopBroker();
    }

    // ------------------------------------------------------------------ what must hold

    private void found(String finding) {
        findings.add(finding);
        System.err.println(finding);
    }

    private static Set<String> without(Set<String> all, Collection<String> some) {
        Set<String> rest = new HashSet<>(all);
        some.forEach(rest::remove);
        return rest;
    }

    private void awaitGone(String what, Map<String, List<Inside>> before, Set<String> agents)
            throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        List<Inside> left = agents.stream()
                .flatMap(agent -> before.getOrDefault(agent, List.of()).stream())
                .filter(Inside::isAlive)
                .toList();
        while (!left.isEmpty() && System.nanoTime() < deadline) {
            TimeUnit.MILLISECONDS.sleep(2);
            left = left.stream().filter(Inside::isAlive).toList();
        }
        survivors += left.size();
        left.forEach(process -> found(what + ": survived: " + process));
    }

    /** Every record ends up true: whoever it calls alive is there, whoever it calls over is not, and it says why. */
    private void records(
            AgentdClient client,
            OrphanObserver observer,
            String round,
            Map<String, List<Inside>> before,
            Set<String> doomed,
            Set<String> asked)
            throws IOException, InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        Set<String> said = live(client);
        Map<String, List<Inside>> now = observer.look();
        Set<String> again = again(doomed, asked, said, before, now);
        while ((!said.equals(now.keySet()) || !Collections.disjoint(said, without(doomed, again)))
                && System.nanoTime() < deadline) {
            TimeUnit.MILLISECONDS.sleep(25);
            said = live(client);
            now = observer.look();
            again = again(doomed, asked, said, before, now);
        }
        startedAnew += again.size();
        Set<String> seen = now.keySet();
        Set<String> strays = new HashSet<>(seen);
        strays.removeAll(said);
        Set<String> ghosts = new HashSet<>(said);
        ghosts.removeAll(seen);
        survivors += strays.size();
        if (!strays.isEmpty() || !ghosts.isEmpty()) {
            found(round + ": without a living record: " + strays + "; called alive and not there: " + ghosts);
        }
        Set<String> everybody = new HashSet<>(before.keySet());
        everybody.addAll(doomed);
        everybody.addAll(asked);
        for (String agent : everybody) {
            if (again.contains(agent)) {
                continue;
            }
            if (doomed.contains(agent) || (asked.contains(agent) && !said.contains(agent))) {
                explained(round, client.agent(agent));
            } else if (!said.contains(agent)) {
                AgentView view = client.agent(agent);
                found(round + ": " + agent + ", whom nobody hit, is " + view.state() + ", " + view.reason());
            }
        }
    }

    /**
     * Newcomers that were hit before their first instruction and that agentd, which had promised to start them, started
     * anew: none of the processes they have now was there before.
     */
    private static Set<String> again(
            Set<String> doomed,
            Set<String> asked,
            Set<String> said,
            Map<String, List<Inside>> before,
            Map<String, List<Inside>> now) {
        Set<String> again = new HashSet<>();
        for (String agent : doomed) {
            boolean others =
                    Collections.disjoint(now.getOrDefault(agent, List.of()), before.getOrDefault(agent, List.of()));
            if (asked.contains(agent) && said.contains(agent) && now.containsKey(agent) && others) {
                again.add(agent);
            }
        }
        return again;
    }

    private void explained(String round, AgentView view) {
        boolean reason = !view.reason().isBlank()
                && view.exit().map(exit -> !exit.reason().isBlank()).orElse(true);
        if (!view.state().equals("failed") || !reason) {
            unexplained++;
            found(round + ": " + view.id() + " is " + view.state() + ", reason: \"" + view.reason() + "\", exit: "
                    + view.exit());
        }
    }

    /** Nothing is left of the dead while others live on. */
    private void tidy(OrphanObserver observer, String round) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        List<String> left = observer.leaks();
        while (!left.isEmpty() && System.nanoTime() < deadline) {
            TimeUnit.MILLISECONDS.sleep(25);
            left = observer.leaks();
        }
        leaks += left.size();
        left.forEach(one -> found(round + ": left behind: " + one));
    }

    private static Set<String> live(AgentdClient client) {
        Set<String> ids = new HashSet<>();
        client.agents("live").agents().forEach(agent -> ids.add(agent.id()));
        return ids;
    }
}
