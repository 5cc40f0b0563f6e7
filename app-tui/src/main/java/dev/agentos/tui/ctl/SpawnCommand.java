package dev.agentos.tui.ctl;

import dev.agentos.bridge.client.AgentdClient.Until;
import dev.agentos.bridge.wire.AgentWire.AgentView;
import dev.agentos.bridge.wire.AgentWire.Spawn;
import dev.agentos.tui.Exit;
import dev.agentos.tui.term.Screen;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "spawn",
        description = "Admit a contract and start an agent.",
        footer = {"", "Example:", "  agentctl spawn --contract examples/summarise-folder.yaml --input folder=/data/docs"
        })
final class SpawnCommand extends CtlCommand {

    /** agentd waits at most 10 minutes at a time. */
    private static final Duration PIECE = Duration.ofMinutes(9);

    /** What {@code --wait} can wait for. */
    enum Wait {
        STARTED,
        ENDED
    }

    @Option(names = "--contract", required = true, paramLabel = "FILE", description = "The contract; - for stdin.")
    private String contract = "";

    @Option(
            names = "--class",
            paramLabel = "HRT|SRT|DT",
            description = "Another latency class; admission decides again.")
    private @Nullable String latency;

    @Option(names = "--binding", paramLabel = "WORD", description = "strict, smooth or flexible.")
    private @Nullable String binding;

    @Option(
            names = "--input",
            paramLabel = "NAME=VALUE",
            description = "An input of the run; NAME=@FILE for a file's text.")
    private List<String> input = new ArrayList<>();

    @Option(names = "--wait", paramLabel = "started|ended", description = "Wait until it has started or ended.")
    private @Nullable Wait wait;

    @Option(names = "--key", paramLabel = "KEY", description = "The same key never starts a second agent.")
    private @Nullable String key;

    SpawnCommand(CtlContext context) {
        super(context);
    }

    @Override
    protected int run() throws IOException, InterruptedException {
        ContractFile file = ContractFile.read(context.console(), contract);
        String idempotency = key;
        AgentView agent = client().spawn(new Spawn(
                idempotency == null ? "ctl-" + UUID.randomUUID() : idempotency,
                file.source(),
                file.text(),
                Optional.ofNullable(latency),
                Optional.ofNullable(binding),
                List.of(),
                Inputs.parse(input),
                false));
        if (wait != null) {
            agent = await(agent.id(), wait == Wait.ENDED ? Until.ENDED : Until.STARTED);
        }
        AgentView shown = agent;
        show(agent, () -> told(screen(), shown));
        return wait == Wait.ENDED ? AgentCommands.exitOf(agent) : Exit.DONE;
    }

    private AgentView await(String id, Until until) throws InterruptedException {
        while (true) {
            AgentView agent = client().awaitAgent(id, until, PIECE);
            boolean starting = agent.state().equals("queued") || agent.state().equals("starting");
            if (until == Until.STARTED ? !starting : AgentCommands.isOver(agent)) {
                return agent;
            }
        }
    }

    static void told(Screen screen, AgentView agent) {
        screen.line(AgentCommands.mark(screen, agent) + "  " + screen.bold(agent.id()) + "  "
                + screen.muted(agent.latency() + " · " + agent.binding()));
        agent.substitutions().forEach(s -> ShowCommand.substitution(screen, s));
        if (!agent.reason().isEmpty()) {
            screen.labelled(2, 2, "", dev.agentos.themes.Role.TEXT, agent.reason());
        }
        if (agent.consentsWaiting() > 0) {
            screen.line("  " + screen.muted("it waits for you: ") + "agentctl consent list");
        }
    }
}
