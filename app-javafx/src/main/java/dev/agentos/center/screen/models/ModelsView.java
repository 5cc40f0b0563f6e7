package dev.agentos.center.screen.models;

import dev.agentos.bridge.view.CenterViewModel;
import dev.agentos.bridge.view.Measures;
import dev.agentos.bridge.view.PanelState;
import dev.agentos.bridge.wire.ModelWire.ModelView;
import dev.agentos.bridge.wire.ModelWire.Models;
import dev.agentos.bridge.wire.ModelWire.ProviderView;
import dev.agentos.center.ui.PanelView;
import dev.agentos.center.ui.Parts;
import dev.agentos.center.ui.Screen;
import dev.agentos.center.ui.ScreenContext;
import dev.agentos.center.ui.TextTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import javafx.scene.Node;
import javafx.scene.control.Button;
import javafx.scene.control.Label;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;

/** Models and providers with what was measured of them, and which models flexible contracts may fall back to. */
public final class ModelsView implements Screen {

    private static final double PROVIDERS = 190;
    private static final double FOOT = 150;

    private record Read(Models models, List<String> substitutes) {}

    private final ScreenContext context;
    private final TextTable<ModelView> models = new TextTable<>(model -> model.provider() + " " + model.name());
    private final TextTable<ProviderView> providers = new TextTable<>(ProviderView::name);
    private final PanelView<Read> modelPanel = new PanelView<>(models.node(), this::fill);
    private final PanelView<Read> providerPanel = new PanelView<>(
            providers.node(), read -> providers.show(read.models().providers()));
    private final Label fallBack = Parts.text("", "muted");
    private final Label gpu = Parts.prose("", "muted");
    private final Button measure = Parts.button("Measure it", this::measure);
    private final Button substitute = Parts.button("Fall back to it", this::substitute);
    private final VBox root;
    private List<String> substitutes = List.of();

    public ModelsView(ScreenContext context) {
        this.context = context;
        models.column("Model", 170, "mono", ModelView::name)
                .column("Provider", 84, "text", ModelView::provider)
                .column("Where", 80, "text", ModelView::placement)
                .column(
                        "Context",
                        80,
                        "figure",
                        model -> model.context() == 0 ? Measures.NONE : Measures.count(model.context()))
                .column("First token", 100, "figure", model -> milliseconds(model.answers(), model.onsetMs()))
                .column("p95", 80, "figure", model -> milliseconds(model.answers(), model.onsetMsP95()))
                .column("Tokens/s", 80, "figure", model -> rate(model.answers(), model.tokensPerS()))
                .column("State", 90, "text", model -> model.callable() ? "can be called" : "not callable");
        models.onSelection(this::enable);
        providers
                .column("Provider", 140, "mono", ProviderView::name)
                .column("Kind", 90, "text", ProviderView::kind)
                .column("Running", 80, "figure", provider -> provider.running() + " of " + provider.slots())
                .column("Waiting", 80, "figure", provider -> String.valueOf(provider.waiting()))
                .column("Where", 200, "mono", ProviderView::where)
                .column("Trouble", 220, "text", ProviderView::trouble);
        VBox top = Parts.panel(
                Parts.head("Models", fallBack, Parts.withReason(substitute), Parts.withReason(measure)), modelPanel);
        VBox bottom = Parts.panel(
                Parts.head("Providers and their queues", Parts.button("Look again", () -> opened(""))), providerPanel);
        VBox.setVgrow(top, Priority.ALWAYS);
        top.setPrefHeight(0);
        bottom.setPrefHeight(PROVIDERS);
        bottom.setMinHeight(PROVIDERS);
        VBox.setVgrow(modelPanel, Priority.ALWAYS);
        VBox graphics = Parts.panel(Parts.head("Graphics processor"), gpu);
        Region more = new PullPanel(context, () -> opened("")).node();
        HBox row = new HBox(graphics, more);
        row.getStyleClass().add("figures-row");
        for (Region panel : List.of(graphics, more)) {
            HBox.setHgrow(panel, Priority.ALWAYS);
            panel.setPrefWidth(0);
        }
        row.setMinHeight(FOOT);
        row.setMaxHeight(FOOT);
        root = new VBox(top, bottom, row);
        root.getStyleClass().add("page");
        enable();
    }

    private static String milliseconds(long answers, double value) {
        return answers == 0 ? Measures.NONE : Math.round(value) + " ms";
    }

    private static String rate(long answers, double value) {
        return answers == 0 ? Measures.NONE : String.format(Locale.ROOT, "%.1f", value);
    }

    @Override
    public Node node() {
        return root;
    }

    @Override
    public void opened(String argument) {
        context.background()
                .readValue(
                        () -> new Read(
                                context.client().models(false),
                                context.client().substitutes().models()),
                        state -> {
                            modelPanel.show(state);
                            providerPanel.show(state);
                        });
    }

    private void fill(Read read) {
        substitutes = read.substitutes();
        models.show(read.models().models());
        gpu.setText(read.models().gpu());
        fallBack.setText("flexible contracts fall back to: "
                + (substitutes.isEmpty() ? "nothing" : String.join(", ", substitutes)));
        enable();
    }

    private void enable() {
        var chosen = models.selected();
        Parts.disable(
                measure,
                chosen.map(model -> model.callable() ? "" : "it cannot be called")
                        .orElse("choose a model"));
        Parts.disable(substitute, chosen.isEmpty() ? "choose a model" : "");
        substitute.setText(
                chosen.map(model -> substitutes.contains(model.name())).orElse(false)
                        ? "No longer fall back to it"
                        : "Fall back to it");
    }

    private void substitute() {
        models.selected().ifPresent(model -> {
            List<String> next = new ArrayList<>(substitutes);
            if (!next.remove(model.name())) {
                next.add(model.name());
            }
            context.background().act(() -> context.client().setSubstitutes(next), () -> opened(""));
        });
    }

    private void measure() {
        models.selected()
                .ifPresent(model -> context.background()
                        .readValue(() -> context.client().probeModel(model.name()), state -> {
                            context.say(
                                    switch (state) {
                                        case PanelState.Ready<dev.agentos.bridge.wire.ModelWire.Probe> ready ->
                                            "✓ " + model.name() + ": first token after "
                                                    + Math.round(ready.value().onsetMs()) + " ms, "
                                                    + rate(1, ready.value().tokensPerS()) + " tokens/s";
                                        case PanelState.Failed<dev.agentos.bridge.wire.ModelWire.Probe> failed ->
                                            "✕ " + failed.why() + " → " + failed.next();
                                        case PanelState.Loading<dev.agentos.bridge.wire.ModelWire.Probe> _,
                                                PanelState.Empty<dev.agentos.bridge.wire.ModelWire.Probe> _,
                                                PanelState.Missing<dev.agentos.bridge.wire.ModelWire.Probe> _ -> "";
                                    });
                            opened("");
                        }));
    }

    @Override
    public void show(CenterViewModel state) {}
}
