package dev.agentos.bridge.client;

import dev.agentos.bridge.client.EventStream.Signal;
import dev.agentos.bridge.wire.AgentWire.Agents;
import dev.agentos.bridge.wire.ConsentWire.AskView;
import dev.agentos.bridge.wire.ConsentWire.Asks;
import dev.agentos.bridge.wire.EventWire;
import dev.agentos.bridge.wire.EventWire.EventView;
import dev.agentos.bridge.wire.ModelWire;
import dev.agentos.bridge.wire.ServiceWire;
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
 * What a face hears of agentd: events as they happen, across lost connections, and snapshots of what events do not tell.
 * It asks often while things happen and rarely while they do not, and asking never takes more than a twentieth of the
 * time.
 */
public final class ServiceFeed implements AutoCloseable {

    private static final long BUSY_MS = 2_000;
    private static final long IDLE_MS = 30_000;
    private static final long TOGETHER_MS = 300;
    private static final long SPARKS_MS = 30_000;
    private static final long RETRY_MS = 1_000;
    private static final int COSTS_AT_MOST = 20;
    private static final int SPARKED = 300;
    private static final int TOLD = 100;
    private static final Duration SPARK_SPAN = Duration.ofMinutes(15);

    /** Who hears it; called from threads of the feed. */
    public interface Listener {
        /** Events of before the face was opened: told, and already part of every snapshot. */
        void told(List<EventView> before);

        void heard(Signal signal, Instant at);

        /** The whole of an ask that an event announced. */
        void asked(AskView ask);

        void looked(Snapshot snapshot);

        /** The last 15 minutes of CPU by live agent, in cores, oldest first, one value a minute. */
        void measured(Map<String, double[]> sparks);
    }

    /** One look at the whole service; {@code use} is what agents used of models. */
    public record Snapshot(Agents agents, ServiceWire.Status status, Asks asks, ModelWire.Latencies use, Instant at) {}

    private final AgentdClient client;
    private final Listener listener;
    private final Semaphore wanted = new Semaphore(0);
    private final AtomicBoolean happened = new AtomicBoolean(true);
    private volatile boolean closed;
    private long sparksAt = System.nanoTime() - SPARKS_MS * 1_000_000 - 1;

    public ServiceFeed(AgentdClient client, Listener listener) {
        this.client = client;
        this.listener = listener;
    }

    public void start() {
        Thread.ofPlatform().daemon().name("events").start(this::events);
        Thread.ofPlatform().daemon().name("snapshots").start(this::snapshots);
    }

    /** Asks anew, now. */
    public void refresh() {
        happened.set(true);
        wanted.release();
    }

    // ------------------------------------------------------------------ events

    private void events() {
        long head = -1;
        boolean lost = false;
        while (!closed) {
            try {
                if (head < 0) {
                    head = client.events(Long.MAX_VALUE - 1, 1).head();
                    listener.told(client.events(Math.max(0, head - TOLD), TOLD).events());
                    refresh();
                }
                if (lost) {
                    // A stream that never connected does not tell that it is back.
                    long missed = client.events(head, 1).head() - head;
                    listener.heard(new Signal.Back(Math.max(0, missed)), Instant.now());
                    lost = false;
                }
                listen(head);
            } catch (UnreachableException | AgentdException e) {
                lost = true;
                listener.heard(new Signal.Lost(String.valueOf(e.getMessage())), Instant.now());
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
                Signal heard = signal.get();
                listener.heard(heard, Instant.now());
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
            listener.asked(client.ask(id));
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
                    TimeUnit.MILLISECONDS.sleep(Math.max(TOGETHER_MS, took * COSTS_AT_MOST));
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
        listener.looked(new Snapshot(agents, client.status(), client.asks(), client.modelLatency(), Instant.now()));
        long live = agents.agents().stream()
                .filter(agent -> agent.endedAt().isEmpty())
                .count();
        if (System.nanoTime() - sparksAt > SPARKS_MS * 1_000_000 && live > 0 && live <= SPARKED) {
            sparksAt = System.nanoTime();
            listener.measured(sparks());
        }
    }

    private Map<String, double[]> sparks() {
        Map<String, double[]> measured = new HashMap<>();
        for (EventWire.Series series : client.history("", "minute", SPARK_SPAN).series()) {
            if (series.subject().startsWith("agent:") && series.name().equals("cpu_cores")) {
                measured.put(
                        series.subject().substring("agent:".length()),
                        series.points().stream().mapToDouble(point -> point[1]).toArray());
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
