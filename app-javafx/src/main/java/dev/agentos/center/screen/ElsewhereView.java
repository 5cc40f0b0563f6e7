package dev.agentos.center.screen;

import dev.agentos.bridge.view.CenterTab;
import dev.agentos.bridge.view.CenterViewModel;
import dev.agentos.bridge.view.PanelState;
import dev.agentos.center.ui.PanelView;
import dev.agentos.center.ui.Parts;
import dev.agentos.center.ui.Screen;
import javafx.scene.Node;
import javafx.scene.layout.VBox;

/** A place that this window does not have: it says where the same is found. */
final class ElsewhereView implements Screen {

    private final VBox root;

    ElsewhereView(CenterTab tab) {
        PanelView<String> panel = new PanelView<>(new VBox(), _ -> {});
        panel.show(new PanelState.Missing<>(tab.title() + " is not part of this window yet.", command(tab)));
        root = new VBox(Parts.panel(Parts.head(tab.title()), panel));
        root.getStyleClass().add("page");
        VBox.setVgrow(root.getChildren().getFirst(), javafx.scene.layout.Priority.ALWAYS);
    }

    private static String command(CenterTab tab) {
        return switch (tab) {
            case INBOX -> "In a terminal: ./agentos ctl consent watch";
            case AUDIT -> "In a terminal: ./agentos ctl audit verify";
            case CONTRACTS -> "In a terminal: ./agentos ctl contract validate FILE";
            case CATALOG -> "In a terminal: ./agentos ctl catalog list";
            case MODELS -> "In a terminal: ./agentos ctl model list";
            case TOOLS -> "In a terminal: ./agentos ctl tool list";
            case PERMISSIONS -> "In a terminal: ./agentos ctl consent grants";
            case SHELL -> "In a terminal: ./agentos sh";
            case TOUR -> "In a terminal: ./agentos tour";
            case HOME, AGENTS, SETTINGS -> "In a terminal: ./agentos mon";
        };
    }

    @Override
    public Node node() {
        return root;
    }

    @Override
    public void show(CenterViewModel state) {}
}
