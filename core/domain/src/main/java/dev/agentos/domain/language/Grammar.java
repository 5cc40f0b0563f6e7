package dev.agentos.domain.language;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** The exact layer: a line that already is a command, with every argument of its type. */
public final class Grammar {

    /** Words that no agent is called; with them a line is a sentence. */
    private static final Set<String> ENGLISH = Set.of(
            "me",
            "the",
            "a",
            "an",
            "my",
            "all",
            "everything",
            "anything",
            "it",
            "this",
            "that",
            "agent",
            "agents",
            "why",
            "what",
            "which",
            "who",
            "how",
            "you",
            "us",
            "them",
            "some",
            "any",
            "every",
            "please",
            "now",
            "him");

    private static final Set<String> COMMON_OPTIONS = Set.of("--json", "--plain", "--help", "-h");

    private Grammar() {}

    /** The longest command that these words begin with. */
    static Optional<Intent> intent(Catalogue catalogue, String line) {
        List<String> words = CommandText.split(line).orElse(List.of());
        for (int length = Math.min(3, words.size()); length >= 1; length--) {
            Optional<Intent> found = catalogue.find(String.join(" ", words.subList(0, length)));
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
    }

    /** The line as a command, where it is one; empty where it only begins like one. */
    static Optional<String> exact(Catalogue catalogue, String text, Names names) {
        String line = text.startsWith("agentctl ")
                ? text.substring("agentctl ".length()).strip()
                : text;
        Optional<List<String>> split = CommandText.split(line);
        Optional<Intent> intent = split.isEmpty() ? Optional.empty() : intent(catalogue, line);
        if (intent.isEmpty()) {
            return Optional.empty();
        }
        int head = intent.get().command().split(" ").length;
        List<String> rest = split.get().subList(head, split.get().size());
        return fits(intent.get(), rest, names) ? Optional.of(line) : Optional.empty();
    }

    private static boolean fits(Intent intent, List<String> rest, Names names) {
        List<Parameter> positional = new ArrayList<>(intent.parameters().stream()
                .filter(p -> !p.isOption() && p.kind() != Kind.COMMAND)
                .toList());
        boolean takesCommand = intent.takes(Kind.COMMAND) && intent.command().equals("run");
        for (int i = 0; i < rest.size(); i++) {
            String word = rest.get(i);
            if (word.equals("--")) {
                return takesCommand
                        && i + 1 < rest.size()
                        && positional.stream().noneMatch(Parameter::required);
            }
            if (word.startsWith("-") && word.length() > 1) {
                String name = word.contains("=") ? word.substring(0, word.indexOf('=')) : word;
                Optional<Parameter> option = intent.parameters().stream()
                        .filter(p -> p.isOption() && p.option().equals(name))
                        .findFirst();
                if (option.isEmpty()) {
                    if (COMMON_OPTIONS.contains(name)) {
                        continue;
                    }
                    return false;
                }
                if (option.get().kind() != Kind.FLAG && !word.contains("=")) {
                    i++;
                    if (i >= rest.size() || !typed(option.get().kind(), rest.get(i), names)) {
                        return false;
                    }
                }
                continue;
            }
            if (positional.isEmpty() || !typed(positional.getFirst().kind(), word, names)) {
                return false;
            }
            if (!positional.getFirst().many()) {
                positional.removeFirst();
            }
        }
        return positional.stream().noneMatch(Parameter::required) && !takesCommand;
    }

    /** Whether a word can be an argument of this kind. */
    static boolean typed(Kind kind, String word, Names names) {
        String lower = word.toLowerCase(Locale.ROOT);
        return switch (kind) {
            case AGENT ->
                !ENGLISH.contains(lower)
                        && (names.agents().contains(word)
                                || names.agents().stream()
                                        .anyMatch(id -> id.endsWith("-" + word)
                                                || Names.called(id).equals(word))
                                || word.matches("[a-z0-9]+(-[a-z0-9]+)+|\\d{3,}"));
            case NAME ->
                !ENGLISH.contains(lower)
                        && (names.catalog().contains(word) || word.matches("[a-z0-9]+(-[a-z0-9]+)+|bash|zsh"));
            case CLASS -> lower.matches("hrt|srt|dt");
            case BINDING -> lower.matches("strict|smooth|flexible");
            case ASK -> lower.matches("ask-[a-z0-9-]+");
            case GRANT -> lower.matches("grant-[a-z0-9-]+");
            case NUMBER -> word.matches("\\d+");
            case DECISION -> lower.matches("allow|deny");
            case SCOPE -> lower.matches("once|run|restart|30d");
            case STATE -> word.matches("[a-z]+(-[a-z]+)*");
            case DURATION -> word.matches("\\d+[smhd]?|today|yesterday|\\d{1,2}:\\d{2}");
            case FILE -> word.matches(".*[./*-].*") || word.equals("-");
            case MODEL -> word.contains("/") || names.models().contains(word);
            case TOOL -> names.tools().contains(word) || word.contains(".");
            case PAIR -> word.contains("=");
            case OPERATION ->
                word.matches("read|list|write|create|delete|exec|connect|[a-z]+\\.[a-z_]+")
                        || names.tools().contains(word);
            case TARGET, TEXT, REST, JSON, DOMAIN -> !ENGLISH.contains(lower);
            case COMMAND, FLAG -> false;
        };
    }
}
