package dev.agentos.domain.schedule;

import dev.agentos.domain.contract.LatencyClass;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Whose turn it is at one provider. Soft real-time jobs go first, the earliest deadline first among those whose agent has
 * burst credit left; delay-tolerant jobs fill what is left, agent by agent in turn. While a soft real-time job waits for
 * its first token, jobs of the other class whose prompt is still read yield where the provider can resume from a prefix,
 * and none begins; they come back as soon as it has one. Those that talk go on: one more token beside a whole prompt
 * costs next to nothing, and as many yield as slots are missing. Where the provider cannot resume, nothing is
 * interrupted. Of several slots one is kept free for the first class, so that it never waits for the end of a turn.
 *
 * <p>A state machine: each method takes what happened and the time, and gives what is to be done. Not thread-safe.
 */
public final class ClassScheduler {

    /**
     * What is known of a provider.
     *
     * @param slots answers at once
     * @param resumes whether a job that was stopped early can go on from what it said
     */
    public record Capacity(int slots, boolean resumes) {
        public Capacity {
            if (slots < 1) {
                throw new IllegalArgumentException("a provider makes at least one answer at a time");
            }
        }
    }

    /**
     * An answer that is wanted.
     *
     * @param id unique while it is known here
     * @param deadlineNanos when its first token is due; {@link Long#MAX_VALUE} for no deadline
     */
    public record Job(long id, String agent, LatencyClass latency, long arrivedNanos, long deadlineNanos) {
        boolean isUrgent() {
            return latency != LatencyClass.DT;
        }
    }

    /** What is to be done now. */
    public sealed interface Action {
        /** Begin it, or go on with it. */
        record Start(long job) implements Action {}

        /** Ask it to stop at the next token; tell when it did with {@link #yielded}. */
        record Yield(long job) implements Action {}
    }

    private enum Phase {
        QUEUED,
        /** It runs and has no token of this turn yet. */
        BEGINNING,
        TALKING,
        YIELDING
    }

    private static final class Entry {
        final Job job;
        final boolean first;
        Phase phase = Phase.QUEUED;
        long sequence;
        long started;

        Entry(Job job, boolean first, long sequence) {
            this.job = job;
            this.first = first;
            this.sequence = sequence;
        }
    }

    private final Capacity capacity;
    private final BurstCredit.Rate rate;
    private final Map<Long, Entry> entries = new LinkedHashMap<>();
    private final Map<String, BurstCredit> credits = new HashMap<>();
    private final Map<String, Long> served = new HashMap<>();
    private long sequence;

    public ClassScheduler(Capacity capacity, BurstCredit.Rate rate) {
        this.capacity = capacity;
        this.rate = rate;
    }

    // ------------------------------------------------------------------ what happens

    /** A job comes. */
    public List<Action> submitted(Job job, long nowNanos) {
        if (entries.containsKey(job.id())) {
            throw new IllegalArgumentException("job " + job.id() + " is known already");
        }
        entries.put(job.id(), new Entry(job, job.isUrgent() && credited(job, nowNanos), ++sequence));
        return decide();
    }

    /** A running job said its first token of this turn. */
    public List<Action> begun(long job, long nowNanos) {
        Entry entry = entries.get(job);
        if (entry != null && entry.phase == Phase.BEGINNING) {
            entry.phase = Phase.TALKING;
        }
        return decide();
    }

    /** A job that was asked to stop has stopped; it waits for its next turn, before those that never had one. */
    public List<Action> yielded(long job, long nowNanos) {
        Entry entry = entries.get(job);
        if (entry != null && isRunning(entry)) {
            entry.phase = Phase.QUEUED;
        }
        return decide();
    }

    /** A job is over, or nobody wants it any more. */
    public List<Action> ended(long job, long nowNanos) {
        entries.remove(job);
        if (entries.isEmpty()) {
            served.clear();
            credits.values().removeIf(credit -> credit.at(rate, nowNanos) >= rate.most());
        }
        return decide();
    }

    private boolean credited(Job job, long nowNanos) {
        BurstCredit credit = credits.getOrDefault(job.agent(), BurstCredit.full(rate, nowNanos));
        boolean enough = credit.at(rate, nowNanos) >= 1;
        credits.put(job.agent(), credit.spend(rate, nowNanos));
        return enough;
    }

