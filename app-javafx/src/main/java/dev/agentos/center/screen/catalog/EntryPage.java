package dev.agentos.center.screen.catalog;

import dev.agentos.bridge.view.CenterTab;
import dev.agentos.bridge.view.CenterViewModel;
import dev.agentos.bridge.view.PanelState;
import dev.agentos.bridge.view.Place;
import dev.agentos.bridge.view.SpawnForm;
import dev.agentos.bridge.view.TextLine;
import dev.agentos.bridge.wire.AgentWire;
import dev.agentos.bridge.wire.CatalogWire.EntryInput;
import dev.agentos.bridge.wire.CatalogWire.EntryView;
import dev.agentos.bridge.wire.ContractWire.Admission;
import dev.agentos.center.ui.PanelView;
import dev.agentos.center.ui.Parts;
import dev.agentos.center.ui.ScreenContext;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import javafx.animation.PauseTransition;
import javafx.scene.control.Button;
import javafx.scene.control.ChoiceBox;
import javafx.scene.control.Label;
import javafx.scene.control.TextField;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.VBox;
import javafx.util.Duration;

/** One entry: what it may do, the form that starts it, and what admission says while it is filled in. */
final class EntryPage {

    private static final String AS_WRITTEN = "as the contract says";

    private final ScreenContext context;
    private final VBox content = new VBox();
    private final PanelView<EntryView> panel = new PanelView<>(Parts.scroll(content), this::fill);
    private final VBox root;
    private final VBox verdict = new VBox();
    private final Map<String, Label> problems = new HashMap<>();
    private final Button start = Parts.button("Start it", this::start, "accent");
    private final PauseTransition typing = new PauseTransition(Duration.millis(300));
    private String name = "";
    private long freeCpu = -1;
    private Optional<SpawnForm> form = Optional.empty();
    private boolean refused;

    EntryPage(ScreenContext context) {
        this.context = context;
        content.getStyleClass().add("entry");
        verdict.getStyleClass().add("verdict");
        typing.setOnFinished(_ -> admit());
        root = new VBox(Parts.link("‹ Catalog", () -> context.go(Place.of(CenterTab.CATALOG))), panel);
        root.getStyleClass().addAll("page", "agent-page");
        VBox.setVgrow(panel, Priority.ALWAYS);
    }

    VBox node() {
        return root;
    }

    void open(String entry) {
        name = entry;
        panel.show(new PanelState.Loading<>("reading " + entry));
        context.background().readValue(() -> context.client().catalogEntry(entry, ""), state -> {
            if (entry.equals(name)) {
                panel.show(state);
            }
        });
    }

    /** What is free changes as agents come and go, and with it the verdict. */
    void show(CenterViewModel state) {
        long now =
                state.status().map(status -> status.machine().freeCpuMillis()).orElse(-1L);
        if (now != freeCpu) {
            freeCpu = now;
            if (form.isPresent()) {
                typing.playFromStart();
            }
        }
    }

    private void fill(EntryView entry) {
        form = Optional.of(SpawnForm.of(entry));
        problems.clear();
        VBox may = new VBox();
        may.getStyleClass().add("may-do");
        entry.mayDo().forEach(sentence -> may.getChildren().add(CatalogView.sentence(sentence)));
        VBox about = Parts.panel(
                Parts.row(
                        Parts.text(entry.title(), "title"),
                        Parts.spring(),
                        Parts.text(entry.name() + " " + entry.version(), "mono", "muted")),
                new VBox(Parts.prose(entry.summary())));
        VBox does = Parts.panel(Parts.head("What it may do", Parts.text("signed by " + entry.signer(), "muted")), may);
        VBox fields = new VBox();
        fields.getStyleClass().add("fields");
        entry.inputs().forEach(input -> fields.getChildren().add(field(input)));
        fields.getChildren().add(latency());
        HBox go = Parts.row(Parts.withReason(start), verdict);
        HBox.setHgrow(verdict, Priority.ALWAYS);
        go.getStyleClass().add("go");
        VBox starting = Parts.panel(Parts.head("Start it"), new VBox(fields, go));
        content.getChildren().setAll(about, does, starting);
        check();
        admit();
    }

