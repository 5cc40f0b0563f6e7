package dev.agentos.bridge.view;

import dev.agentos.bridge.view.TimelineViewModel.Entry;
import dev.agentos.bridge.wire.EventWire.EventView;
import java.util.Locale;
import java.util.Map;

/** How what models did is told. */
final class ModelStory {

    private ModelStory() {}

    static Entry entry(EventView event) {
        Map<String, Object> data = event.data();
        String model = text(data, "model");
        return switch (event.kind()) {
            case "model.called" ->
                told(
                        event,
                        Tone.PLAIN,
                        "▸",
                        "asks " + model,
                        Measures.count(number(data, "prompt_tokens")) + " tokens");
            case "model.answered" -> answered(event, model, data);
            case "model.refused" ->
                told(
                        event,
                        Tone.BAD,
                        "✕",
                        "model " + text(data, "asked") + " refused",
                        joined(text(data, "reason"), text(data, "contract_line")));
            case "model.substituted" ->
                told(
                        event,
                        Tone.NEEDS,
                        "!",
                        text(data, "given") + " instead of " + text(data, "wanted"),
                        joined(text(data, "reason"), text(data, "contract_line")));
            default ->
                told(
                        event,
                        Tone.NEEDS,
                        "!",
                        text(data, "objective") + " too slow",
                        number(data, "measured") + " of " + number(data, "allowed") + " ms · "
                                + text(data, "contract_line"));
        };
    }

    private static Entry answered(EventView event, String model, Map<String, Object> data) {
        Map<?, ?> figures = data.get("figures") instanceof Map<?, ?> map ? map : Map.of();
        if (!text(data, "outcome").equals("done")) {
            return told(
                    event,
                    Tone.BAD,
                    "✕",
                    model + " gave no answer",
                    joined(text(data, "outcome"), text(data, "reason")));
        }
        return told(
                event,
                Tone.OK,
                "✓",
                model + " answered",
                String.format(
                        Locale.ROOT,
                        "%s tokens · first after %d ms",
                        Measures.count(number(figures, "completion_tokens")),
                        number(figures, "onset_ms")));
    }

    private static Entry told(EventView event, Tone tone, String glyph, String title, String detail) {
        return new Entry(event.seq(), event.time(), event.agent(), tone, glyph, title, detail);
    }

    private static String joined(String what, String more) {
        return more.isEmpty() ? what : what.isEmpty() ? more : what + " · " + more;
    }

    private static long number(Map<?, ?> data, String name) {
        return data.get(name) instanceof Number number ? number.longValue() : 0;
    }

    private static String text(Map<?, ?> data, String name) {
        return data.get(name) instanceof String text ? text : "";
    }
}
