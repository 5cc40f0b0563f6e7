package dev.agentos.agentd.models.provider;

import dev.agentos.agentd.models.wire.JsonTree;
import dev.agentos.agentd.models.wire.OpenAiChat;
import dev.agentos.agentd.models.wire.OpenAiEmbeddings;
import dev.agentos.domain.model.ChunkSink;
import dev.agentos.domain.model.ModelChunk;
import dev.agentos.domain.model.ModelException;
import dev.agentos.domain.model.ModelException.Kind;
import dev.agentos.domain.model.ModelProvider.Embeddings;
import dev.agentos.domain.model.ModelReply.Finish;
import dev.agentos.domain.model.ModelRequest;
import dev.agentos.domain.model.ModelRequest.Ability;
import dev.agentos.domain.model.ModelUsage;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** OpenAI's wire, and everything that speaks it: vLLM, LiteLLM, llama.cpp's server. */
final class OpenAiDialect implements RemoteProvider.Dialect {

    @Override
    public Map<String, String> headers(Optional<String> key) {
        Map<String, String> headers = new LinkedHashMap<>();
        key.ifPresent(value -> headers.put("Authorization", "Bearer " + value));
        return headers;
    }

    @Override
    public List<String> models(ProviderHttp http) throws ModelException, InterruptedException {
        Map<String, @Nullable Object> list = JsonTree.parse(http.exchange("GET", "/v1/models", ""), Kind.MALFORMED);
        return JsonTree.list(list, "data").stream()
                .map(model -> JsonTree.text(JsonTree.object(model), "id"))
                .filter(id -> !id.isEmpty())
                .toList();
    }

    @Override
    public String path() {
        return "/v1/chat/completions";
    }

    @Override
    public String body(ModelRequest request) {
        return OpenAiChat.write(request, true);
    }

    @Override
    public Set<Ability> abilities() {
        return EnumSet.allOf(Ability.class);
    }

    @Override
    public RemoteProvider.Reading reading() {
        return new Chunks();
    }

    @Override
    public Embeddings embed(ProviderHttp http, String model, List<String> texts)
            throws ModelException, InterruptedException {
        String answer = http.exchange("POST", "/v1/embeddings", OpenAiEmbeddings.write(model, texts));
        return OpenAiEmbeddings.answer(model, answer)
                .filter(vectors -> vectors.vectors().size() == texts.size())
                .orElseThrow(() -> new ModelException(
                        Kind.MALFORMED, "the provider answered without the vectors", "look at the provider"));
    }

    private static final class Chunks implements RemoteProvider.Reading {
        private Finish finish = Finish.STOP;
        private Optional<ModelUsage> usage = Optional.empty();

        @Override
        public boolean line(String line, ChunkSink sink) throws ModelException {
            if (!line.startsWith("data:")) {
                return true;
            }
            String data = line.substring(5).strip();
            if (data.equals("[DONE]")) {
                return false;
            }
            Map<String, @Nullable Object> chunk = JsonTree.parse(data, Kind.MALFORMED);
            if (chunk.containsKey("error")) {
                throw failed(JsonTree.object(chunk, "error"));
            }
            if (chunk.get("usage") instanceof Map<?, ?> counted) {
                usage = OpenAiChat.usage(JsonTree.object(counted));
            }
            for (Object choice : JsonTree.list(chunk, "choices")) {
                choice(JsonTree.object(choice), sink);
            }
            return true;
        }

        private void choice(Map<String, @Nullable Object> choice, ChunkSink sink) throws ModelException {
            Map<String, @Nullable Object> delta = JsonTree.object(choice, "delta");
            String thought = JsonTree.text(delta, "reasoning_content");
            if (!thought.isEmpty()) {
                sink.accept(new ModelChunk.Reasoning(thought));
            }
            RemoteProvider.text(JsonTree.text(delta, "content"), sink);
            for (Object each : JsonTree.list(delta, "tool_calls")) {
                Map<String, @Nullable Object> call = JsonTree.object(each);
                Map<String, @Nullable Object> function = JsonTree.object(call, "function");
                sink.accept(new ModelChunk.Call(
                        JsonTree.number(call, "index").orElse(0L).intValue(),
                        JsonTree.text(call, "id"),
                        JsonTree.text(function, "name"),
                        JsonTree.text(function, "arguments")));
            }
            String reason = JsonTree.text(choice, "finish_reason");
            if (!reason.isEmpty()) {
                finish = OpenAiChat.finish(reason);
            }
        }

        private static ModelException failed(Map<String, @Nullable Object> error) {
            String words = JsonTree.text(error, "message");
            boolean overflow = JsonTree.text(error, "code").contains("context_length");
            return new ModelException(
                    overflow ? Kind.OVERFLOW : Kind.UNAVAILABLE,
                    "the provider broke off: " + (words.isEmpty() ? "without a reason" : words),
                    "look at the provider");
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
