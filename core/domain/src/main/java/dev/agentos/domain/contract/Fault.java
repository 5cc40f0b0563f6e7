package dev.agentos.domain.contract;

import java.util.Optional;

/** What is wrong with one value, before it is known where the value stands. */
record Fault(String code, String message, String next) {
    static Optional<Fault> of(String code, String message, String next) {
        return Optional.of(new Fault(code, message, next));
    }

    /** Refuses a value in a record's constructor, where a fault is a programming error. */
    static void refuse(Optional<Fault> fault) {
        if (fault.isPresent()) {
            throw new IllegalArgumentException(fault.get().message());
        }
    }
}
