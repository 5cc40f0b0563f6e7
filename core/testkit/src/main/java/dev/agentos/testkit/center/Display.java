package dev.agentos.testkit.center;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** An X server without a screen, for a window as a desktop shows it. */
public final class Display implements AutoCloseable {

    /** What to install where there is none. */
    public static final String LACKS = "Xvfb is not installed: apt-get install xvfb";

    private static final Path SERVER = Path.of("/usr/bin/Xvfb");

    private final Process server;
    private final String name;

    private Display(Process server, String name) {
        this.server = server;
        this.name = name;
    }

    /** Starts one of this size, in pixels; empty where no such server is installed. */
    public static Optional<Display> start(int width, int height) throws IOException {
        if (!Files.isExecutable(SERVER)) {
            return Optional.empty();
        }
        Process server = new ProcessBuilder(
                        SERVER.toString(),
                        "-displayfd",
                        "1",
                        "-screen",
                        "0",
                        width + "x" + height + "x24",
                        "-nolisten",
                        "tcp",
                        // Else the server begins anew after its last window, and turns away one that opens meanwhile.
                        "-noreset")
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        BufferedReader reader = server.inputReader();
        String number = reader.readLine();
        if (number == null) {
            server.destroy();
            throw new IOException("the X server ended before it had a display");
        }
        return Optional.of(new Display(server, ":" + number.strip()));
    }

    /** As in the variable {@code DISPLAY}. */
    public String name() {
        return name;
    }

    @Override
    public void close() {
        server.destroy();
        server.onExit().join();
    }
}
