package dev.agentos.domain.policy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a task has shown its agent so far: the person's words, and the results of its calls with their labels. From it
 * the provenance of a value is found without knowing how the agent came by it.
 *
 * @param person everything that the person wrote for this task
 * @param seen results in the order of their calls
 */
public record Knowledge(String person, List<Sighting> seen) implements Tracer {

    /** Longer values of a trusted reader are prose: somebody else's words may stand in them. */
    static final int MAX_NAME = 128;

    /** A result that was shown, as its single values. {@code source} names the call. */
    public record Sighting(String source, List<Leaf> leaves) {
        public Sighting {
            leaves = List.copyOf(leaves);
        }
    }

    /** One value of a result. */
    public record Leaf(String text, Labels labels) {}

    public Knowledge {
        seen = List.copyOf(seen);
    }

    public static Knowledge of(String person) {
        return new Knowledge(person, List.of());
    }

    public Knowledge with(Sighting sighting) {
        List<Sighting> next = new ArrayList<>(seen);
        next.add(sighting);
        return new Knowledge(person, next);
    }

    /** Labels of everything that was shown, together. */
    public Labels labels() {
        return Labels.all(seen.stream()
                .flatMap(sighting -> sighting.leaves().stream())
                .map(Leaf::labels)
                .toList());
    }

    /** Calls that showed something untrusted. */
    public List<String> untrustedSources() {
        return seen.stream()
                .filter(sighting -> sighting.leaves().stream()
                        .anyMatch(leaf -> leaf.labels().untrusted()))
                .map(Sighting::source)
                .distinct()
                .toList();
    }

    /**
     * Splits a result into its values, each with its labels.
     *
     * @param raised labels of the arguments and of what the tool found, which every value carries as well
     * @param echoed argument values that nobody vouched for: a trusted reader that repeats one does not vouch for it
     */
    public static Sighting sight(
            String source, Map<String, Object> output, ResultLabels written, Labels raised, List<String> echoed) {
        List<Leaf> leaves = new ArrayList<>();
        collect(
                "",
                output,
                written,
                raised,
                echoed.stream().map(Spelling::loose).toList(),
                leaves);
        return new Sighting(source, leaves);
    }

    private static void collect(
            String path,
            @Nullable Object value,
            ResultLabels written,
            Labels raised,
            List<String> echoed,
            List<Leaf> out) {
        switch (value) {
            case null -> {}
            case Map<?, ?> map ->
                map.forEach((name, item) -> {
                    String key = String.valueOf(name);
                    String below = path.isEmpty() ? key : path + "." + key;
                    out.add(leaf(key, written.at(below), raised, echoed));
                    collect(below, item, written, raised, echoed, out);
                });
            case List<?> items -> {
                for (int i = 0; i < items.size(); i++) {
                    collect(path.isEmpty() ? "" + i : path + "." + i, items.get(i), written, raised, echoed, out);
                }
            }
            default -> out.add(leaf(String.valueOf(value), written.at(path), raised, echoed));
        }
    }

    private static Leaf leaf(String text, Labels written, Labels raised, List<String> echoed) {
        String loose = Spelling.loose(text);
        boolean repeated = echoed.stream().anyMatch(value -> !value.isEmpty() && loose.contains(value));
        return new Leaf(text, repeated ? written.and(raised).and(Labels.UNTRUSTED) : written.and(raised));
    }

    @Override
    public Found find(String argument, String value) {
        String strict = Spelling.strict(value);
        if (strict.isEmpty()) {
            return new Found(Provenance.PERSON, "nothing");
        }
        if (personSaid(strict)) {
            return new Found(Provenance.PERSON, "the task");
        }
        for (Sighting sighting : seen) {
            for (Leaf leaf : sighting.leaves()) {
                if (!leaf.labels().untrusted() && isName(leaf.text()) && same(strict, leaf.text())) {
                    return new Found(Provenance.TRUSTED, sighting.source());
                }
            }
        }
        return disguised(value)
                .map(source -> new Found(Provenance.UNTRUSTED, source))
                .orElse(new Found(Provenance.UNKNOWN, ""));
    }

    @Override
    public Optional<String> secretIn(String value) {
        List<String> readings =
                Spelling.readings(value).stream().map(Spelling::loose).toList();
        for (Sighting sighting : seen) {
            for (Leaf leaf : sighting.leaves()) {
                String loose = leaf.labels().secret() ? Spelling.loose(leaf.text()) : "";
                if (loose.length() >= Spelling.MIN_LOOSE && readings.stream().anyMatch(r -> r.contains(loose))) {
                    return Optional.of(sighting.source());
                }
            }
        }
        return Optional.empty();
    }

    /** Whether untrusted text holds the value, in whatever spelling. */
    private Optional<String> disguised(String value) {
        List<String> readings = Spelling.readings(value).stream()
                .map(Spelling::loose)
                .filter(reading -> reading.length() >= Spelling.MIN_LOOSE)
                .toList();
        for (Sighting sighting : seen) {
            for (Leaf leaf : sighting.leaves()) {
                if (leaf.labels().untrusted()) {
                    String loose = Spelling.loose(leaf.text());
                    if (readings.stream().anyMatch(loose::contains)) {
                        return Optional.of(sighting.source());
                    }
                }
            }
        }
        return Optional.empty();
    }

    private boolean personSaid(String strict) {
        String words = Spelling.strict(person);
        return Spelling.standsIn(strict, words) || (Quantity.isNumber(strict) && Quantity.standsIn(strict, words));
    }

    private static boolean isName(String text) {
        return text.length() <= MAX_NAME && text.indexOf('\n') < 0 && text.indexOf('\r') < 0;
    }

    private static boolean same(String strict, String leaf) {
        return strict.equals(Spelling.strict(leaf)) || Quantity.same(strict, leaf);
    }
}
