package dev.agentos.domain.catalog;

import dev.agentos.domain.contract.PlainYaml;
import dev.agentos.domain.contract.Problem;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What an entry says of itself in its {@code entry.yaml}.
 *
 * @param kind what can be done with it
 * @param title what it does, in a few words
 * @param summary what it does and what comes of it, in a sentence or two
 * @param inputs what it is told at the start
 * @param needs programs of the machine without which it cannot run
 * @param shows the field of a step's result that answers the person, such as {@code steps.answer.markdown}; or empty
 * @param example a command line that works
 */
public record CatalogEntry(
        Kind kind,
        String name,
        EntryVersion version,
        String title,
        String summary,
        String publisher,
        List<Input> inputs,
        List<Need> needs,
        String shows,
        String example) {

    public static final String API_VERSION = "agentos/catalog/v1";

    private static final Set<String> KEYS = Set.of(
            "apiVersion",
            "kind",
            "name",
            "version",
            "title",
            "summary",
            "publisher",
            "inputs",
            "needs",
            "shows",
            "example");

    public CatalogEntry {
        inputs = List.copyOf(inputs);
        needs = List.copyOf(needs);
    }

    /** What an entry is. */
    public enum Kind {
        AGENT,
        PLAN,
        TOOL
    }

    /** What an input is for whoever asks for it. */
    public enum InputKind {
        TEXT,
        NUMBER,
        /** A path of the machine; a relative one is meant from where the person stands. */
        PATH,
        URL
    }

    /**
     * One input.
     *
     * @param otherwise the value when none is given; empty: one must be given
     * @param choices the only values, or empty for any
     */
    public record Input(String name, InputKind kind, String about, Optional<String> otherwise, List<String> choices) {
        public Input {
            choices = List.copyOf(choices);
        }
    }

    /** A program without which the entry cannot run, and what it is for. */
    public record Need(String program, String why) {}

    /** What became of an entry's text. */
    public sealed interface Outcome {
        record Entry(CatalogEntry entry) implements Outcome {}

        /** Each problem says what to correct. */
        record Invalid(List<String> problems) implements Outcome {
            public Invalid {
                problems = List.copyOf(problems);
            }
        }
    }

    /** Reads an {@code entry.yaml}. */
    public static Outcome parse(String text, String source) {
        return switch (PlainYaml.read(text, source)) {
            case PlainYaml.Outcome.Unreadable unreadable ->
                new Outcome.Invalid(
                        unreadable.problems().stream().map(Problem::toString).toList());
            case PlainYaml.Outcome.Read read -> new Reading(read.values(), source).entry();
        };
    }

    /** One pass over the values that collects everything that is wrong. */
    private static final class Reading {
        private final Map<String, Object> values;
        private final String source;
        private final List<String> problems = new ArrayList<>();

        Reading(Map<String, Object> values, String source) {
            this.values = values;
            this.source = source;
        }

        Outcome entry() {
            for (String key : values.keySet()) {
                if (!KEYS.contains(key)) {
                    problem("an entry has no \"" + key + "\"");
                }
            }
            if (!API_VERSION.equals(values.get("apiVersion"))) {
                problem("apiVersion must be " + API_VERSION);
            }
            Kind kind = word(text(values, "kind", true), Kind.class, Kind.AGENT);
            String name = text(values, "name", true);
            if (!name.matches("[a-z0-9]([a-z0-9-]{0,46}[a-z0-9])?")) {
                problem("name must be 1 to 48 of a-z, 0-9 and '-'");
            }
            Optional<EntryVersion> version = EntryVersion.of(text(values, "version", true));
            if (version.isEmpty()) {
                problem("version must be three numbers such as 1.0.0");
            }
            CatalogEntry entry = new CatalogEntry(
                    kind,
                    name,
                    version.orElse(new EntryVersion(0, 0, 0)),
                    text(values, "title", true),
                    text(values, "summary", true),
                    text(values, "publisher", false),
                    inputs(),
                    needs(),
                    shows(),
                    text(values, "example", false));
            return problems.isEmpty() ? new Outcome.Entry(entry) : new Outcome.Invalid(problems);
        }

        private void problem(String what) {
            problems.add(source + ": " + what);
        }

        private String text(Map<?, ?> from, String key, boolean needed) {
            Object value = from.get(key);
            if (value == null) {
                if (needed) {
                    problem("\"" + key + "\" is missing");
                }
                return "";
            }
            if (value instanceof String text && text.length() <= 2_000) {
                return text.strip();
            }
            problem("\"" + key + "\" must be a text of at most 2,000 characters");
            return "";
        }

        private <E extends Enum<E>> E word(String written, Class<E> type, E otherwise) {
            for (E word : type.getEnumConstants()) {
                if (word.name().equalsIgnoreCase(written)) {
                    return word;
                }
            }
            if (!written.isEmpty()) {
                problem("\"" + written + "\" is not one of "
                        + List.of(type.getEnumConstants()).toString().toLowerCase(java.util.Locale.ROOT));
            }
            return otherwise;
        }

        private List<Input> inputs() {
            List<Input> inputs = new ArrayList<>();
            Set<String> names = new LinkedHashSet<>();
            for (Map<?, ?> item : mappings("inputs")) {
                String name = text(item, "name", true);
                if (!name.matches("[A-Za-z][A-Za-z0-9_-]{0,63}") || !names.add(name)) {
                    problem("each input needs a name of its own");
                }
                Object otherwise = item.get("default");
                List<String> choices = new ArrayList<>();
                if (item.get("choices") instanceof List<?> list) {
                    list.forEach(choice -> choices.add(String.valueOf(choice)));
                }
                inputs.add(new Input(
                        name,
                        word(text(item, "kind", false), InputKind.class, InputKind.TEXT),
                        text(item, "about", true),
                        Optional.ofNullable(otherwise).map(String::valueOf),
                        choices));
            }
            return inputs;
        }

        private List<Need> needs() {
            List<Need> needs = new ArrayList<>();
            for (Map<?, ?> item : mappings("needs")) {
                String program = text(item, "program", true);
                if (!program.matches("[A-Za-z0-9][A-Za-z0-9._+-]{0,63}")) {
                    problem("a needed program is a plain name such as python3");
                }
                needs.add(new Need(program, text(item, "why", true)));
            }
            return needs;
        }

        private String shows() {
            String shows = text(values, "shows", false);
            if (!shows.isEmpty() && !shows.matches("steps\\.[a-z][a-z0-9_-]{0,47}(\\.[A-Za-z0-9_-]{1,64})+")) {
                problem("\"shows\" must be like steps.answer.markdown");
            }
            return shows;
        }

        private List<Map<?, ?>> mappings(String key) {
            List<Map<?, ?>> mappings = new ArrayList<>();
            Object value = values.getOrDefault(key, List.of());
            if (!(value instanceof List<?> list) || list.size() > 50) {
                problem("\"" + key + "\" must be a list");
                return mappings;
            }
            for (Object item : list) {
                if (item instanceof Map<?, ?> map) {
                    mappings.add(map);
                } else {
                    problem("each of \"" + key + "\" must be a mapping");
                }
            }
            return mappings;
        }
    }
}
