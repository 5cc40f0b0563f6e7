package dev.agentos.tui.ctl;

import dev.agentos.bridge.view.Tone;
import dev.agentos.bridge.wire.ServiceWire;
import dev.agentos.bridge.wire.ServiceWire.FindingView;
import dev.agentos.bridge.wire.ServiceWire.MechanismView;
import dev.agentos.bridge.wire.WireJson;
import dev.agentos.themes.Role;
import dev.agentos.tui.Exit;
import dev.agentos.tui.consent.ConsentCard;
import dev.agentos.tui.term.Screen;
import dev.agentos.tui.term.Table;
import dev.agentos.tui.term.Table.Cell;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "doctor",
        description =
                "Probe this machine again: what is enforced here, what is missing, why, and the command that repairs it.",
        footer = {
            "",
            "Exit code 0 when every contract can be honoured here, 1 when there is a gap or agents cannot run.",
            "",
            "Examples:",
            "  agentctl doctor",
            "  agentctl doctor --mechanisms"
        })
final class DoctorCommand extends CtlCommand {
    @Option(names = "--mechanisms", description = "Every mechanism with what the broker found.")
    private boolean mechanisms;

    DoctorCommand(CtlContext context) {
        super(context);
    }

    @Override
    protected int run() throws InterruptedException {
        ServiceWire.Status status = client().doctor();
        ServiceWire.Findings findings = client().findings();
        Map<String, Object> both = new LinkedHashMap<>(WireJson.toMap(status));
        both.putAll(WireJson.toMap(findings));
        show(both, () -> tell(screen(), status, findings));
        boolean usable = status.state().equals("ready") && status.enforcement().total() > 0;
        return usable && findings.gaps() == 0 ? Exit.DONE : Exit.FAILED;
    }

    private void tell(Screen screen, ServiceWire.Status status, ServiceWire.Findings findings) {
        ServiceCommands.summary(screen, status);
        screen.labelled(
                2,
                13,
                "Machine",
                Role.TEXT,
                status.machine().cores() + " CPUs, "
                        + ConsentCard.size(status.machine().memoryBytes()) + " memory, "
                        + ConsentCard.size(status.machine().freeMemoryBytes()) + " not promised");
        screen.labelled(2, 13, "Models", Role.TEXT, words(status.machine().models()));
        screen.labelled(2, 13, "Tools", Role.TEXT, words(status.machine().tools()));
        screen.labelled(2, 13, "Worker", Role.TEXT, status.worker().state());
        for (String state : List.of("gap", "note", "ok")) {
            findings.findings().stream()
                    .filter(finding -> finding.state().equals(state))
                    .forEach(finding -> tell(screen, finding));
        }
        screen.blank();
        screen.line("  "
                + (findings.gaps() == 0
                        ? screen.tone(
                                Tone.OK, "✓ every contract can be honoured here, as far as its resources are free")
                        : screen.tone(
                                Tone.BAD,
                                "✕ " + findings.gaps() + " gap" + (findings.gaps() == 1 ? "" : "s")
                                        + ": contracts that name these lines are refused, or run flexibly with less")));
        if (mechanisms) {
            table(screen, status.enforcement().mechanisms());
        } else {
            screen.line("  " + screen.muted("every mechanism: agentctl doctor --mechanisms"));
        }
    }

    private static void tell(Screen screen, FindingView finding) {
        Tone tone = switch (finding.state()) {
            case "gap" -> Tone.BAD;
            case "note" -> Tone.NEEDS;
            default -> Tone.OK;
        };
        String glyph = tone == Tone.BAD ? "✕ " : tone == Tone.NEEDS ? "● " : "✓ ";
        screen.blank();
        screen.line("  " + screen.tone(tone, glyph + finding.state()) + "  " + screen.bold(finding.code()));
        screen.labelled(4, 10, "what", Role.TEXT, finding.what());
        screen.labelled(4, 10, "then", Role.TEXT, finding.consequence());
        if (!finding.contractLines().isEmpty()) {
            screen.labelled(4, 10, "contract", Role.TEXT, String.join(", ", finding.contractLines()));
        }
        if (!finding.fix().isEmpty()) {
            screen.labelled(4, 10, "fix", Role.TEXT, finding.fix());
        }
    }

    private static void table(Screen screen, List<MechanismView> mechanisms) {
        screen.blank();
        Table table = new Table("MECHANISM", "", "HOW");
        for (MechanismView mechanism : mechanisms) {
            table.row(
                    Cell.of(mechanism.name()),
                    mechanism.available() ? Cell.of(Tone.OK, "✓ works") : Cell.of(Tone.BAD, "✕ missing"),
                    Cell.of(Tone.MUTED, mechanism.detail()));
        }
        table.write(screen);
    }

    private static String words(List<String> items) {
        return items.isEmpty() ? "none" : String.join(", ", items);
    }
}
