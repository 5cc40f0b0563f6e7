package dev.agentos.domain.contract;

/** When a stopped agent is started again. */
public enum RestartPolicy implements Word {
    /** Not at all. The default. */
    NEVER("never"),
    /** After a crash, a missed heartbeat or a non-zero exit. */
    ON_FAILURE("on-failure"),
    /** After any exit that nobody asked for. */
    ALWAYS("always");

    private final String word;

    RestartPolicy(String word) {
        this.word = word;
    }

    @Override
    public String word() {
        return word;
    }
}
