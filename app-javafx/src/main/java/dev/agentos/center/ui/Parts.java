package dev.agentos.center.ui;

import dev.agentos.bridge.view.Tone;
import java.util.List;
import java.util.Locale;
import javafx.geometry.Pos;
import javafx.scene.Node;
import javafx.scene.control.Button;
import javafx.scene.control.Hyperlink;
import javafx.scene.control.Label;
import javafx.scene.control.OverrunStyle;
import javafx.scene.control.ScrollPane;
import javafx.scene.control.Tooltip;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;

/** The small parts that every screen is put together from, each with the style class that gives it its look. */
public final class Parts {

    private Parts() {}

    /** One line of text. */
    public static Label text(String text, String... styles) {
        Label label = new Label(text);
        label.getStyleClass().addAll(styles);
        return label;
    }

    /** Text that breaks into lines. */
    public static Label prose(String text, String... styles) {
        Label label = text(text, styles);
        label.setWrapText(true);
        label.setMinHeight(Region.USE_PREF_SIZE);
        return label;
    }

    /** A path or another long name: its middle gives way, and all of it is in its tooltip. */
    public static Label path(String... styles) {
        Label label = text("", styles);
        label.setTextOverrun(OverrunStyle.CENTER_ELLIPSIS);
        label.setMinWidth(0);
        Tooltip tip = new Tooltip();
        tip.textProperty().bind(label.textProperty());
        label.setTooltip(tip);
        return label;
    }

    public static HBox row(Node... nodes) {
        HBox row = new HBox(nodes);
        row.getStyleClass().add("row");
        row.setAlignment(Pos.CENTER_LEFT);
        return row;
    }

    public static VBox column(Node... nodes) {
        VBox column = new VBox(nodes);
        column.getStyleClass().add("column");
        return column;
    }

    /** Pushes what follows to the far side. */
    public static Region spring() {
        Region spring = new Region();
        HBox.setHgrow(spring, Priority.ALWAYS);
        VBox.setVgrow(spring, Priority.ALWAYS);
        return spring;
    }

    public static Button button(String title, Runnable action, String... styles) {
        Button button = new Button(title);
        button.setOnAction(_ -> action.run());
        button.getStyleClass().addAll(styles);
        button.setMinWidth(Region.USE_PREF_SIZE);
        return button;
    }

    /** A button that cannot be used now, with the reason where the pointer rests on it. */
    public static void disable(Button button, String reason) {
        button.setDisable(!reason.isEmpty());
        // A disabled control hears no pointer, so its reason hangs on a wrapper: see withReason.
        button.setAccessibleHelp(reason);
    }

    /** The button in a box that shows why it is disabled. */
    public static HBox withReason(Button button) {
        HBox box = new HBox(button);
        Tooltip tip = new Tooltip();
        tip.textProperty().bind(button.accessibleHelpProperty());
        button.disabledProperty().subscribe(disabled -> {
            if (disabled) {
                Tooltip.install(box, tip);
            } else {
                Tooltip.uninstall(box, tip);
            }
        });
        return box;
    }

    public static Hyperlink link(String title, Runnable action) {
        Hyperlink link = new Hyperlink(title);
        link.setOnAction(_ -> {
            link.setVisited(false);
            action.run();
        });
        link.setMinWidth(Region.USE_PREF_SIZE);
        return link;
    }

    /** A panel: one thing, with a title and perhaps something on the far side of it. */
    public static VBox panel(Node head, Node content) {
        VBox panel = new VBox(head, content);
        panel.getStyleClass().add("panel");
        VBox.setVgrow(content, Priority.ALWAYS);
        return panel;
    }

    /** The head of a panel. */
    public static HBox head(String title, Node... far) {
        HBox head = row(text(title, "panel-title"), spring());
        head.getChildren().addAll(far);
        head.getStyleClass().add("panel-head");
        return head;
    }

    /** The latency class, as a chip. */
    public static Label chip(String latency) {
        return text(latency, "chip", "chip-" + latency.toLowerCase(Locale.ROOT));
    }

    /** Glyph and word of a state, in its tone. */
    public static HBox state(String glyph, String word, Tone tone) {
        HBox state = new HBox(new Glyph(glyph), text(word));
        state.getStyleClass().addAll("state", tone(tone));
        state.setAlignment(Pos.CENTER_LEFT);
        return state;
    }

    /** Gives a node these style classes and no others; the same ones again cost nothing. */
    public static void restyle(Node node, String... styles) {
        if (!node.getStyleClass().equals(List.of(styles))) {
            node.getStyleClass().setAll(styles);
        }
    }

    /** The style class of a tone. */
    public static String tone(Tone tone) {
        return "tone-" + tone.name().toLowerCase(Locale.ROOT);
    }

    /** Scrolls up and down, never sideways. */
    public static ScrollPane scroll(Node content) {
        ScrollPane pane = new ScrollPane(content);
        pane.setFitToWidth(true);
        pane.setHbarPolicy(ScrollPane.ScrollBarPolicy.NEVER);
        pane.getStyleClass().addAll("edge-to-edge", "page-scroll");
        return pane;
    }
}
