package dev.agentos.tui.shell;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/** A value that is made beside the first paint; whoever needs it sooner waits for it. */
final class Background {

    private Background() {}

    static <T> Supplier<T> of(String name, Supplier<T> made) {
        Executor thread = work -> Thread.ofPlatform().daemon().name(name).start(work);
        return CompletableFuture.supplyAsync(made, thread)::join;
    }
}
