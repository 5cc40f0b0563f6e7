package dev.agentos.domain.port;

import dev.agentos.domain.consent.AskRequest;
import dev.agentos.domain.consent.Consent.Grant;
import dev.agentos.domain.consent.Resolution;
import dev.agentos.domain.consent.WaitingTime.Interval;
import dev.agentos.domain.event.Event;
import dev.agentos.domain.port.Journal.Trace;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * The one way to a person. Tool calls, new domains, budget raises, substitutions, staged diffs, held operations and
 * plans are asked here, all alike; what comes back is a sealed answer.
 */
public interface ConsentQueue {

    /**
     * An ask in the queue.
     *
     * @param id empty where it was refused without being put to a person
     * @param resolution completes once, when the answer is durable
     */
    record Ticket(String id, CompletableFuture<Resolution> resolution) {}

    /**
     * Asks. Returns once the ask is durable, together with {@code before}; the same key gives the same ask, and its
     * answer, without asking again. Does not wait for the answer.
     */
    Ticket ask(Trace trace, AskRequest request, List<Event> before);

    /** A live grant that covers an act. Looking does not count as a use. */
    Optional<Grant> covering(String agent, String tool, String target, String run);

    /**
     * Counts a use of a grant, so that a person sees where it was used. Goes to the journal before anything that the
     * caller submits after it.
     *
     * @param where the run and step, connection or operation that used it
     */
    void used(Trace trace, String grant, String where);

    /**
     * Keeps a use of a grant open, for example a connection: {@code ended} runs once when the grant is revoked or over.
     * Empty when the grant is not live any more: the use must not begin.
     */
    Optional<OpenUse> hold(String grant, Runnable ended);

    /** A use that goes on until it is closed or its grant ends. */
    interface OpenUse extends AutoCloseable {
        @Override
        void close();
    }

    /** When asks of a run waited for a person, oldest first. A budget of wall time does not count these times. */
    List<Interval> waitsOf(String run);
}
