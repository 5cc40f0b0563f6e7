package dev.agentos.center.screen.agents;

import dev.agentos.bridge.view.AgentsViewModel.Row;
import dev.agentos.bridge.view.CenterViewModel;
import dev.agentos.bridge.view.CenterViewModel.AgentLine;
import dev.agentos.bridge.view.Measures;
import dev.agentos.bridge.view.Tone;
import dev.agentos.bridge.wire.ModelWire;
import dev.agentos.center.ui.Glyph;
import dev.agentos.center.ui.Parts;
import dev.agentos.center.ui.Preferences;
import dev.agentos.center.ui.Rows;
import dev.agentos.center.ui.Sparkline;
import dev.agentos.center.ui.UiThread;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import javafx.beans.property.ReadOnlyObjectWrapper;
import javafx.collections.FXCollections;
import javafx.collections.ObservableList;
import javafx.collections.transformation.SortedList;
import javafx.geometry.Pos;
import javafx.scene.Scene;
import javafx.scene.control.Control;
import javafx.scene.control.Label;
import javafx.scene.control.SelectionMode;
import javafx.scene.control.TableCell;
import javafx.scene.control.TableColumn;
import javafx.scene.control.TableRow;
import javafx.scene.control.TableView;
import javafx.scene.input.KeyCode;
import javafx.scene.input.MouseButton;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;
import org.jspecify.annotations.Nullable;

/** Agents as processes, with a row of totals that follows the filter. Rows keep their place whatever happens to them. */
public final class AgentTable {

    private static final double FIGURE = 70;
    private static final double WIDE = 860;

    /** Columns that a narrow window leaves to the page of the agent. */
    private static final Set<String> ONLY_WIDE = Set.of("15 min", "$", "Calls");

    private static final double ROW_HEIGHT = 36;
    private static final double HEAD_HEIGHT = 35;

    /**
     * The place of an agent in the table. Its line changes, the list does not: a table whose list changes makes all of
     * its cells anew.
     */
    private record Held(String id, ReadOnlyObjectWrapper<AgentLine> line) {
        AgentLine now() {
            return line.get();
        }
    }

    private final ObservableList<Held> lines = FXCollections.observableArrayList();
    private final SortedList<Held> sorted = new SortedList<>(lines);
    private final TableView<Held> table = new TableView<>(sorted);
    private final Map<String, Held> held = new HashMap<>();
    private final Preferences preferences;
    private final HBox totals = new HBox();
    private final VBox root = new VBox(table, totals);
    private boolean focusWanted;

    /** @param opens what happens with an agent that is opened, by its id */
    public AgentTable(Preferences preferences, Consumer<String> opens) {
        this.preferences = preferences;
        VBox.setVgrow(table, Priority.ALWAYS);
        table.getStyleClass().addAll("agents", "dense");
        table.setColumnResizePolicy(TableView.CONSTRAINED_RESIZE_POLICY_FLEX_LAST_COLUMN);
        table.setFixedCellSize(ROW_HEIGHT);
        table.getSelectionModel().setSelectionMode(SelectionMode.MULTIPLE);
        table.setPlaceholder(new Region());
        sorted.comparatorProperty().bind(table.comparatorProperty());
        column(
                "State",
                130,
                this::state,
                Comparator.comparing(line -> line.row().word()));
        column("Agent", 220, this::name, Comparator.comparing(line -> line.row().id()));
        column("Class", 64, this::chip, Comparator.comparing(line -> line.row().latency()));
        column("15 min", 110, this::spark, null);
        figure("CPU", line -> Measures.cores(line.cpu()), line -> line.cpu().orElse(-1));
        figure(
                "MiB",
                line -> Measures.mebibytes(line.row().memoryBytes()),
                line -> line.row().memoryBytes());
        figure(
                "Calls",
                line -> Measures.count(line.row().toolCalls()),
                line -> line.row().toolCalls());
        figure(
                "Tokens",
                line -> line.use().map(used -> Measures.count(used.tokens())).orElse(Measures.NONE),
                line -> line.use().map(ModelWire.Latency::tokens).orElse(0L));
        figure(
                "$",
                line -> line.use().map(used -> Measures.dollars(used.costUsd())).orElse(Measures.NONE),
                line -> line.use()
                        .map(used -> Double.parseDouble(used.costUsd()))
                        .orElse(0.0));
        figure(
                "Onset",
                AgentTable::onset,
                line -> line.use().map(ModelWire.Latency::onsetMs).orElse(-1.0));
        figure("Done", AgentTable::step, line -> line.row().stepsDone());
        table.setRowFactory(_ -> row(opens));
        table.setOnKeyPressed(event -> {
            Held line = table.getSelectionModel().getSelectedItem();
            if (event.getCode() == KeyCode.ENTER && line != null) {
                opens.accept(line.id());
                event.consume();
            }
        });
        table.sceneProperty().subscribe(this::shown);
        totals.getStyleClass().add("totals");
        // The totals follow the columns, and must not keep them from getting narrower.
        totals.setMinWidth(0);
        root.setMinWidth(0);
        table.getColumns().forEach(this::total);
        root.getStyleClass().add("agent-table");
        table.widthProperty()
                .subscribe(width -> table.getColumns().stream()
                        .filter(column -> ONLY_WIDE.contains(column.getText()))
                        .forEach(column -> column.setVisible(width.doubleValue() > WIDE)));
    }

