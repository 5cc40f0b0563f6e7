package dev.agentos.domain.extractive;

import java.util.Objects;

/** A named text to read. Both parts are untrusted. */
public record Document(String name, String text) {
    public Document {
        Objects.requireNonNull(name);
        Objects.requireNonNull(text);
    }
}
