package dev.agentos.center.screen.audit;

import dev.agentos.bridge.client.AgentdClient.Search;
import dev.agentos.bridge.view.AuditQuery;
import dev.agentos.bridge.view.AuditViewModel;
import dev.agentos.bridge.view.CenterViewModel;
import dev.agentos.bridge.view.PanelState;
import dev.agentos.bridge.view.TimelineViewModel;
import dev.agentos.bridge.view.Tone;
import dev.agentos.bridge.wire.EventWire.EventView;
import dev.agentos.center.ui.PanelView;
import dev.agentos.center.ui.Parts;
import dev.agentos.center.ui.Rows;
import dev.agentos.center.ui.Screen;
import dev.agentos.center.ui.ScreenContext;
import java.util.List;
import javafx.collections.FXCollections;
import javafx.collections.ObservableList;
import javafx.geometry.Insets;
import javafx.scene.Node;
import javafx.scene.control.Button;
import javafx.scene.control.Hyperlink;
import javafx.scene.control.Label;
import javafx.scene.control.ListCell;
import javafx.scene.control.ListView;
import javafx.scene.control.TextField;
import javafx.scene.control.Tooltip;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;

/** Records of the trail at the left, the open one with its proof at the right, the state of the whole trail on top. */
public final class AuditView implements Screen {

    private static final int PAGE = 200;
    private static final double NUMBER = 52;
    private static final double GAP = 8;

    private final ScreenContext context;
    private final TextField filter = new TextField();
    private final Label count = Parts.text("", "muted");
    private final Label fresh = Parts.text("", "muted");
    private final Hyperlink again;
    private final Button older = Parts.button("Older records", this::older);
    private final ObservableList<EventView> rows = FXCollections.observableArrayList();
    private final ListView<EventView> list = new ListView<>(rows);
    private final PanelView<AuditViewModel> panel;
    private final RecordPanel record;
    private final TrailPanel trail;
    private final VBox root;
    private AuditViewModel model = AuditViewModel.start();
    private long searchedAt;

    public AuditView(ScreenContext context) {
        this.context = context;
        record = new RecordPanel(context);
        trail = new TrailPanel(context);
        filter.setPromptText("Search: words, agent:NAME, kind:consent.");
        filter.setAccessibleText("search the trail");
        filter.getStyleClass().add("filter");
        filter.setOnAction(_ -> search());
        HBox.setHgrow(filter, Priority.ALWAYS);
        again = Parts.link("show them", this::search);
        list.getStyleClass().addAll("story", "edge-to-edge", "audit-list");
        list.setCellFactory(_ -> new Line());
        list.getSelectionModel().selectedItemProperty().subscribe(chosen -> {
            if (chosen != null) {
                model = model.opened(chosen);
                record.open(chosen);
            }
        });
        VBox found = new VBox(list, Parts.row(older, Parts.spring()));
        found.getStyleClass().add("answered");
        VBox.setVgrow(list, Priority.ALWAYS);
        panel = new PanelView<>(found, this::fill);
        VBox searching = new VBox(filter, panel);
        searching.getStyleClass().add("contract-both");
        VBox left = Parts.panel(Parts.head("Records", fresh, again, count), searching);
        VBox.setVgrow(panel, Priority.ALWAYS);
        HBox.setHgrow(left, Priority.ALWAYS);
        left.setMinWidth(0);
        left.setPrefWidth(520);
        Region right = record.node();
        right.setPrefWidth(480);
        right.setMinWidth(320);
        HBox.setHgrow(right, Priority.SOMETIMES);
        HBox both = new HBox(left, right);
        both.getStyleClass().add("split");
        VBox.setVgrow(both, Priority.ALWAYS);
        root = new VBox(trail.node(), both);
        root.getStyleClass().add("page");
    }

    @Override
    public Node node() {
        return root;
    }

    /** @param argument a search, for example {@code agent:NAME} */
    @Override
    public void opened(String argument) {
        if (!argument.isEmpty()) {
            filter.setText(argument);
        }
        search();
    }