    public VBox node() {
        return root;
    }

    /** Gives the rows the focus, so that keys reach them; as soon as there are rows, unless a control has it by then. */
    public void focus() {
        focusWanted = table.getScene() == null;
        table.requestFocus();
    }

    private void shown(@Nullable Scene scene) {
        if (scene != null && focusWanted) {
            focusWanted = false;
            if (!(scene.getFocusOwner() instanceof Control)) {
                // A node can have the focus once the scene knows it, which is after this change.
                UiThread.later(table::requestFocus);
            }
        }
    }

    /** The agents that are selected. */
    public List<Row> selected() {
        return table.getSelectionModel().getSelectedItems().stream()
                .map(one -> one.now().row())
                .toList();
    }

    public void onSelection(Runnable changed) {
        table.getSelectionModel().getSelectedItems().subscribe(changed);
    }

    public void show(List<AgentLine> next, CenterViewModel.Sums sums) {
        List<Held> wanted = new ArrayList<>(next.size());
        List<Held> changed = new ArrayList<>();
        for (AgentLine line : next) {
            Held place = held.computeIfAbsent(line.row().id(), id -> new Held(id, new ReadOnlyObjectWrapper<>(line)));
            if (!line.equals(place.now())) {
                place.line().set(line);
                changed.add(place);
            }
            wanted.add(place);
        }
        held.values().retainAll(new HashSet<>(wanted));
        Rows.sync(lines, wanted, Held::id);
        if (!table.getSortOrder().isEmpty()) {
            // Only a sorted table has to look at its order again.
            changed.forEach(place -> lines.set(lines.indexOf(place), place));
        }
        // The totals stand right below the last agent.
        table.setMaxHeight(HEAD_HEIGHT + Math.max(1, next.size()) * ROW_HEIGHT);
        List<String> texts = List.of(
                sums.shown() + " shown",
                "",
                "",
                "",
                Measures.cores(java.util.OptionalDouble.of(sums.cpu())),
                Measures.mebibytes(sums.memoryBytes()),
                Measures.count(sums.toolCalls()),
                sums.tokens() == 0 ? Measures.NONE : Measures.count(sums.tokens()),
                Measures.dollars(sums.costUsd()),
                "",
                "");
        for (int i = 0; i < texts.size(); i++) {
            ((Label) totals.getChildren().get(i)).setText(texts.get(i));
        }
    }

    /** Median time to the first token, and what the contract promises. */
    private static String onset(AgentLine line) {
        return line.use()
                .filter(used -> used.answers() > 0)
                .map(used -> Math.round(used.onsetMs()) + (used.onsetSloMs() > 0 ? "/" + used.onsetSloMs() : ""))
                .orElse(Measures.NONE);
    }

    private static String step(AgentLine line) {
        return line.row().steps() == 0
                ? Measures.NONE
                : line.row().stepsDone() + " of " + line.row().steps();
    }

