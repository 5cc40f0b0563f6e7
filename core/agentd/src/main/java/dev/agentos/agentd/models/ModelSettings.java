package dev.agentos.agentd.models;

import dev.agentos.agentd.ServiceException;
import dev.agentos.agentd.models.provider.ProviderConfig;
import dev.agentos.agentd.models.provider.RemoteProvider;
import dev.agentos.bridge.wire.ModelWire.AddGguf;
import dev.agentos.bridge.wire.ModelWire.AddProvider;
import dev.agentos.bridge.wire.ModelWire.Alias;
import dev.agentos.bridge.wire.ModelWire.Budget;
import dev.agentos.bridge.wire.WireJson;
import dev.agentos.domain.budget.BudgetMeter.AtLimit;
import dev.agentos.domain.contract.Placement;
import dev.agentos.domain.event.Event;
import dev.agentos.domain.model.ModelProvider;
import dev.agentos.domain.port.Journal;
import dev.agentos.domain.port.Journal.Batch;
import dev.agentos.domain.port.Journal.StateChange;
import dev.agentos.domain.port.Journal.Trace;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiFunction;

/** What the operator set about models: providers, weights, aliases and limits. Each is a state document of its own. */
public final class ModelSettings {

    private static final String KIND = "model-setting";

    private final Journal journal;
    private final ModelRegistry registry;
    private final BudgetBook budgets;
    private final BiFunction<String, String, Optional<String>> keys;
    private final GgufMaker ggufs;
    private final List<Thread> asked = new CopyOnWriteArrayList<>();
    private final Map<String, AddGguf> weights = new ConcurrentHashMap<>();
    private final Map<String, String> digests = new ConcurrentHashMap<>();
    private final Map<String, OperatorBudget> limits = new ConcurrentHashMap<>();

    /** Makes a provider of a file. */
    public interface GgufMaker {
        /** @param digest of the weights that were approved */
        ModelProvider make(String name, AddGguf settings, String digest);
    }

    /** @param keys the value of a secret, by its name and the host that it is for */
    ModelSettings(
            Journal journal,
            ModelRegistry registry,
            BudgetBook budgets,
            BiFunction<String, String, Optional<String>> keys,
            GgufMaker ggufs) {
        this.journal = journal;
        this.registry = registry;
        this.budgets = budgets;
        this.keys = keys;
        this.ggufs = ggufs;
    }

    /** Reads what was set before a restart. Providers are asked in the background: none of them may delay a start. */
    void load() {
        for (Journal.StateDocument document : journal.state(KIND)) {
            Map<String, Object> value = document.document();
            switch (document.key().substring(0, document.key().indexOf('/'))) {
                case "provider" -> later(() -> registry.add(remote(WireJson.fromMap(value, AddProvider.class))));
                case "gguf" -> {
                    AddGguf settings = WireJson.fromMap(value, AddGguf.class);
                    String name = document.key().substring(5);
                    weights.put(name, settings);
                    digests.put(name, settings.approve().orElse(""));
                    later(() -> registry.add(
                            ggufs.make(name, settings, settings.approve().orElse(""))));
                }
                case "alias" -> {
                    Alias alias = WireJson.fromMap(value, Alias.class);
                    registry.alias(alias.name(), alias.model());
                }
                case "budget" -> {
                    Budget budget = WireJson.fromMap(value, Budget.class);
                    limits.put(budget.scope(), limit(budget));
                }
                default -> {}
            }
        }
        budgets.operatorLimits(List.copyOf(limits.values()));
    }

    private interface Asking {
        void run() throws InterruptedException;
    }

