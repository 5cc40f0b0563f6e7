package dev.agentos.agentd.agents;

import dev.agentos.agentd.ServiceException;
import dev.agentos.domain.contract.AgentContract;
import dev.agentos.domain.contract.AgentRuntime;
import dev.agentos.domain.contract.ContractDocument;
import dev.agentos.domain.contract.Filesystem;
import dev.agentos.domain.port.Sandbox;
import dev.agentos.domain.port.Sandbox.Mount;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** From a contract to a sandbox plan: what the process sees, in which limits, and where its output goes. */
public final class SandboxPlans {

    private static final long TMP_BYTES = 256L * 1024 * 1024;
    private static final String HEARTBEAT = "heartbeat";
    private static final String INSIDE_BEAT = "/run/agentos";

    /** Parts of the host's /etc that programs need and that hold no secret. */
    private static final List<String> HOST_ETC = List.of(
            "/etc/ssl/certs",
            "/etc/ld.so.cache",
            "/etc/alternatives",
            "/etc/localtime",
            "/etc/mime.types",
            "/etc/magic",
            "/etc/ca-certificates");

    private final Path agentsDirectory;
    private final List<Path> serviceFolders;

    /**
     * @param agentsDirectory where agents' workspaces and logs are
     * @param serviceFolders the service's own folders, which no agent may see
     */
    public SandboxPlans(Path agentsDirectory, List<Path> serviceFolders) {
        this.agentsDirectory = agentsDirectory;
        this.serviceFolders = List.copyOf(serviceFolders);
    }

    public List<Path> serviceFolders() {
        return serviceFolders;
    }

    Path logFile(AgentRecord agent, String stream) {
        return agentsDirectory.resolve(agent.id()).resolve(agent.runNumber() + "." + stream + ".log");
    }

    Path stdinPipe(AgentRecord agent) {
        return agentsDirectory.resolve(agent.id()).resolve(agent.runNumber() + ".stdin");
    }

    Sandbox.Plan of(AgentRecord agent, ContractDocument document) {
        AgentContract contract = document.contract();
        if (!(contract.runtime() instanceof AgentRuntime.ProcessRuntime runtime)) {
            throw Contracts.notAProcess(agent.id());
        }
        List<Mount> mounts = new ArrayList<>(system());
        Set<String> taken = new LinkedHashSet<>();
        mounts.add(new Mount.Bind(agent.workspace(), "/workspace", true));
        taken.add("/workspace");
        Filesystem filesystem = ContractRules.filesystem(contract, agent.input());
        filesystem.write().forEach(path -> declared(mounts, taken, path, true, document));
        filesystem.read().forEach(path -> declared(mounts, taken, path, false, document));

        Map<String, String> env = new LinkedHashMap<>();
        env.put("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
        env.put("HOME", "/workspace");
        env.put("TMPDIR", "/tmp");
        env.put("LANG", "C.UTF-8");
        env.put("AGENTOS_AGENT", agent.id());
        env.put("AGENTOS_RUN", agent.run());
        if (contract.supervision().heartbeat().isPresent()) {
            Path beats = agentsDirectory.resolve(agent.id()).resolve("beat");
            makeDirectory(beats);
            mounts.add(new Mount.Bind(beats.toString(), INSIDE_BEAT, true));
            env.put("AGENTOS_HEARTBEAT", INSIDE_BEAT + "/" + HEARTBEAT);
        }
        env.putAll(runtime.env());

        Optional<String> stdin =
                agent.stdin() ? Optional.of(makePipe(stdinPipe(agent)).toString()) : Optional.empty();
        return new Sandbox.Plan(
                agent.run(),
                agent.id(),
                runtime.command(),
                env,
                runtime.workdir(),
                mounts,
                new Sandbox.Stdio(
                        stdin,
                        logFile(agent, "stdout").toString(),
                        logFile(agent, "stderr").toString()),
                new Sandbox.Limits(
                        OptionalLong.of(agent.bound().memoryBytes()),
                        OptionalLong.of(contract.compute().pids()),
                        OptionalLong.of(agent.bound().cpuMillis()),
                        OptionalLong.of(contract.compute().openFiles()),
                        OptionalLong.empty()));
    }

    /** The host's programs, read-only, and a tree of its own for everything else. */
    public static List<Mount> system() {
        List<Mount> mounts = new ArrayList<>();
        mounts.add(new Mount.Bind("/usr", "/usr", false));
        for (String name : List.of("bin", "sbin", "lib", "lib32", "lib64", "libx32")) {
            Path path = Path.of("/", name);
            if (Files.isSymbolicLink(path)) {
                mounts.add(new Mount.Symlink("/" + name, "usr/" + name));
            } else if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
                mounts.add(new Mount.Bind(path.toString(), path.toString(), false));
            }
        }
        for (String path : HOST_ETC) {
            // A link as the source of a bind would be followed out of the plan, so links are left out.
            if (Files.isReadable(Path.of(path)) && !Files.isSymbolicLink(Path.of(path))) {
                mounts.add(new Mount.Bind(path, path, false));
            }
        }
        mounts.add(new Mount.File(
                "/etc/passwd",
                "root:x:0:0:root:/nonexistent:/usr/sbin/nologin\nagent:x:1000:1000:agent:/workspace:/bin/sh\n"
                        + "nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n"));
        mounts.add(new Mount.File("/etc/group", "root:x:0:\nagent:x:1000:\nnogroup:x:65534:\n"));
        mounts.add(new Mount.File("/etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files\n"));
        mounts.add(new Mount.File("/etc/hosts", "127.0.0.1 localhost\n::1 localhost\n"));
        mounts.add(new Mount.Proc("/proc"));
        mounts.add(new Mount.Dev("/dev"));
        mounts.add(new Mount.Tmpfs("/tmp", TMP_BYTES));
        return mounts;
    }

