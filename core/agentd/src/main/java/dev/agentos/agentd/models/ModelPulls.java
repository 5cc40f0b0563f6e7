package dev.agentos.agentd.models;

import dev.agentos.agentd.ServiceException;
import dev.agentos.agentd.models.provider.OllamaStore;
import dev.agentos.agentd.models.provider.OllamaStore.Bytes;
import dev.agentos.agentd.models.provider.RemoteProvider;
import dev.agentos.bridge.wire.ModelWire.Pull;
import dev.agentos.bridge.wire.ModelWire.PullPlan;
import dev.agentos.bridge.wire.ModelWire.Pulls;
import dev.agentos.domain.event.Event;
import dev.agentos.domain.model.ModelException;
import dev.agentos.domain.port.Journal;
import dev.agentos.domain.port.Journal.Batch;
import dev.agentos.domain.port.Journal.Trace;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Models that are fetched by their provider, which is an Ollama: what one would take, how far each is, and its end. A pull
 * goes on when who asked for it goes away; it ends with the service, and Ollama then stops too.
 */
public final class ModelPulls implements AutoCloseable {

    /** Ended pulls that are still shown. */
    private static final int KEPT = 20;

    private final ModelRegistry registry;
    private final Journal journal;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Map<String, Going> pulls = new LinkedHashMap<>();
    private long last;

    ModelPulls(ModelRegistry registry, Journal journal) {
        this.registry = registry;
        this.journal = journal;
    }

    /** A pull: what is shown of it, and who does it. */
    private static final class Going {
        private final OllamaStore store;
        private Pull view;
        private @Nullable Thread worker;
        private boolean cancelled;

        Going(OllamaStore store, Pull view) {
            this.store = store;
            this.view = view;
        }
    }

    /** Which model of which provider a name means. */
    private record Meant(OllamaStore store, String model) {}

    private Meant meant(String name) {
        List<OllamaStore> stores = registry.providers().stream()
                .flatMap(provider -> provider instanceof RemoteProvider remote
                        ? OllamaStore.of(remote).stream()
                        : Optional.<OllamaStore>empty().stream())
                .toList();
        for (OllamaStore store : stores) {
            if (name.startsWith(store.provider() + "/")) {
                return checked(store, name.substring(store.provider().length() + 1), name);
            }
        }
        if (stores.size() == 1) {
            return checked(stores.getFirst(), name, name);
        }
        throw bad(
                "model.provider",
                stores.isEmpty()
                        ? "there is no provider that fetches models; Ollama does"
                        : "there is more than one Ollama: "
                                + String.join(
                                        ", ",
                                        stores.stream()
                                                .map(OllamaStore::provider)
                                                .toList()),
                name,
                stores.isEmpty()
                        ? "agentctl model provider ollama --kind ollama --url http://127.0.0.1:11434"
                        : "say which: PROVIDER/" + name);
    }

    private static Meant checked(OllamaStore store, String model, String name) {
        if (!OllamaStore.isName(model)) {
            throw bad("model.name", "\"" + model + "\" is no name of a model", name, "for example qwen3:0.6b");
        }
        return new Meant(store, model);
    }

    /** What fetching a model would take; nothing is fetched. */
    public PullPlan plan(String name) throws InterruptedException {
        Meant meant = meant(name);
        boolean there;
        try {
            there = meant.store().has(meant.model());
        } catch (ModelException e) {
            throw unavailable(meant, e);
        }
        Bytes size = meant.store().size(meant.model());
        Bytes free = meant.store().free();
        return new PullPlan(
                meant.store().provider(),
                meant.model(),
                there,
                size.bytes(),
                size.words(),
                free.bytes(),
                free.words(),
                size.bytes() < 0 || free.bytes() < 0 || size.bytes() <= free.bytes());
    }

    /** Begins to fetch, unless the same is being fetched. */
    public Pull start(Trace trace, String name, String by) throws InterruptedException {
        PullPlan plan = plan(name);
        if (!plan.fits()) {
            throw new ServiceException(
                    ServiceException.Kind.REFUSED,
                    "model.space",
                    plan.model() + " takes " + plan.bytes() + " bytes, and " + plan.freeBytes() + " are free "
                            + plan.freeWords(),
                    name,
                    "free space, or choose a smaller model");
        }
        OllamaStore store = meant(name).store();
        Going going;
        lock.lock();
        try {
            Optional<Going> same = pulls.values().stream()
                    .filter(each -> each.view.state().equals(Pull.RUNNING)
                            && each.view.provider().equals(plan.provider())
                            && each.view.model().equals(plan.model()))
                    .findFirst();
            if (same.isPresent()) {
                return same.get().view;
            }
            last++;
            going = new Going(
                    store,
                    new Pull(
                            "pull-" + last,
                            plan.provider(),
                            plan.model(),
                            Pull.RUNNING,
                            "asking " + plan.provider(),
                            0,
                            Math.max(0, plan.bytes()),
                            "",
                            1));
            record(trace, going.view, "began", by);
            pulls.put(going.view.id(), going);
            forget();
            Going mine = going;
            going.worker = Thread.ofVirtual().name(going.view.id()).start(() -> fetch(trace, mine, by));
        } finally {
            lock.unlock();
        }
        return going.view;
    }

