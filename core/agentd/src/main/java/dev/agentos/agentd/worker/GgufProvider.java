package dev.agentos.agentd.worker;

import dev.agentos.agentd.telemetry.Tracing;
import dev.agentos.bridge.wire.WireJson;
import dev.agentos.bridge.worker.GenerateFrame;
import dev.agentos.bridge.worker.GenerateFrame.Cancel;
import dev.agentos.bridge.worker.GenerateFrame.Converse;
import dev.agentos.bridge.worker.GenerateFrame.Count;
import dev.agentos.bridge.worker.GenerateFrame.Counted;
import dev.agentos.bridge.worker.GenerateFrame.Ended;
import dev.agentos.bridge.worker.GenerateFrame.Failed;
import dev.agentos.bridge.worker.GenerateFrame.Generate;
import dev.agentos.bridge.worker.GenerateFrame.How;
import dev.agentos.bridge.worker.GenerateFrame.Message;
import dev.agentos.bridge.worker.GenerateFrame.Piece;
import dev.agentos.bridge.worker.GenerateFrame.Template;
import dev.agentos.bridge.worker.GenerateFrame.Templated;
import dev.agentos.domain.contract.Placement;
import dev.agentos.domain.model.ChunkCollector;
import dev.agentos.domain.model.ChunkSink;
import dev.agentos.domain.model.ModelCard;
import dev.agentos.domain.model.ModelChunk;
import dev.agentos.domain.model.ModelException;
import dev.agentos.domain.model.ModelException.Kind;
import dev.agentos.domain.model.ModelMessage;
import dev.agentos.domain.model.ModelProvider;
import dev.agentos.domain.model.ModelReply;
import dev.agentos.domain.model.ModelReply.Finish;
import dev.agentos.domain.model.ModelRequest;
import dev.agentos.domain.model.ModelRequest.Ability;
import dev.agentos.domain.model.ModelRequest.Sampling;
import dev.agentos.domain.model.ModelRequest.ToolSpec;
import dev.agentos.domain.model.ModelUsage;
import dev.agentos.domain.model.ToolCallReader;
import dev.agentos.domain.model.ToolPrompt;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Models in GGUF files, run by llama.cpp in a sandboxed worker of their own. A worker is started at the first call.
 * Answers can be interrupted at any token and go on from there. Calls of tools are found in what a model says.
 */
public final class GgufProvider implements ModelProvider {

    private static final int USUAL_ANSWER = 1_024;

    private final String name;
    private final GgufHost host;

