package dev.agentos.tui.ctl;

import dev.agentos.bridge.wire.ModelWire;
import dev.agentos.bridge.wire.ModelWire.ModelView;
import dev.agentos.bridge.wire.ModelWire.ProviderView;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Commands on where models come from: providers, and files of weights. */
final class ModelSources {

    private ModelSources() {}

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
}
