package dev.agentos.tui.ctl;

import dev.agentos.bridge.view.Tone;
import dev.agentos.bridge.wire.GpuWire;
import dev.agentos.bridge.wire.GpuWire.GpuReport;
import dev.agentos.themes.Role;
import dev.agentos.tui.term.Table;
import dev.agentos.tui.term.Table.Cell;
import picocli.CommandLine.Command;

/** Graphics processors: their memory, by process and agent. */
@Command(
        name = "gpu",
        description = "Graphics processors, who uses their memory, and what was promised to agents.",
        footer = {"", "Example:", "  agentctl model gpu"})
final class GpuCommand extends CtlCommand {

    private static final long MIB = 1024 * 1024;

    GpuCommand(CtlContext context) {
        super(context);
    }

    @Override
    protected int run() throws InterruptedException {
        GpuReport report = client().gpu();
        return show(report, () -> {
            screen().line("  " + screen().text(report.sentence()));
            if (!report.help().isEmpty()) {
                screen().labelled(2, 2, "→", Role.TEXT, report.help());
            }
            cards(report);
            processes(report);
            agents(report);
            report.notes().forEach(note -> screen().labelled(2, 2, "·", Role.MUTED, note));
        });
    }

    private void cards(GpuReport report) {
        if (report.cards().isEmpty()) {
            return;
        }
        Table table = new Table("GPU", "NAME", "USED", "OF", "MIG", "MODE");
        for (GpuWire.CardView card : report.cards()) {
            table.row(
                    Cell.number(String.valueOf(card.index())),
                    Cell.of(card.name()),
                    Cell.number(mib(card.usedBytes())),
                    Cell.number(mib(card.totalBytes())),
                    Cell.of(Tone.MUTED, card.split()),
                    Cell.of(Tone.MUTED, card.mode()));
        }
        table.write(screen());
    }

    private void processes(GpuReport report) {
        if (report.processes().isEmpty()) {
            return;
        }
        Table table = new Table("PID", "PROGRAM", "MEMORY", "AGENT", "PROVIDER");
        for (GpuWire.UseView use : report.processes()) {
            table.row(
                    Cell.number(String.valueOf(use.pid())),
                    Cell.of(use.program()),
                    Cell.number(use.bytes() < 0 ? "not told" : mib(use.bytes())),
                    Cell.of(use.agent().isEmpty() ? "-" : use.agent()),
                    Cell.of(use.provider().isEmpty() ? "-" : use.provider()));
        }
        table.write(screen());
    }

    private void agents(GpuReport report) {
        if (report.agents().isEmpty()) {
            return;
        }
        Table table = new Table("AGENT", "PROMISED", "USED", "");
        for (GpuWire.AgentMemory agent : report.agents()) {
            table.row(
                    Cell.of(agent.agent()),
                    Cell.number(mib(agent.promisedBytes())),
                    Cell.number(mib(agent.usedBytes())),
                    Cell.of(agent.beyond() ? "more than promised" : ""));
        }
        table.write(screen());
    }

    private static String mib(long bytes) {
        return bytes / MIB + " MiB";
    }
}
