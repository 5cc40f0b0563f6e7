package dev.agentos.tui;

/** The exit codes of agentctl. */
public final class Exit {
    public static final int DONE = 0;
    public static final int FAILED = 1;
    public static final int USAGE = 2;
    /** By contract, policy or admission. */
    public static final int REFUSED = 3;
    /** A person said no, or nobody answered. */
    public static final int NOT_CONSENTED = 4;
    /** No such thing. */
    public static final int NOT_FOUND = 5;

    public static final int UNREACHABLE = 69;

    /** {@code agentctl run}: its own failure, not the command's. */
    public static final int RUN_FAILED = 125;
    /** {@code agentctl run}: refused. */
    public static final int RUN_REFUSED = 126;
    /** {@code agentctl run}: the command was not found or cannot be executed. */
    public static final int RUN_NO_COMMAND = 127;
    /** A signal's number is added to this. */
    public static final int SIGNAL = 128;

    private Exit() {}
}
