package dev.agentos.agentd.models;

import dev.agentos.agentd.consent.ConsentService;
import dev.agentos.bridge.wire.WireJson;
import dev.agentos.domain.budget.BudgetMeter;
import dev.agentos.domain.budget.BudgetMeter.AtLimit;
import dev.agentos.domain.budget.BudgetMeter.Limit;
import dev.agentos.domain.budget.BudgetMeter.Used;
import dev.agentos.domain.budget.BudgetMeter.Verdict;
import dev.agentos.domain.event.Event;
import dev.agentos.domain.model.ModelCaller;
import dev.agentos.domain.model.ModelException;
import dev.agentos.domain.model.ModelException.Kind;
import dev.agentos.domain.model.ModelUsage;
import dev.agentos.domain.port.Journal;
import dev.agentos.domain.port.Journal.Batch;
import dev.agentos.domain.port.Journal.StateChange;
import dev.agentos.domain.port.TimeSource;
import java.math.BigDecimal;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What every run, agent and day has used, outside the agents. A call is let through by {@link BudgetMeter}; at a limit
 * the agent is paused with its state and a person is asked, see {@link BudgetAsks}.
 */
public final class BudgetBook {

    /** From here on a limit is nearly used up. */
    private static final BigDecimal NEAR = new BigDecimal("0.8");

    private final Journal journal;
    private final TimeSource time;
    private final BudgetAsks asks;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Map<String, BudgetMeter> meters = new HashMap<>();
    private final Map<String, BudgetRecord> records = new HashMap<>();
    private final Set<String> told = new HashSet<>();
    private volatile Map<String, OperatorBudget> operator = Map.of();
    private long calls;

    public BudgetBook(Journal journal, ConsentService consent, TimeSource time) {
        this.journal = journal;
        this.time = time;
        this.asks = new BudgetAsks(this, consent);
    }

    /** Reads what was used before a restart, and takes up questions that are still open. */
    public void load(AgentControl control) {
        lock.lock();
        try {
            for (Journal.StateDocument document : journal.state(BudgetRecord.KIND)) {
                BudgetRecord record = WireJson.fromMap(document.document(), BudgetRecord.class);
                records.put(record.key(), record);
                meters.put(
                        record.key(),
                        new BudgetMeter(new Used(record.tokens(), record.costUsd(), record.turns()), Map.of()));
            }
        } finally {
            lock.unlock();
        }
        asks.load(control);
    }

