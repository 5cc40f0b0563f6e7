package dev.agentos.center.screen.agents;

import dev.agentos.bridge.view.CenterViewModel;
import javafx.scene.layout.Region;

/** One side of an agent. */
interface AgentTab {

    String title();

    Region node();

    /** Shows this agent; reads what it needs. */
    void open(String agent);

    void show(CenterViewModel state);
}
