package dev.agentos.tui.term;

import dev.agentos.themes.TerminalPalette;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * The three streams of a program, what stands behind each, and its environment.
 *
 * @param inTerminal whether a person can type there
 */
public record Console(
        InputStream in,
        PrintStream out,
        PrintStream err,
        boolean inTerminal,
        boolean outTerminal,
        boolean errTerminal,
        Map<String, String> environment) {

    public Console {
        environment = Map.copyOf(environment);
    }

    /** This program's own. Text is UTF-8 whatever the locale says: glyphs are part of every state. */
    public static Console system() {
        return new Console(
                new FileInputStream(FileDescriptor.in),
                stream(FileDescriptor.out),
                stream(FileDescriptor.err),
                isTerminal(0),
                isTerminal(1),
                isTerminal(2),
                System.getenv());
    }

    private static PrintStream stream(FileDescriptor descriptor) {
        return new PrintStream(new FileOutputStream(descriptor), false, StandardCharsets.UTF_8);
    }

    private static boolean isTerminal(int descriptor) {
        return target(descriptor)
                .map(name -> name.startsWith("/dev/pts/") || name.startsWith("/dev/tty") || name.equals("/dev/console"))
                .orElse(false);
    }

    /** What a descriptor leads to, if the system tells. */
    public static Optional<String> target(int descriptor) {
        try {
            return Optional.of(Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor))
                    .toString());
        } catch (IOException e) {
            // A closed descriptor, or no /proc: not a terminal.
            return Optional.empty();
        }
    }

    /** Whether to leave out cursor movement and single keys, and to number choices. */
    public boolean isPlain() {
        return !outTerminal
                || !value("ACCESSIBLE").isEmpty()
                || value("TERM").equals("dumb")
                || value("TERM").isEmpty();
    }

    public String value(String name) {
        return environment.getOrDefault(name, "");
    }

    public Screen screen() {
        return new Screen(out, TerminalPalette.detect(environment, outTerminal), width());
    }

    public Screen errorScreen() {
        return new Screen(err, TerminalPalette.detect(environment, errTerminal), 80);
    }

    private int width() {
        if (value("COLUMNS").matches("\\d{2,4}")) {
            return Integer.parseInt(value("COLUMNS"));
        }
        if (!outTerminal) {
            return 100;
        }
        return Tty.size()
                .map(Tty.Size::columns)
                .filter(columns -> columns >= 10)
                .orElse(80);
    }
}
