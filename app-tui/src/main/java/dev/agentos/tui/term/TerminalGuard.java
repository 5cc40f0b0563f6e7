package dev.agentos.tui.term;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;

/**
 * A small process that gives the terminal back when this program cannot: after kill -9. It waits for the end of a pipe
 * whose other end dies with this program, and does nothing after an ordinary end, which restores the terminal by itself.
 * Where a shell with job control has taken the terminal, it has set the modes already and only the screen is left to do.
 */
public final class TerminalGuard implements AutoCloseable {

    private static final String DONE = "done\n";

    /** Out of the other screen, cursor on, no paste marks, no mouse, plain colours. */
    private static final String WATCH = """
            trap '' HUP INT QUIT TSTP TTIN TTOU
            read -r word
            [ "$word" = done ] && exit 0
            sleep 0.1
            printf '\\033[?1049l\\033[?25h\\033[?2004l\\033[?1000l\\033[0m\\r\\n' >/dev/tty
            set -- $(ps -o pgid=,tpgid= -p $$)
            [ "$1" = "$2" ] || exit 0
            stty ${AGENTOS_TTY:-sane} </dev/tty
            """;

    private final Process process;

    private TerminalGuard(Process process) {
        this.process = process;
    }

    /** Starts watching; empty where there is no shell to watch with, and then a kill -9 leaves the terminal as it is. */
    public static Optional<TerminalGuard> start(Map<String, String> environment) {
        try {
            ProcessBuilder builder = new ProcessBuilder("sh", "-c", WATCH)
                    .redirectOutput(new File("/dev/null"))
                    .redirectError(new File("/dev/null"));
            builder.environment().keySet().retainAll(java.util.Set.of("PATH"));
            String modes = environment.getOrDefault("AGENTOS_TTY", "");
            if (modes.matches("[0-9a-f:]+")) {
                builder.environment().put("AGENTOS_TTY", modes);
            }
            return Optional.of(new TerminalGuard(builder.start()));
        } catch (IOException e) {
            System.getLogger(TerminalGuard.class.getName()).log(System.Logger.Level.DEBUG, "no guard", e);
            return Optional.empty();
        }
    }

    /** The terminal has been given back. */
    @Override
    public void close() {
        try (OutputStream pipe = process.getOutputStream()) {
            pipe.write(DONE.getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
            System.getLogger(TerminalGuard.class.getName()).log(System.Logger.Level.DEBUG, "the guard is gone", e);
        }
    }
}
