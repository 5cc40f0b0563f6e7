package dev.agentos.domain.language;

import dev.agentos.domain.language.Words.Token;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Puts what a sentence names where a command wants it. */
final class SlotFiller {

    /** Operations that people have words for, in the order in which they are looked for. */
    private static final Map<String, String> OPERATIONS = operations();

    private static final Pattern SAID_TO_AGENT =
            Pattern.compile("^[\\s,:;-]*(?:to |about |for |that |with |if |whether )?", Pattern.CASE_INSENSITIVE);

    private final String text;
    private final List<Token> tokens;
    private final List<Mention> mentions;
    private final Set<String> concepts;
    private final Names names;

    SlotFiller(String text, List<Token> tokens, List<Mention> mentions, Set<String> concepts, Names names) {
        this.text = text;
        this.tokens = tokens;
        this.mentions = mentions;
        this.concepts = concepts;
        this.names = names;
    }

    /**
     * A command line, and what it still lacks.
     *
     * @param missing the first required argument that the sentence does not give
     */
    record Filled(String line, Optional<Parameter> missing) {}

    Filled fill(Intent intent) {
        List<String> words = new ArrayList<>(List.of(intent.command().split(" ")));
        List<String> options = new ArrayList<>();
        List<String> rest = new ArrayList<>();
        Optional<Parameter> missing = Optional.empty();
        for (Parameter parameter : intent.parameters()) {
            if (parameter.kind() == Kind.FLAG) {
                if (concepts.contains(parameter.concept())
                        && !options.contains(parameter.option())
                        && !contradicted(intent, parameter, words)) {
                    options.add(parameter.option());
                }
                continue;
            }
            if (intent.command().equals("spawn")
                    && parameter.kind() == Kind.NAME
                    && value(Kind.FILE).isPresent()) {
                continue;
            }
            if (parameter.kind() == Kind.COMMAND) {
                Optional<String> command = command();
                command.ifPresent(line -> {
                    rest.add("--");
                    CommandText.split(line).ifPresent(rest::addAll);
                });
                missing = command.isPresent() ? missing : missing.or(() -> Optional.of(parameter));
                continue;
            }
            List<String> values = values(intent, parameter);
            if (values.isEmpty()) {
                if (parameter.required() && missing.isEmpty()) {
                    missing = Optional.of(parameter);
                }
            } else if (parameter.isOption()) {
                for (String value : parameter.many() ? values : values.subList(0, 1)) {
                    options.add(parameter.option());
                    options.add(value);
                }
            } else {
                words.addAll(parameter.many() ? values : values.subList(0, 1));
            }
        }
        if (intent.command().equals("kill") && words.size() == 1 && options.isEmpty()) {
            missing = Optional.of(new Parameter(Kind.AGENT, "", true, false, ""));
        }
        if (intent.command().equals("spawn") && words.size() == 1 && !options.contains("--contract")) {
            missing = Optional.of(new Parameter(Kind.NAME, "", true, false, ""));
        }
        List<String> line = new ArrayList<>(words);
        line.addAll(options);
        line.addAll(rest);
        return new Filled(CommandText.join(line), missing);
    }

    /** A state already says which agents, and a named agent that not all are meant. */
    private boolean contradicted(Intent intent, Parameter flag, List<String> words) {
        return switch (intent.command()) {
            case "list" ->
                flag.option().equals("--all")
                        && (!wantsPast() || (value(Kind.STATE).isPresent() && !wantsAll()));
            case "kill" -> words.size() > 1;
            // "The error stream" is a name and asks for no streaming.
            case "logs" ->
                flag.option().equals("--follow")
                        && text.toLowerCase(Locale.ROOT).matches(".*\\b(error|output) stream\\b.*");
            default -> false;
        };
    }

    /** Those that are over as well as the others, and not only those of one state. */
    private boolean wantsAll() {
        return text.toLowerCase(Locale.ROOT)
                .matches(
                        ".*\\b(ever|too|also|including|included|as well|even|everything|all|whole|complete list|past)\\b.*");
    }

    /** "All agents" are those that are there; "ever", "finished" and "old" are those that were. */
    private boolean wantsPast() {
        return text.toLowerCase(Locale.ROOT)
                        .matches(
                                ".*\\b(ever|past|old|over|finished|ended|history|gone|dead|inactive|stopped|too|including|not running|no longer running|even)\\b.*")
                || (concepts.contains("all") && !concepts.contains("running"));
    }

