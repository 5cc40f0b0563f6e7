package dev.agentos.agentd.consent;

import dev.agentos.agentd.ServiceException;
import dev.agentos.bridge.wire.WireJson;
import dev.agentos.domain.consent.Consent.Answer;
import dev.agentos.domain.consent.Consent.Ask;
import dev.agentos.domain.consent.Consent.Grant;
import dev.agentos.domain.consent.Consent.Scope;
import dev.agentos.domain.consent.ConsentRules;
import dev.agentos.domain.event.Event;
import dev.agentos.domain.port.Journal;
import dev.agentos.domain.port.Journal.Batch;
import dev.agentos.domain.port.Journal.StateChange;
import dev.agentos.domain.port.Journal.Trace;
import dev.agentos.domain.port.TimeSource;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;

/**
 * The one queue of everything that waits for a person, durable through the journal. Asks, answers and grants are
 * decided under one lock; waiting for the disk happens outside it.
 */
public final class ConsentService {

    private static final String GRANT = "grant";

    private final Journal journal;
    private final TimeSource time;
    private final String bootId;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, AskRecord> asks = new LinkedHashMap<>();
    private final Map<String, String> askByKey = new LinkedHashMap<>();
    private final Map<String, Grant> grants = new LinkedHashMap<>();
    private final Map<String, CompletableFuture<AskRecord>> waiting = new LinkedHashMap<>();
    private long nextAsk = 1;
    private long nextGrant = 1;

    public ConsentService(Journal journal, TimeSource time, String bootId) {
        this.journal = journal;
        this.time = time;
        this.bootId = bootId;
    }

    /** Reads the queue from the journal. Grants that held until a restart are over. */
    public void load() {
        lock.lock();
        try {
            for (Journal.StateDocument document : journal.state(AskRecord.KIND)) {
                remember(WireJson.fromMap(document.document(), AskRecord.class));
                nextAsk = Math.max(nextAsk, number(document.key()) + 1);
            }
            List<Event> ended = new ArrayList<>();
            List<StateChange> changes = new ArrayList<>();
            for (Journal.StateDocument document : journal.state(GRANT)) {
                Grant grant = WireJson.fromMap(document.document(), Grant.class);
                nextGrant = Math.max(nextGrant, number(document.key()) + 1);
                if (grant.scope() == Scope.RESTART) {
                    ended.add(new Event.GrantEnded(grant.agent(), grant.id(), "the service was restarted", "agentd"));
                    changes.add(new StateChange.Remove(GRANT, grant.id()));
                } else {
                    grants.put(grant.id(), grant);
                }
            }
            if (!ended.isEmpty()) {
                journal.commit(new Batch(new Trace("start-" + bootId), ended, changes));
            }
        } finally {
            lock.unlock();
        }
    }

    private static long number(String id) {
        return Long.parseLong(id.substring(id.indexOf('-') + 1));
    }

    // ------------------------------------------------------------------ asking

    /** The ask that this effect already has, if it was asked before a restart. */
    public Optional<AskRecord> byKey(String key) {
        lock.lock();
        try {
            return Optional.ofNullable(askByKey.get(key)).map(asks::get);
        } finally {
            lock.unlock();
        }
    }

    /** Makes an ask from the id it is given. */
    public interface AskMaker {
        Ask make(String id, Instant now);
    }

    /** Puts an ask into the queue and waits until it is durable. */
    public AskRecord ask(Trace trace, String key, String contract, List<Event> before, AskMaker maker) {
        AskRecord record;
        CompletableFuture<Journal.Committed> durable;
        lock.lock();
        try {
            Ask ask = maker.make("ask-" + nextAsk++, time.now());
            record = new AskRecord(ask, key, contract, AskRecord.PENDING, "", "", "");
            List<Event> events = new ArrayList<>(before);
            events.add(new Event.ConsentAsked(
                    ask.agent(), ask.run(), ask.id(), ask.title(), ask.tool(), ask.target(), ask.shown()));
            durable = journal.submit(new Batch(trace, events, List.of(put(record))));
            remember(record);
        } finally {
            lock.unlock();
        }
        durable.join();
        return record;
    }

