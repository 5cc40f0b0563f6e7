package dev.agentos.agentd.models;

import dev.agentos.domain.model.ModelCard;
import dev.agentos.domain.model.ModelException;
import dev.agentos.domain.model.ModelProvider;
import dev.agentos.domain.model.Router;
import dev.agentos.domain.port.TimeSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;

/**
 * The models that can be called: providers, what they have, names that stand for models, and whether each provider
 * answered when it was last asked. What a provider had when it last answered stays callable, so that its silence is seen
 * by a call and not by a missing name.
 */
public final class ModelRegistry implements AutoCloseable {

    /**
     * How a provider is.
     *
     * @param trouble empty while it answers
     * @param since when it was last asked, as ISO time
     */
    public record Health(String trouble, String since) {
        public boolean isWell() {
            return trouble.isEmpty();
        }
    }

    private final TimeSource time;
    private final Map<String, ModelProvider> providers = new ConcurrentHashMap<>();
    private final Map<String, Map<String, ModelCard>> cards = new ConcurrentHashMap<>();
    private final Map<String, Health> health = new ConcurrentHashMap<>();
    private final Map<String, String> aliases = new ConcurrentHashMap<>();
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private volatile Predicate<ModelCard> approved = _ -> true;
    private volatile Router snapshot = new Router(Map.of(), Map.of(), List.of());

    public ModelRegistry(TimeSource time) {
        this.time = time;
    }

    /** Runs the action after each change of what can be called. */
    public void onChange(Runnable action) {
        listeners.add(action);
    }

    /** Models for which this is false are known and cannot be called. */
    public void onlyWhere(Predicate<ModelCard> rule) {
        approved = rule;
        publish();
    }

    /** Adds a new provider, in place of one of the same name, and asks it what it has. */
    public void add(ModelProvider provider) throws InterruptedException {
        ModelProvider before = providers.put(provider.name(), provider);
        if (before != null) {
            before.close();
        }
        refresh(provider.name());
    }

    /** Takes a provider away, and its models. */
    public void remove(String name) {
        ModelProvider before = providers.remove(name);
        cards.remove(name);
        health.remove(name);
        if (before != null) {
            before.close();
        }
        publish();
    }

    /** Asks every provider again. */
    public void refresh() throws InterruptedException {
        for (String name : providers.keySet()) {
            refresh(name);
        }
    }

    /** Asks one provider what it has now. */
    public Health refresh(String name) throws InterruptedException {
        ModelProvider provider = providers.get(name);
        if (provider == null) {
            return new Health("there is no provider " + name, time.now().toString());
        }
        try {
            Map<String, ModelCard> fresh = new LinkedHashMap<>();
            provider.models().forEach(card -> fresh.put(card.name(), card));
            cards.put(name, fresh);
            well(name);
        } catch (ModelException e) {
            ill(name, e.words());
        }
        publish();
        return healthOf(name);
    }

    /** A call worked. */
    void well(String name) {
        health.put(name, new Health("", time.now().toString()));
    }

    /** A call did not work. */
    void ill(String name, String trouble) {
        health.put(name, new Health(trouble, time.now().toString()));
    }

    public Health healthOf(String name) {
        return health.getOrDefault(name, new Health("not asked yet", ""));
    }

    /** Sets a name that stands for a model; an empty model takes the name away. */
    public void alias(String name, String model) {
        if (model.isEmpty()) {
            aliases.remove(name);
        } else {
            aliases.put(name, model);
        }
        publish();
    }

    public Map<String, String> aliases() {
        return new TreeMap<>(aliases);
    }

    public List<ModelProvider> providers() {
        return providers.values().stream()
                .sorted(java.util.Comparator.comparing(ModelProvider::name))
                .toList();
    }

    public Optional<ModelProvider> provider(String name) {
        return Optional.ofNullable(providers.get(name));
    }

    /** Every model that is known, also those that may not be called. */
    public List<ModelCard> known() {
        List<ModelCard> all = new ArrayList<>();
        new TreeMap<>(cards).values().forEach(byName -> all.addAll(byName.values()));
        return all;
    }

    /** Where calls go now. */
    public Router router(List<String> operatorModels) {
        Router now = snapshot;
        return operatorModels.isEmpty() ? now : new Router(now.cards(), now.aliases(), operatorModels);
    }

    private void publish() {
        Map<String, ModelCard> all = new LinkedHashMap<>();
        known().stream().filter(approved).forEach(card -> all.put(card.name(), card));
        Router before = snapshot;
        snapshot = new Router(all, aliases, List.of());
        if (!before.equals(snapshot)) {
            listeners.forEach(Runnable::run);
        }
    }

    @Override
    public void close() {
        providers.values().forEach(ModelProvider::close);
    }
}
