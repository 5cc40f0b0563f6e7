package dev.agentos.center.screen.agents;

import dev.agentos.bridge.view.AgentsViewModel.Row;
import dev.agentos.bridge.view.CenterTab;
import dev.agentos.bridge.view.CenterViewModel;
import dev.agentos.bridge.view.Measures;
import dev.agentos.bridge.view.Place;
import dev.agentos.bridge.view.Tone;
import dev.agentos.center.ui.Glyph;
import dev.agentos.center.ui.Parts;
import dev.agentos.center.ui.ScreenContext;
import dev.agentos.center.ui.TabBar;
import java.util.List;
import java.util.Optional;
import javafx.scene.control.Button;
import javafx.scene.control.Label;
import javafx.scene.control.MenuButton;
import javafx.scene.control.MenuItem;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.StackPane;
import javafx.scene.layout.VBox;

/** One agent: its story, what it wrote and changed, and its contract beside what is really enforced. */
final class AgentView {

    private static final double WIDE = 960;

    private final ScreenContext context;
    private final Glyph glyph = new Glyph("·");
    private final HBox sign = new HBox(glyph);
    private final Label name = Parts.text("", "title");
    private final Label number = Parts.text("", "mono", "muted");
    private final Label chip = Parts.chip("");
    private final Label word = Parts.text("", "muted");
    private final Button pause = Parts.button("Pause", this::pauseOrResume);
    private final MenuButton stop = new MenuButton("Stop");
    private final TabBar tabs;
    private final List<AgentTab> sides;
    private final ContractTab beside;
    private final StackPane body = new StackPane();
    private final HBox columns = new HBox(body);
    private final VBox root;
    private String agent = "";
    private int open;
    private Optional<Row> row = Optional.empty();

    AgentView(ScreenContext context) {
        this.context = context;
        sides = List.of(
                new TimelineTab(context),
                new LogTab(context),
                new FilesTab(context),
                new ContractTab(context),
                new CallsTab(context),
                new ContextTab(context),
                MissingTab.checkpoints(),
                MissingTab.children());
        beside = new ContractTab(context);
        tabs = new TabBar(sides.stream().map(AgentTab::title).toList(), this::side);
        MenuItem keep = new MenuItem("Keep it running");
        MenuItem hold = new MenuItem("Pause: it keeps its state and can go on");
        hold.setOnAction(
                _ -> context.act("paused " + agent, () -> context.client().pause(agent)));
        MenuItem kill = new MenuItem("Kill: it ends, with everything it started");
        kill.setOnAction(
                _ -> context.act("killed " + agent, () -> context.client().kill(agent)));
        stop.getItems().setAll(keep, hold, kill);
        HBox head = Parts.row(sign, name, number, chip, word, Parts.spring(), Parts.withReason(pause), stop);
        head.getStyleClass().add("agent-head");
        columns.getStyleClass().add("figures-row");
        HBox.setHgrow(body, Priority.ALWAYS);
        // What a side would like to be high never pushes the head out of the window.
        body.setMinSize(0, 0);
        columns.setMinHeight(0);
        VBox.setVgrow(columns, Priority.ALWAYS);
        root = new VBox(
                Parts.link("‹ Agents", () -> context.go(Place.of(CenterTab.AGENTS))), head, tabs.node(), columns);
        root.getStyleClass().addAll("page", "agent-page");
        columns.widthProperty().subscribe(this::arrange);
        side(0);
    }

    VBox node() {
        return root;
    }

    /** Shows another agent, or the same one anew. */
    void open(String id) {
        if (!id.equals(agent)) {
            agent = id;
            side(0);
        }
        sides.get(open).open(agent);
        beside.open(agent);
    }

    private void side(int at) {
        open = at;
        tabs.select(at);
        body.getChildren().setAll(sides.get(at).node());
        arrange();
        if (!agent.isEmpty()) {
            sides.get(at).open(agent);
        }
    }

    /** Where there is room, the contract stands beside the story; it is a side of its own everywhere. */
    private void arrange() {
        boolean wide = columns.getWidth() > WIDE && !(sides.get(open) instanceof ContractTab);
        if (wide && columns.getChildren().size() == 1) {
            beside.node().setPrefWidth(0);
            HBox.setHgrow(beside.node(), Priority.ALWAYS);
            body.setPrefWidth(0);
            columns.getChildren().add(beside.node());
        } else if (!wide && columns.getChildren().size() == 2) {
            columns.getChildren().removeLast();
        }
    }

    void show(CenterViewModel state) {
        row = state.agents().rows().stream()
                .filter(one -> one.id().equals(agent))
                .findFirst();
        name.setText(row.map(Row::name).orElse(agent));
        number.setText(row.map(Row::number).orElse(""));
        String latency = row.map(Row::latency).orElse("");
        chip.setText(latency);
        chip.getStyleClass().setAll("label", "chip", "chip-" + latency.toLowerCase(java.util.Locale.ROOT));
        chip.setVisible(!latency.isEmpty());
        glyph.set(row.map(Row::glyph).orElse("·"));
        sign.getStyleClass().setAll("sign", Parts.tone(row.map(Row::tone).orElse(Tone.MUTED)));
        word.setText(row.map(AgentView::words).orElse("agentd knows no such agent"));
        boolean over = row.isEmpty() || row.get().state().isFinal();
        boolean paused = row.map(Row::word).orElse("").equals("paused");
        pause.setText(paused ? "Resume" : "Pause");
        Parts.disable(pause, over ? "it is over" : "");
        stop.setDisable(over);
        sides.get(open).show(state);
        if (columns.getChildren().size() == 2) {
            beside.show(state);
        }
    }

    private static String words(Row row) {
        StringBuilder words = new StringBuilder(row.word());
        if (row.steps() > 0) {
            words.append(" · step ")
                    .append(Math.min(row.stepsDone() + (row.state().isFinal() ? 0 : 1), row.steps()))
                    .append(" of ")
                    .append(row.steps());
        }
        if (row.memoryBytes() > 0) {
            words.append(" · ").append(Measures.bytes(row.memoryBytes()));
        }
        return words.toString();
    }

    private void pauseOrResume() {
        boolean paused = row.map(Row::word).orElse("").equals("paused");
        context.act((paused ? "resumed " : "paused ") + agent, () -> {
            if (paused) {
                context.client().resume(agent);
            } else {
                context.client().pause(agent);
            }
        });
    }
}
