package dev.agentos.agentd.consent;

import dev.agentos.agentd.ServiceException;
import dev.agentos.bridge.wire.WireJson;
import dev.agentos.domain.consent.AskContent;
import dev.agentos.domain.consent.AskRequest;
import dev.agentos.domain.consent.Consent.Answer;
import dev.agentos.domain.consent.Consent.Ask;
import dev.agentos.domain.consent.Consent.Grant;
import dev.agentos.domain.consent.FloodRule;
import dev.agentos.domain.consent.Resolution;
import dev.agentos.domain.consent.WaitingTime.Interval;
import dev.agentos.domain.event.Event;
import dev.agentos.domain.lifecycle.AgentState;
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
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The one queue of everything that waits for a person, durable through the journal. Asks, answers and grants are
 * decided under one lock; waiting for the disk happens outside it.
 */
public final class ConsentService implements ConsentQueue {

    private static final Set<String> FINAL = Stream.of(AgentState.values())
            .filter(AgentState::isFinal)
            .map(state -> state.name().toLowerCase(Locale.ROOT))
            .collect(Collectors.toUnmodifiableSet());

    private final Journal journal;
    private final TimeSource time;
    private final String bootId;
    private final BooleanSupplier watched;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, AskRecord> asks = new LinkedHashMap<>();
    private final Map<String, AskRecord> pending = new LinkedHashMap<>();
    private final Map<String, String> askByKey = new LinkedHashMap<>();
    private final Map<String, CompletableFuture<AskRecord>> waiting = new LinkedHashMap<>();
    private final FloodGate floods = new FloodGate();
    private final GrantBook grants;
    private long nextAsk = 1;

