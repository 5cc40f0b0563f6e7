package dev.agentos.domain.model;

import java.util.List;

/**
 * One message of a conversation.
 *
 * @param text what it says; empty where it only calls tools or shows images
 * @param images pictures beside the text, in order
 * @param toolCalls calls that an assistant's message makes
 * @param toolCallId for a tool's message: which call it answers; otherwise empty
 * @param name the tool's name, or a participant's; often empty
 */
public record ModelMessage(
        Role role, String text, List<Image> images, List<ToolCall> toolCalls, String toolCallId, String name) {

    /** Who speaks. */
    public enum Role {
        SYSTEM("system"),
        USER("user"),
        ASSISTANT("assistant"),
        TOOL("tool");

        private final String word;

        Role(String word) {
            this.word = word;
        }

        /** The word on every wire. */
        public String word() {
            return word;
        }
    }

    /**
     * A picture, by value or by address.
     *
     * @param mediaType for example {@code image/png}; empty for an address
     * @param data base64, or the address
     */
    public record Image(String mediaType, String data) {}

    /**
     * A call of a tool that a model asks for.
     *
     * @param arguments a JSON object as text; it may be no JSON where a model wrote nonsense
     */
    public record ToolCall(String id, String name, String arguments) {}

    public ModelMessage {
        images = List.copyOf(images);
        toolCalls = List.copyOf(toolCalls);
    }

    public static ModelMessage of(Role role, String text) {
        return new ModelMessage(role, text, List.of(), List.of(), "", "");
    }

    public static ModelMessage system(String text) {
        return of(Role.SYSTEM, text);
    }

    public static ModelMessage user(String text) {
        return of(Role.USER, text);
    }

    public static ModelMessage assistant(String text, List<ToolCall> calls) {
        return new ModelMessage(Role.ASSISTANT, text, List.of(), calls, "", "");
    }

    /** The result of a tool. */
    public static ModelMessage tool(String callId, String name, String result) {
        return new ModelMessage(Role.TOOL, result, List.of(), List.of(), callId, name);
    }
}
