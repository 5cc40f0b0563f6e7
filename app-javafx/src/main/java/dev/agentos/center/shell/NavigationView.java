package dev.agentos.center.shell;

import dev.agentos.bridge.view.CenterTab;
import dev.agentos.bridge.view.CenterViewModel;
import dev.agentos.bridge.view.Place;
import dev.agentos.center.ui.Parts;
import dev.agentos.center.ui.ScreenContext;
import java.util.EnumMap;
import java.util.Map;
import javafx.css.PseudoClass;
import javafx.scene.control.Button;
import javafx.scene.control.ContentDisplay;
import javafx.scene.control.Label;
import javafx.scene.layout.HBox;
import javafx.scene.layout.VBox;

/** The places, one under the other, with what waits there. */
final class NavigationView {

    private static final PseudoClass OPEN = PseudoClass.getPseudoClass("open");

    private final VBox root = new VBox();
    private final Map<CenterTab, Button> buttons = new EnumMap<>(CenterTab.class);
    private final Map<CenterTab, Label> counts = new EnumMap<>(CenterTab.class);

    NavigationView(ScreenContext context) {
        root.getStyleClass().add("navigation");
        for (CenterTab tab : CenterTab.values()) {
            Label count = Parts.text("", "count");
            HBox line = Parts.row(Parts.text(tab.title()), Parts.spring(), count);
            Button button = Parts.button("", () -> context.go(Place.of(tab)), "place");
            button.setGraphic(line);
            button.setContentDisplay(ContentDisplay.GRAPHIC_ONLY);
            button.setAccessibleText(tab.title());
            button.setMaxWidth(Double.MAX_VALUE);
            line.prefWidthProperty().bind(button.widthProperty().subtract(22));
            buttons.put(tab, button);
            counts.put(tab, count);
            root.getChildren().add(button);
        }
    }

    VBox root() {
        return root;
    }

    void show(CenterViewModel state) {
        buttons.forEach((tab, button) ->
                button.pseudoClassStateChanged(OPEN, tab == state.place().tab()));
        int waiting = state.inbox().count();
        set(CenterTab.INBOX, waiting == 0 ? "" : String.valueOf(waiting), waiting > 0);
        long live = state.agents().rows().stream()
                .filter(row -> !row.state().isFinal())
                .count();
        set(CenterTab.AGENTS, live == 0 ? "" : String.valueOf(live), false);
    }

    private void set(CenterTab tab, String text, boolean needs) {
        Label count = counts.get(tab);
        if (count != null) {
            count.setText(text);
            Parts.restyle(count, "label", "count", needs ? "tone-needs" : "faint-count");
        }
    }
}
