package dev.agentos.domain.model;

/** Where the pieces of an answer go while they come. */
@FunctionalInterface
public interface ChunkSink {

    /** Throws the pieces away; the whole answer comes at the end. */
    ChunkSink NOWHERE = _ -> {};

    /**
     * Takes the next piece.
     *
     * @throws ModelException of kind GONE when nobody wants more
     */
    void accept(ModelChunk chunk) throws ModelException;
}
