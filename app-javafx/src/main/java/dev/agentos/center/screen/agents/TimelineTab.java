package dev.agentos.center.screen.agents;

import dev.agentos.bridge.client.AgentdClient.Search;
import dev.agentos.bridge.view.CenterTab;
import dev.agentos.bridge.view.CenterViewModel;
import dev.agentos.bridge.view.PanelState;
import dev.agentos.bridge.view.Place;
import dev.agentos.bridge.view.TimelineViewModel;
import dev.agentos.bridge.view.TimelineViewModel.Entry;
import dev.agentos.bridge.view.Tone;
import dev.agentos.center.ui.Glyph;
import dev.agentos.center.ui.PanelView;
import dev.agentos.center.ui.Parts;
import dev.agentos.center.ui.Rows;
import dev.agentos.center.ui.ScreenContext;
import java.util.ArrayList;
import java.util.List;
import javafx.collections.FXCollections;
import javafx.collections.ObservableList;
import javafx.scene.control.Label;
import javafx.scene.control.ListCell;
import javafx.scene.control.ListView;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;

/** Steps, calls, questions, answers and refusals as one story. */
final class TimelineTab implements AgentTab {

    private static final int EVENTS = 500;

    private final ScreenContext context;
    private final ObservableList<Entry> entries = FXCollections.observableArrayList();
    private final ListView<Entry> list = new ListView<>(entries);
    private final PanelView<List<Entry>> panel;
    private final VBox root;
    private String agent = "";
    private TimelineViewModel story = TimelineViewModel.of("");

    TimelineTab(ScreenContext context) {
        this.context = context;
        list.getStyleClass().addAll("story", "edge-to-edge");
        list.setCellFactory(_ -> new Line());
        panel = new PanelView<>(list, next -> Rows.sync(entries, next, Entry::seq));
        root = Parts.panel(Parts.head("What happened"), panel);
    }

    @Override
    public String title() {
        return "Timeline";
    }

    @Override
    public Region node() {
        return root;
    }

    @Override
    public void open(String id) {
        if (!id.equals(agent)) {
            agent = id;
            story = TimelineViewModel.of(id);
            panel.show(new PanelState.Loading<>("reading its story"));
        }
        context.background()
                .readValue(
                        () -> context.client()
                                .search(Search.ofAgent(id, EVENTS))
                                .events()
                                .reversed(),
                        state -> {
                            if (!id.equals(agent)) {
                                return;
                            }
                            state.found().ifPresent(events -> story = story.reduce(events));
                            if (state instanceof PanelState.Ready) {
                                paint();
                            } else {
                                panel.show(state.map(_ -> List.of()));
                            }
                        });
    }

    @Override
    public void show(CenterViewModel state) {
        List<Entry> fresh = state.events().stream()
                .filter(entry -> entry.agent().equals(agent))
                .filter(entry -> story.entries().stream().noneMatch(known -> known.seq() == entry.seq()))
                .toList();
        if (!fresh.isEmpty() && !story.entries().isEmpty()) {
            List<Entry> more = new ArrayList<>(story.entries());
            more.addAll(fresh);
            story = new TimelineViewModel(agent, more);
            paint();
        }
    }

    private void paint() {
        boolean atEnd = !entries.isEmpty();
        panel.show(
                story.entries().isEmpty()
                        ? new PanelState.Empty<>(
                                "Nothing has happened yet.", "Its first step appears here as it happens.")
                        : PanelState.ready(story.entries()));
        if (atEnd) {
            list.scrollTo(entries.size() - 1);
        }
    }

    private final class Line extends ListCell<Entry> {
        private final Label clock = Parts.text("", "mono", "clock");
        private final Glyph glyph = new Glyph("·");
        private final HBox sign = new HBox(glyph);
        private final Label title = Parts.prose("", "strong");
        private final Label detail = Parts.prose("", "muted");
        private final VBox words = new VBox(title, detail);
        private final HBox far = new HBox();
        private final HBox row = new HBox(clock, sign, words, far);

        Line() {
            clock.setMinWidth(Region.USE_PREF_SIZE);
            HBox.setHgrow(words, Priority.ALWAYS);
            words.setMinWidth(0);
            row.getStyleClass().add("story-line");
            // A list measures its cells by their own wish; the wish here is the width that there is.
            row.prefWidthProperty().bind(list.widthProperty().subtract(24));
            row.setMaxWidth(Region.USE_PREF_SIZE);
        }

        @Override
        protected void updateItem(Entry entry, boolean empty) {
            super.updateItem(entry, empty);
            setText(null);
            if (empty || entry == null) {
                setGraphic(null);
                return;
            }
            clock.setText(entry.clock());
            glyph.set(entry.glyph());
            sign.getStyleClass().setAll("sign", Parts.tone(entry.tone()));
            title.setText(entry.title());
            detail.setText(entry.detail());
            detail.setManaged(!entry.detail().isEmpty());
            far.getChildren().clear();
            if (entry.tone() == Tone.NEEDS && entry.glyph().equals("?") && stillWaits()) {
                far.getChildren().add(Parts.link("look at it", () -> context.go(Place.of(CenterTab.INBOX))));
            }
            setGraphic(row);
        }

        private boolean stillWaits() {
            return context.store().state().inbox().waiting().stream()
                    .anyMatch(ask -> ask.agent().equals(agent));
        }
    }
}