    /** Drops the oldest of those that ended. */
    private void forget() {
        var ended = pulls.values().iterator();
        while (pulls.size() > KEPT && ended.hasNext()) {
            if (!ended.next().view.state().equals(Pull.RUNNING)) {
                ended.remove();
            }
        }
    }

    private void fetch(Trace trace, Going going, String by) {
        String state = Pull.FAILED;
        String trouble = "";
        try {
            going.store.pull(
                    going.view.model(), (status, completed, total) -> progress(going, status, completed, total));
            registry.refresh(going.view.provider());
            state = Pull.DONE;
        } catch (ModelException e) {
            trouble = e.words() + "; " + e.next();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        lock.lock();
        try {
            if (!state.equals(Pull.DONE) && going.cancelled) {
                state = Pull.CANCELLED;
                trouble = "";
            }
            Pull now = going.view;
            going.view = new Pull(
                    now.id(),
                    now.provider(),
                    now.model(),
                    state,
                    state,
                    now.completedBytes(),
                    now.totalBytes(),
                    trouble,
                    now.revision() + 1);
            going.worker = null;
            record(trace, going.view, state, by);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void progress(Going going, String status, long completed, long total) {
        lock.lock();
        try {
            Pull now = going.view;
            going.view = new Pull(
                    now.id(),
                    now.provider(),
                    now.model(),
                    now.state(),
                    status,
                    completed,
                    Math.max(total, now.totalBytes()),
                    "",
                    now.revision() + 1);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void record(Trace trace, Pull pull, String change, String by) {
        Map<String, Object> detail = Event.fields("completed_bytes", pull.completedBytes());
        if (!pull.trouble().isEmpty()) {
            detail.put("trouble", pull.trouble());
        }
        var _ = journal.submit(Batch.of(
                trace, new Event.ModelsChanged("pull", pull.provider() + "/" + pull.model(), change, detail, by)));
    }

    /** Those that go on, and the last that ended. */
    public Pulls list() {
        lock.lock();
        try {
            return new Pulls(pulls.values().stream().map(going -> going.view).toList());
        } finally {
            lock.unlock();
        }
    }

    /** A pull, once it is at another revision than the one that was seen, or as it is after the wait. */
    public Pull view(String id, long seen, Duration wait) throws InterruptedException {
        long left = wait.toNanos();
        lock.lockInterruptibly();
        try {
            Going going = going(id);
            while (going.view.revision() == seen && going.view.state().equals(Pull.RUNNING) && left > 0) {
                left = changed.awaitNanos(left);
            }
            return going.view;
        } finally {
            lock.unlock();
        }
    }

    /** Stops a pull; the answer comes when it has stopped. One that ended stays as it is. */
    public Pull cancel(String id) throws InterruptedException {
        Thread worker;
        lock.lock();
        try {
            Going going = going(id);
            going.cancelled = true;
            worker = going.worker;
        } finally {
            lock.unlock();
        }
        if (worker != null) {
            worker.interrupt();
            worker.join();
        }
        return view(id, 0, Duration.ZERO);
    }

    private Going going(String id) {
        Going going = pulls.get(id);
        if (going == null) {
            throw ServiceException.notFound("pull", id, "pulls end with the service; ask for the model again");
        }
        return going;
    }

    private static ServiceException unavailable(Meant meant, ModelException e) {
        return new ServiceException(
                ServiceException.Kind.UNAVAILABLE,
                e.kind().code(),
                e.words(),
                meant.store().provider(),
                e.next());
    }

    private static ServiceException bad(String code, String message, String where, String next) {
        return new ServiceException(ServiceException.Kind.BAD_REQUEST, code, message, where, next);
    }

    @Override
    public void close() {
        List<String> open = list().pulls().stream()
                .filter(pull -> pull.state().equals(Pull.RUNNING))
                .map(Pull::id)
                .toList();
        for (String id : open) {
            try {
                cancel(id);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }
}
