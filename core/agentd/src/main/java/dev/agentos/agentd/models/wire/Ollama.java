package dev.agentos.agentd.models.wire;

import static dev.agentos.agentd.models.wire.JsonTree.list;
import static dev.agentos.agentd.models.wire.JsonTree.object;
import static dev.agentos.agentd.models.wire.JsonTree.text;
import static dev.agentos.agentd.models.wire.JsonTree.tree;

import dev.agentos.domain.model.ChunkCollector;
import dev.agentos.domain.model.ModelChunk;
import dev.agentos.domain.model.ModelException;
import dev.agentos.domain.model.ModelException.Kind;
import dev.agentos.domain.model.ModelMessage;
import dev.agentos.domain.model.ModelMessage.Image;
import dev.agentos.domain.model.ModelMessage.Role;
import dev.agentos.domain.model.ModelMessage.ToolCall;
import dev.agentos.domain.model.ModelProvider.Embeddings;
import dev.agentos.domain.model.ModelReply;
import dev.agentos.domain.model.ModelReply.Finish;
import dev.agentos.domain.model.ModelRequest;
import dev.agentos.domain.model.ModelRequest.OutputFormat;
import dev.agentos.domain.model.ModelRequest.Sampling;
import dev.agentos.domain.model.ModelRequest.ToolChoice;
import dev.agentos.domain.model.ModelUsage;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** Ollama's chat and generate: read and written as a server, and written as a client. Answers are lines of JSON. */
public final class Ollama implements Wire {

    /** What extras are marked with. */
    public static final String WIRE = "ollama";

    private final boolean chat;

    /** @param chat whether messages are sent, or one prompt */
    public Ollama(boolean chat) {
        this.chat = chat;
    }

    // ------------------------------------------------------------------ as a server

    @Override
    public Ask read(String body) throws ModelException {
        Map<String, @Nullable Object> map = JsonTree.parse(body, Kind.BAD_REQUEST);
        List<ModelMessage> messages = chat ? messages(list(map, "messages")) : prompt(map);
        if (messages.isEmpty()) {
            throw OpenAiParts.bad(chat ? "messages is empty" : "prompt is empty");
        }
        Map<String, @Nullable Object> extras = new LinkedHashMap<>();
        for (String name : List.of("options", "keep_alive", "think")) {
            if (map.containsKey(name)) {
                extras.put(name, map.get(name));
            }
        }
        ModelRequest request = new ModelRequest(
                text(map, "model"),
                messages,
                OpenAiChat.tools(list(map, "tools")),
                new ToolChoice.Auto(),
                format(map.get("format")),
                sampling(object(map, "options")),
                JsonTree.present(extras),
                WIRE,
                "");
        return new Ask(request, JsonTree.flag(map, "stream", true), map);
    }

    private static List<ModelMessage> messages(List<Object> given) throws ModelException {
        List<ModelMessage> messages = new ArrayList<>();
        for (Object each : given) {
            Map<String, @Nullable Object> map = object(each);
            Role role = switch (text(map, "role")) {
                case "system" -> Role.SYSTEM;
                case "user" -> Role.USER;
                case "assistant" -> Role.ASSISTANT;
                case "tool" -> Role.TOOL;
                default -> throw OpenAiParts.bad("there is no role \"" + text(map, "role") + "\"");
            };
            List<ToolCall> calls = new ArrayList<>();
            for (Object call : list(map, "tool_calls")) {
                Map<String, @Nullable Object> function = object(object(call), "function");
                calls.add(new ToolCall(
                        "call_" + calls.size(), text(function, "name"), JsonTree.write(object(function, "arguments"))));
            }
            messages.add(new ModelMessage(
                    role, text(map, "content"), images(map), calls, text(map, "tool_call_id"), text(map, "tool_name")));
        }
        return messages;
    }

    private static List<ModelMessage> prompt(Map<String, @Nullable Object> map) {
        List<ModelMessage> messages = new ArrayList<>();
        if (!text(map, "system").isEmpty()) {
            messages.add(ModelMessage.system(text(map, "system")));
        }
        messages.add(new ModelMessage(Role.USER, text(map, "prompt"), images(map), List.of(), "", ""));
        return messages;
    }

    private static List<Image> images(Map<String, @Nullable Object> map) {
        return list(map, "images").stream()
                .map(image -> new Image("image/png", String.valueOf(image)))
                .toList();
    }

