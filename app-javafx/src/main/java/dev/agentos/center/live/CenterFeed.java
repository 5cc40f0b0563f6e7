package dev.agentos.center.live;

import dev.agentos.bridge.client.AgentdClient;
import dev.agentos.bridge.client.AgentdException;
import dev.agentos.bridge.client.EventStream;
import dev.agentos.bridge.client.EventStream.Signal;
import dev.agentos.bridge.client.UnreachableException;
import dev.agentos.bridge.view.CenterViewModel;
import dev.agentos.bridge.view.HistoryViewModel;
import dev.agentos.bridge.wire.AgentWire.Agents;
import dev.agentos.bridge.wire.EventWire;
import dev.agentos.center.ui.Store;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * What the window hears: events as they happen, across lost connections, snapshots of what events do not tell, and
 * measurements. It asks often while things happen and rarely while they do not, and asking never takes more than a
 * twentieth of the time.
 */
public final class CenterFeed implements AutoCloseable {

    private static final long BUSY_MS = 2_000;
    private static final long IDLE_MS = 30_000;
    private static final long HISTORY_MS = 5_000;
    private static final long SPARKS_MS = 30_000;
    private static final long RETRY_MS = 1_000;
    private static final int COSTS_AT_MOST = 20;
    private static final int SPARKED = 300;
    private static final int TOLD = 100;
    private static final List<String> MEASURED = List.of("machine", "class:HRT", "class:SRT", "class:DT");

    private final AgentdClient client;
    private final Store<CenterViewModel> store;
    private final Semaphore wanted = new Semaphore(0);
    private final AtomicBoolean happened = new AtomicBoolean(true);
    private volatile boolean watched = true;
    private volatile boolean closed;
    private long sparksAt = System.nanoTime() - SPARKS_MS * 1_000_000;

    public CenterFeed(AgentdClient client, Store<CenterViewModel> store) {
        this.client = client;
        this.store = store;
    }

    public void start() {
        Thread.ofPlatform().daemon().name("events").start(this::events);
        Thread.ofPlatform().daemon().name("snapshots").start(this::snapshots);
        Thread.ofPlatform().daemon().name("history").start(this::history);
    }

    /** Asks anew, now. */
    public void refresh() {
        happened.set(true);
        wanted.release();
    }

    /** Whether anybody looks: an iconified window needs no measurements. */
    public void watched(boolean looks) {
        watched = looks;
    }

    // ------------------------------------------------------------------ events

    private void events() {
        long head = -1;
        while (!closed) {
            try {
                if (head < 0) {
                    head = client.events(Long.MAX_VALUE - 1, 1).head();
                    EventWire.Events recent = client.events(Math.max(0, head - TOLD), TOLD);
                    store.hear(model -> {
                        CenterViewModel next = model;
                        for (EventWire.EventView event : recent.events()) {
                            next = next.told(event);
                        }
                        return next;
                    });
                    store.hear(model -> model.reduce(new Signal.Back(0), Instant.now()));
                    refresh();
                }
                listen(head);
            } catch (UnreachableException | AgentdException e) {
                String why = String.valueOf(e.getMessage());
                store.hear(model -> model.reduce(new Signal.Lost(why), Instant.now()));
                pause(RETRY_MS);
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
                store.hear(model -> model.reduce(heard, now));
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
            store.hear(model -> model.inbox().announced().contains(id) ? model.reduce(ask) : model);
        } catch (AgentdException | UnreachableException e) {
            // It was answered meanwhile, or the next snapshot brings it.
            wanted.release();
        }
    }

    // ------------------------------------------------------------------ snapshots

    private void snapshots() {
        while (!closed) {
            long from = System.nanoTime();
            try {
                snapshot();
            } catch (AgentdException | UnreachableException e) {
                // The event stream tells that agentd is silent, and asks for a snapshot when it is back.
                pause(RETRY_MS);
            }
            long took = (System.nanoTime() - from) / 1_000_000;
            boolean busy = happened.getAndSet(false);
            try {
                if (wanted.tryAcquire(
                        Math.max(busy ? BUSY_MS : IDLE_MS, took * COSTS_AT_MOST), TimeUnit.MILLISECONDS)) {
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

    private void snapshot() {
        Agents agents = client.agents();
        var status = client.status();
        var asks = client.asks();
        Instant now = Instant.now();
        store.hear(model -> model.reduce(agents, status, asks, now));
        List<String> live = agents.agents().stream()
                .filter(agent -> agent.endedAt().isEmpty())
                .map(agent -> agent.id())
                .toList();
        if (System.nanoTime() - sparksAt > SPARKS_MS * 1_000_000 && !live.isEmpty() && live.size() <= SPARKED) {
            sparksAt = System.nanoTime();
            Map<String, double[]> measured = sparks();
            store.hear(model -> model.withSparks(measured));
        }
    }

    private Map<String, double[]> sparks() {
        Map<String, double[]> measured = new HashMap<>();
        Duration span = Duration.ofSeconds(HistoryViewModel.SPAN_SECONDS);
        for (EventWire.Series series : client.history("", "minute", span).series()) {
            if (series.subject().startsWith("agent:") && series.name().equals("cpu_cores")) {
                measured.put(
                        series.subject().substring("agent:".length()),
                        series.points().stream().mapToDouble(point -> point[1]).toArray());
            }
        }
        return measured;
    }

    // ------------------------------------------------------------------ measurements

    private void history() {
        while (!closed) {
            try {
                if (watched) {
                    measure();
                }
            } catch (AgentdException | UnreachableException e) {
                // Told by the event stream; the charts keep what they have.
                pause(RETRY_MS);
            }
            pause(HISTORY_MS);
        }
    }

    private void measure() {
        long newest = store.state().history().newest();
        long missing = newest == 0
                ? HistoryViewModel.SPAN_SECONDS
                : Math.min(HistoryViewModel.SPAN_SECONDS, Instant.now().getEpochSecond() - newest + 1);
        for (String subject : MEASURED) {
            EventWire.History piece = client.history(subject, "second", Duration.ofSeconds(Math.max(1, missing)));
            store.hear(model -> model.reduce(piece));
        }
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
