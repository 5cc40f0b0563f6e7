package dev.agentos.bridge.view;

/** What a thing means to its reader; each face has a colour for it, and never the colour alone. */
public enum Tone {
    /** Nothing special. */
    PLAIN,
    /** Of less interest. */
    MUTED,
    /** It is well. */
    OK,
    /** A person is needed. */
    NEEDS,
    /** It went wrong, or was refused. */
    BAD;

    /** The tone of an agent's state word. */
    public static Tone ofWord(String word) {
        return switch (word) {
            case "running", "done" -> OK;
            case "needs you" -> NEEDS;
            case "failed", "killed", "dead letter" -> BAD;
            case "paused", "queued", "starting", "stopping", "waiting to restart" -> MUTED;
            default -> PLAIN;
        };
    }
}
