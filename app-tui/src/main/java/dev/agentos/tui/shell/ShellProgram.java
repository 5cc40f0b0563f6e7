package dev.agentos.tui.shell;

import dev.agentos.bridge.client.AgentdClient;
import dev.agentos.bridge.client.UnreachableException;
import dev.agentos.tui.Exit;
import dev.agentos.tui.ctl.Agentctl;
import dev.agentos.tui.ctl.CtlContext;
import dev.agentos.tui.term.Console;
import dev.agentos.tui.term.Screen;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import picocli.CommandLine;

/** The shell as a program: which prompt it has, its signals, its first and last lines. */
public final class ShellProgram {

    private static final Duration AFTER_FIRST_PAINT = Duration.ofMillis(100);

    private final CtlContext context;
    private final Callable<Integer> monitor;
    private final Background<CommandLine> grammar;

    /** @param monitor shows the monitor until it is left */
    public ShellProgram(CtlContext context, Callable<Integer> monitor) {
        this.context = context;
        this.monitor = monitor;
        this.grammar = new Background<>("grammar", () -> Agentctl.whole(context));
    }

    /** Runs until it is left; the exit code of the last line. */
    public int run(String[] arguments) throws Exception {
        List<String> given = Arrays.asList(arguments);
        Console console = context.console();
        boolean plain = given.contains("--plain") || console.isPlain() || !console.inTerminal();
        Runner runner = new Runner(context);
        int once = given.indexOf("-c");
        try (AgentdClient client = new AgentdClient(context.connector().connect(Optional.empty(), true))) {
            if (once >= 0) {
                return runOnce(runner, client, String.join(" ", given.subList(once + 1, given.size())));
            }
            return plain ? plain(runner, client) : interactive(runner, client);
        }
    }

    private int runOnce(Runner runner, AgentdClient client, String line) throws InterruptedException {
        try (PlainPrompt prompt = new PlainPrompt(context.console())) {
            Shell shell = new Shell(context, client, prompt, runner, new NoPrograms(), grammar);
            shell.accept(line);
            return shell.lastExit();
        }
    }

    private int plain(Runner runner, AgentdClient client) throws InterruptedException {
        Screen screen = context.console().screen();
        if (context.console().inTerminal()) {
            greet(screen, client);
            screen.line("Plain mode: one line per change, numbered choices. help lists the commands; exit leaves.");
        }
        try (PlainPrompt prompt = new PlainPrompt(context.console())) {
            return loop(new Shell(context, client, prompt, runner, new NoPrograms(), grammar), prompt);
        }
    }

    private int interactive(Runner runner, AgentdClient client) throws IOException, InterruptedException {
        Screen screen = context.console().screen();
        Terminal terminal = TerminalBuilder.builder()
                .system(true)
                .dumb(false)
                .nativeSignals(true)
                // Asking the terminal costs a round trip over SSH, and 200 ms and typed-ahead keys where it does not
                // answer.
                .graphemeCluster(false)
                .build();
        terminal.handle(Terminal.Signal.INT, _ -> runner.interrupt());
        Suggestions suggestions = new Suggestions(
                grammar, ShellCommand.ALL, new LiveState(client), Path.of("").toAbsolutePath());
        try (TerminalPrompt prompt = new TerminalPrompt(terminal, screen, suggestions, history())) {
            greet(screen, client);
            ContractEditor editor = new ContractEditor(terminal, screen);
            Shell shell = new Shell(
                    context,
                    client,
                    prompt,
                    runner,
                    new Shell.Programs() {
                        @Override
                        public int monitor() throws Exception {
                            return monitor.call();
                        }

                        @Override
                        public int edit(Path file) throws IOException {
                            return editor.edit(file) ? Exit.DONE : Exit.NOT_CONSENTED;
                        }
                    },
                    grammar);
            grammar.startAfter(AFTER_FIRST_PAINT);
            int exit = loop(shell, prompt);
            screen.line(screen.muted("agents keep running; agentctl list shows them"));
            return exit;
        }
    }

    private static int loop(Shell shell, Prompt prompt) throws InterruptedException {
        while (true) {
            Optional<String> line = prompt.line();
            if (line.isEmpty() || !shell.accept(line.get())) {
                return shell.lastExit();
            }
        }
    }

    /** Two lines: what this is, and what waits. Being unreachable is said and is no end. */
    private static void greet(Screen screen, AgentdClient client) {
        try {
            var status = client.status();
            long running = status.agents().getOrDefault("running", 0L);
            screen.line(screen.bold("AgentOS") + "  "
                    + screen.muted("agentd " + status.version() + " · enforcement "
                            + status.enforcement().enforced() + "/"
                            + status.enforcement().total())
                    + "  " + running + " running"
                    + (status.consentsWaiting() > 0
                            ? "  "
                                    + screen.paint(
                                            dev.agentos.themes.Role.NEEDS,
                                            "? " + status.consentsWaiting() + " wait for you: consent watch")
                            : ""));
            Thread.ofVirtual().start(client::language);
        } catch (UnreachableException e) {
            screen.line(
                    screen.paint(dev.agentos.themes.Role.BAD, "✕ " + e.getMessage()) + "  " + screen.muted(e.next()));
        }
        screen.line(screen.muted(
                "Type a command, or say what you want. help · Tab completes · exit leaves, agents keep running"));
    }

    private Path history() throws IOException {
        Path folder = Optional.of(context.console().value("XDG_STATE_HOME"))
                .filter(v -> !v.isEmpty())
                .map(Path::of)
                .orElseGet(() -> Path.of(System.getProperty("user.home", "/"), ".local", "state"))
                .resolve("agentos");
        Files.createDirectories(folder);
        return folder.resolve("agentsh_history");
    }

    /** Where there is no cursor there is no monitor: the same is in commands. */
    private static final class NoPrograms implements Shell.Programs {
        @Override
        public int monitor() {
            throw new dev.agentos.tui.ctl.CtlException(
                    Exit.USAGE,
                    "plain.no-monitor",
                    "the monitor needs a terminal with a cursor",
                    "monitor",
                    "the same in lines: list --watch, consent watch, events --follow");
        }

        @Override
        public int edit(Path file) {
            throw new dev.agentos.tui.ctl.CtlException(
                    Exit.USAGE,
                    "plain.no-editor",
                    "the editor needs a terminal with a cursor",
                    file.toString(),
                    "edit it elsewhere, then: contract validate " + file);
        }
    }
}
