package dev.agentos.tui.ctl;

import dev.agentos.bridge.view.Tone;
import dev.agentos.bridge.wire.ModelWire;
import dev.agentos.bridge.wire.ModelWire.ModelView;
import dev.agentos.bridge.wire.ModelWire.ProviderView;
import dev.agentos.tui.Exit;
import dev.agentos.tui.term.Table;
import dev.agentos.tui.term.Table.Cell;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Commands on models: what there is, how fast it is, where it comes from, and what may be used of it. */
final class ModelCommands {

    private ModelCommands() {}

    static Map<String, CtlCommand> all(CtlContext context) {
        Map<String, CtlCommand> commands = new LinkedHashMap<>();
        commands.put("list", new ListModels(context));
        commands.put("show", new ShowModel(context));
        commands.put("ps", new Ps(context));
        commands.put("probe", new Probe(context));
        commands.put("gpu", new GpuCommand(context));
        commands.put("latency", new Latency(context));
        commands.put("provider", new AddProvider(context));
        commands.put("pull", new ModelPullCommand(context));
        commands.put("gguf", new Gguf(context));
        commands.put("remove", new Remove(context));
        commands.put("alias", new Alias(context));
        commands.put("budget", new Budget(context));
        return commands;
    }

    private static String fixed(double value) {
        return value <= 0 ? "-" : String.format(Locale.ROOT, value < 10 ? "%.1f" : "%.0f", value);
    }

    @Command(
            name = "list",
            description = "Models that can be called, with what was measured of them.",
            footer = {"", "Example:", "  agentctl model list --refresh"})
    static final class ListModels extends CtlCommand {
        @Option(names = "--refresh", description = "Ask every provider again first.")
        private boolean refresh;

        ListModels(CtlContext context) {
            super(context);
        }

        @Override
        protected int run() throws InterruptedException {
            ModelWire.Models models = client().models(refresh);
            return show(models, () -> {
                Table table = new Table("MODEL", "WHERE", "CONTEXT", "CAN", "FIRST MS", "TOKENS/S", "STATE");
                for (ModelView model : models.models()) {
                    table.row(
                            Cell.of(model.name()),
                            Cell.of(Tone.MUTED, model.placement()),
                            Cell.number(model.context() == 0 ? "-" : String.valueOf(model.context())),
                            Cell.of(Tone.MUTED, String.join(" ", model.abilities())),
                            Cell.number(fixed(model.onsetMs())),
                            Cell.number(fixed(model.tokensPerS())),
                            Cell.of(state(models, model)));
                }
                table.write(screen());
            });
        }

        private static String state(ModelWire.Models models, ModelView model) {
            String trouble = models.providers().stream()
                    .filter(provider -> provider.name().equals(model.provider()))
                    .map(ProviderView::trouble)
                    .findFirst()
                    .orElse("");
            return !model.callable() ? "not approved" : trouble.isEmpty() ? "ok" : trouble;
        }
    }

    @Command(
            name = "show",
            description = "One model with all that is known of it.",
            footer = {"", "Example:", "  agentctl model show local/extractive"})
    static final class ShowModel extends CtlCommand {
        @Parameters(index = "0", paramLabel = "MODEL", description = "Its name or an alias.")
        private String name = "";

        ShowModel(CtlContext context) {
            super(context);
        }

