package dev.agentos.agentd.models.provider;

import java.io.EOFException;
import java.io.IOException;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * One connection to a model server, with one request at a time (RFC 9112). Used by one thread at a time; only the timer
 * looks at it from outside, and closes it when it is silent for too long.
 */
final class PlainConnection {

    private static final int MAX_HEAD = 64 * 1024;

    /** The most that is read of an answer that nobody wanted to its end. */
    private static final int MAX_LEFT_OVER = 64 * 1024;

    private final SocketChannel channel;
    private final Duration patience;
    private final Consumer<PlainConnection> whenRead;
    private final ByteBuffer buffer = ByteBuffer.allocate(16 * 1024).limit(0);
    private boolean chunked;
    /** Bytes of the body, or of this chunk, that are still to come; -1 where the end of the connection is the end. */
    private long left;

    private boolean between;
    private boolean ended = true;
    private boolean keepsAlive = true;
    private volatile long last;
    private volatile boolean busy;
    private volatile boolean wasTooLong;
    private final ReentrantLock watching = new ReentrantLock();

    /** @param whenRead is given this connection when its answer is of no more interest */
    PlainConnection(SocketChannel channel, Duration patience, Consumer<PlainConnection> whenRead) {
        this.channel = channel;
        this.patience = patience;
        this.whenRead = whenRead;
        this.last = System.nanoTime();
    }

    /** Closes it after a silence, and after as long without a request. Costs one timer now and then, none per request. */
    void watch(ScheduledExecutorService timer) {
        watching.lock();
        try {
            long left = last + patience.toNanos() - System.nanoTime();
            if (left > 0) {
                var _ = timer.schedule(() -> again(timer), left, TimeUnit.NANOSECONDS);
                return;
            }
            wasTooLong = busy;
            close();
        } finally {
            watching.unlock();
        }
    }

    private void again(ScheduledExecutorService timer) {
        if (channel.isOpen()) {
            watch(timer);
        }
    }

    /** Takes it for a request, if it was not closed a moment ago. */
    private boolean begin() {
        watching.lock();
        try {
            last = System.nanoTime();
            busy = true;
            return channel.isOpen();
        } finally {
            watching.unlock();
        }
    }

    /** Sends a request and reads the head of its answer. */
    HttpTransport.Answer send(ByteBuffer request) throws IOException {
        if (!begin()) {
            throw new IOException("the connection was closed");
        }
        try {
            while (request.hasRemaining()) {
                channel.write(request);
            }
            int status = status();
            Map<String, String> headers = headers();
            while (status / 100 == 1) {
                status = status();
                headers = headers();
            }
            frame(status, headers);
            return new HttpTransport.Answer(status, headers, new Read());
        } catch (AsynchronousCloseException e) {
            throw told(e);
        }
    }

    /** Why it was closed while somebody waited: silence, or what the exception says. */
    private IOException told(AsynchronousCloseException e) {
        if (e instanceof ClosedByInterruptException || !wasTooLong) {
            return e;
        }
        HttpTimeoutException silence = new HttpTimeoutException("silence");
        silence.initCause(e);
        return silence;
    }

    private int status() throws IOException {
        String line = line();
        if (!line.matches("HTTP/1\\.[01] [1-5][0-9][0-9]( .*)?")) {
            throw new IOException("what answers speaks no HTTP/1.1");
        }
        keepsAlive = line.startsWith("HTTP/1.1");
        return Integer.parseInt(line.substring(9, 12));
    }

