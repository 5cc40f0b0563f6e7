package dev.agentos.domain.contract;

import java.util.Locale;

/** How bad a {@link Problem} is: an error refuses the contract, a warning does not. */
public enum Severity {
    ERROR,
    WARNING;

    String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