        @Override
        protected int run() throws InterruptedException {
            ModelView model = client().models(false).models().stream()
                    .filter(each -> each.name().equals(name) || each.aliases().contains(name))
                    .findFirst()
                    .orElseThrow(() -> new CtlException(
                            Exit.NOT_FOUND, "not-found", "there is no model " + name, name, "agentctl model list"));
            return show(model, () -> {
                Table table = new Table("FIELD", "VALUE");
                table.row(Cell.of("name"), Cell.of(model.name()));
                table.row(Cell.of("aliases"), Cell.of(String.join(", ", model.aliases())));
                table.row(Cell.of("where"), Cell.of(model.placement()));
                table.row(Cell.of("context"), Cell.of(model.context() + " tokens"));
                table.row(Cell.of("can"), Cell.of(String.join(", ", model.abilities())));
                table.row(Cell.of("weights"), Cell.of(model.digest().isEmpty() ? "-" : "sha256 " + model.digest()));
                table.row(
                        Cell.of("measured"),
                        Cell.of(
                                model.answers() == 0
                                        ? "nothing yet: agentctl model probe " + model.name()
                                        : fixed(model.onsetMs()) + " ms to the first token (95 %: "
                                                + fixed(model.onsetMsP95()) + "), " + fixed(model.tokensPerS())
                                                + " tokens/s"
                                                + (model.promptTokensPerS() == 0
                                                        ? ""
                                                        : ", reads " + fixed(model.promptTokensPerS()) + " tokens/s")
                                                + ", over " + model.answers() + " answers"));
                table.write(screen());
            });
        }
    }

    @Command(
            name = "ps",
            description = "Providers: how they are, and what runs and waits there now.",
            footer = {"", "Example:", "  agentctl model ps"})
    static final class Ps extends CtlCommand {
        Ps(CtlContext context) {
            super(context);
        }

        @Override
        protected int run() throws InterruptedException {
            ModelWire.Models models = client().models(false);
            return show(models, () -> {
                Table table = new Table("PROVIDER", "KIND", "WHERE", "RUNNING", "WAITING", "SLOTS", "STATE");
                for (ProviderView provider : models.providers()) {
                    table.row(
                            Cell.of(provider.name()),
                            Cell.of(Tone.MUTED, provider.kind()),
                            Cell.of(Tone.MUTED, provider.where()),
                            Cell.number(String.valueOf(provider.running())),
                            Cell.number(String.valueOf(provider.waiting())),
                            Cell.number(String.valueOf(provider.slots())),
                            Cell.of(provider.trouble().isEmpty() ? "ok" : provider.trouble()));
                }
                table.write(screen());
                screen().line("  " + screen().text(models.gpu()));
            });
        }
    }

    @Command(
            name = "probe",
            description = "Ask a model a short question and measure the answer.",
            footer = {"", "Example:", "  agentctl model probe local/extractive"})
    static final class Probe extends CtlCommand {
        @Parameters(index = "0", paramLabel = "MODEL", description = "Its name or an alias.")
        private String name = "";

        Probe(CtlContext context) {
            super(context);
        }

        @Override
        protected int run() throws InterruptedException {
            ModelWire.Probe probe = client().probeModel(name);
            return show(
                    probe,
                    () -> screen().line("  " + screen().text(probe.model()) + ": first token after "
                            + fixed(probe.onsetMs()) + " ms, " + probe.completionTokens() + " tokens in "
                            + fixed(probe.turnMs()) + " ms, " + fixed(probe.tokensPerS()) + " tokens/s"));
        }
    }

    @Command(
            name = "latency",
            description =
                    "How soon agents were answered, over their last answers, what they missed, and what they used.",
            footer = {"", "Example:", "  agentctl model latency --json"})
    static final class Latency extends CtlCommand {
        Latency(CtlContext context) {
            super(context);
        }

        @Override
        protected int run() throws InterruptedException {
            ModelWire.Latencies latencies = client().modelLatency();
            return show(latencies, () -> {
                Table table = new Table(
                        "AGENT",
                        "ANSWERS",
                        "FIRST MS",
                        "95 %",
                        "SLO",
                        "TURN MS",
                        "95 %",
                        "JITTER %",
                        "MISSED",
                        "TOKENS",
                        "$");
                for (ModelWire.Latency each : latencies.agents()) {
                    table.row(
                            Cell.of(each.agent()),
                            Cell.number(String.valueOf(each.answers())),
                            Cell.number(fixed(each.onsetMs())),
                            Cell.number(fixed(each.onsetMsP95())),
                            Cell.number(each.onsetSloMs() == 0 ? "–" : String.valueOf(each.onsetSloMs())),
                            Cell.number(fixed(each.turnMs())),
                            Cell.number(fixed(each.turnMsP95())),
                            Cell.number(fixed(each.jitterPct())),
                            Cell.number(String.valueOf(each.missed())),
                            Cell.number(String.valueOf(each.tokens())),
                            Cell.number(each.costUsd()));
                }
                table.write(screen());
                screen().line(screen().muted(
                                "today: " + latencies.todayTokens() + " tokens, $ " + latencies.todayCostUsd()));
            });
        }
    }

