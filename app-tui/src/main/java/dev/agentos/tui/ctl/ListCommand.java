package dev.agentos.tui.ctl;

import dev.agentos.bridge.client.AgentdClient;
import dev.agentos.bridge.client.EventStream;
import dev.agentos.bridge.client.EventStream.Signal;
import dev.agentos.bridge.view.AgentsViewModel;
import dev.agentos.bridge.view.AgentsViewModel.Row;
import dev.agentos.bridge.view.ConnectionViewModel;
import dev.agentos.bridge.view.Tone;
import dev.agentos.bridge.wire.AgentWire;
import dev.agentos.themes.Role;
import dev.agentos.tui.consent.ConsentCard;
import dev.agentos.tui.term.Table;
import dev.agentos.tui.term.Table.Cell;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "list",
        description = "List agents in the order in which they were created.",
        footer = {"", "Example:", "  agentctl list --all --state failed"})
final class ListCommand extends CtlCommand {
    @Option(
            names = {"-a", "--all"},
            description = "Agents that are over, too.")
    private boolean all;

    @Option(names = "--state", paramLabel = "WORD", description = "Only this state, for example running or failed.")
    private @Nullable String state;

    @Option(
            names = {"-w", "--watch"},
            description = "Go on: one line for every change.")
    private boolean watch;

    ListCommand(CtlContext context) {
        super(context);
    }

    @Override
    protected int run() throws InterruptedException {
        String wanted = state != null ? state.toLowerCase(java.util.Locale.ROOT) : all ? "" : "live";
        AgentWire.Agents agents = client().agents(wanted);
        if (watch) {
            return watch(client());
        }
        return show(
                agents, () -> table(AgentsViewModel.empty().withFinished(true).reduce(agents)));
    }

    private void table(AgentsViewModel model) {
        boolean wide = screen().width() >= 100;
        Table table = wide
                ? new Table("STATE", "AGENT", "CLASS", "STEP", "CPU", "MEMORY", "TOOLS", "WHY")
                : new Table("STATE", "AGENT", "CLASS", "STEP", "WHY");
        for (Row row : model.shown()) {
            Cell word = Cell.of(row.tone(), row.glyph() + " " + row.word());
            Cell agent = Cell.of(row.id());
            Cell latency = Cell.of(row.latency());
            Cell step = Cell.number(row.steps() == 0 ? "–" : row.stepsDone() + "/" + row.steps());
            Cell why = Cell.of(Tone.MUTED, row.reason());
            if (wide) {
                table.row(
                        word,
                        agent,
                        latency,
                        step,
                        Cell.number(row.cpuMicros() == 0 ? "–" : String.format("%.1f s", row.cpuMicros() / 1e6)),
                        Cell.number(row.memoryBytes() == 0 ? "–" : ConsentCard.size(row.memoryBytes())),
                        Cell.number(String.valueOf(row.toolCalls())),
                        why);
            } else {
                table.row(word, agent, latency, step, why);
            }
        }
        if (table.isEmpty()) {
            screen().line(
                            all || state != null
                                    ? "No such agents. Start one: agentctl spawn --contract FILE"
                                    : "Nothing runs. See what ran: agentctl list --all · start one: agentctl tour");
            return;
        }
        table.write(screen());
        AgentsViewModel.Totals totals = model.totals();
        screen().line("  "
                + screen().muted(totals.shown() + " shown"
                        + (totals.needYou() > 0
                                ? " · " + totals.needYou() + " needs you: agentctl consent list"
                                : "")));
    }

    private int watch(AgentdClient client) throws InterruptedException {
        long head = client.events(Long.MAX_VALUE - 1, 1).head();
        AgentWire.Agents first = client.agents(all ? "" : "live");
        AgentsViewModel model = AgentsViewModel.empty().withFinished(true).reduce(first);
        if (json()) {
            printJson(first);
        } else {
            table(model);
        }
        ConnectionViewModel connection = ConnectionViewModel.connected();
        try (EventStream stream = client.stream(head)) {
            while (true) {
                Optional<Signal> signal = stream.next(Duration.ofSeconds(5));
                if (signal.isEmpty()) {
                    continue;
                }
                connection = connection.reduce(signal.get(), Instant.now());
                connection.sentence(Instant.now()).ifPresent(said -> {
                    if (!json()) {
                        screen().line("  " + screen().paint(Role.NEEDS, said));
                    }
                });
                connection = connection.acknowledged();
                if (signal.get() instanceof Signal.Happened happened) {
                    AgentsViewModel next = model.reduce(happened.event());
                    changed(
                            model,
                            next,
                            happened.event().agent(),
                            happened.event().time());
                    model = next;
                }
            }
        }
    }

    private void changed(AgentsViewModel before, AgentsViewModel after, String id, String time) {
        Optional<Row> row = find(after, id);
        if (row.isEmpty() || find(before, id).map(Row::word).equals(row.map(Row::word))) {
            return;
        }
        Row now = row.get();
        if (json()) {
            printJson(Map.of("agent", id, "state", now.word(), "reason", now.reason(), "time", time));
        } else {
            screen().line("  " + screen().muted(time.substring(11, 19)) + "  "
                    + screen().tone(now.tone(), now.glyph() + " " + now.word()) + "  " + screen().text(id)
                    + (now.reason().isEmpty() ? "" : "  " + screen().muted(now.reason())));
        }
    }

    private static Optional<Row> find(AgentsViewModel model, String id) {
        return model.rows().stream().filter(row -> row.id().equals(id)).findFirst();
    }
}
