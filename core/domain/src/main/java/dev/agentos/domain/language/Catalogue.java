package dev.agentos.domain.language;

import dev.agentos.domain.language.Intent.Cue;
import dev.agentos.domain.language.Intent.Sign;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Everything that can be said: concepts, and commands with their signs and examples. */
public final class Catalogue {

    /** Where the catalogue's text lies beside this class. */
    public static final String RESOURCE = "catalogue.txt";

    private final List<Intent> intents;
    private final Concepts concepts;
    /** By command: the stems of every word that its signs, its examples and its description have. */
    private final Map<String, Set<String>> vocabularies;

    private Catalogue(List<Intent> intents, Concepts concepts) {
        this.intents = List.copyOf(intents);
        this.concepts = concepts;
        this.vocabularies = intents.stream()
                .collect(Collectors.toUnmodifiableMap(Intent::command, intent -> words(intent, concepts)));
    }

    private static Set<String> words(Intent intent, Concepts concepts) {
        Set<String> words = new HashSet<>();
        for (Cue cue : intent.cues()) {
            for (Sign sign : cue.signs()) {
                if (!sign.isKind() && !sign.absent()) {
                    words.addAll(concepts.stems(sign.name()));
                }
            }
        }
        intent.parameters().forEach(parameter -> words.addAll(concepts.stems(parameter.concept())));
        List<String> texts = new ArrayList<>(intent.examples());
        texts.add(intent.about());
        texts.add(intent.command());
        texts.forEach(text -> Words.tokens(text).forEach(token -> words.add(token.stem())));
        return Set.copyOf(words);
    }

    /** The stems that a sentence may have and still say no more than this command. */
    Set<String> vocabulary(Intent intent) {
        return vocabularies.getOrDefault(intent.command(), Set.of());
    }

    public List<Intent> intents() {
        return intents;
    }

    Concepts concepts() {
        return concepts;
    }

    /** The command of these words. */
    public Optional<Intent> find(String command) {
        return intents.stream()
                .filter(intent -> intent.command().equals(command))
                .findFirst();
    }

    /** Every example with what varies replaced by words that stand for it, in the order of the commands. */
    public List<Example> examples() {
        List<Example> examples = new ArrayList<>();
        for (Intent intent : intents) {
            for (String example : intent.examples()) {
                examples.add(new Example(intent, standing(example)));
            }
            examples.add(new Example(intent, intent.about().toLowerCase(Locale.ROOT)));
        }
        return examples;
    }

    /** An example as it is compared. */
    public record Example(Intent intent, String text) {}

    private static String standing(String example) {
        String text = example;
        for (Kind kind : Kind.values()) {
            text = text.replace("{" + kind.name().toLowerCase(Locale.ROOT) + "}", kind.stand());
        }
        return text;
    }

    /**
     * Reads the catalogue's text.
     *
     * @throws IllegalArgumentException with the line that is wrong: the catalogue is part of the program
     */
    public static Catalogue parse(String text) {
        Map<String, List<String>> concepts = new LinkedHashMap<>();
        List<Draft> drafts = new ArrayList<>();
        int number = 0;
        for (String raw : text.lines().toList()) {
            number++;
            String line = raw.strip();
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            try {
                if (line.startsWith("@")) {
                    int space = line.indexOf(' ');
                    concepts.put(
                            line.substring(1, space),
                            List.of(line.substring(space + 1).split("\\|")));
                } else if (line.startsWith("= ")) {
                    drafts.add(new Draft(line.substring(2)));
                } else {
                    drafts.getLast().line(line);
                }
            } catch (RuntimeException e) {
                throw new IllegalArgumentException("line " + number + " of the catalogue: " + line, e);
            }
        }
        for (Draft draft : drafts) {
            draft.check(concepts.keySet());
        }
        return new Catalogue(drafts.stream().map(Draft::intent).toList(), Concepts.of(concepts));
    }

    /** A command while its lines are read. */
    private static final class Draft {
        private final String command;
        private final List<Parameter> parameters = new ArrayList<>();
        private final List<Cue> cues = new ArrayList<>();
        private final List<String> examples = new ArrayList<>();
        private boolean shell;
        private Effect effect = Effect.READS;
        private String about = "";

        Draft(String head) {
            StringBuilder words = new StringBuilder();
            for (String word : head.split(" ")) {
                if (word.startsWith("--") || Character.isUpperCase(word.charAt(0))) {
                    parameters.add(Parameter.parse(word));
                } else {
                    words.append(words.isEmpty() ? "" : " ").append(word);
                }
            }
            command = words.toString();
        }

        void line(String line) {
            int space = line.indexOf(' ');
            String key = space < 0 ? line : line.substring(0, space);
            String rest = space < 0 ? "" : line.substring(space + 1).strip();
            switch (key) {
                case "shell" -> shell = true;
                case "about" -> about = rest;
                case "effect" -> effect = Effect.valueOf(rest.toUpperCase(Locale.ROOT));
                case "say" -> examples.add(rest);
                case "cue" -> cues.add(cue(rest));
                default -> throw new IllegalArgumentException(key);
            }
        }

        private static Cue cue(String text) {
            String[] parts = text.split(" ");
            List<Sign> signs = new ArrayList<>();
            for (int i = 1; i < parts.length; i++) {
                boolean absent = parts[i].startsWith("!");
                String name = absent ? parts[i].substring(1) : parts[i];
                boolean kind = name.startsWith("{");
                signs.add(new Sign(kind ? name.substring(1, name.length() - 1) : name.substring(1), kind, absent));
            }
            return new Cue(Double.parseDouble(parts[0]), signs);
        }

        /** A sign that names no concept would never hold, and nobody would notice. */
        void check(java.util.Set<String> known) {
            for (Cue cue : cues) {
                for (Sign sign : cue.signs()) {
                    if (sign.isKind()) {
                        Kind.valueOf(sign.name().toUpperCase(Locale.ROOT));
                    } else if (!known.contains(sign.name())) {
                        throw new IllegalArgumentException(command + ": there is no concept @" + sign.name());
                    }
                }
            }
            for (Parameter parameter : parameters) {
                if (parameter.kind() == Kind.FLAG && !known.contains(parameter.concept())) {
                    throw new IllegalArgumentException(command + ": there is no concept @" + parameter.concept());
                }
            }
        }

        Intent intent() {
            return new Intent(command, shell, effect, about, parameters, cues, examples);
        }
    }
}
