package dev.agentos.domain.policy;

import java.util.Locale;

/** Where a value in the arguments of a call came from, as far as that can be seen. */
public enum Provenance {
    /** The person wrote it: in the task, in the plan, on the command line. */
    PERSON,
    /** A reader whose results the tool's descriptor or the contract calls trusted gave it, whole. */
    TRUSTED,
    /** The contract itself names the place it lies in. */
    CONTRACT,
    /** It stands in text that somebody else may have written. */
    UNTRUSTED,
    /** Nobody in this task is known to have given it. */
    UNKNOWN;

    /** Whether somebody who may decide about it stands behind it. */
    public boolean isVouched() {
        return this == PERSON || this == TRUSTED || this == CONTRACT;
    }

    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
