package dev.agentos.bridge.wire;

import java.util.List;
import java.util.Optional;

/** Models, providers and what they are measured to do. */
public final class ModelWire {

    private ModelWire() {}

    /**
     * A model.
     *
     * @param aliases names that stand for it
     * @param context tokens of prompt and answer together; 0 for unknown
     * @param digest SHA-256 of local weights; empty for a model that runs elsewhere
     * @param callable whether it can be called; changed weights cannot before they are approved
     * @param answers how many answers the measured figures rest on
     * @param onsetMs median to the first token, without the wait for its turn
     * @param tokensPerS median after it
     * @param promptTokensPerS median of how fast prompts are read; 0 for unknown
     */
    public record ModelView(
            String name,
            String provider,
            List<String> aliases,
            String placement,
            long context,
            List<String> abilities,
            String digest,
            boolean callable,
            long answers,
            double onsetMs,
            double onsetMsP95,
            double tokensPerS,
            double promptTokensPerS) {
        public ModelView {
            aliases = List.copyOf(aliases);
            abilities = List.copyOf(abilities);
        }
    }

    /**
     * A provider.
     *
     * @param kind built-in, gguf, openai, ollama or anthropic
     * @param where its url or file; empty for the built-in one
     * @param trouble empty while it answers
     * @param asked when it was last asked
     * @param slots answers at once
     * @param makesRoom whether an answer that can wait stops in the middle for one that cannot
     * @param running and {@code waiting}: calls that have their turn, and calls that wait for it
     */
    public record ProviderView(
            String name,
            String kind,
            String where,
            String trouble,
            String asked,
            long slots,
            boolean makesRoom,
            long running,
            long waiting) {}

    /**
     * All of it.
     *
     * @param gpu what this machine has for models beside its processors, in words
     */
    public record Models(List<ModelView> models, List<ProviderView> providers, String gpu) {
        public Models {
            models = List.copyOf(models);
            providers = List.copyOf(providers);
        }
    }

    /**
     * A provider to add.
     *
     * @param key the name of a secret
     * @param models for a provider that does not tell what it has
     */
    public record AddProvider(
            String name,
            String kind,
            String url,
            Optional<String> key,
            String placement,
            List<String> models,
            long context,
            String promptPrice,
            String completionPrice,
            long slots,
            long patienceMs) {
        public AddProvider {
            models = List.copyOf(models);
        }
    }

    /**
     * Weights to add.
     *
     * @param source where they are from, for the record
     * @param approve the digest of changed weights that are to be used from now on
     */
    public record AddGguf(
            String file, String source, Optional<String> approve, long slots, long context, long threads) {}

    /** A name of a provider, a model or an alias. */
    public record Named(String name) {}

    /**
     * What fetching a model would take.
     *
     * @param present whether the provider has it; fetching it then looks for a newer one
     * @param bytes -1 where it is not known
     * @param words where the size is from, or why it is not known
     * @param freeBytes and {@code freeWords}: the same of the provider's disk
     * @param fits false where it is known not to
     */
    public record PullPlan(
            String provider,
            String model,
            boolean present,
            long bytes,
            String words,
            long freeBytes,
            String freeWords,
            boolean fits) {}

    /**
     * A model that a provider fetches.
     *
     * @param state {@link #RUNNING}, {@link #DONE}, {@link #FAILED} or {@link #CANCELLED}
     * @param status what it does now, in the provider's words
     * @param totalBytes 0 while it is not known
     * @param trouble why it failed; else empty
     * @param revision changes with everything else here
     */
    public record Pull(
            String id,
            String provider,
            String model,
            String state,
            String status,
            long completedBytes,
            long totalBytes,
            String trouble,
            long revision) {

        public static final String RUNNING = "running";
        public static final String DONE = "done";
        public static final String FAILED = "failed";
        public static final String CANCELLED = "cancelled";
    }

    public record Pulls(List<Pull> pulls) {
        public Pulls {
            pulls = List.copyOf(pulls);
        }
    }

    /** A name that stands for a model; an empty model takes the name away. */
    public record Alias(String name, String model) {}

    /**
     * A limit of the operator.
     *
     * @param scope run, agent or day
     * @param atLimit warn, ask or stop
     */
    public record Budget(
            String scope, Optional<Long> tokens, Optional<String> costUsd, Optional<Long> turns, String atLimit) {}

    /** What a model did with a short question. */
    public record Probe(
            String model, long promptTokens, long completionTokens, double onsetMs, double turnMs, double tokensPerS) {}

    /**
     * How soon an agent was answered, over its last answers since agentd started, and what it used, over all its runs.
     *
     * @param onsetSloMs what its contract promises for the first token; 0 for nothing
     * @param costUsd a decimal number
     */
    public record Latency(
            String agent,
            long answers,
            double onsetMs,
            double onsetMsP95,
            double turnMs,
            double turnMsP95,
            double jitterPct,
            long missed,
            long onsetSloMs,
            long tokens,
            String costUsd) {}

    /** @param todayTokens what everybody used today, in UTC; so {@code todayCostUsd} */
    public record Latencies(List<Latency> agents, long todayTokens, String todayCostUsd) {
        public Latencies {
            agents = List.copyOf(agents);
        }
    }
}
