package dev.agentos.center.shell;

import dev.agentos.bridge.view.CenterViewModel;
import dev.agentos.bridge.view.ConnectionViewModel;
import dev.agentos.center.ui.Glyph;
import dev.agentos.center.ui.Parts;
import dev.agentos.center.ui.Store;
import java.time.Instant;
import javafx.animation.KeyFrame;
import javafx.animation.Timeline;
import javafx.scene.control.Button;
import javafx.scene.control.Label;
import javafx.scene.layout.HBox;
import javafx.util.Duration;

/** Says that agentd is silent, and after it is back, what was missed. It is derived from state and goes by itself. */
final class Banner {

    private final Label text = Parts.prose("");
    private final Glyph glyph = new Glyph("!");
    private final Button acknowledge;
    private final HBox root;
    private final Timeline clock;
    private ConnectionViewModel connection = ConnectionViewModel.connected();

    Banner(Store<CenterViewModel> store) {
        acknowledge = Parts.button("Got it", () -> store.change(CenterViewModel::acknowledged));
        root = Parts.row(glyph, text, Parts.spring(), acknowledge);
        root.getStyleClass().add("banner");
        // Ticks only while there is a silence to count.
        clock = new Timeline(new KeyFrame(Duration.seconds(1), _ -> paint()));
        clock.setCycleCount(Timeline.INDEFINITE);
        paint();
    }

    HBox root() {
        return root;
    }

    void show(CenterViewModel state) {
        connection = state.connection();
        paint();
    }

    private void paint() {
        var sentence = connection.sentence(Instant.now());
        boolean lost = !connection.isConnected();
        root.setVisible(sentence.isPresent());
        root.setManaged(sentence.isPresent());
        text.setText(sentence.orElse(""));
        glyph.set(lost ? "!" : "✓");
        root.getStyleClass().setAll("row", "banner", lost ? "banner-needs" : "banner-ok");
        acknowledge.setVisible(!lost);
        acknowledge.setManaged(!lost);
        if (lost) {
            clock.play();
        } else {
            clock.stop();
        }
    }
}
