package dev.agentos.center.ui;

import dev.agentos.bridge.view.TextLine;
import dev.agentos.bridge.view.Tone;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import javafx.collections.FXCollections;
import javafx.collections.ObservableList;
import javafx.scene.control.Label;
import javafx.scene.control.ListCell;
import javafx.scene.control.ListView;
import javafx.scene.control.SelectionMode;
import javafx.scene.input.Clipboard;
import javafx.scene.input.ClipboardContent;
import javafx.scene.input.KeyCode;
import javafx.scene.input.KeyEvent;
import javafx.scene.layout.HBox;

/** Lines of text in one width, however many: logs, contracts, diffs. Lines are numbered, and can be searched and copied. */
public final class LinesView {

    private record Line(int number, TextLine text, boolean hit) {}

    private final ObservableList<Line> shown = FXCollections.observableArrayList();
    private final ListView<Line> list = new ListView<>(shown);
    private final boolean numbered;
    private List<TextLine> lines = List.of();
    private String wanted = "";
    private int hits;

    public LinesView(boolean numbered) {
        this.numbered = numbered;
        list.getStyleClass().addAll("lines", "edge-to-edge");
        list.getSelectionModel().setSelectionMode(SelectionMode.MULTIPLE);
        list.setCellFactory(_ -> new Cell());
        list.addEventHandler(KeyEvent.KEY_PRESSED, event -> {
            if (event.isShortcutDown() && event.getCode() == KeyCode.C) {
                copy();
                event.consume();
            }
        });
    }

    public ListView<?> node() {
        return list;
    }

    public void show(List<TextLine> next) {
        if (!next.equals(lines)) {
            lines = next;
            fill();
        }
    }

    /** Marks lines that hold the text and scrolls to the first. Returns how many there are. */
    public int search(String text) {
        wanted = text.toLowerCase(Locale.ROOT);
        fill();
        if (!wanted.isEmpty()) {
            for (int i = 0; i < shown.size(); i++) {
                if (shown.get(i).hit()) {
                    list.scrollTo(i);
                    break;
                }
            }
        }
        return hits;
    }

    private void fill() {
        List<Line> next = new ArrayList<>(lines.size());
        hits = 0;
        for (int i = 0; i < lines.size(); i++) {
            TextLine line = lines.get(i);
            boolean hit =
                    !wanted.isEmpty() && line.text().toLowerCase(Locale.ROOT).contains(wanted);
            hits += hit ? 1 : 0;
            next.add(new Line(i + 1, line, hit));
        }
        shown.setAll(next);
    }

    /** Puts the selected lines on the clipboard; all of them where none is selected. */
    private void copy() {
        List<Line> chosen = list.getSelectionModel().getSelectedItems();
        ClipboardContent content = new ClipboardContent();
        content.putString(String.join(
                "\n",
                (chosen.isEmpty() ? shown : chosen)
                        .stream().map(line -> line.text().text()).toList()));
        Clipboard.getSystemClipboard().setContent(content);
    }

    private final class Cell extends ListCell<Line> {
        private final Label number = Parts.text("", "line-number");
        private final Label text = Parts.text("", "mono");
        private final HBox row = new HBox(text);

        Cell() {
            if (numbered) {
                row.getChildren().addFirst(number);
            }
            text.setMinWidth(0);
        }

        @Override
        protected void updateItem(Line line, boolean empty) {
            super.updateItem(line, empty);
            setText(null);
            if (empty || line == null) {
                setGraphic(null);
                return;
            }
            number.setText(String.valueOf(line.number()));
            text.setText(line.text().text().replace("\t", "    "));
            Tone tone = line.text().tone();
            text.getStyleClass().setAll("label", "mono", Parts.tone(tone));
            row.getStyleClass().setAll("line-row", line.hit() ? "line-hit" : "line-plain");
            setGraphic(row);
        }
    }
}