    private List<String> values(Intent intent, Parameter parameter) {
        return switch (parameter.kind()) {
            case DECISION -> decision();
            case OPERATION -> operation();
            case TARGET -> target();
            case FILE -> file(intent);
            case TEXT -> text(parameter);
            case REST -> rest(intent);
            case PAIR ->
                mentions.stream()
                        .filter(m -> m.kind() == Kind.PAIR)
                        .map(Mention::value)
                        .toList();
            case NAME -> name(intent);
            case TOOL -> of(Kind.TOOL);
            case AGENT -> of(Kind.AGENT);
            case DURATION ->
                of(Kind.DURATION).stream()
                        .map(value ->
                                intent.command().equals("history") ? String.valueOf(Durations.seconds(value)) : value)
                        .filter(value -> !value.equals("0"))
                        .toList();
            case STATE -> parameter.option().equals("--level") ? level() : wantsAll() ? List.of() : of(Kind.STATE);
            case NUMBER -> number(parameter);
            default -> of(parameter.kind());
        };
    }

    private List<String> of(Kind kind) {
        return mentions.stream()
                .filter(m -> m.kind() == kind)
                .map(Mention::value)
                .distinct()
                .toList();
    }

    private Optional<String> value(Kind kind) {
        return of(kind).stream().findFirst();
    }

    private static final Pattern LOOKED_FOR = Pattern.compile(
            "(?i)\\b(?:for|mention(?:s|ing)?|contain(?:s|ing)?|about|with the words?|with the text)\\s+(?:the (?:word|text) )?([\\p{L}\\p{N}._/-]+)[.?!]*$");

    private List<String> text(Parameter parameter) {
        List<String> quoted = of(Kind.TEXT);
        if (!quoted.isEmpty() || !parameter.option().equals("--grep") || !concepts.contains("search")) {
            return quoted;
        }
        Matcher matcher = LOOKED_FOR.matcher(text);
        return matcher.find() && !matcher.group(1).equals("me") ? List.of(matcher.group(1)) : List.of();
    }

    private List<String> file(Intent intent) {
        Optional<CommandInSentence.Found> found =
                intent.command().equals("run") ? CommandInSentence.find(text) : Optional.empty();
        return found.map(f -> List.of(f.contract())).orElseGet(() -> of(Kind.FILE));
    }

    // ------------------------------------------------------------------ single values

    private List<String> number(Parameter parameter) {
        List<String> numbers = of(Kind.NUMBER);
        return parameter.option().equals("--since") && !concepts.contains("since") ? List.of() : numbers;
    }

    private List<String> level() {
        String lower = text.toLowerCase(Locale.ROOT);
        if (lower.matches(".*\\bwarnings?\\b.*")) {
            return List.of("warning");
        }
        return lower.matches(".*\\b(errors?|wrong|failures?|problems?)\\b.*") ? List.of("error") : List.of();
    }

    private List<String> decision() {
        if (concepts.contains("deny")
                || text.toLowerCase(Locale.ROOT).matches(".*\\b(no|don't|do not|not|never)\\b.*")) {
            return List.of("deny");
        }
        return concepts.contains("allow") || text.toLowerCase(Locale.ROOT).matches(".*\\byes\\b.*")
                ? List.of("allow")
                : List.of();
    }

    private List<String> name(Intent intent) {
        List<String> named = of(Kind.NAME);
        if (!named.isEmpty()) {
            return named;
        }
        if (intent.command().equals("completion")) {
            Matcher shell = Pattern.compile("\\b(bash|zsh)\\b", Pattern.CASE_INSENSITIVE)
                    .matcher(text);
            return shell.find() ? List.of(shell.group().toLowerCase(Locale.ROOT)) : List.of();
        }
        // A new one is called by its name, never by the number of one that exists.
        return mentions.stream()
                .filter(m -> m.kind() == Kind.AGENT)
                .map(m -> Names.called(m.value()))
                .distinct()
                .toList();
    }

    // ------------------------------------------------------------------ explain

