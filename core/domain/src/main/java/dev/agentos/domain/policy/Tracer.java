package dev.agentos.domain.policy;

import java.util.Optional;

/** Tells where the values of a call came from. */
public interface Tracer {

    /** What is known of a value. {@code source} says who gave it; empty where nobody did. */
    record Found(Provenance provenance, String source) {}

    Found find(String argument, String value);

    /** Everything that the person wrote for the task. */
    String person();

    /** The call that showed a secret which the value holds. */
    Optional<String> secretIn(String value);
}
