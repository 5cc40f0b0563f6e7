package dev.agentos.center.screen.agents;

import dev.agentos.bridge.view.AgentsViewModel.Row;
import dev.agentos.bridge.view.CenterTab;
import dev.agentos.bridge.view.CenterViewModel;
import dev.agentos.bridge.view.CenterViewModel.AgentLine;
import dev.agentos.bridge.view.Place;
import dev.agentos.center.ui.PanelView;
import dev.agentos.center.ui.Parts;
import dev.agentos.center.ui.Screen;
import dev.agentos.center.ui.ScreenContext;
import dev.agentos.center.ui.UiThread;
import java.util.List;
import javafx.scene.Node;
import javafx.scene.control.Button;
import javafx.scene.control.CheckBox;
import javafx.scene.control.MenuButton;
import javafx.scene.control.MenuItem;
import javafx.scene.control.TextField;
import javafx.scene.input.KeyCode;
import javafx.scene.input.KeyEvent;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.StackPane;
import javafx.scene.layout.VBox;

/** Every agent, with filter, totals and what can be done with those that are selected; or one agent's story. */
public final class AgentsView implements Screen {

    private final ScreenContext context;
    private final AgentTable table;
    private final PanelView<List<AgentLine>> panel;
    private final TextField filter = new TextField();
    private final CheckBox finished = new CheckBox("Finished too");
    private final Button pause = Parts.button("Pause", () -> act("paused", Row::id, true));
    private final Button resume = Parts.button("Resume", () -> act("resumed", Row::id, false));
    private final MenuButton stop = new MenuButton("Stop");
    private final StackPane root = new StackPane();
    private final VBox list;
    private final AgentView one;
    private String opened = "";

    public AgentsView(ScreenContext context) {
        this.context = context;
        table = new AgentTable(context.preferences(), id -> context.go(Place.agent(id)));
        panel = new PanelView<>(
                table.node(), lines -> table.show(lines, context.store().state().sums()));
        filter.setPromptText("Filter by name, state or class");
        filter.getStyleClass().add("filter");
        filter.textProperty()
                .subscribe(text -> context.store().change(state -> state.filtered(text == null ? "" : text.strip())));
        finished.selectedProperty().subscribe(shown -> context.store().change(state -> state.withFinished(shown)));
        MenuItem kill = new MenuItem("Kill: it ends, with everything it started");
        kill.setOnAction(_ -> kill());
        MenuItem hold = new MenuItem("Pause: it keeps its state and can go on");
        hold.setOnAction(_ -> act("paused", Row::id, true));
        stop.getItems().setAll(hold, kill);
        table.onSelection(this::enable);
        HBox bar = Parts.row(filter, finished, Parts.spring(), Parts.withReason(pause), Parts.withReason(resume), stop);
        VBox page = Parts.panel(bar, panel);
        list = new VBox(page);
        list.getStyleClass().add("page");
        VBox.setVgrow(page, Priority.ALWAYS);
        root.getChildren().setAll(list);
        root.addEventFilter(KeyEvent.KEY_TYPED, event -> {
            if (event.getCharacter().equals("/")
                    && (!filter.isFocused() || filter.getText().isEmpty())) {
                filter.requestFocus();
                event.consume();
            }
        });
        filter.setOnKeyPressed(event -> {
            if (event.getCode() == KeyCode.ESCAPE && !filter.getText().isEmpty()) {
                filter.clear();
                event.consume();
            }
        });
        one = new AgentView(context);
        enable();
    }

    @Override
    public void opened(String argument) {
        opened = argument;
        root.getChildren().setAll(argument.isEmpty() ? list : one.node());
        if (argument.isEmpty()) {
            // Once it is shown: what is not seen cannot have the focus.
            UiThread.later(table::focus);
        } else {
            one.open(argument);
        }
    }

    @Override
    public boolean back() {
        if (opened.isEmpty()) {
            return false;
        }
        context.go(Place.of(CenterTab.AGENTS));
        return true;
    }

    @Override
    public Node node() {
        return root;
    }

    @Override
    public void show(CenterViewModel state) {
        if (opened.isEmpty()) {
            panel.show(state.agentsPanel());
            enable();
        } else {
            one.show(state);
        }
    }

    private List<Row> selected() {
        return table.selected().stream().filter(row -> !row.state().isFinal()).toList();
    }

    private void enable() {
        List<Row> rows = selected();
        boolean paused = rows.stream().anyMatch(row -> row.word().equals("paused"));
        boolean running = rows.stream().anyMatch(row -> !row.word().equals("paused"));
        String none = rows.isEmpty() ? "select an agent that is not over" : "";
        Parts.disable(pause, running ? "" : none.isEmpty() ? "it is paused already" : none);
        Parts.disable(resume, paused ? "" : none.isEmpty() ? "it is not paused" : none);
        stop.setDisable(rows.isEmpty());
        stop.setText(rows.size() > 1 ? "Stop " + rows.size() : "Stop");
    }

    private void act(String done, java.util.function.Function<Row, String> id, boolean pauses) {
        List<Row> rows = selected();
        context.act(
                done + " " + names(rows),
                () -> rows.forEach(row -> {
                    boolean isPaused = row.word().equals("paused");
                    if (pauses && !isPaused) {
                        context.client().pause(id.apply(row));
                    } else if (!pauses && isPaused) {
                        context.client().resume(id.apply(row));
                    }
                }));
    }

    private void kill() {
        List<Row> rows = selected();
        context.act(
                "killed " + names(rows),
                () -> rows.forEach(row -> context.client().kill(row.id())));
    }

    private static String names(List<Row> rows) {
        return rows.size() == 1 ? rows.getFirst().id() : rows.size() + " agents";
    }
}
