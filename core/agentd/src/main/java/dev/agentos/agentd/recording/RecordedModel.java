package dev.agentos.agentd.recording;

import dev.agentos.bridge.wire.WireJson;
import dev.agentos.domain.event.Event;
import dev.agentos.domain.managed.AgentLoop;
import dev.agentos.domain.model.ModelMessage;
import dev.agentos.domain.model.ModelMessage.Role;
import dev.agentos.domain.model.ModelMessage.ToolCall;
import dev.agentos.domain.model.ModelReply;
import dev.agentos.domain.model.ModelRequest;
import dev.agentos.domain.model.ModelRequest.OutputFormat;
import dev.agentos.domain.model.ModelRequest.ToolSpec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Turns of a model as they are recorded and compared. JSON inside strings is taken apart first: what is redacted in it
 * stays JSON, and is the same however it was escaped.
 */
public final class RecordedModel {

    private static final String CALLS = "tool_calls";
    private static final String ARGUMENTS = "arguments";

    private RecordedModel() {}

    /**
     * A request. Results of tools stand in it by their names only: their texts are in the recording as what the tools
     * gave, and once is enough.
     */
    public static Map<String, Object> request(ModelRequest request) {
        Map<String, Object> map = Event.fields(
                "model",
                request.model(),
                "messages",
                request.messages().stream().map(RecordedModel::message).toList(),
                "tools",
                request.tools().stream().map(ToolSpec::name).toList());
        if (request.format() instanceof OutputFormat.Schema schema) {
            map.put("answer", schema.schema());
        }
        return map;
    }

    private static Map<String, Object> message(ModelMessage message) {
        if (message.role() == Role.TOOL) {
            String text = message.text();
            Map<String, Object> map = Event.fields("role", Role.TOOL.word(), "name", message.name());
            if (text.startsWith("<data ")) {
                map.put("between", text.lines().findFirst().orElse(""));
            }
            return map;
        }
        Map<String, Object> map = Event.fields("role", message.role().word(), "text", message.text());
        if (!message.toolCalls().isEmpty()) {
            map.put(
                    "calls",
                    message.toolCalls().stream().map(RecordedModel::call).toList());
        }
        return map;
    }

    private static Map<String, Object> call(ToolCall call) {
        return Event.fields("id", call.id(), "name", call.name(), ARGUMENTS, arguments(call.arguments()));
    }

    /** The object that the text is; the text where it is none. */
    private static Object arguments(String text) {
        return AgentLoop.arguments(text).<Object>map(found -> found).orElse(text);
    }

    /** An answer. */
    public static Map<String, Object> reply(ModelReply reply) {
        Map<String, Object> map = new LinkedHashMap<>(WireJson.toMap(reply));
        map.put(CALLS, reply.toolCalls().stream().map(RecordedModel::call).toList());
        return map;
    }

    /** The answer that was recorded. */
    public static ModelReply reply(Map<String, Object> recorded) {
        Map<String, Object> map = new LinkedHashMap<>(recorded);
        List<Object> calls = new ArrayList<>();
        if (recorded.get(CALLS) instanceof List<?> list) {
            for (Object one : list) {
                if (one instanceof Map<?, ?> call) {
                    Map<String, Object> plain = new LinkedHashMap<>();
                    call.forEach((name, value) -> plain.put(
                            String.valueOf(name),
                            ARGUMENTS.equals(name) && value instanceof Map<?, ?> ? WireJson.write(value) : value));
                    calls.add(plain);
                }
            }
        }
        map.put(CALLS, calls);
        return WireJson.fromMap(map, ModelReply.class);
    }
}
