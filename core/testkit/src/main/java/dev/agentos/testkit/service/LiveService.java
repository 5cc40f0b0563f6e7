package dev.agentos.testkit.service;

import dev.agentos.bridge.client.AgentdClient;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A real agentd process and a real broker over folders of their own. Run as root, the broker is privileged and agentd
 * runs as the user {@code nobody} with no capability, as an installed system service does; otherwise both run as this
 * user. Closing it leaves no process and no file.
 */
public final class LiveService implements AutoCloseable {

    private static final int NOBODY = 65_534;
    private static final long READY_LIMIT_MS = 120_000;

    private final Path home;
    private final Path base;
    private final boolean root;
    private @Nullable Process broker;
    private final Map<String, String> environment = new LinkedHashMap<>();
    private @Nullable Process agentd;

    private LiveService(Path home, Path base, boolean root) {
        this.home = home;
        this.base = base;
        this.root = root;
    }

    /** Starts broker and service. {@code home} is a built runtime, laid out as an installation. */
    public static LiveService start(Path home) throws IOException, InterruptedException {
        return started(prepare(home));
    }

    /** The same in a folder of this name, where nothing has that name yet. */
    public static LiveService startIn(Path home, Path wanted) throws IOException, InterruptedException {
        if (Files.exists(wanted)) {
            return start(home);
        }
        return started(prepare(home, Files.createDirectory(wanted)));
    }

    private static LiveService started(LiveService service) throws IOException, InterruptedException {
        try {
            service.startAgentd();
            service.awaitReady();
            return service;
        } catch (IOException | InterruptedException e) {
            service.close();
            throw e;
        }
    }

    /** Makes the folders and, as root, starts the broker; agentd is not started yet. */
    public static LiveService prepare(Path home) throws IOException, InterruptedException {
        return prepare(home, Files.createTempDirectory("agentos-live"));
    }

    private static LiveService prepare(Path home, Path base) throws IOException, InterruptedException {
        boolean root = ((Number) Files.getAttribute(Path.of("/proc/self"), "unix:uid")).intValue() == 0;
        Files.setPosixFilePermissions(base, PosixFilePermissions.fromString("rwxr-xr-x"));
        for (String name : List.of("state", "run")) {
            Path folder = Files.createDirectory(base.resolve(name));
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
            if (root) {
                Files.setAttribute(folder, "unix:uid", NOBODY);
                Files.setAttribute(folder, "unix:gid", NOBODY);
            }
        }
        LiveService service = new LiveService(home, base, root);
        if (root) {
            service.startBroker();
        }
        return service;
    }

