package dev.agentos.tui.ctl;

import dev.agentos.bridge.view.Tone;
import dev.agentos.bridge.wire.ModelWire;
import dev.agentos.bridge.wire.ModelWire.ModelView;
import dev.agentos.bridge.wire.ModelWire.ProviderView;
import dev.agentos.tui.Exit;
import dev.agentos.tui.term.Table;
import dev.agentos.tui.term.Table.Cell;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Commands on models: what there is, how fast it is, and what may be used of it. */
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
        commands.put("provider", new ModelSources.AddProvider(context));
        commands.put("pull", new ModelPullCommand(context));
        commands.put("gguf", new ModelSources.Gguf(context));
        commands.put("remove", new ModelSources.Remove(context));
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
