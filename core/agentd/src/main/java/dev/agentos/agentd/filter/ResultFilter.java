package dev.agentos.agentd.filter;

import dev.agentos.domain.event.Event;
import dev.agentos.domain.filter.Channel;
import dev.agentos.domain.filter.ContentFilter;
import dev.agentos.domain.filter.Verdict;
import dev.agentos.domain.filter.Verdict.Evidence;
import dev.agentos.domain.json.Digests;
import dev.agentos.domain.policy.Suspicion;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Looks at what a tool gave before an agent is shown it. Where an order is suspected, the values that hold it become
 * untrusted whoever vouched for them, and the audit trail says why; the result itself is not changed.
 */
public final class ResultFilter {

    /** Looks at nothing: for a service that runs without the filter. */
    public static final ResultFilter OFF = new ResultFilter(Optional.empty());

    /** A value as long as this holds a sentence. */
    private static final int LONG = 60;

    private final Optional<ContentFilter> filter;

    private ResultFilter(Optional<ContentFilter> filter) {
        this.filter = filter;
    }

    public static ResultFilter of(ContentFilter filter) {
        return new ResultFilter(Optional.of(filter));
    }

    /** Where a call stands, for the event. */
    public record Place(String agent, String run, String step, String tool) {}

    /** What was found, and the event that says so; nothing for a result that looks clear. */
    public record Findings(Suspicion suspicion, List<Event> events) {
        static final Findings NONE = new Findings(Suspicion.NONE, List.of());
    }

    /** A value of a result, and where it stands in the text that the filter reads. */
    private record Part(String path, String value, int from, int to) {}

    /** Judges a result on the channel that its tool reads from. */
    public Findings look(Place place, Map<String, Object> output) {
        if (filter.isEmpty()) {
            return Findings.NONE;
        }
        List<Part> parts = new ArrayList<>();
        StringBuilder text = new StringBuilder();
        collect("", output, text, parts);
        Channel channel = channelOf(place.tool());
        Verdict verdict = filter.get().judge(text.toString(), channel);
        if (!verdict.isSuspected()) {
            return Findings.NONE;
        }
        Set<String> values = new LinkedHashSet<>();
        List<Map<String, Object>> evidence = new ArrayList<>();
        for (Evidence one : verdict.evidence()) {
            List<Part> held = parts.stream()
                    .filter(part -> part.from() < one.to() && part.to() > one.from())
                    .toList();
            guilty(held).forEach(part -> values.add(part.value()));
            evidence.add(describe(one, held, text));
        }
        Suspicion suspicion = new Suspicion(values, verdict.probability(), rules(verdict));
        Event event = new Event.ContentSuspected(
                place.agent(),
                place.run(),
                place.step(),
                place.tool(),
                channel.word(),
                Math.round(verdict.probability() * 1000) / 1000.0,
                verdict.method().words(),
                filter.get().version(),
                evidence);
        return new Findings(suspicion, List.of(event));
    }

    /** Of values that share a passage, those that can be what is wrong with it; all where none stands out. */
    private static List<Part> guilty(List<Part> held) {
        List<Part> out = held.stream()
                .filter(part -> part.value().length() >= LONG
                        || !ContentFilter.rulesIn(part.value()).isEmpty())
                .toList();
        return out.isEmpty() ? held : out;
    }

    private static List<String> rules(Verdict verdict) {
        return verdict.evidence().stream()
                .flatMap(evidence -> evidence.rules().stream())
                .distinct()
                .toList();
    }

    /** Places and names only: the text itself may be anybody's secret. */
    private static Map<String, Object> describe(Evidence evidence, List<Part> held, StringBuilder text) {
        Map<String, Object> map = new LinkedHashMap<>();
        Part first = held.isEmpty() ? new Part("", "", 0, 0) : held.getFirst();
        map.put("path", first.path());
        map.put("from", Math.max(0, evidence.from() - first.from()));
        map.put("to", Math.max(0, Math.min(evidence.to(), first.to()) - first.from()));
        map.put("reading", evidence.reading());
        map.put("rules", evidence.rules());
        map.put("probability", Math.round(evidence.probability() * 1000) / 1000.0);
        map.put("sha256", Digests.sha256Hex(text.substring(evidence.from(), Math.min(evidence.to(), text.length()))));
        return map;
    }

    /** Readers of files, pages and mail give documents; everything else gives results. */
    static Channel channelOf(String tool) {
        if (tool.startsWith("web.")) {
            return Channel.WEB_PAGE;
        }
        if (tool.startsWith("mail.") || tool.contains("email")) {
            return Channel.EMAIL;
        }
        return tool.startsWith("fs.") || tool.startsWith("rag.") ? Channel.FILE : Channel.TOOL_RESULT;
    }

    /** One line for each value, with its name where it has one. */
    private static void collect(
            String path, @org.jspecify.annotations.Nullable Object value, StringBuilder text, List<Part> parts) {
        switch (value) {
            case null -> {}
            case Map<?, ?> map ->
                map.forEach((name, item) -> collect(path.isEmpty() ? "" + name : path + "." + name, item, text, parts));
            case List<?> items -> {
                for (int i = 0; i < items.size(); i++) {
                    collect(path.isEmpty() ? "" + i : path + "." + i, items.get(i), text, parts);
                }
            }
            default -> {
                String name = path.substring(path.lastIndexOf('.') + 1);
                String shown = String.valueOf(value);
                if (!name.isEmpty() && !name.chars().allMatch(Character::isDigit) && shown.length() < 4096) {
                    text.append(name).append(": ");
                }
                int from = text.length();
                text.append(shown);
                parts.add(new Part(path, shown, from, text.length()));
                text.append('\n');
            }
        }
    }
}
