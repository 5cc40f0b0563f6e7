package dev.agentos.testkit.bench;

import dev.agentos.testkit.service.Choices;
import dev.agentos.testkit.service.Figures;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ./agentos bench NAME}: measures one thing and prints the figures. */
@Command(
        name = "./agentos bench",
        description = "Measures one thing beside its peers in one run, and prints the figures with the machine.",
        exitCodeOnExecutionException = 3,
        footer = {"", "Example:", "  ./agentos bench spawn --rounds 100 --json"})
public final class BenchMain implements Callable<Integer> {

    /** A measurement. {@code rounds} 0 means the usual number. */
    interface Bench {
        Figures run(Path home, int rounds) throws Exception;
    }

    /** Every bench there is; a new one gets its line here. */
    private static final Choices<Bench> ALL = new Choices<Bench>("bench")
            .with("spawn", "a governed run of true against bwrap and crun", new SpawnBench())
            .with(
                    "density",
                    "a thousand process agents: memory each, time, what is left after kill",
                    new DensityBench())
            .with("lifecycle", "freeze, thaw, and kill until nothing is left", new LifecycleBench())
            .with("neighbours", "an SRT agent beside four that take all they can get", new NeighboursBench())
            .with("audit", "durable decisions a second, one by one and in groups", new AuditBench())
            .with("start", "until agentd and agentctl are ready, and what they take", new StartBench())
            .with("center", "the window: first paint, memory, processor at rest and under load", new CenterBench())
            .with("tool", "a governed tool decision; a card on a client; an answer applied", new ToolBench())
            .with("tui", "the terminal face: start, rest, many agents, a storm of events", new TuiBench())
            .with(
                    "classes",
                    "an SRT caller's first token beside eight DT streams on one model server",
                    new ClassesBench())
            .with("gateway", "what the model gateway adds to a provider's tokens", new GatewayBench());

    @Parameters(paramLabel = "NAME", description = "What to measure; see the list below.")
    private String name = "";

    @Option(names = "--json", description = "One line of JSON.")
    private boolean json;

    @Option(
            names = {"--rounds", "--agents"},
            paramLabel = "N",
            description = "How many; each bench has its usual number.")
    private int rounds;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    private BenchMain() {}

    /** Runs one bench and prints what it saw. Exit 2 where there is no such bench. */
    public static void main(String[] arguments) {
        System.exit(ALL.commandLine(new BenchMain()).execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        Path home = Path.of(System.getProperty("agentos.home"));
        ALL.named(spec.commandLine(), name).run(home, rounds).print(System.out, json);
        return CommandLine.ExitCode.OK;
    }
}
