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

    /** The folder in an agent's folder that is its own. */
    static final String WORKSPACE = "workspace";

    private static final String HEARTBEAT = "heartbeat";
    private static final String INSIDE_BEAT = "/run/agentos";

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

    Path agentsDirectory() {
        return agentsDirectory;
    }

    Path logFile(AgentRecord agent, String stream) {
        return agentsDirectory.resolve(agent.id()).resolve(logName(agent.runNumber(), stream));
    }

    /** The file in an agent's folder that takes a stream of one run. */
    static String logName(int run, String stream) {
        return run + "." + stream + ".log";
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
        return SystemMounts.now();
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
