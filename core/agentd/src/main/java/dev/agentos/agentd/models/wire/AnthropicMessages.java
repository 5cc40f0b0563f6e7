package dev.agentos.agentd.models.wire;

import static dev.agentos.agentd.models.wire.JsonTree.list;
import static dev.agentos.agentd.models.wire.JsonTree.object;
import static dev.agentos.agentd.models.wire.JsonTree.text;
import static dev.agentos.agentd.models.wire.JsonTree.tree;

import dev.agentos.domain.model.ModelException;
import dev.agentos.domain.model.ModelException.Kind;
import dev.agentos.domain.model.ModelMessage;
import dev.agentos.domain.model.ModelMessage.Image;
import dev.agentos.domain.model.ModelMessage.Role;
import dev.agentos.domain.model.ModelMessage.ToolCall;
import dev.agentos.domain.model.ModelReply;
import dev.agentos.domain.model.ModelReply.Finish;
import dev.agentos.domain.model.ModelRequest;
import dev.agentos.domain.model.ModelRequest.OutputFormat;
import dev.agentos.domain.model.ModelRequest.Sampling;
import dev.agentos.domain.model.ModelRequest.ToolChoice;
import dev.agentos.domain.model.ModelRequest.ToolSpec;
import dev.agentos.domain.model.ModelUsage;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Anthropic's messages: read and written as a server, and written as a client. */
public final class AnthropicMessages implements Wire {

    /** What extras are marked with. */
    public static final String WIRE = "anthropic";

    private static final int USUAL_ANSWER = 4_096;

    private static final Set<String> KNOWN = Set.of(
            "model",
            "messages",
            "system",
            "tools",
            "tool_choice",
            "max_tokens",
            "temperature",
            "top_p",
            "stop_sequences",
            "stream");

    // ------------------------------------------------------------------ as a server

    @Override
    public Ask read(String body) throws ModelException {
        Map<String, @Nullable Object> map = JsonTree.parse(body, Kind.BAD_REQUEST);
        List<ModelMessage> messages = new ArrayList<>();
        String system = joined(map.get("system"));
        if (!system.isEmpty()) {
            messages.add(ModelMessage.system(system));
        }
        for (Object message : list(map, "messages")) {
            messages(object(message), messages);
        }
        if (messages.isEmpty()) {
            throw OpenAiParts.bad("messages is empty");
        }
        Map<String, @Nullable Object> extras = new LinkedHashMap<>(map);
        extras.keySet().removeAll(KNOWN);
        OptionalInt most = JsonTree.number(map, "max_tokens")
                .filter(value -> value >= 1 && value <= Integer.MAX_VALUE)
                .map(value -> OptionalInt.of(value.intValue()))
                .orElse(OptionalInt.empty());
        Sampling sampling = new Sampling(
                most,
                OpenAiParts.decimal(map, "temperature"),
                OpenAiParts.decimal(map, "top_p"),
                OptionalLong.empty(),
                list(map, "stop_sequences").stream().map(String::valueOf).toList());
        ModelRequest request = new ModelRequest(
                text(map, "model"),
                messages,
                tools(list(map, "tools")),
                choice(object(map, "tool_choice")),
                new OutputFormat.Text(),
                sampling,
                JsonTree.present(extras),
                WIRE,
                "");
        return new Ask(request, OpenAiParts.streams(map), map);
    }

    /** One message of theirs can be several of ours: each result of a tool is a message of its own. */
    private static void messages(Map<String, @Nullable Object> map, List<ModelMessage> into) throws ModelException {
        Role role = switch (text(map, "role")) {
            case "user" -> Role.USER;
            case "assistant" -> Role.ASSISTANT;
            case "system" -> Role.SYSTEM;
            default -> throw OpenAiParts.bad("there is no role \"" + text(map, "role") + "\"");
        };
        if (map.get("content") instanceof String whole) {
            into.add(ModelMessage.of(role, whole));
            return;
        }
        StringBuilder text = new StringBuilder();
        List<Image> images = new ArrayList<>();
        List<ToolCall> calls = new ArrayList<>();
        for (Object block : list(map, "content")) {
            Map<String, @Nullable Object> part = object(block);
            switch (text(part, "type")) {
                case "text" -> text.append(text(part, "text"));
                case "image" -> images.add(image(object(part, "source")));
                case "tool_use" ->
                    calls.add(
                            new ToolCall(text(part, "id"), text(part, "name"), JsonTree.write(object(part, "input"))));
                case "tool_result" ->
                    into.add(ModelMessage.tool(text(part, "tool_use_id"), "", joined(part.get("content"))));
                default -> {}
            }
        }
        if (!text.isEmpty() || !images.isEmpty() || !calls.isEmpty()) {
            into.add(new ModelMessage(role, text.toString(), images, calls, "", ""));
        }
    }

