package dev.agentos.agentd.models.wire;

import static dev.agentos.agentd.models.wire.JsonTree.list;
import static dev.agentos.agentd.models.wire.JsonTree.object;
import static dev.agentos.agentd.models.wire.JsonTree.text;
import static dev.agentos.agentd.models.wire.JsonTree.tree;

import dev.agentos.domain.model.ModelChunk;
import dev.agentos.domain.model.ModelException;
import dev.agentos.domain.model.ModelException.Kind;
import dev.agentos.domain.model.ModelMessage;
import dev.agentos.domain.model.ModelMessage.Role;
import dev.agentos.domain.model.ModelMessage.ToolCall;
import dev.agentos.domain.model.ModelReply;
import dev.agentos.domain.model.ModelReply.Finish;
import dev.agentos.domain.model.ModelRequest;
import dev.agentos.domain.model.ModelRequest.OutputFormat;
import dev.agentos.domain.model.ModelRequest.ToolChoice;
import dev.agentos.domain.model.ModelRequest.ToolSpec;
import dev.agentos.domain.model.ModelUsage;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** OpenAI's chat completions: read and written as a server, and written as a client. */
public final class OpenAiChat implements Wire {

    /** What extras are marked with. */
    public static final String WIRE = "openai";

    /** Fields that a request has in its own form. */
    private static final Set<String> KNOWN = Set.of(
            "model",
            "messages",
            "tools",
            "tool_choice",
            "response_format",
            "max_tokens",
            "max_completion_tokens",
            "temperature",
            "top_p",
            "seed",
            "stop",
            "stream",
            "stream_options");

    // ------------------------------------------------------------------ as a server

    @Override
    public Ask read(String body) throws ModelException {
        Map<String, @Nullable Object> map = JsonTree.parse(body, Kind.BAD_REQUEST);
        if (JsonTree.number(map, "n").orElse(1L) != 1) {
            throw OpenAiParts.bad("one answer is given, so n must be 1");
        }
        List<ModelMessage> messages = new ArrayList<>();
        for (Object message : list(map, "messages")) {
            messages.add(message(object(message)));
        }
        if (messages.isEmpty()) {
            throw OpenAiParts.bad("messages is empty");
        }
        Map<String, @Nullable Object> extras = new LinkedHashMap<>(map);
        extras.keySet().removeAll(KNOWN);
        ModelRequest request = new ModelRequest(
                text(map, "model"),
                messages,
                tools(list(map, "tools")),
                OpenAiParts.choice(map.get("tool_choice")),
                OpenAiParts.format(object(map, "response_format")),
                OpenAiParts.sampling(map, "max_tokens", "max_completion_tokens"),
                JsonTree.present(extras),
                WIRE,
                "");
        return new Ask(request, OpenAiParts.streams(map), map);
    }

    private static ModelMessage message(Map<String, @Nullable Object> map) throws ModelException {
        OpenAiParts.Content content = OpenAiParts.content(map.get("content"));
        Role role = switch (text(map, "role")) {
            case "system", "developer" -> Role.SYSTEM;
            case "user" -> Role.USER;
            case "assistant" -> Role.ASSISTANT;
            case "tool", "function" -> Role.TOOL;
            default -> throw OpenAiParts.bad("there is no role \"" + text(map, "role") + "\"");
        };
        List<ToolCall> calls = new ArrayList<>();
        for (Object call : list(map, "tool_calls")) {
            Map<String, @Nullable Object> function = object(object(call), "function");
            calls.add(new ToolCall(text(object(call), "id"), text(function, "name"), text(function, "arguments")));
        }
        return new ModelMessage(
                role, content.text(), content.images(), calls, text(map, "tool_call_id"), text(map, "name"));
    }

