package dev.agentos.agentd.tools;

import dev.agentos.domain.json.CanonicalJson;
import dev.agentos.domain.policy.Circumstances;
import dev.agentos.domain.policy.Origin;
import dev.agentos.domain.policy.Policy.Target;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a call acts on, as grants and asks name it: a path, or the values that say where it goes, as canonical JSON. No
 * such text is the beginning of another one, so a grant for a recipient covers that recipient and nobody whose name
 * begins with it.
 */
final class CallTarget {

    private CallTarget() {}

    /** The first or only target; empty for a call that acts on nothing in particular. */
    static String of(List<Target> targets, Circumstances around) {
        return all(targets, around).getFirst();
    }

    /** Everything that grants must cover. */
    static List<String> all(List<Target> targets, Circumstances around) {
        if (!targets.isEmpty()) {
            return targets.stream().map(Target::path).toList();
        }
        Map<String, List<String>> values = values(around);
        return List.of(values.isEmpty() ? "" : CanonicalJson.write(values));
    }

    /** The same for the title of an ask. */
    static String words(List<Target> targets, Circumstances around) {
        if (!targets.isEmpty()) {
            return " on " + targets.getFirst().path();
        }
        StringBuilder words = new StringBuilder();
        values(around)
                .forEach((argument, items) -> words.append(words.isEmpty() ? ": " : ", ")
                        .append(argument)
                        .append(' ')
                        .append(String.join(" and ", items)));
        return words.length() > 200 ? words.substring(0, 199) + "…" : words.toString();
    }

    /** What an answer for more than once covers: the folder of a path, or exactly the values. */
    static String grant(String target) {
        int slash = target.startsWith("/") ? target.lastIndexOf('/') : -1;
        return slash > 0 ? target.substring(0, slash) : target;
    }

    /** Values that say where a call goes or how much, and every value that nobody vouches for. */
    private static Map<String, List<String>> values(Circumstances around) {
        Map<String, List<String>> values = new LinkedHashMap<>();
        for (Origin origin : around.origins()) {
            boolean names = origin.role() == Origin.Role.DESTINATION || origin.role() == Origin.Role.SENSITIVE;
            if (names || !origin.provenance().isVouched()) {
                values.computeIfAbsent(origin.argument(), _ -> new ArrayList<>())
                        .add(origin.value());
            }
        }
        return values;
    }
}