    private static Image image(Map<String, @Nullable Object> source) {
        return text(source, "type").equals("url")
                ? new Image("", text(source, "url"))
                : new Image(text(source, "media_type"), text(source, "data"));
    }

    /** A text, or the texts of blocks. */
    private static String joined(@Nullable Object content) {
        if (content instanceof String whole) {
            return whole;
        }
        StringBuilder text = new StringBuilder();
        list(content).forEach(block -> text.append(text(object(block), "text")));
        return text.toString();
    }

    private static List<ToolSpec> tools(List<Object> tools) {
        List<ToolSpec> specs = new ArrayList<>();
        for (Object tool : tools) {
            Map<String, @Nullable Object> map = object(tool);
            if (!text(map, "name").isEmpty()) {
                specs.add(new ToolSpec(
                        text(map, "name"), text(map, "description"), JsonTree.present(object(map, "input_schema"))));
            }
        }
        return specs;
    }

    private static ToolChoice choice(Map<String, @Nullable Object> choice) {
        return switch (text(choice, "type")) {
            case "none" -> new ToolChoice.None();
            case "any" -> new ToolChoice.Required();
            case "tool" -> new ToolChoice.Named(text(choice, "name"));
            default -> new ToolChoice.Auto();
        };
    }

    @Override
    public String whole(Ask ask, Name name, ModelReply reply) {
        Map<String, @Nullable Object> message = message(name, reply.model());
        List<Object> content = new ArrayList<>();
        if (!reply.text().isEmpty() || reply.toolCalls().isEmpty()) {
            content.add(tree("type", "text", "text", reply.text()));
        }
        for (ToolCall call : reply.toolCalls()) {
            content.add(
                    tree("type", "tool_use", "id", call.id(), "name", call.name(), "input", input(call.arguments())));
        }
        message.put("content", content);
        message.put("stop_reason", stopReason(reply.finish()));
        message.put("usage", usage(reply.usage()));
        return JsonTree.write(message);
    }

    private static Map<String, @Nullable Object> message(Name name, String model) {
        return tree(
                "id",
                "msg_" + name.id(),
                "type",
                "message",
                "role",
                "assistant",
                "model",
                model,
                "content",
                List.of(),
                "stop_reason",
                null,
                "stop_sequence",
                null,
                "usage",
                tree("input_tokens", 0, "output_tokens", 0));
    }

    /** Arguments that are no JSON are shown as what they are. */
    private static Map<String, @Nullable Object> input(String arguments) {
        try {
            return arguments.isBlank() ? tree() : JsonTree.parse(arguments, Kind.MALFORMED);
        } catch (ModelException e) {
            return tree("_raw", arguments);
        }
    }

    private static Map<String, @Nullable Object> usage(ModelUsage usage) {
        return tree(
                "input_tokens",
                usage.prompt() - Math.min(usage.cached(), usage.prompt()),
                "cache_creation_input_tokens",
                0,
                "cache_read_input_tokens",
                usage.cached(),
                "output_tokens",
                usage.completion());
    }

    static String stopReason(Finish finish) {
        return switch (finish) {
            case STOP, YIELDED -> "end_turn";
            case LENGTH -> "max_tokens";
            case TOOLS -> "tool_use";
            case FILTERED -> "refusal";
        };
    }

    /** The end that a provider names. */
    public static Finish finish(String reason) {
        return switch (reason) {
            case "max_tokens", "model_context_window_exceeded" -> Finish.LENGTH;
            case "tool_use" -> Finish.TOOLS;
            case "refusal" -> Finish.FILTERED;
            default -> Finish.STOP;
        };
    }

