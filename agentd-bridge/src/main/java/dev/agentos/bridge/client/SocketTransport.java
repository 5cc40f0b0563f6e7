package dev.agentos.bridge.client;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/** Requests over agentd's Unix socket. Connections are kept and used again; safe for several threads. */
public final class SocketTransport implements Transport {

    private static final long MAX_IDLE_NANOS = Duration.ofSeconds(30).toNanos();
    private static final int MAX_KEPT = 8;
    private static final Duration CONNECT_LIMIT = Duration.ofSeconds(10);

    private final Path socket;
    private final Deque<HttpConnection> kept = new ArrayDeque<>();
    private final ReentrantLock lock = new ReentrantLock();
    private boolean closed;

    public SocketTransport(Path socket) {
        this.socket = socket;
    }

    @Override
    public Reply send(Request request) {
        long deadline = System.nanoTime() + request.limit().toNanos();
        HttpConnection connection = null;
        try {
            connection = connection();
            connection.send(request.method(), request.path(), Map.of(), request.body(), deadline);
            HttpConnection.Head head = connection.head(deadline);
            String body = connection.body(head, deadline);
            if (head.keepsConnection()) {
                keep(connection);
            } else {
                connection.close();
            }
            return new Reply(head.status(), body);
        } catch (IOException e) {
            if (connection != null) {
                connection.close();
            }
            throw unreachable(e);
        }
    }

    private HttpConnection connection() throws IOException {
        lock.lock();
        try {
            while (!kept.isEmpty()) {
                HttpConnection connection = kept.pop();
                if (connection.isReusable(MAX_IDLE_NANOS)) {
                    return connection;
                }
                connection.close();
            }
        } finally {
            lock.unlock();
        }
        return HttpConnection.open(socket);
    }

    private void keep(HttpConnection connection) {
        lock.lock();
        try {
            if (!closed && kept.size() < MAX_KEPT) {
                kept.push(connection);
                return;
            }
        } finally {
            lock.unlock();
        }
        connection.close();
    }

    @Override
    public Lines stream(String path, String lastEventId) {
        HttpConnection connection = null;
        long deadline = System.nanoTime() + CONNECT_LIMIT.toNanos();
        try {
            connection = HttpConnection.open(socket);
            Map<String, String> headers = lastEventId.isEmpty()
                    ? Map.of("Accept", "text/event-stream")
                    : Map.of("Accept", "text/event-stream", "Last-Event-ID", lastEventId);
            connection.send("GET", path, headers, "", deadline);
            HttpConnection.Head head = connection.head(deadline);
            if (head.status() != 200) {
                String body = connection.body(head, deadline);
                connection.close();
                throw AgentdClient.error(head.status(), body);
            }
            return new StreamLines(connection, head.isChunked());
        } catch (IOException e) {
            if (connection != null) {
                connection.close();
            }
            throw unreachable(e);
        }
    }

    private UnreachableException unreachable(IOException e) {
        if (e instanceof ClosedByInterruptException) {
            return new UnreachableException("interrupted", socket.toString(), "try again", e);
        }
        if (e instanceof SocketTimeoutException) {
            return new UnreachableException(
                    "agentd did not answer in time", socket.toString(), "see its log, or: agentctl status", e);
        }
        String why = Files.exists(socket)
                ? "agentd does not answer: " + e.getMessage()
                : "no agentd is running: there is no socket";
        return new UnreachableException(why, socket.toString(), "start it: agentos up", e);
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            kept.forEach(HttpConnection::close);
            kept.clear();
        } finally {
            lock.unlock();
        }
    }

    /** The lines of a body that goes on, with the chunks taken apart. */
    private final class StreamLines implements Lines {
        private final HttpConnection connection;
        private final boolean chunked;
        private final java.io.ByteArrayOutputStream line = new java.io.ByteArrayOutputStream(256);
        private long chunkLeft;
        private boolean chunkEndDue;

        StreamLines(HttpConnection connection, boolean chunked) {
            this.connection = connection;
            this.chunked = chunked;
        }

        @Override
        public Optional<String> next(Duration wait) {
            long deadline = System.nanoTime() + wait.toNanos();
            try {
                while (true) {
                    int c = read(deadline);
                    if (c == '\n') {
                        String text = line.toString(java.nio.charset.StandardCharsets.UTF_8);
                        line.reset();
                        return Optional.of(text);
                    }
                    if (c != '\r') {
                        line.write(c);
                    }
                }
            } catch (SocketTimeoutException e) {
                // Nothing came, which is an answer too.
                return Optional.empty();
            } catch (IOException e) {
                throw unreachable(e);
            }
        }

        private int read(long deadline) throws IOException {
            if (chunked && chunkLeft == 0) {
                if (chunkEndDue) {
                    connection.line(deadline);
                    chunkEndDue = false;
                }
                chunkLeft = connection.chunkSize(deadline);
                if (chunkLeft == 0) {
                    throw new java.io.EOFException("the stream has ended");
                }
            }
            int c = connection.read(deadline);
            if (chunked && --chunkLeft == 0) {
                chunkEndDue = true;
            }
            return c;
        }

        @Override
        public void close() {
            connection.close();
        }
    }
}
