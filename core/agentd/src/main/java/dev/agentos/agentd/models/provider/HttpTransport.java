package dev.agentos.agentd.models.provider;

import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpTimeoutException;
import java.util.Map;
import java.util.Optional;

/** Carries requests of HTTP/1.1 to one host. Thread-safe. */
interface HttpTransport extends AutoCloseable {

    /**
     * What came back.
     *
     * @param headers by lower-case name
     * @param body as it comes; a read throws {@link HttpTimeoutException} after a silence
     */
    record Answer(int status, Map<String, String> headers, Body body) {
        Optional<String> header(String name) {
            return Optional.ofNullable(headers.get(name));
        }
    }

    /** Closing it before its end tells the other side that nobody waits any more. */
    abstract class Body extends InputStream {
        /** Everything that matters was read; what frames it may still come. Said before closing. */
        abstract void saidAll();

        @Override
        public abstract int read(byte[] bytes, int offset, int length) throws IOException;

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }
    }

    /**
     * Sends and waits for the head of the answer.
     *
     * @param target what is asked for: the path and the query after the host
     * @throws java.net.ConnectException where nobody takes the connection
     * @throws HttpTimeoutException where nothing comes for too long
     */
    Answer send(String method, String target, Map<String, String> headers, String body)
            throws IOException, InterruptedException;

    @Override
    void close();
}