    @Command(
            name = "provider",
            description = "Add a provider of models, or replace one.",
            footer = {
                "",
                "The key is named, never given: set it first with agentctl secret set NAME --for HOST.",
                "",
                "Examples:",
                "  agentctl model provider ollama --kind ollama --url http://127.0.0.1:11434",
                "  agentctl model provider openai --kind openai --url https://api.openai.com --key openai-key"
                        + " --placement cloud"
            })
    static final class AddProvider extends CtlCommand {
        @Parameters(index = "0", paramLabel = "NAME", description = "The first part of its models' names.")
        private String name = "";

        @Option(names = "--kind", required = true, paramLabel = "KIND", description = "openai, ollama or anthropic.")
        private String kind = "";

        @Option(
                names = "--url",
                required = true,
                paramLabel = "URL",
                description = "Where it is, without the wire's path.")
        private String url = "";

        @Option(names = "--key", paramLabel = "SECRET", description = "The name of the secret that holds its key.")
        private @Nullable String key;

        @Option(names = "--placement", paramLabel = "WHERE", description = "on-prem (default), edge or cloud.")
        private String placement = "on-prem";

        @Option(names = "--model", paramLabel = "NAME", description = "A model that it has, where it does not tell.")
        private List<String> models = new ArrayList<>();

        @Option(names = "--context", paramLabel = "N", description = "Tokens of prompt and answer; 0 for unknown.")
        private long tokens;

        @Option(names = "--price", arity = "2", paramLabel = "USD", description = "For a million tokens in, and out.")
        private List<String> price = List.of("0", "0");

        @Option(names = "--slots", paramLabel = "N", description = "Answers at once (default 4).")
        private long slots = 4;

        @Option(names = "--patience", paramLabel = "MS", description = "The longest silence (default 60000).")
        private long patience = 60_000;

        AddProvider(CtlContext context) {
            super(context);
        }

        @Override
        protected int run() throws InterruptedException {
            ModelWire.Models all = client().addModelProvider(new ModelWire.AddProvider(
                    name,
                    kind,
                    url,
                    Optional.ofNullable(key),
                    placement,
                    models,
                    tokens,
                    price.getFirst(),
                    price.getLast(),
                    slots,
                    patience));
            return added(this, all, name);
        }
    }

    private static int added(CtlCommand command, ModelWire.Models all, String provider) {
        return command.show(all, () -> {
            List<String> models = all.models().stream()
                    .filter(model -> model.provider().equals(provider))
                    .map(ModelView::name)
                    .toList();
            String trouble = all.providers().stream()
                    .filter(each -> each.name().equals(provider))
                    .map(ProviderView::trouble)
                    .findFirst()
                    .orElse("");
            command.screen()
                    .line(command.screen()
                            .text(
                                    trouble.isEmpty()
                                            ? provider + " has " + String.join(", ", models)
                                            : provider + " is set, and does not answer: " + trouble));
        });
    }

    @Command(
            name = "gguf",
            description = "Run a file of weights in the sandboxed model worker.",
            footer = {
                "",
                "Its checksum is recorded. Changed weights are refused until they are approved by their checksum.",
                "",
                "Example:",
                "  agentctl model gguf /var/lib/models/small.gguf --source https://example.org/small"
            })
    static final class Gguf extends CtlCommand {
        @Parameters(index = "0", paramLabel = "FILE", description = "The file, as agentd can read it.")
        private String file = "";

        @Option(names = "--source", paramLabel = "TEXT", description = "Where it is from, for the record.")
        private String source = "";

