package dev.agentos.center.screen.models;

import dev.agentos.bridge.view.CenterViewModel;
import dev.agentos.bridge.view.PanelState;
import dev.agentos.center.ui.Glyph;
import dev.agentos.center.ui.PanelView;
import dev.agentos.center.ui.Parts;
import dev.agentos.center.ui.Screen;
import dev.agentos.center.ui.ScreenContext;
import java.util.ArrayList;
import java.util.List;
import javafx.scene.Node;
import javafx.scene.control.CheckBox;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.VBox;

/** Models that contracts can name here, and which of them flexible contracts may fall back to. */
public final class ModelsView implements Screen {

    private record Models(List<String> here, List<String> substitutes) {}

    private final ScreenContext context;
    private final VBox lines = new VBox();
    private final PanelView<Models> panel = new PanelView<>(Parts.scroll(lines), this::fill);
    private final VBox root;

    public ModelsView(ScreenContext context) {
        this.context = context;
        lines.getStyleClass().add("story");
        VBox here =
                Parts.panel(Parts.head("Models of this machine", Parts.button("Look again", () -> opened(""))), panel);
        VBox.setVgrow(here, Priority.ALWAYS);
        PanelView<String> pull = new PanelView<>(new VBox(), _ -> {});
        pull.show(new PanelState.Missing<>(
                "agentd has no model gateway, so no model can be pulled and no queue is measured.",
                "local/extractive needs none: it picks sentences and runs on every machine."));
        pull.setPrefHeight(180);
        root = new VBox(here, Parts.panel(Parts.head("Pull a model"), pull));
        root.getStyleClass().add("page");
    }

    @Override
    public Node node() {
        return root;
    }

    @Override
    public void opened(String argument) {
        context.background()
                .read(
                        () -> {
                            Models models = new Models(
                                    context.client().status().machine().models(),
                                    context.client().substitutes().models());
                            return models.here().isEmpty()
                                    ? new PanelState.Empty<Models>(
                                            "No model is here.", "Contracts with modelPolicy are refused until one is.")
                                    : PanelState.ready(models);
                        },
                        panel::show);
    }

    private void fill(Models models) {
        lines.getChildren()
                .setAll(models.here().stream().map(model -> line(model, models)).toList());
    }

    private HBox line(String model, Models models) {
        HBox sign = new HBox(new Glyph("●"));
        sign.getStyleClass().addAll("sign", "tone-ok");
        VBox words = new VBox(
                Parts.text(model, "mono", "strong"),
                Parts.prose(
                        model.startsWith("local/") ? "built in: no download, no network" : "found on this machine",
                        "muted"));
        HBox.setHgrow(words, Priority.ALWAYS);
        CheckBox fallBack = new CheckBox("flexible contracts may fall back to it");
        fallBack.setSelected(models.substitutes().contains(model));
        fallBack.setOnAction(_ -> {
            List<String> next = new ArrayList<>(models.substitutes());
            if (!next.remove(model)) {
                next.add(model);
            }
            context.background().act(() -> context.client().setSubstitutes(next), () -> {
                context.say("✓ fall back to: " + (next.isEmpty() ? "nothing" : String.join(", ", next)));
                opened("");
            });
        });
        HBox line = new HBox(sign, words, fallBack);
        line.getStyleClass().add("story-line");
        return line;
    }

    @Override
    public void show(CenterViewModel state) {}
}
