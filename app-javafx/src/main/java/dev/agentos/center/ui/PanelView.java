package dev.agentos.center.ui;

import dev.agentos.bridge.view.PanelState;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import javafx.geometry.Pos;
import javafx.scene.Node;
import javafx.scene.control.Label;
import javafx.scene.layout.BorderPane;
import javafx.scene.layout.StackPane;
import javafx.scene.layout.VBox;

/** Shows a panel in whichever state it is: its content, or the reason why there is none and what to do. */
public final class PanelView<T> extends StackPane {

    private final Consumer<T> show;
    private final BorderPane full = new BorderPane();
    private final Label stale = Parts.text("", "stale");
    private final Label title = Parts.prose("", "panel-word");
    private final Label next = Parts.prose("", "muted");
    private final Glyph glyph = new Glyph("·");
    private final VBox message = new VBox(glyph, title, next);

    /** @param show fills the content from a value */
    public PanelView(Node content, Consumer<T> show) {
        this.show = show;
        full.setCenter(content);
        message.setAlignment(Pos.CENTER);
        message.getStyleClass().add("panel-message");
        getStyleClass().add("panel-view");
        show(new PanelState.Loading<>("reading"));
    }

    public void show(PanelState<T> state) {
        switch (state) {
            case PanelState.Ready<T> ready -> {
                show.accept(ready.value());
                var old = ready.staleness(Instant.now());
                stale.setText(old.orElse(""));
                full.setTop(old.isPresent() ? stale : null);
                put(full);
            }
            case PanelState.Loading<T> loading -> say("◌", "tone-muted", loading.what() + " …", "");
            case PanelState.Empty<T> empty -> say("·", "tone-muted", empty.what(), empty.next());
            case PanelState.Failed<T> failed -> say("✕", "tone-bad", failed.why(), failed.next());
            case PanelState.Missing<T> missing -> say("·", "tone-muted", missing.why(), missing.waitsFor());
        }
    }

    private void say(String sign, String tone, String what, String then) {
        glyph.set(sign);
        message.getStyleClass().removeIf(style -> style.startsWith("tone-"));
        message.getStyleClass().add(tone);
        title.setText(what);
        next.setText(then);
        next.setManaged(!then.isEmpty());
        next.setVisible(!then.isEmpty());
        put(message);
    }

    /** Only what is shown is part of the window: a table that waits for its first row costs nothing. */
    private void put(Node shown) {
        if (!getChildren().equals(List.of(shown))) {
            getChildren().setAll(shown);
        }
    }
}