    private TableRow<Held> row(Consumer<String> opens) {
        TableRow<Held> row = new TableRow<>();
        row.setOnMouseClicked(event -> {
            if (event.getButton() == MouseButton.PRIMARY && event.getClickCount() == 2 && !row.isEmpty()) {
                opens.accept(row.getItem().id());
            }
        });
        return row;
    }

    // ------------------------------------------------------------------ columns

    private void column(String title, double width, Consumer<Cell> paint, @Nullable Comparator<AgentLine> order) {
        TableColumn<Held, AgentLine> column = new TableColumn<>(title);
        column.setCellValueFactory(data -> data.getValue().line().getReadOnlyProperty());
        column.setCellFactory(_ -> new Cell(paint));
        column.setPrefWidth(preferences.values().columns().getOrDefault("agents/" + title, width));
        column.setSortable(order != null);
        if (order != null) {
            column.setComparator(order);
        }
        column.widthProperty()
                .subscribe(
                        now -> preferences.change(values -> values.withColumn("agents/" + title, now.doubleValue())));
        table.getColumns().add(column);
    }

    private void figure(String title, Function<AgentLine, String> text, ToDoubleFunction<AgentLine> order) {
        column(
                title,
                FIGURE,
                cell -> {
                    Label label = cell.part(() -> Parts.text("", "figure"));
                    label.setText(text.apply(cell.line()));
                    cell.setAlignment(Pos.CENTER_RIGHT);
                },
                Comparator.comparingDouble(order));
        table.getColumns().getLast().getStyleClass().add("figures");
    }

    private void state(Cell cell) {
        HBox box = cell.part(() -> Parts.state("·", "", Tone.PLAIN));
        Row row = cell.line().row();
        ((Glyph) box.getChildren().getFirst()).set(row.glyph());
        ((Label) box.getChildren().getLast()).setText(row.word());
        Parts.restyle(box, "state", Parts.tone(row.tone()));
    }

    private void name(Cell cell) {
        HBox box = cell.part(() -> Parts.row(Parts.text("", "strong"), Parts.text("", "mono", "muted")));
        Row row = cell.line().row();
        ((Label) box.getChildren().getFirst()).setText(row.name());
        ((Label) box.getChildren().getLast()).setText(row.number());
    }

    private void chip(Cell cell) {
        Label chip = cell.part(() -> Parts.chip(""));
        String latency = cell.line().row().latency();
        chip.setText(latency);
        Parts.restyle(chip, "label", "chip", "chip-" + latency.toLowerCase(java.util.Locale.ROOT));
        chip.setVisible(!latency.isEmpty());
    }

    private void spark(Cell cell) {
        Sparkline spark = cell.part(Sparkline::new);
        spark.setPrefSize(90, 18);
        Parts.restyle(spark, "sparkline", "chart-" + cell.line().row().latency().toLowerCase(java.util.Locale.ROOT));
        spark.setValues(cell.line().spark());
    }

    private void total(TableColumn<Held, ?> column) {
        Label label = Parts.text("", column.getStyleClass().contains("figures") ? "figure" : "muted", "total");
        label.setAlignment(column.getStyleClass().contains("figures") ? Pos.CENTER_RIGHT : Pos.CENTER_LEFT);
        label.minWidthProperty().bind(column.widthProperty());
        label.maxWidthProperty().bind(column.widthProperty());
        label.visibleProperty().bind(column.visibleProperty());
        label.managedProperty().bind(column.visibleProperty());
        totals.getChildren().add(label);
    }

    /** A cell whose parts are made once and filled again. */
    private static final class Cell extends TableCell<Held, AgentLine> {
        private final Consumer<Cell> paint;
        private @Nullable Region part;

        Cell(Consumer<Cell> paint) {
            this.paint = paint;
        }

        AgentLine line() {
            return getItem();
        }

        @SuppressWarnings("unchecked") // One cell paints one kind of part.
        <T extends Region> T part(java.util.function.Supplier<T> make) {
            Region known = part;
            if (known == null) {
                known = make.get();
                part = known;
            }
            return (T) known;
        }

        @Override
        protected void updateItem(AgentLine line, boolean empty) {
            super.updateItem(line, empty);
            setText(null);
            if (empty || line == null) {
                setGraphic(null);
            } else {
                paint.accept(this);
                setGraphic(part);
            }
        }
    }
}