    @Override
    public boolean back() {
        if (filter.getText().isEmpty()) {
            return false;
        }
        filter.clear();
        search();
        return true;
    }

    /** Exports the whole trail to a file, as its button does once a person has chosen one. */
    public void export(java.nio.file.Path file) {
        trail.export(file);
    }

    @Override
    public void show(CenterViewModel state) {
        trail.show(state.status());
        // New records do not move the list under a reader: they are counted, and shown when they are wanted.
        long head = state.status().map(status -> status.audit().records()).orElse(0L);
        long newer = searchedAt == 0 ? 0 : Math.max(0, head - searchedAt);
        fresh.setText(newer == 0 ? "" : newer + " newer");
        again.setVisible(newer > 0);
        again.setManaged(newer > 0);
    }

    // ------------------------------------------------------------------ searching

    private void search() {
        AuditQuery query = AuditQuery.of(filter.getText());
        searchedAt = context.store()
                .state()
                .status()
                .map(status -> status.audit().records())
                .orElse(0L);
        if (rows.isEmpty()) {
            panel.show(new PanelState.Loading<>("reading the trail"));
        }
        read(query, Long.MAX_VALUE, found -> model.searched(query, found, PAGE));
    }

    private void older() {
        read(model.query(), model.oldest(), found -> model.more(found, PAGE));
    }

    private void read(AuditQuery query, long before, java.util.function.Function<List<EventView>, AuditViewModel> how) {
        Search search = new Search(query.agent(), query.kind(), query.text(), before, PAGE);
        context.background().readValue(() -> context.client().search(search).events(), state -> {
            state.found().ifPresent(found -> model = how.apply(found));
            panel.show(
                    state instanceof PanelState.Ready && model.records().isEmpty()
                            ? new PanelState.Empty<>(
                                    "No record fits.",
                                    "Esc clears the search. Words must stand in the record as written.")
                            : state.map(_ -> model));
        });
    }

    private void fill(AuditViewModel next) {
        Rows.sync(rows, next.records(), EventView::seq);
        count.setText(next.records().size() + (next.whole() ? " found" : " newest"));
        older.setVisible(!next.whole());
        older.setManaged(!next.whole());
        if (list.getSelectionModel().isEmpty() && !rows.isEmpty()) {
            list.getSelectionModel().select(0);
        }
    }

    private final class Line extends ListCell<EventView> {
        private final Label number = Parts.text("", "line-number");
        private final Label clock = Parts.text("", "mono", "clock");
        private final Label kind = Parts.text("", "mono");
        private final Label title = Parts.text("", "muted");
        private final VBox row = new VBox(Parts.row(number, clock, kind), title);

        Line() {
            number.setMinWidth(NUMBER);
            clock.setMinWidth(Region.USE_PREF_SIZE);
            title.setMinWidth(0);
            title.setPadding(new Insets(0, 0, 0, NUMBER + GAP));
            row.prefWidthProperty().bind(list.widthProperty().subtract(30));
            row.setMaxWidth(Region.USE_PREF_SIZE);
            row.getStyleClass().add("audit-line");
        }

        @Override
        protected void updateItem(EventView event, boolean empty) {
            super.updateItem(event, empty);
            setText(null);
            if (empty || event == null) {
                setGraphic(null);
                return;
            }
            number.setText(String.valueOf(event.seq()));
            clock.setText(event.time().length() >= 19 ? event.time().substring(11, 19) : event.time());
            kind.setText(event.kind());
            Tone tone = TimelineViewModel.entry(event)
                    .map(TimelineViewModel.Entry::tone)
                    .orElse(Tone.MUTED);
            kind.getStyleClass().setAll("label", "mono", Parts.tone(tone));
            String about = AuditViewModel.title(event);
            title.setText(about.isEmpty() ? " " : about);
            title.setTooltip(about.isEmpty() ? null : new Tooltip(about));
            setGraphic(row);
        }
    }
}
