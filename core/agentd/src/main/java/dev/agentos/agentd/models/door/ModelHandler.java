package dev.agentos.agentd.models.door;

import dev.agentos.agentd.models.wire.AnthropicMessages;
import dev.agentos.agentd.models.wire.ModelListing;
import dev.agentos.agentd.models.wire.Ollama;
import dev.agentos.agentd.models.wire.OpenAiChat;
import dev.agentos.agentd.models.wire.OpenAiEmbeddings;
import dev.agentos.agentd.models.wire.OpenAiResponses;
import dev.agentos.agentd.models.wire.Wire;
import dev.agentos.agentd.telemetry.Tracing;
import dev.agentos.domain.model.ChunkSink;
import dev.agentos.domain.model.ModelCaller;
import dev.agentos.domain.model.ModelCard;
import dev.agentos.domain.model.ModelException;
import dev.agentos.domain.model.ModelException.Kind;
import dev.agentos.domain.model.ModelReply;
import dev.agentos.domain.model.Models;
import dev.agentos.domain.model.TokenCount;
import dev.agentos.domain.port.Journal.Trace;
import dev.agentos.domain.port.TimeSource;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** What is behind a model door: paths of three wires, one way to the models. */
final class ModelHandler {

    private static final String JSON = "application/json";

    /** The clients try again by themselves where that can help, and this is how they are told that it cannot. */
    private static final Map<String, String> NO_RETRY = Map.of("x-should-retry", "false");

    private static final Set<String> HOSTS = Set.of("localhost", "127.0.0.1", "[::1]");

    private static final Map<String, Wire> WIRES = Map.of(
            "/v1/chat/completions",
            new OpenAiChat(),
            "/v1/responses",
            new OpenAiResponses(),
            "/v1/messages",
            new AnthropicMessages(),
            "/api/chat",
            new Ollama(true),
            "/api/generate",
            new Ollama(false));

    private static final Wire OPENAI = new OpenAiChat();
    private static final Wire ANTHROPIC = new AnthropicMessages();
    private static final Wire OLLAMA = new Ollama(true);

    private final Models models;
    private final Function<Trace, Optional<ModelCaller>> callers;
    private final TimeSource time;

    /** @param callers who the program at the other end is now; empty when it is over */
    ModelHandler(Models models, Function<Trace, Optional<ModelCaller>> callers, TimeSource time) {
        this.models = models;
        this.callers = callers;
        this.time = time;
    }

    void handle(HttpRequest request, HttpAnswer answer) throws IOException, InterruptedException {
        Wire wire = WIRES.getOrDefault(request.path(), speaks(request));
        try {
            ownHost(request);
            Optional<ModelCaller> caller = callers.apply(new Trace(Tracing.newCorrelation()));
            if (caller.isEmpty()) {
                throw new ModelException(Kind.GONE, "the agent is over", "nothing to do");
            }
            answer(caller.get(), wire, request, answer);
        } catch (ModelException e) {
            if (!answer.isStarted()) {
                answer.send(
                        wire.status(e),
                        JSON,
                        wire.error(e),
                        e.kind() == Kind.RATE_LIMITED || e.kind() == Kind.UNAVAILABLE ? Map.of() : NO_RETRY);
            }
        }
    }

    /** The wire in whose words errors are told. */
    private static Wire speaks(HttpRequest request) {
        boolean anthropic = request.path().startsWith("/v1/messages")
                || !request.header("anthropic-version").isEmpty();
        return anthropic ? ANTHROPIC : request.path().startsWith("/v1/") ? OPENAI : OLLAMA;
    }

    /** A page in a browser can send requests here under a name that it had resolved to the loopback. */
    private static void ownHost(HttpRequest request) throws ModelException {
        String host = request.header("host").toLowerCase(Locale.ROOT);
        int port = host.lastIndexOf(':');
        String name = port > host.indexOf(']') ? host.substring(0, port) : host;
        if (!name.isEmpty() && !HOSTS.contains(name)) {
            throw new ModelException(Kind.REFUSED, "this door is not at " + host, "call it as localhost");
        }
    }

