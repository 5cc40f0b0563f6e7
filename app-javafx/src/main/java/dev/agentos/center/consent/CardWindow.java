package dev.agentos.center.consent;

import dev.agentos.bridge.view.CenterViewModel;
import dev.agentos.bridge.wire.ConsentWire.AskView;
import dev.agentos.center.ui.Look;
import dev.agentos.center.ui.Parts;
import dev.agentos.center.ui.ScreenContext;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import javafx.scene.Scene;
import javafx.scene.control.Button;
import javafx.scene.input.KeyCode;
import javafx.scene.input.KeyEvent;
import javafx.scene.layout.Priority;
import javafx.scene.layout.VBox;
import javafx.stage.Stage;

/**
 * A card in a window of its own. It is opened only by a person, with a click on a notification or a bar; it never opens
 * by itself, because no toolkit can promise that a new window does not take the keyboard. Escape closes the window and
 * answers nothing.
 */
public final class CardWindow {

    private static final double WIDTH = 720;
    private static final double HEIGHT = 680;
    private static final double LEAST_WIDTH = 480;
    private static final double LEAST_HEIGHT = 420;

    /** One window for each ask, for the UI thread. */
    private static final Map<String, CardWindow> OPEN = new HashMap<>();

    private final CardView card;
    private final Stage stage = new Stage();
    private final Button close = Parts.button("Close this window", stage::hide);
    private final Consumer<CenterViewModel> listener = this::show;

    private CardWindow(ScreenContext context, AskView ask) {
        card = new CardView(context, ask);
        VBox root = new VBox(card.node(), Parts.row(Parts.spring(), close));
        root.getStyleClass().addAll("window", "card-window");
        VBox.setVgrow(card.node(), Priority.ALWAYS);
        Scene scene = new Scene(root, WIDTH, HEIGHT);
        scene.addEventHandler(KeyEvent.KEY_PRESSED, event -> {
            if (event.getCode() == KeyCode.ESCAPE) {
                stage.hide();
            }
        });
        Look.of(scene, context.preferences());
        stage.setTitle("AgentOS: " + ask.agent() + " waits for you");
        stage.setMinWidth(LEAST_WIDTH);
        stage.setMinHeight(LEAST_HEIGHT);
        stage.setScene(scene);
        stage.setOnHidden(_ -> {
            OPEN.remove(ask.id());
            context.store().forget(listener);
        });
        context.store().listen(listener);
    }

    /** Opens the card of an ask, or brings its window forward. For the UI thread. */
    public static CardWindow open(ScreenContext context, AskView ask) {
        CardWindow window = OPEN.computeIfAbsent(ask.id(), _ -> new CardWindow(context, ask));
        window.stage.show();
        window.stage.toFront();
        window.card.focus();
        return window;
    }

    /** Reads the ask and opens its card; one that ended meanwhile is said and not opened. From any thread. */
    public static void open(ScreenContext context, String ask) {
        context.background()
                .readValue(
                        () -> context.client().ask(ask),
                        state -> state.found()
                                .ifPresentOrElse(
                                        found -> open(context, found),
                                        () -> context.say("✕ " + ask + " waits no longer")));
    }

    /** Asks whose card stands in a window. */
    public static java.util.Set<String> asks() {
        return java.util.Set.copyOf(OPEN.keySet());
    }

    public CardView card() {
        return card;
    }

    public Stage stage() {
        return stage;
    }

    /** The window of an ask, where it is open. */
    public static Optional<CardWindow> of(String ask) {
        return Optional.ofNullable(OPEN.get(ask));
    }

    private void show(CenterViewModel state) {
        card.show(state.inbox());
        CardView.shown(close, card.model().closed().isPresent());
    }
}
