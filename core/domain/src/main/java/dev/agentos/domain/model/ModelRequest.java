package dev.agentos.domain.model;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;

/**
 * What a model is asked.
 *
 * @param model the name as the caller gave it; empty for the first that the contract allows
 * @param tools tools that the model may ask to call
 * @param choice whether it must call one
 * @param format the form of the answer
 * @param extras parameters of the caller's own wire that this record has no field for; they reach a provider that speaks
 *     the same wire, and no other
 * @param wire the wire that {@code extras} are of, for example {@code openai}; empty for none
 * @param resumeFrom what the model has said already; it goes on after the last character of it
 */
public record ModelRequest(
        String model,
        List<ModelMessage> messages,
        List<ToolSpec> tools,
        ToolChoice choice,
        OutputFormat format,
        Sampling sampling,
        Map<String, Object> extras,
        String wire,
        String resumeFrom) {

    /**
     * A tool as it is described to a model.
     *
     * @param parameters a JSON Schema
     */
    public record ToolSpec(String name, String description, Map<String, Object> parameters) {
        public ToolSpec {
            parameters = Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
        }
    }

    /** Whether and which tool is to be called. */
    public sealed interface ToolChoice {
        record Auto() implements ToolChoice {}

        record None() implements ToolChoice {}

        /** Some tool. */
        record Required() implements ToolChoice {}

        record Named(String tool) implements ToolChoice {}
    }

    /** The form of an answer. */
    public sealed interface OutputFormat {
        record Text() implements OutputFormat {}

        /** Any JSON object. */
        record Json() implements OutputFormat {}

        /** JSON that a schema describes. */
        record Schema(String name, Map<String, Object> schema) implements OutputFormat {
            public Schema {
                schema = Collections.unmodifiableMap(new LinkedHashMap<>(schema));
            }
        }
    }

    /**
     * How the answer is drawn; what is empty is the provider's own choice.
     *
     * @param maxTokens the longest answer, in tokens
     * @param stop texts at which the answer ends
     */
    public record Sampling(
            OptionalInt maxTokens,
            OptionalDouble temperature,
            OptionalDouble topP,
            OptionalLong seed,
            List<String> stop) {
        public static final Sampling DEFAULT = new Sampling(
                OptionalInt.empty(), OptionalDouble.empty(), OptionalDouble.empty(), OptionalLong.empty(), List.of());

        public Sampling {
            stop = List.copyOf(stop);
            if (maxTokens.isPresent() && maxTokens.getAsInt() < 1) {
                throw new IllegalArgumentException("an answer has at least one token");
            }
        }

        public Sampling withMaxTokens(int most) {
            return new Sampling(OptionalInt.of(most), temperature, topP, seed, stop);
        }
    }

    /** What a model must be able to do. */
    public enum Ability {
        CHAT("chat"),
        TOOLS("tools"),
        JSON("json"),
        IMAGES("images"),
        EMBED("embed");

        private final String word;

        Ability(String word) {
            this.word = word;
        }

        public String word() {
            return word;
        }
    }

    public ModelRequest {
        messages = List.copyOf(messages);
        tools = List.copyOf(tools);
        extras = Collections.unmodifiableMap(new LinkedHashMap<>(extras));
    }

    /** A conversation and nothing else. */
    public static ModelRequest chat(String model, List<ModelMessage> messages) {
        return new ModelRequest(
                model,
                messages,
                List.of(),
                new ToolChoice.Auto(),
                new OutputFormat.Text(),
                Sampling.DEFAULT,
                Map.of(),
                "",
                "");
    }

    public ModelRequest withTools(List<ToolSpec> these, ToolChoice how) {
        return new ModelRequest(model, messages, these, how, format, sampling, extras, wire, resumeFrom);
    }

    public ModelRequest withFormat(OutputFormat form) {
        return new ModelRequest(model, messages, tools, choice, form, sampling, extras, wire, resumeFrom);
    }

    public ModelRequest withSampling(Sampling how) {
        return new ModelRequest(model, messages, tools, choice, format, how, extras, wire, resumeFrom);
    }

    public ModelRequest withModel(String name) {
        return new ModelRequest(name, messages, tools, choice, format, sampling, extras, wire, resumeFrom);
    }

    public ModelRequest resumedFrom(String said) {
        return new ModelRequest(model, messages, tools, choice, format, sampling, extras, wire, said);
    }

    /** What a model must be able to do for this request. */
    public Set<Ability> needs() {
        Set<Ability> needs = new LinkedHashSet<>();
        needs.add(Ability.CHAT);
        if (!tools.isEmpty() && !(choice instanceof ToolChoice.None)) {
            needs.add(Ability.TOOLS);
        }
        if (!(format instanceof OutputFormat.Text)) {
            needs.add(Ability.JSON);
        }
        if (messages.stream().anyMatch(message -> !message.images().isEmpty())) {
            needs.add(Ability.IMAGES);
        }
        return Collections.unmodifiableSet(needs);
    }

    /** The last message of the user; empty when there is none. */
    public Optional<ModelMessage> question() {
        return messages.reversed().stream()
                .filter(message -> message.role() == ModelMessage.Role.USER)
                .findFirst();
    }
}