    private void answer(ModelCaller caller, Wire wire, HttpRequest request, HttpAnswer answer)
            throws ModelException, IOException, InterruptedException {
        boolean posted = request.method().equals("POST");
        if (posted && WIRES.containsKey(request.path())) {
            generate(caller, wire, request, answer);
            return;
        }
        Optional<String> body = posted ? posted(caller, request) : asked(caller, request);
        answer.send(
                200,
                JSON,
                body.orElseThrow(() -> new ModelException(
                        Kind.NOT_FOUND,
                        "there is no " + request.method() + " " + request.path() + " here",
                        "models are pulled, made and deleted by the operator: agentctl model")),
                Map.of());
    }

    private Optional<String> posted(ModelCaller caller, HttpRequest request)
            throws ModelException, InterruptedException {
        return Optional.ofNullable(
                switch (request.path()) {
                    case "/v1/embeddings" -> {
                        OpenAiEmbeddings.Ask ask = OpenAiEmbeddings.read(request.text());
                        yield OpenAiEmbeddings.write(ask, models.embed(caller, ask.model(), ask.texts()));
                    }
                    case "/v1/messages/count_tokens" ->
                        AnthropicMessages.counted(
                                TokenCount.of(ANTHROPIC.read(request.text()).request()));
                    case "/api/embed", "/api/embeddings" -> {
                        boolean legacy = request.path().equals("/api/embeddings");
                        OpenAiEmbeddings.Ask ask = Ollama.readEmbed(request.text(), legacy);
                        yield Ollama.writeEmbed(models.embed(caller, ask.model(), ask.texts()), legacy);
                    }
                    case "/api/show" ->
                        ModelListing.ollamaShow(
                                ModelListing.find(models.list(caller), ModelListing.named(request.text())));
                    default -> null;
                });
    }

    private Optional<String> asked(ModelCaller caller, HttpRequest request) throws ModelException {
        String path = request.path();
        boolean anthropic = speaks(request).equals(ANTHROPIC);
        if (path.startsWith("/v1/models/")) {
            String name = path.substring("/v1/models/".length()).replace("%2F", "/");
            ModelCard card = ModelListing.find(models.list(caller), name);
            return Optional.of(anthropic ? ModelListing.anthropic(card) : ModelListing.openAi(card));
        }
        return Optional.ofNullable(
                switch (path) {
                    case "/v1/models" ->
                        anthropic
                                ? ModelListing.anthropic(models.list(caller))
                                : ModelListing.openAi(models.list(caller));
                    case "/api/tags" -> ModelListing.ollamaTags(models.list(caller));
                    case "/api/ps" -> ModelListing.ollamaTags(List.of());
                    case "/api/version" -> ModelListing.ollamaVersion();
                    case "/" -> "\"AgentOS model door\"";
                    default -> null;
                });
    }

    private void generate(ModelCaller caller, Wire wire, HttpRequest request, HttpAnswer answer)
            throws ModelException, IOException, InterruptedException {
        Wire.Ask ask = wire.read(request.text());
        Wire.Name name = new Wire.Name(Tracing.newCorrelation(), time.now().getEpochSecond());
        if (!ask.stream()) {
            ModelReply reply = models.call(caller, ask.request(), ChunkSink.NOWHERE);
            answer.send(200, JSON, wire.whole(ask, name, reply), Map.of());
            return;
        }
        Wire.Stream stream = wire.stream(ask, name);
        ModelReply reply;
        try {
            reply = models.call(caller, ask.request(), chunk -> {
                try {
                    if (answer.isStarted()) {
                        answer.more(stream.chunk(chunk));
                    } else {
                        // The first piece goes out with the head: one write less before it is seen.
                        answer.begin(200, stream.contentType(), Map.of(), stream.begin() + stream.chunk(chunk));
                    }
                } catch (IOException e) {
                    throw new ModelException(Kind.GONE, "the program did not wait for the answer", "nothing to do", e);
                }
            });
        } catch (ModelException e) {
            if (answer.isStarted() && e.kind() != Kind.GONE) {
                answer.end(stream.error(e));
            }
            throw e;
        }
        if (!answer.isStarted()) {
            answer.begin(200, stream.contentType(), Map.of(), stream.begin());
        }
        answer.end(stream.end(reply));
    }
}
