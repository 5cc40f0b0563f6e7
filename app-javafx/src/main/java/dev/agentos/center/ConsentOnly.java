package dev.agentos.center;

import dev.agentos.bridge.client.AgentdClient;
import dev.agentos.bridge.client.EmbeddedAgentd;
import dev.agentos.bridge.view.CenterViewModel;
import dev.agentos.center.consent.CardWindow;
import dev.agentos.center.live.AgentctlProcess;
import dev.agentos.center.live.CenterFeed;
import dev.agentos.center.live.ConsentWatch;
import dev.agentos.center.live.Doorbell;
import dev.agentos.center.notify.Notifier;
import dev.agentos.center.ui.Background;
import dev.agentos.center.ui.Preferences;
import dev.agentos.center.ui.ScreenContext;
import dev.agentos.center.ui.Store;
import java.nio.file.Path;
import java.util.Optional;
import javafx.application.Platform;

/**
 * {@code agentos-center --consent-only}: the process for when the main window is closed. It hears agentd and notifies;
 * the toolkit is started with the first card that somebody opens.
 */
final class ConsentOnly {

    private final Path socket;
    private Optional<ScreenContext> context = Optional.empty();

    private ConsentOnly(Path socket) {
        this.socket = socket;
    }

    /** Watches until the process is ended. Exit 3 where this desktop cannot notify. */
    static int run(Path socket) {
        ConsentOnly process = new ConsentOnly(socket);
        Notifier.Found found = Notifier.find(System.getenv(), process::open);
        if (found.notifier().isEmpty()) {
            System.err.println("agentos-center: notifications.missing: " + found.lacks()
                    + "\n  → what waits is in the Inbox of agentos-center, and in agentctl consent watch");
            return CenterMain.NO_NOTIFICATIONS;
        }
        try (AgentdClient client = AgentdClient.on(socket);
                Doorbell doorbell = Doorbell.of(System.getenv(), socket);
                ConsentWatch watch =
                        new ConsentWatch(client, found.notifier().get(), CardWindow::asks, doorbell::isFree)) {
            Runtime.getRuntime().addShutdownHook(new Thread(watch::close));
            watch.watch();
        }
        return 0;
    }

    /** A notification was clicked. */
    private void open(String ask) {
        try {
            CardWindow.open(context(), ask);
        } catch (UnsupportedOperationException e) {
            System.err.println("agentos-center: center.no-display: " + e.getMessage()
                    + "\n  → answer it in a terminal: agentctl consent show " + ask);
        }
    }

    private synchronized ScreenContext context() {
        if (context.isEmpty()) {
            Platform.setImplicitExit(false);
            Platform.startup(() -> {});
            AgentdClient client = AgentdClient.on(socket);
            Store<CenterViewModel> store = new Store<>(CenterViewModel.start());
            CenterFeed feed = new CenterFeed(client, store);
            feed.watched(false);
            feed.start();
            context = Optional.of(new ScreenContext(
                    client,
                    store,
                    new Background(text -> store.change(state -> state.said(text))),
                    new AgentctlProcess(EmbeddedAgentd.home(System.getenv()), socket),
                    Preferences.ofUser(System.getenv()),
                    feed::refresh));
        }
        return context.get();
    }
}