    /** Completes when the ask is no longer pending. */
    public CompletableFuture<AskRecord> answerOf(String id) {
        lock.lock();
        try {
            AskRecord record = get(id);
            return record.isPending()
                    ? waiting.computeIfAbsent(id, _ -> new CompletableFuture<>())
                    : CompletableFuture.completedFuture(record);
        } finally {
            lock.unlock();
        }
    }

    // ------------------------------------------------------------------ answering

    /** The outcome of an answer: the closed ask and the grant it gave. */
    public record Closed(AskRecord record, Optional<Grant> grant) {}

    /** Takes an answer. It counts once it is durable; only then does the agent go on. */
    public Closed answer(Trace trace, String id, Answer answer, boolean answererIsAgent) {
        Closed closed;
        CompletableFuture<Journal.Committed> durable;
        lock.lock();
        try {
            AskRecord record = get(id);
            if (!record.isPending()) {
                throw new ServiceException(
                        ServiceException.Kind.CONFLICT,
                        "consent.answered",
                        "ask " + id + " is already " + record.status()
                                + (record.by().isEmpty() ? "" : " by " + record.by()),
                        id,
                        "see agentctl consent list");
            }
            Instant now = time.now();
            closed = switch (ConsentRules.judge(
                    record.ask(), answer, answererIsAgent, record.contract(), bootId, "grant-" + nextGrant, now)) {
                case ConsentRules.Verdict.Allowed allowed ->
                    new Closed(
                            record.closed(
                                    AskRecord.ALLOWED,
                                    answer.by(),
                                    answer.scope().word(),
                                    now.toString()),
                            allowed.grant());
                case ConsentRules.Verdict.Denied _ ->
                    new Closed(record.closed(AskRecord.DENIED, answer.by(), "", now.toString()), Optional.empty());
                case ConsentRules.Verdict.Invalid invalid ->
                    throw new ServiceException(
                            ServiceException.Kind.CONFLICT, invalid.code(), invalid.reason(), id, invalid.next());
            };
            durable = journal.submit(new Batch(trace, events(closed, answer.shown()), changes(closed)));
            remember(closed.record());
            closed.grant().ifPresent(grant -> {
                grants.put(grant.id(), grant);
                nextGrant++;
            });
        } finally {
            lock.unlock();
        }
        durable.join();
        release(closed.record());
        return closed;
    }

    private static List<Event> events(Closed closed, String shown) {
        Ask ask = closed.record().ask();
        List<Event> events = new ArrayList<>();
        events.add(new Event.ConsentAnswered(
                ask.agent(),
                ask.run(),
                ask.id(),
                closed.record().status(),
                closed.record().by(),
                closed.record().scope(),
                shown));
        closed.grant()
                .ifPresent(grant -> events.add(new Event.GrantGiven(
                        ask.agent(),
                        ask.run(),
                        grant.id(),
                        grant.tool(),
                        grant.target(),
                        grant.scope().word(),
                        grant.by())));
        return events;
    }

    private static List<StateChange> changes(Closed closed) {
        List<StateChange> changes = new ArrayList<>();
        changes.add(put(closed.record()));
        closed.grant().ifPresent(grant -> changes.add(new StateChange.Put(GRANT, grant.id(), WireJson.toMap(grant))));
        return changes;
    }

    /** Closes asks that waited longer than their contract allows, once each. */
    public void expire(Trace trace) {
        close(
                trace,
                record -> record.ask().expiresAt().map(time.now()::isAfter).orElse(false),
                AskRecord.EXPIRED,
                "nobody answered in time");
    }

    /** Closes the asks of an agent that is over. */
    public void withdraw(Trace trace, String agent, String why) {
        close(trace, record -> record.ask().agent().equals(agent), AskRecord.WITHDRAWN, why);
    }

