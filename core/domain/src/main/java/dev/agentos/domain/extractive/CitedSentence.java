package dev.agentos.domain.extractive;

import java.util.Objects;

/**
 * A sentence of the summary, safe to show as plain text.
 *
 * @param line the line of the document on which the sentence begins, from 1
 * @param score rank relative to the best sentence, 0 to 1
 */
public record CitedSentence(String text, String document, int line, double score) {
    public CitedSentence {
        Objects.requireNonNull(text);
        Objects.requireNonNull(document);
    }
}
