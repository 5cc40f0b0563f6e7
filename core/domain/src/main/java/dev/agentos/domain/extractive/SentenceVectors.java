package dev.agentos.domain.extractive;

import java.util.List;

/** Turns sentences into vectors whose cosine says how alike the sentences are. */
@FunctionalInterface
public interface SentenceVectors {

    /**
     * One vector per text, in order, all of one dimension.
     *
     * @throws VectorsUnavailableException when there are none to be had now; the message is shown to people
     */
    List<float[]> vectors(List<String> texts);

    /** Short name of what makes the vectors, for {@link Summary#method()}. */
    default String method() {
        return "vectors";
    }

    /** The same vectors under a name. */
    static SentenceVectors named(String method, SentenceVectors vectors) {
        return new SentenceVectors() {
            @Override
            public List<float[]> vectors(List<String> texts) {
                return vectors.vectors(texts);
            }

            @Override
            public String method() {
                return method;
            }
        };
    }

    /** The vectors cannot be had now. {@link Summariser} goes on with {@link TfIdfVectors} and says so. */
    final class VectorsUnavailableException extends RuntimeException {
        public VectorsUnavailableException(String message) {
            super(message);
        }

        public VectorsUnavailableException(String message, Throwable cause) {
            super(message, cause);
        }
    }
}
