package dev.agentos.center.notify;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Programs of the desktop. */
final class Programs {

    private static final long LIMIT_SECONDS = 10;

    private Programs() {}

    /** What a program printed; {@code exit} is -1 where it could not be run. */
    record Ran(int exit, String text) {}

    static Optional<Path> find(String name, Map<String, String> environment) {
        return Arrays.stream(environment.getOrDefault("PATH", "/usr/bin:/bin").split(":", -1))
                .filter(folder -> !folder.isEmpty())
                .map(folder -> Path.of(folder, name))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** A program that speaks to this session bus. */
    static ProcessBuilder on(String bus, List<String> command) {
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put(Notifier.BUS, bus);
        return builder;
    }

    static Ran run(String bus, List<String> command) {
        try {
            Process process = on(bus, command).redirectErrorStream(true).start();
            process.getOutputStream().close();
            // Their answers are one line; they fit into the pipe, so that waiting first cannot block.
            if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                return new Ran(-1, "no answer within " + LIMIT_SECONDS + " s");
            }
            String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return new Ran(process.exitValue(), text.strip());
        } catch (IOException e) {
            return new Ran(-1, String.valueOf(e.getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Ran(-1, "interrupted");
        }
    }
}
