package dev.agentos.center.screen.agents;

import dev.agentos.bridge.client.AgentdClient.Search;
import dev.agentos.bridge.view.CenterViewModel;
import dev.agentos.bridge.view.ContextViewModel;
import dev.agentos.bridge.view.ContextViewModel.Call;
import dev.agentos.bridge.view.ConversationText;
import dev.agentos.bridge.view.Measures;
import dev.agentos.bridge.view.PanelState;
import dev.agentos.bridge.view.TextLine;
import dev.agentos.bridge.wire.AgentWire.AgentView;
import dev.agentos.center.ui.LinesView;
import dev.agentos.center.ui.PanelView;
import dev.agentos.center.ui.Parts;
import dev.agentos.center.ui.ScreenContext;
import dev.agentos.center.ui.TextTable;
import java.util.List;
import javafx.scene.control.Label;
import javafx.scene.control.ProgressBar;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;

/**
 * How full the context window of an agent's model is, call by call, the words in it, and what the steps of a plan have to
 * go on.
 */
final class ContextTab implements AgentTab {

    private static final int EVENTS = 500;

    private static final int WIDTH = 92;
    private static final double ROW = 34;
    private static final int MOST_ROWS = 5;

    /**
     * What there is.
     *
     * @param words what the model was told and said; empty where no model drives the agent
     * @param steps what the steps of a plan gave so far; empty without a plan
     */
    private record Found(ContextViewModel calls, List<TextLine> words, List<TextLine> steps) {}

    private final ScreenContext context;
    private final Label sentence = Parts.text("", "strong");
    private final ProgressBar full = new ProgressBar(0);
    private final TextTable<Call> calls =
            new TextTable<>(call -> call.clock() + call.model() + call.prompt() + call.said());
    private final LinesView steps = new LinesView(false);
    private final LinesView words = new LinesView(false);
    private final VBox window;
    private final VBox conversation;
    private final PanelView<Found> panel;
    private final VBox content = new VBox();
    private final VBox root;
    private String agent = "";

    ContextTab(ScreenContext context) {
        this.context = context;
        calls.column("At", 80, "mono", Call::clock)
                .column("Model", 150, "mono", Call::model)
                .column("Sent", 60, "figure", call -> Measures.count(call.prompt()))
                .column("Said", 60, "figure", call -> Measures.count(call.said()))
                .column("Full", 60, "figure", call -> call.window() == 0 ? Measures.NONE : percent(call))
                .column("First", 80, "figure", call -> call.onsetMs() == 0 ? Measures.NONE : call.onsetMs() + " ms")
                .column("$", 70, "figure", call -> call.cost().isEmpty() ? Measures.NONE : call.cost())
                .column("Outcome", 90, "text", Call::outcome);
        full.setMaxWidth(Double.MAX_VALUE);
        window = new VBox(sentence, full, calls.node());
        window.getStyleClass().add("column");
        conversation = new VBox(
                Parts.text("In it, without secrets; hidden and misleading characters stand as \\u{…}", "muted"),
                words.node());
        conversation.getStyleClass().add("column");
        content.getStyleClass().add("column");
        VBox.setVgrow(words.node(), Priority.ALWAYS);
        VBox.setVgrow(conversation, Priority.ALWAYS);
        VBox.setVgrow(steps.node(), Priority.ALWAYS);
        panel = new PanelView<>(content, this::fill);
        root = Parts.panel(Parts.head("What it has to go on"), panel);
    }

    private static String percent(Call call) {
        return Math.round(call.share() * 100) + " %";
    }

    @Override
    public String title() {
        return "Context";
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
                            Found found = read(id);
                            return found.calls().calls().isEmpty()
                                            && found.words().isEmpty()
                                            && found.steps().isEmpty()
                                    ? new PanelState.Empty<Found>(
                                            "It has called no model, and it has no plan.",
                                            "A process keeps its context to itself; a call of a model appears here with how "
                                                    + "full the model's context window was.")
                                    : PanelState.ready(found);
                        },
                        state -> {
                            if (id.equals(agent)) {
                                panel.show(state);
                            }
                        });
    }

    private Found read(String id) {
        ContextViewModel made = ContextViewModel.of(
                context.client().search(Search.ofAgent(id, EVENTS)).events().reversed(),
                context.client().models(false));
        AgentView view = context.client().agent(id);
        return new Found(
                made,
                ConversationText.lines(context.client().conversation(id), WIDTH),
                view.steps().isEmpty()
                        ? List.of()
                        : ContextViewModel.steps(
                                view, context.client().result(id).outputs()));
    }

    private void fill(Found found) {
        boolean called = !found.calls().calls().isEmpty();
        content.getChildren().clear();
        if (called) {
            sentence.setText(found.calls().sentence());
            full.setProgress(found.calls().calls().getLast().share());
            calls.show(found.calls().calls());
            boolean alone = found.words().isEmpty() && found.steps().isEmpty();
            calls.node()
                    .setMinHeight(
                            alone
                                    ? Region.USE_COMPUTED_SIZE
                                    : ROW
                                                    * (1
                                                            + Math.min(
                                                                    MOST_ROWS,
                                                                    found.calls()
                                                                            .calls()
                                                                            .size()))
                                            + 2);
            VBox.setVgrow(calls.node(), alone ? Priority.ALWAYS : Priority.NEVER);
            calls.node()
                    .setPrefHeight(
                            alone ? Region.USE_COMPUTED_SIZE : calls.node().getMinHeight());
            VBox.setVgrow(window, alone ? Priority.ALWAYS : Priority.NEVER);
            content.getChildren().add(window);
        }
        if (!found.words().isEmpty()) {
            words.show(found.words());
            content.getChildren().add(conversation);
        }
        if (!found.steps().isEmpty()) {
            steps.show(found.steps());
            content.getChildren().add(steps.node());
        }
    }

    @Override
    public void show(CenterViewModel state) {}
}
