package dev.agentos.tui.ctl;

import dev.agentos.bridge.client.AgentdClient.Until;
import dev.agentos.bridge.wire.AgentWire.AgentView;
import dev.agentos.bridge.wire.AgentWire.Spawn;
import dev.agentos.bridge.wire.CatalogWire.EntryView;
import dev.agentos.tui.Exit;
import dev.agentos.tui.term.Screen;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "spawn",
        description = "Start an agent: one of the catalog by its name, or one with a contract of your own.",
        footer = {
            "",
            "Examples:",
            "  agentctl spawn log-triage --input logs=/var/log --wait ended",
            "  agentctl spawn --contract examples/summarise-folder.yaml --input folder=/data/docs"
        })
final class SpawnCommand extends CtlCommand {

    /** agentd waits at most 10 minutes at a time. */
    private static final Duration PIECE = Duration.ofMinutes(9);

    /** What {@code --wait} can wait for. */
    enum Wait {
        STARTED,
        ENDED
    }

    /** Completion asks the running service. */
    static final class Names implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return List.of("$(agentctl catalog list --names 2>/dev/null)").iterator();
        }
    }

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "NAME",
            completionCandidates = Names.class,
            description = "An entry of the catalog, NAME or NAME@VERSION; see agentctl catalog list.")
    private @Nullable String name;

    @Option(names = "--contract", paramLabel = "FILE", description = "A contract of your own; - for stdin.")
    private @Nullable String contract;

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
        if ((name == null) == (contract == null)) {
            throw new CtlException(
                    Exit.USAGE,
                    "usage",
                    name == null ? "what is to be started?" : "a name and --contract are two different agents",
                    "",
                    "give the name of a catalog entry, or --contract FILE");
        }
        Optional<EntryView> entry = name == null ? Optional.empty() : Optional.of(entry(name));
        ContractFile file = entry.isPresent()
                ? new ContractFile(
                        "catalog:" + entry.get().name() + "@" + entry.get().version(),
                        entry.get().contract())
                : ContractFile.read(context.console(), contract == null ? "" : contract);
        Map<String, Object> given = Inputs.parse(input);
        String idempotency = key;
        AgentView agent = client().spawn(new Spawn(
                idempotency == null ? "ctl-" + UUID.randomUUID() : idempotency,
                file.source(),
                file.text(),
                Optional.ofNullable(latency),
                Optional.ofNullable(binding),
                List.of(),
                entry.isPresent() ? CatalogInputs.complete(entry.get(), given) : given,
                false));
        if (wait != null) {
            agent = await(agent.id(), wait == Wait.ENDED ? Until.ENDED : Until.STARTED);
        }
        AgentView shown = agent;
        Optional<String> answer =
                wait == Wait.ENDED && entry.isPresent() && !json() ? answer(entry.get(), agent.id()) : Optional.empty();
        show(agent, () -> {
            told(screen(), shown);
            answer.ifPresent(text -> {
                screen().line("");
                text.lines().forEach(line -> screen().line(screen().text(line)));
            });
        });
        return wait == Wait.ENDED ? AgentCommands.exitOf(agent) : Exit.DONE;
    }

    private EntryView entry(String given) throws InterruptedException {
        int at = given.indexOf('@');
        EntryView entry =
                client().catalogEntry(at < 0 ? given : given.substring(0, at), at < 0 ? "" : given.substring(at + 1));
        if (!entry.state().equals("ready")) {
            throw new CtlException(
                    Exit.REFUSED,
                    "catalog." + entry.state(),
                    entry.name() + " " + entry.version() + " is not started: " + entry.reason(),
                    entry.name(),
                    entry.next());
        }
        return entry;
    }

    /** The field of a step's result that the entry names as the answer to the person. */
    private Optional<String> answer(EntryView entry, String id) throws InterruptedException {
        String[] path = entry.shows().split("\\.", -1);
        if (path.length < 3) {
            return Optional.empty();
        }
        Object value = client().result(id).outputs();
        for (int i = 1; i < path.length && value instanceof Map<?, ?> map; i++) {
            value = map.get(path[i]);
        }
        return value instanceof String text ? Optional.of(text) : Optional.empty();
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
        agent.notes().forEach(note -> ShowCommand.note(screen, note));
        if (!agent.reason().isEmpty()) {
            screen.labelled(2, 2, "", dev.agentos.themes.Role.TEXT, agent.reason());
        }
        if (agent.consentsWaiting() > 0) {
            screen.line("  " + screen.muted("it waits for you: ") + "agentctl consent list");
        }
    }
}
