package dev.agentos.agentd.agents;

import dev.agentos.agentd.ServiceException;
import dev.agentos.bridge.wire.WireJson;
import dev.agentos.domain.admission.Ledger;
import dev.agentos.domain.contract.Binding;
import dev.agentos.domain.contract.ContractDocument;
import dev.agentos.domain.contract.LatencyClass;
import dev.agentos.domain.contract.ParseOutcome;
import dev.agentos.domain.event.Event;
import dev.agentos.domain.json.Digests;
import dev.agentos.domain.lifecycle.AgentState;
import dev.agentos.domain.lifecycle.AgentTrigger;
import dev.agentos.domain.lifecycle.LifecycleTable;
import dev.agentos.domain.lifecycle.LifecycleTable.Move;
import dev.agentos.domain.port.Journal;
import dev.agentos.domain.port.Journal.Batch;
import dev.agentos.domain.port.Journal.Committed;
import dev.agentos.domain.port.Journal.StateChange;
import dev.agentos.domain.port.Journal.Trace;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * All agents in memory, the ledger, and the one lock under which decisions about them are made. Inside the lock a
 * change is decided, queued at the journal and applied, so memory and journal have the same order; waiting for the
 * disk happens outside.
 */
public final class AgentBook {

    /** State documents of texts of contracts; the key is the SHA-256 of the text. */
    private static final String CONTRACT = "contract";

    private final Journal journal;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, Watchers> watchers = new HashMap<>();
    private final Map<String, AgentRecord> agents = new LinkedHashMap<>();
    private final Map<String, ContractDocument> documents = new LinkedHashMap<>();
    private final Map<String, String> byKey = new LinkedHashMap<>();
    private final Map<String, Integer> numbers = new LinkedHashMap<>();
    private final Map<String, String> texts = new HashMap<>();
    private final Map<String, CompletableFuture<Committed>> written = new HashMap<>();
    private final Map<String, String> unreadable = new LinkedHashMap<>();
    private Ledger ledger;

    /** Who waits for one agent. Thousands wait at once, and a change of one wakes only its own. */
    private static final class Watchers {
        private final Condition changed;
        private int waiting;

        Watchers(Condition changed) {
            this.changed = changed;
        }
    }

    public AgentBook(Journal journal, Ledger ledger) {
        this.journal = journal;
        this.ledger = ledger;
    }

