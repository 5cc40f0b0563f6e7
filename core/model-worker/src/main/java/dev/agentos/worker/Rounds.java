package dev.agentos.worker;

import dev.agentos.bridge.worker.GenerateFrame.Generate;
import dev.agentos.worker.Stretches.Said;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * All that the model does for those who can wait, asked for by one thread: in each round every answer says the same few
 * tokens, in the steps that they share, and meanwhile one prompt is read, a portion after the other.
 *
 * <p>In the library each token wakes everybody who waits for one, and whoever waits spins while somebody else's result
 * lies about. With a thread for each answer, token by token, they take half of the processors from the model, and from a
 * prompt that somebody waits for. Here nothing lies about: what is asked for together comes together.
 */
final class Rounds implements AutoCloseable {

    /** How long a round should take: who cancels waits for so long at most, and so long nothing is heard of an answer. */
    private static final long ROUND_NANOS = 150_000_000;

    private static final int MOST_TOKENS = 64;

    /** After so many portions in a row another prompt has its turn, so that a long one does not hide a short one. */
    private static final int IN_A_ROW = 16;

    /** A portion is read in one step and asked for during another. */
    private static final int STEPS_OF_A_PORTION = 2;

    /** Who says it. */
    interface Library {
        /**
         * Hands a text in, for the slot of what is asked and in its manner.
         *
         * @param most tokens that are to follow it; 0 to read it only
         * @return a number to ask for the result
         */
        int ask(Generate ask, String text, int most);

        /** What followed. Waits for it. */
        String result(int number);
    }

    /** A prompt whose next portion is a longer beginning of it. */
    interface Reading {
        boolean isDone();

        /** The beginning that is to be in the slot next. */
        String next();

        /** It is there. */
        void done();
    }

    private abstract static class Work<R> {
        final Generate ask;
        final BooleanSupplier cancelled;
        final CompletableFuture<R> future = new CompletableFuture<>();

        Work(Generate ask, BooleanSupplier cancelled) {
            this.ask = ask;
            this.cancelled = cancelled;
        }

        boolean isOver() {
            return future.isDone();
        }
    }

    private static final class Reader extends Work<Boolean> {
        final Reading reading;

        Reader(Generate ask, Reading reading, BooleanSupplier cancelled) {
            super(ask, cancelled);
            this.reading = reading;
        }
    }

    private static final class Speaker extends Work<Said> {
        final Stretches stretches;
        int number;

        Speaker(Generate ask, Stretches stretches, BooleanSupplier cancelled) {
            super(ask, cancelled);
            this.stretches = stretches;
        }
    }

    private final Library library;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Deque<Reader> readers = new ArrayDeque<>();
    private final List<Speaker> speakers = new ArrayList<>();
    private boolean closed;
    /** Why the thread of the rounds is no more, where nobody ended it. */
    private @Nullable Throwable broken;

    private int portions;
    private int usual = 4;

    Rounds(Library library) {
        this.library = library;
        Thread.ofPlatform().daemon().name("rounds").start(this::run);
    }

    /**
     * Has a prompt read.
     *
     * @return false when it was cancelled before
     * @throws RuntimeException what the library says; {@link IllegalStateException} where the rounds have broken off
     */
    boolean read(Generate ask, Reading reading, BooleanSupplier cancelled) throws IOException {
        Reader reader = new Reader(ask, reading, cancelled);
        enter(() -> readers.addLast(reader));
        return await(reader);
    }

    /**
     * Has an answer said after a prompt that its slot holds.
     *
     * @throws RuntimeException what the library says; {@link IllegalStateException} where the rounds have broken off
     */
    Said say(Generate ask, Stretches stretches, BooleanSupplier cancelled) throws IOException {
        Speaker speaker = new Speaker(ask, stretches, cancelled);
        enter(() -> speakers.add(speaker));
        return await(speaker);
    }