    /** @param watched whether any client is connected that could show an ask */
    public ConsentService(Journal journal, TimeSource time, String bootId, BooleanSupplier watched) {
        this.journal = journal;
        this.time = time;
        this.bootId = bootId;
        this.watched = watched;
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
                remember(record);
                floods.asked(record.ask().agent(), record.ask().askedAt());
                nextAsk = Math.max(
                        nextAsk,
                        Long.parseLong(document.key().substring(document.key().indexOf('-') + 1)) + 1);
            }
            GrantBook.Ending ended = grants.load(journal, time.now());
            if (!ended.isEmpty()) {
                journal.commit(new Batch(new Trace("start-" + bootId), ended.events(), ended.changes()));
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
        return locked(() -> Optional.ofNullable(askByKey.get(key)).map(asks::get));
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
            Optional<Resolution.Refused> refused = refusal(request, now, events);
            if (refused.isPresent()) {
                durable = journal.submit(new Batch(trace, events, List.of()));
                ticket = new Ticket("", CompletableFuture.completedFuture(refused.get()));
            } else {
                Ask ask = Ask.of("ask-" + nextAsk++, request, now);
                AskRecord record = new AskRecord(ask, request.key(), request.contract(), AskRecord.PENDING, "", "", "");
                events.add(asked(ask));
                durable = journal.submit(new Batch(trace, events, List.of(put(record))));
                remember(record);
                floods.asked(ask.agent(), now);
                ticket = ticket(record);
            }
        } finally {
            lock.unlock();
        }
        durable.join();
        return ticket;
    }

    private static Event asked(Ask ask) {
        return new Event.ConsentAsked(
                ask.agent(),
                ask.run(),
                ask.id(),
                ask.kind().word(),
                ask.title(),
                ask.tool(),
                ask.target(),
                ask.risk().name().toLowerCase(Locale.ROOT),
                ask.group(),
                ask.shown());
    }

    /** Why it is not put to a person, with the audit line that says so. */
    private Optional<Resolution.Refused> refusal(AskRequest request, Instant now, List<Event> events) {
        Optional<Resolution.Refused> refused = Optional.empty();
        long dropped = 1;
        if (request.refuseUnattended() && !watched.getAsBoolean()) {
            refused = Optional.of(new Resolution.Refused(
                    "consent.unattended",
                    "nobody is connected and the contract says unattended: refuse",
                    "connect a client, or say consent.unattended: wait"));
        } else if (request.content().readable().length() > AskContent.LIMIT) {
            refused = Optional.of(new Resolution.Refused(
                    "consent.too-much",
                    "its content has " + request.content().readable().length()
                            + " characters, more than a person reads",
                    "ask about less at a time"));
        } else if (FloodRule.judge((int) pendingOf(request.agent()), floods.of(request.agent()), now)
                instanceof FloodRule.Verdict.Limited limited) {
            refused = Optional.of(
                    new Resolution.Refused("consent.flood", limited.reason(), "answer what waits, or stop the agent"));
            dropped = floods.dropped(request.agent(), now);
        }
        if (refused.isPresent() && dropped > 0) {
            events.add(new Event.ConsentRefused(
                    request.agent(),
                    request.run(),
                    request.key(),
                    request.kind().word(),
                    refused.get().code(),
                    refused.get().reason(),
                    dropped));
        }
        return refused;
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
            oneGroup(records);
            Instant now = time.now();
            draft = new AnswerDraft(now, bootId);
            for (int i = 0; i < replies.size(); i++) {
                draft.judge(records.get(i), replies.get(i).answer(), answererIsAgent, grants.next());
            }
            draft.coverMore(pending.values(), replies);
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

    private static void oneGroup(List<AskRecord> records) {
        String group = records.getFirst().ask().group();
        boolean same = records.stream().allMatch(record -> record.ask().group().equals(group));
        long distinct =
                records.stream().map(record -> record.ask().id()).distinct().count();
        if (records.size() > 1 && (group.isEmpty() || !same || distinct < records.size())) {
            throw new ServiceException(
                    ServiceException.Kind.CONFLICT,
                    "consent.no-group",
                    "these asks are not of one group",
                    records.getFirst().ask().id(),
                    "answer them one by one");
        }
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
        endGrants(trace, grant -> grant.agent().equals(agent) && grant.run().isPresent(), why, "agentd");
    }

    /** Hears what became durable, so that what waits for a run or an agent ends with it. Does not block. */
    public void follow(List<Journal.Recorded> events) {
        for (Journal.Recorded event : events) {
            switch (event.kind()) {
                case "run.finished", "process.exited" -> later(() -> endRun(trace(event), event.run()));
                case "agent.moved" -> {
                    if (FINAL.contains(String.valueOf(event.data().get("to")))) {
                        later(() -> withdraw(trace(event), event.agent(), "the agent is over"));
                    }
                }
                default -> {}
            }
        }
    }

    private static Trace trace(Journal.Recorded event) {
        return new Trace(event.correlation());
    }

    /** The journal's writer tells what became durable and must not wait for what follows from it. */
    private static void later(Runnable work) {
        Thread.ofVirtual().name("consent-end").start(work);
    }

    /** A run is over: its asks are withdrawn and the grants for it end. */
    public void endRun(Trace trace, String run) {
        close(trace, record -> record.ask().run().equals(run), AskRecord.WITHDRAWN, "the run is over");
        endGrants(trace, grant -> grant.run().map(run::equals).orElse(false), "the run is over", "agentd");
    }

    private void close(Trace trace, Predicate<AskRecord> which, String status, String why) {
        List<AskRecord> closed = new ArrayList<>();
        CompletableFuture<Committed> durable;
        lock.lock();
        try {
            List<Event> events = new ArrayList<>();
            List<StateChange> changes = new ArrayList<>();
            for (AskRecord record : pending.values()) {
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
        remember(record);
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
        return locked(() -> List.copyOf(pending.values()));
    }

    /** Everything that was asked, oldest first. */
    public List<AskRecord> all() {
        return locked(() -> List.copyOf(asks.values()));
    }

    public long pendingOf(String agent) {
        return locked(() -> pending.values().stream()
                .filter(record -> record.ask().agent().equals(agent))
                .count());
    }

    @Override
    public List<Interval> waitsOf(String run) {
        return locked(() -> asks.values().stream()
                .filter(record -> record.ask().run().equals(run))
                .map(AskRecord::interval)
                .toList());
    }

    /** The ask, pending or closed. */
    public AskRecord get(String id) {
        return locked(() -> Optional.ofNullable(asks.get(id)))
                .orElseThrow(() -> ServiceException.notFound("ask", id, "see agentctl consent list"));
    }

    private void remember(AskRecord record) {
        asks.put(record.ask().id(), record);
        askByKey.put(record.key(), record.ask().id());
        if (record.isPending()) {
            pending.put(record.ask().id(), record);
        } else {
            pending.remove(record.ask().id());
        }
    }

    static StateChange put(AskRecord record) {
        return new StateChange.Put(AskRecord.KIND, record.ask().id(), WireJson.toMap(record));
    }
}
