package dev.agentos.bridge.view;

import java.util.List;

/** The places of the control centre, in the order in which both faces show them. */
public enum MonitorTab {
    AGENTS("Agents"),
    INBOX("Inbox"),
    TREE("Tree"),
    CATALOG("Catalog"),
    MODELS("Models"),
    TOOLS("Tools"),
    AUDIT("Audit"),
    EVENTS("Events");

    private final String title;

    MonitorTab(String title) {
        this.title = title;
    }

    public String title() {
        return title;
    }

    /** The next one, round and round. */
    public MonitorTab next(int by) {
        List<MonitorTab> all = List.of(values());
        return all.get(Math.floorMod(all.indexOf(this) + by, all.size()));
    }
}
