package dev.agentos.domain.policy;

import dev.agentos.domain.policy.Origin.Role;
import dev.agentos.domain.policy.Policy.Target;
import dev.agentos.domain.policy.Tracer.Found;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Finds where the values of a call came from. Which values are looked at follows from the tool's descriptor alone:
 * destinations and sensitive arguments always; where a call that changes something names no destination, what its schema
 * requires; and addresses inside everything else, because whoever reads them may follow them.
 */
public final class Origins {

    /** URLs, mail addresses, host names with a path or a known prefix, account numbers. */
    private static final Pattern ADDRESS = Pattern.compile("(?i)(?:[a-z][a-z0-9+.-]*://[^\\s\"'<>()]+"
            + "|www\\.[^\\s\"'<>()]+"
            + "|[\\p{L}\\p{N}._%+-]+@[\\p{L}\\p{N}-]+(?:\\.[\\p{L}\\p{N}-]+)+"
            + "|\\b(?:[\\p{L}\\p{N}-]+\\.)+\\p{L}{2,}/[^\\s\"'<>()]*"
            + "|\\b[a-z]{2}\\d{2}[a-z0-9]{8,30}\\b)");

    /** Numbers of documents and cards, keys, encoded text: letters and digits that no sentence needs. */
    private static final Pattern IDENTIFIER = Pattern.compile(
            "(?i)\\b(?=[a-z0-9+/_=-]*\\d)(?=(?:[^a-z]*\\d){4}|[a-z0-9+/_=-]*[a-z])" + "[a-z0-9+/_=-]{8,}(?![a-z0-9])");

    private static final Pattern DATE_OR_TIME = Pattern.compile("[\\d:TtzZ.+-]{4,29}");

    private Origins() {}

    /** Which values are looked at. */
    public enum Check {
        OFF,
        DESTINATIONS,
        /** Every value of every argument: the taint gate. */
        EVERYTHING
    }

    /**
     * The origins that matter for the decision, vouched for or not.
     *
     * @param targets paths of the call that the contract was already asked about
     */
    public static List<Origin> of(
            ToolDescriptor tool, Map<String, Object> arguments, Tracer tracer, List<Target> targets, Check check) {
        boolean matters =
                tool.effect().isConsequential() || !tool.destinations().isEmpty();
        if (check == Check.OFF || !matters) {
            return List.of();
        }
        List<Origin> origins = new ArrayList<>();
        Set<String> anchors = anchors(tool, arguments);
        Set<String> confined = confined(tool, targets);
        arguments.forEach((name, value) -> {
            Role role = role(tool, name, anchors);
            for (String leaf : leaves(value)) {
                if (confined.contains(name)) {
                    origins.add(new Origin(name, leaf, role, Provenance.CONTRACT, "the contract's folders"));
                } else if (role != Role.CONTENT || check == Check.EVERYTHING) {
                    origins.add(origin(name, leaf, role, tracer));
                } else if (confined.isEmpty()) {
                    // What stays in the contract's folders is followed by nobody.
                    links(name, leaf, tracer, origins);
                }
            }
        });
        return List.copyOf(origins);
    }

    /** Calls that showed a secret which one of the arguments holds. */
    public static List<String> secrets(Map<String, Object> arguments, Tracer tracer) {
        List<String> sources = new ArrayList<>();
        arguments
                .values()
                .forEach(value ->
                        leaves(value).forEach(leaf -> tracer.secretIn(leaf).ifPresent(sources::add)));
        return sources.stream().distinct().toList();
    }

    /** Argument values that nobody vouches for, for the labels of the result. */
    public static List<Origin> unvouched(Map<String, Object> arguments, Tracer tracer) {
        List<Origin> origins = new ArrayList<>();
        arguments.forEach((name, value) -> leaves(value).forEach(leaf -> {
            Origin origin = origin(name, leaf, Role.CONTENT, tracer);
            if (!origin.provenance().isVouched()) {
                origins.add(origin);
            }
        }));
        return origins;
    }

    private static Role role(ToolDescriptor tool, String name, Set<String> anchors) {
        if (tool.destinations().contains(name)) {
            return Role.DESTINATION;
        }
        if (tool.sensitive().contains(name)) {
            return Role.SENSITIVE;
        }
        return anchors.contains(name) ? Role.ANCHOR : Role.CONTENT;
    }

