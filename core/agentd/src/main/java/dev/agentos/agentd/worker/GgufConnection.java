package dev.agentos.agentd.worker;

import dev.agentos.bridge.worker.GenerateCodec;
import dev.agentos.bridge.worker.GenerateFrame;
import dev.agentos.bridge.worker.GenerateFrame.Failed;
import dev.agentos.bridge.worker.GenerateFrame.Ready;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;

/** The gateway's end of the conversation with a GGUF worker: many requests at once over one connection. */
final class GgufConnection implements AutoCloseable {

    private final SocketChannel channel;
    private final Ready ready;
    private final ReentrantLock writing = new ReentrantLock();
    private final Map<Long, BlockingQueue<GenerateFrame>> waiting = new ConcurrentHashMap<>();
    private final AtomicLong ids = new AtomicLong();
    private volatile boolean open = true;

    private GgufConnection(SocketChannel channel, Ready ready) {
        this.channel = channel;
        this.ready = ready;
    }

    /** Waits for the worker's first frame. */
    static GgufConnection over(SocketChannel channel) throws IOException {
        Optional<GenerateFrame> first = GenerateCodec.read(channel);
        if (first.isEmpty()) {
            throw new IOException("the worker ended before it had loaded the model");
        }
        return switch (first.get()) {
            case Ready ready -> {
                GgufConnection connection = new GgufConnection(channel, ready);
                Thread.ofVirtual().name("gguf-frames").start(connection::read);
                yield connection;
            }
            case Failed failed -> throw new IOException(failed.message());
            default -> throw new IOException("the worker did not say what it loaded");
        };
    }

    Ready ready() {
        return ready;
    }

    boolean isOpen() {
        return open;
    }

    private void read() {
        try {
            for (Optional<GenerateFrame> frame = GenerateCodec.read(channel);
                    frame.isPresent();
                    frame = GenerateCodec.read(channel)) {
                BlockingQueue<GenerateFrame> queue = waiting.get(frame.get().id());
                if (queue != null) {
                    queue.add(frame.get());
                }
            }
        } catch (IOException e) {
            System.getLogger(GgufConnection.class.getName())
                    .log(System.Logger.Level.DEBUG, "the worker's connection broke", e);
        }
        open = false;
        waiting.forEach((id, queue) -> queue.add(new Failed(id, "the model worker ended")));
    }

    /** One request and the frames that answer it. */
    final class Exchange implements AutoCloseable {
        private final long id = ids.incrementAndGet();
        private final BlockingQueue<GenerateFrame> frames = new LinkedBlockingQueue<>();

        private Exchange() {
            waiting.put(id, frames);
        }

        long id() {
            return id;
        }

        GenerateFrame next() throws InterruptedException, IOException {
            while (true) {
                GenerateFrame frame = frames.poll(1, TimeUnit.SECONDS);
                if (frame != null) {
                    return frame;
                }
                if (!open) {
                    throw new IOException("the model worker ended");
                }
            }
        }

        @Override
        public void close() {
            waiting.remove(id);
        }
    }

    Exchange exchange() {
        return new Exchange();
    }

    void send(GenerateFrame frame) throws IOException {
        writing.lock();
        try {
            GenerateCodec.write(channel, frame);
        } finally {
            writing.unlock();
        }
    }

    @Override
    public void close() {
        open = false;
        try {
            channel.close();
        } catch (IOException e) {
            System.getLogger(GgufConnection.class.getName())
                    .log(System.Logger.Level.DEBUG, "closing the worker's connection", e);
        }
    }
}
