package dev.agentos.tui.term;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** The terminal that controls this program, through stty. Each method is one process. */
public final class Tty {

    private Tty() {}

    /** Size in characters. */
    public record Size(int rows, int columns) {}

    /** The size; empty where there is no terminal or it tells none. */
    public static Optional<Size> size() {
        return run("stty", "size")
                .map(String::strip)
                .filter(text -> text.matches("\\d{1,4} \\d{1,4}"))
                .map(text -> new Size(
                        Integer.parseInt(text.substring(0, text.indexOf(' '))),
                        Integer.parseInt(text.substring(text.indexOf(' ') + 1))));
    }

    /** Single keys without echo, none of them a signal; the modes as they were, for {@link #restore}. */
    public static Optional<String> raw() {
        return run("sh", "-c", "stty -g && stty -icanon -echo -isig -ixon min 1 time 0")
                .map(String::strip)
                .filter(text -> !text.isEmpty());
    }

    /** Brings modes back that {@code stty -g} told. */
    public static void restore(String saved) {
        run("stty", saved);
    }

    /** What stty printed; empty where it failed. */
    static Optional<String> stty(String... arguments) {
        List<String> command = new ArrayList<>(List.of("stty"));
        command.addAll(List.of(arguments));
        return run(command.toArray(String[]::new));
    }

    private static Optional<String> run(String... command) {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectInput(new File("/dev/tty"))
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String answer = new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
            return process.waitFor(2, TimeUnit.SECONDS) && process.exitValue() == 0
                    ? Optional.of(answer)
                    : Optional.empty();
        } catch (IOException e) {
            // No stty or no terminal: the caller works with lines instead.
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }
}
