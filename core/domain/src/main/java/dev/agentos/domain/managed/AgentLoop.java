package dev.agentos.domain.managed;

import dev.agentos.domain.filter.Spotlight;
import dev.agentos.domain.json.Json;
import dev.agentos.domain.json.JsonFormatException;
import dev.agentos.domain.managed.AgentContext.Pending;
import dev.agentos.domain.model.ModelException;
import dev.agentos.domain.model.ModelMessage;
import dev.agentos.domain.model.ModelMessage.ToolCall;
import dev.agentos.domain.model.ModelReply;
import dev.agentos.domain.model.ModelRequest;
import dev.agentos.domain.model.ModelRequest.OutputFormat;
import dev.agentos.domain.model.ModelRequest.ToolChoice;
import dev.agentos.domain.model.ModelRequest.ToolSpec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Turns of a model and calls of tools, until the model answers without a call. The loop touches nothing itself: what it
 * wants done goes through its {@link World}, which may be the real one or a recording of it.
 */
public final class AgentLoop {

    /** Characters of a result that are shown at once. */
    public static final int SHOWN = 8_000;

    private static final int MOST_NOTES = 64;
    private static final int MOST_NOTE = 4_000;

    private final List<ToolSpec> tools;
    private final String model;
    private final int turns;
    private final Map<String, Object> answer;

    /**
     * A loop over given tools.
     *
     * @param model the name in the contract; empty for the first that it allows
     * @param tools what the model may call; tools of the loop itself are added, unless there are none: then any model that
     *     writes text can answer
     * @param turns most answers of the model
     * @param answer JSON Schema that the last answer must fit; empty for any text
     */
    public AgentLoop(String model, List<ToolSpec> tools, int turns, Map<String, Object> answer) {
        this.answer = Map.copyOf(answer);
        this.model = model;
        this.turns = turns;
        this.tools = new ArrayList<>(tools);
        if (!tools.isEmpty()) {
            this.tools.addAll(OwnTools.SPECS);
        }
    }

    /** What the loop can have done. */
    public interface World {

        /** Waits while the agent is paused; false when the run is over. */
        boolean awaitTurn() throws InterruptedException;

        /** Asks the model. {@code step} names the turn. */
        ModelReply ask(String step, ModelRequest request) throws ModelException, InterruptedException;

        /** Calls a tool. Called again with the same step, it finds what was done. */
        Result call(String step, String tool, Map<String, Object> arguments) throws InterruptedException;

        /** What a call gave, as text, once more: for the part that was not shown. */
        String resultOf(String step);

        /** What is wrong with an answer that must fit the schema; empty where it fits. */
        Optional<String> faultOf(String answer);

        /** Makes the context durable. */
        void save(AgentContext context);
    }

    /**
     * What a call gave.
     *
     * @param untrusted whether somebody else may have written it
     * @param suspected whether the content filter warns of it
     */
    public record Result(String text, boolean untrusted, boolean suspected) {}

    /** How a loop ended. */
    public sealed interface End {
        /** The model's last answer. */
        record Answered(String text, AgentContext context) implements End {}

        record Failed(String code, String reason) implements End {}

        /** Somebody ended the run. */
        record Stopped() implements End {}
    }

    /** Goes on from a context until the end. */
    public End run(AgentContext start, World world) throws InterruptedException {
        AgentContext context = start;
        while (true) {
            if (!world.awaitTurn()) {
                return new End.Stopped();
            }
            if (!context.pending().isEmpty()) {
                context = conclude(context, context.pending().getFirst(), world);
                world.save(context);
                continue;
            }
            Optional<String> answer = answerOf(context);
            if (answer.isPresent()) {
                Optional<String> fault = this.answer.isEmpty() ? Optional.empty() : world.faultOf(answer.get());
                if (fault.isEmpty()) {
                    return new End.Answered(answer.get(), context);
                }
                context = context.told(ModelMessage.user(
                        "Your answer does not fit its schema: " + fault.get() + ". Answer again with JSON alone."));
                world.save(context);
            }
            if (context.turn() >= turns) {
                return new End.Failed(
                        "budget.turns", "the model was asked " + turns + " times and has not come to an end");
            }
            try {
                context = ask(context, world);
            } catch (ModelException e) {
                return new End.Failed(e.kind().code(), e.words() + "; " + e.next());
            }
            world.save(context);
        }
    }

    /** The text of the last answer, where nothing is left to do. */
    private static Optional<String> answerOf(AgentContext context) {
        ModelMessage last = context.messages().getLast();
        return last.role() == ModelMessage.Role.ASSISTANT && last.toolCalls().isEmpty()
                ? Optional.of(last.text())
                : Optional.empty();
    }

    // ------------------------------------------------------------------ the model

