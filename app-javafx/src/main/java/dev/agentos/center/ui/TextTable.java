package dev.agentos.center.ui;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import javafx.beans.property.ReadOnlyStringWrapper;
import javafx.collections.FXCollections;
import javafx.collections.ObservableList;
import javafx.geometry.Pos;
import javafx.scene.control.TableCell;
import javafx.scene.control.TableColumn;
import javafx.scene.control.TableView;
import javafx.scene.control.Tooltip;
import javafx.scene.layout.Region;

/** Rows of text in columns. What does not fit is whole in its tooltip. */
public final class TextTable<T> {

    private static final double ROW_HEIGHT = 34;
    private static final double LETTER = 7.5;
    private static final double HEAD_SPACE = 20;

    private final ObservableList<T> rows = FXCollections.observableArrayList();
    private final TableView<T> table = new TableView<>(rows);
    private final Function<T, String> key;

    /** @param key what makes two rows the same thing */
    public TextTable(Function<T, String> key) {
        this.key = key;
        table.setColumnResizePolicy(TableView.CONSTRAINED_RESIZE_POLICY_FLEX_LAST_COLUMN);
        table.setFixedCellSize(ROW_HEIGHT);
        table.setPlaceholder(new Region());
        table.getStyleClass().add("dense");
    }

    /** Adds a column; {@code style} is of its cells. */
    public TextTable<T> column(String title, double width, String style, Function<T, String> text) {
        TableColumn<T, String> column = new TableColumn<>(title);
        column.setCellValueFactory(row -> new ReadOnlyStringWrapper(text.apply(row.getValue())));
        column.setPrefWidth(width);
        // A narrow window may cut what stands in a row, which is whole in its tooltip, but no heading.
        column.setMinWidth(title.length() * LETTER + HEAD_SPACE);
        boolean figure = style.equals("figure");
        if (figure) {
            column.getStyleClass().add("figures");
        }
        column.setCellFactory(_ -> new Cell<>(style, figure));
        table.getColumns().add(column);
        return this;
    }

    public TableView<T> node() {
        return table;
    }

    public void show(List<T> next) {
        Rows.sync(rows, next, key);
    }

    public Optional<T> selected() {
        return Optional.ofNullable(table.getSelectionModel().getSelectedItem());
    }

    public void select(int at) {
        table.getSelectionModel().select(at);
    }

    public void onSelection(Runnable changed) {
        table.getSelectionModel().selectedItemProperty().subscribe(changed);
    }

    private static final class Cell<T> extends TableCell<T, String> {
        private final Tooltip tip = new Tooltip();

        Cell(String style, boolean figure) {
            getStyleClass().addAll(style, "text-cell");
            setAlignment(figure ? Pos.CENTER_RIGHT : Pos.CENTER_LEFT);
            tip.setWrapText(true);
            tip.setMaxWidth(520);
        }

        @Override
        protected void updateItem(String text, boolean empty) {
            super.updateItem(text, empty);
            boolean none = empty || text == null || text.isEmpty();
            setText(none ? null : text);
            setTooltip(none ? null : tip);
            tip.setText(none ? "" : text);
        }
    }
}
