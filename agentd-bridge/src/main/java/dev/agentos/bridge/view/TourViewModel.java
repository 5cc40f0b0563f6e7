package dev.agentos.bridge.view;

import dev.agentos.bridge.wire.AgentWire.Result;
import java.util.List;
import java.util.Map;

/**
 * How far the tour of the window is.
 *
 * @param agent the agent of the run, and {@code outside} the one that tries to break out; empty before they start
 */
public record TourViewModel(Part part, String agent, String outside) {

    /** The parts in their order. */
    public enum Part {
        CONTRACT(
                "What a contract is",
                "An agent runs under a contract: what it may use, what it must ask, and when it stops. This is a whole one.",
                "Show the plan"),
        PLAN(
                "The plan",
                "Three steps, known before anything runs. What the contract does not name, the agent does not have.",
                "Run it"),
        RUN(
                "It runs",
                "Every step is decided against the contract. Before it writes, it asks; nothing is written until you say so.",
                "Show the result"),
        RESULT(
                "The result",
                "Sentences are quoted, never invented, and each has its source. Undo takes the file back.",
                "What just happened?"),
        STORY(
                "What just happened",
                "Each act was written down before and after. The trail is checked by a reader that asks the service nothing.",
                "Try to break it"),
        OUTSIDE(
                "Try to break it",
                "Another agent may write in its own folder only. Its plan is to write /etc/agentos-was-here.",
                "Go on"),
        NEXT(
                "Now yours",
                "Start an agent from the catalog, or write a contract of your own. No network and no key were needed.",
                "Leave the tour");

        private final String title;
        private final String says;
        private final String onward;

        Part(String title, String says, String onward) {
            this.title = title;
            this.says = says;
            this.onward = onward;
        }

        public String title() {
            return title;
        }

        public String says() {
            return says;
        }

        /** The words of the button that goes on. */
        public String onward() {
            return onward;
        }
    }

    public static TourViewModel start() {
        return new TourViewModel(Part.CONTRACT, "", "");
    }

    public TourViewModel next() {
        List<Part> all = List.of(Part.values());
        return new TourViewModel(all.get(Math.min(all.indexOf(part) + 1, all.size() - 1)), agent, outside);
    }

    public TourViewModel running(String id) {
        return new TourViewModel(part, id, outside);
    }

    public TourViewModel breaking(String id) {
        return new TourViewModel(part, agent, id);
    }

    /** For example {@code 3 of 7}. */
    public String place() {
        List<Part> all = List.of(Part.values());
        return all.indexOf(part) + 1 + " of " + all.size();
    }

    /** The summary that a run made, with its sources; empty where it made none. */
    public static List<Answer> summary(Result result) {
        for (Object output : result.outputs().values()) {
            if (output instanceof Map<?, ?> map && map.get("markdown") instanceof String markdown) {
                List<String> sources = map.get("sources") instanceof List<?> list
                        ? list.stream().map(TourViewModel::source).toList()
                        : List.of();
                return List.of(new Answer.Prose(markdown, sources));
            }
        }
        return List.of();
    }

    private static String source(Object one) {
        return one instanceof Map<?, ?> source
                ? source.get("document") + ", " + source.get("used") + " of " + source.get("of") + " sentences"
                : String.valueOf(one);
    }
}
