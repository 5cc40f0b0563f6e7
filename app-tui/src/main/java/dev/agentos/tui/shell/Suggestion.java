package dev.agentos.tui.shell;

/** One thing that can be typed next, and what it is. {@code open} when more of the same word follows. */
record Suggestion(String value, String description, String group, boolean open) {}
