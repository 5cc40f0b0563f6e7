package dev.agentos.center;

import dev.agentos.bridge.client.EmbeddedAgentd;
import dev.agentos.bridge.client.SocketLocator;
import dev.agentos.bridge.client.UnreachableException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import javafx.application.Application;

/** The program {@code agentos-center}. */
public final class CenterMain {

    static final long STARTED_NANOS = System.nanoTime();

    static final int NO_NOTIFICATIONS = 3;

    private static final Logger JAVAFX = Logger.getLogger("javafx");

    private static final List<String> LIBRARIES =
            List.of("/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64", "/usr/lib");

    private static final int USAGE = 2;
    private static final int UNREACHABLE = 69;
    private static final int NO_DISPLAY = 1;

    private CenterMain() {}

    /** Shows the window until it is closed. */
    public static void main(String[] arguments) {
        CenterOptions options;
        try {
            options = CenterOptions.parse(arguments);
        } catch (IllegalArgumentException e) {
            System.err.println("agentos-center: " + e.getMessage() + "\n\n" + CenterOptions.USAGE);
            System.exit(USAGE);
            return;
        }
        if (options.help()) {
            System.out.print(CenterOptions.USAGE);
            return;
        }
        System.exit(show(options));
    }

    /**
     * Has the desktop's toolkit linked by another processor while this one starts the window; where it is not found here,
     * it is linked when JavaFX asks for it.
     */
    @SuppressWarnings("restricted") // The program has native access: JavaFX loads the same library a moment later.
    private static void linkAhead() {
        Thread.ofPlatform()
                .daemon()
                .name("link-ahead")
                .start(() -> LIBRARIES.stream()
                        .map(folder -> Path.of(folder, "libgtk-3.so.0"))
                        .filter(Files::isReadable)
                        .findFirst()
                        .ifPresent(library -> System.load(library.toString())));
    }

    private static int show(CenterOptions options) {
        linkAhead();
        // JavaFX says on every start that it came from the class path, which is as it is meant here.
        JAVAFX.setLevel(Level.SEVERE);
        try {
            SocketLocator.Place place = SocketLocator.locate(options.socket(), System.getenv(), SocketLocator.uid());
            if (place.mayStart() && !options.installer() && !EmbeddedAgentd.answers(place.socket())) {
                EmbeddedAgentd.start(place, System.getenv());
            }
            if (options.consentOnly()) {
                return ConsentOnly.run(place.socket());
            }
            CenterApp.prepare(options, place.socket());
            Application.launch(CenterApp.class);
            return 0;
        } catch (UnreachableException e) {
            System.err.println("agentos-center: " + e.code() + ": " + e.getMessage() + "\n  → " + e.next());
            return UNREACHABLE;
        } catch (UnsupportedOperationException e) {
            System.err.println("agentos-center: center.no-display: " + e.getMessage()
                    + "\n  → open it in a desktop session; without one use agentmon or agentctl");
            return NO_DISPLAY;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return NO_DISPLAY;
        }
    }
}
