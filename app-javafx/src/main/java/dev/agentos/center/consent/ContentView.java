package dev.agentos.center.consent;

import dev.agentos.bridge.view.TextLine;
import dev.agentos.center.ui.Parts;
import java.util.List;
import java.util.Optional;
import java.util.function.IntConsumer;
import javafx.animation.KeyFrame;
import javafx.animation.Timeline;
import javafx.collections.FXCollections;
import javafx.collections.ObservableList;
import javafx.scene.Node;
import javafx.scene.control.Label;
import javafx.scene.control.ListCell;
import javafx.scene.control.ListView;
import javafx.scene.control.skin.VirtualFlow;
import javafx.scene.layout.Region;
import javafx.scene.layout.StackPane;
import javafx.scene.text.Text;
import javafx.stage.Stage;
import javafx.stage.Window;
import javafx.util.Duration;

/** The content of an ask. It tells which of its rows stand on the screen in full, again and again while it is shown. */
final class ContentView {

    private static final Duration LOOK = Duration.millis(100);
    private static final double SLACK = 1.5;
    private static final double SCROLLBAR = 44;
    private static final double LEADING = 1.2;

    /** Hears which rows were displayed: from the first to the one before {@code end}. */
    interface Displayed {
        void rows(int from, int end);
    }

    private final ObservableList<TextLine> rows = FXCollections.observableArrayList();
    private final ListView<TextLine> list = new ListView<>(rows);
    private final Displayed displayed;
    private final IntConsumer columns;
    private final Label probe = Parts.text("", "mono");
    private final StackPane root;
    private final Timeline eye;

    /**
     * @param columns hears how many columns fit, whenever that changes
     */
    ContentView(Displayed displayed, IntConsumer columns) {
        this.displayed = displayed;
        this.columns = columns;
        list.getStyleClass().addAll("seen-content", "edge-to-edge");
        list.setCellFactory(_ -> new Cell());
        list.setMinHeight(110);
        probe.setVisible(false);
        probe.setManaged(false);
        root = new StackPane(list, probe);
        probe.fontProperty().subscribe(this::measure);
        list.widthProperty().subscribe(this::measure);
        list.setAccessibleText("content");
        eye = new Timeline(new KeyFrame(LOOK, _ -> look()));
        eye.setCycleCount(Timeline.INDEFINITE);
        list.sceneProperty().subscribe(scene -> {
            if (scene == null) {
                eye.stop();
            } else {
                eye.play();
            }
        });
    }

    Region node() {
        return root;
    }

    private void measure() {
        Text ten = new Text("0000000000");
        ten.setFont(probe.getFont());
        double width = ten.getLayoutBounds().getWidth() / ten.getText().length();
        list.setFixedCellSize(Math.ceil(ten.getLayoutBounds().getHeight() * LEADING));
        if (list.getWidth() > SCROLLBAR + width) {
            columns.accept((int) Math.floor((list.getWidth() - SCROLLBAR) / width));
        }
    }

    void show(List<TextLine> next) {
        if (!rows.equals(next)) {
            rows.setAll(next);
        }
    }

    /** Scrolls on by what fits. */
    void next() {
        flow().ifPresent(flow -> {
            var last = flow.getLastVisibleCell();
            if (last != null) {
                list.scrollTo(last.getIndex());
            }
        });
    }

    private Optional<VirtualFlow<?>> flow() {
        Node found = list.lookup(".virtual-flow");
        return found instanceof VirtualFlow<?> flow ? Optional.of(flow) : Optional.empty();
    }

    private void look() {
        if (isSeen()) {
            flow().ifPresent(this::look);
        }
    }

    /** Whether a person could see it: its window is open and not put away, and nothing around it is hidden. */
    private boolean isSeen() {
        Window window = list.getScene() == null ? null : list.getScene().getWindow();
        if (window == null || !window.isShowing() || (window instanceof Stage stage && stage.isIconified())) {
            return false;
        }
        for (Node node = list; node != null; node = node.getParent()) {
            if (!node.isVisible()) {
                return false;
            }
        }
        return true;
    }

    private void look(VirtualFlow<?> flow) {
        var first = flow.getFirstVisibleCell();
        var last = flow.getLastVisibleCell();
        if (first == null || last == null || rows.isEmpty()) {
            return;
        }
        int from = first.getIndex() + (first.getBoundsInParent().getMinY() < -SLACK ? 1 : 0);
        int end = last.getIndex() + (last.getBoundsInParent().getMaxY() > flow.getHeight() + SLACK ? 0 : 1);
        if (from >= 0 && end > from) {
            displayed.rows(from, Math.min(end, rows.size()));
        }
    }

    private static final class Cell extends ListCell<TextLine> {
        private final Label label = Parts.text("", "mono");

        @Override
        protected void updateItem(TextLine line, boolean empty) {
            super.updateItem(line, empty);
            setText(null);
            if (empty || line == null) {
                setGraphic(null);
                return;
            }
            label.setText(line.text().isEmpty() ? " " : line.text());
            label.getStyleClass().setAll("label", "mono", Parts.tone(line.tone()));
            setGraphic(label);
        }
    }
}
