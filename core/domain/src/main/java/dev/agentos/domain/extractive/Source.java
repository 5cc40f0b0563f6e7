package dev.agentos.domain.extractive;

import java.util.Objects;

/** What one document gave: sentences in the summary, and sentences it holds. */
public record Source(String document, int sentencesUsed, int sentencesTotal) {
    public Source {
        Objects.requireNonNull(document);
        if (sentencesUsed < 0 || sentencesUsed > sentencesTotal) {
            throw new IllegalArgumentException(sentencesUsed + " of " + sentencesTotal + " sentences");
        }
    }
}
