package dev.agentos.center;

import dev.agentos.bridge.client.AgentdClient;
import dev.agentos.bridge.view.CenterPreferences;
import dev.agentos.bridge.view.CenterTab;
import dev.agentos.bridge.view.CenterViewModel;
import dev.agentos.bridge.view.Place;
import dev.agentos.center.consent.CardWindow;
import dev.agentos.center.live.CenterFeed;
import dev.agentos.center.live.ConsentWatch;
import dev.agentos.center.live.Doorbell;
import dev.agentos.center.notify.Notifier;
import dev.agentos.center.screen.Screens;
import dev.agentos.center.shell.ShellView;
import dev.agentos.center.ui.Background;
import dev.agentos.center.ui.CommandRunner;
import dev.agentos.center.ui.Look;
import dev.agentos.center.ui.Preferences;
import dev.agentos.center.ui.ScreenContext;
import dev.agentos.center.ui.Store;
import dev.agentos.center.ui.UiThread;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import javafx.animation.AnimationTimer;
import javafx.scene.Scene;
import javafx.scene.layout.Region;
import javafx.stage.Stage;

/** The whole window, put together: state, what feeds it, screens and frame. */
public final class Center implements AutoCloseable {

    private static final double WIDTH = 1_440;
    private static final double HEIGHT = 900;
    private static final double LEAST_WIDTH = 900;
    private static final double LEAST_HEIGHT = 600;

    private final Stage stage;
    private final Scene scene;
    private final ShellView shell;
    private final ScreenContext context;
    private final CenterFeed feed;
    private Optional<ConsentWatch> watch = Optional.empty();
    private Optional<Doorbell> doorbell = Optional.empty();
    private boolean closed;
    private volatile Set<String> onScreen = Set.of();

    private Center(Stage stage, Scene scene, ShellView shell, ScreenContext context, CenterFeed feed) {
        this.stage = stage;
        this.scene = scene;
        this.shell = shell;
        this.context = context;
        this.feed = feed;
    }

    /** Opens it on a stage. For the UI thread. */
    public static Center open(
            Stage stage, AgentdClient client, CommandRunner commands, Preferences preferences, CenterTab tab) {
        Look.prepare(preferences);
        Store<CenterViewModel> store = new Store<>(CenterViewModel.start().at(Place.of(tab)));
        CenterFeed feed = new CenterFeed(client, store);
        Background background = new Background(text -> store.change(state -> state.said(text)));
        ScreenContext context = new ScreenContext(client, store, background, commands, preferences, feed::refresh);
        ShellView shell = new ShellView(context, Screens.of(context));
        CenterPreferences values = preferences.values();
        // The look comes before what it dresses: a scene matches every node against its style sheets as soon as it has
        // both.
        Scene scene = new Scene(
                new Region(),
                values.width() > 0 ? Math.max(LEAST_WIDTH, values.width()) : WIDTH,
                values.height() > 0 ? Math.max(LEAST_HEIGHT, values.height()) : HEIGHT);
        Look.of(scene, preferences);
        scene.setRoot(shell.root());
        shell.keys(scene);
        stage.setTitle("AgentOS");
        stage.setMinWidth(LEAST_WIDTH);
        stage.setMinHeight(LEAST_HEIGHT);
        stage.setScene(scene);
        stage.iconifiedProperty().subscribe(iconified -> feed.watched(!iconified));
        Center center = new Center(stage, scene, shell, context, feed);
        stage.setOnCloseRequest(event -> {
            if (!shell.mayClose()) {
                event.consume();
            }
        });
        stage.show();
        shell.root().requestFocus();
        // Until then the processors have enough to do, and there is nothing yet to show it in.
        center.afterFirstPaint(feed::start);
        return center;
    }

    public Stage stage() {
        return stage;
    }

    public Scene scene() {
        return scene;
    }

    public ShellView shell() {
        return shell;
    }

    public ScreenContext context() {
        return context;
    }

    /** Notifies the desktop of what comes to wait while nobody looks at it here; without a desktop it is in the Inbox. */
    public void notifies(Map<String, String> environment, Path socket) {
        context.store().listen(_ -> look());
        stage.focusedProperty().subscribe(this::look);
        // Asking the desktop what it can do starts a program.
        Thread.ofVirtual().name("notifies").start(() -> watch(environment, socket));
    }

    private void watch(Map<String, String> environment, Path socket) {
        Notifier.Found found = Notifier.find(environment, ask -> CardWindow.open(context, ask));
        found.notifier().ifPresent(notifier -> {
            Doorbell bell = Doorbell.of(environment, socket);
            ConsentWatch started = new ConsentWatch(context.client(), notifier, () -> onScreen, bell::take);
            UiThread.later(() -> {
                if (closed) {
                    started.close();
                    bell.close();
                    return;
                }
                doorbell = Optional.of(bell);
                watch = Optional.of(started);
                started.start();
            });
        });
    }

    /** Says which asks a person has before them. */
    private void look() {
        Set<String> seen = new HashSet<>(CardWindow.asks());
        CenterViewModel state = context.store().state();
        if (stage.isFocused() && state.place().tab() == CenterTab.INBOX) {
            state.inbox().waiting().forEach(ask -> seen.add(ask.id()));
        }
        onScreen = Set.copyOf(seen);
    }

    /** Runs it once the first frame was painted. */
    public void afterFirstPaint(Runnable work) {
        new AnimationTimer() {
            private int frames;

            @Override
            public void handle(long now) {
                frames++;
                if (frames == 2) {
                    stop();
                    UiThread.later(work);
                }
            }
        }.start();
    }

    @Override
    public void close() {
        closed = true;
        if (!stage.isMaximized() && scene.getWidth() > 0) {
            context.preferences().change(values -> values.withSize(scene.getWidth(), scene.getHeight()));
        }
        context.preferences().save();
        watch.ifPresent(ConsentWatch::close);
        doorbell.ifPresent(Doorbell::close);
        feed.close();
        context.client().close();
    }
}
