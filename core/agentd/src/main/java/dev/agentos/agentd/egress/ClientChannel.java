package dev.agentos.agentd.egress;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The agent's end of a proxied connection. Unix channels have no time-outs of their own, so each wait has a limit after
 * which the channel is closed, which ends every read and write on it.
 */
final class ClientChannel implements Closeable {

    private static final int BUFFER = 32 * 1024;

    /** Pieces of 8 KiB that are taken in after an answer was given. */
    private static final int MOST_REST = 128;

    private final SocketChannel channel;
    private final ScheduledExecutorService timer;
    private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER).limit(0);
    private @Nullable ScheduledFuture<?> limit;
    private @Nullable CompletableFuture<Integer> early;

    ClientChannel(SocketChannel channel, ScheduledExecutorService timer) {
        this.channel = channel;
        this.timer = timer;
    }

    /** From now on the channel is closed when the time is over; a new limit replaces the old one. */
    void limit(Duration time) {
        noLimit();
        try {
            limit = timer.schedule(this::close, time.toNanos(), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            // The service stops: nothing may wait any more.
            close();
        }
    }

    void noLimit() {
        ScheduledFuture<?> before = limit;
        if (before != null) {
            before.cancel(false);
        }
    }

    /**
     * Reads ahead while nobody else reads, to notice when the agent gives up. What comes is kept.
     *
     * @return completes when the agent has closed its end
     */
    CompletableFuture<Void> watchForEnd() {
        CompletableFuture<Void> gone = new CompletableFuture<>();
        CompletableFuture<Integer> read = new CompletableFuture<>();
        early = read;
        Thread.ofVirtual().name("egress-watch").start(() -> {
            int count = -1;
            try {
                buffer.compact();
                count = buffer.hasRemaining() ? channel.read(buffer) : 0;
            } catch (IOException e) {
                count = -1;
            } finally {
                buffer.flip();
                read.complete(count);
                if (count < 0) {
                    gone.complete(null);
                }
            }
        });
        return gone;
    }

    /** Fills the buffer if it is empty; false at the end. */
    private boolean fill() throws IOException {
        CompletableFuture<Integer> ahead = early;
        if (ahead != null) {
            early = null;
            if (ahead.join() < 0) {
                return buffer.hasRemaining();
            }
        }
        if (buffer.hasRemaining()) {
            return true;
        }
        buffer.clear();
        int count = channel.read(buffer);
        buffer.flip();
        return count > 0;
    }

    /** The next byte. */
    int read() throws IOException {
        return fill() ? buffer.get() & 0xFF : -1;
    }

    /** At least one byte into {@code target}, or -1. */
    int read(byte[] target, int offset, int length) throws IOException {
        if (!fill()) {
            return -1;
        }
        int count = Math.min(length, buffer.remaining());
        buffer.get(target, offset, count);
        return count;
    }

    /** Reads a head with its empty line; empty when the agent closes before the first byte. */
    Optional<String> readHead(int longest) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.length() < longest) {
            int c = read();
            if (c < 0) {
                if (head.isEmpty()) {
                    return Optional.empty();
                }
                throw new EOFException("the head is cut");
            }
            head.append((char) c);
            int length = head.length();
            if (c == '\n' && length >= 4 && head.substring(length - 4).equals("\r\n\r\n")) {
                return Optional.of(head.toString());
            }
            // A line that ends otherwise is judged with what there is; waiting for more would wait for ever.
            if (c == '\n' && length >= 2 && head.charAt(length - 2) == '\n') {
                return Optional.of(head.toString());
            }
        }
        return Optional.of(head.toString());
    }

    void write(byte[] bytes, int offset, int length) throws IOException {
        ByteBuffer out = ByteBuffer.wrap(bytes, offset, length);
        while (out.hasRemaining()) {
            channel.write(out);
        }
    }

    void write(String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        write(bytes, 0, bytes.length);
    }

    /**
     * Ends the answer and takes in what the agent still sends, within bounds: closing a socket with unread bytes would
     * throw away the answer at the other end.
     */
    void finish() throws IOException {
        limit(Duration.ofSeconds(2));
        channel.shutdownOutput();
        byte[] rest = new byte[8192];
        int pieces = 0;
        while (pieces < MOST_REST && read(rest, 0, rest.length) >= 0) {
            pieces++;
        }
        noLimit();
    }

    void shutdownOutput() throws IOException {
        channel.shutdownOutput();
    }

    @Override
    public void close() {
        EgressConnection.quietly(channel);
    }
}
