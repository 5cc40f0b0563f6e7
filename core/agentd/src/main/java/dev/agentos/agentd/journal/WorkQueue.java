package dev.agentos.agentd.journal;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** What waits for one worker, in order. Some of it wakes the worker, and some is content to be taken along. */
final class WorkQueue<T> {

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition wanted = lock.newCondition();
    private final Deque<T> all = new ArrayDeque<>();
    private boolean urgent;

    /** @param wakes whether the worker is to come for it at once */
    void add(T one, boolean wakes) {
        lock.lock();
        try {
            all.addLast(one);
            if (wakes) {
                wake();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Somebody waits for what is here. */
    void hurry() {
        lock.lock();
        try {
            if (!all.isEmpty()) {
                wake();
            }
        } finally {
            lock.unlock();
        }
    }

    private void wake() {
        urgent = true;
        wanted.signal();
    }

    /** Takes one back that the worker has not taken yet; false where it has. */
    boolean remove(T one) {
        lock.lock();
        try {
            return all.remove(one);
        } finally {
            lock.unlock();
        }
    }

    /** Everything that is here, oldest first. */
    List<T> drain() {
        lock.lock();
        try {
            List<T> rest = List.copyOf(all);
            all.clear();
            urgent = false;
            return rest;
        } finally {
            lock.unlock();
        }
    }

    /** Waits until the worker is wanted, at most that long, and takes the oldest, at most that many. */
    void take(Collection<T> into, int most, Duration patience) throws InterruptedException {
        long left = patience.toNanos();
        lock.lockInterruptibly();
        try {
            while (!urgent && left > 0) {
                left = wanted.awaitNanos(left);
            }
            while (into.size() < most && !all.isEmpty()) {
                into.add(all.removeFirst());
            }
            urgent = urgent && !all.isEmpty();
        } finally {
            lock.unlock();
        }
    }
}
