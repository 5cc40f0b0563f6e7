package dev.agentos.center;

import dev.agentos.bridge.client.AgentdClient;
import dev.agentos.bridge.client.EmbeddedAgentd;
import dev.agentos.center.live.AgentctlProcess;
import dev.agentos.center.ui.Preferences;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import javafx.application.Application;
import javafx.stage.Stage;

/** The window as JavaFX starts it. */
public final class CenterApp extends Application {

    private record Start(CenterOptions options, Path socket) {}

    private static final AtomicReference<Optional<Start>> START = new AtomicReference<>(Optional.empty());

    private Optional<Center> center = Optional.empty();

    /** Says what to show; JavaFX makes the application itself and passes nothing but words. */
    static void prepare(CenterOptions options, Path socket) {
        START.set(Optional.of(new Start(options, socket)));
    }

    @Override
    public void start(Stage stage) {
        Start start = START.get().orElseThrow(() -> new IllegalStateException("nothing was prepared"));
        Preferences preferences = Preferences.ofUser(System.getenv());
        start.options().theme().ifPresent(theme -> preferences.change(values -> values.withTheme(theme)));
        Center made = Center.open(
                stage,
                AgentdClient.on(start.socket()),
                new AgentctlProcess(EmbeddedAgentd.home(System.getenv()), start.socket()),
                preferences,
                start.options().tab());
        center = Optional.of(made);
        made.notifies(System.getenv(), start.socket());
        if (start.options().firstPaint()) {
            made.afterFirstPaint(() -> {
                System.out.printf("first_paint_ms %.1f%n", (System.nanoTime() - CenterMain.STARTED_NANOS) / 1e6);
                System.out.flush();
                stage.close();
            });
        }
    }

    @Override
    public void stop() {
        center.ifPresent(Center::close);
    }
}
