package dev.agentos.agentd.consent;

import dev.agentos.agentd.ServiceException;
import dev.agentos.bridge.wire.WireJson;
import dev.agentos.domain.consent.AskRequest;
import dev.agentos.domain.consent.Consent.Answer;
import dev.agentos.domain.consent.Consent.Ask;
import dev.agentos.domain.consent.Consent.Grant;
import dev.agentos.domain.consent.Resolution;
import dev.agentos.domain.consent.WaitingTime.Interval;
import dev.agentos.domain.event.Event;
import dev.agentos.domain.port.ConsentQueue;
import dev.agentos.domain.port.Journal;
import dev.agentos.domain.port.Journal.Batch;
import dev.agentos.domain.port.Journal.Committed;
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
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * The one queue of everything that waits for a person, durable through the journal. Asks, answers and grants are
 * decided under one lock; waiting for the disk happens outside it.
 */
public final class ConsentService implements ConsentQueue {

    private final Journal journal;
    private final TimeSource time;
    private final String bootId;
    private final ReentrantLock lock = new ReentrantLock();
    private final AskBook asks = new AskBook();
    private final Map<String, CompletableFuture<AskRecord>> waiting = new LinkedHashMap<>();
    private final AskGate gate;
    private final GrantBook grants;
    private long nextAsk = 1;

    /** @param watched whether any client is connected that could show an ask */
    public ConsentService(Journal journal, TimeSource time, String bootId, BooleanSupplier watched) {
        this.journal = journal;
        this.time = time;
        this.bootId = bootId;
        this.gate = new AskGate(watched);
        this.grants = new GrantBook(bootId);
    }

    /** A queue without a client to show an ask. */
    public ConsentService(Journal journal, TimeSource time, String bootId) {
        this(journal, time, bootId, () -> false);
    }

    /** Reads the queue from the journal. Grants that held until a restart are over. */
    public void load() {
        lock.lock();
        try {
            for (Journal.StateDocument document : journal.state(AskRecord.KIND)) {
                AskRecord record = AskRecord.read(document.document());
                asks.put(record);
                gate.remember(record.ask());
                nextAsk = Math.max(
                        nextAsk,
                        Long.parseLong(document.key().substring(document.key().indexOf('-') + 1)) + 1);
            }
            GrantBook.Ending ended = grants.load(journal, time.now());
            List<StateChange> changes = new ArrayList<>(ended.changes());
            // Which runs go on is not known yet; one that comes back to an ask that was forgotten asks again.
            changes.addAll(asks.over(_ -> true));
            if (!changes.isEmpty()) {
                journal.commit(new Batch(new Trace("start-" + bootId), ended.events(), changes));
            }
        } finally {
            lock.unlock();
        }
    }

    private <T> T locked(Supplier<T> work) {
        lock.lock();
        try {
            return work.get();
        } finally {
            lock.unlock();
        }
    }

    // ------------------------------------------------------------------ asking

    /** The ask that this effect already has, if it was asked before a restart. */
    public Optional<AskRecord> byKey(String key) {
        return locked(() -> asks.byKey(key));
    }

    @Override
    public Ticket ask(Trace trace, AskRequest request, List<Event> before) {
        CompletableFuture<Committed> durable;
        Ticket ticket;
        lock.lock();
        try {
            Optional<AskRecord> earlier = byKey(request.key());
            if (earlier.isPresent()) {
                return ticket(earlier.get());
            }
            Instant now = time.now();
            List<Event> events = new ArrayList<>(before);
            Optional<Resolution.Refused> refused = gate.refusal(request, asks.pendingOf(request.agent()), now, events);
            if (refused.isPresent()) {
                durable = journal.submit(new Batch(trace, events, List.of()));
                ticket = new Ticket("", CompletableFuture.completedFuture(refused.get()));
            } else {
                Ask ask = Ask.of("ask-" + nextAsk++, request, now);
                AskRecord record = new AskRecord(ask, request.key(), request.contract(), AskRecord.PENDING, "", "", "");
                events.add(gate.asked(ask, now));
                durable = journal.submit(new Batch(trace, events, List.of(put(record))));
                asks.put(record);
                ticket = ticket(record);
            }
        } finally {
            lock.unlock();
        }
        durable.join();
        return ticket;
    }

    private Ticket ticket(AskRecord record) {
        return new Ticket(record.ask().id(), answerOf(record.ask().id()).thenApply(this::resolution));
    }

