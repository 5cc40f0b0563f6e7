package dev.agentos.bridge.client;

import java.time.Duration;
import java.util.Optional;

/** How requests reach agentd. The socket in programs, a fake in tests. */
public interface Transport extends AutoCloseable {

    /**
     * One request.
     *
     * @param path with its query
     * @param body JSON, or empty where the method has none
     * @param limit longest wait for the whole answer
     */
    record Request(String method, String path, String body, Duration limit) {}

    /** One answer, whatever its status. */
    record Reply(int status, String body) {}

    /** A text stream, line by line. */
    interface Lines extends AutoCloseable {

        /**
         * The next line without its line break; empty when none came in time.
         *
         * @throws UnreachableException when the stream has ended
         */
        Optional<String> next(Duration wait);

        @Override
        void close();
    }

    /** @throws UnreachableException when no answer came */
    Reply send(Request request);

    /**
     * Opens a stream of server-sent events.
     *
     * @param lastEventId where to go on; empty for the path's own beginning
     * @throws UnreachableException when it cannot be opened
     */
    Lines stream(String path, String lastEventId);

    @Override
    void close();
}
