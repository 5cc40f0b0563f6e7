package dev.agentos.agentd.models;

import dev.agentos.domain.model.ChunkSink;
import dev.agentos.domain.model.ModelCaller;
import dev.agentos.domain.model.ModelException;
import dev.agentos.domain.model.ModelProvider;
import dev.agentos.domain.model.ModelReply;
import dev.agentos.domain.model.ModelRequest;

/** Decides when a provider makes which answer. */
public interface Dispatch {

    /** What a wait was like. */
    final class Waiting {
        private volatile long queuedNanos;
        private volatile int yields;

        /** Adds time in a queue. */
        public synchronized void queued(long nanos) {
            queuedNanos += nanos;
        }

        /** Counts one interruption. */
        public synchronized void yielded() {
            yields++;
        }

        public long queuedNanos() {
            return queuedNanos;
        }

        public int yields() {
            return yields;
        }
    }

    /** Waits for its turn, generates, and goes on where it was interrupted, until the answer is whole. */
    ModelReply run(ModelProvider provider, ModelCaller caller, ModelRequest request, ChunkSink sink, Waiting waiting)
            throws ModelException, InterruptedException;
}
