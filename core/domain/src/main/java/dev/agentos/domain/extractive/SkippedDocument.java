package dev.agentos.domain.extractive;

import java.util.Objects;

/** A document that was not read, and why. */
public record SkippedDocument(String document, String why) {
    public SkippedDocument {
        Objects.requireNonNull(document);
        Objects.requireNonNull(why);
    }
}
