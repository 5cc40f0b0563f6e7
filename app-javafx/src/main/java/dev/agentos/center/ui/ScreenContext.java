package dev.agentos.center.ui;

import dev.agentos.bridge.client.AgentdClient;
import dev.agentos.bridge.view.CenterViewModel;
import dev.agentos.bridge.view.Place;

/** What a screen may use. */
public record ScreenContext(
        AgentdClient client,
        Store<CenterViewModel> store,
        Background background,
        CommandRunner commands,
        Preferences preferences,
        Runnable refresh) {

    /** Opens a place. */
    public void go(Place place) {
        store.change(state -> state.at(place));
    }

    /** Shows one line to the person. */
    public void say(String text) {
        store.change(state -> state.said(text));
    }

    /** Does something to agentd, says so, and looks again. */
    public void act(String done, Runnable work) {
        background.act(work, () -> {
            say("✓ " + done);
            refresh.run();
        });
    }
}
