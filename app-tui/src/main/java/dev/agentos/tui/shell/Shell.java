package dev.agentos.tui.shell;

import dev.agentos.bridge.client.AgentdClient;
import dev.agentos.bridge.client.AgentdException;
import dev.agentos.bridge.client.UnreachableException;
import dev.agentos.bridge.wire.LanguageWire;
import dev.agentos.bridge.wire.LanguageWire.ProposalView;
import dev.agentos.bridge.wire.LanguageWire.Reading;
import dev.agentos.domain.language.CommandText;
import dev.agentos.themes.Role;
import dev.agentos.tui.Exit;
import dev.agentos.tui.ctl.CtlContext;
import dev.agentos.tui.ctl.ErrorReport;
import dev.agentos.tui.term.Screen;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import picocli.CommandLine;

/**
 * The shell without its terminal: what becomes of one typed line. What reads lines and keys is {@link Prompt}, for a
 * terminal or for plain lines.
 */
final class Shell {

    /** Words that make a line that would parse a sentence all the same: "show me", "kill everything". */
    private static final Set<String> SAID = Set.of(
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
            "agents",
            "what",
            "why",
            "which",
            "who",
            "how",
            "us",
            "them",
            "every",
            "any",
            "please",
            "for",
            "is",
            "are",
            "was",
            "to");

    private final CtlContext context;
    private final AgentdClient client;
    private final Prompt prompt;
    private final Screen screen;
    private final Runner runner;
    private final Programs programs;
    private final Supplier<CommandLine> grammar;
    private String focus = "";
    private int lastExit;

    /** What is not of this package: other views that take the terminal for a while. */
    interface Programs {
        int monitor() throws Exception;

        int edit(Path file) throws IOException;
    }

    Shell(
            CtlContext context,
            AgentdClient client,
            Prompt prompt,
            Runner runner,
            Programs programs,
            Supplier<CommandLine> grammar) {
        this.context = context;
        this.client = client;
        this.prompt = prompt;
        this.screen = context.console().screen();
        this.runner = runner;
        this.programs = programs;
        this.grammar = grammar;
    }

    int lastExit() {
        return lastExit;
    }

    /** Whether the shell goes on. */
    boolean accept(String typed) throws InterruptedException {
        try {
            return switch (Line.read(typed)) {
                case Line.Empty _ -> true;
                case Line.Unfinished _ -> {
                    say(Role.BAD, "a quote is open; close it");
                    lastExit = Exit.USAGE;
                    yield true;
                }
                case Line.Sentence sentence -> understand(sentence.text());
                case Line.Command command -> command(command, typed);
            };
        } catch (AgentdException | UnreachableException | dev.agentos.tui.ctl.CtlException e) {
            ErrorReport report = ErrorReport.of(e);
            report.write(context.console().errorScreen());
            lastExit = report.exit();
            return true;
        }
    }

    private boolean command(Line.Command command, String typed) throws InterruptedException {
        List<String> words = command.words();
        String head = words.getFirst();
        if (isShell(words, command.forced())) {
            return own(words, command.pipe());
        }
        boolean known = grammar.get().getSubcommands().containsKey(head);
        if (command.forced() || (known && parses(words) && !isSaid(words))) {
            run(words, command.pipe());
            return true;
        }
        if (known && words.size() > 1 && words.stream().anyMatch(w -> w.startsWith("-"))) {
            // Nobody says dashes: this is a command with a mistake, and the grammar knows what it is.
            run(words, command.pipe());
            return true;
        }
        return understand(typed.strip());
    }

    private static boolean isShell(List<String> words, boolean forced) {
        String head = words.getFirst();
        return switch (head) {
            case "exit", "quit" -> words.size() == 1;
            case "help" -> words.size() <= 3;
            case "monitor" -> words.size() == 1;
            case "log" -> words.size() == 1 || words.get(1).startsWith("-");
            case "edit" -> words.size() == 2;
            case "call" -> words.size() >= 2 && !SAID.contains(words.get(1));
            // ask AGENT "…": more words than two, or an article, is a sentence.
            case "ask" -> words.size() == 3 && !SAID.contains(words.get(1));
            default -> forced && ShellCommand.ALL.containsKey(head);
        };
    }

    private boolean own(List<String> words, Optional<String> pipe) throws InterruptedException {
        switch (words.getFirst()) {
            case "exit", "quit" -> {
                return false;
            }
            case "help" -> help(words);
            case "log" -> lastExit = runner.run(words, pipe);
            case "ask" ->
                lastExit = words.size() < 3
                        ? usage("ask AGENT \"QUESTION\"")
                        : new Conversation(client, screen)
                                .ask(words.get(1), String.join(" ", words.subList(2, words.size())));
            case "call" ->
                lastExit = words.size() < 2
                        ? usage("call TOOL {…}")
                        : new Conversation(client, screen)
                                .call(words.get(1), String.join(" ", words.subList(2, words.size())));
            default -> lastExit = program(words);
        }
        return true;
    }

    private int program(List<String> words) {
        try {
            return words.getFirst().equals("monitor") ? programs.monitor() : programs.edit(Path.of(words.get(1)));
        } catch (Exception e) {
            ErrorReport report = ErrorReport.of(e);
            report.write(context.console().errorScreen());
            return report.exit();
        }
    }

    private int usage(String line) {
        say(Role.BAD, "write: " + line);
        return Exit.USAGE;
    }

