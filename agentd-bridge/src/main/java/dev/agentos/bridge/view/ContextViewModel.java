package dev.agentos.bridge.view;

import dev.agentos.bridge.wire.AgentWire.AgentView;
import dev.agentos.bridge.wire.EventWire.EventView;
import dev.agentos.bridge.wire.ModelWire.ModelView;
import dev.agentos.bridge.wire.ModelWire.Models;
import dev.agentos.bridge.wire.WireJson;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How full the context window of an agent's model is, call by call, as the audit trail tells it.
 *
 * @param calls oldest first
 */
public record ContextViewModel(List<Call> calls) {

    private static final int LINES_OF_A_STEP = 100;

    public ContextViewModel {
        calls = List.copyOf(calls);
    }

    /**
     * One call of a model.
     *
     * @param prompt tokens that were sent, and {@code said}: tokens that came back
     * @param window tokens that the model can hold at once; 0 where that is not known
     * @param outcome {@code waiting} until it ended, then {@code done} or the code of what went wrong
     */
    public record Call(
            String clock,
            String model,
            long prompt,
            long said,
            long window,
            long onsetMs,
            String cost,
            String outcome) {

        /** How much of the window prompt and answer took, from 0 to 1; 0 where the window is not known. */
        public double share() {
            return window == 0 ? 0 : Math.min(1, (prompt + said) / (double) window);
        }
    }

    /** The calls in these events, oldest first. */
    public static ContextViewModel of(List<EventView> events, Models known) {
        Map<String, Call> calls = new LinkedHashMap<>();
        for (EventView event : events) {
            Map<String, Object> data = event.data();
            String id = event.run() + "/" + text(data, "call");
            if (event.kind().equals("model.called")) {
                String model = text(data, "model");
                calls.put(
                        id,
                        new Call(
                                clock(event),
                                model,
                                number(data, "prompt_tokens"),
                                0,
                                window(model, known),
                                0,
                                "",
                                "waiting"));
            } else if (event.kind().equals("model.answered")) {
                calls.computeIfPresent(id, (_, call) -> answered(call, data));
            }
        }
        return new ContextViewModel(new ArrayList<>(calls.values()));
    }

    private static Call answered(Call call, Map<String, Object> data) {
        Map<?, ?> figures = data.get("figures") instanceof Map<?, ?> map ? map : Map.of();
        long counted = number(figures, "prompt_tokens");
        return new Call(
                call.clock(),
                call.model(),
                counted > 0 ? counted : call.prompt(),
                number(figures, "completion_tokens"),
                call.window(),
                number(figures, "onset_ms"),
                text(figures, "cost_usd"),
                text(data, "outcome"));
    }

    /** One sentence: how full the window was at the last call. */
    public String sentence() {
        if (calls.isEmpty()) {
            return "";
        }
        Call last = calls.getLast();
        String used = Measures.count(last.prompt() + last.said());
        return last.window() == 0
                ? used + " tokens; how many " + last.model() + " can hold is not known"
                : used + " of " + Measures.count(last.window()) + " tokens (" + Math.round(last.share() * 100)
                        + " %) in " + last.model();
    }

    /** What the steps of a plan have to go on: what each step before them gave. Empty for an agent without a plan. */
    public static List<TextLine> steps(AgentView agent, Map<String, Object> outputs) {
        List<TextLine> lines = new ArrayList<>();
        agent.steps()
                .forEach(step -> lines.add(new TextLine(
                        step.state().equals("failed") ? Tone.BAD : step.state().equals("done") ? Tone.OK : Tone.MUTED,
                        (step.state().equals("done") ? "✓ " : "· ") + step.id() + "  " + step.tool() + "  "
                                + step.state() + (step.note().isEmpty() ? "" : "  " + step.note()))));
        outputs.forEach((step, output) -> {
            lines.add(TextLine.of(""));
            lines.add(TextLine.muted("${steps." + step + "} is"));
            String text = output instanceof String said ? said : WireJson.write(output);
            text.lines().limit(LINES_OF_A_STEP).forEach(line -> lines.add(TextLine.of("    " + line)));
        });
        return lines;
    }

    private static String clock(EventView event) {
        return event.time().length() >= 19 ? event.time().substring(11, 19) : event.time();
    }

    private static long window(String model, Models known) {
        return known.models().stream()
                .filter(one -> one.name().equals(model) || one.aliases().contains(model))
                .mapToLong(ModelView::context)
                .findFirst()
                .orElse(0);
    }

    private static long number(Map<?, ?> data, String name) {
        return data.get(name) instanceof Number number ? number.longValue() : 0;
    }

    private static String text(Map<?, ?> data, String name) {
        return data.get(name) instanceof String text ? text : "";
    }
}
