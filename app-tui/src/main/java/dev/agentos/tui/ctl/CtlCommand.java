package dev.agentos.tui.ctl;

import dev.agentos.bridge.client.AgentdClient;
import dev.agentos.bridge.client.Transport;
import dev.agentos.bridge.wire.WireJson;
import dev.agentos.themes.TerminalPalette;
import dev.agentos.tui.Exit;
import dev.agentos.tui.term.Screen;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What all commands share: the options that each has, the connection, the output. */
public abstract class CtlCommand implements Callable<Integer> {

    protected final CtlContext context;

    @Option(names = "--json", description = "Print one JSON object, or JSON lines.")
    private boolean json;

    @Option(names = "--plain", description = "No colours, no single keys, numbered choices.")
    private boolean plain;

    @Option(names = "--socket", paramLabel = "FILE", description = "The socket of agentd.")
    private @Nullable Path socket;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    boolean help;

    private @Nullable AgentdClient client;
    private @Nullable Screen screen;

    protected CtlCommand(CtlContext context) {
        this.context = context;
    }

    @Override
    public final Integer call() throws Exception {
        try {
            return run();
        } finally {
            AgentdClient open = client;
            if (open != null) {
                open.close();
            }
        }
    }

    /** Does it and answers with the exit code. */
    protected abstract int run() throws Exception;

    /** Whether this command may start agentd when none runs. */
    protected boolean mayStart() {
        return true;
    }

    protected final boolean json() {
        return json;
    }

    protected final boolean plain() {
        return plain || context.console().isPlain();
    }

    protected final Optional<Path> socket() {
        return Optional.ofNullable(socket);
    }

    protected final AgentdClient client() throws InterruptedException {
        AgentdClient open = client;
        if (open == null) {
            open = new AgentdClient(transport());
            client = open;
        }
        return open;
    }

    /** The connection below {@link #client()}. */
    protected Transport transport() throws InterruptedException {
        return context.connector().connect(socket(), mayStart());
    }

    protected final Screen screen() {
        Screen made = screen;
        if (made == null) {
            made = plain
                    ? new Screen(context.console().out(), TerminalPalette.mono(), 100)
                    : context.console().screen();
            screen = made;
        }
        return made;
    }

    /** Prints one JSON value on a line of its own. */
    protected final void printJson(Object wire) {
        context.console().out().println(WireJson.write(wire));
        context.console().out().flush();
    }

    /** Prints the object for programs or has it told for people. */
    protected final int show(Object wire, Runnable told) {
        if (json) {
            printJson(wire);
        } else {
            told.run();
        }
        return Exit.DONE;
    }
}
