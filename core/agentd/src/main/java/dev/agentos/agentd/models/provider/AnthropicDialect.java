package dev.agentos.agentd.models.provider;

import dev.agentos.agentd.models.wire.AnthropicMessages;
import dev.agentos.agentd.models.wire.JsonTree;
import dev.agentos.domain.model.ChunkSink;
import dev.agentos.domain.model.ModelChunk;
import dev.agentos.domain.model.ModelException;
import dev.agentos.domain.model.ModelException.Kind;
import dev.agentos.domain.model.ModelProvider.Embeddings;
import dev.agentos.domain.model.ModelReply.Finish;
import dev.agentos.domain.model.ModelRequest;
import dev.agentos.domain.model.ModelRequest.Ability;
import dev.agentos.domain.model.ModelUsage;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Anthropic's wire. */
final class AnthropicDialect implements RemoteProvider.Dialect {

    private static final String VERSION = "2023-06-01";

    @Override
    public Map<String, String> headers(Optional<String> key) {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("anthropic-version", VERSION);
        key.ifPresent(value -> headers.put("x-api-key", value));
        return headers;
    }

    @Override
    public List<String> models(ProviderHttp http) throws ModelException, InterruptedException {
        Map<String, @Nullable Object> list =
                JsonTree.parse(http.exchange("GET", "/v1/models?limit=1000", ""), Kind.MALFORMED);
        return JsonTree.list(list, "data").stream()
                .map(model -> JsonTree.text(JsonTree.object(model), "id"))
                .filter(id -> !id.isEmpty())
                .toList();
    }

    @Override
    public String path() {
        return "/v1/messages";
    }

    @Override
    public String body(ModelRequest request) {
        return AnthropicMessages.write(request, true);
    }

    @Override
    public Set<Ability> abilities() {
        return Set.of(Ability.CHAT, Ability.TOOLS, Ability.IMAGES);
    }

    @Override
    public RemoteProvider.Reading reading() {
        return new Events();
    }

    @Override
    public Embeddings embed(ProviderHttp http, String model, List<String> texts) throws ModelException {
        throw new ModelException(
                Kind.CAPABILITY, "this wire has no vectors", "ask local/extractive or another provider for them");
    }

    private static final class Events implements RemoteProvider.Reading {
        private final Map<Long, Integer> calls = new HashMap<>();
        private Finish finish = Finish.STOP;
        private long prompt = -1;
        private long cached;
        private long said;

        @Override
        public boolean line(String line, ChunkSink sink) throws ModelException {
            if (!line.startsWith("data:")) {
                return true;
            }
            Map<String, @Nullable Object> event =
                    JsonTree.parse(line.substring(5).strip(), Kind.MALFORMED);
            switch (JsonTree.text(event, "type")) {
                case "message_start" -> count(JsonTree.object(JsonTree.object(event, "message"), "usage"));
                case "content_block_start" -> begin(event, sink);
                case "content_block_delta" -> delta(event, sink);
                case "message_delta" -> {
                    finish = AnthropicMessages.finish(JsonTree.text(JsonTree.object(event, "delta"), "stop_reason"));
                    count(JsonTree.object(event, "usage"));
                }
                case "message_stop" -> {
                    return false;
                }
                case "error" -> throw failed(JsonTree.object(event, "error"));
                default -> {}
            }
            return true;
        }

        private void begin(Map<String, @Nullable Object> event, ChunkSink sink) throws ModelException {
            Map<String, @Nullable Object> block = JsonTree.object(event, "content_block");
            if (JsonTree.text(block, "type").equals("tool_use")) {
                int call = calls.size();
                calls.put(JsonTree.number(event, "index").orElse(0L), call);
                sink.accept(new ModelChunk.Call(call, JsonTree.text(block, "id"), JsonTree.text(block, "name"), ""));
            } else {
                RemoteProvider.text(JsonTree.text(block, "text"), sink);
            }
        }

        private void delta(Map<String, @Nullable Object> event, ChunkSink sink) throws ModelException {
            Map<String, @Nullable Object> delta = JsonTree.object(event, "delta");
            switch (JsonTree.text(delta, "type")) {
                case "text_delta" -> RemoteProvider.text(JsonTree.text(delta, "text"), sink);
                case "thinking_delta" -> sink.accept(new ModelChunk.Reasoning(JsonTree.text(delta, "thinking")));
                case "input_json_delta" ->
                    sink.accept(new ModelChunk.Call(
                            calls.getOrDefault(JsonTree.number(event, "index").orElse(0L), 0),
                            "",
                            "",
                            JsonTree.text(delta, "partial_json")));
                default -> {}
            }
        }

        private void count(Map<String, @Nullable Object> usage) {
            JsonTree.number(usage, "input_tokens").ifPresent(tokens -> {
                cached = JsonTree.number(usage, "cache_read_input_tokens").orElse(cached);
                long written =
                        JsonTree.number(usage, "cache_creation_input_tokens").orElse(0L);
                prompt = Math.max(0, tokens) + Math.max(0, cached) + Math.max(0, written);
            });
            JsonTree.number(usage, "output_tokens").ifPresent(tokens -> said = Math.max(said, tokens));
        }

        private static ModelException failed(Map<String, @Nullable Object> error) {
            Kind kind = switch (JsonTree.text(error, "type")) {
                case "rate_limit_error" -> Kind.RATE_LIMITED;
                case "invalid_request_error" -> Kind.BAD_REQUEST;
                case "authentication_error", "permission_error" -> Kind.KEY;
                default -> Kind.UNAVAILABLE;
            };
            return new ModelException(
                    kind, "the provider broke off: " + JsonTree.text(error, "message"), "look at the provider");
        }

        @Override
        public Finish finish() {
            return finish;
        }

        @Override
        public Optional<ModelUsage> usage() {
            return prompt < 0
                    ? Optional.empty()
                    : Optional.of(new ModelUsage(prompt, said, Math.max(0, cached), false));
        }
    }
}
