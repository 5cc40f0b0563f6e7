package dev.agentos.testkit.prove;

import dev.agentos.testkit.service.LiveService;
import dev.agentos.testkit.service.World;
import dev.agentos.testkit.service.World.Inside;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Keeps in mind who was ever seen in a sandbox, and looks for what the dead have left behind. */
final class OrphanObserver {

    private static final Pattern SANDBOX = Pattern.compile("(agentos-execd-\\d+/s-[^/]+)");

    /** First processes that the broker keeps ready for the next agents; they run nothing of any. */
    private static final int KEPT_READY = 8;

    private final LiveService service;
    private final World world;
    private final Set<String> ownSockets;
    private final Set<String> ownMounts;
    private final Set<Long> brokers = new HashSet<>();
    private final Map<String, Inside> everybody = new HashMap<>();
    private final Set<String> everySpace = new HashSet<>();
    private long seen;

    /** To be made while the service runs and no agent does: what is there then is the service's own. */
    OrphanObserver(LiveService service, World world) throws IOException {
        this.service = service;
        this.world = world;
        this.ownSockets = world.sockets();
        this.ownMounts = Set.copyOf(world.mounts());
        brokers.add(service.brokerPid());
    }

    /** What is there now, by agent. */
    Map<String, List<Inside>> look() throws IOException {
        Map<String, List<Inside>> flock = new TreeMap<>();
        for (Inside process : world.inside()) {
            flock.computeIfAbsent(process.agent(), _ -> new ArrayList<>()).add(process);
            everySpace.addAll(process.namespaces());
            if (everybody.put(process.pid() + "@" + process.started(), process) == null) {
                seen++;
            }
        }
        brokers.add(service.brokerPid());
        if (everybody.size() > 20_000) {
            everybody.values().removeIf(process -> !process.isAlive());
        }
        return flock;
    }

    /** How many processes were ever seen inside. */
    long seen() {
        return seen;
    }

    /** Everybody seen who is alive. */
    List<Inside> alive() {
        return everybody.values().stream().filter(Inside::isAlive).toList();
    }

    /** What nobody alive accounts for, while others live on: groups, namespaces, sockets, mounts. */
    List<String> leaks() throws IOException {
        Map<String, List<Inside>> flock = look();
        Set<String> used = new HashSet<>();
        World.cgroupsInUse().forEach(group -> used.add(sandbox(group)));
        Set<String> occupied = new HashSet<>();
        Set<String> spaces = new HashSet<>();
        for (List<Inside> tree : flock.values()) {
            for (Inside process : tree) {
                process.cgroups().forEach(group -> occupied.add(sandbox(group)));
                spaces.addAll(process.namespaces());
            }
        }
        List<String> left = new ArrayList<>();
        Set<String> ready = new HashSet<>();
        for (String group : groups()) {
            if (!used.contains(sandbox(group))) {
                left.add("group " + group);
            } else if (!occupied.contains(sandbox(group))) {
                ready.add(sandbox(group));
            }
        }
        if (ready.size() > KEPT_READY) {
            left.add("more groups than are kept ready, without an agent: " + ready);
        }
        Set<String> dead = new HashSet<>(everySpace);
        dead.removeAll(spaces);
        // Who could keep a namespace open without being in it.
        World.kept(dead, Set.of(service.brokerPid(), service.agentdPid()))
                .forEach(space -> left.add("namespace " + space));
        for (String socket : world.sockets()) {
            if (!ownSockets.contains(socket) && flock.keySet().stream().noneMatch(socket::contains)) {
                left.add("socket " + socket);
            }
        }
        for (String mount : world.mounts()) {
            if (!ownMounts.contains(mount)) {
                left.add("mount " + mount);
            }
        }
        return left;
    }

    /** The sandbox that a group belongs to; a broker's own group, which lives as long as the broker, is left as it is. */
    private static String sandbox(String group) {
        Matcher matcher = SANDBOX.matcher(group);
        return matcher.find() ? matcher.group(1) : group;
    }

    private Set<String> groups() throws IOException {
        Set<String> found = new HashSet<>();
        for (long broker : brokers) {
            for (String group : World.cgroupsOf(broker)) {
                if (broker != service.brokerPid() || SANDBOX.matcher(group).find()) {
                    found.add(group);
                }
            }
        }
        // Once a dead broker's groups are gone, nobody makes them again.
        brokers.removeIf(broker -> broker != service.brokerPid()
                && found.stream().noneMatch(group -> group.contains("agentos-execd-" + broker)));
        return found;
    }

    /** What is left when everything has been stopped, by kind. */
    Map<String, Integer> leftAtTheEnd() throws IOException {
        Set<Long> holders = new HashSet<>();
        alive().forEach(process -> holders.add(process.pid()));
        Map<String, Integer> left = new TreeMap<>();
        left.put("cgroups", groups().size());
        left.put("namespaces", World.kept(everySpace, holders).size());
        left.put("mounts", world.mounts().size());
        left.put("sockets", world.sockets().size());
        left.put("survivors", world.inside().size());
        return left;
    }
}
