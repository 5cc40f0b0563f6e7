package dev.agentos.worker;

import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;

/**
 * What the command line of {@link GgufWorker} says.
 *
 * @param library the folder that holds the native library
 * @param context tokens of one slot
 * @param portion tokens of a prompt that are read in one go where the answer can wait
 */
record GgufOptions(Path socket, Path model, Path library, int slots, int context, int threads, int portion) {

    static final String USAGE = """
            Usage: gguf-worker --socket PATH --model FILE --library DIR [options]

              --socket PATH     Unix socket of the listening side; the worker connects to it
              --model FILE      weights in the format GGUF
              --library DIR     where libjllama is
              --slots N         answers at once (default 4)
              --context N       tokens of one slot (default 4096)
              --threads N       threads for arithmetic (default 2)
              --portion N       tokens of a prompt read in one go where it can wait (default 64)
            """;

    /** @throws IllegalArgumentException with the sentence to print */
    static GgufOptions parse(List<String> arguments) {
        Path socket = null;
        Path model = null;
        Path library = null;
        int slots = 4;
        int context = 4_096;
        int threads = 2;
        int portion = 64;
        for (Iterator<String> rest = arguments.iterator(); rest.hasNext(); ) {
            String name = rest.next();
            if (!rest.hasNext()) {
                throw new IllegalArgumentException(name + " needs a value");
            }
            String value = rest.next();
            switch (name) {
                case "--socket" -> socket = Path.of(value);
                case "--model" -> model = Path.of(value);
                case "--library" -> library = Path.of(value);
                case "--slots" -> slots = number(name, value, 64);
                case "--context" -> context = number(name, value, 1_000_000);
                case "--threads" -> threads = number(name, value, 512);
                case "--portion" -> portion = number(name, value, 8_192);
                default -> throw new IllegalArgumentException("unknown argument: " + name);
            }
        }
        if (socket == null || model == null || library == null) {
            throw new IllegalArgumentException("--socket, --model and --library are needed");
        }
        return new GgufOptions(socket, model, library, slots, context, threads, portion);
    }

    private static int number(String name, String text, int most) {
        try {
            int number = Integer.parseInt(text);
            if (number >= 1 && number <= most) {
                return number;
            }
        } catch (NumberFormatException _) {
            // Reported below, with every other value that is no good.
        }
        throw new IllegalArgumentException(name + " takes a whole number from 1 to " + most + ", not " + text);
    }
}
