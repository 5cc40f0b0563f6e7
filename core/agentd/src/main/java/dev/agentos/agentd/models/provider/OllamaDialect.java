package dev.agentos.agentd.models.provider;

import dev.agentos.agentd.models.wire.JsonTree;
import dev.agentos.agentd.models.wire.Ollama;
import dev.agentos.domain.model.ChunkSink;
import dev.agentos.domain.model.ModelChunk;
import dev.agentos.domain.model.ModelException;
import dev.agentos.domain.model.ModelException.Kind;
import dev.agentos.domain.model.ModelProvider.Embeddings;
import dev.agentos.domain.model.ModelReply.Finish;
import dev.agentos.domain.model.ModelRequest;
import dev.agentos.domain.model.ModelRequest.Ability;
import dev.agentos.domain.model.ModelUsage;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Ollama's wire: lines of JSON, and tool calls that come whole. */
final class OllamaDialect implements RemoteProvider.Dialect {

    @Override
    public Map<String, String> headers(Optional<String> key) {
        return key.map(value -> Map.of("Authorization", "Bearer " + value)).orElse(Map.of());
    }

    @Override
    public List<String> models(ProviderHttp http) throws ModelException, InterruptedException {
        Map<String, @Nullable Object> list = JsonTree.parse(http.exchange("GET", "/api/tags", ""), Kind.MALFORMED);
        return JsonTree.list(list, "models").stream()
                .map(model -> JsonTree.text(JsonTree.object(model), "name"))
                .filter(name -> !name.isEmpty())
                .toList();
    }

    @Override
    public String path() {
        return "/api/chat";
    }

    @Override
    public String body(ModelRequest request) {
        return Ollama.write(request, true);
    }

    @Override
    public Set<Ability> abilities() {
        return EnumSet.allOf(Ability.class);
    }

    @Override
    public RemoteProvider.Reading reading() {
        return new Lines();
    }

    @Override
    public Embeddings embed(ProviderHttp http, String model, List<String> texts)
            throws ModelException, InterruptedException {
        Map<String, @Nullable Object> answer = JsonTree.parse(
                http.exchange("POST", "/api/embed", JsonTree.write(JsonTree.tree("model", model, "input", texts))),
                Kind.MALFORMED);
        List<float[]> vectors = new ArrayList<>();
        JsonTree.list(answer, "embeddings").forEach(vector -> vectors.add(JsonTree.vector(vector)));
        if (vectors.size() != texts.size()) {
            throw new ModelException(
                    Kind.MALFORMED, "the provider answered without the vectors", "look at the provider");
        }
        return new Embeddings(
                model, vectors, JsonTree.number(answer, "prompt_eval_count").orElse(0L));
    }

    private static final class Lines implements RemoteProvider.Reading {
        private int calls;
        private Finish finish = Finish.STOP;
        private Optional<ModelUsage> usage = Optional.empty();

        @Override
        public boolean line(String line, ChunkSink sink) throws ModelException {
            if (line.isEmpty()) {
                return true;
            }
            Map<String, @Nullable Object> piece = JsonTree.parse(line, Kind.MALFORMED);
            if (piece.containsKey("error")) {
                throw new ModelException(
                        Kind.UNAVAILABLE,
                        "the provider broke off: " + JsonTree.text(piece, "error"),
                        "look at the provider");
            }
            Map<String, @Nullable Object> message = JsonTree.object(piece, "message");
            String thought = JsonTree.text(message, "thinking");
            if (!thought.isEmpty()) {
                sink.accept(new ModelChunk.Reasoning(thought));
            }
            RemoteProvider.text(JsonTree.text(message, "content"), sink);
            for (Object call : JsonTree.list(message, "tool_calls")) {
                Map<String, @Nullable Object> function = JsonTree.object(JsonTree.object(call), "function");
                sink.accept(new ModelChunk.Call(
                        calls,
                        "call_" + calls,
                        JsonTree.text(function, "name"),
                        JsonTree.write(JsonTree.object(function, "arguments"))));
                calls++;
            }
            if (!JsonTree.flag(piece, "done", false)) {
                return true;
            }
            finish = JsonTree.text(piece, "done_reason").equals("length") ? Finish.LENGTH : Finish.STOP;
            usage = Ollama.usage(piece);
            return false;
        }

        @Override
        public Finish finish() {
            return finish;
        }

        @Override
        public Optional<ModelUsage> usage() {
            return usage;
        }
    }
}
