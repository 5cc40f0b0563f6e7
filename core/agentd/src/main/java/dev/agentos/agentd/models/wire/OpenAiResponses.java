package dev.agentos.agentd.models.wire;

import static dev.agentos.agentd.models.wire.JsonTree.list;
import static dev.agentos.agentd.models.wire.JsonTree.object;
import static dev.agentos.agentd.models.wire.JsonTree.text;
import static dev.agentos.agentd.models.wire.JsonTree.tree;

import dev.agentos.domain.model.ModelException;
import dev.agentos.domain.model.ModelException.Kind;
import dev.agentos.domain.model.ModelMessage;
import dev.agentos.domain.model.ModelMessage.Role;
import dev.agentos.domain.model.ModelMessage.ToolCall;
import dev.agentos.domain.model.ModelReply;
import dev.agentos.domain.model.ModelReply.Finish;
import dev.agentos.domain.model.ModelRequest;
import dev.agentos.domain.model.ModelUsage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** OpenAI's responses, as a server. Nothing is kept between two requests: the whole conversation is sent each time. */
public final class OpenAiResponses implements Wire {

    @Override
    public Ask read(String body) throws ModelException {
        Map<String, @Nullable Object> map = JsonTree.parse(body, Kind.BAD_REQUEST);
        if (!text(map, "previous_response_id").isEmpty()) {
            throw OpenAiParts.bad(
                    "no conversation is kept here, so previous_response_id leads nowhere; send all items");
        }
        List<ModelMessage> messages = new ArrayList<>();
        if (!text(map, "instructions").isEmpty()) {
            messages.add(ModelMessage.system(text(map, "instructions")));
        }
        if (map.get("input") instanceof String question) {
            messages.add(ModelMessage.user(question));
        } else {
            for (Object item : list(map, "input")) {
                messages.add(message(object(item)));
            }
        }
        if (messages.isEmpty()) {
            throw OpenAiParts.bad("input is empty");
        }
        ModelRequest request = new ModelRequest(
                text(map, "model"),
                messages,
                OpenAiChat.tools(list(map, "tools")),
                OpenAiParts.choice(map.get("tool_choice")),
                OpenAiParts.format(object(object(map, "text"), "format")),
                OpenAiParts.sampling(map, "max_output_tokens"),
                Map.of(),
                "",
                "");
        return new Ask(request, OpenAiParts.streams(map), map);
    }

    private static ModelMessage message(Map<String, @Nullable Object> item) throws ModelException {
        return switch (text(item, "type")) {
            case "function_call" ->
                ModelMessage.assistant(
                        "", List.of(new ToolCall(text(item, "call_id"), text(item, "name"), text(item, "arguments"))));
            case "function_call_output" -> {
                String output = item.get("output") instanceof String text
                        ? text
                        : OpenAiParts.content(item.get("output")).text();
                yield ModelMessage.tool(text(item, "call_id"), "", output);
            }
            case "", "message" -> {
                OpenAiParts.Content content = OpenAiParts.content(item.get("content"));
                Role role = switch (text(item, "role")) {
                    case "system", "developer" -> Role.SYSTEM;
                    case "assistant" -> Role.ASSISTANT;
                    case "user" -> Role.USER;
                    default -> throw OpenAiParts.bad("there is no role \"" + text(item, "role") + "\"");
                };
                yield new ModelMessage(role, content.text(), content.images(), List.of(), "", "");
            }
            default -> throw OpenAiParts.bad("items of type " + text(item, "type") + " are not known here");
        };
    }

    @Override
    public String whole(Ask ask, Name name, ModelReply reply) {
        return JsonTree.write(response(ask, name, reply.model(), status(reply), output(name, reply), reply));
    }

    static String status(ModelReply reply) {
        return reply.finish() == Finish.LENGTH || reply.finish() == Finish.FILTERED ? "incomplete" : "completed";
    }

    /** The items of an answer. */
    static List<Object> output(Name name, ModelReply reply) {
        List<Object> items = new ArrayList<>();
        if (!reply.text().isEmpty() || reply.toolCalls().isEmpty()) {
            items.add(messageItem(name, "completed", List.of(textPart(reply.text()))));
        }
        for (ToolCall call : reply.toolCalls()) {
            items.add(callItem(name, items.size(), call, "completed"));
        }
        return items;
    }

    static Map<String, @Nullable Object> textPart(String text) {
        return tree("type", "output_text", "text", text, "annotations", List.of(), "logprobs", List.of());
    }

    static Map<String, @Nullable Object> messageItem(Name name, String status, List<Object> content) {
        return tree(
                "id", "msg_" + name.id(), "type", "message", "status", status, "role", "assistant", "content", content);
    }

    static Map<String, @Nullable Object> callItem(Name name, int index, ToolCall call, String status) {
        return tree(
                "id",
                "fc_" + name.id() + "_" + index,
                "type",
                "function_call",
                "status",
                status,
                "call_id",
                call.id(),
                "name",
                call.name(),
                "arguments",
                call.arguments());
    }

    static Map<String, @Nullable Object> response(
            Ask ask, Name name, String model, String status, List<Object> output, @Nullable ModelReply reply) {
        Map<String, @Nullable Object> response = tree(
                "id",
                "resp_" + name.id(),
                "object",
                "response",
                "created_at",
                name.epochSecond(),
                "status",
                status,
                "error",
                null,
                "incomplete_details",
                status.equals("incomplete") ? tree("reason", "max_output_tokens") : null,
                "instructions",
                ask.body().get("instructions"),
                "model",
                model,
                "output",
                output);
        response.put("parallel_tool_calls", true);
        response.put("tool_choice", ask.body().getOrDefault("tool_choice", "auto"));
        response.put("tools", list(ask.body(), "tools"));
        response.put("metadata", tree());
        response.put("temperature", ask.body().get("temperature"));
        response.put("top_p", ask.body().get("top_p"));
        response.put("usage", reply == null ? null : usage(reply.usage()));
        return response;
    }

    private static Map<String, @Nullable Object> usage(ModelUsage usage) {
        return tree(
                "input_tokens",
                usage.prompt(),
                "input_tokens_details",
                tree("cached_tokens", usage.cached()),
                "output_tokens",
                usage.completion(),
                "output_tokens_details",
                tree("reasoning_tokens", 0),
                "total_tokens",
                usage.total());
    }

    @Override
    public Stream stream(Ask ask, Name name) {
        return new ResponsesStream(ask, name);
    }

    @Override
    public String error(ModelException error) {
        return OpenAiParts.error(error);
    }
}