    private Resolution resolution(AskRecord record) {
        return locked(() -> record.resolution(grants.ofAsk(record.ask().id())))
                .orElseThrow(() -> new IllegalStateException(record.ask().id() + " is still pending"));
    }

    /** Completes when the ask is no longer pending. */
    public CompletableFuture<AskRecord> answerOf(String id) {
        return locked(() -> {
            AskRecord record = get(id);
            return record.isPending() || waiting.containsKey(id)
                    ? waiting.computeIfAbsent(id, _ -> new CompletableFuture<>())
                    : CompletableFuture.completedFuture(record);
        });
    }

    // ------------------------------------------------------------------ answering

    /**
     * The outcome of an answer.
     *
     * @param grants what it gave
     * @param also other asks that it closed: the rest of its group, and what its grants cover
     */
    public record Closed(AskRecord record, List<Grant> grants, List<AskRecord> also) {
        public Closed {
            grants = List.copyOf(grants);
            also = List.copyOf(also);
        }
    }

    /** One answer to one ask. */
    public record Reply(String ask, Answer answer) {}

    /** Takes an answer. It counts once it is durable; only then does the agent go on. */
    public Closed answer(Trace trace, String id, Answer answer, boolean answererIsAgent) {
        return answer(trace, List.of(new Reply(id, answer)), answererIsAgent);
    }

    /** Takes the answers to a group: all of them count, each with its own audit line, or none does. */
    public Closed answer(Trace trace, List<Reply> replies, boolean answererIsAgent) {
        AnswerDraft draft;
        CompletableFuture<Committed> durable;
        lock.lock();
        try {
            List<AskRecord> records =
                    replies.stream().map(reply -> open(reply.ask())).toList();
            AnswerDraft.oneGroup(records);
            Instant now = time.now();
            draft = new AnswerDraft(now, bootId);
            for (int i = 0; i < replies.size(); i++) {
                draft.judge(records.get(i), replies.get(i).answer(), answererIsAgent, grants.next());
            }
            draft.coverMore(asks.pending(), replies);
            draft.grants().forEach(grant -> draft.change(grants.give(grant)));
            draft.uses()
                    .forEach(use -> grants.use(use.grant(), use.where(), now).ifPresent(draft::change));
            durable = journal.submit(new Batch(trace, draft.events(), draft.changes()));
            draft.closed().forEach(this::keepWaiters);
        } finally {
            lock.unlock();
        }
        durable.join();
        draft.closed().forEach(this::release);
        return new Closed(
                draft.closed().getFirst(),
                draft.grants(),
                draft.closed().subList(1, draft.closed().size()));
    }

    private AskRecord open(String id) {
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
        return record;
    }

    /** Closes asks that waited longer than their contract allows, once each, and grants whose time is over. */
    public void expire(Trace trace) {
        Instant now = time.now();
        close(
                trace,
                record -> record.ask().expiresAt().map(now::isAfter).orElse(false),
                AskRecord.EXPIRED,
                "nobody answered in time");
        endGrants(
                trace,
                grant -> grant.expiresAt().map(end -> !now.isBefore(end)).orElse(false),
                "its time is over",
                "agentd");
    }

    /** Closes the asks of an agent that is over. */
    public void withdraw(Trace trace, String agent, String why) {
        close(trace, record -> record.ask().agent().equals(agent), AskRecord.WITHDRAWN, why);
        forget(trace, record -> record.ask().agent().equals(agent));
        endGrants(trace, grant -> grant.agent().equals(agent) && grant.run().isPresent(), why, "agentd");
    }

    /** A run is over: its asks are withdrawn and the grants for it end. */
    public void endRun(Trace trace, String run) {
        close(trace, record -> record.ask().run().equals(run), AskRecord.WITHDRAWN, "the run is over");
        forget(trace, record -> record.ask().run().equals(run));
        endGrants(trace, grant -> grant.run().map(run::equals).orElse(false), "the run is over", "agentd");
    }

    /** Their run is over; the oldest such asks leave the queue's memory and stay in the journal's history. */
    private void forget(Trace trace, Predicate<AskRecord> which) {
        lock.lock();
        try {
            List<StateChange> removed = asks.over(which);
            if (!removed.isEmpty()) {
                // Nobody waits for it: what is not removed now is forgotten again after the next start.
                var _ = journal.submit(new Batch(trace, List.of(), removed));
            }
        } finally {
            lock.unlock();
        }
    }

