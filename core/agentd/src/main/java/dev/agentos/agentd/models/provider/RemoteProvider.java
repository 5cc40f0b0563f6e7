package dev.agentos.agentd.models.provider;

import dev.agentos.domain.contract.Placement;
import dev.agentos.domain.model.ChunkCollector;
import dev.agentos.domain.model.ChunkSink;
import dev.agentos.domain.model.ModelCard;
import dev.agentos.domain.model.ModelChunk;
import dev.agentos.domain.model.ModelException;
import dev.agentos.domain.model.ModelException.Kind;
import dev.agentos.domain.model.ModelProvider;
import dev.agentos.domain.model.ModelReply;
import dev.agentos.domain.model.ModelReply.Finish;
import dev.agentos.domain.model.ModelRequest;
import dev.agentos.domain.model.ModelRequest.Ability;
import dev.agentos.domain.model.ModelUsage;
import dev.agentos.domain.model.TokenCount;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Supplier;

/** A provider over HTTP. What it speaks is told by its {@link Dialect}; it is always asked for a stream. */
public final class RemoteProvider implements ModelProvider {

    /** What a wire looks like from the side that asks. */
    interface Dialect {
        /** The headers of every request. */
        Map<String, String> headers(Optional<String> key);

        /** The names of its models, from its own list. */
        List<String> models(ProviderHttp http) throws ModelException, InterruptedException;

        String path();

        String body(ModelRequest request);

        Reading reading();

        Embeddings embed(ProviderHttp http, String model, List<String> texts)
                throws ModelException, InterruptedException;

        Set<Ability> abilities();
    }

    /** Reads one answer, line by line. */
    interface Reading {
        /**
         * The pieces of a line go to the sink.
         *
         * @return false when the answer is whole
         */
        boolean line(String line, ChunkSink sink) throws ModelException;

        Finish finish();

        Optional<ModelUsage> usage();
    }

    private final ProviderConfig config;
    private final Dialect dialect;
    private final Supplier<Map<String, String>> headers;
    private final ProviderHttp http;

    /** @param keys the value of a secret, by its name and the host that it is to be sent to; empty where it may not be */
    public RemoteProvider(ProviderConfig config, BiFunction<String, String, Optional<String>> keys) {
        this.config = config;
        this.dialect = switch (config.kind()) {
            case "ollama" -> new OllamaDialect();
            case "anthropic" -> new AnthropicDialect();
            default -> new OpenAiDialect();
        };
        this.headers = () -> dialect.headers(config.key()
                .flatMap(key -> keys.apply(key, String.valueOf(config.url().getHost()))));
        this.http = new ProviderHttp(config, headers);
    }

    @Override
    public String name() {
        return config.name();
    }

    public ProviderConfig config() {
        return config;
    }

    /** For what only some providers can do. */
    ProviderHttp http() {
        return http;
    }

    /** Another way to the same provider that bears longer silences; whoever asks for it closes it. */
    ProviderHttp patient(Duration silence) {
        return new ProviderHttp(config.withPatience(silence), headers);
    }

    /** An Ollama on this machine is told by its service or its program: it has nothing else of ours. */
    @Override
    public boolean isRunBy(List<String> groups, String program) {
        String host = String.valueOf(config.url().getHost());
        return config.kind().equals("ollama")
                && (host.equals("localhost") || host.startsWith("127.") || host.equals("[::1]"))
                && (groups.contains("ollama.service")
                        || program.substring(program.lastIndexOf('/') + 1).startsWith("ollama"));
    }

    @Override
    public int slots() {
        return config.slots();
    }

    @Override
    public List<ModelCard> models() throws ModelException, InterruptedException {
        List<String> names = config.models().isEmpty() ? dialect.models(http) : config.models();
        Set<String> distinct = new LinkedHashSet<>(names);
        Placement placement = config.placement();
        ModelCard.Price price = new ModelCard.Price(config.promptPrice(), config.completionPrice());
        return distinct.stream()
                .map(model -> new ModelCard(
                        config.name() + "/" + model, placement, config.context(), dialect.abilities(), price, ""))
                .toList();
    }

    @Override
    public ModelReply generate(ModelRequest request, ChunkSink sink, Turn turn)
            throws ModelException, InterruptedException {
        ChunkCollector said = new ChunkCollector();
        Reading reading = dialect.reading();
        ChunkSink both = chunk -> {
            try {
                said.add(chunk);
            } catch (IllegalArgumentException e) {
                throw new ModelException(
                        Kind.MALFORMED,
                        config.name() + " sent a piece of " + e.getMessage(),
                        "look at the provider",
                        e);
            }
            sink.accept(chunk);
        };
        http.stream(dialect.path(), dialect.body(request), line -> reading.line(line, both));
        ModelUsage usage = reading.usage().orElseGet(() -> estimated(request, said));
        ModelReply reply = said.reply(request.model(), reading.finish(), usage);
        return reply.toolCalls().isEmpty() || reply.finish() != Finish.STOP
                ? reply
                : said.reply(request.model(), Finish.TOOLS, usage);
    }

    private static ModelUsage estimated(ModelRequest request, ChunkCollector said) {
        return new ModelUsage(TokenCount.of(request), TokenCount.of(said.text()), 0, true);
    }

    @Override
    public Embeddings embed(String model, List<String> texts) throws ModelException, InterruptedException {
        return dialect.embed(http, model, texts);
    }

    @Override
    public void close() {
        http.close();
    }

    /** A piece of text, unless it is empty. */
    static void text(String text, ChunkSink sink) throws ModelException {
        if (!text.isEmpty()) {
            sink.accept(new ModelChunk.Text(text));
        }
    }
}
