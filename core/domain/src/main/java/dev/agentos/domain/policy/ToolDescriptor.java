package dev.agentos.domain.policy;

import java.util.List;

/**
 * What the gateway knows of a tool before any call.
 *
 * @param capability the word of a contract that allows it; the tool's own name unless several share one
 * @param pathArguments names of arguments that are file paths, with the access the tool needs there
 */
public record ToolDescriptor(
        String name,
        String capability,
        String summary,
        Effect effect,
        boolean reversible,
        boolean idempotent,
        List<PathArgument> pathArguments) {

    public ToolDescriptor {
        pathArguments = List.copyOf(pathArguments);
    }

    /** What a call does to the world. */
    public enum Effect {
        READS,
        CHANGES,
        COMPUTES
    }

    /** What a tool does at a path. */
    public enum Access {
        READ,
        WRITE
    }

    public record PathArgument(String name, Access access) {}
}
