package dev.agentos.center.live;

import dev.agentos.bridge.client.AgentdClient;
import dev.agentos.bridge.client.AgentdException;
import dev.agentos.bridge.client.EventStream.Signal;
import dev.agentos.bridge.client.ServiceFeed;
import dev.agentos.bridge.client.UnreachableException;
import dev.agentos.bridge.view.CenterViewModel;
import dev.agentos.bridge.view.HistoryViewModel;
import dev.agentos.bridge.wire.ConsentWire.AskView;
import dev.agentos.bridge.wire.EventWire;
import dev.agentos.bridge.wire.EventWire.EventView;
import dev.agentos.center.ui.Store;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** What the window hears: what every face hears, and measurements while somebody looks. */
public final class CenterFeed implements AutoCloseable {

    private static final long HISTORY_MS = 5_000;

    /** Measurements while nothing happens: each is a repaint of every chart that is seen. */
    private static final long STILL_MS = 15_000;

    private static final long STILL_AFTER_NANOS = 20_000_000_000L;
    private static final long RETRY_MS = 1_000;
    private static final String MEASURED = "machine,class:SRT,class:DT";

    private final AgentdClient client;
    private final Store<CenterViewModel> store;
    private final ServiceFeed feed;
    private volatile boolean closed;
    private volatile boolean watched = true;
    private volatile long movedAt = System.nanoTime() - STILL_AFTER_NANOS;

    public CenterFeed(AgentdClient client, Store<CenterViewModel> store) {
        this.client = client;
        this.store = store;
        this.feed = new ServiceFeed(client, new Heard(store, () -> movedAt = System.nanoTime()));
    }

    public void start() {
        feed.start();
        Thread.ofPlatform().daemon().name("history").start(this::history);
    }

    /** Asks anew, now. */
    public void refresh() {
        feed.refresh();
    }

    /** Whether anybody looks: an iconified window needs no measurements. */
    public void watched(boolean looks) {
        watched = looks;
    }

    /** Everything that is heard is a change of the one state. */
    private record Heard(Store<CenterViewModel> store, Runnable moved) implements ServiceFeed.Listener {
        @Override
        public void told(List<EventView> before) {
            store.hear(model -> {
                CenterViewModel next = model;
                for (EventView event : before) {
                    next = next.told(event);
                }
                return next;
            });
        }

        @Override
        public void heard(Signal signal, Instant at) {
            moved.run();
            store.hear(model -> model.reduce(signal, at));
        }

        @Override
        public void asked(AskView ask) {
            store.hear(model -> model.inbox().announced().contains(ask.id()) ? model.reduce(ask) : model);
        }

        @Override
        public void looked(ServiceFeed.Snapshot now) {
            store.hear(model -> model.reduce(now.agents(), now.status(), now.asks(), now.at())
                    .reduce(now.use()));
        }

        @Override
        public void measured(Map<String, double[]> sparks) {
            store.hear(model -> model.withSparks(sparks));
        }
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
            pause(System.nanoTime() - movedAt > STILL_AFTER_NANOS ? STILL_MS : HISTORY_MS);
        }
    }

    private void measure() {
        long newest = store.state().history().newest();
        long missing = newest == 0
                ? HistoryViewModel.SPAN_SECONDS
                : Math.min(HistoryViewModel.SPAN_SECONDS, Instant.now().getEpochSecond() - newest + 1);
        EventWire.History piece = client.history(MEASURED, "second", Duration.ofSeconds(Math.max(1, missing)));
        store.hear(model -> model.reduce(piece));
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
        feed.close();
    }
}
