package dev.agentos.worker;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;

/** What the command line says. */
record WorkerOptions(Path socket, Path model, Duration idle) {

    static final String USAGE = """
            Usage: model-worker --socket PATH [--model DIR] [--idle-seconds N]

              --socket PATH       Unix socket of the listening side; the worker connects to it
              --model DIR         weights, vocabulary and native libraries (default: model/ beside the jar)
              --idle-seconds N    end after N seconds without a request (default 300)
            """;

    /** @throws IllegalArgumentException with the sentence to print */
    static WorkerOptions parse(List<String> arguments) {
        Path socket = null;
        Path model = null;
        long idle = 300;
        for (Iterator<String> rest = arguments.iterator(); rest.hasNext(); ) {
            String name = rest.next();
            switch (name) {
                case "--socket" -> socket = Path.of(value(name, rest));
                case "--model" -> model = Path.of(value(name, rest));
                case "--idle-seconds" -> idle = seconds(value(name, rest));
                default -> throw new IllegalArgumentException("unknown argument: " + name);
            }
        }
        if (socket == null) {
            throw new IllegalArgumentException("--socket PATH is needed");
        }
        return new WorkerOptions(socket, model == null ? besideTheCode() : model, Duration.ofSeconds(idle));
    }

    private static String value(String name, Iterator<String> rest) {
        if (!rest.hasNext()) {
            throw new IllegalArgumentException(name + " needs a value");
        }
        return rest.next();
    }

    private static long seconds(String text) {
        try {
            long seconds = Long.parseLong(text);
            if (seconds >= 1 && seconds <= 86_400) {
                return seconds;
            }
        } catch (NumberFormatException _) {
            // Reported below, with every other value that is no good.
        }
        throw new IllegalArgumentException("--idle-seconds takes a whole number from 1 to 86400, not " + text);
    }

    private static Path besideTheCode() {
        try {
            URI code = WorkerOptions.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI();
            return Path.of(code).resolveSibling("model");
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("--model DIR is needed: " + e.getMessage(), e);
        }
    }
}
