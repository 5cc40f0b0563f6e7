package dev.agentos.center.ui;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * A state that is changed by functions from any thread and shown on the UI thread. What a person does is shown at once;
 * what is heard, at most four times a second. Only the newest state is ever shown.
 */
public final class Store<S> {

    /** Shortest time between two paints of what is heard. */
    public static final long DATA_NANOS = 250_000_000L;

    private static final ScheduledExecutorService TIMER = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("store-timer").factory());

    private final AtomicReference<S> state;
    private final List<Consumer<S>> listeners = new ArrayList<>();
    private final AtomicBoolean scheduled = new AtomicBoolean();
    private final AtomicBoolean queued = new AtomicBoolean();
    private final AtomicLong shownAt = new AtomicLong(System.nanoTime() - DATA_NANOS);

    public Store(S first) {
        state = new AtomicReference<>(first);
    }

    public S state() {
        return state.get();
    }

    /** Calls back on the UI thread with every state that is shown, and now with the present one. */
    public void listen(Consumer<S> listener) {
        UiThread.run(() -> {
            listeners.add(listener);
            listener.accept(state());
        });
    }

    /** Calls back no more. */
    public void forget(Consumer<S> listener) {
        UiThread.run(() -> listeners.remove(listener));
    }

    /** A change that a person made. */
    public void change(UnaryOperator<S> how) {
        state.updateAndGet(how);
        post();
    }

    /** A change that was heard. */
    public void hear(UnaryOperator<S> how) {
        state.updateAndGet(how);
        long wait = shownAt.get() + DATA_NANOS - System.nanoTime();
        if (wait <= 0) {
            post();
        } else if (scheduled.compareAndSet(false, true)) {
            var _ = TIMER.schedule(
                    () -> {
                        scheduled.set(false);
                        post();
                    },
                    wait,
                    TimeUnit.NANOSECONDS);
        }
    }

    private void post() {
        if (queued.compareAndSet(false, true)) {
            UiThread.later(() -> {
                queued.set(false);
                shownAt.set(System.nanoTime());
                S now = state();
                for (Consumer<S> listener : List.copyOf(listeners)) {
                    listener.accept(now);
                }
            });
        }
    }
}