    private void close(Trace trace, Predicate<AskRecord> which, String status, String why) {
        List<AskRecord> closed = new ArrayList<>();
        CompletableFuture<Journal.Committed> durable;
        lock.lock();
        try {
            List<Event> events = new ArrayList<>();
            List<StateChange> changes = new ArrayList<>();
            for (AskRecord record : asks.values()) {
                if (record.isPending() && which.test(record)) {
                    AskRecord next =
                            record.closed(status, "agentd", why, time.now().toString());
                    events.add(new Event.ConsentAnswered(
                            record.ask().agent(),
                            record.ask().run(),
                            record.ask().id(),
                            status,
                            "agentd",
                            why,
                            ""));
                    changes.add(put(next));
                    closed.add(next);
                }
            }
            if (closed.isEmpty()) {
                return;
            }
            durable = journal.submit(new Batch(trace, events, changes));
            closed.forEach(this::remember);
        } finally {
            lock.unlock();
        }
        durable.join();
        closed.forEach(this::release);
    }

    private void release(AskRecord record) {
        CompletableFuture<AskRecord> future;
        lock.lock();
        try {
            future = waiting.remove(record.ask().id());
        } finally {
            lock.unlock();
        }
        if (future != null) {
            future.complete(record);
        }
    }

    // ------------------------------------------------------------------ grants and listing

    /** A live grant that covers a call. */
    public Optional<Grant> covering(String agent, String tool, String target, String run) {
        lock.lock();
        try {
            return ConsentRules.covering(List.copyOf(grants.values()), agent, tool, target, run, bootId, time.now());
        } finally {
            lock.unlock();
        }
    }

    /** Takes a grant back; calls that are decided from now on are not covered by it. */
    public void revoke(Trace trace, String id, String by) {
        CompletableFuture<Journal.Committed> durable;
        lock.lock();
        try {
            Grant grant = grants.get(id);
            if (grant == null) {
                throw ServiceException.notFound("grant", id, "see agentctl consent grants");
            }
            durable = journal.submit(Batch.of(
                    trace, new Event.GrantEnded(grant.agent(), id, "revoked", by), new StateChange.Remove(GRANT, id)));
            grants.remove(id);
        } finally {
            lock.unlock();
        }
        try {
            durable.join();
        } catch (CompletionException e) {
            throw new ServiceException(
                    ServiceException.Kind.UNAVAILABLE,
                    "journal.failed",
                    String.valueOf(e.getMessage()),
                    "journal",
                    "the grant is off until agentd restarts; repair the disk and revoke again");
        }
    }

    public List<Grant> grants() {
        lock.lock();
        try {
            return List.copyOf(grants.values());
        } finally {
            lock.unlock();
        }
    }

    /** Pending asks, oldest first. */
    public List<AskRecord> pending() {
        lock.lock();
        try {
            return asks.values().stream().filter(AskRecord::isPending).toList();
        } finally {
            lock.unlock();
        }
    }

    public long pendingOf(String agent) {
        lock.lock();
        try {
            return waiting(agent);
        } finally {
            lock.unlock();
        }
    }

    private long waiting(String agent) {
        return asks.values().stream()
                .filter(record -> record.isPending() && record.ask().agent().equals(agent))
                .count();
    }

    /** The ask, pending or closed. */
    public AskRecord get(String id) {
        lock.lock();
        try {
            AskRecord record = asks.get(id);
            if (record == null) {
                throw ServiceException.notFound("ask", id, "see agentctl consent list");
            }
            return record;
        } finally {
            lock.unlock();
        }
    }

    private void remember(AskRecord record) {
        asks.put(record.ask().id(), record);
        askByKey.put(record.key(), record.ask().id());
    }

    private static StateChange put(AskRecord record) {
        return new StateChange.Put(AskRecord.KIND, record.ask().id(), WireJson.toMap(record));
    }
}
