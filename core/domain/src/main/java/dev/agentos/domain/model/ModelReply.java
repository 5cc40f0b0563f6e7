package dev.agentos.domain.model;

import dev.agentos.domain.model.ModelMessage.ToolCall;
import java.util.List;

/**
 * A whole answer.
 *
 * @param model the model that gave it, as {@code provider/model}
 * @param reasoning what it thought aloud; often empty
 */
public record ModelReply(
        String model, String text, String reasoning, List<ToolCall> toolCalls, Finish finish, ModelUsage usage) {

    /** Why an answer ended. */
    public enum Finish {
        /** The model had said all, or met a stop text. */
        STOP,
        /** The most tokens were reached. */
        LENGTH,
        /** It asks for tools. */
        TOOLS,
        /** The provider held something back. */
        FILTERED,
        /** It was stopped from outside and can go on from what it said; see {@link ModelRequest#resumeFrom}. */
        YIELDED
    }

    public ModelReply {
        toolCalls = List.copyOf(toolCalls);
    }

    public ModelReply withModel(String name) {
        return new ModelReply(name, text, reasoning, toolCalls, finish, usage);
    }

    public ModelReply withUsage(ModelUsage used) {
        return new ModelReply(model, text, reasoning, toolCalls, finish, used);
    }

    /** The answer as the next message of the conversation. */
    public ModelMessage message() {
        return ModelMessage.assistant(text, toolCalls);
    }
}
