package dev.agentos.tui.ctl;

import dev.agentos.bridge.view.Tone;
import dev.agentos.bridge.wire.AgentWire;
import dev.agentos.themes.Role;
import dev.agentos.tui.Exit;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Goes through a recorded run again and shows where it would differ. */
@Command(
        name = "replay",
        description =
                "Go through a recorded run of a managed agent again, without model, tools and network. Stops at the"
                        + " first thing that the run would ask for and did not ask for then, and shows it.",
        footer = {
            "",
            "Exit 0: the same. 1: it diverged.",
            "",
            "Examples:",
            "  agentctl replay agent-rag-planner-001",
            "  agentctl replay rag-planner-001.2",
            "  agentctl replay 001 --contract changed.yaml"
        })
final class ReplayCommand extends CtlCommand {

    @Parameters(index = "0", paramLabel = "RUN", description = "A run (AGENT.NUMBER), or an agent for its last one.")
    private String run = "";

    @Option(names = "--contract", paramLabel = "FILE", description = "Go through it under this contract instead.")
    private Optional<Path> contract = Optional.empty();

    ReplayCommand(CtlContext context) {
        super(context);
    }

    @Override
    protected int run() throws InterruptedException {
        int dot = run.lastIndexOf('.');
        String id = AgentNames.resolve(client(), dot < 0 ? run : run.substring(0, dot));
        AgentWire.ReplayReport report = client().replay(
                        id,
                        new AgentWire.Replay(
                                dot < 0 ? Optional.empty() : Optional.of(id + run.substring(dot)),
                                contract.map(ReplayCommand::text),
                                contract.map(Path::toString)));
        int shown = show(report, () -> lines(report));
        return report.outcome().equals("diverged") ? Exit.FAILED : shown;
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(file + " cannot be read", e);
        }
    }

    private void lines(AgentWire.ReplayReport report) {
        String exchanges = report.compared() + (report.compared() == 1 ? " exchange" : " exchanges");
        switch (report.outcome()) {
            case "same" ->
                screen().line("  " + screen().tone(Tone.OK, "✓ same") + "  " + report.run() + ": " + exchanges);
            case "diverged" -> {
                screen().line("  " + screen().tone(Tone.BAD, "✕ diverged") + "  " + report.run() + ": after "
                        + exchanges + ", at " + report.step());
                for (String line : report.diff().lines().toList()) {
                    Role role = line.startsWith("+") ? Role.OK : line.startsWith("-") ? Role.BAD : Role.MUTED;
                    screen().line("    " + screen().paint(role, line.replace("\t", "    ")));
                }
            }
            default ->
                screen().line("  " + screen().tone(Tone.NEEDS, "· the recording ends") + "  " + report.run() + ": "
                        + exchanges + " were the same, then the run was ended or goes on");
        }
        if (report.cut()) {
            screen().line("  " + screen().muted("The recording was full before the run ended."));
        }
    }
}
