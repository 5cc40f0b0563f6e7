package dev.agentos.center;

import dev.agentos.bridge.client.AgentdClient;
import dev.agentos.bridge.client.EmbeddedAgentd;
import dev.agentos.bridge.view.CenterTab;
import dev.agentos.center.live.AgentctlProcess;
import dev.agentos.center.ui.Preferences;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import javafx.application.Application;
import javafx.stage.Stage;

/** The window as JavaFX starts it. */
public final class CenterApp extends Application {

    private record Start(CenterOptions options, Path socket, CompletableFuture<Preferences> preferences) {}

    private static final AtomicReference<Optional<Start>> START = new AtomicReference<>(Optional.empty());

    private Optional<Center> center = Optional.empty();

    /** Says what to show; JavaFX makes the application itself and passes nothing but words. */
    static void prepare(CenterOptions options, Path socket) {
        // Read while the toolkit starts: reading JSON for the first time takes as long.
        START.set(Optional.of(
                new Start(options, socket, CompletableFuture.supplyAsync(() -> Preferences.ofUser(System.getenv())))));
    }

    @Override
    public void start(Stage stage) {
        Start start = START.get().orElseThrow(() -> new IllegalStateException("nothing was prepared"));
        Preferences preferences = start.preferences().join();
        start.options().theme().ifPresent(theme -> preferences.change(values -> values.withTheme(theme)));
        AgentctlProcess commands = new AgentctlProcess(EmbeddedAgentd.home(System.getenv()), start.socket());
        AgentdClient client = AgentdClient.on(start.socket());
        if (start.options().installer()) {
            Installer.open(stage, client, commands, preferences, tab -> {
                opened(start, new Stage(), client, commands, preferences, tab);
                stage.close();
            });
            return;
        }
        opened(start, stage, client, commands, preferences, start.options().tab());
    }

    private void opened(
            Start start,
            Stage stage,
            AgentdClient client,
            AgentctlProcess commands,
            Preferences preferences,
            CenterTab tab) {
        Center made = Center.open(stage, client, commands, preferences, tab);
        center = Optional.of(made);
        made.afterFirstPaint(() -> {
            if (start.options().firstPaint()) {
                System.out.printf("first_paint_ms %.1f%n", (System.nanoTime() - CenterMain.STARTED_NANOS) / 1e6);
                System.out.flush();
                stage.close();
            } else {
                made.notifies(System.getenv(), start.socket());
            }
        });
    }

    @Override
    public void stop() {
        center.ifPresent(Center::close);
    }
}