    /** @param name the first part of its model's name, usually {@code gguf} */
    public GgufProvider(String name, GgufHost host) {
        this.name = name;
        this.host = host;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public List<ModelCard> models() throws ModelException {
        return List.of(new ModelCard(
                name + "/" + host.model(),
                Placement.ON_PREM,
                host.context(),
                Set.of(Ability.CHAT, Ability.JSON, Ability.TOOLS),
                ModelCard.Price.FREE,
                host.digest()));
    }

    @Override
    public boolean resumes() {
        return true;
    }

    @Override
    public int slots() {
        return host.slots();
    }

    /** What the worker does now: {@code not started}, {@code running} or why it cannot. */
    public String state() {
        return host.state();
    }

    @Override
    public ModelReply generate(ModelRequest request, ChunkSink sink, Turn turn)
            throws ModelException, InterruptedException {
        GgufConnection worker = host.connection();
        GgufSlots slots = host.table();
        GgufSlots.Taken slot = slots.take(turn);
        boolean comesBack = false;
        try (GgufConnection.Exchange exchange = worker.exchange()) {
            String prompt = prompt(worker, request);
            Generate ask = ask(request, prompt, exchange.id(), slot, turn.canWait());
            worker.send(ask);
            boolean mayYield = ask.schema().isEmpty();
            if (mayYield) {
                turn.onYield(() -> cancel(worker, ask.id()));
            }
            ModelReply reply = receive(worker, exchange, new Answer(request, sink, turn));
            comesBack = reply.finish() == Finish.YIELDED;
            return reply;
        } catch (IOException e) {
            host.lost(worker);
            throw new ModelException(
                    Kind.UNAVAILABLE, String.valueOf(e.getMessage()), "see the worker's log in agentd's run folder", e);
        } finally {
            slots.release(slot, turn, comesBack);
        }
    }

    /** What a model says, with the calls of tools in it as such. */
    private static final class Answer {
        private final ChunkCollector said = new ChunkCollector();
        private final Optional<ToolCallReader> calls;
        private final ChunkSink sink;
        private final Turn turn;

        Answer(ModelRequest request, ChunkSink sink, Turn turn) {
            Set<String> names =
                    ToolPrompt.offered(request).stream().map(ToolSpec::name).collect(Collectors.toSet());
            String answer = Tracing.newCorrelation().substring(0, 12);
            this.calls = names.isEmpty()
                    ? Optional.empty()
                    : Optional.of(new ToolCallReader(
                            names, request.resumeFrom().isBlank(), number -> "call_" + answer + "_" + number));
            this.sink = sink;
            this.turn = turn;
        }

        void piece(String text) throws ModelException {
            turn.begun();
            give(calls.map(reader -> reader.add(text)).orElseGet(() -> List.of(new ModelChunk.Text(text))));
        }

        private void give(List<ModelChunk> chunks) throws ModelException {
            for (ModelChunk chunk : chunks) {
                said.add(chunk);
                sink.accept(chunk);
            }
        }

        /** Why it ended. An answer that was interrupted before its first call goes on from the text that was given. */
        ModelReply ended(String model, Ended ended) throws ModelException {
            boolean called = calls.map(ToolCallReader::hasCalls).orElse(false);
            if (calls.isPresent() && (called || ended.how() != How.CANCELLED)) {
                give(calls.get().end());
            }
            return said.reply(
                    model,
                    calls.map(ToolCallReader::hasCalls).orElse(false) ? Finish.TOOLS : finish(ended),
                    ModelUsage.counted(ended.promptTokens(), ended.completionTokens()));
        }
    }

    private ModelReply receive(GgufConnection worker, GgufConnection.Exchange exchange, Answer answer)
            throws ModelException, IOException, InterruptedException {
        boolean whole = false;
        try {
            while (true) {
                switch (exchange.next()) {
                    case Piece piece -> answer.piece(piece.text());
                    case Ended ended -> {
                        whole = true;
                        return answer.ended(name + "/" + host.model(), ended);
                    }
                    case Failed failed -> {
                        whole = true;
                        throw new ModelException(
                                worker.isOpen() ? Kind.BAD_REQUEST : Kind.CUT,
                                failed.message(),
                                "see the worker's log in agentd's run folder");
                    }
                    default -> throw new IOException("the worker answered something that was not asked");
                }
            }
        } finally {
            if (!whole) {
                // Nobody waits for it any more.
                cancel(worker, exchange.id());
            }
        }
    }

    private static Finish finish(Ended ended) {
        return switch (ended.how()) {
            case STOP -> Finish.STOP;
            case LENGTH -> Finish.LENGTH;
            case CANCELLED -> Finish.YIELDED;
        };
    }

    private static void cancel(GgufConnection worker, long id) {
        try {
            worker.send(new Cancel(id));
        } catch (IOException e) {
            System.getLogger(GgufProvider.class.getName()).log(System.Logger.Level.DEBUG, "the worker is gone", e);
        }
    }

    private static Generate ask(ModelRequest request, String prompt, long id, GgufSlots.Taken slot, boolean patient) {
        Sampling sampling = request.sampling();
        String schema = ToolPrompt.schema(request).map(WireJson::write).orElse("");
        return new Generate(
                id,
                slot.number(),
                slot.keep(),
                patient,
                prompt + request.resumeFrom(),
                sampling.maxTokens().orElse(USUAL_ANSWER),
                sampling.temperature().orElse(-1),
                sampling.topP().orElse(-1),
                sampling.seed().orElse(-1),
                sampling.stop(),
                schema,
                Boolean.TRUE.equals(request.extras().get("ignore_eos")));
    }

    private static String prompt(GgufConnection worker, ModelRequest request)
            throws IOException, InterruptedException, ModelException {
        if (!ToolPrompt.offered(request).isEmpty()) {
            Optional<String> own = ownTemplate(worker, request);
            if (own.isPresent()) {
                return own.get();
            }
        }
        List<ModelMessage> conversation =
                ToolPrompt.isAboutTools(request) ? ToolPrompt.asText(request) : request.messages();
        List<Message> messages = conversation.stream()
                .map(message -> new Message(message.role().word(), message.text()))
                .toList();
        try (GgufConnection.Exchange exchange = worker.exchange()) {
            worker.send(new Template(exchange.id(), messages));
            return switch (exchange.next()) {
                case Templated templated -> templated.prompt();
                case Failed failed ->
                    throw new ModelException(
                            Kind.BAD_REQUEST,
                            "the model's template does not take this conversation: " + failed.message(),
                            "send system, user and assistant messages in turn");
                default -> throw new IOException("the worker answered something that was not asked");
            };
        }
    }

    /** As the model's own template writes tools; empty where it does not know them, or not this conversation. */
    private static Optional<String> ownTemplate(GgufConnection worker, ModelRequest request)
            throws IOException, InterruptedException {
        try (GgufConnection.Exchange exchange = worker.exchange()) {
            worker.send(new Converse(
                    exchange.id(),
                    WireJson.write(
                            request.messages().stream().map(GgufProvider::wire).toList()),
                    WireJson.write(ToolPrompt.offered(request).stream()
                            .map(GgufProvider::wire)
                            .toList())));
            return switch (exchange.next()) {
                case Templated templated -> Optional.of(templated.prompt());
                case Failed _ -> Optional.empty();
                default -> throw new IOException("the worker answered something that was not asked");
            };
        }
    }

    private static Map<String, Object> wire(ModelMessage message) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("role", message.role().word());
        map.put("content", message.text());
        if (!message.toolCalls().isEmpty()) {
            map.put(
                    "tool_calls",
                    message.toolCalls().stream()
                            .map(call -> Map.of(
                                    "id",
                                    call.id(),
                                    "type",
                                    "function",
                                    "function",
                                    Map.of("name", call.name(), "arguments", call.arguments())))
                            .toList());
        }
        if (message.role() == ModelMessage.Role.TOOL) {
            map.put("tool_call_id", message.toolCallId());
            map.put("name", message.name());
        }
        return map;
    }