    private void later(Asking asking) {
        asked.add(Thread.ofVirtual().name("model-provider").start(() -> {
            try {
                asking.run();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (IllegalArgumentException | ServiceException e) {
                System.getLogger(ModelSettings.class.getName())
                        .log(System.Logger.Level.WARNING, "a provider that was set is left out: " + e.getMessage());
            }
        }));
    }

    /** Waits until every provider of before a restart was asked what it has, or until the limit. */
    void awaitAsked(Duration limit) throws InterruptedException {
        long end = System.nanoTime() + limit.toNanos();
        for (Thread one : asked) {
            one.join(Duration.ofNanos(Math.max(1, end - System.nanoTime())));
        }
    }

    // ------------------------------------------------------------------ providers

    /** Adds a provider and asks it what it has. */
    public ModelRegistry.Health add(Trace trace, AddProvider given, String by) throws InterruptedException {
        RemoteProvider provider;
        try {
            provider = remote(given);
        } catch (IllegalArgumentException e) {
            throw bad("model.provider", String.valueOf(e.getMessage()), "see agentctl model provider add --help");
        }
        if (given.name().equals("local")) {
            throw bad("model.provider", "local is the built-in provider", "take another name");
        }
        write(trace, "provider", given.name(), "added", WireJson.toMap(given), by);
        registry.add(provider);
        return registry.healthOf(given.name());
    }

    private RemoteProvider remote(AddProvider given) {
        Placement placement = null;
        for (Placement each : Placement.values()) {
            placement = each.word().equals(given.placement()) ? each : placement;
        }
        if (placement == null) {
            throw new IllegalArgumentException("a placement is on-prem, edge or cloud, not " + given.placement());
        }
        return new RemoteProvider(
                new ProviderConfig(
                        given.name(),
                        given.kind(),
                        URI.create(given.url()),
                        given.key(),
                        placement,
                        given.models(),
                        (int) Math.min(Integer.MAX_VALUE, given.context()),
                        new BigDecimal(given.promptPrice()),
                        new BigDecimal(given.completionPrice()),
                        (int) Math.min(1_001, given.slots()),
                        Duration.ofMillis(given.patienceMs())),
                keys);
    }

    /** Takes a provider or a file of weights away. */
    public void remove(Trace trace, String name, String by) {
        boolean gguf = weights.remove(name) != null;
        digests.remove(name);
        if (name.equals("local") || registry.provider(name).isEmpty()) {
            throw ServiceException.notFound("provider", name, "see agentctl model list");
        }
        String what = gguf ? "gguf" : "provider";
        journal.commit(new Batch(
                trace,
                List.of(new Event.ModelsChanged(what, name, "removed", Map.of(), by)),
                List.of(new StateChange.Remove(KIND, what + "/" + name))));
        registry.remove(name);
    }

    // ------------------------------------------------------------------ weights

    /** Adds a file of weights under its name; changed ones only with their digest as the approval. */
    public String add(Trace trace, AddGguf given, String by) throws InterruptedException {
        Path file = Path.of(given.file());
        String name = nameOf(file);
        String digest = sha256(file);
        String before = digests.getOrDefault(name, "");
        if (!before.isEmpty() && !before.equals(digest) && !given.approve().equals(Optional.of(digest))) {
            record(trace, "weights", name, "differ", Map.of("approved", before, "found", digest), by);
            throw new ServiceException(
                    ServiceException.Kind.REFUSED,
                    "model.weights-changed",
                    "the weights of " + name + " are not those that were approved: " + digest + " instead of " + before,
                    given.file(),
                    "if that is meant, approve them: agentctl model gguf " + given.file() + " --approve " + digest);
        }
        AddGguf settings = new AddGguf(
                file.toAbsolutePath().toString(),
                given.source(),
                Optional.of(digest),
                given.slots(),
                given.context(),
                given.threads());
        write(trace, "gguf", name, before.isEmpty() ? "added" : "approved", WireJson.toMap(settings), by);
        weights.put(name, settings);
        digests.put(name, digest);
        registry.add(ggufs.make(name, settings, digest));
        return name;
    }

    private static String nameOf(Path file) {
        String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
        String plain =
                (name.endsWith(".gguf") ? name.substring(0, name.length() - 5) : name).replaceAll("[^a-z0-9]+", "-");
        if (plain.isBlank() || plain.equals("local")) {
            throw bad("model.file", "the file's name gives no model name", "rename it");
        }
        return "gguf-" + plain;
    }

    /** What was set about a file; empty where the name is no file's. */
    public Optional<AddGguf> weights(String provider) {
        return Optional.ofNullable(weights.get(provider));
    }

    private static String sha256(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            byte[] buffer = new byte[1 << 16];
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                digest.update(buffer, 0, count);
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (IOException e) {
            throw bad(
                    "model.file",
                    file + " cannot be read by agentd (" + System.getProperty("user.name") + "): " + e.getMessage(),
                    "name a file that it can read");
        } catch (NoSuchAlgorithmException e) {
            throw new LinkageError("every JDK has SHA-256", e);
        }
    }

    // ------------------------------------------------------------------ names and limits

    public void alias(Trace trace, Alias alias, String by) {
        if (alias.name().indexOf('/') < 1) {
            throw bad("model.alias", "an alias is provider/model, as contracts write it", "for example local/small");
        }
        write(trace, "alias", alias.name(), alias.model().isEmpty() ? "removed" : "added", WireJson.toMap(alias), by);
        registry.alias(alias.name(), alias.model());
    }

    public void budget(Trace trace, Budget budget, String by) {
        OperatorBudget limit;
        try {
            limit = limit(budget);
        } catch (IllegalArgumentException e) {
            throw bad("model.budget", String.valueOf(e.getMessage()), "see agentctl model budget --help");
        }
        write(trace, "budget", budget.scope(), "set", WireJson.toMap(budget), by);
        limits.put(budget.scope(), limit);
        budgets.operatorLimits(List.copyOf(limits.values()));
    }

    private static OperatorBudget limit(Budget budget) {
        return new OperatorBudget(
                budget.scope(),
                budget.tokens(),
                budget.costUsd().map(BigDecimal::new),
                budget.turns(),
                AtLimit.valueOf(budget.atLimit().toUpperCase(Locale.ROOT)));
    }

    // ------------------------------------------------------------------ the record

    private void write(Trace trace, String what, String name, String change, Map<String, Object> value, String by) {
        journal.commit(new Batch(
                trace,
                List.of(new Event.ModelsChanged(what, name, change, shown(value), by)),
                List.of(new StateChange.Put(KIND, what + "/" + name, value))));
    }

    private void record(Trace trace, String what, String name, String change, Map<String, Object> value, String by) {
        journal.commit(Batch.of(trace, new Event.ModelsChanged(what, name, change, value, by)));
    }

    /** A document without what is empty. */
    private static Map<String, Object> shown(Map<String, Object> value) {
        Map<String, Object> shown = new LinkedHashMap<>();
        value.forEach((name, each) -> {
            if (each != null) {
                shown.put(name, each);
            }
        });
        return shown;
    }

    private static ServiceException bad(String code, String message, String next) {
        return new ServiceException(ServiceException.Kind.BAD_REQUEST, code, message, "model", next);
    }
}
