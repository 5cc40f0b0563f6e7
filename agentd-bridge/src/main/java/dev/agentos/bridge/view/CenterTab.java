package dev.agentos.bridge.view;

import java.util.Locale;
import java.util.Optional;

/** The places of the window, in the order of its navigation. */
public enum CenterTab {
    HOME("Home", "what happens now"),
    INBOX("Inbox", "what waits for you"),
    AGENTS("Agents", "every agent, as processes"),
    CATALOG("Catalog", "agents, tools and plans that can be started"),
    MODELS("Models", "models of this machine"),
    TOOLS("Tools", "what agents may call, and its approval"),
    AUDIT("Audit", "search, verify and prove what happened"),
    CONTRACTS("Contracts", "write and check a contract"),
    PERMISSIONS("Permissions", "standing grants and secrets"),
    SHELL("Shell", "commands and sentences"),
    SETTINGS("Settings", "look, machine and doctor"),
    TOUR("Tour", "the first ten minutes");

    private final String title;
    private final String about;

    CenterTab(String title, String about) {
        this.title = title;
        this.about = about;
    }

    public String title() {
        return title;
    }

    public String about() {
        return about;
    }

    /** The tab of this name in any case. */
    public static Optional<CenterTab> of(String word) {
        for (CenterTab tab : values()) {
            if (tab.title.toLowerCase(Locale.ROOT).equals(word.toLowerCase(Locale.ROOT))) {
                return Optional.of(tab);
            }
        }
        return Optional.empty();
    }
}