    private static OutputFormat format(@Nullable Object format) {
        if (format instanceof Map<?, ?> schema) {
            return new OutputFormat.Schema("answer", JsonTree.present(object(schema)));
        }
        return "json".equals(format) ? new OutputFormat.Json() : new OutputFormat.Text();
    }

    private static Sampling sampling(Map<String, @Nullable Object> options) {
        OptionalInt most = JsonTree.number(options, "num_predict")
                .filter(value -> value >= 1 && value <= Integer.MAX_VALUE)
                .map(value -> OptionalInt.of(value.intValue()))
                .orElse(OptionalInt.empty());
        return new Sampling(
                most,
                OpenAiParts.decimal(options, "temperature"),
                OpenAiParts.decimal(options, "top_p"),
                OpenAiParts.whole(options, "seed"),
                list(options, "stop").stream().map(String::valueOf).toList());
    }

    private Map<String, @Nullable Object> line(String model, long second, String piece, boolean done) {
        Map<String, @Nullable Object> line =
                tree("model", model, "created_at", Instant.ofEpochSecond(second).toString());
        if (chat) {
            line.put("message", tree("role", "assistant", "content", piece));
        } else {
            line.put("response", piece);
        }
        line.put("done", done);
        return line;
    }

    private Map<String, @Nullable Object> last(String model, Name name, ModelReply reply, String text) {
        Map<String, @Nullable Object> line = line(model, name.epochSecond(), text, true);
        if (chat && !reply.toolCalls().isEmpty()) {
            line.put("message", tree("role", "assistant", "content", text, "tool_calls", calls(reply.toolCalls())));
        }
        line.put("done_reason", reply.finish() == Finish.LENGTH ? "length" : "stop");
        line.put("total_duration", 0);
        line.put("load_duration", 0);
        line.put("prompt_eval_count", reply.usage().prompt());
        line.put("prompt_eval_duration", 0);
        line.put("eval_count", reply.usage().completion());
        line.put("eval_duration", 0);
        return line;
    }

    private static List<Object> calls(List<ToolCall> calls) {
        List<Object> list = new ArrayList<>();
        for (ToolCall call : calls) {
            list.add(tree("function", tree("name", call.name(), "arguments", arguments(call.arguments()))));
        }
        return list;
    }

    private static Map<String, @Nullable Object> arguments(String json) {
        try {
            return json.isBlank() ? tree() : JsonTree.parse(json, Kind.MALFORMED);
        } catch (ModelException e) {
            return tree("_raw", json);
        }
    }

    @Override
    public String whole(Ask ask, Name name, ModelReply reply) {
        return JsonTree.write(last(reply.model(), name, reply, reply.text()));
    }

    @Override
    public Stream stream(Ask ask, Name name) {
        return new Lines(ask.request().model(), name);
    }

    @Override
    public String error(ModelException error) {
        return JsonTree.write(tree("error", error.kind().code() + ": " + error.words() + "; " + error.next()));
    }

    /** One line for each piece. Calls of tools come whole, as this wire has no pieces of them. */
    private final class Lines implements Stream {
        private final String model;
        private final Name name;
        private final ChunkCollector calls = new ChunkCollector();

        Lines(String model, Name name) {
            this.model = model;
            this.name = name;
        }

        @Override
        public String contentType() {
            return "application/x-ndjson";
        }

        @Override
        public String begin() {
            return "";
        }

        @Override
        public String chunk(ModelChunk chunk) {
            return switch (chunk) {
                case ModelChunk.Text piece ->
                    JsonTree.write(line(model, name.epochSecond(), piece.text(), false)) + "\n";
                case ModelChunk.Reasoning piece -> {
                    Map<String, @Nullable Object> line = line(model, name.epochSecond(), "", false);
                    if (chat) {
                        line.put("message", tree("role", "assistant", "content", "", "thinking", piece.text()));
                    } else {
                        line.put("thinking", piece.text());
                    }
                    yield JsonTree.write(line) + "\n";
                }
                case ModelChunk.Call piece -> {
                    calls.add(piece);
                    yield "";
                }
            };
        }