    private void declared(
            List<Mount> mounts, Set<String> taken, String path, boolean write, ContractDocument document) {
        if (path.equals("/workspace") || path.startsWith("/workspace/") || !taken.add(path)) {
            return;
        }
        try {
            // The link, if it is one, is resolved here and pinned; inside, the declared name leads to the real place.
            Path real = Path.of(path).toRealPath();
            for (Path own : serviceFolders) {
                if (real.startsWith(own.toRealPath()) || own.toRealPath().startsWith(real)) {
                    throw new ServiceException(
                            ServiceException.Kind.REFUSED,
                            "path.service-state",
                            "the declared path " + path + " is or holds the service's own state in " + own,
                            document.lineOf(write ? "filesystem.write" : "filesystem.read")
                                    .toString(),
                            "declare a folder beside it");
                }
            }
            mounts.add(new Mount.Bind(real.toString(), path, write));
        } catch (IOException e) {
            throw new ServiceException(
                    ServiceException.Kind.REFUSED,
                    "path.missing",
                    "the declared path " + path + " is not there or not readable for the user of agentd ("
                            + System.getProperty("user.name") + ")",
                    document.lineOf(write ? "filesystem.write" : "filesystem.read")
                            .toString(),
                    "create it, or take it out of the contract");
        }
    }

    /** How long the agent's heartbeat file was not touched; empty where it was never made. */
    OptionalLong millisSinceHeartbeat(AgentRecord agent, Instant now) {
        Path beat = agentsDirectory.resolve(agent.id()).resolve("beat").resolve(HEARTBEAT);
        try {
            Instant touched =
                    Files.getLastModifiedTime(beat, LinkOption.NOFOLLOW_LINKS).toInstant();
            return OptionalLong.of(now.toEpochMilli() - touched.toEpochMilli());
        } catch (IOException e) {
            return OptionalLong.empty();
        }
    }

    private static void makeDirectory(Path directory) {
        try {
            Files.createDirectories(
                    directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        } catch (IOException e) {
            throw new ServiceException(
                    ServiceException.Kind.UNAVAILABLE,
                    "state.directory",
                    directory + ": " + e.getMessage(),
                    directory.toString(),
                    "check the disk and the owner of the state directory");
        }
    }

    private static Path makePipe(Path pipe) {
        try {
            Files.deleteIfExists(pipe);
            Process process = new ProcessBuilder("mkfifo", "-m", "600", pipe.toString())
                    .redirectErrorStream(true)
                    .start();
            if (process.waitFor() != 0) {
                throw new IOException("mkfifo failed");
            }
            return pipe;
        } catch (IOException e) {
            throw new ServiceException(
                    ServiceException.Kind.UNAVAILABLE,
                    "stdin.pipe",
                    pipe + ": " + e.getMessage(),
                    pipe.toString(),
                    "run without standard input");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
