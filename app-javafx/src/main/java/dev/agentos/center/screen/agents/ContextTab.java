package dev.agentos.center.screen.agents;

import dev.agentos.bridge.view.CenterViewModel;
import dev.agentos.bridge.view.PanelState;
import dev.agentos.center.ui.PanelView;
import dev.agentos.center.ui.Parts;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;

/** The context window of an agent's model; this agentd keeps none, and says so. */
final class ContextTab implements AgentTab {

    private final VBox root;

    ContextTab() {
        PanelView<String> panel = new PanelView<>(new VBox(), _ -> {});
        panel.show(new PanelState.Missing<>(
                "agentd keeps no context window, no checkpoint and no child agent that could be shown.",
                "They come with agents that can be saved and can start others."));
        root = Parts.panel(Parts.head("Context, checkpoints, children"), panel);
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
    public void open(String agent) {}

    @Override
    public void show(CenterViewModel state) {}
}