        @Override
        public String end(ModelReply reply) {
            String before = "";
            if (chat && !reply.toolCalls().isEmpty()) {
                Map<String, @Nullable Object> line = line(model, name.epochSecond(), "", false);
                line.put("message", tree("role", "assistant", "content", "", "tool_calls", calls(reply.toolCalls())));
                before = JsonTree.write(line) + "\n";
            }
            ModelReply rest = new ModelReply(reply.model(), "", "", List.of(), reply.finish(), reply.usage());
            return before + JsonTree.write(last(model, name, rest, "")) + "\n";
        }

        @Override
        public String error(ModelException error) {
            return Ollama.this.error(error) + "\n";
        }
    }

    // ------------------------------------------------------------------ vectors

    /** A request for vectors; {@code legacy} for the older form with one text. */
    public static OpenAiEmbeddings.Ask readEmbed(String body, boolean legacy) throws ModelException {
        Map<String, @Nullable Object> map = JsonTree.parse(body, Kind.BAD_REQUEST);
        return new OpenAiEmbeddings.Ask(
                text(map, "model"), OpenAiEmbeddings.texts(map.get(legacy ? "prompt" : "input")), false);
    }

    public static String writeEmbed(Embeddings vectors, boolean legacy) {
        List<Object> all = new ArrayList<>();
        vectors.vectors().forEach(vector -> all.add(OpenAiEmbeddings.numbers(vector)));
        return JsonTree.write(
                legacy
                        ? tree("embedding", all.getFirst())
                        : tree(
                                "model",
                                vectors.model(),
                                "embeddings",
                                all,
                                "total_duration",
                                0,
                                "load_duration",
                                0,
                                "prompt_eval_count",
                                vectors.tokens()));
    }

    // ------------------------------------------------------------------ as a client

    /** The body of a chat to a provider. */
    public static String write(ModelRequest request, boolean stream) {
        Map<String, @Nullable Object> body = new LinkedHashMap<>();
        boolean same = request.wire().equals(WIRE);
        Map<String, @Nullable Object> options = same ? object(request.extras().get("options")) : new LinkedHashMap<>();
        if (same) {
            body.putAll(request.extras());
        }
        body.put("model", request.model());
        List<Object> messages = new ArrayList<>();
        request.messages().forEach(message -> messages.add(message(message)));
        if (!request.resumeFrom().isEmpty()) {
            messages.add(tree("role", "assistant", "content", request.resumeFrom()));
        }
        body.put("messages", messages);
        if (!request.tools().isEmpty() && !(request.choice() instanceof ToolChoice.None)) {
            List<Object> tools = new ArrayList<>();
            request.tools()
                    .forEach(tool -> tools.add(tree(
                            "type",
                            "function",
                            "function",
                            tree(
                                    "name",
                                    tool.name(),
                                    "description",
                                    tool.description(),
                                    "parameters",
                                    tool.parameters()))));
            body.put("tools", tools);
        }
        switch (request.format()) {
            case OutputFormat.Text _ -> {}
            case OutputFormat.Json _ -> body.put("format", "json");
            case OutputFormat.Schema schema -> body.put("format", schema.schema());
        }
        Sampling sampling = request.sampling();
        sampling.maxTokens().ifPresent(value -> options.put("num_predict", value));
        sampling.temperature().ifPresent(value -> options.put("temperature", value));
        sampling.topP().ifPresent(value -> options.put("top_p", value));
        sampling.seed().ifPresent(value -> options.put("seed", value));
        if (!sampling.stop().isEmpty()) {
            options.put("stop", sampling.stop());
        }
        if (!options.isEmpty()) {
            body.put("options", options);
        }
        body.put("stream", stream);
        return JsonTree.write(body);
    }

    private static Map<String, @Nullable Object> message(ModelMessage message) {
        Map<String, @Nullable Object> map = tree("role", message.role().word(), "content", message.text());
        if (!message.images().isEmpty()) {
            map.put("images", message.images().stream().map(Image::data).toList());
        }
        if (!message.toolCalls().isEmpty()) {
            map.put("tool_calls", calls(message.toolCalls()));
        }
        if (message.role() == Role.TOOL && !message.name().isEmpty()) {
            map.put("tool_name", message.name());
        }
        return map;
    }

    /** What a provider counted; empty where it did not. */
    public static java.util.Optional<ModelUsage> usage(Map<String, @Nullable Object> last) {
        return JsonTree.number(last, "eval_count")
                .map(said -> ModelUsage.counted(
                        Math.max(0, JsonTree.number(last, "prompt_eval_count").orElse(0L)), Math.max(0, said)));
    }
}
