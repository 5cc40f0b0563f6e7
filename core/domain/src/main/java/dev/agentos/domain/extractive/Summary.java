package dev.agentos.domain.extractive;

import java.util.List;
import java.util.Objects;

/**
 * The result of {@link Summariser}. Every text in it is safe to show: characters that would not be seen, or would
 * reorder what is seen, are written out as escapes.
 *
 * @param method what ranked the sentences, for example {@code lexrank/minilm}
 * @param sources the documents read, in the order given
 * @param notes what a reader should know about how the result came about; often empty
 * @param markdown the whole of it as one document
 */
public record Summary(
        String title,
        String method,
        List<CitedSentence> sentences,
        List<Source> sources,
        List<SkippedDocument> skipped,
        List<String> notes,
        String markdown) {
    public Summary {
        Objects.requireNonNull(title);
        Objects.requireNonNull(method);
        sentences = List.copyOf(sentences);
        sources = List.copyOf(sources);
        skipped = List.copyOf(skipped);
        notes = List.copyOf(notes);
        Objects.requireNonNull(markdown);
    }
}
