package dev.agentos.agentd.secrets;

import dev.agentos.agentd.ServiceException;
import dev.agentos.bridge.wire.WireJson;
import dev.agentos.domain.event.Event;
import dev.agentos.domain.port.Journal;
import dev.agentos.domain.port.Journal.Batch;
import dev.agentos.domain.port.Journal.StateChange;
import dev.agentos.domain.port.Journal.Trace;
import dev.agentos.domain.port.SecretStore;
import dev.agentos.domain.port.SecretStore.SecretStoreException;
import dev.agentos.domain.port.TimeSource;
import dev.agentos.domain.secret.Redactor;
import dev.agentos.domain.secret.SecretReferences;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The secrets of the operator. Values are in the store, everything else about them in the journal. Whoever shows
 * anything asks {@link #redactor()} first.
 */
public final class Secrets {

    private static final String HOST = "[a-z0-9]([a-z0-9.-]{0,252})";

    private final SecretStore store;
    private final Journal journal;
    private final TimeSource time;
    private final Map<String, SecretRecord> records = new TreeMap<>();
    private final AtomicReference<Redactor> redactor;
    private final Map<String, byte[]> retired = new LinkedHashMap<>();
    private final ReentrantLock lock = new ReentrantLock();

    /** @param redactor where others read the redactor that fits the values of now */
    public Secrets(SecretStore store, Journal journal, TimeSource time, AtomicReference<Redactor> redactor) {
        this.store = store;
        this.journal = journal;
        this.time = time;
        this.redactor = redactor;
    }

    /** Reads the records; a value without one is still redacted, and is listed as set at an unknown time. */
    public void load() {
        for (Journal.StateDocument document : journal.state(SecretRecord.KIND)) {
            SecretRecord found = WireJson.fromMap(document.document(), SecretRecord.class);
            records.put(found.name(), found);
        }
        refresh();
    }

    public String mechanism() {
        return store.mechanism();
    }

    public String protection() {
        return store.protection();
    }

    /** The redactor for the values of now. */
    public Redactor redactor() {
        return redactor.get();
    }

    /** Every secret that has a value, by name. */
    public List<SecretRecord> list() {
        lock.lock();
        try {
            return store.names().stream()
                    .map(name ->
                            Optional.ofNullable(records.get(name)).orElse(new SecretRecord(name, List.of(), 0, "", "")))
                    .toList();
        } catch (SecretStoreException e) {
            throw failed(e, "");
        } finally {
            lock.unlock();
        }
    }

    /** Sets or replaces a secret. */
    public SecretRecord set(Trace trace, String name, String value, List<String> hosts, String by) {
        List<String> lower =
                hosts.stream().map(host -> host.toLowerCase(Locale.ROOT)).toList();
        check(name, value, lower);
        byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
        lock.lock();
        try {
            SecretRecord before = records.get(name);
            SecretRecord next = new SecretRecord(
                    name,
                    lower,
                    before == null ? 1 : before.version() + 1,
                    time.now().toString(),
                    by);
            // Redacted from now on, before anything could show it.
            retire(name);
            refresh(Map.of(name, bytes));
            journal.commit(Batch.of(
                    trace,
                    new Event.SecretChanged(name, before == null ? "set" : "replaced", lower, by),
                    new StateChange.Put(SecretRecord.KIND, name, WireJson.toMap(next))));
            store.put(name, bytes);
            records.put(name, next);
            return next;
        } catch (SecretStoreException e) {
            throw failed(e, name);
        } finally {
            lock.unlock();
        }
    }

    private static void check(String name, String value, List<String> hosts) {
        if (!SecretReferences.isName(name)) {
            throw bad("secret.name", "that is no name of a secret", "use a-z, 0-9, '.', '_' and '-', a letter first");
        }
        int bytes = value.getBytes(StandardCharsets.UTF_8).length;
        if (bytes < Redactor.MIN_BYTES || bytes > SecretStore.MAX_BYTES) {
            throw bad(
                    "secret.size",
                    "a secret has " + Redactor.MIN_BYTES + " to " + SecretStore.MAX_BYTES + " bytes, and this one has "
                            + bytes,
                    "a shorter one could not be kept out of ordinary text; use a longer one");
        }
        for (String host : hosts) {
            if (!host.matches(HOST)) {
                throw bad("secret.host", "a host is a name such as smtp.example.org", "correct --for");
            }
        }
    }

    /** Deletes a secret; false when there was none. */
    public boolean remove(Trace trace, String name, String by) {
        lock.lock();
        try {
            if (store.get(name).isEmpty()) {
                return false;
            }
            retire(name);
            store.remove(name);
            journal.commit(Batch.of(
                    trace,
                    new Event.SecretChanged(name, "deleted", List.of(), by),
                    new StateChange.Remove(SecretRecord.KIND, name)));
            records.remove(name);
            return true;
        } catch (SecretStoreException e) {
            throw failed(e, name);
        } finally {
            lock.unlock();
        }
    }

    /** Why a secret must not be used in a call to a host; empty where it may. */
    public Optional<String> refusal(String name, String host) {
        lock.lock();
        try {
            if (!store.names().contains(name)) {
                return Optional.of("there is no secret " + name);
            }
            SecretRecord known = records.get(name);
            if (known == null || known.hosts().isEmpty() || known.hosts().contains(host.toLowerCase(Locale.ROOT))) {
                return Optional.empty();
            }
            return Optional.of("the secret " + name + " is for " + String.join(", ", known.hosts()) + " only, not for "
                    + (host.isEmpty() ? "a call without a host" : host));
        } catch (SecretStoreException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        } finally {
            lock.unlock();
        }
    }

    /** The value, for the one call that it is put into. */
    public Optional<String> valueOf(String name) {
        lock.lock();
        try {
            return store.get(name).map(bytes -> {
                String text = new String(bytes, StandardCharsets.UTF_8);
                Redactor.wipe(bytes);
                return text;
            });
        } catch (SecretStoreException e) {
            throw failed(e, name);
        } finally {
            lock.unlock();
        }
    }

    /** A value that is replaced or deleted may still be in somebody's answer: it stays redacted until the restart. */
    private void retire(String name) throws SecretStoreException {
        store.get(name).ifPresent(value -> retired.put(name + ", version " + (retired.size() + 1) + " before", value));
    }

    private void refresh() {
        refresh(Map.of());
    }

    private void refresh(Map<String, byte[]> more) {
        Map<String, byte[]> values = new LinkedHashMap<>();
        try {
            for (String name : store.names()) {
                Optional<byte[]> value = store.get(name);
                value.ifPresent(bytes -> values.put(name, bytes));
            }
        } catch (SecretStoreException e) {
            System.getLogger(Secrets.class.getName())
                    .log(System.Logger.Level.ERROR, "a secret cannot be read: " + e.getMessage() + "; " + e.next());
        }
        values.putAll(retired);
        more.forEach((name, value) -> values.merge(name, value, (_, fresh) -> fresh));
        redactor.set(Redactor.of(values));
    }

    private static ServiceException bad(String code, String message, String next) {
        return new ServiceException(ServiceException.Kind.BAD_REQUEST, code, message, "secret", next);
    }

    private static ServiceException failed(SecretStoreException e, String name) {
        return new ServiceException(
                ServiceException.Kind.UNAVAILABLE, e.code(), String.valueOf(e.getMessage()), name, e.next());
    }
}