    private AgentContext ask(AgentContext context, World world) throws ModelException, InterruptedException {
        String step = "t" + (context.turn() + 1);
        ModelReply reply = world.ask(step, request(context));
        List<Pending> calls = new ArrayList<>();
        for (int i = 0; i < reply.toolCalls().size(); i++) {
            ToolCall call = reply.toolCalls().get(i);
            calls.add(new Pending(step + "." + (i + 1), call.id(), call.name(), call.arguments()));
        }
        AgentContext next = context.answered(reply.message(), calls);
        if (!calls.isEmpty()) {
            return next;
        }
        // Half an answer is none, whoever reads it.
        return reply.finish() == ModelReply.Finish.LENGTH
                ? next.told(ModelMessage.user("Your answer was cut off at its greatest length. Answer again, shorter."))
                : reply.text().isBlank()
                        ? next.told(ModelMessage.user("Your answer was empty. Call a tool, or answer."))
                        : next;
    }

    /** What the model is asked next; a function of the context alone. */
    public ModelRequest request(AgentContext context) {
        List<ModelMessage> messages = new ArrayList<>(context.messages());
        if (!context.scratchpad().isEmpty()) {
            StringBuilder notes = new StringBuilder("Your notes:\n");
            context.scratchpad()
                    .forEach((name, text) ->
                            notes.append(name).append(": ").append(text).append('\n'));
            messages.add(1, ModelMessage.of(ModelMessage.Role.SYSTEM, notes.toString()));
        }
        ModelRequest chat = ModelRequest.chat(model, messages);
        ModelRequest request = tools.isEmpty() ? chat : chat.withTools(tools, new ToolChoice.Auto());
        return answer.isEmpty()
                ? request
                : request.withFormat(new OutputFormat.Schema("answer", new LinkedHashMap<>(answer)));
    }

    // ------------------------------------------------------------------ tools

    private AgentContext conclude(AgentContext context, Pending pending, World world) throws InterruptedException {
        Optional<Map<String, Object>> arguments = arguments(pending.arguments());
        if (arguments.isEmpty()) {
            return context.concluded(answer(
                    pending,
                    "{\"error\":\"arguments\",\"message\":\"the arguments are no JSON object; write them again\"}"));
        }
        if (OwnTools.isOne(pending.tool())) {
            return own(context, pending, arguments.get(), world);
        }
        Result result = world.call(pending.step(), pending.tool(), arguments.get());
        String text = result.text();
        boolean cut = text.length() > SHOWN;
        String shown = cut
                ? text.substring(0, SHOWN) + "\n… " + (text.length() - SHOWN) + " characters more: " + OwnTools.MORE
                        + " {\"call\":\"" + pending.step() + "\"}"
                : text;
        AgentContext next = cut ? context.shown(pending.step(), SHOWN) : context;
        return next.concluded(answer(pending, marked(context, pending.tool(), shown, result)));
    }

    private static String marked(AgentContext context, String source, String text, Result result) {
        return result.untrusted() || result.suspected()
                ? Spotlight.mark(text, context.nonce(), source, result.suspected())
                : text;
    }

    private static ModelMessage answer(Pending pending, String text) {
        return ModelMessage.tool(pending.call(), pending.tool(), text);
    }

    /** The arguments that a model wrote, without what is null; empty where they are no JSON object. */
    public static Optional<Map<String, Object>> arguments(String json) {
        try {
            Map<String, Object> named = new LinkedHashMap<>();
            if (Json.parse(json.isBlank() ? "{}" : json) instanceof Map<?, ?> map) {
                map.forEach((name, value) -> {
                    if (value != null) {
                        named.put(String.valueOf(name), value);
                    }
                });
                return Optional.of(named);
            }
            return Optional.empty();
        } catch (JsonFormatException _) {
            return Optional.empty();
        }
    }

    private AgentContext own(AgentContext context, Pending pending, Map<String, Object> arguments, World world) {
        if (pending.tool().equals(OwnTools.NOTE)) {
            String name = String.valueOf(arguments.getOrDefault("name", "note"));
            String text = String.valueOf(arguments.getOrDefault("text", ""));
            boolean fits =
                    context.scratchpad().size() < MOST_NOTES && name.length() <= 100 && text.length() <= MOST_NOTE;
            AgentContext next = fits ? context.noted(name, text) : context;
            return next.concluded(answer(
                    pending,
                    fits ? "{\"noted\":true}" : "{\"error\":\"full\",\"message\":\"write shorter or fewer notes\"}"));
        }
        String call = String.valueOf(arguments.getOrDefault("call", ""));
        Integer from = context.cursors().get(call);
        if (from == null) {
            return context.concluded(answer(
                    pending, "{\"error\":\"call\",\"message\":\"there is no result with more under that name\"}"));
        }
        String text = world.resultOf(call);
        int begin = Math.min(from, text.length());
        int end = Math.min(text.length(), begin + SHOWN);
        String page =
                text.substring(begin, end) + (end < text.length() ? "\n… " + (text.length() - end) + " more" : "");
        // What was shown first may have been trusted; the rest of a long text is not looked at again, so it is marked.
        return context.shown(call, end).concluded(answer(pending, Spotlight.mark(page, context.nonce(), call, false)));
    }
}