    // ------------------------------------------------------------------ what is done

    private List<Action> decide() {
        List<Action> actions = new ArrayList<>();
        yieldForOnset(actions);
        while (count(true, true) + count(false, true) < capacity.slots()) {
            Optional<Entry> next = next();
            if (next.isEmpty()) {
                break;
            }
            start(next.get(), actions);
        }
        return actions;
    }

    /** While somebody of the first class has no token yet, no other prompt is read, and slots that it lacks are freed. */
    private void yieldForOnset(List<Action> actions) {
        if (!capacity.resumes() || !onsetPending()) {
            return;
        }
        for (Entry entry : entries.values()) {
            if (!entry.first && entry.phase == Phase.BEGINNING) {
                stop(entry, actions);
            }
        }
        long free = capacity.slots() - count(true, true) - count(false, true);
        long coming = free
                + entries.values().stream().filter(ClassScheduler::isYielding).count();
        // Who began last has least to come back to.
        List<Entry> talking = entries.values().stream()
                .filter(entry -> !entry.first && entry.phase == Phase.TALKING)
                .sorted(Comparator.comparingLong((Entry entry) -> entry.started).reversed())
                .toList();
        for (Entry entry : talking.subList(0, Math.clamp(count(true, false) - coming, 0, talking.size()))) {
            stop(entry, actions);
        }
    }

    private static void stop(Entry entry, List<Action> actions) {
        entry.phase = Phase.YIELDING;
        actions.add(new Action.Yield(entry.job.id()));
    }

    private static boolean isYielding(Entry entry) {
        return entry.phase == Phase.YIELDING;
    }

    private boolean onsetPending() {
        return entries.values().stream()
                .anyMatch(entry -> entry.first && (entry.phase == Phase.QUEUED || entry.phase == Phase.BEGINNING));
    }

    private Optional<Entry> next() {
        Optional<Entry> urgent = waiting(true)
                .min(Comparator.comparingLong((Entry entry) -> entry.job.deadlineNanos())
                        .thenComparingLong(entry -> entry.sequence));
        if (urgent.isPresent()) {
            return urgent;
        }
        boolean full = count(false, true) >= Math.max(1, capacity.slots() - 1);
        if (full || (capacity.resumes() && onsetPending())) {
            return Optional.empty();
        }
        // Agent by agent: who was served least goes next, so that eight streams of one do not hide one of another.
        return waiting(false)
                .min(Comparator.comparingLong((Entry entry) -> served.getOrDefault(entry.job.agent(), 0L))
                        .thenComparingLong(entry -> entry.sequence));
    }

    private java.util.stream.Stream<Entry> waiting(boolean first) {
        return entries.values().stream().filter(entry -> entry.phase == Phase.QUEUED && entry.first == first);
    }

    private void start(Entry entry, List<Action> actions) {
        entry.phase = Phase.BEGINNING;
        entry.started = ++sequence;
        if (!entry.first) {
            served.merge(entry.job.agent(), 1L, Long::sum);
        }
        actions.add(new Action.Start(entry.job.id()));
    }

    private static boolean isRunning(Entry entry) {
        return entry.phase != Phase.QUEUED;
    }

    // ------------------------------------------------------------------ what is shown

    /** How many wait and how many run now. */
    public record Load(int slots, long runningFirst, long runningOther, long waitingFirst, long waitingOther) {}

    public Load load() {
        return new Load(
                capacity.slots(), count(true, true), count(false, true), count(true, false), count(false, false));
    }

    /** How many jobs of each class wait for their turn now; a class without one is not there. */
    public Map<LatencyClass, Long> waiting() {
        Map<LatencyClass, Long> waiting = new EnumMap<>(LatencyClass.class);
        entries.values().stream()
                .filter(entry -> !isRunning(entry))
                .forEach(entry -> waiting.merge(entry.job.latency(), 1L, Long::sum));
        return waiting;
    }

    private long count(boolean first, boolean running) {
        return entries.values().stream()
                .filter(entry -> entry.first == first && isRunning(entry) == running)
                .count();
    }
}