    private Map<String, String> headers() throws IOException {
        Map<String, String> headers = new LinkedHashMap<>();
        int size = 0;
        for (String line = line(); !line.isEmpty(); line = line()) {
            size += line.length();
            int colon = line.indexOf(':');
            if (colon <= 0 || size > MAX_HEAD) {
                throw new IOException("the head of the answer cannot be read");
            }
            headers.putIfAbsent(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).strip());
        }
        return headers;
    }

    private void frame(int status, Map<String, String> headers) throws IOException {
        chunked = headers.getOrDefault("transfer-encoding", "")
                .toLowerCase(Locale.ROOT)
                .endsWith("chunked");
        String length = headers.getOrDefault("content-length", "-1");
        if (!length.matches("-1|[0-9]{1,15}")) {
            throw new IOException("the length of the answer is no number");
        }
        left = chunked ? 0 : Long.parseLong(length);
        between = false;
        ended = status == 204 || status == 304 || (!chunked && left == 0);
        keepsAlive &= (chunked || left >= 0 || ended)
                && !headers.getOrDefault("connection", "").equalsIgnoreCase("close");
    }

    // ------------------------------------------------------------------ the body

    /** Reads at least one byte; -1 at the end. */
    private int read(byte[] bytes, int offset, int length) throws IOException {
        if (!ended && chunked && left == 0) {
            chunk();
        }
        if (ended) {
            return -1;
        }
        if (!buffer.hasRemaining() && !fill()) {
            if (left < 0) {
                ended = true;
                return -1;
            }
            throw new EOFException("the connection ended inside the answer");
        }
        int count = Math.min(length, buffer.remaining());
        if (left >= 0) {
            count = (int) Math.min(count, left);
            left -= count;
            ended = !chunked && left == 0;
        }
        buffer.get(bytes, offset, count);
        return count;
    }

    /** Reads the head of the next chunk. */
    private void chunk() throws IOException {
        if (between) {
            line();
        }
        String size = line().split(";", 2)[0].strip();
        if (!size.matches("[0-9A-Fa-f]{1,8}")) {
            throw new IOException("a chunk whose size is no number");
        }
        between = true;
        left = Long.parseLong(size, 16);
        if (left == 0) {
            headers();
            ended = true;
        }
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        while (true) {
            if (!buffer.hasRemaining() && !fill()) {
                throw new EOFException("the connection ended before the answer did");
            }
            char c = (char) (buffer.get() & 0xff);
            if (c == '\n') {
                int length = line.length();
                return line.substring(0, length > 0 && line.charAt(length - 1) == '\r' ? length - 1 : length);
            }
            line.append(c);
            if (line.length() > MAX_HEAD) {
                throw new IOException("a line of the answer's head is too long");
            }
        }
    }

    private boolean fill() throws IOException {
        buffer.clear();
        int count = channel.read(buffer);
        buffer.flip();
        last = System.nanoTime();
        if (count == 0) {
            throw new NothingYetException();
        }
        return count > 0;
    }

    /** Only where nobody waits. */
    private static final class NothingYetException extends IOException {
        NothingYetException() {
            super("nothing has come yet");
        }
    }

    /** What is read of the answer; its frame may be finished before the next request only. */
    private final class Read extends HttpTransport.Body {
        private boolean over;
        private boolean saidAll;

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            if (over) {
                return -1;
            }
            try {
                return PlainConnection.this.read(bytes, offset, length);
            } catch (AsynchronousCloseException e) {
                throw told(e);
            }
        }

        @Override
        void saidAll() {
            saidAll = true;
        }

        @Override
        public void close() {
            if (over) {
                return;
            }
            over = true;
            busy = false;
            if (ended || saidAll) {
                whenRead.accept(PlainConnection.this);
            } else {
                // Nobody waits for the rest, and this is how a model server learns it.
                PlainConnection.this.close();
            }
        }
    }

    /** Whether another request can be sent: the last answer is whole, and the other side has not closed. Never waits. */
    boolean isReady() {
        if (!keepsAlive || !begin()) {
            return false;
        }
        try {
            channel.configureBlocking(false);
            byte[] rest = new byte[1024];
            int read = 0;
            while (!ended && read < MAX_LEFT_OVER) {
                read += Math.max(0, read(rest, 0, rest.length));
            }
            if (!ended || buffer.hasRemaining()) {
                return false;
            }
            // Nothing is to be read: neither an answer that nobody asked for nor the end.
            buffer.clear();
            int more = channel.read(buffer);
            buffer.limit(0);
            channel.configureBlocking(true);
            return more == 0;
        } catch (IOException e) {
            return false;
        }
    }

    void close() {
        try {
            channel.close();
        } catch (IOException e) {
            System.getLogger(PlainConnection.class.getName()).log(System.Logger.Level.DEBUG, "closing", e);
        }
    }
}
