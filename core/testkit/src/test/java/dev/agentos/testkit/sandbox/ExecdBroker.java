package dev.agentos.testkit.sandbox;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.agentos.kernel.ExecdSandbox;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A native broker of a test's own: started as one user, asked by this process, ended with everything in it. */
final class ExecdBroker {

    /** An ordinary user that every Linux has. */
    private static final String NOBODY = "65534";

    private final Process process;
    private final ExecdSandbox sandbox;

    private ExecdBroker(Process process, ExecdSandbox sandbox) {
        this.process = process;
        this.sandbox = sandbox;
    }

    static Path binary() {
        Path binary = Path.of(System.getProperty("agentos.root", "../.."))
                .resolve("kernel-support/native/target/release/agentos-execd")
                .toAbsolutePath()
                .normalize();
        assumeTrue(Files.isExecutable(binary), "SKIP: " + binary + " is not built; cargo build --release makes it");
        return binary;
    }

    static boolean isRoot() throws IOException {
        return "0".equals(String.valueOf(Files.getAttribute(Path.of("/proc/self"), "unix:uid")));
    }

    /**
     * Starts it without privilege: as this user or, where this one is root, as nobody.
     *
     * @param folder made readable and writable for that user
     */
    static ExecdBroker unprivileged(Path folder) throws Exception {
        Path binary = binary();
        if (!isRoot()) {
            return start(List.of(binary.toString()), id("unix:uid"), id("unix:gid"), folder);
        }
        Path setpriv = Path.of("/usr/bin/setpriv");
        assumeTrue(
                Files.isExecutable(setpriv), "SKIP: root needs setpriv (util-linux) to start it as an ordinary user");
        openTo(folder);
        // The build tree may lie where nobody else may look; broker and init are two files side by side.
        Path copy = folder.resolve("agentos-execd");
        for (String name : List.of("agentos-execd", "agentos-init")) {
            Path file = Files.copy(binary.resolveSibling(name), folder.resolve(name));
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        return start(
                List.of(
                        setpriv.toString(),
                        "--reuid=" + NOBODY,
                        "--regid=" + NOBODY,
                        "--clear-groups",
                        "--inh-caps=-all",
                        copy.toString()),
                NOBODY,
                NOBODY,
                folder);
    }

    /** Starts it as root, to serve an ordinary user. */
    static ExecdBroker privileged(Path folder) throws Exception {
        Path binary = binary();
        assumeTrue(isRoot(), "SKIP: the privileged mode is tried as root only");
        openTo(folder);
        return start(List.of(binary.toString()), NOBODY, NOBODY, folder);
    }

    private static void openTo(Path folder) throws IOException {
        for (Path above = folder; above != null && above.startsWith("/tmp"); above = above.getParent()) {
            if (!above.equals(Path.of("/tmp"))) {
                Files.setPosixFilePermissions(above, PosixFilePermissions.fromString("rwxrwxrwx"));
            }
        }
    }

    private static String id(String attribute) throws IOException {
        return String.valueOf(Files.getAttribute(Path.of("/proc/self"), attribute));
    }

    private static ExecdBroker start(List<String> program, String uid, String gid, Path folder) throws Exception {
        Path socket = folder.resolve("execd.sock");
        Path log = folder.resolve("execd.log");
        List<String> command = new ArrayList<>(program);
        command.addAll(List.of("--socket", socket.toString(), "--owner-uid", uid, "--owner-gid", gid));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        while (!Files.exists(socket)) {
            if (process.waitFor(5, TimeUnit.MILLISECONDS)) {
                String said = Files.readString(log);
                throw new IOException("the broker ended with " + process.exitValue() + ": " + said);
            }
        }
        ExecdSandbox sandbox = new ExecdSandbox(socket, path -> {});
        if (isRoot()) {
            // The first request connects, and the broker is told then who asks.
            EffectiveUser.call(Long.parseLong(uid), sandbox::host);
        } else {
            sandbox.host();
        }
        return new ExecdBroker(process, sandbox);
    }

    ExecdSandbox sandbox() {
        return sandbox;
    }

    /** Ends the broker; the kernel ends what is left in its sandboxes. */
    void stop() throws InterruptedException {
        sandbox.close();
        process.destroy();
        if (!process.waitFor(20, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError("the broker did not end in 20 s after SIGTERM");
        }
    }
}