    /** Replaces the operator's limits. */
    public void operatorLimits(List<OperatorBudget> limits) {
        Map<String, OperatorBudget> byScope = new LinkedHashMap<>();
        limits.forEach(limit -> byScope.put(limit.scope(), limit));
        operator = Map.copyOf(byScope);
        lock.lock();
        try {
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** The right to make one call. */
    record Admitted(long number, List<String> keys) {}

    /**
     * Waits until the call fits the budgets of its caller.
     *
     * @param most the most tokens it may use
     * @throws ModelException of kind BUDGET where a limit is used up and nobody gave more
     */
    Admitted admit(ModelCaller caller, long most) throws ModelException, InterruptedException {
        while (true) {
            Verdict.Over over;
            String key;
            lock.lock();
            try {
                long number = ++calls;
                Judged judged = judge(caller, number, most);
                if (judged.over().isEmpty()) {
                    if (judged.mustWait()) {
                        changed.await();
                        continue;
                    }
                    judged.next().forEach(meters::put);
                    return new Admitted(number, List.copyOf(judged.next().keySet()));
                }
                over = judged.over().get();
                key = judged.overKey();
            } finally {
                lock.unlock();
            }
            asks.settle(caller, key, over);
        }
    }

    private record Judged(
            Map<String, BudgetMeter> next, boolean mustWait, Optional<Verdict.Over> over, String overKey) {}

    private Judged judge(ModelCaller caller, long number, long most) {
        Map<String, BudgetMeter> next = new LinkedHashMap<>();
        boolean wait = false;
        for (Map.Entry<String, List<Limit>> scope : limits(caller).entrySet()) {
            List<Limit> limits = new ArrayList<>(scope.getValue());
            BudgetMeter meter = meters.getOrDefault(scope.getKey(), BudgetMeter.EMPTY);
            Verdict verdict = meter.ask(number, most, limits);
            while (verdict instanceof Verdict.Over over && over.limit().atLimit() == AtLimit.WARN) {
                tell(caller, scope.getKey(), over, "passed");
                limits.remove(over.limit());
                verdict = meter.ask(number, most, limits);
            }
            switch (verdict) {
                case Verdict.Go go -> next.put(scope.getKey(), go.next());
                case Verdict.Wait _ -> wait = true;
                case Verdict.Over over -> {
                    return new Judged(Map.of(), false, Optional.of(over), scope.getKey());
                }
            }
        }
        return new Judged(next, wait, Optional.empty(), "");
    }

    /** Counts a call that ended; what is to be written with the record of it. */
    List<StateChange> ended(ModelCaller caller, Admitted call, ModelUsage usage, BigDecimal cost) {
        List<StateChange> changes = new ArrayList<>();
        lock.lock();
        try {
            for (String key : call.keys()) {
                BudgetMeter meter = meters.getOrDefault(key, BudgetMeter.EMPTY).ended(call.number(), usage, cost);
                meters.put(key, meter);
                BudgetRecord before = records.getOrDefault(key, BudgetRecord.empty(key));
                changes.add(put(new BudgetRecord(
                        key,
                        meter.used().tokens(),
                        meter.used().costUsd(),
                        meter.used().turns(),
                        before.raised(),
                        before.asks())));
            }
            near(caller);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        return changes;
    }

    /** A call was not made after all. */
    void dropped(Admitted call) {
        lock.lock();
        try {
            call.keys().forEach(key -> meters.computeIfPresent(key, (_, meter) -> meter.dropped(call.number())));
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void near(ModelCaller caller) {
        limits(caller).forEach((key, limits) -> {
            BudgetMeter meter = meters.getOrDefault(key, BudgetMeter.EMPTY);
            for (Limit limit : limits) {
                Limit most = new Limit(
                        limit.scope(), limit.field(), limit.most().multiply(NEAR), limit.atLimit(), limit.line());
                meter.over(List.of(most))
                        .ifPresent(over -> tell(caller, key, new Verdict.Over(limit, over.used()), "near"));
            }
        });
    }

    /** Once for each limit and height of it. */
    private void tell(ModelCaller caller, String key, Verdict.Over over, String change) {
        if (told.add(key + " " + over.limit().field() + " " + over.limit().most() + " " + change)) {
            var _ = journal.submit(Batch.of(caller.trace(), event(caller, over, change, "agentd")));
        }
    }

    static Event.BudgetChanged event(ModelCaller caller, Verdict.Over over, String change, String by) {
        return new Event.BudgetChanged(
                caller.agent(),
                caller.run(),
                over.limit().name(),
                change,
                plain(over.used()),
                plain(over.limit().most()),
                by,
                over.limit().line());
    }

    static String plain(BigDecimal value) {
        return value.stripTrailingZeros().toPlainString();
    }

    // ------------------------------------------------------------------ limits

    /** What holds for a caller now, raises included, by the key of what is counted. */
    Map<String, List<Limit>> limits(ModelCaller caller) {
        Map<String, List<Limit>> limits = new LinkedHashMap<>();
        if (!caller.isOperator()) {
            var budget = caller.budget();
            OperatorBudget run = operator.get("run");
            add(
                    limits,
                    "run/" + caller.run(),
                    BudgetMeter.limits(
                            "run",
                            Optional.of(budget.tokens()),
                            Optional.of(budget.costUsd()),
                            Optional.of((long) budget.turns()),
                            run == null ? AtLimit.ASK : run.atLimit(),
                            caller.line().apply("budget")));
            operator(limits, "agent", "agent/" + caller.agent());
        }
        operator(limits, "day", today());
        return limits;
    }

    /** What is used is counted also where no limit is set: people want to see it. */
    private void operator(Map<String, List<Limit>> limits, String scope, String key) {
        OperatorBudget set = operator.get(scope);
        add(
                limits,
                key,
                set == null
                        ? List.of()
                        : BudgetMeter.limits(
                                scope,
                                set.tokens(),
                                set.costUsd(),
                                set.turns(),
                                set.atLimit(),
                                "agentctl model budget"));
    }

    private void add(Map<String, List<Limit>> limits, String key, List<Limit> declared) {
        BudgetRecord record = records.getOrDefault(key, BudgetRecord.empty(key));
        limits.put(
                key,
                declared.stream()
                        .map(limit -> new Limit(
                                limit.scope(),
                                limit.field(),
                                limit.most().add(record.raised().getOrDefault(limit.field(), BigDecimal.ZERO)),
                                limit.atLimit(),
                                limit.line()))
                        .toList());
    }

    /** What a run has used. */
    public Used usedBy(String run) {
        lock.lock();
        try {
            return meters.getOrDefault("run/" + run, BudgetMeter.EMPTY).used();
        } finally {
            lock.unlock();
        }
    }

    /** What each agent has used over all its runs, by agent. */
    public Map<String, Used> usedByAgents() {
        String prefix = "agent/";
        Map<String, Used> used = new HashMap<>();
        lock.lock();
        try {
            meters.forEach((key, meter) -> {
                if (key.startsWith(prefix)) {
                    used.put(key.substring(prefix.length()), meter.used());
                }
            });
        } finally {
            lock.unlock();
        }
        return used;
    }

    /** What everybody has used today, in UTC. */
    public Used usedToday() {
        lock.lock();
        try {
            return meters.getOrDefault(today(), BudgetMeter.EMPTY).used();
        } finally {
            lock.unlock();
        }
    }

    private String today() {
        return "day/" + time.now().atOffset(ZoneOffset.UTC).toLocalDate();
    }

    /** Whether a limit that was used up has room again. */
    boolean hasRoom(String key, Verdict.Over over, BigDecimal declared) {
        lock.lock();
        try {
            BigDecimal raised = records.getOrDefault(key, BudgetRecord.empty(key))
                    .raised()
                    .getOrDefault(over.limit().field(), BigDecimal.ZERO);
            return declared.add(raised).compareTo(over.limit().most()) > 0;
        } finally {
            lock.unlock();
        }
    }

    /** How often was asked about a limit. */
    long asked(String key, String field) {
        lock.lock();
        try {
            return records.getOrDefault(key, BudgetRecord.empty(key)).asks().getOrDefault(field, 0L);
        } finally {
            lock.unlock();
        }
    }

    /** Writes that a question was answered, and by how much a limit is raised; durable when this returns. */
    void answered(Journal.Trace trace, String key, String field, BigDecimal more, List<Event> events) {
        Batch batch;
        lock.lock();
        try {
            BudgetRecord before = records.getOrDefault(key, BudgetRecord.empty(key));
            Map<String, BigDecimal> raised = new HashMap<>(before.raised());
            raised.merge(field, more, BigDecimal::add);
            Map<String, Long> asked = new HashMap<>(before.asks());
            asked.merge(field, 1L, Long::sum);
            batch = new Batch(
                    trace,
                    events,
                    List.of(put(
                            new BudgetRecord(key, before.tokens(), before.costUsd(), before.turns(), raised, asked))));
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        journal.commit(batch);
    }

    void record(Journal.Trace trace, Event event) {
        var _ = journal.submit(Batch.of(trace, event));
    }

    private StateChange put(BudgetRecord record) {
        records.put(record.key(), record);
        return new StateChange.Put(BudgetRecord.KIND, record.key(), WireJson.toMap(record));
    }

    static ModelException exceeded(Verdict.Over over, String what) {
        return new ModelException(
                Kind.BUDGET,
                over.words() + " (" + over.limit().line() + "); " + what,
                "answer the question: agentctl consent list; or resume the agent, which asks again");
    }
}
