package dev.agentos.center.screen.agents;

import dev.agentos.bridge.client.AgentdClient.Search;
import dev.agentos.bridge.view.CallTree;
import dev.agentos.bridge.view.CallTree.Node;
import dev.agentos.bridge.view.CenterViewModel;
import dev.agentos.bridge.view.PanelState;
import dev.agentos.center.ui.Glyph;
import dev.agentos.center.ui.PanelView;
import dev.agentos.center.ui.Parts;
import dev.agentos.center.ui.ScreenContext;
import javafx.scene.control.TreeCell;
import javafx.scene.control.TreeItem;
import javafx.scene.control.TreeView;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;

/** Runs, their steps, and the calls that each step made. */
final class CallsTab implements AgentTab {

    private static final int EVENTS = 500;

    private final ScreenContext context;
    private final TreeView<Node> tree = new TreeView<>();
    private final PanelView<Node> panel = new PanelView<>(tree, this::fill);
    private final VBox root;
    private String agent = "";

    CallsTab(ScreenContext context) {
        this.context = context;
        tree.setShowRoot(false);
        tree.getStyleClass().add("edge-to-edge");
        tree.setCellFactory(_ -> new Line());
        root = Parts.panel(Parts.head("Runs, steps and calls"), panel);
    }

    @Override
    public String title() {
        return "Calls";
    }

    @Override
    public Region node() {
        return root;
    }

    @Override
    public void open(String id) {
        agent = id;
        context.background()
                .read(
                        () -> {
                            Node made = CallTree.of(context.client()
                                    .search(Search.ofAgent(id, EVENTS))
                                    .events()
                                    .reversed());
                            return made.children().isEmpty()
                                    ? new PanelState.Empty<Node>(
                                            "It has called nothing.", "Calls of tools appear here under their step.")
                                    : PanelState.ready(made);
                        },
                        state -> {
                            if (id.equals(agent)) {
                                panel.show(state);
                            }
                        });
    }

    private void fill(Node made) {
        tree.setRoot(item(made));
    }

    private static TreeItem<Node> item(Node node) {
        TreeItem<Node> item = new TreeItem<>(node);
        item.setExpanded(true);
        node.children().forEach(child -> item.getChildren().add(item(child)));
        return item;
    }

    @Override
    public void show(CenterViewModel state) {}

    private static final class Line extends TreeCell<Node> {
        @Override
        protected void updateItem(Node node, boolean empty) {
            super.updateItem(node, empty);
            setText(null);
            if (empty || node == null) {
                setGraphic(null);
                return;
            }
            HBox sign = new HBox(new Glyph(node.glyph()));
            sign.getStyleClass().addAll("sign", Parts.tone(node.tone()));
            setGraphic(Parts.row(sign, Parts.text(node.title(), "strong"), Parts.text(node.detail(), "muted")));
        }
    }
}
