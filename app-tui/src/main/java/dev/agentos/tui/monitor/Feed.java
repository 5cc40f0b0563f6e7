package dev.agentos.tui.monitor;

import dev.agentos.bridge.client.AgentdClient;
import dev.agentos.bridge.client.AgentdException;
import dev.agentos.bridge.client.EventStream;
import dev.agentos.bridge.client.EventStream.Signal;
import dev.agentos.bridge.client.UnreachableException;
import dev.agentos.bridge.view.MonitorViewModel;
import dev.agentos.bridge.wire.AgentWire.AgentView;
import dev.agentos.bridge.wire.EventWire;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * What the monitor hears: events as they happen, across lost connections, and snapshots of what events do not tell. It
 * asks often while things happen and rarely while they do not, and never so often that asking costs more than a twentieth
 * of the time.
 */
final class Feed implements AutoCloseable {

    private static final long BUSY_MS = 2_000;
    private static final long IDLE_MS = 30_000;
    private static final long SPARKS_MS = 15_000;
    private static final int COSTS_AT_MOST = 20;
    private static final Duration SPAN = Duration.ofMinutes(15);
    private static final int SPARKED = 200;

    private final AgentdClient client;
    private final Consumer<UnaryOperator<MonitorViewModel>> changes;
    private final Semaphore wanted = new Semaphore(0);
    private final AtomicBoolean happened = new AtomicBoolean(true);
    private volatile boolean closed;

    Feed(AgentdClient client, Consumer<UnaryOperator<MonitorViewModel>> changes) {
        this.client = client;
        this.changes = changes;
    }

    void start() {
        Thread.ofPlatform().daemon().name("events").start(this::events);
        Thread.ofPlatform().daemon().name("snapshots").start(this::snapshots);
    }

    /** Asks anew, now. */
    void refresh() {
        happened.set(true);
        wanted.release();
    }

    // ------------------------------------------------------------------ events

    private void events() {
        while (!closed) {
            try {
                long head = client.events(Long.MAX_VALUE - 1, 1).head();
                EventWire.Events recent = client.events(Math.max(0, head - 100), 100);
                changes.accept(model -> {
                    MonitorViewModel next = model;
                    // What happened before this view was opened is in the snapshots; here it is only told.
                    if (model.events().isEmpty()) {
                        for (EventWire.EventView event : recent.events()) {
                            next = next.told(event);
                        }
                    }
                    return next;
                });
                refresh();
                listen(head);
            } catch (UnreachableException | AgentdException e) {
                String why = String.valueOf(e.getMessage());
                changes.accept(model -> model.reduce(new Signal.Lost(why), Instant.now()));
                pause(1_000);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private void listen(long head) throws InterruptedException {
        try (EventStream stream = client.stream(head)) {
            while (!closed) {
                Optional<Signal> signal = stream.next(Duration.ofSeconds(20));
                if (signal.isEmpty()) {
                    continue;
                }
                Instant now = Instant.now();
                Signal heard = signal.get();
                changes.accept(model -> model.reduce(heard, now));
                happened.set(true);
                switch (heard) {
                    case Signal.Happened event -> {
                        if (event.event().kind().equals("consent.asked")
                                && event.event().data().get("ask") instanceof String id) {
                            ask(id);
                        }
                        wanted.release();
                    }
                    case Signal.Back _ -> refresh();
                    case Signal.Lost _ -> {}
                }
            }
        }
    }

    private void ask(String id) {
        try {
            var ask = client.ask(id);
            changes.accept(model -> model.inbox().announced().contains(id) ? model.reduce(ask) : model);
        } catch (AgentdException | UnreachableException e) {
            // It was answered meanwhile, or the next snapshot brings it.
            wanted.release();
        }
    }

    // ------------------------------------------------------------------ snapshots

    private void snapshots() {
        long sparksAt = 0;
        while (!closed) {
            long from = System.nanoTime();
            try {
                var agents = client.agents();
                var status = client.status();
                var asks = client.asks();
                var use = client.modelLatency();
                changes.accept(model ->
                        model.reduce(agents).reduce(status).reduce(asks).reduce(use));
                if (System.nanoTime() - sparksAt > SPARKS_MS * 1_000_000
                        && agents.agents().stream().anyMatch(a -> a.endedAt().isEmpty())) {
                    Map<String, double[]> measured = sparks(agents.agents().stream()
                            .filter(a -> a.endedAt().isEmpty())
                            .toList());
                    changes.accept(model -> model.withSparks(measured));
                    sparksAt = System.nanoTime();
                }
            } catch (AgentdException | UnreachableException e) {
                // The event stream tells that agentd is silent, and asks for a snapshot when it is back.
                pause(1_000);
            }
            long took = (System.nanoTime() - from) / 1_000_000;
            boolean busy = happened.getAndSet(false);
            long rest = Math.max(busy ? BUSY_MS : IDLE_MS, took * COSTS_AT_MOST);
            try {
                if (wanted.tryAcquire(rest, TimeUnit.MILLISECONDS)) {
                    // Several things that happen together are one reason to look.
                    TimeUnit.MILLISECONDS.sleep(Math.max(300, took * COSTS_AT_MOST));
                    wanted.drainPermits();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private Map<String, double[]> sparks(java.util.List<AgentView> live) {
        Map<String, double[]> measured = new HashMap<>();
        if (live.size() > SPARKED) {
            return measured;
        }
        EventWire.History history = client.history("", "minute", SPAN);
        for (EventWire.Series series : history.series()) {
            if (series.subject().startsWith("agent:") && series.name().equals("cpu_cores")) {
                measured.put(
                        series.subject().substring("agent:".length()),
                        series.points().stream().mapToDouble(p -> p[1]).toArray());
            }
        }
        return measured;
    }

    private static void pause(long millis) {
        try {
            TimeUnit.MILLISECONDS.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        closed = true;
        wanted.release();
    }
}