        @Option(names = "--approve", paramLabel = "SHA256", description = "Use changed weights with this checksum.")
        private @Nullable String approve;

        @Option(names = "--slots", paramLabel = "N", description = "Answers at once (default 4).")
        private long slots = 4;

        @Option(names = "--context", paramLabel = "N", description = "Tokens of prompt and answer (default 4096).")
        private long tokens = 4_096;

        @Option(names = "--threads", paramLabel = "N", description = "Threads for arithmetic (default 2).")
        private long threads = 2;

        Gguf(CtlContext context) {
            super(context);
        }

        @Override
        protected int run() throws InterruptedException {
            ModelWire.Models all = client().addModelWeights(
                            new ModelWire.AddGguf(file, source, Optional.ofNullable(approve), slots, tokens, threads));
            return show(
                    all,
                    () -> all.models().stream()
                            .filter(model -> !model.digest().isEmpty())
                            .forEach(model ->
                                    screen().line("  " + screen().text(model.name()) + "  sha256 " + model.digest())));
        }
    }

    @Command(
            name = "remove",
            description = "Take a provider away, and its models.",
            footer = {"", "Example:", "  agentctl model remove ollama"})
    static final class Remove extends CtlCommand {
        @Parameters(index = "0", paramLabel = "PROVIDER", description = "Its name.")
        private String name = "";

        Remove(CtlContext context) {
            super(context);
        }

        @Override
        protected int run() throws InterruptedException {
            client().removeModelProvider(name);
            return show(Map.of("removed", name), () -> screen().line(screen().text(name) + " is taken away."));
        }
    }

    @Command(
            name = "alias",
            description = "Let a name, as contracts use it, stand for a model.",
            footer = {"", "Example:", "  agentctl model alias local/llama-3.1-8B ollama/llama3.1:8b"})
    static final class Alias extends CtlCommand {
        @Parameters(index = "0", paramLabel = "NAME", description = "The name, as provider/model.")
        private String name = "";

        @Parameters(index = "1", arity = "0..1", paramLabel = "MODEL", description = "The model; none: take it away.")
        private String model = "";

        Alias(CtlContext context) {
            super(context);
        }

        @Override
        protected int run() throws InterruptedException {
            client().setModelAlias(new ModelWire.Alias(name, model));
            return show(
                    Map.of("name", name, "model", model),
                    () -> screen().line(screen().text(
                                    model.isEmpty()
                                            ? name + " stands for nothing now."
                                            : name + " stands for " + model + ".")));
        }
    }

    @Command(
            name = "budget",
            description = "Limit what agents use of models, beside the limits of their contracts.",
            footer = {
                "",
                "run: only what happens at the contract's own limits. agent: over all runs of an agent.",
                "day: over all agents of a day (UTC).",
                "",
                "Example:",
                "  agentctl model budget day --tokens 2000000 --usd 20 --at-limit ask"
            })
    static final class Budget extends CtlCommand {
        @Parameters(index = "0", paramLabel = "SCOPE", description = "run, agent or day.")
        private String scope = "";

        @Option(names = "--tokens", paramLabel = "N", description = "Tokens, in and out.")
        private @Nullable Long tokens;

        @Option(names = "--usd", paramLabel = "USD", description = "US dollars.")
        private @Nullable String usd;

        @Option(names = "--turns", paramLabel = "N", description = "Calls of models.")
        private @Nullable Long turns;

        @Option(names = "--at-limit", paramLabel = "WHAT", description = "warn, ask (default) or stop.")
        private String atLimit = "ask";

        Budget(CtlContext context) {
            super(context);
        }

        @Override
        protected int run() throws InterruptedException {
            client().setModelBudget(new ModelWire.Budget(
                    scope, Optional.ofNullable(tokens), Optional.ofNullable(usd), Optional.ofNullable(turns), atLimit));
            return show(
                    Map.of("scope", scope, "at_limit", atLimit),
                    () -> screen().line("The limits of the scope " + screen().text(scope) + " are set."));
        }
    }
}
