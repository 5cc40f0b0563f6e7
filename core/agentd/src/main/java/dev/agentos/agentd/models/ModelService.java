package dev.agentos.agentd.models;

import dev.agentos.agentd.consent.ConsentService;
import dev.agentos.agentd.models.door.ModelDoors;
import dev.agentos.agentd.models.provider.ExtractiveProvider;
import dev.agentos.agentd.telemetry.HistoryStore;
import dev.agentos.bridge.wire.ModelWire;
import dev.agentos.domain.admission.Pace;
import dev.agentos.domain.extractive.SentenceVectors;
import dev.agentos.domain.model.ModelCaller;
import dev.agentos.domain.model.ModelException;
import dev.agentos.domain.model.ModelProvider;
import dev.agentos.domain.model.ModelReply;
import dev.agentos.domain.model.Models;
import dev.agentos.domain.port.Journal;
import dev.agentos.domain.port.Journal.Trace;
import dev.agentos.domain.port.PeerOrigin;
import dev.agentos.domain.port.TimeSource;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;

/** Models put together: registry, budgets, queues, gateway and doors. */
public final class ModelService implements AutoCloseable {

    private final ModelRegistry registry;
    private final BudgetBook budgets;
    private final ClassDispatch queues;
    private final LatencyBook latencies;
    private final ModelMeasures measures;
    private final ModelGateway gateway;
    private final ModelDoors doors;
    private final ModelSettings settings;
    private final ModelPulls pulls;
    private final TimeSource time;
    private final Supplier<String> gpu;
    private final Path run;
    private final AtomicReference<Supplier<List<String>>> operatorModels = new AtomicReference<>(List::of);

    /**
     * What models are made of.
     *
     * @param run the service's short-lived files, where the doors are made
     * @param vectors for the built-in model
     * @param keys the value of a secret, by its name and the host that it is for
     * @param gpu what is known of graphics processors now, in words
     */
    public record Means(
            Path run,
            Journal journal,
            ConsentService consent,
            TimeSource time,
            SentenceVectors vectors,
            BiFunction<String, String, Optional<String>> keys,
            ModelSettings.GgufMaker ggufs,
            Supplier<String> gpu) {}

    public ModelService(Means means, ModelDoors.Callers callers) throws InterruptedException {
        this.run = means.run();
        this.time = means.time();
        this.gpu = means.gpu();
        this.registry = new ModelRegistry(time);
        this.budgets = new BudgetBook(means.journal(), means.consent(), time);
        this.queues = new ClassDispatch(time);
        this.latencies = new LatencyBook(means.journal());
        this.measures = new ModelMeasures(queues);
        this.gateway = new ModelGateway(
                registry,
                budgets,
                queues,
                (caller, card, call, usage, now) -> {
                    latencies.answered(caller, card, call, usage, now);
                    measures.answered(caller, card, call, usage, now);
                },
                means.journal(),
                time,
                () -> operatorModels.get().get());
        this.settings = new ModelSettings(means.journal(), registry, budgets, means.keys(), means.ggufs());
        this.pulls = new ModelPulls(registry, means.journal());
        this.doors = new ModelDoors(run.resolve("doors"), gateway, callers, time);
        registry.add(new ExtractiveProvider(means.vectors()));
    }

    /** Reads what was there before a restart. */
    public void load(AgentControl control, Supplier<List<String>> substitutes) {
        operatorModels.set(substitutes);
        settings.load();
        budgets.load(control);
    }

    /** Waits until the providers of before a restart were asked what they have, or until the limit. */
    public void awaitAsked(Duration limit) throws InterruptedException {
        settings.awaitAsked(limit);
    }

    /** Models that providers fetch. */
    public ModelPulls pulls() {
        return pulls;
    }

    public ModelSettings settings() {
        return settings;
    }

    /** Models and providers as they are shown. */
    public ModelWire.Models view() {
        return ModelViews.models(registry, settings, queues, latencies, gpu.get());
    }

    /** How soon agents were answered, and what they used. */
    public ModelWire.Latencies latencyView() {
        return ModelViews.latencies(latencies.latencies(), budgets);
    }

    /** What the history keeps of models, since the last time it was asked. */
    public Map<HistoryStore.Key, Double> measures() {
        return measures.drain();
    }

    /** Asks a model a short question and measures the answer. */
    public ModelWire.Probe probe(Trace trace, String model) throws ModelException, InterruptedException {
        long from = time.nanos();
        AtomicLong first = new AtomicLong();
        ModelReply reply = gateway.call(
                ModelCaller.operator(trace), ModelViews.probe(model), _ -> first.compareAndSet(0, time.nanos() - from));
        return ModelViews.probed(reply, first.get(), time.nanos() - from);
    }

    /** Opens agentd's own door, {@code models.sock} in the run directory. */
    public void openOwnDoor(String owner, Function<SocketChannel, PeerOrigin> origins) throws IOException {
        doors.openOwn(run.resolve("models.sock"), owner, origins);
    }

    public Models models() {
        return gateway;
    }

    public ModelRegistry registry() {
        return registry;
    }

    public BudgetBook budgets() {
        return budgets;
    }

    public ClassDispatch queues() {
        return queues;
    }

    public LatencyBook latencies() {
        return latencies;
    }

    public ModelDoors doors() {
        return doors;
    }

    /** How fast a model was here and how its provider shares itself, by any name; empty where there is no such model. */
    public Optional<Pace> pace(String name) {
        return registry.router(List.of())
                .card(name)
                .flatMap(card ->
                        registry.provider(card.provider()).map(provider -> pace(latencies.profile(card), provider)));
    }

    private static Pace pace(LatencyBook.Profile profile, ModelProvider provider) {
        return new Pace(
                provider.name(),
                profile.answers(),
                profile.onsetMillis(),
                profile.onsetMillisP95(),
                profile.turnMillis(),
                profile.heldMillis(),
                profile.tokensPerSecond(),
                profile.promptTokensPerSecond(),
                provider.slots(),
                provider.resumes());
    }

    /** The provider that a process works for; empty for none. See {@link ModelProvider#isRunBy}. */
    public String workerOf(List<String> groups, String program) {
        return registry.providers().stream()
                .filter(provider -> provider.isRunBy(groups, program))
                .findFirst()
                .map(ModelProvider::name)
                .orElse("");
    }

    /** What contracts can bind to now. */
    public Set<String> names() {
        return registry.router(List.of()).names();
    }

    @Override
    public void close() {
        pulls.close();
        doors.close();
        registry.close();
    }
}