    /**
     * Reads every agent from the journal; promises of those that are not over are made again. An agent whose contract no
     * longer parses is kept without one, see {@link #unreadable}: the others must not suffer for it.
     */
    public void load() {
        lock.lock();
        try {
            for (Journal.StateDocument document : journal.state(CONTRACT)) {
                texts.put(document.key(), String.valueOf(document.document().get("text")));
            }
            for (Journal.StateDocument document : journal.state(AgentRecord.KIND)) {
                AgentRecord agent = AgentRecord.of(document.document());
                // Before format 2 each record carried the text itself.
                if (document.document().get("contract") instanceof String text) {
                    agent = agent.withContract(Digests.sha256Hex(text));
                    texts.put(agent.contractSha256(), text);
                }
                try {
                    documents.put(agent.id(), documentOf(agent, contractText(agent)));
                } catch (UnreadableContractException e) {
                    unreadable.put(agent.id(), String.valueOf(e.getMessage()));
                }
                apply(agent);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Agents whose stored contract no longer parses, with the reason. */
    Map<String, String> unreadable() {
        lock.lock();
        try {
            return Map.copyOf(unreadable);
        } finally {
            lock.unlock();
        }
    }

    /** What is to be written and what memory looks like after it. */
    public static final class Draft {
        private final List<Event> events = new ArrayList<>();
        private final List<StateChange> changes = new ArrayList<>();
        /** The last version of each agent is what is written. */
        private final Map<String, AgentRecord> records = new LinkedHashMap<>();

        private final Map<String, ContractDocument> newDocuments = new LinkedHashMap<>();
        private final Map<String, String> newTexts = new LinkedHashMap<>();
        private boolean ahead;

        /** A later decision will be waited for, and this one need not be on the disk before it. */
        Draft ahead() {
            ahead = true;
            return this;
        }

        public Draft event(Event event) {
            events.add(event);
            return this;
        }

        public Draft change(StateChange change) {
            changes.add(change);
            return this;
        }

        public Draft put(AgentRecord agent) {
            records.put(agent.id(), agent);
            return this;
        }

        Draft put(AgentRecord agent, ContractDocument document, String text) {
            newDocuments.put(agent.id(), document);
            newTexts.put(agent.contractSha256(), text);
            return put(agent);
        }
    }

    /** A decision under the lock. */
    public interface Decision<T> {
        T decide(Draft draft);
    }

    /**
     * The result of a decision, and the future of its durability.
     *
     * @param hurry tells the journal that somebody waits
     */
    public record Decided<T>(T result, CompletableFuture<Committed> durable, Runnable hurry) {
        /** One that is on the disk. */
        static <T> Decided<T> longAgo(T result) {
            return new Decided<>(result, CompletableFuture.completedFuture(new Committed(0, 0)), () -> {});
        }

        /** Whether it was refused at once and changed nothing; {@link #await} then says why. */
        public boolean isRefused() {
            return durable.isCompletedExceptionally();
        }

        /** Waits for the disk. */
        public T await() {
            if (!durable.isDone()) {
                hurry.run();
            }
            try {
                durable.join();
            } catch (java.util.concurrent.CompletionException e) {
                if (e.getCause() instanceof IllegalArgumentException unwritable) {
                    throw new ServiceException(
                            ServiceException.Kind.BAD_REQUEST,
                            "request.value",
                            "a value cannot be recorded: " + unwritable.getMessage(),
                            "body",
                            "send whole Unicode characters, and numbers that a JSON reader keeps exactly");
                }
                throw new ServiceException(
                        ServiceException.Kind.UNAVAILABLE,
                        "journal.failed",
                        String.valueOf(
                                e.getCause() == null
                                        ? e.getMessage()
                                        : e.getCause().getMessage()),
                        "journal",
                        "free space or repair the disk, then restart agentd");
            }
            return result;
        }
    }

    /** Decides, queues and applies as one step. A decision that throws changes nothing. */
    public <T> Decided<T> decide(Trace trace, Decision<T> decision) {
        lock.lock();
        try {
            Draft draft = new Draft();
            T result = decision.decide(draft);
            List<StateChange> changes = new ArrayList<>(draft.changes);
            draft.newTexts.keySet().removeAll(texts.keySet());
            draft.newTexts.forEach(
                    (sha256, text) -> changes.add(new StateChange.Put(CONTRACT, sha256, Map.of("text", text))));
            for (AgentRecord agent : draft.records.values()) {
                changes.add(new StateChange.Put(AgentRecord.KIND, agent.id(), WireJson.toMap(agent)));
            }
            CompletableFuture<Committed> durable = draft.events.isEmpty() && changes.isEmpty()
                    ? CompletableFuture.completedFuture(new Committed(0, 0))
                    : submit(new Batch(trace, draft.events, changes), draft.ahead);
            if (!durable.isCompletedExceptionally()) {
                texts.putAll(draft.newTexts);
                documents.putAll(draft.newDocuments);
                for (AgentRecord agent : draft.records.values()) {
                    apply(agent);
                    written.put(agent.id(), durable);
                    Watchers waiting = watchers.get(agent.id());
                    if (waiting != null) {
                        waiting.changed.signalAll();
                    }
                }
            }
            return new Decided<>(result, durable, journal::hurry);
        } finally {
            lock.unlock();
        }
    }

    private CompletableFuture<Committed> submit(Batch batch, boolean ahead) {
        return ahead ? journal.submitAhead(batch) : journal.submit(batch);
    }

    /** Adds a lifecycle move to a draft. Throws when the table has no such row. */
    public AgentRecord move(Draft draft, AgentRecord agent, AgentTrigger trigger, String reason) {
        return switch (LifecycleTable.move(agent.state(), trigger)) {
            case Move.To to -> {
                draft.event(moved(agent, to.state(), trigger, reason));
                AgentRecord next = agent.moved(to.state(), reason);
                draft.put(next);
                yield next;
            }
            case Move.Refused refused ->
                throw new ServiceException(
                        ServiceException.Kind.CONFLICT,
                        "lifecycle." + agent.state().name().toLowerCase(Locale.ROOT),
                        agent.id() + ": " + refused.reason(),
                        agent.id(),
                        refused.next());
        };
    }

    static Event.AgentMoved moved(AgentRecord agent, AgentState to, AgentTrigger trigger, String reason) {
        return new Event.AgentMoved(
                agent.id(),
                agent.state().name().toLowerCase(Locale.ROOT),
                to.name().toLowerCase(Locale.ROOT),
                trigger.name().toLowerCase(Locale.ROOT),
                reason);
    }

    // ------------------------------------------------------------------ reading

    public Optional<AgentRecord> find(String id) {
        lock.lock();
        try {
            return Optional.ofNullable(agents.get(id));
        } finally {
            lock.unlock();
        }
    }

    /** The agent, or the error a client shows. */
    public AgentRecord get(String id) {
        return find(id).orElseThrow(() -> ServiceException.notFound("agent", id, "see agentctl list"));
    }

    public Optional<AgentRecord> bySpawnKey(String key) {
        lock.lock();
        try {
            return Optional.ofNullable(byKey.get(key)).map(agents::get);
        } finally {
            lock.unlock();
        }
    }

    /** Every agent in the order of creation. */
    public List<AgentRecord> all() {
        lock.lock();
        try {
            return List.copyOf(agents.values());
        } finally {
            lock.unlock();
        }
    }

    /** The agent's contract, or the error a client shows. */
    public ContractDocument document(String id) {
        return findDocument(id)
                .orElseThrow(() -> find(id).isEmpty()
                        ? ServiceException.notFound("agent", id, "see agentctl list")
                        : new ServiceException(
                                ServiceException.Kind.CONFLICT,
                                "contract.unreadable",
                                unreadable().getOrDefault(id, "the stored contract cannot be read"),
                                id,
                                "spawn it again from a contract that this version reads"));
    }

    /** The agent's contract; empty when there is none that this version can read. */
    public Optional<ContractDocument> findDocument(String id) {
        lock.lock();
        try {
            return Optional.ofNullable(documents.get(id));
        } finally {
            lock.unlock();
        }
    }

    /** The text of the contract that the agent was admitted with, as it was given. */
    public String contractText(AgentRecord agent) {
        lock.lock();
        try {
            return texts.getOrDefault(agent.contractSha256(), "");
        } finally {
            lock.unlock();
        }
    }

    public Ledger ledger() {
        lock.lock();
        try {
            return ledger;
        } finally {
            lock.unlock();
        }
    }

    /** Replaces what the machine has, after a probe. */
    public void machine(dev.agentos.domain.admission.Machine machine) {
        lock.lock();
        try {
            ledger = ledger.on(machine);
        } finally {
            lock.unlock();
        }
    }

    /** Waits until the agent's record satisfies the condition; returns the record that did. */
    public AgentRecord awaitRecord(
            String id, java.util.function.Predicate<AgentRecord> condition, java.time.Duration limit)
            throws InterruptedException {
        long left = limit.toNanos();
        lock.lockInterruptibly();
        try {
            AgentRecord agent = get(id);
            if (condition.test(agent)) {
                return agent;
            }
            Watchers mine = watchers.computeIfAbsent(id, _ -> new Watchers(lock.newCondition()));
            mine.waiting++;
            try {
                while (!condition.test(agent) && left > 0) {
                    left = mine.changed.awaitNanos(left);
                    agent = get(id);
                }
            } finally {
                mine.waiting--;
                if (mine.waiting == 0) {
                    watchers.remove(id);
                }
            }
            return agent;
        } finally {
            lock.unlock();
        }
    }

    /** Like {@link #awaitRecord}, for clients: they are told when it is on the disk. */
    public Decided<AgentRecord> awaitShown(
            String id, java.util.function.Predicate<AgentRecord> condition, java.time.Duration limit)
            throws InterruptedException {
        AgentRecord agent = awaitRecord(id, condition, limit);
        return new Decided<>(agent, writtenOf(id), journal::hurry);
    }

    /** The durability of everything that memory shows of the agent. Batches become durable in order. */
    private CompletableFuture<Committed> writtenOf(String id) {
        lock.lock();
        try {
            return written.getOrDefault(id, CompletableFuture.completedFuture(new Committed(0, 0)));
        } finally {
            lock.unlock();
        }
    }

    /** The next free instance id of a contract: {@code agent-NAME-NNN}. Call inside a decision. */
    String nextId(String name) {
        int number = numbers.getOrDefault(name, 0) + 1;
        String digits = String.valueOf(number);
        return "agent-" + name + "-" + "0".repeat(Math.max(0, 3 - digits.length())) + digits;
    }

    private void apply(AgentRecord agent) {
        agents.put(agent.id(), agent);
        byKey.put(agent.spawnKey(), agent.id());
        int number = Integer.parseInt(agent.id().substring(agent.id().lastIndexOf('-') + 1));
        numbers.merge(agent.name(), number, Math::max);
        boolean promised = ledger.reservations().containsKey(agent.id());
        if (agent.state().isFinal() == promised) {
            ledger = promised ? ledger.without(agent.id()) : ledger.with(agent.id(), agent.reservation());
        }
    }

    /** A stored contract that this version cannot read. The message has the first problem and its place. */
    static final class UnreadableContractException extends Exception {
        UnreadableContractException(String message) {
            super(message);
        }
    }

    /** The contract of a record with its command-line overrides. */
    static ContractDocument documentOf(AgentRecord agent, String text) throws UnreadableContractException {
        ParseOutcome outcome;
        try {
            outcome = override(
                    ParsedContracts.parse(text, agent.source()), agent.latency(), agent.binding(), agent.command());
        } catch (ServiceException e) {
            throw new UnreadableContractException("its stored contract no longer fits: " + e.getMessage());
        }
        return switch (outcome) {
            case ParseOutcome.Parsed parsed -> parsed.document();
            case ParseOutcome.Invalid invalid ->
                throw new UnreadableContractException("its stored contract no longer parses: "
                        + invalid.problems().getFirst().source() + ":"
                        + invalid.problems().getFirst().line() + ": "
                        + invalid.problems().getFirst().message());
        };
    }

    /** Applies the overrides of a command line; what they break is reported like any problem of the contract. */
    public static ParseOutcome override(
            ParseOutcome outcome, Optional<String> latency, Optional<String> binding, List<String> command) {
        ParseOutcome result = outcome;
        if (latency.isPresent()) {
            LatencyClass value = word(LatencyClass.values(), latency.get(), "--class");
            result = then(result, document -> document.withLatency(value));
        }
        if (binding.isPresent()) {
            Binding value = word(Binding.values(), binding.get(), "--binding");
            result = then(result, document -> document.withBinding(value));
        }
        return command.isEmpty() ? result : then(result, document -> document.withCommand(command));
    }

    private static ParseOutcome then(
            ParseOutcome outcome, java.util.function.Function<ContractDocument, ParseOutcome> change) {
        return outcome instanceof ParseOutcome.Parsed parsed ? change.apply(parsed.document()) : outcome;
    }

    private static <E extends Enum<E>> E word(E[] values, String text, String option) {
        for (E value : values) {
            if (value.name().equalsIgnoreCase(text)) {
                return value;
            }
        }
        throw new ServiceException(
                ServiceException.Kind.BAD_REQUEST,
                "request.value",
                option + " cannot be " + text,
                option,
                "use one of " + java.util.Arrays.toString(values));
    }
}