    static List<ToolSpec> tools(List<Object> tools) {
        List<ToolSpec> specs = new ArrayList<>();
        for (Object tool : tools) {
            Map<String, @Nullable Object> map = object(tool);
            Map<String, @Nullable Object> function = map.containsKey("function") ? object(map, "function") : map;
            if (!text(function, "name").isEmpty()) {
                specs.add(new ToolSpec(
                        text(function, "name"),
                        text(function, "description"),
                        JsonTree.present(object(function, "parameters"))));
            }
        }
        return specs;
    }

    @Override
    public String whole(Ask ask, Name name, ModelReply reply) {
        Map<String, @Nullable Object> message = tree("role", "assistant", "content", reply.text());
        if (!reply.reasoning().isEmpty()) {
            message.put("reasoning_content", reply.reasoning());
        }
        if (!reply.toolCalls().isEmpty()) {
            message.put("content", reply.text().isEmpty() ? null : reply.text());
            message.put("tool_calls", calls(reply.toolCalls()));
        }
        return JsonTree.write(tree(
                "id",
                "chatcmpl-" + name.id(),
                "object",
                "chat.completion",
                "created",
                name.epochSecond(),
                "model",
                reply.model(),
                "choices",
                List.of(tree(
                        "index",
                        0,
                        "message",
                        message,
                        "logprobs",
                        null,
                        "finish_reason",
                        OpenAiParts.finish(reply.finish()))),
                "usage",
                OpenAiParts.usage(reply.usage())));
    }

    private static List<Object> calls(List<ToolCall> calls) {
        List<Object> list = new ArrayList<>();
        for (ToolCall call : calls) {
            list.add(tree(
                    "id",
                    call.id(),
                    "type",
                    "function",
                    "function",
                    tree("name", call.name(), "arguments", call.arguments())));
        }
        return list;
    }

    @Override
    public Stream stream(Ask ask, Name name) {
        boolean usage = JsonTree.flag(object(ask.body(), "stream_options"), "include_usage", false);
        return new Chunks(ask.request().model(), name, usage);
    }

    @Override
    public String error(ModelException error) {
        return OpenAiParts.error(error);
    }

    /** Server-sent events, one for each piece. */
    private static final class Chunks implements Stream {
        private final String head;
        private final boolean usage;

        Chunks(String model, Name name, boolean usage) {
            String object = JsonTree.write(tree(
                    "id",
                    "chatcmpl-" + name.id(),
                    "object",
                    "chat.completion.chunk",
                    "created",
                    name.epochSecond(),
                    "model",
                    model));
            this.head = "data: " + object.substring(0, object.length() - 1) + ",\"choices\":[";
            this.usage = usage;
        }

        @Override
        public String contentType() {
            return "text/event-stream";
        }

        private String delta(Map<String, @Nullable Object> delta, @Nullable String finish) {
            return head + JsonTree.write(tree("index", 0, "delta", delta, "logprobs", null, "finish_reason", finish))
                    + "]}\n\n";
        }

        @Override
        public String begin() {
            return delta(tree("role", "assistant", "content", ""), null);
        }

        @Override
        public String chunk(ModelChunk chunk) {
            return switch (chunk) {
                case ModelChunk.Text piece -> delta(tree("content", piece.text()), null);
                case ModelChunk.Reasoning piece -> delta(tree("reasoning_content", piece.text()), null);
                case ModelChunk.Call piece -> delta(tree("tool_calls", List.of(call(piece))), null);
            };
        }

        private static Map<String, @Nullable Object> call(ModelChunk.Call piece) {
            Map<String, @Nullable Object> call = tree("index", piece.index());
            Map<String, @Nullable Object> function = new LinkedHashMap<>();
            if (!piece.id().isEmpty()) {
                call.put("id", piece.id());
                call.put("type", "function");
            }
            if (!piece.name().isEmpty()) {
                function.put("name", piece.name());
            }
            function.put("arguments", piece.arguments());
            call.put("function", function);
            return call;
        }

        @Override
        public String end(ModelReply reply) {
            String last = delta(tree(), OpenAiParts.finish(reply.finish()));
            if (usage) {
                last += head + "],\"usage\":" + JsonTree.write(OpenAiParts.usage(reply.usage())) + "}\n\n";
            }
            return last + "data: [DONE]\n\n";
        }

