package dev.agentos.tui.shell;

import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Supplier;

/** A value that is made once, beside other work or by whoever needs it first. */
final class Background<T> implements Supplier<T> {

    private final String name;
    private final FutureTask<T> task;

    Background(String name, Supplier<T> made) {
        this.name = name;
        this.task = new FutureTask<>(made::get);
    }

    /** Makes it in a thread of its own after a while, so that what is done before has the processors for itself. */
    void startAfter(Duration wait) {
        Thread.ofPlatform().daemon().name(name).start(() -> {
            try {
                Thread.sleep(wait);
                task.run();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    /** The value; made here and now where nobody began to make it. */
    @Override
    public T get() {
        task.run();
        try {
            return task.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(name + " was interrupted", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException(name + " could not be made", e.getCause());
        }
    }
}
