package dev.agentos.tui.ctl;

import dev.agentos.bridge.client.AgentdClient;
import dev.agentos.bridge.client.AgentdException;
import dev.agentos.bridge.client.UnreachableException;
import dev.agentos.bridge.view.PullText;
import dev.agentos.bridge.view.Tone;
import dev.agentos.bridge.wire.ModelWire.Pull;
import dev.agentos.bridge.wire.ModelWire.PullPlan;
import dev.agentos.themes.Role;
import dev.agentos.tui.Exit;
import dev.agentos.tui.term.LineInput;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicBoolean;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Has an Ollama fetch a model: its size and the free disk first, a question, then how far it is. */
@Command(
        name = "pull",
        description = "Have an Ollama fetch a model. Its size and the free disk are shown before anything is fetched.",
        footer = {
            "",
            "Ctrl-C stops it: the model is then not there, and Ollama goes on from what it has when asked again.",
            "With --json: a line for the plan, then one for each step.",
            "",
            "Examples:",
            "  agentctl model pull ollama/qwen3:0.6b",
            "  agentctl model pull qwen3:0.6b --yes"
        })
final class ModelPullCommand extends CtlCommand {

    private static final Duration WAIT = Duration.ofSeconds(10);
    private static final int TENTH = 10;

    @Parameters(
            index = "0",
            paramLabel = "NAME",
            description = "PROVIDER/MODEL, or the model alone where there is one Ollama.")
    private String name = "";

    @Option(names = "--yes", description = "Fetch it without being asked.")
    private boolean yes;

    private final AtomicBoolean over = new AtomicBoolean();
    private int tenths = -1;
    private String said = "";

    ModelPullCommand(CtlContext context) {
        super(context);
    }

    @Override
    protected int run() throws IOException, InterruptedException {
        PullPlan plan = client().planModelPull(name);
        if (json()) {
            printJson(plan);
        } else {
            screen().line("  " + screen().bold(screen().text(plan.provider() + "/" + plan.model()))
                    + (plan.present() ? screen().muted("  it is there; a newer one is looked for") : ""));
            screen().labelled(4, 6, "Size", Role.TEXT, screen().text(PullText.size(plan)));
            screen().labelled(4, 6, "Disk", Role.TEXT, screen().text(PullText.free(plan)));
        }
        // What does not fit is refused by agentd, in its words: there is nothing to ask.
        if (plan.fits() && !yes && !confirmed()) {
            screen().line("Nothing was fetched.");
            return Exit.NOT_CONSENTED;
        }
        AgentdClient client = client();
        Pull pull = client.pullModel(name);
        String id = pull.id();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> interrupted(client, id)));
        while (pull.state().equals(Pull.RUNNING)) {
            tell(pull);
            pull = client.modelPull(id, pull.revision(), WAIT);
        }
        // After Ctrl-C the end is told where it was asked for.
        return over.getAndSet(true) ? Exit.FAILED : ended(pull);
    }

    private boolean confirmed() throws IOException, InterruptedException {
        if (!context.console().inTerminal() || json()) {
            throw new CtlException(
                    Exit.USAGE,
                    "model.no-person",
                    "there is no terminal to ask at",
                    name,
                    "add --yes to fetch it from a script");
        }
        PrintStream out = context.console().out();
        out.print("  Fetch it? [y/N] ");
        out.flush();
        LineInput lines = new LineInput(context.console().in());
        lines.drain();
        return lines.next()
                .map(line -> line.text().strip().toLowerCase(Locale.ROOT))
                .filter(word -> word.equals("y") || word.equals("yes"))
                .isPresent();
    }

    /** In a terminal one line that changes; elsewhere a line for each tenth and each new thing that it does. */
    private void tell(Pull pull) {
        if (json()) {
            printJson(pull);
            return;
        }
        PrintStream out = context.console().out();
        if (context.console().outTerminal() && !plain()) {
            out.print("\r\u001b[K  " + screen().text(PullText.progress(pull)));
            out.flush();
            return;
        }
        int now = PullText.percent(pull) / TENTH;
        if (now != tenths || !pull.status().equals(said)) {
            screen().line("  " + screen().text(PullText.progress(pull)));
        }
        tenths = now;
        said = pull.status();
    }

    private int ended(Pull pull) {
        if (json()) {
            printJson(pull);
        } else {
            if (context.console().outTerminal() && !plain()) {
                context.console().out().print("\r\u001b[K");
            }
            boolean done = pull.state().equals(Pull.DONE);
            screen().line("  " + screen().tone(done ? Tone.OK : Tone.BAD, done ? "✓" : "✕") + " "
                    + screen().text(PullText.end(pull)));
        }
        return pull.state().equals(Pull.DONE) ? Exit.DONE : Exit.FAILED;
    }

    /** Ctrl-C: stops the pull and says how it ended. */
    private void interrupted(AgentdClient client, String id) {
        if (over.getAndSet(true)) {
            return;
        }
        try {
            ended(client.cancelModelPull(id));
        } catch (AgentdException | UnreachableException e) {
            context.console().err().println("agentctl: the pull goes on in agentd: " + e.getMessage());
            context.console().err().flush();
        }
    }
}