    private static Map<String, Object> wire(ToolSpec tool) {
        return Map.of(
                "type",
                "function",
                "function",
                Map.of("name", tool.name(), "description", tool.description(), "parameters", tool.parameters()));
    }

    @Override
    public long count(ModelRequest request) {
        try {
            GgufConnection worker = host.connection();
            String prompt = prompt(worker, request) + request.resumeFrom();
            try (GgufConnection.Exchange exchange = worker.exchange()) {
                worker.send(new Count(exchange.id(), prompt));
                GenerateFrame answer = exchange.next();
                return answer instanceof Counted counted ? counted.tokens() : ModelProvider.super.count(request);
            }
        } catch (IOException | ModelException e) {
            // The call itself says what is wrong.
            return ModelProvider.super.count(request);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return ModelProvider.super.count(request);
        }
    }

    @Override
    public Embeddings embed(String model, List<String> texts) throws ModelException {
        throw new ModelException(
                Kind.CAPABILITY, name + "/" + model + " makes no vectors", "ask local/extractive for them");
    }

    @Override
    public void close() {
        host.close();
    }

    @Override
    public boolean isRunBy(List<String> groups, String program) {
        return groups.stream().anyMatch(host::isWorker);
    }

    /** What the operator set, for lists. */
    public Map<String, Object> settings() {
        return host.settings();
    }
}
