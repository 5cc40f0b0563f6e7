package dev.agentos.domain.contract;

/** What happens to a call whose values nobody vouches for. */
public enum OnTainted implements Word {
    /** A person is asked. The default. */
    ASK("ask"),
    /** It is refused. */
    REFUSE("refuse");

    private final String word;

    OnTainted(String word) {
        this.word = word;
    }

    @Override
    public String word() {
        return word;
    }
}