    private void enter(Runnable entry) throws IOException {
        lock.lock();
        try {
            if (closed) {
                throw new InterruptedIOException("the worker ends");
            }
            if (broken != null) {
                throw ended(broken);
            }
            entry.run();
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    private static <R> R await(Work<R> work) throws IOException {
        try {
            return work.future.get();
        } catch (InterruptedException e) {
            InterruptedIOException ends = new InterruptedIOException("the worker ends");
            ends.initCause(e);
            throw ends;
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case IOException broken -> throw broken;
                case RuntimeException refused -> throw refused;
                case null, default -> throw new IllegalStateException(e);
            }
        }
    }

    private void run() {
        try {
            while (awaitWork()) {
                round();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            breakOff(e);
        } catch (RuntimeException | Error e) {
            System.err.println("gguf-worker: the thread of the rounds ended: " + e);
            breakOff(e);
        }
    }

    /** Whoever waits, and whoever comes, is told that nobody works here any more. */
    private void breakOff(Throwable why) {
        lock.lock();
        try {
            broken = why;
            readers.forEach(each -> each.future.completeExceptionally(ended(why)));
            speakers.forEach(each -> each.future.completeExceptionally(ended(why)));
        } finally {
            lock.unlock();
        }
    }

    private static IllegalStateException ended(Throwable why) {
        return new IllegalStateException("the worker can answer no more: " + why, why);
    }

    private boolean awaitWork() throws InterruptedException {
        lock.lock();
        try {
            while (!closed && readers.isEmpty() && speakers.isEmpty()) {
                changed.await();
            }
            return !closed;
        } finally {
            lock.unlock();
        }
    }

    private void round() {
        List<Speaker> round = speaking();
        // All of a round end with the same step, so that nobody's result lies about until the others'.
        int tokens = Math.min(
                usual,
                round.stream().mapToInt(each -> each.stretches.left()).min().orElse(0));
        long from = System.nanoTime();
        List<Speaker> asked = new ArrayList<>();
        for (Speaker each : round) {
            guarded(each, () -> {
                each.number = library.ask(each.ask, each.ask.prompt() + each.stretches.text(), tokens);
                asked.add(each);
            });
        }
        int steps = 0;
        do {
            steps += STEPS_OF_A_PORTION;
        } while (readPortion() && steps + STEPS_OF_A_PORTION <= tokens);
        for (Speaker each : asked) {
            guarded(each, () -> each.stretches.add(library.result(each.number), tokens));
            if (each.stretches.left() == 0 && !each.isOver()) {
                each.future.complete(each.stretches.said());
            }
        }
        if (!asked.isEmpty()) {
            long step = Math.max(1, (System.nanoTime() - from) / tokens);
            usual = Math.clamp(ROUND_NANOS / step, 1, MOST_TOKENS);
        }
    }

    /** Who says something in this round, in the order of the slots, which is that of the results. */
    private List<Speaker> speaking() {
        lock.lock();
        try {
            for (Speaker each : speakers) {
                if (!each.isOver() && (each.stretches.left() == 0 || each.cancelled.getAsBoolean())) {
                    each.future.complete(each.stretches.said());
                }
            }
            speakers.removeIf(Work::isOver);
            return speakers.stream()
                    .sorted(Comparator.comparingInt(each -> each.ask.slot()))
                    .toList();
        } finally {
            lock.unlock();
        }
    }

    /** @return whether there was one to read */
    private boolean readPortion() {
        Reader reader = reader();
        if (reader == null) {
            return false;
        }
        guarded(reader, () -> {
            library.result(library.ask(reader.ask, reader.reading.next(), 0));
            reader.reading.done();
            if (reader.reading.isDone()) {
                reader.future.complete(true);
            }
        });
        portions++;
        return true;
    }

    private @Nullable Reader reader() {
        lock.lock();
        try {
            for (Reader each : readers) {
                if (!each.isOver() && each.cancelled.getAsBoolean()) {
                    each.future.complete(false);
                } else if (!each.isOver() && each.reading.isDone()) {
                    each.future.complete(true);
                }
            }
            readers.removeIf(Work::isOver);
            if (portions >= IN_A_ROW && !readers.isEmpty()) {
                portions = 0;
                readers.addLast(readers.removeFirst());
            }
            return readers.peekFirst();
        } finally {
            lock.unlock();
        }
    }

    private interface Step {
        void run() throws IOException;
    }

    /** What goes wrong with one is its own matter. */
    private static void guarded(Work<?> work, Step step) {
        try {
            step.run();
        } catch (IOException | RuntimeException e) {
            work.future.completeExceptionally(e);
        }
    }

    /** Begins nothing more. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            changed.signal();
            InterruptedIOException ends = new InterruptedIOException("the worker ends");
            readers.forEach(each -> each.future.completeExceptionally(ends));
            speakers.forEach(each -> each.future.completeExceptionally(ends));
        } finally {
            lock.unlock();
        }
    }
}
