package dev.agentos.agentd.egress;

import dev.agentos.agentd.telemetry.Tracing;
import dev.agentos.domain.event.Event;
import dev.agentos.domain.event.Event.EgressClosed;
import dev.agentos.domain.event.Event.EgressDecided;
import dev.agentos.domain.port.Journal;
import dev.agentos.domain.port.Journal.Batch;
import dev.agentos.domain.port.Journal.StateChange;
import dev.agentos.domain.port.Journal.Trace;
import dev.agentos.domain.port.TimeSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What every agent did at the way out: a record for each connection, and totals for each place. Equal refusals within ten
 * seconds become one record, so that an agent that tries without end fills neither the trail nor the disk.
 */
final class EgressBook implements AutoCloseable {

    static final String KIND = "egress";

    private static final long WINDOW_NANOS = 10_000_000_000L;

    /** Different refusals of one agent in a window before they too become one record. */
    private static final int MOST_DIFFERENT = 50;

    private final Journal journal;
    private final TimeSource time;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, EgressTotals> totals = new HashMap<>();
    private final Map<String, Map<String, Window>> windows = new HashMap<>();
    private final ScheduledExecutorService flusher = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("egress-records").factory());

    EgressBook(Journal journal, TimeSource time) {
        this.journal = journal;
        this.time = time;
    }

    /** Equal refusals since the last record of them. */
    private static final class Window {
        EgressDecided last;
        long since;
        long unrecorded;

        Window(EgressDecided last, long since) {
            this.last = last;
            this.since = since;
        }
    }

    void load() {
        for (Journal.StateDocument document : journal.state(KIND)) {
            totals.put(document.key(), EgressTotals.of(document.document()));
        }
    }

    /** Queues the decision to connect; the connection may be made once it is durable. */
    CompletableFuture<Journal.Committed> allowed(Trace trace, EgressDecided decided) {
        lock.lock();
        try {
            EgressTotals after =
                    of(decided.agent()).connected(decided, time.now().toString());
            return journal.submit(new Batch(trace, List.of(decided), List.of(put(decided.agent(), after))));
        } finally {
            lock.unlock();
        }
    }

    /** Records a refusal or a failure, now or together with others like it. */
    void refused(Trace trace, EgressDecided decided) {
        lock.lock();
        try {
            EgressTotals after = of(decided.agent()).refused(decided, time.now().toString());
            totals.put(decided.agent(), after);
            Map<String, Window> open = windows.computeIfAbsent(decided.agent(), _ -> new HashMap<>());
            String key = decided.host() + " " + decided.port() + " " + decided.code() + " " + decided.decision();
            EgressDecided counted = decided;
            if (!open.containsKey(key) && open.size() >= MOST_DIFFERENT) {
                key = "";
                counted = various(decided);
            }
            Window window = open.get(key);
            if (window == null) {
                open.put(key, new Window(counted, System.nanoTime()));
                write(trace, List.of(counted), List.of(put(decided.agent(), after)));
                flushLater(decided.agent());
            } else {
                window.unrecorded++;
                window.last = counted;
            }
        } finally {
            lock.unlock();
        }
    }

    /** Records that a person is asked. */
    void asked(Trace trace, EgressDecided asked) {
        write(trace, List.of(asked), List.of());
    }

    private static EgressDecided various(EgressDecided decided) {
        return new EgressDecided(
                decided.agent(),
                decided.run(),
                "(various)",
                0,
                decided.way(),
                decided.decision(),
                "egress.flood",
                "more than " + MOST_DIFFERENT + " different connections were refused within 10 s; the last: "
                        + decided.reason(),
                decided.contractLine(),
                List.of(),
                1);
    }

    private void flushLater(String agent) {
        if (!flusher.isShutdown()) {
            var _ = flusher.schedule(() -> flush(agent, false), WINDOW_NANOS, TimeUnit.NANOSECONDS);
        }
    }

    /** Writes what was held back and closes windows that are over. */
    void flush(String agent, boolean all) {
        lock.lock();
        try {
            Map<String, Window> open = windows.get(agent);
            if (open == null) {
                return;
            }
            List<Event> events = new ArrayList<>();
            boolean again = false;
            for (var entries = open.values().iterator(); entries.hasNext(); ) {
                Window window = entries.next();
                if (!all && System.nanoTime() - window.since < WINDOW_NANOS) {
                    again |= window.unrecorded > 0;
                } else if (window.unrecorded == 0 || all) {
                    if (window.unrecorded > 0) {
                        events.add(times(window.last, window.unrecorded));
                    }
                    entries.remove();
                } else {
                    events.add(times(window.last, window.unrecorded));
                    window.unrecorded = 0;
                    window.since = System.nanoTime();
                    again = true;
                }
            }
            if (open.isEmpty()) {
                windows.remove(agent);
            }
            if (!events.isEmpty()) {
                write(new Trace(Tracing.newCorrelation()), events, List.of(put(agent, of(agent))));
            }
            if (again) {
                flushLater(agent);
            }
        } finally {
            lock.unlock();
        }
    }

    private static EgressDecided times(EgressDecided last, long times) {
        return new EgressDecided(
                last.agent(),
                last.run(),
                last.host(),
                last.port(),
                last.way(),
                last.decision(),
                last.code(),
                last.reason(),
                last.contractLine(),
                last.addresses(),
                times);
    }

    void closed(Trace trace, EgressClosed closed) {
        lock.lock();
        try {
            EgressTotals after = of(closed.agent()).closed(closed, time.now().toString());
            write(trace, List.of(closed), List.of(put(closed.agent(), after)));
        } finally {
            lock.unlock();
        }
    }

    private void write(Trace trace, List<Event> events, List<StateChange> changes) {
        var _ = journal.submit(new Batch(trace, events, changes)).whenComplete((_, failure) -> logged(failure));
    }

    private static void logged(@Nullable Throwable failure) {
        if (failure != null) {
            System.getLogger(EgressBook.class.getName())
                    .log(System.Logger.Level.DEBUG, "a record of the way out was not written", failure);
        }
    }

    private EgressTotals of(String agent) {
        return totals.getOrDefault(agent, EgressTotals.NONE);
    }

    private StateChange put(String agent, EgressTotals after) {
        totals.put(agent, after);
        return new StateChange.Put(KIND, agent, after.toMap());
    }

    /** What an agent did so far, at all its runs. */
    EgressTotals read(String agent) {
        lock.lock();
        try {
            return of(agent);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        flusher.shutdownNow();
        List<String> agents;
        lock.lock();
        try {
            agents = List.copyOf(new LinkedHashMap<>(windows).keySet());
        } finally {
            lock.unlock();
        }
        agents.forEach(agent -> flush(agent, true));
    }
}
