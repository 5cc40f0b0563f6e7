package dev.agentos.domain.language;

/** What running a command would do, said before it runs. */
public enum Effect {
    /** Nothing is altered. */
    READS("reads"),
    /** Something is altered; a second key is needed. */
    CHANGES("changes"),
    /** The command itself puts a question before anything is altered. */
    ASKS("asks first");

    private final String word;

    Effect(String word) {
        this.word = word;
    }

    /** As every face shows it. */
    public String word() {
        return word;
    }
}
