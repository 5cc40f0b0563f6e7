package dev.agentos.agentd.models.wire;

import static dev.agentos.agentd.models.wire.JsonTree.flag;
import static dev.agentos.agentd.models.wire.JsonTree.list;
import static dev.agentos.agentd.models.wire.JsonTree.object;
import static dev.agentos.agentd.models.wire.JsonTree.text;
import static dev.agentos.agentd.models.wire.JsonTree.tree;

import dev.agentos.domain.model.ModelException;
import dev.agentos.domain.model.ModelException.Kind;
import dev.agentos.domain.model.ModelMessage.Image;
import dev.agentos.domain.model.ModelReply.Finish;
import dev.agentos.domain.model.ModelRequest.OutputFormat;
import dev.agentos.domain.model.ModelRequest.Sampling;
import dev.agentos.domain.model.ModelRequest.ToolChoice;
import dev.agentos.domain.model.ModelUsage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** What the forms of the OpenAI wire share. */
final class OpenAiParts {

    private OpenAiParts() {}

    /** A content that is a text, or a list of parts. */
    record Content(String text, List<Image> images) {}

    static Content content(@Nullable Object content) {
        if (content instanceof String whole) {
            return new Content(whole, List.of());
        }
        StringBuilder text = new StringBuilder();
        List<Image> images = new ArrayList<>();
        for (Object part : list(content)) {
            Map<String, @Nullable Object> map = object(part);
            switch (text(map, "type")) {
                case "text", "input_text", "output_text" -> text.append(text(map, "text"));
                case "refusal" -> text.append(text(map, "refusal"));
                case "image_url" -> images.add(image(text(object(map, "image_url"), "url")));
                case "input_image" -> images.add(image(text(map, "image_url")));
                default -> {}
            }
        }
        return new Content(text.toString(), images);
    }

    /** A picture by value, {@code data:image/png;base64,…}, or by address. */
    static Image image(String url) {
        int comma = url.indexOf(";base64,");
        return url.startsWith("data:") && comma > 0
                ? new Image(url.substring(5, comma), url.substring(comma + 8))
                : new Image("", url);
    }

    static String url(Image image) {
        return image.mediaType().isEmpty() ? image.data() : "data:" + image.mediaType() + ";base64," + image.data();
    }

    static Sampling sampling(Map<String, @Nullable Object> body, String... maxNames) throws ModelException {
        OptionalInt most = OptionalInt.empty();
        for (String name : maxNames) {
            Optional<Long> value = JsonTree.number(body, name);
            if (value.isPresent()) {
                if (value.get() < 1 || value.get() > Integer.MAX_VALUE) {
                    throw bad(name + " must be at least 1");
                }
                most = OptionalInt.of(value.get().intValue());
            }
        }
        Object stop = body.get("stop");
        List<String> stops = stop instanceof String one
                ? List.of(one)
                : list(stop).stream().map(String::valueOf).toList();
        return new Sampling(most, decimal(body, "temperature"), decimal(body, "top_p"), whole(body, "seed"), stops);
    }

    static OptionalDouble decimal(Map<String, @Nullable Object> body, String name) {
        Optional<Double> value = JsonTree.decimal(body, name);
        return value.isPresent() ? OptionalDouble.of(value.get()) : OptionalDouble.empty();
    }

    static OptionalLong whole(Map<String, @Nullable Object> body, String name) {
        Optional<Long> value = JsonTree.number(body, name);
        return value.isPresent() ? OptionalLong.of(value.get()) : OptionalLong.empty();
    }

    static ToolChoice choice(@Nullable Object choice) {
        if (choice instanceof String word) {
            return switch (word) {
                case "none" -> new ToolChoice.None();
                case "required" -> new ToolChoice.Required();
                default -> new ToolChoice.Auto();
            };
        }
        Map<String, @Nullable Object> map = object(choice);
        String name = text(map, "name").isEmpty() ? text(object(map, "function"), "name") : text(map, "name");
        return name.isEmpty() ? new ToolChoice.Auto() : new ToolChoice.Named(name);
    }

    /** A format as {@code text.format} has it; chat completions nest the schema once more. */
    static OutputFormat format(Map<String, @Nullable Object> format) {
        return switch (text(format, "type")) {
            case "json_object" -> new OutputFormat.Json();
            case "json_schema" -> {
                Map<String, @Nullable Object> nested = object(format, "json_schema");
                Map<String, @Nullable Object> at = nested.isEmpty() ? format : nested;
                yield new OutputFormat.Schema(text(at, "name"), JsonTree.present(object(at, "schema")));
            }
            default -> new OutputFormat.Text();
        };
    }

    static String finish(Finish finish) {
        return switch (finish) {
            case STOP, YIELDED -> "stop";
            case LENGTH -> "length";
            case TOOLS -> "tool_calls";
            case FILTERED -> "content_filter";
        };
    }

    static Finish finish(String word) {
        return switch (word) {
            case "length" -> Finish.LENGTH;
            case "tool_calls", "function_call" -> Finish.TOOLS;
            case "content_filter" -> Finish.FILTERED;
            default -> Finish.STOP;
        };
    }

    static Map<String, @Nullable Object> usage(ModelUsage usage) {
        return tree(
                "prompt_tokens",
                usage.prompt(),
                "completion_tokens",
                usage.completion(),
                "total_tokens",
                usage.total(),
                "prompt_tokens_details",
                tree("cached_tokens", usage.cached()));
    }

    static Optional<ModelUsage> usage(Map<String, @Nullable Object> usage) {
        Optional<Long> prompt = JsonTree.number(usage, "prompt_tokens");
        Optional<Long> completion = JsonTree.number(usage, "completion_tokens");
        if (prompt.isEmpty()) {
            return Optional.empty();
        }
        long cached = JsonTree.number(object(usage, "prompt_tokens_details"), "cached_tokens")
                .orElse(0L);
        return Optional.of(new ModelUsage(
                Math.max(0, prompt.get()), Math.max(0, completion.orElse(0L)), Math.max(0, cached), false));
    }

    static String error(ModelException error) {
        String type = switch (error.kind()) {
            case BAD_REQUEST, CAPABILITY, OVERFLOW -> "invalid_request_error";
            case REFUSED, NOT_FOUND -> "permission_error";
            case BUDGET -> "insufficient_quota";
            case RATE_LIMITED -> "rate_limit_error";
            case UNAVAILABLE, TIMEOUT, CUT, MALFORMED, GONE, KEY -> "server_error";
        };
        String code = error.kind() == Kind.OVERFLOW
                ? "context_length_exceeded"
                : error.kind().code();
        return JsonTree.write(tree(
                "error",
                tree("message", error.words() + "; " + error.next(), "type", type, "param", null, "code", code)));
    }

    static ModelException bad(String message) {
        return new ModelException(Kind.BAD_REQUEST, message, "correct the request");
    }

    static boolean streams(Map<String, @Nullable Object> body) {
        return flag(body, "stream", false);
    }
}
