package dev.agentos.domain.contract;

/** What a question does while nobody is there to answer it. */
public enum Unattended implements Word {
    /** It waits, up to the contract's max_wait, then it is refused. The default. */
    WAIT("wait"),
    /** It is refused at once. */
    REFUSE("refuse");

    private final String word;

    Unattended(String word) {
        this.word = word;
    }

    @Override
    public String word() {
        return word;
    }
}
