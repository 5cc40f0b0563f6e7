package dev.agentos.testkit.prove;

import dev.agentos.testkit.service.Choices;
import dev.agentos.testkit.service.Figures;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Function;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ./agentos prove NAME}: attacks or crashes the system. Exit 1 when anything got through. */
@Command(
        name = "./agentos prove",
        description = "Attacks or crashes the system and prints what was tried and what got through.",
        exitCodeOnExecutionException = 3,
        footer = {
            "",
            "Exit 0: nothing got through. 1: something did. 2: a mistake on the command line. 3: not carried out.",
            "",
            "Examples:",
            "  ./agentos prove spine --rounds 200 --json",
            "  ./agentos prove orphans --long"
        })
public final class ProveMain implements Callable<Integer> {

    /** A campaign. */
    interface Campaign {
        /** Runs it. {@code rounds} 0 means the usual number. */
        Result run(Path home, int rounds, long seed) throws Exception;
    }

    /** What a campaign found; {@code through} must be 0. */
    record Result(Figures figures, long through) {}

    /** Every campaign there is; a new one gets its line here. */
    private static final Choices<Function<ProveMain, Campaign>> ALL = new Choices<Function<ProveMain, Campaign>>(
                    "prove")
            .with(
                    "spine",
                    "kill -9 of agentd in the middle of runs: nothing twice, nothing lost",
                    _ -> new CrashCampaign())
            .with("audit", "every way to change the audit trail is noticed", _ -> new AuditCampaign())
            .with("sandbox", "hostile programs inside the sandbox, with a control outside", _ -> new SandboxCampaign())
            .with("guest", "the same in a Debian guest with pure cgroup v2 and AppArmor", _ -> new GuestCampaign())
            .with(
                    "orphans",
                    "kill -9 of agent, init, broker, agentd: nothing is left [--long]",
                    m -> new OrphanCampaign(m.longForm))
            .with(
                    "injection",
                    "an agent that obeys every injected instruction [--data DIR, --curve, --filter on|off]",
                    m -> new InjectionCampaign(
                            m.data.orElse(Path.of(System.getProperty("agentos.root", "."), "../shared/data/agentdojo")),
                            m.curve,
                            m.filter))
            .with(
                    "filter",
                    "recall, false alarms and speed of the content filter [--data FILE]",
                    m -> new FilterCampaign(m.data))
            .with("policy", "the whole state space of decisions; capability violations", _ -> new PolicyCampaign())
            .with(
                    "consent",
                    "keys, pastes, long and hostile cards, crashes: no answer that nobody gave",
                    _ -> new ConsentCampaign())
            .with(
                    "managed",
                    "kill -9 of agentd under agents that a model drives: nothing twice; replays",
                    _ -> new ManagedCampaign())
            .with("models", "unmodified clients of models inside the sandbox", _ -> new ModelsCampaign())
            .with(
                    "keys",
                    "random keys into monitor and shell while cards arrive: nothing answered",
                    _ -> new KeysCampaign())
            .with(
                    "center",
                    "the window: every screen, the tour by keys, kill -9 of agentd, closing",
                    _ -> new CenterCampaign())
            .with(
                    "consent-ui",
                    "the same at the desktop's card: real window, real service",
                    _ -> new ConsentUiCampaign())
            .with(
                    "language",
                    "sentences to commands without a model [--data FILE, --misses]",
                    m -> new LanguageCampaign(m.data, m.misses));

    @Parameters(paramLabel = "NAME", description = "What to prove; see the list below.")
    private String name = "";

    @Option(names = "--json", description = "One line of JSON.")
    private boolean json;

    @Option(names = "--rounds", paramLabel = "N", description = "How many; each campaign has its usual number.")
    private int rounds;

    @Option(names = "--seed", paramLabel = "N", description = "Makes the random choices of an earlier run again.")
    private long seed = System.nanoTime();

    @Option(names = "--data", paramLabel = "PATH", description = "Other data than the usual.")
    private Optional<Path> data = Optional.empty();

    @Option(names = "--long", description = "The long form.")
    private boolean longForm;

    @Option(names = "--curve", description = "Prompts against what is stopped, for several settings.")
    private boolean curve;

    @Option(
            names = "--filter",
            paramLabel = "on|off",
            description = "With or without the content filter; usually both.")
    private Optional<OnOff> filter = Optional.empty();

    /** The words of a switch. */
    enum OnOff {
        on,
        off
    }

    @Option(names = "--misses", description = "Prints what was answered wrongly.")
    private boolean misses;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    private ProveMain() {}

    /** Runs one campaign and prints what it saw. */
    public static void main(String[] arguments) {
        System.exit(ALL.commandLine(new ProveMain()).execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        Campaign campaign = ALL.named(spec.commandLine(), name).apply(this);
        Result result = campaign.run(Path.of(System.getProperty("agentos.home")), rounds, seed);
        result.figures().print(System.out, json);
        return result.through() == 0 ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
    }
}
