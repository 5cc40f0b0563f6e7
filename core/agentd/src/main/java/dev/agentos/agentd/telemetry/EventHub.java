package dev.agentos.agentd.telemetry;

import dev.agentos.domain.port.Journal.Recorded;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Hands durable events to live readers. The last {@value #KEPT} are kept in memory; older ones are read from the
 * journal. A reader that falls behind is cut off and goes on from its last sequence number.
 */
public final class EventHub implements Consumer<List<Recorded>> {

    private static final int KEPT = 10_000;
    private static final int QUEUE = 20_000;

    /** Reads older events. */
    public interface Archive {
        List<Recorded> read(long after, int limit);
    }

    private final Deque<Recorded> recent = new ArrayDeque<>();
    private final List<Subscription> subscriptions = new CopyOnWriteArrayList<>();
    private final List<Consumer<List<Recorded>>> listeners = new CopyOnWriteArrayList<>();
    private volatile long head;

    /** Called by the journal's writer with each durable group. Must not block. */
    @Override
    public void accept(List<Recorded> events) {
        synchronized (recent) {
            for (Recorded event : events) {
                recent.addLast(event);
                head = event.seq();
                if (recent.size() > KEPT) {
                    recent.removeFirst();
                }
            }
        }
        for (Subscription subscription : subscriptions) {
            subscription.offer(events);
        }
        listeners.forEach(listener -> listener.accept(events));
    }

    /** Adds a reader inside the service that sees every group; it must not block. */
    public void listen(Consumer<List<Recorded>> listener) {
        listeners.add(listener);
    }

    /** How many live readers there are: whether anybody is watching. */
    public int watchers() {
        return subscriptions.size();
    }

    /** Opens a live reading that begins after {@code after}: first what was, then what comes, without a gap. */
    public Subscription subscribe(long after, Archive archive, LongSupplier durableHead) {
        Subscription subscription = new Subscription(after, archive, durableHead);
        subscriptions.add(subscription);
        return subscription;
    }

    /** One live reading. Used by one thread. */
    public final class Subscription implements AutoCloseable {
        private final LinkedBlockingQueue<Recorded> queue = new LinkedBlockingQueue<>(QUEUE);
        private final AtomicBoolean cutOff = new AtomicBoolean();
        private final Archive archive;
        private final LongSupplier durableHead;
        private long last;
        private boolean replayed;

        private Subscription(long after, Archive archive, LongSupplier durableHead) {
            this.last = after;
            this.archive = archive;
            this.durableHead = durableHead;
        }

        private void offer(List<Recorded> events) {
            for (Recorded event : events) {
                if (!queue.offer(event)) {
                    cutOff.set(true);
                    subscriptions.remove(this);
                    return;
                }
            }
        }

        /** The next events; empty after {@code millis} without any. */
        public List<Recorded> next(long millis) throws InterruptedException {
            if (!replayed) {
                List<Recorded> page = replay();
                if (!page.isEmpty()) {
                    return page;
                }
                replayed = true;
            }
            List<Recorded> events = new ArrayList<>();
            Recorded first = queue.poll(millis, TimeUnit.MILLISECONDS);
            if (first != null) {
                events.add(first);
                queue.drainTo(events, 499);
            }
            // What the replay already gave also came through the queue.
            events.removeIf(event -> event.seq() <= last);
            if (!events.isEmpty()) {
                last = events.getLast().seq();
            }
            return events;
        }

        private List<Recorded> replay() {
            List<Recorded> page = new ArrayList<>();
            synchronized (recent) {
                Recorded oldest = recent.peekFirst();
                if (oldest != null && oldest.seq() <= last + 1) {
                    recent.stream()
                            .filter(event -> event.seq() > last)
                            .limit(500)
                            .forEach(page::add);
                }
            }
            if (page.isEmpty() && last < durableHead.getAsLong()) {
                page.addAll(archive.read(last, 500));
            }
            if (!page.isEmpty()) {
                last = page.getLast().seq();
            }
            return page;
        }

        /** Whether this reader was too slow and must open a new reading. */
        public boolean isCutOff() {
            return cutOff.get();
        }

        @Override
        public void close() {
            subscriptions.remove(this);
        }
    }

    public long head() {
        return head;
    }
}
