package dev.agentos.agentd.consent;

import dev.agentos.domain.consent.WaitingTime.Interval;
import dev.agentos.domain.port.Journal.StateChange;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.Predicate;

/**
 * The asks that are remembered: all that are pending, all of runs that go on, and the newest of the others. What is
 * forgotten stays in the journal's events. Not safe for threads: the queue that owns it calls it under its lock.
 */
final class AskBook {

    /** Closed asks of runs that are over; more are forgotten, the oldest first. */
    static final int KEPT = 1_000;

    private final SequencedMap<String, AskRecord> asks = new LinkedHashMap<>();
    private final Map<String, AskRecord> pending = new LinkedHashMap<>();
    private final Map<String, String> byKey = new LinkedHashMap<>();
    private final Map<String, AskRecord> over = new LinkedHashMap<>();

    void put(AskRecord record) {
        String id = record.ask().id();
        asks.put(id, record);
        byKey.put(record.key(), id);
        if (record.isPending()) {
            pending.put(id, record);
        } else {
            pending.remove(id);
        }
    }

    Optional<AskRecord> find(String id) {
        return Optional.ofNullable(asks.get(id));
    }

    Optional<AskRecord> byKey(String key) {
        return Optional.ofNullable(byKey.get(key)).map(asks::get);
    }

    /** Oldest first. */
    List<AskRecord> pending() {
        return List.copyOf(pending.values());
    }

    long pendingOf(String agent) {
        return pending.values().stream()
                .filter(record -> record.ask().agent().equals(agent))
                .count();
    }

    /** Everything that is remembered, oldest first. */
    List<AskRecord> all() {
        return List.copyOf(asks.values());
    }

    List<Interval> waitsOf(String run) {
        return asks.values().stream()
                .filter(record -> record.ask().run().equals(run))
                .map(AskRecord::interval)
                .toList();
    }

    /**
     * The runs of these asks are over: nothing comes back to them. Forgets the oldest of all such beyond what is kept.
     *
     * @return what removes the forgotten ones from the journal's state
     */
    List<StateChange> over(Predicate<AskRecord> which) {
        for (AskRecord record : asks.values()) {
            if (!record.isPending() && which.test(record)) {
                over.putIfAbsent(record.ask().id(), record);
            }
        }
        List<StateChange> removed = new ArrayList<>();
        Iterator<AskRecord> oldest = over.values().iterator();
        while (over.size() > KEPT && oldest.hasNext()) {
            AskRecord record = oldest.next();
            if (record.ask().id().equals(asks.lastEntry().getKey())) {
                // The newest name stays, so that no name is given twice.
                continue;
            }
            oldest.remove();
            asks.remove(record.ask().id());
            byKey.remove(record.key(), record.ask().id());
            removed.add(new StateChange.Remove(AskRecord.KIND, record.ask().id()));
        }
        return removed;
    }
}
