package dev.agentos.agentd.worker;

import dev.agentos.domain.model.ModelProvider.Turn;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Which answer runs in which slot. An answer that was interrupted comes back to its slot, where what it read and said
 * still is. A slot keeps what it read for the same scope of data and for no other.
 */
final class GgufSlots {

    private static final class Slot {
        final int number;
        String scope = "";
        boolean busy;

        @Nullable
        Turn last;

        long used;

        Slot(int number) {
            this.number = number;
        }
    }

    /** @param keep whether what the slot holds may be used again */
    record Taken(int number, boolean keep) {}

    private final Slot[] slots;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition freed = lock.newCondition();
    /** Answers that were interrupted and will come back; one that never does is forgotten with its turn. */
    private final Map<Turn, Boolean> coming = new WeakHashMap<>();

    private long clock;

    GgufSlots(int count) {
        slots = new Slot[count];
        for (int i = 0; i < count; i++) {
            slots[i] = new Slot(i);
        }
    }

    Taken take(Turn turn) throws InterruptedException {
        lock.lock();
        try {
            Slot slot = best(turn);
            while (slot == null) {
                freed.await();
                slot = best(turn);
            }
            boolean keep = slot.scope.equals(turn.scope()) && !turn.scope().isEmpty();
            slot.busy = true;
            slot.scope = turn.scope();
            slot.last = turn;
            slot.used = ++clock;
            coming.remove(turn);
            return new Taken(slot.number, keep);
        } finally {
            lock.unlock();
        }
    }

    /** Its own slot; else one that nobody comes back to, the same scope's before others', the longest unused first. */
    private @Nullable Slot best(Turn turn) {
        Slot best = null;
        for (Slot slot : slots) {
            if (!slot.busy && (best == null || rank(slot, turn) > rank(best, turn))) {
                best = slot;
            }
        }
        return best;
    }

    /** Whether it is this very turn: two turns are never equal, however alike. */
    @SuppressWarnings("ReferenceEquality")
    private static boolean is(@Nullable Turn last, Turn turn) {
        return last == turn;
    }

    private long rank(Slot slot, Turn turn) {
        Turn last = slot.last;
        long rank = 0;
        if (is(last, turn)) {
            rank += 4_000_000_000_000L;
        }
        if (last == null || !coming.containsKey(last)) {
            rank += 2_000_000_000_000L;
        }
        if (slot.scope.equals(turn.scope())) {
            rank += 1_000_000_000_000L;
        }
        return rank - slot.used;
    }

    /** @param comesBack whether the answer was only interrupted */
    void release(Taken taken, Turn turn, boolean comesBack) {
        lock.lock();
        try {
            slots[taken.number()].busy = false;
            if (comesBack) {
                coming.put(turn, true);
            }
            freed.signal();
        } finally {
            lock.unlock();
        }
    }
}
