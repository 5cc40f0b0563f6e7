package dev.agentos.bridge.worker;

import dev.agentos.bridge.worker.WorkerFrame.Embed;
import dev.agentos.bridge.worker.WorkerFrame.Failed;
import dev.agentos.bridge.worker.WorkerFrame.Hello;
import dev.agentos.bridge.worker.WorkerFrame.Ping;
import dev.agentos.bridge.worker.WorkerFrame.Pong;
import dev.agentos.bridge.worker.WorkerFrame.Vectors;
import java.io.IOException;
import java.nio.channels.ByteChannel;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;

/**
 * agentd's end of the connection to a model worker. One request is in flight at a time; callers queue.
 *
 * <p>The worker parses untrusted text with native code, so nothing it says is believed unchecked: a wrong id, count,
 * dimension or value closes the connection. After any failure the client is closed and stays so.
 */
public final class EmbedClient implements AutoCloseable {

    /** Texts per request: small enough that a stuck worker is noticed within one timeout. */
    private static final int BATCH = 64;

    private final ByteChannel channel;
    private final Duration requestTimeout;
    private final Hello hello;
    private final ReentrantLock turn = new ReentrantLock(true);
    private long lastId;

    private EmbedClient(ByteChannel channel, Duration requestTimeout, Hello hello) {
        this.channel = channel;
        this.requestTimeout = requestTimeout;
        this.hello = hello;
    }

    /**
     * Takes over a connected channel and waits for the worker's hello.
     *
     * @param channel in blocking mode; closed by this client, also when this call fails
     * @param helloTimeout how long the model may take to load
     * @param requestTimeout how long one batch may take
     */
    public static EmbedClient over(ByteChannel channel, Duration helloTimeout, Duration requestTimeout)
            throws IOException {
        try {
            WorkerFrame first = within(channel, helloTimeout, () -> receive(channel));
            return switch (first) {
                case Hello hello -> new EmbedClient(channel, requestTimeout, hello);
                case Failed failed -> throw new IOException("the model worker did not start: " + failed.message());
                case Ping _, Pong _, Embed _, Vectors _ ->
                    throw new IOException("the model worker did not begin with a hello");
            };
        } catch (IOException | RuntimeException e) {
            closeQuietly(channel, e);
            throw e;
        }
    }

    /** What the worker said of itself. */
    public Hello hello() {
        return hello;
    }

    /** Vectors for the texts, in their order; {@code truncated} marks those of which only a beginning was read. */
    public record Embedded(List<float[]> vectors, BitSet truncated) {}

    /**
     * One vector per text. Longer texts than {@link WorkerFrame#MAX_TEXT_BYTES} are cut and marked.
     *
     * @throws IOException when the worker failed, took too long or broke the protocol; the client is then closed
     */
    public Embedded embed(List<String> texts) throws IOException {
        turn.lock();
        try {
            var vectors = new ArrayList<float[]>(texts.size());
            var truncated = new BitSet(texts.size());
            for (int from = 0; from < texts.size(); from += BATCH) {
                embedBatch(texts.subList(from, Math.min(from + BATCH, texts.size())), vectors, truncated);
            }
            return new Embedded(List.copyOf(vectors), truncated);
        } catch (IOException | RuntimeException e) {
            closeQuietly(channel, e);
            throw e;
        } finally {
            turn.unlock();
        }
    }

    private void embedBatch(List<String> texts, List<float[]> vectors, BitSet truncated) throws IOException {
        int offset = vectors.size();
        var bounded = new ArrayList<String>(texts.size());
        for (int i = 0; i < texts.size(); i++) {
            String whole = texts.get(i);
            String kept = bounded(whole);
            bounded.add(kept);
            if (kept.length() < whole.length()) {
                truncated.set(offset + i);
            }
        }
        Embed request = new Embed(++lastId, bounded);
        switch (exchange(request)) {
            case Vectors answer -> {
                if (answer.id() != request.id()
                        || answer.vectors().size() != bounded.size()
                        || answer.dimension() != hello.dimension()) {
                    throw new IOException("the model worker answered something that was not asked");
                }
                vectors.addAll(answer.vectors());
                answer.truncated().stream().forEach(i -> truncated.set(offset + i));
            }
            case Failed failed -> throw new IOException("the model worker failed: " + failed.message());
            case Hello _, Ping _, Pong _, Embed _ -> throw new IOException("the model worker sent no vectors");
        }
    }

    /**
     * Checks that the worker still answers.
     *
     * @throws IOException when it does not; the client is then closed
     */
    public void ping() throws IOException {
        turn.lock();
        try {
            Ping request = new Ping(++lastId);
            if (!(exchange(request) instanceof Pong pong) || pong.id() != request.id()) {
                throw new IOException("the model worker did not answer a ping");
            }
        } catch (IOException | RuntimeException e) {
            closeQuietly(channel, e);
            throw e;
        } finally {
            turn.unlock();
        }
    }

    public boolean isOpen() {
        return channel.isOpen();
    }

    /** Closes the connection, which ends the worker. */
    @Override
    public void close() throws IOException {
        channel.close();
    }

    private WorkerFrame exchange(WorkerFrame request) throws IOException {
        return within(channel, requestTimeout, () -> {
            WorkerCodec.write(channel, request);
            return receive(channel);
        });
    }

    private static WorkerFrame receive(ByteChannel channel) throws IOException {
        return WorkerCodec.read(channel).orElseThrow(() -> new IOException("the model worker closed the connection"));
    }

    /** The longest beginning of the text that fits the wire and does not split a character. */
    static String bounded(String text) {
        // A UTF-16 unit takes at most three bytes of UTF-8.
        if (text.length() <= WorkerFrame.MAX_TEXT_BYTES / 3) {
            return text;
        }
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        if (utf8.length <= WorkerFrame.MAX_TEXT_BYTES) {
            return text;
        }
        int end = WorkerFrame.MAX_TEXT_BYTES;
        while ((utf8[end] & 0xC0) == 0x80) {
            end--;
        }
        return new String(utf8, 0, end, StandardCharsets.UTF_8);
    }

    @FunctionalInterface
    private interface Exchange {
        WorkerFrame run() throws IOException;
    }

    /** Runs a blocking exchange; closing the channel is what ends it when the time is over. */
    private static WorkerFrame within(ByteChannel channel, Duration timeout, Exchange exchange) throws IOException {
        var overdue = new AtomicBoolean();
        Thread watch = Thread.ofVirtual().name("worker-timeout").start(() -> {
            try {
                Thread.sleep(timeout);
                overdue.set(true);
                channel.close();
            } catch (InterruptedException _) {
                // The exchange ended in time.
            } catch (IOException _) {
                // Closing failed: the exchange reports what it sees.
            }
        });
        try {
            return exchange.run();
        } catch (ClosedChannelException e) {
            if (overdue.get()) {
                throw new IOException("the model worker did not answer within " + timeout.toMillis() + " ms", e);
            }
            throw new IOException("the connection to the model worker is closed", e);
        } finally {
            watch.interrupt();
        }
    }

    private static void closeQuietly(ByteChannel channel, Exception cause) {
        try {
            channel.close();
        } catch (IOException e) {
            cause.addSuppressed(e);
        }
    }
}
