package dev.agentos.domain.model;

/** A piece of an answer, in the order in which the model said it. */
public sealed interface ModelChunk {

    /** The next piece of the text. */
    record Text(String text) implements ModelChunk {}

    /** The next piece of what a model thinks before it answers. */
    record Reasoning(String text) implements ModelChunk {}

    /**
     * A piece of a tool call.
     *
     * @param index which call of the answer, from 0
     * @param id and {@code name}: in the first piece of a call; later empty
     * @param arguments the next piece of the arguments' JSON
     */
    record Call(int index, String id, String name, String arguments) implements ModelChunk {}
}
