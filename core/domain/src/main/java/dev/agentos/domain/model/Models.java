package dev.agentos.domain.model;

import java.util.List;

/**
 * The one way to a model. Every call is routed by the caller's contract, counted against its budgets, queued by its class,
 * recorded, and answered or refused with a reason.
 */
public interface Models {

    /**
     * Asks a model.
     *
     * @param sink gets the pieces as they come; a piece that was given is never repeated
     * @return the whole answer
     * @throws ModelException when there is none; if pieces were given before it, they are all there is
     */
    ModelReply call(ModelCaller caller, ModelRequest request, ChunkSink sink)
            throws ModelException, InterruptedException;

    /** Vectors of texts. */
    ModelProvider.Embeddings embed(ModelCaller caller, String model, List<String> texts)
            throws ModelException, InterruptedException;

    /** The models that this caller may call now, under the names of its contract. */
    List<ModelCard> list(ModelCaller caller);
}
