package dev.agentos.testkit.prove;

import dev.agentos.testkit.service.LiveService;
import dev.agentos.testkit.service.World;
import dev.agentos.testkit.service.World.Inside;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * Kill -9, one after the other at random instants: of agents, of the first processes of their sandboxes, of their
 * children, and of whoever holds them. What counts as tried is a signal sent to somebody who was alive just before.
 */
final class OrphanVolley {

    /** Whom a kill -9 hits. */
    enum Victim {
        AGENT,
        INIT,
        CHILD,
        AGENTD,
        BROKER
    }

    /** Which of those who hold the agents die in a volley. */
    enum Supervisors {
        NONE,
        AGENTD,
        BROKER,
        BOTH;

        boolean agentd() {
            return this == AGENTD || this == BOTH;
        }

        boolean broker() {
            return this == BROKER || this == BOTH;
        }
    }

    private final LiveService service;
    private final World world;
    private final SplittableRandom random;
    private final Map<Victim, Integer> killed = new EnumMap<>(Victim.class);
    private final Set<String> mortal = new HashSet<>();
    private int starting;

    OrphanVolley(LiveService service, World world, SplittableRandom random) {
        this.service = service;
        this.world = world;
        this.random = random;
    }

    /** How many were hit so far, by kind. */
    int killed(Victim victim) {
        return killed.getOrDefault(victim, 0);
    }

    /** How many were hit so far. */
    int killed() {
        return killed.values().stream().mapToInt(Integer::intValue).sum();
    }

    /** How many of them were still being started. */
    int starting() {
        return starting;
    }

    /** The agents that the last volley hit where they cannot live on: their own process or their sandbox's first. */
    Set<String> mortal() {
        return Set.copyOf(mortal);
    }

    /**
     * Fires {@code shots} at those in {@code flock} and at those who appear meanwhile; whoever holds them dies before a
     * random one of the shots.
     */
    void fire(Map<String, List<Inside>> flock, int shots, Supervisors supervisors)
            throws IOException, InterruptedException {
        mortal.clear();
        int when = random.nextInt(shots + 1);
        int look = random.nextInt(shots + 1);
        Map<String, List<Inside>> targets = new TreeMap<>(flock);
        for (int shot = 0; shot <= shots; shot++) {
            if (shot == when) {
                supervisors(supervisors);
            }
            if (shot == look) {
                newcomers(flock, targets);
            }
            if (shot < shots && !targets.isEmpty()) {
                TimeUnit.MICROSECONDS.sleep(random.nextInt(3_000));
                List<String> names = List.copyOf(targets.keySet());
                String agent = names.get(random.nextInt(names.size()));
                shoot(agent, targets.getOrDefault(agent, List.of()));
            }
        }
    }

    /** Those who are being started right now; up to two are hit at once, before they are complete. */
    private void newcomers(Map<String, List<Inside>> flock, Map<String, List<Inside>> targets) throws IOException {
        Map<String, List<Inside>> fresh = new TreeMap<>();
        for (Inside process : world.inside()) {
            if (!flock.containsKey(process.agent())) {
                fresh.computeIfAbsent(process.agent(), _ -> new ArrayList<>()).add(process);
            }
        }
        int shots = 0;
        for (Map.Entry<String, List<Inside>> one : fresh.entrySet()) {
            if (shots++ < 2 && shoot(one.getKey(), one.getValue())) {
                starting++;
            }
        }
        targets.putAll(fresh);
    }

    private boolean shoot(String agent, List<Inside> tree) {
        List<Inside> inOrder =
                tree.stream().sorted(Comparator.comparingLong(Inside::inner)).toList();
        List<Inside> others =
                inOrder.stream().filter(process -> !process.first()).toList();
        int dice = random.nextInt(100);
        Victim victim = dice < 40 || others.size() < 2 ? Victim.AGENT : dice < 75 ? Victim.INIT : Victim.CHILD;
        if (others.isEmpty() || (dice >= 40 && dice < 75)) {
            victim = Victim.INIT;
        }
        List<Inside> candidates = switch (victim) {
            case INIT -> inOrder.stream().filter(Inside::first).toList();
            case AGENT -> others.subList(0, 1);
            default -> others.subList(1, others.size());
        };
        if (candidates.isEmpty()) {
            return false;
        }
        Inside target = candidates.get(random.nextInt(candidates.size()));
        if (!target.isAlive()
                || !ProcessHandle.of(target.pid())
                        .map(ProcessHandle::destroyForcibly)
                        .orElse(false)) {
            return false;
        }
        if (victim != Victim.CHILD) {
            mortal.add(agent);
        }
        killed.merge(victim, 1, Integer::sum);
        return true;
    }

    private void supervisors(Supervisors supervisors) throws InterruptedException {
        if (supervisors == Supervisors.NONE) {
            return;
        }
        TimeUnit.MICROSECONDS.sleep(random.nextInt(30_000));
        boolean agentdFirst = random.nextBoolean();
        if (agentdFirst && supervisors.agentd()) {
            agentd();
        }
        if (supervisors.broker()) {
            service.killBroker();
            killed.merge(Victim.BROKER, 1, Integer::sum);
            TimeUnit.MICROSECONDS.sleep(random.nextInt(5_000));
        }
        if (!agentdFirst && supervisors.agentd()) {
            agentd();
        }
    }

    private void agentd() throws InterruptedException {
        service.killAgentd();
        killed.merge(Victim.AGENTD, 1, Integer::sum);
    }
}
