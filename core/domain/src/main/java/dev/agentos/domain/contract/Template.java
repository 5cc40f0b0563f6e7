package dev.agentos.domain.contract;

import dev.agentos.domain.json.CanonicalJson;
import dev.agentos.domain.secret.SecretReferences;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A text with references in it: <code>${input.NAME}</code> is the run's input of that name, <code>${steps.ID.FIELD}</code>
 * a field of an earlier step's output, <code>${secret.NAME}</code> a secret that stays a reference until the gateway makes
 * the call. Two dollar signs before a brace stand for one that is no reference.
 *
 * @param parts literals and references, in order
 */
public record Template(List<Part> parts) {
    private static final Pattern INPUT = Pattern.compile("input\\.([A-Za-z][A-Za-z0-9_-]{0,63})");
    private static final Pattern STEP = Pattern.compile("steps\\.([a-z][a-z0-9_-]{0,47})((?:\\.[A-Za-z0-9_-]{1,64})+)");

    public Template {
        parts = List.copyOf(parts);
    }

    /** A piece of a template. */
    public sealed interface Part {}

    /** Text that stands for itself. */
    public record Literal(String text) implements Part {}

    /** A place that a value is put into. */
    public sealed interface Reference extends Part {}

    /** The run's input of that name. */
    public record InputReference(String name) implements Reference {
        @Override
        public String toString() {
            return "${input." + name + "}";
        }
    }

    /** A field of an earlier step's output; each further name goes one level deeper, a number is a list index from 0. */
    public record StepReference(String step, List<String> field) implements Reference {
        public StepReference {
            field = List.copyOf(field);
        }

        @Override
        public String toString() {
            return "${steps." + step + "." + String.join(".", field) + "}";
        }
    }

    /** A secret of that name. It resolves to its own text: only the gateway knows the value. */
    public record SecretReference(String name) implements Reference {
        @Override
        public String toString() {
            return SecretReferences.to(name);
        }
    }

    /** A {@code ${…}} that is no reference. */
    record Malformed(String text) {
        Fault fault() {
            return new Fault(
                    "bad-reference",
                    "\"" + text + "\" is no reference",
                    "write ${input.NAME}, ${steps.ID.FIELD} or ${secret.NAME}; $${ stands for a plain ${");
        }
    }

    /**
     * Reads a template.
     *
     * @throws IllegalArgumentException for a {@code ${…}} that is no reference
     */
    public static Template parse(String text) {
        Scan scan = new Scan();
        scan.read(text);
        if (!scan.malformed.isEmpty()) {
            throw new IllegalArgumentException(scan.malformed.getFirst().fault().message());
        }
        return new Template(scan.parts);
    }

    /**
     * Puts values into every string of a tree of maps, lists and strings. A string that is one reference and nothing else
     * becomes the value itself; a reference inside other text becomes text (a string as it is, anything else as JSON).
     *
     * @param lookup finds the value of a reference; never null
     */
    public static Object resolve(Object value, Function<Reference, Object> lookup) {
        return switch (value) {
            case String text -> parse(text).resolve(lookup);
            case Map<?, ?> map -> {
                Map<String, Object> resolved = new LinkedHashMap<>();
                map.forEach((name, inner) -> resolved.put(String.valueOf(name), resolve(inner, lookup)));
                yield resolved;
            }
            case List<?> items ->
                items.stream().map(item -> resolve((Object) item, lookup)).collect(Collectors.toList());
            default -> value;
        };
    }

    private Object resolve(Function<Reference, Object> lookup) {
        if (parts.size() == 1 && parts.getFirst() instanceof Reference only) {
            return lookup.apply(only);
        }
        StringBuilder out = new StringBuilder();
        for (Part part : parts) {
            switch (part) {
                case Literal literal -> out.append(literal.text());
                case Reference reference -> {
                    Object found = lookup.apply(reference);
                    out.append(found instanceof String text ? text : CanonicalJson.write(found));
                }
            }
        }
        return out.toString();
    }

    /** The references in every string of a tree, in order. */
    public static List<Reference> references(Object value) {
        return scan(value).parts.stream()
                .filter(Reference.class::isInstance)
                .map(Reference.class::cast)
                .toList();
    }

    static List<Malformed> malformed(Object value) {
        return scan(value).malformed;
    }

    private static Scan scan(Object value) {
        Scan scan = new Scan();
        scan.readTree(value);
        return scan;
    }

    /** What is found in one text, or in all the strings of a tree. */
    private static final class Scan {
        private final List<Part> parts = new ArrayList<>();
        private final List<Malformed> malformed = new ArrayList<>();

        private void readTree(Object value) {
            switch (value) {
                case String text -> read(text);
                case Map<?, ?> map -> map.values().forEach(this::readTree);
                case List<?> items -> items.forEach(this::readTree);
                default -> {}
            }
        }

        private void read(String text) {
            StringBuilder literal = new StringBuilder();
            int at = 0;
            while (at < text.length()) {
                if (text.startsWith("$${", at)) {
                    literal.append("${");
                    at += 3;
                } else if (text.startsWith("${", at)) {
                    int end = text.indexOf('}', at);
                    int stop = end < 0 ? text.length() : end + 1;
                    flush(literal);
                    reference(text.substring(at, stop));
                    at = stop;
                } else {
                    literal.append(text.charAt(at++));
                }
            }
            flush(literal);
        }

        private void flush(StringBuilder literal) {
            if (!literal.isEmpty()) {
                parts.add(new Literal(literal.toString()));
                literal.setLength(0);
            }
        }

        private void reference(String text) {
            String body = text.endsWith("}") ? text.substring(2, text.length() - 1) : "";
            Matcher input = INPUT.matcher(body);
            Matcher step = STEP.matcher(body);
            if (input.matches()) {
                parts.add(new InputReference(input.group(1)));
            } else if (step.matches()) {
                parts.add(new StepReference(
                        step.group(1), List.of(step.group(2).substring(1).split("\\.", -1))));
            } else if (body.startsWith("secret.") && SecretReferences.isName(body.substring("secret.".length()))) {
                parts.add(new SecretReference(body.substring("secret.".length())));
            } else {
                malformed.add(new Malformed(text));
            }
        }
    }
}
