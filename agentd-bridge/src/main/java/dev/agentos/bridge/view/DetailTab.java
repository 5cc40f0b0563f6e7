package dev.agentos.bridge.view;

import java.util.List;

/** The sides of one agent's story. */
public enum DetailTab {
    TIMELINE("Timeline"),
    LOG("Log"),
    CALLS("Tools"),
    MODELS("Model calls"),
    FILES("Files"),
    CONTRACT("Contract"),
    CONTEXT("Context");

    private final String title;

    DetailTab(String title) {
        this.title = title;
    }

    public String title() {
        return title;
    }

    /** The next one, round and round. */
    public DetailTab next(int by) {
        List<DetailTab> all = List.of(values());
        return all.get(Math.floorMod(all.indexOf(this) + by, all.size()));
    }
}
