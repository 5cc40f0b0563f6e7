package dev.agentos.domain.contract;

/** Where a model may run. */
public enum Placement implements Word {
    /** On machines that the operator runs, this one included. */
    ON_PREM("on-prem"),
    /** On a machine close to the agent, outside the operator's own rooms. */
    EDGE("edge"),
    /** At a provider's. */
    CLOUD("cloud");

    private final String word;

    Placement(String word) {
        this.word = word;
    }

    @Override
    public String word() {
        return word;
    }
}
