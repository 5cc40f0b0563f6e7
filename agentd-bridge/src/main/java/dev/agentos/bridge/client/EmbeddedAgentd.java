package dev.agentos.bridge.client;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Starts agentd for this user when none runs. The service outlives the client that started it. */
public final class EmbeddedAgentd {

    private static final Duration READY_LIMIT = Duration.ofSeconds(15);
    private static final long POLL_MS = 40;
    private static final int STATE_IN_USE = 75;
    private static final int TAIL_LINES = 8;
    private static final int MAX_TAIL_BYTES = 64 * 1024;

    private EmbeddedAgentd() {}

    /** The installation: {@code -Dagentos.home}, or {@code $AGENTOS_HOME}. */
    public static Optional<Path> home(Map<String, String> environment) {
        return Optional.ofNullable(System.getProperty("agentos.home"))
                .or(() -> Optional.ofNullable(environment.get("AGENTOS_HOME")))
                .filter(text -> !text.isEmpty())
                .map(Path::of);
    }

    /** Whether agentd answers there now. */
    public static boolean answers(Path socket) {
        try (Transport transport = new SocketTransport(socket)) {
            return transport
                            .send(new Transport.Request("GET", "/v1/status.txt", "", Duration.ofSeconds(5)))
                            .status()
                    == 200;
        } catch (UnreachableException e) {
            return false;
        }
    }

    /**
     * Starts it and waits until it answers.
     *
     * @throws UnreachableException when it does not come up, with the end of its log
     */
    public static void start(SocketLocator.Place place, Map<String, String> environment) throws InterruptedException {
        Path program = home(environment)
                .map(home -> home.resolve("bin").resolve("agentd"))
                .filter(Files::isExecutable)
                .orElseThrow(() -> new UnreachableException(
                        "no agentd is running, and none can be started: AGENTOS_HOME names no installation",
                        place.socket().toString(),
                        "start it yourself: agentos up"));
        Path log = place.state().resolve("agentd.log");
        Process process;
        long logged;
        try {
            Files.createDirectories(
                    place.state(), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            logged = Files.exists(log) ? Files.size(log) : 0;
            process = new ProcessBuilder(command(program, place))
                    .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                    .redirectErrorStream(true)
                    .directory(place.state().toFile())
                    .start();
        } catch (IOException e) {
            throw new UnreachableException(
                    "agentd could not be started: " + e.getMessage(),
                    program.toString(),
                    "check that " + place.state() + " can be written",
                    e);
        }
        await(place, process, log, logged);
    }

    private static List<String> command(Path program, SocketLocator.Place place) {
        List<String> command = new ArrayList<>();
        // A session of its own: neither Ctrl-C nor a closed terminal of this client reaches it.
        Path setsid = Path.of("/usr/bin/setsid");
        if (Files.isExecutable(setsid)) {
            command.add(setsid.toString());
        }
        command.addAll(List.of(
                program.toString(),
                "--state",
                place.state().toString(),
                "--run",
                place.run().toString()));
        return command;
    }

    private static void await(SocketLocator.Place place, Process process, Path log, long logged)
            throws InterruptedException {
        long deadline = System.nanoTime() + READY_LIMIT.toNanos();
        while (System.nanoTime() < deadline) {
            if (Files.exists(place.socket()) && answers(place.socket())) {
                return;
            }
            // Another client may have started one at the same moment; that one is as good.
            if (!process.isAlive() && process.exitValue() != STATE_IN_USE) {
                throw notStarted("agentd ended at once with exit code " + process.exitValue(), log, logged);
            }
            Thread.sleep(POLL_MS);
        }
        throw notStarted("agentd did not answer within " + READY_LIMIT.toSeconds() + " s", log, logged);
    }

    /** @param logged the length of the log before this start: only what came after it is of interest */
    private static UnreachableException notStarted(String what, Path log, long logged) {
        List<String> tail;
        try (InputStream in = Files.newInputStream(log)) {
            in.skipNBytes(logged);
            List<String> lines = new String(in.readNBytes(MAX_TAIL_BYTES), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
            tail = lines.subList(Math.max(0, lines.size() - TAIL_LINES), lines.size());
        } catch (IOException e) {
            tail = List.of("(its log cannot be read: " + e.getMessage() + ")");
        }
        return new UnreachableException(
                what + (tail.isEmpty() ? "" : "; its log ends with:\n    " + String.join("\n    ", tail)),
                log.toString(),
                "correct what the log says, then try again");
    }
}