        @Override
        public String error(ModelException error) {
            return "data: " + OpenAiParts.error(error) + "\n\n";
        }
    }

    // ------------------------------------------------------------------ as a client

    /** The body of a request to a provider. */
    public static String write(ModelRequest request, boolean stream) {
        Map<String, @Nullable Object> body = new LinkedHashMap<>();
        if (request.wire().equals(WIRE)) {
            body.putAll(request.extras());
        }
        body.put("model", request.model());
        List<Object> messages = new ArrayList<>();
        request.messages().forEach(message -> messages.add(message(message)));
        if (!request.resumeFrom().isEmpty()) {
            messages.add(tree("role", "assistant", "content", request.resumeFrom()));
        }
        body.put("messages", messages);
        if (!request.tools().isEmpty()) {
            List<Object> tools = new ArrayList<>();
            for (ToolSpec tool : request.tools()) {
                tools.add(tree(
                        "type",
                        "function",
                        "function",
                        tree("name", tool.name(), "description", tool.description(), "parameters", tool.parameters())));
            }
            body.put("tools", tools);
            body.put("tool_choice", choice(request.choice()));
        }
        switch (request.format()) {
            case OutputFormat.Text _ -> {}
            case OutputFormat.Json _ -> body.put("response_format", tree("type", "json_object"));
            case OutputFormat.Schema schema ->
                body.put(
                        "response_format",
                        tree(
                                "type",
                                "json_schema",
                                "json_schema",
                                tree(
                                        "name",
                                        schema.name().isEmpty() ? "answer" : schema.name(),
                                        "schema",
                                        schema.schema())));
        }
        request.sampling().maxTokens().ifPresent(most -> body.put("max_tokens", most));
        request.sampling().temperature().ifPresent(value -> body.put("temperature", value));
        request.sampling().topP().ifPresent(value -> body.put("top_p", value));
        request.sampling().seed().ifPresent(value -> body.put("seed", value));
        if (!request.sampling().stop().isEmpty()) {
            body.put("stop", request.sampling().stop());
        }
        body.put("stream", stream);
        if (stream) {
            body.put("stream_options", tree("include_usage", true));
        }
        return JsonTree.write(body);
    }

    private static Object choice(ToolChoice choice) {
        return switch (choice) {
            case ToolChoice.Auto _ -> "auto";
            case ToolChoice.None _ -> "none";
            case ToolChoice.Required _ -> "required";
            case ToolChoice.Named named -> tree("type", "function", "function", tree("name", named.tool()));
        };
    }

    private static Map<String, @Nullable Object> message(ModelMessage message) {
        Map<String, @Nullable Object> map = tree("role", message.role().word());
        if (message.images().isEmpty()) {
            map.put("content", message.text().isEmpty() && !message.toolCalls().isEmpty() ? null : message.text());
        } else {
            List<Object> parts = new ArrayList<>();
            parts.add(tree("type", "text", "text", message.text()));
            message.images()
                    .forEach(image ->
                            parts.add(tree("type", "image_url", "image_url", tree("url", OpenAiParts.url(image)))));
            map.put("content", parts);
        }
        if (!message.toolCalls().isEmpty()) {
            map.put("tool_calls", calls(message.toolCalls()));
        }
        if (!message.toolCallId().isEmpty()) {
            map.put("tool_call_id", message.toolCallId());
        }
        if (!message.name().isEmpty() && message.role() != Role.TOOL) {
            map.put("name", message.name());
        }
        return map;
    }

    /** What a provider counted; empty where it did not. */
    public static Optional<ModelUsage> usage(Map<String, @Nullable Object> usage) {
        return OpenAiParts.usage(usage);
    }

    /** The end that a provider names. */
    public static Finish finish(String reason) {
        return OpenAiParts.finish(reason);
    }
}
