package dev.agentos.agentd.models.wire;

import static dev.agentos.agentd.models.wire.JsonTree.tree;

import dev.agentos.domain.model.ModelException;
import dev.agentos.domain.model.ModelException.Kind;
import dev.agentos.domain.model.ModelProvider.Embeddings;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** OpenAI's embeddings. */
public final class OpenAiEmbeddings {

    private OpenAiEmbeddings() {}

    /** @param base64 whether the vectors are wanted as the base64 of little-endian floats, as OpenAI's own client does */
    public record Ask(String model, List<String> texts, boolean base64) {
        public Ask {
            texts = List.copyOf(texts);
        }
    }

    public static Ask read(String body) throws ModelException {
        Map<String, @Nullable Object> map = JsonTree.parse(body, Kind.BAD_REQUEST);
        List<String> texts = texts(map.get("input"));
        return new Ask(
                JsonTree.text(map, "model"),
                texts,
                JsonTree.text(map, "encoding_format").equals("base64"));
    }

    /** One text, or several. */
    static List<String> texts(@Nullable Object input) throws ModelException {
        if (input instanceof String one) {
            return List.of(one);
        }
        List<String> texts = new ArrayList<>();
        for (Object text : JsonTree.list(input)) {
            if (!(text instanceof String words)) {
                throw OpenAiParts.bad("input is not a text or a list of texts; lists of tokens are not taken");
            }
            texts.add(words);
        }
        if (texts.isEmpty()) {
            throw OpenAiParts.bad("input is empty");
        }
        return texts;
    }

    public static String write(Ask ask, Embeddings vectors) {
        List<Object> data = new ArrayList<>();
        for (int i = 0; i < vectors.vectors().size(); i++) {
            float[] vector = vectors.vectors().get(i);
            data.add(tree(
                    "object", "embedding", "index", i, "embedding", ask.base64() ? base64(vector) : numbers(vector)));
        }
        return JsonTree.write(tree(
                "object",
                "list",
                "data",
                data,
                "model",
                vectors.model(),
                "usage",
                tree("prompt_tokens", vectors.tokens(), "total_tokens", vectors.tokens())));
    }

    static List<Object> numbers(float[] vector) {
        List<Object> numbers = new ArrayList<>(vector.length);
        for (float value : vector) {
            numbers.add(value);
        }
        return numbers;
    }

    private static String base64(float[] vector) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * vector.length).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : vector) {
            bytes.putFloat(value);
        }
        return Base64.getEncoder().encodeToString(bytes.array());
    }

    // ------------------------------------------------------------------ as a client

    public static String write(String model, List<String> texts) {
        return JsonTree.write(tree("model", model, "input", texts));
    }

    /** The vectors of an answer; empty where it holds none. */
    public static Optional<Embeddings> answer(String model, String body) throws ModelException {
        Map<String, @Nullable Object> map = JsonTree.parse(body, Kind.MALFORMED);
        List<float[]> vectors = new ArrayList<>();
        for (Object item : JsonTree.list(map, "data")) {
            vectors.add(JsonTree.vector(JsonTree.object(item).get("embedding")));
        }
        long tokens =
                JsonTree.number(JsonTree.object(map, "usage"), "prompt_tokens").orElse(0L);
        return vectors.isEmpty() ? Optional.empty() : Optional.of(new Embeddings(model, vectors, tokens));
    }
}