    private HBox field(EntryInput input) {
        Label title = Parts.text(input.name(), "mono", "field-name");
        Label problem = Parts.text("", "tone-needs", "field-problem");
        problem.setMinWidth(130);
        problems.put(input.name(), problem);
        VBox column = new VBox(Parts.prose(input.about(), "muted"));
        if (input.choices().isEmpty()) {
            TextField text = new TextField();
            text.setPromptText(
                    input.otherwise().map(value -> value + "  (if left empty)").orElse(input.kind()));
            text.textProperty().subscribe(value -> typed(input.name(), value));
            text.setAccessibleText(input.name());
            column.getChildren().addFirst(text);
        } else {
            ChoiceBox<String> choices = new ChoiceBox<>();
            choices.getItems().setAll(input.choices());
            choices.setValue(input.otherwise().orElse(null));
            choices.setMaxWidth(Double.MAX_VALUE);
            choices.valueProperty().subscribe(value -> typed(input.name(), value == null ? "" : value));
            column.getChildren().addFirst(choices);
        }
        HBox.setHgrow(column, Priority.ALWAYS);
        HBox field = new HBox(title, column, problem);
        field.getStyleClass().add("field");
        return field;
    }

    private HBox latency() {
        ChoiceBox<String> choice = new ChoiceBox<>();
        choice.getItems().setAll(AS_WRITTEN, "SRT", "DT", "HRT");
        choice.setValue(AS_WRITTEN);
        choice.valueProperty().subscribe(value -> {
            form = form.map(
                    now -> now.in(AS_WRITTEN.equals(value) || value == null ? Optional.empty() : Optional.of(value)));
            typing.playFromStart();
        });
        VBox column = new VBox(
                choice, Parts.prose("how soon it must answer; admission decides again for another class", "muted"));
        HBox field = new HBox(Parts.text("class", "mono", "field-name"), column);
        field.getStyleClass().add("field");
        return field;
    }

    private void typed(String input, String text) {
        form = form.map(now -> now.typed(input, text));
        check();
        typing.playFromStart();
    }

    private void check() {
        form.ifPresent(now -> {
            now.entry().inputs().forEach(input -> {
                Label problem = problems.get(input.name());
                if (problem != null) {
                    problem.setText(now.problem(input));
                }
            });
            String obstacle = now.obstacle().orElse(refused ? "admission would refuse it" : "");
            Parts.disable(start, obstacle);
        });
    }

    private void admit() {
        Optional<SpawnForm> asked = form;
        asked.ifPresent(now -> context.background()
                .readValue(() -> context.client().admit(now.contract()), state -> {
                    if (form.equals(asked)) {
                        verdict(state);
                    }
                }));
    }

    private void verdict(PanelState<Admission> state) {
        refused = state.found().map(said -> said.verdict().equals("rejected")).orElse(false);
        List<TextLine> lines = switch (state) {
            case PanelState.Ready<Admission> ready -> SpawnForm.words(ready.value());
            case PanelState.Failed<Admission> failed ->
                List.of(new TextLine(dev.agentos.bridge.view.Tone.BAD, failed.why()));
            case PanelState.Loading<Admission> _, PanelState.Empty<Admission> _, PanelState.Missing<Admission> _ ->
                List.of();
        };
        verdict.getChildren()
                .setAll(lines.stream()
                        .map(line -> Parts.prose(line.text(), Parts.tone(line.tone())))
                        .toList());
        check();
    }

    private void start() {
        form.ifPresent(now -> context.background()
                .readValue(
                        () -> context.client()
                                .spawn(new AgentWire.Spawn(
                                        "center-" + UUID.randomUUID(),
                                        now.source(),
                                        now.entry().contract(),
                                        now.latency(),
                                        Optional.empty(),
                                        List.of(),
                                        now.inputs(),
                                        false)),
                        state -> {
                            switch (state) {
                                case PanelState.Ready<AgentWire.AgentView> ready -> {
                                    context.refresh().run();
                                    context.go(Place.agent(ready.value().id()));
                                }
                                case PanelState.Failed<AgentWire.AgentView> failed ->
                                    context.say("✕ " + failed.why() + " → " + failed.next());
                                case PanelState.Loading<AgentWire.AgentView> _,
                                        PanelState.Empty<AgentWire.AgentView> _,
                                        PanelState.Missing<AgentWire.AgentView> _ -> {}
                            }
                        }));
    }
}
