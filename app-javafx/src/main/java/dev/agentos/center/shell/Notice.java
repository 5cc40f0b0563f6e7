package dev.agentos.center.shell;

import dev.agentos.center.ui.Parts;
import javafx.geometry.Pos;
import javafx.scene.control.Button;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Region;
import javafx.scene.layout.StackPane;
import javafx.scene.layout.VBox;

/** A card over the window that says one thing, with buttons that name what they do. Focus starts on the safe one. */
public final class Notice {

    private final StackPane root = new StackPane();

    Notice() {
        root.getStyleClass().add("veil");
        root.setVisible(false);
    }

    StackPane root() {
        return root;
    }

    /** Shows it. {@code safe} has the focus; both close the card. */
    public void show(String title, String text, String safe, Runnable onSafe, String other, Runnable onOther) {
        Button first = Parts.button(safe, () -> {
            close();
            onSafe.run();
        });
        Button second = Parts.button(other, () -> {
            close();
            onOther.run();
        });
        HBox buttons = Parts.row(Parts.spring(), second, first);
        VBox card = Parts.column(Parts.text(title, "title"), Parts.prose(text), buttons);
        card.getStyleClass().add("card");
        card.setMaxSize(480, Region.USE_PREF_SIZE);
        StackPane.setAlignment(card, Pos.CENTER);
        root.getChildren().setAll(card);
        root.setVisible(true);
        first.requestFocus();
    }

    public boolean isOpen() {
        return root.isVisible();
    }

    public void close() {
        root.setVisible(false);
        root.getChildren().clear();
    }
}
