package dev.agentos.bridge.view;

import dev.agentos.bridge.wire.EventWire.EventView;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The events of an agent as a tree: its runs, their steps, and what each step called, was asked and changed. */
public final class CallTree {

    private CallTree() {}

    /** A line of the tree with what is under it. */
    public record Node(String glyph, Tone tone, String title, String detail, List<Node> children) {
        public Node {
            children = List.copyOf(children);
        }
    }

    /** The tree of these events, oldest first; its root has no text. */
    public static Node of(List<EventView> events) {
        Map<String, Map<String, List<TimelineViewModel.Entry>>> runs = new LinkedHashMap<>();
        for (EventView event : events) {
            if (belongs(event.kind())) {
                Optional<TimelineViewModel.Entry> entry = TimelineViewModel.entry(event);
                entry.ifPresent(told -> runs.computeIfAbsent(event.run(), _ -> new LinkedHashMap<>())
                        .computeIfAbsent(step(event), _ -> new ArrayList<>())
                        .add(told));
            }
        }
        List<Node> nodes = new ArrayList<>();
        runs.forEach((run, steps) -> nodes.add(run(run, steps)));
        return new Node("·", Tone.PLAIN, "", "", nodes);
    }

    private static boolean belongs(String kind) {
        return kind.startsWith("tool.")
                || kind.startsWith("effect.")
                || kind.startsWith("egress.")
                || kind.startsWith("model.")
                || kind.startsWith("consent.");
    }

    private static String step(EventView event) {
        return event.data().get("step") instanceof String step ? step : "";
    }

    private static Node run(String run, Map<String, List<TimelineViewModel.Entry>> steps) {
        List<Node> children = new ArrayList<>();
        steps.forEach((step, entries) -> {
            List<Node> calls = entries.stream()
                    .map(entry -> new Node(entry.glyph(), entry.tone(), entry.title(), entry.detail(), List.of()))
                    .toList();
            if (step.isEmpty()) {
                children.addAll(calls);
            } else {
                children.add(new Node("▸", worst(calls), step, count(calls.size()), calls));
            }
        });
        return new Node("▸", worst(children), run.isEmpty() ? "outside a run" : run, count(children.size()), children);
    }

    private static String count(int size) {
        return size == 1 ? "1 entry" : size + " entries";
    }

    private static Tone worst(List<Node> nodes) {
        if (nodes.stream().anyMatch(node -> node.tone() == Tone.BAD)) {
            return Tone.BAD;
        }
        return nodes.stream().anyMatch(node -> node.tone() == Tone.OK) ? Tone.OK : Tone.PLAIN;
    }
}
