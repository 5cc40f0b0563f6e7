package dev.agentos.domain.port;

import dev.agentos.domain.event.Event;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * The durable record of what happened, and the state that follows from it, written in one transaction.
 * Batches become durable in the order of submission; several may share one flush to the disk.
 */
public interface Journal {

    /**
     * Queues a batch. The future completes once it is on the disk, never before.
     *
     * <p>After any write failure the journal is closed for writing: a failed flush is never retried, because the
     * kernel may have dropped the pages. Every later future then fails with {@link JournalFailedException}.
     */
    CompletableFuture<Committed> submit(Batch batch);

    /**
     * Queues a batch that nobody waits for yet: it shares the flush of the next one, or of {@link #hurry}, and is on the disk
     * after a second at the latest. Its place in the order is that of this call.
     */
    default CompletableFuture<Committed> submitAhead(Batch batch) {
        return submit(batch);
    }

    /** Somebody waits for what was submitted ahead. */
    default void hurry() {}

    /** Submits and waits for the disk. */
    default Committed commit(Batch batch) {
        return submit(batch).join();
    }

    /** Current state documents of a kind, in the order of their keys. */
    List<StateDocument> state(String kind);

    /** Events with {@code seq > after}, oldest first, at most {@code limit}. */
    List<Recorded> read(long after, int limit);

    /** The sequence number of the last durable event; 0 for an empty journal. */
    long head();

    /** What is to be written together. */
    record Batch(Trace trace, List<Event> events, List<StateChange> changes) {
        public Batch {
            events = List.copyOf(events);
            changes = List.copyOf(changes);
        }

        public static Batch of(Trace trace, Event event, StateChange... changes) {
            return new Batch(trace, List.of(event), List.of(changes));
        }
    }

    /** Which request caused a record. {@code correlation} is the same through everything one command set off. */
    record Trace(String correlation) {}

    /** A new version of a state document, or its removal. */
    sealed interface StateChange {
        String kind();

        String key();

        record Put(String kind, String key, Map<String, Object> document) implements StateChange {}

        record Remove(String kind, String key) implements StateChange {}
    }

    record StateDocument(String key, Map<String, Object> document) {}

    /** The sequence numbers that a batch was given. */
    record Committed(long firstSeq, long lastSeq) {}

    /** An event as it stands in the journal. */
    record Recorded(
            long seq,
            Instant time,
            String kind,
            String agent,
            String run,
            String correlation,
            Map<String, Object> data) {}

    /** The journal cannot be written any more. The message names the place and the next step. */
    final class JournalFailedException extends RuntimeException {
        public JournalFailedException(String message, Throwable cause) {
            super(message, cause);
        }
    }
}
