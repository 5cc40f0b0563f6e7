package dev.agentos.center.screen.agents;

import dev.agentos.bridge.view.CenterViewModel;
import dev.agentos.bridge.view.PanelState;
import dev.agentos.center.ui.PanelView;
import dev.agentos.center.ui.Parts;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;

/** A side that agentd gives nothing for yet. It says so, and what it waits for. */
final class MissingTab implements AgentTab {

    private final String title;
    private final VBox root;

    private MissingTab(String title, String head, String why, String waitsFor) {
        this.title = title;
        PanelView<String> panel = new PanelView<>(new VBox(), _ -> {});
        panel.show(new PanelState.Missing<>(why, waitsFor));
        root = Parts.panel(Parts.head(head), panel);
    }

    static MissingTab checkpoints() {
        return new MissingTab(
                "Checkpoints",
                "Checkpoints",
                "There are no checkpoints yet: an agent cannot be saved, forked or compared.",
                "Waits for agentd to keep checkpoints. What is there now: runs go on after a crash where they were, and "
                        + "agentctl replay AGENT does a recorded run again without touching anything.");
    }

    static MissingTab children() {
        return new MissingTab(
                "Children",
                "Agents that it started",
                "It has started no agent: an agent cannot start another one yet.",
                "Waits for contracts that let an agent start children; each child then stands here under its parent with "
                        + "its own state, calls and cost.");
    }

    @Override
    public String title() {
        return title;
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
