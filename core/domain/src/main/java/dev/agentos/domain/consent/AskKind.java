package dev.agentos.domain.consent;

/** What kind of act waits for a person. All of them wait in one queue and are answered alike. */
public enum AskKind {
    /** A call of a tool. */
    TOOL("tool", "use"),
    /** A connection to a domain that the contract does not list. */
    DOMAIN("domain", "connect to"),
    /** More of a limit than the contract gives. */
    BUDGET("budget", "raise"),
    /** Another model or tool in place of the one that was declared. */
    SUBSTITUTION("substitution", "use instead"),
    /** Staged changes that are to be kept, as one diff. */
    STAGED_DIFF("staged-diff", "keep"),
    /** An operation that the kernel holds until it is answered. */
    HELD_SYSCALL("held-syscall", "do"),
    /** The plan of a run, shown once before it begins; an Allow covers its steps. */
    PLAN("plan", "follow");

    private final String word;
    private final String verb;

    AskKind(String word, String verb) {
        this.word = word;
        this.verb = verb;
    }

    /** The word on the wire. */
    public String word() {
        return word;
    }

    /** The verb of a title where the asker gives none. */
    public String verb() {
        return verb;
    }
}
