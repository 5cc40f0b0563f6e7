package dev.agentos.tui.ctl;

import dev.agentos.bridge.wire.ConsentWire.KindStats;
import dev.agentos.bridge.wire.ConsentWire.Stats;
import dev.agentos.tui.term.Table;
import dev.agentos.tui.term.Table.Cell;
import java.util.Locale;
import picocli.CommandLine.Command;

@Command(
        name = "stats",
        description = "How much was asked, how it was answered, and what grants saved.",
        footer = {"", "Example:", "  agentctl consent stats --json"})
final class ConsentStatsCommand extends CtlCommand {

    ConsentStatsCommand(CtlContext context) {
        super(context);
    }

    @Override
    protected int run() throws InterruptedException {
        Stats stats = client().consentStats();
        return show(stats, () -> {
            if (stats.asks() == 0) {
                screen().line("Nothing was asked yet.");
                return;
            }
            line("asks", stats.asks() + ", " + stats.pending() + " waiting");
            line("prompts a run", String.format(Locale.ROOT, "%.1f", stats.promptsPerRun()));
            line(
                    "answers",
                    stats.allowed() + " allowed, " + stats.denied() + " denied, " + stats.expired() + " expired, "
                            + stats.withdrawn() + " withdrawn");
            line("allowed", String.format(Locale.ROOT, "%.0f %% of a person's answers", stats.allowedPct()));
            line("time to answer", seconds(stats.answerMsP50()) + " median, " + seconds(stats.answerMsP95()) + " p95");
            line(
                    "saved by grants",
                    stats.savedAsks() + " not asked, " + stats.coveredAsks() + " answered by another's grant");
            Table table = new Table("KIND", "TOOL", "ASKS", "ALLOWED", "DENIED");
            for (KindStats kind : stats.kinds()) {
                table.row(
                        Cell.of(kind.kind()),
                        Cell.of(kind.tool()),
                        Cell.number(String.valueOf(kind.asks())),
                        Cell.number(String.valueOf(kind.allowed())),
                        Cell.number(String.valueOf(kind.denied())));
            }
            screen().blank();
            table.write(screen());
        });
    }

    private void line(String name, String value) {
        screen().line(String.format(Locale.ROOT, "  %-16s %s", name, value));
    }

    private static String seconds(long millis) {
        return String.format(Locale.ROOT, "%.1f s", millis / 1000.0);
    }
}
