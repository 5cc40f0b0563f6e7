package dev.agentos.domain.consent;

/** Why an act is in the high tier. It looks different everywhere and needs the last word of its object typed. */
public enum HighRisk {
    PAYMENT("it spends money"),
    CREDENTIAL("it uses or gives away a credential"),
    NEW_DOMAIN("it reaches a domain for the first time"),
    DELETE_OUTSIDE("it deletes outside the workspace"),
    CONTRACT_CHANGE("it changes what the contract allows");

    private final String why;

    HighRisk(String why) {
        this.why = why;
    }

    /** The reason in words. */
    public String why() {
        return why;
    }
}
