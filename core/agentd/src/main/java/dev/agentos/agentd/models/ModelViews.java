package dev.agentos.agentd.models;

import dev.agentos.agentd.models.provider.RemoteProvider;
import dev.agentos.bridge.wire.ModelWire;
import dev.agentos.bridge.wire.ModelWire.ModelView;
import dev.agentos.bridge.wire.ModelWire.ProviderView;
import dev.agentos.domain.budget.BudgetMeter.Used;
import dev.agentos.domain.model.ModelCard;
import dev.agentos.domain.model.ModelMessage;
import dev.agentos.domain.model.ModelProvider;
import dev.agentos.domain.model.ModelReply;
import dev.agentos.domain.model.ModelRequest;
import dev.agentos.domain.model.ModelRequest.Ability;
import dev.agentos.domain.model.ModelRequest.Sampling;
import dev.agentos.domain.schedule.ClassScheduler.Load;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Models as they are shown. */
final class ModelViews {

    private static final int PROBE_TOKENS = 32;

    private ModelViews() {}

    static ModelWire.Models models(
            ModelRegistry registry, ModelSettings settings, ClassDispatch queues, LatencyBook latencies, String gpu) {
        Set<String> callable = registry.router(List.of()).cards().keySet();
        List<ModelView> models = registry.known().stream()
                .map(card -> model(card, registry, callable.contains(card.name()), latencies.profile(card)))
                .toList();
        List<ProviderView> providers = registry.providers().stream()
                .map(provider -> provider(provider, registry.healthOf(provider.name()), settings, queues))
                .toList();
        return new ModelWire.Models(models, providers, gpu);
    }

    /** Agents that were answered since agentd started, or that used something before. */
    static ModelWire.Latencies latencies(Map<String, LatencyBook.Latency> latencies, BudgetBook budgets) {
        Map<String, Used> used = budgets.usedByAgents();
        Set<String> agents = new TreeSet<>(used.keySet());
        agents.addAll(latencies.keySet());
        Used today = budgets.usedToday();
        return new ModelWire.Latencies(
                agents.stream()
                        .map(agent -> latency(
                                agent,
                                latencies.getOrDefault(agent, LatencyBook.Latency.NOTHING),
                                used.getOrDefault(agent, Used.NOTHING)))
                        .toList(),
                today.tokens(),
                BudgetBook.plain(today.costUsd()));
    }

    private static ModelWire.Latency latency(String agent, LatencyBook.Latency latency, Used used) {
        return new ModelWire.Latency(
                agent,
                latency.answers(),
                latency.onsetMillis(),
                latency.onsetMillisP95(),
                latency.turnMillis(),
                latency.turnMillisP95(),
                latency.jitterPct(),
                latency.missed(),
                latency.onsetObjective().orElse(0),
                used.tokens(),
                BudgetBook.plain(used.costUsd()));
    }

    private static ModelView model(
            ModelCard card, ModelRegistry registry, boolean callable, LatencyBook.Profile profile) {
        return new ModelView(
                card.name(),
                card.provider(),
                registry.aliases().entrySet().stream()
                        .filter(alias -> alias.getValue().equals(card.name()))
                        .map(Map.Entry::getKey)
                        .toList(),
                card.placement().word(),
                card.contextTokens(),
                card.abilities().stream().map(Ability::word).sorted().toList(),
                card.digest(),
                callable,
                profile.answers(),
                profile.onsetMillis(),
                profile.onsetMillisP95(),
                profile.tokensPerSecond(),
                profile.promptTokensPerSecond());
    }

    private static ProviderView provider(
            ModelProvider provider, ModelRegistry.Health health, ModelSettings settings, ClassDispatch queues) {
        Optional<Load> load = queues.load(provider.name());
        String kind = provider instanceof RemoteProvider remote
                ? remote.config().kind()
                : settings.weights(provider.name()).isPresent() ? "gguf" : "built-in";
        String where = provider instanceof RemoteProvider remote
                ? remote.config().url().toString()
                : settings.weights(provider.name()).map(ModelWire.AddGguf::file).orElse("");
        return new ProviderView(
                provider.name(),
                kind,
                where,
                health.trouble(),
                health.since(),
                provider.slots(),
                provider.resumes(),
                load.map(each -> each.runningFirst() + each.runningOther()).orElse(0L),
                load.map(each -> each.waitingFirst() + each.waitingOther()).orElse(0L));
    }

    /** A short question for a measurement. */
    static ModelRequest probe(String model) {
        return ModelRequest.chat(
                        model,
                        List.of(ModelMessage.user("The office is open on weekdays from nine to five. It is closed on "
                                + "holidays.\n\nWhen is the office open?")))
                .withSampling(Sampling.DEFAULT.withMaxTokens(PROBE_TOKENS));
    }

    static ModelWire.Probe probed(ModelReply reply, long firstNanos, long wholeNanos) {
        double talking = (wholeNanos - firstNanos) / 1e9;
        long said = reply.usage().completion();
        return new ModelWire.Probe(
                reply.model(),
                reply.usage().prompt(),
                said,
                firstNanos / 1e6,
                wholeNanos / 1e6,
                said > 1 && talking > 0 ? (said - 1) / talking : 0);
    }
}
