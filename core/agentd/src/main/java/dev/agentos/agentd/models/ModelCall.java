package dev.agentos.agentd.models;

import dev.agentos.domain.model.ChunkSink;
import dev.agentos.domain.model.ModelChunk;
import dev.agentos.domain.model.ModelException;
import dev.agentos.domain.model.ModelException.Kind;
import dev.agentos.domain.model.TokenCount;
import dev.agentos.domain.port.TimeSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** One call on its way: when what happened, and what was given on. Used by one thread at a time. */
final class ModelCall {

    private final String id;
    private final ChunkSink sink;
    private final long askedNanos;
    private final Dispatch.Waiting waiting = new Dispatch.Waiting();
    private CompletableFuture<?> record = CompletableFuture.completedFuture("");
    private boolean recorded;
    private long beganNanos;
    private long queuedBefore;
    private long firstNanos;
    private long queuedBeforeFirst;
    private long promptTokens;
    private long most;
    private long saidTokens;
    private boolean gaveAnything;

    ModelCall(String id, ChunkSink sink, long nanos) {
        this.id = id;
        this.sink = sink;
        this.askedNanos = nanos;
        this.beganNanos = nanos;
    }

    String id() {
        return id;
    }

    Dispatch.Waiting waiting() {
        return waiting;
    }

    void sized(long prompt, long mostTokens) {
        promptTokens = prompt;
        most = mostTokens;
    }

    long promptTokens() {
        return promptTokens;
    }

    long most() {
        return most;
    }

    long saidTokens() {
        return saidTokens;
    }

    /** Whether a piece reached the program: then no other model may begin anew. */
    boolean gaveAnything() {
        return gaveAnything;
    }

    /** @param decision completes when the decision to call is on the disk */
    void begins(CompletableFuture<?> decision, long nanos) {
        record = decision;
        recorded = false;
        beganNanos = nanos;
        queuedBefore = waiting.queuedNanos();
        firstNanos = 0;
        queuedBeforeFirst = 0;
        saidTokens = 0;
    }

    void awaitRecord() throws ModelException {
        if (recorded) {
            return;
        }
        try {
            record.join();
            recorded = true;
        } catch (CompletionException e) {
            throw new ModelException(
                    Kind.UNAVAILABLE,
                    "the call could not be recorded, so it is not answered",
                    "free space or repair the disk, then restart agentd",
                    e);
        }
    }

    /** Gives pieces on once the decision is on the disk. */
    ChunkSink sink(TimeSource time) {
        return chunk -> {
            if (firstNanos == 0) {
                firstNanos = time.nanos();
                queuedBeforeFirst = waiting.queuedNanos() - queuedBefore;
            }
            awaitRecord();
            // A piece of a stream is about one token.
            saidTokens += Math.max(1, TokenCount.of(text(chunk)));
            if (!sink.equals(ChunkSink.NOWHERE)) {
                gaveAnything = true;
                sink.accept(chunk);
            }
        };
    }

    private static String text(ModelChunk chunk) {
        return switch (chunk) {
            case ModelChunk.Text piece -> piece.text();
            case ModelChunk.Reasoning piece -> piece.text();
            case ModelChunk.Call piece -> piece.arguments();
        };
    }

    /** From the question to the first piece; 0 while there is none. */
    long onsetNanos() {
        return firstNanos == 0 ? 0 : firstNanos - askedNanos;
    }

    /** What the model itself took to the first piece, without any queue; 0 while there is none. */
    long modelOnsetNanos() {
        return firstNanos == 0 ? 0 : firstNanos - beganNanos - queuedBeforeFirst;
    }

    /** What the model itself took so far, without any queue. */
    long modelTurnNanos(long now) {
        return now - beganNanos - (waiting.queuedNanos() - queuedBefore);
    }

    long turnNanos(long now) {
        return now - askedNanos;
    }
}
