package dev.agentos.kernel;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Starts the broker without privilege, as this user; where one already listens, nothing is started. */
public final class ExecdStarter implements ExecdSandbox.Starter {

    private static final int TRIES = 100;

    private final Path binary;
    private final Path log;
    private final boolean mayStart;

    /** @param mayStart false where the broker is another unit's job: then it is only waited for */
    public ExecdStarter(Path binary, Path log, boolean mayStart) {
        this.binary = binary;
        this.log = log;
        this.mayStart = mayStart;
    }

    @Override
    public void ensure(Path socket) throws IOException {
        if (answers(socket)) {
            return;
        }
        if (!mayStart) {
            throw new IOException("no sandbox broker listens on " + socket + "; start agentos-execd");
        }
        if (!Files.isExecutable(binary)) {
            throw new IOException("the sandbox broker " + binary + " is missing; build it with ./agentos build");
        }
        long uid = ((Number) Files.getAttribute(Path.of("/proc/self"), "unix:uid")).longValue();
        long gid = ((Number) Files.getAttribute(Path.of("/proc/self"), "unix:gid")).longValue();
        Process process = new ProcessBuilder(List.of(
                        binary.toString(),
                        "--socket",
                        socket.toString(),
                        "--owner-uid",
                        String.valueOf(uid),
                        "--owner-gid",
                        String.valueOf(gid),
                        "--idle-exit-seconds",
                        "30"))
                .redirectInput(new File("/dev/null"))
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
        for (int i = 0; i < TRIES; i++) {
            if (answers(socket)) {
                return;
            }
            if (!process.isAlive()) {
                throw new IOException("the sandbox broker ended with " + process.exitValue() + "; see " + log);
            }
            pause();
        }
        throw new IOException("the sandbox broker did not open " + socket + " in " + TRIES * 20 + " ms; see " + log);
    }

    private static boolean answers(Path socket) {
        if (!Files.exists(socket)) {
            return false;
        }
        try {
            SeqPacketSocket probe = SeqPacketSocket.connect(socket);
            probe.release();
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static void pause() throws IOException {
        try {
            Thread.sleep(20);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while the broker started", e);
        }
    }
}
