package dev.agentos.domain.contract;

import dev.agentos.domain.policy.Origins.Check;

/** Which values of a call must come from the person, a trusted reader or the contract. */
public enum CheckOrigins implements Word {
    /** What says where an effect goes, and addresses inside what it carries. The default. */
    DESTINATIONS("destinations", Check.DESTINATIONS),
    /** Every value of every argument. */
    EVERYTHING("everything", Check.EVERYTHING),
    /** None: only the tool list and the task's scope decide. */
    OFF("off", Check.OFF);

    private final String word;
    private final Check check;

    CheckOrigins(String word, Check check) {
        this.word = word;
        this.check = check;
    }

    @Override
    public String word() {
        return word;
    }

    public Check check() {
        return check;
    }
}
