package dev.agentos.domain.model;

import java.util.List;

/** Somebody who runs models. Thread-safe. */
public interface ModelProvider extends AutoCloseable {

    /** Its name, the first part of the names of its models. */
    String name();

    /**
     * What it has now.
     *
     * @throws ModelException when it cannot be asked
     */
    List<ModelCard> models() throws ModelException, InterruptedException;

    /**
     * Asks a model and gives the pieces to the sink as they come.
     *
     * @param request its model is one of {@link #models()}, without the provider's name
     * @param turn tells when to stop early; see {@link #resumes()}
     * @return the whole answer; its usage is what the provider counted, or estimated
     */
    ModelReply generate(ModelRequest request, ChunkSink sink, Turn turn) throws ModelException, InterruptedException;

    /** One vector for each text. */
    Embeddings embed(String model, List<String> texts) throws ModelException, InterruptedException;

    /** The tokens of a prompt, exactly where the provider can tell, otherwise by {@link TokenCount}. */
    default long count(ModelRequest request) {
        return TokenCount.of(request);
    }

    /**
     * Whether an answer that was stopped early can go on from {@link ModelRequest#resumeFrom}, and answers share each
     * step: then prompts are what others wait for, and one more answer past its prompt costs next to nothing.
     */
    default boolean resumes() {
        return false;
    }

    /** How many answers it makes at once before they only slow each other down. */
    default int slots() {
        return 4;
    }

    /**
     * Whether a process of this machine works for it.
     *
     * @param groups the control groups that the process is in, and its sandbox
     * @param program the name of its program
     */
    default boolean isRunBy(List<String> groups, String program) {
        return false;
    }

    @Override
    default void close() {}

    /** The vectors of texts, in order. */
    record Embeddings(String model, List<float[]> vectors, long tokens) {
        public Embeddings {
            vectors = List.copyOf(vectors);
        }
    }

    /** What a running answer is told from outside. */
    interface Turn {
        /** Nobody ever stops it. */
        Turn UNDISTURBED = new Turn() {
            @Override
            public boolean mustYield() {
                return false;
            }

            @Override
            public void onYield(Runnable action) {}

            @Override
            public String scope() {
                return "";
            }
        };

        /** Whether to stop at the next token. */
        boolean mustYield();

        /** Runs the action when the answer is to stop; at once if it already is. */
        void onYield(Runnable action);

        /** Whether it may wait for others: then its prompt is read in portions and its answer comes in larger pieces. */
        default boolean canWait() {
            return false;
        }

        /** The model has begun to answer, though nothing of it can be given on yet. */
        default void begun() {}

        /** Whose data the prompt holds: what was read for one scope is never reused for another. */
        String scope();
    }
}
