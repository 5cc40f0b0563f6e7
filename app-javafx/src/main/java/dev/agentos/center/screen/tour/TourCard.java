package dev.agentos.center.screen.tour;

import dev.agentos.bridge.view.TextLine;
import dev.agentos.bridge.view.TextLines;
import dev.agentos.bridge.view.Tone;
import dev.agentos.bridge.wire.ConsentWire.AnswerRequest;
import dev.agentos.bridge.wire.ConsentWire.AskView;
import dev.agentos.center.ui.LinesView;
import dev.agentos.center.ui.Parts;
import dev.agentos.center.ui.ScreenContext;
import dev.agentos.center.ui.UiThread;
import java.util.List;
import java.util.Optional;
import javafx.animation.PauseTransition;
import javafx.geometry.Orientation;
import javafx.geometry.Pos;
import javafx.scene.Node;
import javafx.scene.control.Button;
import javafx.scene.control.Label;
import javafx.scene.control.ScrollBar;
import javafx.scene.input.KeyCode;
import javafx.scene.input.KeyEvent;
import javafx.scene.layout.GridPane;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.StackPane;
import javafx.scene.layout.VBox;
import javafx.util.Duration;

/**
 * The question of the tour's run. Allow opens once the whole content was on the screen, and 400 ms after the card was
 * painted; Enter alone allows nothing.
 */
final class TourCard {

    private static final Duration DEAD = Duration.millis(400);
    private static final double WIDTH = 560;

    private final ScreenContext context;
    private final Label title = Parts.prose("", "strong");
    private final GridPane facts = new GridPane();
    private final LinesView content = new LinesView(false);
    private final Label hint = Parts.text("", "tone-needs");
    private final Button deny = Parts.button("Don't allow", () -> answer(false));
    private final Button allow = Parts.button("Allow this once", () -> answer(true));
    private final VBox root;
    private final PauseTransition wait = new PauseTransition(DEAD);
    private Optional<AskView> ask = Optional.empty();
    private boolean seen;

    TourCard(ScreenContext context) {
        this.context = context;
        facts.getStyleClass().add("facts");
        HBox buttons = Parts.row(hint, Parts.spring(), deny, Parts.withReason(allow));
        root = new VBox(title, facts, content.node(), buttons);
        root.getStyleClass().addAll("card", "ask-card");
        root.setMaxSize(WIDTH, Region.USE_PREF_SIZE);
        content.node().setPrefHeight(260);
        VBox.setVgrow(content.node(), Priority.ALWAYS);
        StackPane.setAlignment(root, Pos.BOTTOM_RIGHT);
        // A default button answers to Enter from anywhere; this one only to a click or the space bar on it.
        allow.addEventFilter(KeyEvent.KEY_PRESSED, event -> {
            if (event.getCode() == KeyCode.ENTER) {
                event.consume();
            }
        });
        wait.setOnFinished(_ -> look());
    }

    Node node() {
        return root;
    }

    void show(AskView next) {
        ask = Optional.of(next);
        seen = false;
        title.setText(next.title());
        facts.getChildren().clear();
        fact(0, "What", next.tool() + "  " + next.target());
        fact(1, "Risk", next.reversible() ? "reversible: undo is kept" : next.risk());
        fact(2, "Contract", next.contractLine());
        fact(3, "Why", "“" + next.agentReason() + "” (the agent's words)");
        List<TextLine> lines = next.contentKind().equals("diff")
                ? TextLines.diff(next.content())
                : TextLines.of(Tone.PLAIN, next.content());
        content.show(lines);
        hint.setText("Read all " + lines.size() + " lines to allow");
        Parts.disable(allow, "read it to its end first");
        // Once it is shown: what is not seen cannot have the focus.
        UiThread.later(deny::requestFocus);
        wait.playFromStart();
    }

    private void fact(int row, String name, String value) {
        Label label = Parts.text(name, "muted");
        label.setMinWidth(Region.USE_PREF_SIZE);
        facts.add(label, 0, row);
        facts.add(Parts.prose(value), 1, row);
    }

    /** Opens Allow once the last line is or was on the screen. */
    private void look() {
        Optional<ScrollBar> bar = content.node().lookupAll(".scroll-bar").stream()
                .filter(node -> node instanceof ScrollBar one && one.getOrientation() == Orientation.VERTICAL)
                .map(ScrollBar.class::cast)
                .findFirst();
        if (bar.isEmpty() || !bar.get().isVisible()) {
            opened();
        } else {
            bar.get().valueProperty().subscribe(value -> {
                if (value.doubleValue() >= bar.get().getMax() - 0.001) {
                    opened();
                }
            });
        }
    }

    private void opened() {
        if (!seen) {
            seen = true;
            hint.setText("");
            Parts.disable(allow, "");
        }
    }

    private void answer(boolean yes) {
        ask.ifPresent(open -> {
            AnswerRequest request = yes
                    ? AnswerRequest.allow(open, "once", Optional.of(open.confirmWord()), "agentos-center tour")
                    : AnswerRequest.deny(open, "agentos-center tour");
            context.background().act(() -> context.client().answer(open.id(), request), context.refresh());
        });
    }
}
