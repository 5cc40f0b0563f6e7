package dev.agentos.agentd.agents;

import dev.agentos.bridge.wire.AgentWire.Conversation;
import dev.agentos.bridge.wire.AgentWire.Message;
import dev.agentos.bridge.wire.AgentWire.ToolUse;
import dev.agentos.domain.consent.DisplayText;
import dev.agentos.domain.managed.AgentContext;
import dev.agentos.domain.model.ModelMessage;
import java.util.LinkedHashMap;
import java.util.Map;

/** A conversation as its person reads it: every text of it may be of somebody else, so all of it passes the sanitiser. */
final class ShownConversation {

    private ShownConversation() {}

    static Conversation of(String run, AgentContext context) {
        Map<String, String> notes = new LinkedHashMap<>();
        context.scratchpad().forEach((name, text) -> notes.put(line(name), block(text)));
        return new Conversation(
                run,
                context.turn(),
                context.messages().stream().map(ShownConversation::message).toList(),
                notes);
    }

    private static Message message(ModelMessage message) {
        String images = message.images().isEmpty() ? "" : "[" + message.images().size() + " pictures] ";
        return new Message(
                message.role().word(),
                line(message.name()),
                images + block(message.text()),
                message.toolCalls().stream()
                        .map(call -> new ToolUse(line(call.name()), block(call.arguments())))
                        .toList());
    }

    private static String line(String text) {
        return DisplayText.line(text).text();
    }

    private static String block(String text) {
        return DisplayText.block(text).text();
    }
}