    private void run(List<String> words, Optional<String> pipe) throws InterruptedException {
        remember(words);
        lastExit = runner.run(words, pipe);
        if (lastExit == Exit.SIGNAL + 2) {
            say(Role.MUTED, "only the view has ended; agents keep running");
        }
    }

    /** "It" is the agent that was named last. */
    private void remember(List<String> words) {
        words.stream().filter(w -> w.startsWith("agent-")).findFirst().ifPresent(id -> focus = id);
    }

    private boolean parses(List<String> words) {
        try {
            grammar.get().parseArgs(words.toArray(String[]::new));
            return true;
        } catch (CommandLine.ParameterException e) {
            return false;
        }
    }

    private static boolean isSaid(List<String> words) {
        return words.size() > 1
                && !words.contains("--")
                && words.subList(1, words.size()).stream().anyMatch(SAID::contains);
    }

    // ------------------------------------------------------------------ language

    private boolean understand(String sentence) throws InterruptedException {
        Reading reading = client.understand(new LanguageWire.Sentence(
                sentence, focus.isEmpty() ? Optional.empty() : Optional.of(focus), Optional.empty()));
        if (!reading.note().isEmpty()) {
            say(Role.MUTED, "compared by words only: " + reading.note());
        }
        return switch (reading.outcome()) {
            case "understood" -> propose(reading.choices().getFirst());
            case "unsure" -> choose(reading);
            default -> {
                say(
                        Role.NEEDS,
                        "? I do not understand that"
                                + (reading.choices().isEmpty()
                                        ? ""
                                        : ". Nearest: "
                                                + String.join(
                                                        " · ",
                                                        reading.choices().stream()
                                                                .map(ProposalView::command)
                                                                .toList())));
                say(Role.MUTED, "help lists what can be typed; !LINE runs a line as it is");
                lastExit = Exit.USAGE;
                yield true;
            }
        };
    }

    private boolean choose(Reading reading) throws InterruptedException {
        screen.line(" " + screen.paint(Role.NEEDS, "? ") + screen.bold(reading.question()));
        for (int i = 0; i < reading.choices().size(); i++) {
            ProposalView choice = reading.choices().get(i);
            screen.line("   " + (i + 1) + "  " + screen.text(choice.command()) + "  " + screen.muted(choice.effect()));
        }
        Optional<Integer> number = prompt.number(reading.choices().size());
        if (number.isEmpty()) {
            say(Role.MUTED, "nothing was run");
            lastExit = Exit.NOT_CONSENTED;
            return true;
        }
        return propose(reading.choices().get(number.get() - 1));
    }

    private boolean propose(ProposalView proposal) throws InterruptedException {
        Translation translation = new Translation(proposal);
        translation.show(screen);
        Optional<String> lacking = lacking(proposal);
        if (lacking.isPresent()) {
            say(Role.NEEDS, lacking.get());
            lastExit = Exit.USAGE;
            return true;
        }
        return switch (prompt.decide(translation)) {
            case Translation.Decision.Run run -> accept("!" + run.command());
            case Translation.Decision.Edit edit -> {
                prompt.prefill(edit.command());
                yield true;
            }
            case Translation.Decision.Leave _ -> {
                say(Role.MUTED, "nothing was run");
                lastExit = Exit.NOT_CONSENTED;
                yield true;
            }
        };
    }

    /** Why a proposal cannot run here: this build's own grammar has the last word. */
    private Optional<String> lacking(ProposalView proposal) {
        if (proposal.program().equals("agentsh")) {
            return Optional.empty();
        }
        List<String> words = CommandText.split(proposal.command()).orElse(List.of());
        if (words.isEmpty() || !grammar.get().getSubcommands().containsKey(words.getFirst())) {
            return Optional.of(
                    "not in this build: there is no command " + (words.isEmpty() ? "" : words.getFirst()) + " yet");
        }
        try {
            grammar.get().parseArgs(words.toArray(String[]::new));
            return Optional.empty();
        } catch (CommandLine.ParameterException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    // ------------------------------------------------------------------ help

    private void help(List<String> words) throws InterruptedException {
        if (words.size() > 1) {
            List<String> of = words.subList(1, words.size());
            if (ShellCommand.ALL.containsKey(of.getFirst())
                    && !grammar.get().getSubcommands().containsKey(of.getFirst())) {
                say(Role.TEXT, of.getFirst() + ": " + ShellCommand.ALL.get(of.getFirst()));
                return;
            }
            List<String> line = new java.util.ArrayList<>(of);
            line.add("--help");
            lastExit = runner.run(line, Optional.empty());
            return;
        }
        screen.line("  Type a command, or say what you want. What a sentence means is shown before it runs.");
        screen.blank();
        grammar.get().getSubcommands().forEach((name, sub) -> {
            String[] about = sub.getCommandSpec().usageMessage().description();
            entry(name, about.length == 0 ? "" : about[0]);
        });
        screen.blank();
        ShellCommand.ALL.forEach(this::entry);
        screen.blank();
        entry("?SENTENCE", "never taken for a command");
        entry("!COMMAND", "never taken for a sentence");
        entry("… | !PROGRAM", "the output goes into a program of this machine");
        entry("Ctrl-C", "ends the view, never the agent · Tab completes · ↑ history");
        lastExit = Exit.DONE;
    }

    private void entry(String name, String about) {
        screen.line("  " + screen.bold(Screen.pad(name, 14)) + screen.muted(Screen.fit(about, screen.width() - 18)));
    }

    private void say(Role role, String text) {
        screen.line("   " + screen.paint(role, text));
    }
}