    /** As root: starts the privileged broker and waits for its socket. */
    public void startBroker() throws IOException, InterruptedException {
        Path socket = run().resolve("execd.sock");
        Files.deleteIfExists(socket);
        Process started = new ProcessBuilder(
                        home.resolve("bin/agentos-execd").toString(),
                        "--socket",
                        socket.toString(),
                        "--owner-uid",
                        String.valueOf(NOBODY),
                        "--owner-gid",
                        String.valueOf(NOBODY))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        base.resolve("execd.log").toFile()))
                .start();
        broker = started;
        long deadline = System.nanoTime() + READY_LIMIT_MS * 1_000_000;
        while (!Files.exists(socket) && System.nanoTime() < deadline) {
            if (started.waitFor(5, TimeUnit.MILLISECONDS)) {
                throw new IOException("the broker ended: " + Files.readString(base.resolve("execd.log")));
            }
        }
    }

    /** As root: kill -9 of the broker. */
    public void killBroker() throws InterruptedException {
        Process process = broker;
        if (process != null) {
            process.destroyForcibly().waitFor();
            broker = null;
        }
    }

    /** As root: asks the broker to end, which ends every sandbox. */
    public void stopBroker() throws InterruptedException {
        Process process = broker;
        if (process != null) {
            stop(process.toHandle());
            broker = null;
        }
    }

    /** The privileged broker; -1 where agentd starts its own. */
    public long brokerPid() {
        Process process = broker;
        return process == null ? -1 : process.pid();
    }

    /** Whether the broker is privileged and agentd somebody else. */
    public boolean isRoot() {
        return root;
    }

    public Path base() {
        return base;
    }

    /** A variable for every later start of agentd. */
    public void environment(String name, String value) {
        environment.put(name, value);
    }

    /** Starts agentd without waiting for it. */
    public Process startAgentd() throws IOException {
        List<String> command = new ArrayList<>();
        if (root) {
            command.addAll(List.of(
                    "setpriv",
                    "--reuid=" + NOBODY,
                    "--regid=" + NOBODY,
                    "--clear-groups",
                    "--inh-caps=-all",
                    "--ambient-caps=-all",
                    "--bounding-set=-all",
                    "--no-new-privs"));
        }
        command.addAll(List.of(
                home.resolve("bin/agentd").toString(), "--state", state().toString(), "--run", run().toString()));
        if (root) {
            command.addAll(List.of("--execd-socket", run().resolve("execd.sock").toString()));
        }
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()));
        builder.environment().put("AGENTOS_HOME", home.toString());
        builder.environment().putAll(environment);
        Process started = builder.start();
        agentd = started;
        return started;
    }

    /** Waits until the service answers. */
    public void awaitReady() throws IOException, InterruptedException {
        long deadline = System.nanoTime() + READY_LIMIT_MS * 1_000_000;
        while (!answers()) {
            Process process = agentd;
            if (process == null || !process.isAlive() || System.nanoTime() > deadline) {
                throw new IOException("agentd is not ready: " + Files.readString(log()));
            }
            TimeUnit.MILLISECONDS.sleep(2);
        }
    }

    /** Whether the socket takes a connection and an answer comes. */
    public boolean answers() {
        if (!Files.exists(socket())) {
            return false;
        }
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket()))) {
            channel.write(java.nio.ByteBuffer.wrap(
                    "GET /v1/status.txt HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
                            .getBytes(java.nio.charset.StandardCharsets.US_ASCII)));
            java.nio.ByteBuffer answer = java.nio.ByteBuffer.allocate(12);
            return channel.read(answer) > 0;
        } catch (IOException e) {
            return false;
        }
    }

    /** Kill -9 of agentd; the broker and its sandboxes go on. */
    public void killAgentd() throws InterruptedException {
        Process process = agentd;
        if (process != null) {
            process.destroyForcibly().waitFor();
            agentd = null;
        }
    }

    /** Asks agentd to stop and waits. */
    public void stopAgentd() throws InterruptedException {
        Process process = agentd;
        if (process != null) {
            process.destroy();
            if (!process.waitFor(20, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
            agentd = null;
        }
    }

    public AgentdClient client() {
        return AgentdClient.on(socket());
    }

    public long agentdPid() {
        Process process = agentd;
        return process == null ? -1 : process.pid();
    }

    public Path home() {
        return home;
    }

    public Path state() {
        return base.resolve("state");
    }

    public Path run() {
        return base.resolve("run");
    }

    public Path socket() {
        return run().resolve("agentd.sock");
    }

    public Path log() {
        return base.resolve("agentd.log");
    }

    /** A folder that agentd's user can read. */
    public Path folder(String name) throws IOException {
        Path folder = Files.createDirectories(base.resolve(name));
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        return folder;
    }

    @Override
    public void close() throws IOException {
        boolean interrupted = false;
        try {
            stopAgentd();
            if (root) {
                stopBroker();
            } else {
                stopOwnBroker();
            }
        } catch (InterruptedException e) {
            // What was started is ended all the same; the interruption is passed on after that.
            interrupted = true;
            Process process = broker;
            if (process != null) {
                process.destroyForcibly();
            }
        }
        delete(base);
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Without privilege agentd started the broker; it is found by the socket on its command line and ended by its id. */
    private void stopOwnBroker() throws InterruptedException {
        String socket = run().resolve("execd.sock").toString();
        List<ProcessHandle> brokers = ProcessHandle.allProcesses()
                .filter(process -> process.info()
                        .arguments()
                        .map(arguments -> List.of(arguments).contains(socket))
                        .orElse(false))
                .toList();
        for (ProcessHandle process : brokers) {
            stop(process);
        }
    }

    private static void stop(ProcessHandle process) throws InterruptedException {
        process.destroy();
        try {
            process.onExit().get(20, TimeUnit.SECONDS);
        } catch (java.util.concurrent.ExecutionException | java.util.concurrent.TimeoutException e) {
            process.destroyForcibly();
        }
    }

    private static void delete(Path tree) throws IOException {
        Files.walkFileTree(tree, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException failure) throws IOException {
                if (failure != null) {
                    throw failure;
                }
                Files.delete(folder);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
