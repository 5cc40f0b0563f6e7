package dev.agentos.bridge.view;

/**
 * Where the window is.
 *
 * @param argument what is opened there, for example an agent's id; empty for the place itself
 */
public record Place(CenterTab tab, String argument) {

    public static Place of(CenterTab tab) {
        return new Place(tab, "");
    }

    public static Place agent(String id) {
        return new Place(CenterTab.AGENTS, id);
    }
}
