package dev.agentos.testkit.service;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * An observer outside: what of one service is there, read from /proc and /sys and from nobody's word. It needs root, since
 * it reads other users' processes.
 */
public final class World {

    private static final List<String> OWN_SOCKETS = List.of("/agentd.sock", "/models.sock", "/execd.sock");
    private static final Path PROC = Path.of("/proc");
    private static final Path CGROUPS = Path.of("/sys/fs/cgroup");
    private static final List<String> NAMESPACES = List.of("mnt", "pid", "net", "ipc", "uts", "user", "cgroup");

    private final Path base;
    private final Pattern workspace;
    private final String hostMounts;

    /** @param base the folder of the service under test; only what has to do with it is looked at */
    public World(Path base) throws IOException {
        this.base = base;
        this.workspace = Pattern.compile(Pattern.quote(base + "/state/agents/") + "([a-z0-9-]+)/workspace");
        this.hostMounts = link(PROC.resolve("self/ns/mnt"));
    }

    /**
     * A process in the sandbox of an agent.
     *
     * @param started its start time in ticks, which with the pid names it for ever
     * @param inner its pid inside the sandbox: 1 is the sandbox's own first process
     * @param namespaces of those kinds that are not the host's
     */
    public record Inside(
            long pid, long started, String agent, long inner, Set<String> namespaces, Set<String> cgroups) {

        /** Whether it is the sandbox's own process 1. */
        public boolean first() {
            return inner == 1;
        }

        public boolean isAlive() {
            return startOf(pid).filter(start -> start == started).isPresent();
        }
    }

    /** Every process inside a sandbox of this service, found by the workspace that is mounted in it. */
    public List<Inside> inside() throws IOException {
        List<Inside> found = new ArrayList<>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(PROC, "[0-9]*")) {
            for (Path process : all) {
                one(process).ifPresent(found::add);
            }
        }
        return found;
    }

    private Optional<Inside> one(Path process) {
        try {
            if (link(process.resolve("ns/mnt")).equals(hostMounts)) {
                return Optional.empty();
            }
            Matcher mounted = workspace.matcher(Files.readString(process.resolve("mountinfo")));
            if (!mounted.find()) {
                return Optional.empty();
            }
            long pid = Long.parseLong(process.getFileName().toString());
            Set<String> namespaces = new HashSet<>();
            for (String kind : NAMESPACES) {
                String link = link(process.resolve("ns/" + kind));
                if (!link.equals(link(PROC.resolve("self/ns/" + kind)))) {
                    namespaces.add(link);
                }
            }
            long inner = Files.readAllLines(process.resolve("status")).stream()
                    .filter(line -> line.startsWith("NSpid:"))
                    .mapToLong(line ->
                            Long.parseLong(line.strip().substring(line.strip().lastIndexOf('\t') + 1)))
                    .findFirst()
                    .orElse(pid);
            return startOf(pid)
                    .map(started -> new Inside(pid, started, mounted.group(1), inner, namespaces, cgroupsIn(process)));
        } catch (IOException e) {
            // It ended while it was looked at.
            return Optional.empty();
        }
    }

    private static Optional<Long> startOf(long pid) {
        try {
            String stat = Files.readString(PROC.resolve(pid + "/stat"));
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            // A zombie runs nothing and holds nothing; it waits to be noticed.
            return fields[0].equals("Z") || fields[0].equals("X")
                    ? Optional.empty()
                    : Optional.of(Long.parseLong(fields[19]));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** Groups of a broker, in every hierarchy, relative to its own: {@code agentos-execd-PID/s-N}. */
    public static Set<String> cgroupsOf(long broker) throws IOException {
        Set<String> found = new TreeSet<>();
        String own = "agentos-execd-" + broker;
        try (Stream<Path> tree = Files.find(
                CGROUPS,
                8,
                (path, attributes) ->
                        attributes.isDirectory() && path.toString().contains(own))) {
            tree.map(path -> path.toString().substring(path.toString().indexOf(own)))
                    .forEach(found::add);
        } catch (java.io.UncheckedIOException e) {
            // A group was removed while the tree was walked; what is left is found the next time.
            return cgroupsOf(broker);
        }
        return found;
    }

    /** Those groups of brokers that some process is in, whether an agent's or one that is kept ready for the next. */
    public static Set<String> cgroupsInUse() throws IOException {
        Set<String> used = new TreeSet<>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(PROC, "[0-9]*")) {
            for (Path process : all) {
                used.addAll(cgroupsIn(process));
            }
        }
        return used;
    }

    private static Set<String> cgroupsIn(Path process) {
        Set<String> cgroups = new TreeSet<>();
        try {
            for (String line : Files.readAllLines(process.resolve("cgroup"))) {
                int at = line.indexOf("agentos-execd-");
                if (at >= 0) {
                    cgroups.add(line.substring(at));
                }
            }
        } catch (IOException e) {
            // It ended while it was looked at, and is in no group.
            return Set.of();
        }
        return cgroups;
    }

    /** Mounts of the host that have to do with this service. */
    public List<String> mounts() throws IOException {
        return Files.readAllLines(PROC.resolve("self/mountinfo")).stream()
                .filter(line -> line.contains(base.toString()))
                .toList();
    }

    /** Unix sockets below the service's folder, as the kernel lists them. */
    public Set<String> sockets() throws IOException {
        Set<String> paths = new TreeSet<>();
        for (String line : Files.readAllLines(PROC.resolve("net/unix"))) {
            int at = line.indexOf(base + "/");
            if (at >= 0) {
                paths.add(line.substring(at));
            }
        }
        return paths;
    }

    /** The service's own: its door, its models' door and its broker's, which are there without any agent. */
    public static boolean isServices(String socket) {
        return OWN_SOCKETS.stream().anyMatch(socket::endsWith);
    }

    /** Those of {@code namespaces} that a process or a descriptor of {@code holders}, or a mount, still keeps. */
    public static Set<String> kept(Set<String> namespaces, Set<Long> holders) throws IOException {
        Set<String> kept = new TreeSet<>();
        for (long pid : holders) {
            for (String folder : List.of("ns", "fd")) {
                for (String to : links(PROC.resolve(pid + "/" + folder))) {
                    if (namespaces.contains(to)) {
                        kept.add(to);
                    }
                }
            }
        }
        for (String line : Files.readAllLines(PROC.resolve("self/mountinfo"))) {
            namespaces.stream().filter(line::contains).forEach(kept::add);
        }
        return kept;
    }

    private static List<String> links(Path folder) {
        List<String> links = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
            for (Path entry : entries) {
                links.add(link(entry));
            }
        } catch (IOException e) {
            // A process that is gone, or a descriptor that was closed meanwhile, keeps nothing.
            return links;
        }
        return links;
    }

    private static String link(Path path) throws IOException {
        return Files.isSymbolicLink(path) ? Files.readSymbolicLink(path).toString() : missing(path);
    }

    private static String missing(Path path) throws IOException {
        if (Files.notExists(path, LinkOption.NOFOLLOW_LINKS)) {
            throw new IOException(path + " is gone");
        }
        return "";
    }
}
