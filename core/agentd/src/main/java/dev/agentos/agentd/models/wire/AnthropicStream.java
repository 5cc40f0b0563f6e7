package dev.agentos.agentd.models.wire;

import static dev.agentos.agentd.models.wire.JsonTree.tree;

import dev.agentos.domain.model.ModelChunk;
import dev.agentos.domain.model.ModelException;
import dev.agentos.domain.model.ModelReply;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Anthropic's server-sent events: blocks that begin, grow and end, inside a message. */
final class AnthropicStream implements Wire.Stream {

    private final Map<String, @Nullable Object> message;
    private int block = -1;
    /** What the open block is: empty for none, {@code text}, {@code thinking} or the index of a call. */
    private String open = "";

    AnthropicStream(Map<String, @Nullable Object> message) {
        this.message = message;
    }

    @Override
    public String contentType() {
        return "text/event-stream";
    }

    private static String event(String type, @Nullable Object... namesAndValues) {
        Map<String, @Nullable Object> data = tree("type", type);
        data.putAll(tree(namesAndValues));
        return "event: " + type + "\ndata: " + JsonTree.write(data) + "\n\n";
    }

    @Override
    public String begin() {
        return event("message_start", "message", message);
    }

    @Override
    public String chunk(ModelChunk chunk) {
        return switch (chunk) {
            case ModelChunk.Text piece ->
                inBlock("text", tree("type", "text", "text", ""))
                        + delta(tree("type", "text_delta", "text", piece.text()));
            case ModelChunk.Reasoning piece ->
                inBlock("thinking", tree("type", "thinking", "thinking", "", "signature", ""))
                        + delta(tree("type", "thinking_delta", "thinking", piece.text()));
            case ModelChunk.Call piece ->
                inBlock(
                                String.valueOf(piece.index()),
                                tree("type", "tool_use", "id", piece.id(), "name", piece.name(), "input", tree()))
                        + (piece.arguments().isEmpty()
                                ? ""
                                : delta(tree("type", "input_json_delta", "partial_json", piece.arguments())));
        };
    }

    /** Begins a block, after ending the one before, unless it is open already. */
    private String inBlock(String what, Map<String, @Nullable Object> empty) {
        if (open.equals(what)) {
            return "";
        }
        String before = close();
        open = what;
        block++;
        return before + event("content_block_start", "index", block, "content_block", empty);
    }

    private String delta(Map<String, @Nullable Object> delta) {
        return event("content_block_delta", "index", block, "delta", delta);
    }

    private String close() {
        if (open.isEmpty()) {
            return "";
        }
        open = "";
        return event("content_block_stop", "index", block);
    }

    @Override
    public String end(ModelReply reply) {
        return close()
                + event(
                        "message_delta",
                        "delta",
                        tree("stop_reason", AnthropicMessages.stopReason(reply.finish()), "stop_sequence", null),
                        "usage",
                        tree(
                                "input_tokens",
                                reply.usage().prompt(),
                                "output_tokens",
                                reply.usage().completion()))
                + event("message_stop");
    }

    @Override
    public String error(ModelException error) {
        return "event: error\ndata: " + new AnthropicMessages().error(error) + "\n\n";
    }
}
