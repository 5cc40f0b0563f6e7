package dev.agentos.tui.ctl;

import dev.agentos.bridge.client.AgentdClient;
import dev.agentos.bridge.client.AgentdClient.Until;
import dev.agentos.bridge.client.AgentdException;
import dev.agentos.bridge.client.UnreachableException;
import dev.agentos.bridge.wire.AgentWire.AgentView;
import dev.agentos.bridge.wire.AgentWire.LogChunk;
import dev.agentos.bridge.wire.AgentWire.ReceiptLine;
import dev.agentos.bridge.wire.AgentWire.Spawn;
import dev.agentos.bridge.wire.AgentWire.StdinChunk;
import dev.agentos.themes.Role;
import dev.agentos.tui.Exit;
import dev.agentos.tui.term.Console;
import dev.agentos.tui.term.Screen;
import dev.agentos.tui.term.TerminalText;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "run",
        description = "Run any command as an agent: sandboxed by its contract, with its output here.",
        footer = {
            "",
            "The command's own exit code comes back; 128 and its number for a signal. 125: agentctl failed,",
            "126: refused, 127: there is no such command.",
            "",
            "Example:",
            "  agentctl run --contract examples/shell.yaml -- sh -c 'id; ls /'"
        })
final class RunCommand extends CtlCommand {

    private static final Duration LOG_WAIT = Duration.ofSeconds(20);
    private static final Duration END_WAIT = Duration.ofMinutes(5);
    private static final int STDIN_PIECE = 32 * 1024;

    @Option(names = "--contract", required = true, paramLabel = "FILE", description = "The contract.")
    private String contract = "";

    @Option(names = "--class", paramLabel = "HRT|SRT|DT", description = "Another latency class.")
    private @Nullable String latency;

    @Option(names = "--binding", paramLabel = "WORD", description = "strict, smooth or flexible.")
    private @Nullable String binding;

    @Option(names = "--input", paramLabel = "NAME=VALUE", description = "An input of the run.")
    private List<String> input = new ArrayList<>();

    @Option(names = "--kill-on-interrupt", description = "Ctrl-C ends the agent; otherwise it goes on.")
    private boolean killOnInterrupt;

    @Parameters(paramLabel = "COMMAND", description = "The command and its arguments, after --.")
    private List<String> command = new ArrayList<>();

    private final AtomicBoolean over = new AtomicBoolean();

    RunCommand(CtlContext context) {
        super(context);
    }

    /** The exit code for an error of agentctl itself. */
    static int exitOf(ErrorReport report) {
        if (report.exit() >= Exit.RUN_FAILED) {
            return report.exit();
        }
        return switch (report.exit()) {
            case Exit.USAGE -> report.body().code().equals("usage") ? Exit.USAGE : Exit.RUN_FAILED;
            case Exit.REFUSED, Exit.NOT_CONSENTED -> Exit.RUN_REFUSED;
            default -> Exit.RUN_FAILED;
        };
    }

    @Override
    protected int run() throws IOException, InterruptedException {
        Console console = context.console();
        ContractFile file = ContractFile.read(console, contract);
        boolean stdin = hasInput(console);
        AgentdClient client = client();
        AgentView agent = client.spawn(new Spawn(
                "run-" + UUID.randomUUID(),
                file.source(),
                file.text(),
                Optional.ofNullable(latency),
                Optional.ofNullable(binding),
                command,
                Inputs.parse(input),
                stdin));
        Screen errors = console.errorScreen();
        if (!agent.kind().equals("process")) {
            throw new CtlException(
                    Exit.USAGE,
                    "run.managed",
                    contract + " declares a managed agent, which has no process",
                    agent.id(),
                    "start it with agentctl spawn; this one is " + agent.id());
        }
        if (!json()) {
            errors.line(errors.muted(agent.id() + receipt(agent)));
        }
        Thread interrupted = new Thread(() -> interrupted(client, agent.id(), errors));
        Runtime.getRuntime().addShutdownHook(interrupted);
        if (stdin) {
            Thread.ofVirtual().name("stdin").start(() -> pump(client, agent.id(), console.in()));
        }
        StringBuilder out = new StringBuilder();
        StringBuilder err = new StringBuilder();
        Thread outputs = Thread.ofVirtual()
                .start(() -> copy(client, agent.id(), "stdout", sink(console.out(), console.outTerminal(), out)));
        Thread errorsCopy = Thread.ofVirtual()
                .start(() -> copy(client, agent.id(), "stderr", sink(console.err(), console.errTerminal(), err)));
        outputs.join();
        errorsCopy.join();
        AgentView ended = await(client, agent.id());
        over.set(true);
        if (json()) {
            Map<String, Object> all = new LinkedHashMap<>();
            all.put("agent", ended);
            all.put("stdout", out.toString());
            all.put("stderr", err.toString());
            printJson(all);
        }
        return conclude(ended, errors);
    }

