package dev.agentos.tui.tour;

import dev.agentos.bridge.client.AgentdClient;
import dev.agentos.bridge.client.RetryingTransport;
import dev.agentos.bridge.client.SocketLocator;
import dev.agentos.bridge.client.Transport;
import dev.agentos.themes.TerminalPalette;
import dev.agentos.tui.Exit;
import dev.agentos.tui.consent.ConsentScript;
import dev.agentos.tui.ctl.CtlCommand;
import dev.agentos.tui.ctl.CtlContext;
import dev.agentos.tui.ctl.CtlException;
import dev.agentos.tui.ctl.ErrorReport;
import dev.agentos.tui.term.Console;
import dev.agentos.tui.term.Keyboard;
import dev.agentos.tui.term.LineInput;
import dev.agentos.tui.term.Screen;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The command line of the tour. */
@Command(
        name = "tour",
        description = "A governed agent on real documents, step by step: ten minutes, nothing to install.",
        footer = {
            "",
            "Examples:",
            "  agentctl tour",
            "  agentctl tour --folder ~/notes",
            "  agentctl tour --auto --yes --json"
        })
public final class TourCommand extends CtlCommand {

    /** agentd may be restarted in the middle; the tour goes on with it. */
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @Option(names = "--folder", paramLabel = "DIR", description = "Your own texts instead of the sample documents.")
    private @Nullable Path folder;

    @Option(names = "--auto", description = "A script answers the one question.")
    private boolean auto;

    @Option(names = "--yes", description = "No pauses. The question is still asked.")
    private boolean yes;

    @Option(names = "--keep", description = "Keep the summary without asking.")
    private boolean keep;

    public TourCommand(CtlContext context) {
        super(context);
    }

    @Override
    protected Transport transport() throws InterruptedException {
        return new RetryingTransport(super.transport(), PATIENCE);
    }

    @Override
    protected int run() throws IOException, InterruptedException {
        Console console = context.console();
        boolean person = !auto && console.inTerminal() && !json();
        if (!auto && !person) {
            throw new CtlException(
                    Exit.USAGE,
                    "tour.no-person",
                    "the tour asks one question, and there is no terminal to ask it at",
                    "tour",
                    "add --auto: a script answers it");
        }
        TourReport report = new TourReport();
        try {
            Path chosen = TourFolder.choose(Optional.ofNullable(folder), console.environment());
            AgentdClient client = client();
            take(client, chosen, person, report);
        } catch (RuntimeException | IOException e) {
            if (!json()) {
                throw e;
            }
            ErrorReport error = ErrorReport.of(e);
            report.failed(error.body().code() + ": " + error.body().message(), error.exit());
        }
        if (json()) {
            console.out().println(report.json());
            console.out().flush();
        } else if (!report.ok()) {
            screen().blank();
            screen().line("  " + screen().muted("The tour ended early: " + report.reason()));
        }
        return report.exit();
    }

    private void take(AgentdClient client, Path chosen, boolean person, TourReport report)
            throws IOException, InterruptedException {
        Console console = context.console();
        Optional<Keyboard> keyboard =
                person && !plain() ? Keyboard.open(console.in(), console.out()) : Optional.empty();
        try {
            Optional<LineInput> lines =
                    person && keyboard.isEmpty() ? Optional.of(new LineInput(console.in())) : Optional.empty();
            TourVoice voice = new TourVoice(json() ? silent() : screen(), keyboard, lines, person && !yes);
            Optional<ConsentScript> script = auto ? Optional.of(ConsentScript.allowing("fs.write")) : Optional.empty();
            new Tour(client, voice, new Tour.Options(chosen, script, keep || yes, SocketLocator.uid()), report).take();
        } finally {
            keyboard.ifPresent(Keyboard::close);
        }
    }

    private static Screen silent() {
        return new Screen(
                new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8),
                TerminalPalette.mono(),
                80);
    }
}
