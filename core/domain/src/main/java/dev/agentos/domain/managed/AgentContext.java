package dev.agentos.domain.managed;

import dev.agentos.domain.model.ModelMessage;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Everything that an agent which a model drives knows in the middle of its work. It is durable before anything is done
 * because of it, so a run goes on after a crash in the middle of a turn.
 *
 * @param turn how many answers the model gave
 * @param nonce the word in the borders around text from outside; nobody outside can guess it
 * @param scratchpad notes of the agent to itself, by name
 * @param cursors for each result that was too long to show at once: how many characters of it were shown
 * @param pending calls of the last answer whose results are not shown yet, in order
 */
public record AgentContext(
        int turn,
        String nonce,
        List<ModelMessage> messages,
        Map<String, String> scratchpad,
        Map<String, Integer> cursors,
        List<Pending> pending) {

    /**
     * A call that the model asked for.
     *
     * @param step names the call in this run; with the run it is the idempotency key, so doing it again finds what was done
     * @param call the model's own name for it
     * @param tool the tool as the model was told it
     * @param arguments JSON as the model wrote it
     */
    public record Pending(String step, String call, String tool, String arguments) {}

    public AgentContext {
        messages = List.copyOf(messages);
        scratchpad = Collections.unmodifiableMap(new LinkedHashMap<>(scratchpad));
        cursors = Collections.unmodifiableMap(new LinkedHashMap<>(cursors));
        pending = List.copyOf(pending);
    }

    /** The beginning of a conversation. */
    public static AgentContext begin(String nonce, List<ModelMessage> messages) {
        return new AgentContext(0, nonce, messages, Map.of(), Map.of(), List.of());
    }

    /** After an answer: it is part of the conversation, and its calls wait. */
    AgentContext answered(ModelMessage answer, List<Pending> calls) {
        return new AgentContext(turn + 1, nonce, with(answer), scratchpad, cursors, calls);
    }

    /** After the first of the waiting calls: its result is part of the conversation. */
    AgentContext concluded(ModelMessage result) {
        return new AgentContext(turn, nonce, with(result), scratchpad, cursors, pending.subList(1, pending.size()));
    }

    /** After a word to the model that nobody asked for. */
    AgentContext told(ModelMessage message) {
        return new AgentContext(turn, nonce, with(message), scratchpad, cursors, pending);
    }

    AgentContext noted(String name, String text) {
        Map<String, String> notes = new LinkedHashMap<>(scratchpad);
        notes.put(name, text);
        return new AgentContext(turn, nonce, messages, notes, cursors, pending);
    }

    AgentContext shown(String step, int characters) {
        Map<String, Integer> next = new LinkedHashMap<>(cursors);
        next.put(step, characters);
        return new AgentContext(turn, nonce, messages, scratchpad, next, pending);
    }

    private List<ModelMessage> with(ModelMessage message) {
        List<ModelMessage> all = new ArrayList<>(messages);
        all.add(message);
        return all;
    }
}
