package dev.agentos.domain.extractive;

import java.util.Objects;

/**
 * One sentence as it was found, not yet safe to show.
 *
 * @param text whitespace collapsed, Markdown removed, otherwise the document's own characters
 * @param document name of the document
 * @param line where the sentence begins, from 1
 * @param position index among the document's sentences, from 0
 */
public record Sentence(String text, String document, int line, int position) {
    public Sentence {
        Objects.requireNonNull(text);
        Objects.requireNonNull(document);
        if (line < 1 || position < 0) {
            throw new IllegalArgumentException("line " + line + ", position " + position);
        }
    }
}
