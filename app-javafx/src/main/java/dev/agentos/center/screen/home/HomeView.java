package dev.agentos.center.screen.home;

import dev.agentos.bridge.view.CenterTab;
import dev.agentos.bridge.view.CenterViewModel;
import dev.agentos.bridge.view.CenterViewModel.AgentLine;
import dev.agentos.bridge.view.HomeViewModel;
import dev.agentos.bridge.view.Place;
import dev.agentos.bridge.wire.ConsentWire.AskView;
import dev.agentos.bridge.wire.ModelWire.ModelView;
import dev.agentos.bridge.wire.ModelWire.Models;
import dev.agentos.bridge.wire.ModelWire.ProviderView;
import dev.agentos.center.screen.agents.AgentTable;
import dev.agentos.center.ui.Glyph;
import dev.agentos.center.ui.PanelView;
import dev.agentos.center.ui.Parts;
import dev.agentos.center.ui.Screen;
import dev.agentos.center.ui.ScreenContext;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Optional;
import javafx.scene.Node;
import javafx.scene.control.Label;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;

/** What waits first, then the numbers that matter, then the agents. */
public final class HomeView implements Screen {

    private static final long MODELS_NANOS = 5_000_000_000L;

    private final VBox root = new VBox();
    private final Label askTitle = Parts.text("", "strong");
    private final Label askWhat = Parts.path("mono", "muted");
    private final Label asked = Parts.text("", "muted");
    private final HBox ask;
    private final FigurePanel running;
    private final FigurePanel onset;
    private final FigurePanel queue;
    private final FigurePanel cpu;
    private final FigurePanel memory;
    private final FigurePanel calls;
    private final Label models = Parts.prose("asking agentd", "muted");
    private final ScreenContext context;
    private final AgentTable table;
    private final PanelView<List<AgentLine>> agents;
    private long modelsAt = System.nanoTime() - MODELS_NANOS;

    public HomeView(ScreenContext context) {
        this.context = context;
        root.getStyleClass().add("page");
        VBox words = new VBox(askTitle, askWhat);
        words.setMinWidth(0);
        asked.setMinWidth(Region.USE_PREF_SIZE);
        HBox.setHgrow(words, Priority.ALWAYS);
        ask = Parts.row(
                new Glyph("?"), words, asked, Parts.button("Look at it", () -> context.go(Place.of(CenterTab.INBOX))));
        ask.getStyleClass().add("ask-bar");
        running = panel("Running", CenterTab.AGENTS, "ok");
        onset = panel("First token, SRT", CenterTab.MODELS, "srt");
        queue = panel("Model queue by class", CenterTab.MODELS, "srt", "dt");
        cpu = panel("Processors", CenterTab.SETTINGS, "srt");
        memory = panel("Memory", CenterTab.SETTINGS, "dt");
        calls = panel("Tool calls", CenterTab.TOOLS, "hrt");
        table = new AgentTable(context.preferences(), id -> context.go(Place.agent(id)));
        agents = new PanelView<>(
                table.node(), lines -> table.show(lines, context.store().state().sums()));
        VBox list = Parts.panel(
                Parts.head("Agents", Parts.link("all of them", () -> context.go(Place.of(CenterTab.AGENTS)))), agents);
        VBox.setVgrow(list, Priority.ALWAYS);
        Label title = Parts.text("Models", "panel-title");
        title.setMinWidth(Region.USE_PREF_SIZE);
        HBox modelLine = Parts.row(
                title, models, Parts.spring(), Parts.link("all of them", () -> context.go(Place.of(CenterTab.MODELS))));
        modelLine.getStyleClass().addAll("panel", "line-panel");
        HBox.setHgrow(models, Priority.SOMETIMES);
        root.getChildren().setAll(ask, row(running, onset, queue), row(cpu, memory, calls), modelLine, list);
    }

    private FigurePanel panel(String title, CenterTab opens, String... roles) {
        return new FigurePanel(title, () -> context.go(Place.of(opens)), roles);
    }

    private static HBox row(FigurePanel... panels) {
        HBox row = new HBox();
        row.getStyleClass().add("figures-row");
        for (FigurePanel panel : panels) {
            HBox.setHgrow(panel.node(), Priority.ALWAYS);
            row.getChildren().add(panel.node());
        }
        return row;
    }

    @Override
    public Node node() {
        return root;
    }

    @Override
    public void opened(String argument) {
        table.focus();
    }

    @Override
    public void show(CenterViewModel state) {
        ask(state.inbox().waiting().stream().findFirst(), state.inbox().count());
        HomeViewModel figures = HomeViewModel.of(state, Instant.now());
        running.show(figures.running());
        onset.show(figures.onset());
        queue.show(figures.queue());
        cpu.show(figures.processors());
        memory.show(figures.memory());
        calls.show(figures.calls());
        if (state.known()) {
            models();
        }
        agents.show(state.agentsPanel());
    }

    private void ask(Optional<AskView> first, int count) {
        ask.setVisible(first.isPresent());
        ask.setManaged(first.isPresent());
        first.ifPresent(waits -> {
            askTitle.setText(waits.agent() + " wants to use " + waits.tool()
                    + (count > 1 ? "   and " + (count - 1) + " more" : ""));
            askWhat.setText(waits.target());
            asked.setText("waiting " + waited(waits.askedAt(), Instant.now()));
        });
    }

    /** Minutes and seconds since then. */
    static String waited(String askedAt, Instant now) {
        try {
            Duration waited = Duration.between(Instant.parse(askedAt), now);
            long seconds = Math.max(0, waited.toSeconds());
            return String.format(java.util.Locale.ROOT, "%d:%02d", seconds / 60, seconds % 60);
        } catch (DateTimeParseException e) {
            return askedAt;
        }
    }

    /** Asks for the models' queues and first tokens, now and then: they are no events. */
    private void models() {
        if (System.nanoTime() - modelsAt < MODELS_NANOS) {
            return;
        }
        modelsAt = System.nanoTime();
        context.background()
                .readValue(
                        () -> context.client().models(false),
                        state -> state.found().ifPresent(all -> models.setText(sentence(all))));
    }

    private static String sentence(Models all) {
        long running = all.providers().stream().mapToLong(ProviderView::running).sum();
        long waiting = all.providers().stream().mapToLong(ProviderView::waiting).sum();
        String onset = all.models().stream()
                .filter(model -> model.answers() > 0)
                .min(java.util.Comparator.comparingDouble(ModelView::onsetMs))
                .map(model -> "first token after " + Math.round(model.onsetMs()) + " ms (" + model.name() + ", p95 "
                        + Math.round(model.onsetMsP95()) + " ms)")
                .orElse("no answer measured yet");
        return all.models().size() + " here · " + running + " running, " + waiting + " waiting · " + onset + " · "
                + all.gpu();
    }
}
