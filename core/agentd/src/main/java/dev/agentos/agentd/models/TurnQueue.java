package dev.agentos.agentd.models;

import dev.agentos.domain.contract.LatencyClass;
import dev.agentos.domain.model.ModelCaller;
import dev.agentos.domain.model.ModelProvider.Turn;
import dev.agentos.domain.port.TimeSource;
import dev.agentos.domain.schedule.ClassScheduler;
import dev.agentos.domain.schedule.ClassScheduler.Action;
import dev.agentos.domain.schedule.ClassScheduler.Capacity;
import dev.agentos.domain.schedule.ClassScheduler.Job;
import dev.agentos.domain.schedule.ClassScheduler.Load;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/** The queue at one provider: tells the scheduler what happens and carries out what it decides. */
final class TurnQueue {

    private final ClassScheduler scheduler;
    private final Capacity capacity;
    private final TimeSource time;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<Long, Place> places = new HashMap<>();
    private long jobs;

    TurnQueue(ClassScheduler scheduler, Capacity capacity, TimeSource time) {
        this.scheduler = scheduler;
        this.capacity = capacity;
        this.time = time;
    }

    Capacity capacity() {
        return capacity;
    }

    boolean isBusy() {
        lock.lock();
        try {
            return !places.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    Load load() {
        lock.lock();
        try {
            return scheduler.load();
        } finally {
            lock.unlock();
        }
    }

    Map<LatencyClass, Long> waiting() {
        lock.lock();
        try {
            return scheduler.waiting();
        } finally {
            lock.unlock();
        }
    }

    Place enter(ModelCaller caller, long deadlineNanos) {
        lock.lock();
        try {
            Place place = new Place(++jobs, caller.scope(), caller.latency() == LatencyClass.DT);
            places.put(place.id, place);
            String who = caller.isOperator() ? "operator" : caller.agent();
            carryOut(() -> scheduler.submitted(
                    new Job(place.id, who, caller.latency(), time.nanos(), deadlineNanos), time.nanos()));
            return place;
        } finally {
            lock.unlock();
        }
    }

    /** Decides under the lock; what stops others is run outside it. */
    private void carryOut(Supplier<List<Action>> decision) {
        List<Runnable> stops = new ArrayList<>();
        lock.lock();
        try {
            for (Action action : decision.get()) {
                switch (action) {
                    case Action.Start start -> place(start.job()).started.release();
                    case Action.Yield yield -> stops.addAll(place(yield.job()).mustStop());
                }
            }
        } finally {
            lock.unlock();
        }
        stops.forEach(Runnable::run);
    }

    private Place place(long job) {
        Place place = places.get(job);
        if (place == null) {
            throw new IllegalStateException("job " + job + " is not here");
        }
        return place;
    }

    /** One call's place in the queue, and what tells it to stop while it has its turn. */
    final class Place implements Turn, AutoCloseable {
        private final long id;
        private final String scope;
        private final boolean canWait;
        private final Semaphore started = new Semaphore(0);
        private final List<Runnable> stops = new ArrayList<>();
        private volatile boolean stopping;
        private boolean talking;

        private Place(long id, String scope, boolean canWait) {
            this.id = id;
            this.scope = scope;
            this.canWait = canWait;
        }

        void awaitStart() throws InterruptedException {
            started.acquire();
        }

        /** The first piece of this turn came. */
        @Override
        public void begun() {
            if (!talking) {
                talking = true;
                carryOut(() -> scheduler.begun(id, time.nanos()));
            }
        }

        /** It has stopped and waits again. */
        void yielded() {
            lock.lock();
            try {
                talking = false;
                stopping = false;
                stops.clear();
            } finally {
                lock.unlock();
            }
            carryOut(() -> scheduler.yielded(id, time.nanos()));
        }

        private List<Runnable> mustStop() {
            stopping = true;
            return List.copyOf(stops);
        }

        @Override
        public boolean mustYield() {
            return stopping;
        }

        @Override
        public void onYield(Runnable action) {
            boolean now;
            lock.lock();
            try {
                stops.add(action);
                now = stopping;
            } finally {
                lock.unlock();
            }
            if (now) {
                action.run();
            }
        }

        @Override
        public boolean canWait() {
            return canWait;
        }

        @Override
        public String scope() {
            return scope;
        }

        @Override
        public void close() {
            carryOut(() -> {
                List<Action> actions = scheduler.ended(id, time.nanos());
                places.remove(id);
                return actions;
            });
        }
    }
}
