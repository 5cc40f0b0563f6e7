package dev.agentos.center.screen.agents;

import dev.agentos.bridge.view.CenterViewModel;
import dev.agentos.bridge.view.Measures;
import dev.agentos.bridge.view.PanelState;
import dev.agentos.bridge.view.TextLine;
import dev.agentos.bridge.view.TextLines;
import dev.agentos.bridge.wire.AgentWire.ChangeView;
import dev.agentos.bridge.wire.AgentWire.Undo;
import dev.agentos.center.ui.LinesView;
import dev.agentos.center.ui.PanelView;
import dev.agentos.center.ui.Parts;
import dev.agentos.center.ui.ScreenContext;
import java.util.List;
import java.util.Optional;
import javafx.collections.FXCollections;
import javafx.collections.ObservableList;
import javafx.scene.control.Button;
import javafx.scene.control.Label;
import javafx.scene.control.ListCell;
import javafx.scene.control.ListView;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;

/** Files that an agent changed, each with its diff, and their way back. */
final class FilesTab implements AgentTab {

    private final ScreenContext context;
    private final ObservableList<ChangeView> changes = FXCollections.observableArrayList();
    private final ListView<ChangeView> files = new ListView<>(changes);
    private final LinesView diff = new LinesView(false);
    private final Label path = Parts.path("mono");
    private final Button undo = Parts.button("Undo this change", this::undoOne);
    private final Button undoAll = Parts.button("Undo all", this::undoAll);
    private final PanelView<List<ChangeView>> panel;
    private final VBox root;
    private String agent = "";

    FilesTab(ScreenContext context) {
        this.context = context;
        files.setCellFactory(_ -> new Line());
        files.getStyleClass().addAll("files", "edge-to-edge");
        files.setMinWidth(150);
        files.setPrefWidth(240);
        files.setMaxWidth(300);
        files.getSelectionModel().selectedItemProperty().subscribe(this::chosen);
        VBox right = new VBox(diff.node());
        VBox.setVgrow(diff.node(), Priority.ALWAYS);
        HBox.setHgrow(right, Priority.ALWAYS);
        right.setMinWidth(0);
        HBox columns = new HBox(files, right);
        columns.getStyleClass().add("split");
        panel = new PanelView<>(columns, this::fill);
        root = Parts.panel(Parts.row(path, Parts.spring(), Parts.withReason(undo), undoAll), panel);
    }

    @Override
    public String title() {
        return "Files";
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
                            List<ChangeView> all = context.client().changes(id).changes();
                            return all.isEmpty()
                                    ? new PanelState.Empty<List<ChangeView>>(
                                            "It changed no file.",
                                            "What it writes appears here with its diff and an undo.")
                                    : PanelState.ready(all);
                        },
                        state -> {
                            if (id.equals(agent)) {
                                panel.show(state);
                                undoAll.setVisible(state instanceof PanelState.Ready);
                                undo.setVisible(state instanceof PanelState.Ready);
                                path.setVisible(state instanceof PanelState.Ready);
                            }
                        });
    }

    private void fill(List<ChangeView> all) {
        String before = Optional.ofNullable(files.getSelectionModel().getSelectedItem())
                .map(ChangeView::key)
                .orElse("");
        changes.setAll(all);
        int at = 0;
        for (int i = 0; i < all.size(); i++) {
            at = all.get(i).key().equals(before) ? i : at;
        }
        files.getSelectionModel().select(at);
        undoAll.setDisable(all.stream().noneMatch(change -> change.state().equals("written")));
    }

    private void chosen(@org.jspecify.annotations.Nullable ChangeView change) {
        path.setText(change == null ? "" : change.path());
        diff.show(change == null ? List.<TextLine>of() : TextLines.diff(change.diff()));
        Parts.disable(
                undo,
                change == null
                        ? "choose a file"
                        : switch (change.state()) {
                            case "written" -> "";
                            case "undone" -> "it is undone";
                            default -> "the file was changed since; agentctl undo --force takes it back all the same";
                        });
    }

    private void undoOne() {
        ChangeView change = files.getSelectionModel().getSelectedItem();
        if (change != null) {
            context.background()
                    .act(
                            () -> context.client().undo(agent, new Undo(Optional.of(change.key()), false)),
                            () -> undone(change.path()));
        }
    }

    private void undoAll() {
        context.background()
                .act(
                        () -> context.client().undo(agent, new Undo(Optional.empty(), false)),
                        () -> undone("all changes"));
    }

    private void undone(String what) {
        context.say("✓ undone: " + what + "; the audit trail has both");
        open(agent);
    }

    @Override
    public void show(CenterViewModel state) {}

    private static final class Line extends ListCell<ChangeView> {
        @Override
        protected void updateItem(ChangeView change, boolean empty) {
            super.updateItem(change, empty);
            setText(null);
            if (empty || change == null) {
                setGraphic(null);
                return;
            }
            String name = change.path().substring(change.path().lastIndexOf('/') + 1);
            Label title = Parts.text(name, "strong");
            Label about = Parts.text(
                    (change.wasNew() ? "new, " : "") + Measures.bytes(change.bytes()) + " · " + change.state(),
                    "muted");
            VBox words = new VBox(title, about);
            words.getStyleClass().add("file-line");
            setGraphic(words);
        }
    }
}
