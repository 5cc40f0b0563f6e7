package dev.agentos.worker;

import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Closes a connection on which nothing was asked for too long. Time spent on an answer does not count. */
final class IdleWatch {

    private final Closeable connection;
    private final long limitNanos;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private boolean busy;
    private long turns;
    private volatile boolean expired;

    IdleWatch(Closeable connection, Duration limit) {
        this.connection = connection;
        this.limitNanos = limit.toNanos();
    }

    void start() {
        Thread.ofPlatform().daemon().name("idle-watch").start(this::watch);
    }

    void busy() {
        mark(true);
    }

    void waiting() {
        mark(false);
    }

    /** Whether this watch is what closed the connection. */
    boolean expired() {
        return expired;
    }

    private void mark(boolean nowBusy) {
        lock.lock();
        try {
            busy = nowBusy;
            turns++;
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    private void watch() {
        lock.lock();
        try {
            while (!expired) {
                long turn = turns;
                long left = limitNanos;
                while (left > 0 && turn == turns) {
                    left = changed.awaitNanos(left);
                }
                expired = turn == turns && !busy;
            }
        } catch (InterruptedException _) {
            return;
        } finally {
            lock.unlock();
        }
        try {
            connection.close();
        } catch (IOException e) {
            System.err.println("model-worker: closing the idle connection: " + e.getMessage());
        }
    }
}