    private static String receipt(AgentView agent) {
        List<ReceiptLine> declared =
                agent.receipt().stream().filter(ReceiptLine::declared).toList();
        long enforced = declared.stream()
                .filter(line -> line.actual().equals("enforced"))
                .count();
        List<String> missing = declared.stream()
                .filter(line -> !line.actual().equals("enforced"))
                .map(ReceiptLine::mechanism)
                .toList();
        return declared.isEmpty()
                ? ""
                : " · sandbox " + enforced + " of " + declared.size()
                        + (missing.isEmpty() ? "" : ", without " + String.join(", ", missing));
    }

    /** Whether somebody sends input: a person types nothing into an agent, and an empty file is no input. */
    private static boolean hasInput(Console console) throws IOException {
        if (console.inTerminal()) {
            return false;
        }
        Optional<String> target = Console.target(0);
        if (target.isPresent() && target.get().equals("/dev/null")) {
            return false;
        }
        boolean file = target.isPresent() && target.get().startsWith("/");
        return !file || console.in().available() > 0;
    }

    // ------------------------------------------------------------------ streams

    private interface Sink {
        void accept(String text);
    }

    private Sink sink(PrintStream to, boolean terminal, StringBuilder kept) {
        if (json()) {
            return kept::append;
        }
        TerminalText filter = new TerminalText();
        return text -> {
            to.print(terminal ? filter.accept(text) : text);
            to.flush();
        };
    }

    /** Copies a log until it ends. A connection that is lost is tried again: the agent goes on meanwhile. */
    private static void copy(AgentdClient client, String id, String stream, Sink sink) {
        long offset = 0;
        int lost = 0;
        while (true) {
            try {
                LogChunk chunk = client.log(id, stream, offset, LOG_WAIT);
                lost = 0;
                sink.accept(chunk.text());
                if (chunk.ended()) {
                    return;
                }
                offset = chunk.next();
            } catch (UnreachableException e) {
                if (++lost > 50 || Thread.currentThread().isInterrupted()) {
                    sink.accept("");
                    return;
                }
                pause();
            } catch (AgentdException e) {
                // The agent's end, read next, says what happened to it.
                return;
            }
        }
    }

    private static void pause() {
        try {
            Thread.sleep(200);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void pump(AgentdClient client, String id, InputStream in) {
        byte[] bytes = new byte[STDIN_PIECE];
        try {
            for (int count = in.read(bytes); count >= 0; count = in.read(bytes)) {
                String data = Base64.getEncoder().encodeToString(Arrays.copyOf(bytes, count));
                client.stdin(id, new StdinChunk(data, false));
            }
            client.stdin(id, new StdinChunk("", true));
        } catch (IOException | AgentdException | UnreachableException e) {
            // The command has ended or reads no more; its exit code tells the rest.
            System.getLogger(RunCommand.class.getName()).log(System.Logger.Level.DEBUG, "stdin ended", e);
        }
    }

    private static AgentView await(AgentdClient client, String id) {
        while (true) {
            AgentView agent = client.awaitAgent(id, Until.ENDED, END_WAIT);
            if (AgentCommands.isOver(agent)) {
                return agent;
            }
        }
    }

    // ------------------------------------------------------------------ the end

    private void interrupted(AgentdClient client, String id, Screen errors) {
        if (over.get()) {
            return;
        }
        if (killOnInterrupt) {
            try {
                client.kill(id);
                errors.line(errors.muted(id + " was killed"));
            } catch (AgentdException | UnreachableException e) {
                errors.line(errors.paint(Role.BAD, id + " could not be killed: " + e.getMessage()));
            }
            return;
        }
        errors.blank();
        errors.line(id + " goes on without this terminal.");
        errors.line(errors.muted("  → look: agentctl logs -f " + id + " · end it: agentctl kill " + id));
    }

    private int conclude(AgentView agent, Screen errors) {
        var exit = agent.exit();
        if (exit.isPresent() && exit.get().code().isPresent()) {
            int code = exit.get().code().get();
            if (code != 0 && !json()) {
                errors.line(errors.muted("explain a refusal: agentctl explain " + agent.id() + " read /etc/shadow"));
            }
            return code;
        }
        if (exit.isPresent() && exit.get().signal().isPresent()) {
            if (!json()) {
                errors.line(errors.muted(agent.id() + ": " + agent.reason()));
            }
            return Exit.SIGNAL + exit.get().signal().get();
        }
        String reason = agent.reason().isEmpty() ? agent.word() : agent.reason();
        String code = exit.map(e -> e.reason()).filter(text -> !text.isEmpty()).orElse("agent." + agent.state());
        boolean noCommand = reason.contains("ENOENT") || reason.contains("EACCES") || code.startsWith("exec");
        boolean refused = code.equals("sandbox.gap");
        int exitCode = noCommand ? Exit.RUN_NO_COMMAND : refused ? Exit.RUN_REFUSED : Exit.RUN_FAILED;
        throw new CtlException(
                exitCode,
                code,
                reason,
                agent.id(),
                noCommand
                        ? "check the command's name; inside the sandbox only /usr and declared folders exist"
                        : "agentctl show " + agent.id());
    }
}
