package dev.agentos.domain.lifecycle;

/**
 * Where an agent stands. "Needs you" is no state of its own: it is a running agent with an open ask, so it vanishes
 * by itself when the ask does.
 */
public enum AgentState {
    QUEUED("queued", "◌"),
    STARTING("starting", "◌"),
    RUNNING("running", "●"),
    PAUSED("paused", "⏸"),
    BACKOFF("waiting to restart", "◌"),
    STOPPING("stopping", "◌"),
    DONE("done", "✓"),
    FAILED("failed", "✕"),
    KILLED("killed", "✕"),
    DEAD("dead letter", "✕");

    private final String word;
    private final String glyph;

    AgentState(String word, String glyph) {
        this.word = word;
        this.glyph = glyph;
    }

    /** The word every face shows. */
    public String word() {
        return word;
    }

    public String glyph() {
        return glyph;
    }

    /** Whether the agent is over. Its resources are free again. */
    public boolean isFinal() {
        return this == DONE || this == FAILED || this == KILLED || this == DEAD;
    }
}