    private static Map<String, String> operations() {
        Map<String, String> operations = new LinkedHashMap<>();
        operations.put(
                "connect",
                "connect|connecting|connection|reach|reaching|contact|talk to|phone|access the internet|go online|network|call out|visit|download from|open a connection");
        operations.put("delete", "delete|deleting|deleted|remove|removing|removed|erase|erasing|unlink");
        operations.put("create", "create|creating|created|make a file|making a file|make the file|mkdir");
        operations.put("list", "list|listing|listed|enumerate|browse|browsing|look into the folder|see the files");
        operations.put("exec", "exec|execute|executing|executed|run|running|start|starting|launch|launching");
        operations.put(
                "write",
                "write|writing|written|wrote|save|saving|saved|modify|modifying|change|changing|edit|editing|overwrite|overwriting|store|storing|touch|update|updating");
        operations.put(
                "read",
                "read|reading|open|opening|opened|see|seeing|look at|looking at|view|viewing|load|loading|access|accessing|get at|peek");
        return operations;
    }

    private List<String> operation() {
        Optional<String> tool = value(Kind.TOOL);
        if (tool.isPresent() && value(Kind.FILE).isEmpty() && value(Kind.DOMAIN).isEmpty()) {
            return List.of(tool.get());
        }
        String lower = outsideMentions().toLowerCase(Locale.ROOT);
        String best = "";
        int at = -1;
        for (Map.Entry<String, String> operation : OPERATIONS.entrySet()) {
            Matcher matcher =
                    Pattern.compile("\\b(?:" + operation.getValue() + ")\\b").matcher(lower);
            while (matcher.find()) {
                // The last one said is the one that was refused: "why was it not allowed to open …".
                if (matcher.start() > at) {
                    at = matcher.start();
                    best = operation.getKey();
                }
            }
        }
        if (best.isEmpty() && value(Kind.DOMAIN).isPresent()) {
            return List.of("connect");
        }
        return best.isEmpty() ? List.of() : List.of(best);
    }

    private List<String> target() {
        return mentions.stream()
                .filter(m -> m.kind() == Kind.FILE || m.kind() == Kind.DOMAIN || m.kind() == Kind.TEXT)
                .map(m -> m.kind() == Kind.DOMAIN ? m.value().replaceFirst("^https?://", "") : m.value())
                .limit(1)
                .toList();
    }

    private String outsideMentions() {
        StringBuilder outside = new StringBuilder(text);
        for (Mention mention : mentions) {
            for (int i = mention.from(); i < mention.to(); i++) {
                outside.setCharAt(i, ' ');
            }
        }
        return outside.toString();
    }

    // ------------------------------------------------------------------ what is left of the sentence

    private List<String> rest(Intent intent) {
        if (intent.command().equals("ask")) {
            return question().map(List::of).orElse(List.of());
        }
        Optional<String> quoted = value(Kind.TEXT);
        if (quoted.isPresent()) {
            return List.of(quoted.get());
        }
        Matcher after = Pattern.compile(
                        "(?i)\\b(?:about|for|of|on|regarding|mentioning|containing|look up|look for|search for)\\s+(.+?)(?:\\s+in (?:the |our |their )?memor(?:y|ies))?[.?!]*$")
                .matcher(text);
        return after.find() ? List.of(after.group(1).strip()) : List.of();
    }

    private Optional<String> question() {
        Optional<Mention> agent =
                mentions.stream().filter(m -> m.kind() == Kind.AGENT).findFirst();
        if (agent.isEmpty()) {
            return Optional.empty();
        }
        String after = text.substring(agent.get().to());
        // Quotes around all of it are no part of it; quotes inside of it are.
        Optional<Mention> quoted = mentions.stream()
                .filter(m -> m.kind() == Kind.TEXT)
                .filter(m -> m.from() >= agent.get().to()
                        && text.substring(agent.get().to(), m.from()).strip().matches("[:,;-]?")
                        && text.substring(m.to()).strip().matches("[.!?]*"))
                .findFirst();
        String said = quoted.map(Mention::value)
                .orElseGet(() ->
                        SAID_TO_AGENT.matcher(after).replaceFirst("").strip().replaceFirst("[.!]+$", ""));
        return said.isBlank() ? Optional.empty() : Optional.of(said);
    }

    /** The command line in a sentence such as "run python3 x.py under coder.yaml". */
    private Optional<String> command() {
        return CommandInSentence.find(text).map(CommandInSentence.Found::command);
    }

    Names names() {
        return names;
    }

    List<Token> tokens() {
        return tokens;
    }
}