    private void close(Trace trace, Predicate<AskRecord> which, String status, String why) {
        List<AskRecord> closed = new ArrayList<>();
        CompletableFuture<Committed> durable;
        lock.lock();
        try {
            List<Event> events = new ArrayList<>();
            List<StateChange> changes = new ArrayList<>();
            for (AskRecord record : asks.pending()) {
                if (which.test(record)) {
                    AskRecord next =
                            record.closed(status, "agentd", why, time.now().toString());
                    events.add(AnswerDraft.event(next, "", ""));
                    changes.add(put(next));
                    closed.add(next);
                }
            }
            if (closed.isEmpty()) {
                return;
            }
            durable = journal.submit(new Batch(trace, events, changes));
            closed.forEach(this::keepWaiters);
        } finally {
            lock.unlock();
        }
        durable.join();
        closed.forEach(this::release);
    }

    /** Remembers a closed ask whose end is not durable yet: who asks for the answer meanwhile waits for the disk too. */
    private void keepWaiters(AskRecord record) {
        waiting.computeIfAbsent(record.ask().id(), _ -> new CompletableFuture<>());
        asks.put(record);
    }

    private void release(AskRecord record) {
        CompletableFuture<AskRecord> future =
                locked(() -> waiting.remove(record.ask().id()));
        if (future != null) {
            future.complete(record);
        }
    }

    // ------------------------------------------------------------------ grants

    @Override
    public Optional<Grant> covering(String agent, String tool, String target, String run) {
        return locked(() -> grants.covering(agent, tool, target, run, time.now()));
    }

    @Override
    public void used(Trace trace, String grant, String where) {
        lock.lock();
        try {
            Optional<StateChange> use = grants.use(grant, where, time.now());
            if (use.isPresent()) {
                // Nobody waits for it: it stands in the journal before whatever the caller writes next.
                var _ = journal.submit(new Batch(trace, List.of(), List.of(use.get())));
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Optional<OpenUse> hold(String grant, Runnable ended) {
        return locked(() -> grants.hold(grant, ended, work -> {
            lock.lock();
            try {
                work.run();
            } finally {
                lock.unlock();
            }
        }));
    }

    /** Takes a grant back; nothing decided from now on is covered by it, and open uses end. */
    public void revoke(Trace trace, String id, String by) {
        if (locked(() -> grants.find(id)).isEmpty()) {
            throw ServiceException.notFound("grant", id, "see agentctl consent grants");
        }
        try {
            endGrants(trace, grant -> grant.id().equals(id), "revoked", by);
        } catch (CompletionException e) {
            throw new ServiceException(
                    ServiceException.Kind.UNAVAILABLE,
                    "journal.failed",
                    String.valueOf(e.getMessage()),
                    "journal",
                    "the grant is off until agentd restarts; repair the disk and revoke again");
        }
    }

    private void endGrants(Trace trace, Predicate<Grant> which, String reason, String by) {
        GrantBook.Ending ending;
        CompletableFuture<Committed> durable;
        lock.lock();
        try {
            ending = grants.end(which, reason, by);
            if (ending.isEmpty()) {
                return;
            }
            durable = journal.submit(new Batch(trace, ending.events(), ending.changes()));
        } finally {
            lock.unlock();
        }
        // Open uses end at once, whatever the disk says: taking back never waits.
        ending.told().forEach(Runnable::run);
        durable.join();
    }

    public List<Grant> grants() {
        return locked(grants::all);
    }

    /** How many uses are open under a grant. */
    public int openUses(String grant) {
        return locked(() -> grants.open(grant));
    }

    // ------------------------------------------------------------------ listing

    /** Pending asks, oldest first. */
    public List<AskRecord> pending() {
        return locked(asks::pending);
    }

    /** Everything that was asked and is remembered, oldest first. */
    public List<AskRecord> all() {
        return locked(asks::all);
    }

    public long pendingOf(String agent) {
        return locked(() -> asks.pendingOf(agent));
    }

    @Override
    public List<Interval> waitsOf(String run) {
        return locked(() -> asks.waitsOf(run));
    }

    /** The ask, pending or closed. */
    public AskRecord get(String id) {
        return locked(() -> asks.find(id))
                .orElseThrow(() -> ServiceException.notFound("ask", id, "see agentctl consent list"));
    }

    static StateChange put(AskRecord record) {
        return new StateChange.Put(AskRecord.KIND, record.ask().id(), WireJson.toMap(record));
    }
}
