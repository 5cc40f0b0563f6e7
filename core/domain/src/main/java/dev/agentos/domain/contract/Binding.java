package dev.agentos.domain.contract;

/** What happens when this machine or a dependency does not match the contract. */
public enum Binding implements Word {
    /** Refuse on any mismatch. The default. */
    STRICT("strict"),
    /** Take version-compatible upgrades with a canary, and roll back on degradation. */
    SMOOTH("smooth"),
    /** Substitute within policy, and log each substitution. */
    FLEXIBLE("flexible");

    private final String word;

    Binding(String word) {
        this.word = word;
    }

    @Override
    public String word() {
        return word;
    }
}