    /** Arguments that stand in for a destination: what the schema requires or, where it requires nothing, all. */
    private static Set<String> anchors(ToolDescriptor tool, Map<String, Object> arguments) {
        boolean named = arguments.entrySet().stream()
                .anyMatch(argument -> (tool.destinations().contains(argument.getKey())
                                || tool.sensitive().contains(argument.getKey()))
                        && !leaves(argument.getValue()).isEmpty());
        if (named || !tool.effect().isConsequential()) {
            return Set.of();
        }
        List<String> required = InputSchema.required(tool.inputSchema());
        return required.isEmpty() ? arguments.keySet() : Set.copyOf(required);
    }

    /** Path arguments: that they lie in a folder of the contract was decided before. */
    private static Set<String> confined(ToolDescriptor tool, List<Target> targets) {
        if (targets.isEmpty()) {
            return Set.of();
        }
        return tool.pathArguments().stream()
                .map(ToolDescriptor.PathArgument::name)
                .collect(Collectors.toSet());
    }

    private static Origin origin(String name, String leaf, Role role, Tracer tracer) {
        Found found = tracer.find(name, leaf);
        if (role == Role.ANCHOR && !found.provenance().isVouched() && isAnchored(leaf, tracer.person())) {
            return new Origin(name, leaf, role, Provenance.PERSON, "the task's own words");
        }
        return new Origin(name, leaf, role, found.provenance(), found.source());
    }

    /** A day that the person named, or a text that holds two or more in a row of the person's own words. */
    private static boolean isAnchored(String leaf, String person) {
        String strict = Spelling.strict(leaf);
        String words = Spelling.strict(person);
        if (Quantity.isDayOf(strict, words)) {
            return true;
        }
        String[] parts = strict.split(" ", -1);
        for (int i = 0; i + 1 < parts.length; i++) {
            String pair = parts[i] + " " + parts[i + 1];
            if (pair.length() >= 8 && Spelling.standsIn(pair, words)) {
                return true;
            }
        }
        return false;
    }

    private static void links(String name, String leaf, Tracer tracer, List<Origin> out) {
        for (String reading : Spelling.readings(leaf)) {
            String plain = reveal(reading);
            Matcher address = ADDRESS.matcher(plain);
            while (address.find()) {
                Origin origin = origin(name, trimmed(address.group()), Role.LINK, tracer);
                if (!out.contains(origin)) {
                    out.add(origin);
                }
            }
        }
        Matcher identifier = IDENTIFIER.matcher(leaf);
        while (identifier.find()) {
            String value = identifier.group();
            if (!DATE_OR_TIME.matcher(value).matches()
                    || value.chars().filter(Character::isDigit).count() > 12) {
                Origin origin = origin(name, value, Role.LINK, tracer);
                // Out of a reader it is content like any other; out of nowhere the agent should not have it.
                if (origin.provenance() == Provenance.UNKNOWN && !out.contains(origin)) {
                    out.add(origin);
                }
            }
        }
    }

    /** Addresses as a reader would follow them: without hidden characters and common disguises. */
    private static String reveal(String text) {
        StringBuilder out = new StringBuilder(text.length());
        java.text.Normalizer.normalize(text, java.text.Normalizer.Form.NFKC)
                .codePoints()
                .filter(point -> Character.getType(point) != Character.FORMAT)
                .forEach(out::appendCodePoint);
        return out.toString()
                .replaceAll("(?i)\\s*[\\[({]\\s*(?:\\.|dot)\\s*[\\])}]\\s*", ".")
                .replaceAll("(?i)\\s*[\\[({]\\s*(?:@|at)\\s*[\\])}]\\s*", "@")
                .replaceAll("(?i)(?<=[a-z0-9]) dot (?=[a-z0-9])", ".");
    }

    private static String trimmed(String address) {
        return address.replaceAll("[.,;:!?]+$", "");
    }

    /** The single values of an argument, as text. True and false decide nothing and are left out. */
    static List<String> leaves(@Nullable Object value) {
        List<String> leaves = new ArrayList<>();
        collect(value, leaves);
        return leaves;
    }

    private static void collect(@Nullable Object value, List<String> out) {
        switch (value) {
            case null -> {}
            case Boolean _ -> {}
            case Map<?, ?> map ->
                map.forEach((name, item) -> {
                    out.add(String.valueOf(name));
                    collect(item, out);
                });
            case List<?> items -> items.forEach(item -> collect(item, out));
            default -> {
                if (!String.valueOf(value).isBlank()) {
                    out.add(String.valueOf(value));
                }
            }
        }
    }
}