    /** How many tokens a request has, as an answer. */
    public static String counted(long tokens) {
        return JsonTree.write(tree("input_tokens", tokens));
    }

    @Override
    public Stream stream(Ask ask, Name name) {
        return new AnthropicStream(message(name, ask.request().model()));
    }

    @Override
    public String error(ModelException error) {
        String type = switch (error.kind()) {
            case BAD_REQUEST, CAPABILITY, OVERFLOW -> "invalid_request_error";
            case REFUSED -> "permission_error";
            case NOT_FOUND -> "not_found_error";
            case BUDGET -> "billing_error";
            case RATE_LIMITED -> "rate_limit_error";
            case TIMEOUT -> "timeout_error";
            case UNAVAILABLE, KEY -> "overloaded_error";
            case CUT, MALFORMED, GONE -> "api_error";
        };
        String message = error.kind().code() + ": " + error.words() + "; " + error.next();
        return JsonTree.write(tree("type", "error", "error", tree("type", type, "message", message)));
    }

    // ------------------------------------------------------------------ as a client

    /** The body of a request to a provider. */
    public static String write(ModelRequest request, boolean stream) {
        Map<String, @Nullable Object> body = new LinkedHashMap<>();
        if (request.wire().equals(WIRE)) {
            body.putAll(request.extras());
        }
        body.put("model", request.model());
        body.put("max_tokens", request.sampling().maxTokens().orElse(USUAL_ANSWER));
        List<String> system = new ArrayList<>();
        List<Object> messages = new ArrayList<>();
        for (ModelMessage message : request.messages()) {
            if (message.role() == Role.SYSTEM) {
                system.add(message.text());
            } else {
                messages.add(tree(
                        "role", message.role() == Role.ASSISTANT ? "assistant" : "user", "content", blocks(message)));
            }
        }
        if (!request.resumeFrom().isEmpty()) {
            messages.add(tree("role", "assistant", "content", request.resumeFrom()));
        }
        if (!system.isEmpty()) {
            body.put("system", String.join("\n\n", system));
        }
        body.put("messages", messages);
        tools(request, body);
        request.sampling().temperature().ifPresent(value -> body.put("temperature", value));
        request.sampling().topP().ifPresent(value -> body.put("top_p", value));
        if (!request.sampling().stop().isEmpty()) {
            body.put("stop_sequences", request.sampling().stop());
        }
        body.put("stream", stream);
        return JsonTree.write(body);
    }

    private static void tools(ModelRequest request, Map<String, @Nullable Object> body) {
        if (request.tools().isEmpty()) {
            return;
        }
        List<Object> tools = new ArrayList<>();
        for (ToolSpec tool : request.tools()) {
            tools.add(tree("name", tool.name(), "description", tool.description(), "input_schema", tool.parameters()));
        }
        body.put("tools", tools);
        body.put(
                "tool_choice",
                switch (request.choice()) {
                    case ToolChoice.Auto _ -> tree("type", "auto");
                    case ToolChoice.None _ -> tree("type", "none");
                    case ToolChoice.Required _ -> tree("type", "any");
                    case ToolChoice.Named named -> tree("type", "tool", "name", named.tool());
                });
    }

    private static List<Object> blocks(ModelMessage message) {
        List<Object> blocks = new ArrayList<>();
        if (message.role() == Role.TOOL) {
            blocks.add(tree("type", "tool_result", "tool_use_id", message.toolCallId(), "content", message.text()));
            return blocks;
        }
        for (Image image : message.images()) {
            blocks.add(tree(
                    "type",
                    "image",
                    "source",
                    image.mediaType().isEmpty()
                            ? tree("type", "url", "url", image.data())
                            : tree("type", "base64", "media_type", image.mediaType(), "data", image.data())));
        }
        if (!message.text().isEmpty()
                || (message.images().isEmpty() && message.toolCalls().isEmpty())) {
            blocks.add(tree("type", "text", "text", message.text()));
        }
        for (ToolCall call : message.toolCalls()) {
            blocks.add(
                    tree("type", "tool_use", "id", call.id(), "name", call.name(), "input", input(call.arguments())));
        }
        return blocks;
    }
}
