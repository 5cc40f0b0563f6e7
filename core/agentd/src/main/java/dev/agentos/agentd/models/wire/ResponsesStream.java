package dev.agentos.agentd.models.wire;

import static dev.agentos.agentd.models.wire.JsonTree.tree;

import dev.agentos.domain.model.ChunkCollector;
import dev.agentos.domain.model.ModelChunk;
import dev.agentos.domain.model.ModelException;
import dev.agentos.domain.model.ModelMessage.ToolCall;
import dev.agentos.domain.model.ModelReply;
import dev.agentos.domain.model.ModelReply.Finish;
import dev.agentos.domain.model.ModelUsage;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The server-sent events of OpenAI's responses: items that begin, grow and end, each event numbered. */
final class ResponsesStream implements Wire.Stream {

    private final Wire.Ask ask;
    private final Wire.Name name;
    private final ChunkCollector said = new ChunkCollector();
    private int sequence;
    private int items;
    private boolean textOpen;
    private int openCall = -1;

    ResponsesStream(Wire.Ask ask, Wire.Name name) {
        this.ask = ask;
        this.name = name;
    }

    @Override
    public String contentType() {
        return "text/event-stream";
    }

    private String event(String type, @Nullable Object... namesAndValues) {
        Map<String, @Nullable Object> data = tree("type", type, "sequence_number", sequence++);
        data.putAll(tree(namesAndValues));
        return "event: " + type + "\ndata: " + JsonTree.write(data) + "\n\n";
    }

    private Map<String, @Nullable Object> response(String status) {
        return OpenAiResponses.response(ask, name, ask.request().model(), status, List.of(), null);
    }

    @Override
    public String begin() {
        return event("response.created", "response", response("in_progress"))
                + event("response.in_progress", "response", response("in_progress"));
    }

    @Override
    public String chunk(ModelChunk chunk) {
        said.add(chunk);
        return switch (chunk) {
            case ModelChunk.Text piece ->
                openText()
                        + event(
                                "response.output_text.delta",
                                "item_id",
                                "msg_" + name.id(),
                                "output_index",
                                items - 1,
                                "content_index",
                                0,
                                "delta",
                                piece.text(),
                                "logprobs",
                                List.of());
            case ModelChunk.Reasoning _ -> "";
            case ModelChunk.Call piece -> call(piece);
        };
    }

    private String openText() {
        if (textOpen) {
            return "";
        }
        String before = close();
        textOpen = true;
        items++;
        return before
                + event(
                        "response.output_item.added",
                        "output_index",
                        items - 1,
                        "item",
                        OpenAiResponses.messageItem(name, "in_progress", List.of()))
                + event(
                        "response.content_part.added",
                        "item_id",
                        "msg_" + name.id(),
                        "output_index",
                        items - 1,
                        "content_index",
                        0,
                        "part",
                        OpenAiResponses.textPart(""));
    }

    private String call(ModelChunk.Call piece) {
        String before = "";
        if (openCall != piece.index()) {
            before = close();
            openCall = piece.index();
            items++;
            before += event(
                    "response.output_item.added",
                    "output_index",
                    items - 1,
                    "item",
                    OpenAiResponses.callItem(
                            name, items - 1, new ToolCall(piece.id(), piece.name(), ""), "in_progress"));
        }
        return piece.arguments().isEmpty()
                ? before
                : before
                        + event(
                                "response.function_call_arguments.delta",
                                "item_id",
                                "fc_" + name.id() + "_" + (items - 1),
                                "output_index",
                                items - 1,
                                "delta",
                                piece.arguments());
    }

    /** Ends the item that is open. */
    private String close() {
        ModelReply so = said.reply("", Finish.STOP, ModelUsage.NONE);
        if (textOpen) {
            textOpen = false;
            Map<String, @Nullable Object> part = OpenAiResponses.textPart(so.text());
            return event(
                            "response.output_text.done",
                            "item_id",
                            "msg_" + name.id(),
                            "output_index",
                            items - 1,
                            "content_index",
                            0,
                            "text",
                            so.text(),
                            "logprobs",
                            List.of())
                    + event(
                            "response.content_part.done",
                            "item_id",
                            "msg_" + name.id(),
                            "output_index",
                            items - 1,
                            "content_index",
                            0,
                            "part",
                            part)
                    + event(
                            "response.output_item.done",
                            "output_index",
                            items - 1,
                            "item",
                            OpenAiResponses.messageItem(name, "completed", List.of(part)));
        }
        if (openCall >= 0) {
            ToolCall call = so.toolCalls().get(openCall);
            openCall = -1;
            return event(
                            "response.function_call_arguments.done",
                            "item_id",
                            "fc_" + name.id() + "_" + (items - 1),
                            "output_index",
                            items - 1,
                            "name",
                            call.name(),
                            "arguments",
                            call.arguments())
                    + event(
                            "response.output_item.done",
                            "output_index",
                            items - 1,
                            "item",
                            OpenAiResponses.callItem(name, items - 1, call, "completed"));
        }
        return "";
    }

    @Override
    public String end(ModelReply reply) {
        String open = items == 0 ? openText() : "";
        String status = OpenAiResponses.status(reply);
        return open
                + close()
                + event(
                        "response." + status,
                        "response",
                        OpenAiResponses.response(
                                ask, name, reply.model(), status, OpenAiResponses.output(name, reply), reply));
    }

    @Override
    public String error(ModelException error) {
        Map<String, @Nullable Object> failed = response("failed");
        failed.put("error", tree("code", error.kind().code(), "message", error.words() + "; " + error.next()));
        return event("response.failed", "response", failed);
    }
}
