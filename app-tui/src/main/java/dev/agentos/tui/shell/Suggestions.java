package dev.agentos.tui.shell;

import dev.agentos.bridge.wire.AgentWire.AgentView;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** What can follow in a line: from the real grammar, filled with what exists now. */
final class Suggestions {

    private static final int FILES = 200;

    private final Supplier<CommandLine> grammar;
    private final Map<String, String> shellCommands;
    private final LiveState live;
    private final Path folder;

    /**
     * @param grammar made when it is first needed: it takes longer than everything else before a prompt
     * @param shellCommands the shell's own commands with what they do
     */
    Suggestions(Supplier<CommandLine> grammar, Map<String, String> shellCommands, LiveState live, Path folder) {
        this.grammar = grammar;
        this.shellCommands = shellCommands;
        this.live = live;
        this.folder = folder;
    }

    /**
     * Candidates for the last word.
     *
     * @param before the words before it
     * @param word what is typed of it
     */
    List<Suggestion> next(List<String> before, String word) {
        if (before.isEmpty()) {
            return first();
        }
        String head = before.getFirst();
        if (shellCommands.containsKey(head) && !grammar.get().getSubcommands().containsKey(head)) {
            return ofShell(head, before.size(), word);
        }
        CommandLine command = grammar.get();
        int at = 0;
        while (at < before.size()) {
            CommandLine sub = command.getSubcommands().get(before.get(at));
            if (sub == null) {
                break;
            }
            command = sub;
            at++;
        }
        if (at == 0) {
            return List.of();
        }
        if (!command.getSubcommands().isEmpty() && at == before.size()) {
            return commands(command, "");
        }
        if (command.getCommandName().equals("spawn") && at == before.size() && !word.startsWith("-")) {
            return entries();
        }
        return arguments(command.getCommandSpec(), before.subList(at, before.size()), word);
    }

    private List<Suggestion> first() {
        List<Suggestion> all = new ArrayList<>(commands(grammar.get(), "agentctl"));
        shellCommands.forEach((name, about) -> all.add(new Suggestion(name, about, "shell", false)));
        return all;
    }

    private static List<Suggestion> commands(CommandLine of, String group) {
        List<Suggestion> found = new ArrayList<>();
        of.getSubcommands().forEach((name, sub) -> {
            String[] description = sub.getCommandSpec().usageMessage().description();
            found.add(new Suggestion(name, description.length == 0 ? "" : description[0], group, false));
        });
        return found;
    }

    private List<Suggestion> ofShell(String head, int words, String word) {
        return switch (head) {
            case "ask" -> words == 1 ? agents(true) : List.of();
            case "call" -> words == 1 ? tools() : List.of();
            case "edit" -> words == 1 ? files(word) : List.of();
            default -> List.of();
        };
    }

    private List<Suggestion> arguments(CommandSpec spec, List<String> given, String word) {
        if (given.contains("--")) {
            return files(word);
        }
        if (!given.isEmpty()) {
            OptionSpec option = spec.findOption(given.getLast());
            if (option != null && option.arity().max() > 0) {
                return values(option, word);
            }
        }
        List<Suggestion> found = new ArrayList<>();
        if (word.startsWith("-")) {
            options(spec, given, found);
            return found;
        }
        int positional = 0;
        for (int i = 0; i < given.size(); i++) {
            OptionSpec option = spec.findOption(given.get(i));
            if (option != null) {
                i += option.arity().max() > 0 ? 1 : 0;
            } else if (!given.get(i).startsWith("-")) {
                positional++;
            }
        }
        for (PositionalParamSpec parameter : spec.positionalParameters()) {
            if (parameter.index().contains(positional)) {
                found.addAll(values(parameter, word));
            }
        }
        if (found.isEmpty()) {
            options(spec, given, found);
        }
        return found;
    }

    private static void options(CommandSpec spec, List<String> given, List<Suggestion> found) {
        for (OptionSpec option : spec.options()) {
            if (!option.hidden() && !given.contains(option.longestName())) {
                String[] description = option.description();
                found.add(new Suggestion(
                        option.longestName(), description.length == 0 ? "" : description[0], "options", false));
            }
        }
    }

    private List<Suggestion> values(ArgSpec argument, String word) {
        String label = argument.paramLabel().toUpperCase(Locale.ROOT);
        if (label.contains("|")) {
            List<Suggestion> choices = new ArrayList<>();
            for (String choice : argument.paramLabel().split("\\|")) {
                choices.add(new Suggestion(choice, "", "choices", false));
            }
            return choices;
        }
        return switch (label) {
            case "AGENT" -> agents(false);
            case "TOOL" -> tools();
            case "MODEL" ->
                live.models().stream()
                        .map(m -> new Suggestion(m, "model", "models", false))
                        .toList();
            case "ASK" ->
                live.asks().stream()
                        .map(a -> new Suggestion(a.id(), a.title(), "waiting", false))
                        .toList();
            case "GRANT" ->
                live.grants().stream()
                        .map(g -> new Suggestion(g, "", "grants", false))
                        .toList();
            case "FILE", "DIR", "FOLDER" -> files(word);
            case "STATE", "WORD" -> words(argument);
            default -> List.of();
        };
    }

    private static List<Suggestion> words(ArgSpec argument) {
        String[] description = argument.description();
        boolean binding = description.length > 0 && description[0].contains("strict");
        List<String> words = binding
                ? List.of("strict", "smooth", "flexible")
                : List.of("running", "paused", "failed", "done", "queued", "killed");
        return words.stream()
                .map(word -> new Suggestion(word, "", "choices", false))
                .toList();
    }

    private List<Suggestion> agents(boolean over) {
        return live.agents().stream()
                .filter(agent ->
                        over || agent.endedAt().isEmpty() || live.agents().size() < 50)
                .sorted(Comparator.comparing(
                        (AgentView agent) -> !agent.endedAt().isEmpty()))
                .map(agent -> new Suggestion(
                        agent.id(), agent.glyph() + " " + agent.word() + " · " + agent.latency(), "agents", false))
                .toList();
    }

    /** What can be started by its name. */
    private List<Suggestion> entries() {
        return live.catalog().stream()
                .filter(entry -> !entry.kind().equals("tool"))
                .map(entry -> new Suggestion(
                        entry.name(),
                        (entry.state().equals("ready") ? "● " : "! " + entry.state() + " · ") + entry.title(),
                        "catalog",
                        false))
                .distinct()
                .toList();
    }

    private List<Suggestion> tools() {
        return live.tools().stream()
                .map(tool -> new Suggestion(tool.name(), tool.summary(), "tools", false))
                .toList();
    }

    private List<Suggestion> files(String word) {
        int slash = word.lastIndexOf('/');
        String parent = slash < 0 ? "" : word.substring(0, slash + 1);
        String home = System.getProperty("user.home", "/");
        Path where = folder.resolve(parent.startsWith("~/") ? home + parent.substring(1) : parent);
        List<Suggestion> found = new ArrayList<>();
        if (!Files.isDirectory(where)) {
            return found;
        }
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(where)) {
            for (Path entry : entries) {
                String name = String.valueOf(entry.getFileName());
                if (found.size() < FILES && (!name.startsWith(".") || word.endsWith("."))) {
                    boolean directory = Files.isDirectory(entry);
                    found.add(new Suggestion(parent + name + (directory ? "/" : ""), "", "files", directory));
                }
            }
        } catch (IOException e) {
            // A folder that cannot be read has nothing to offer.
            return List.of();
        }
        found.sort(Comparator.comparing(Suggestion::value));
        return found;
    }
}
