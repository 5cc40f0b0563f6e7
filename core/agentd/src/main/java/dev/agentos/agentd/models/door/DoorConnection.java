package dev.agentos.agentd.models.door;

import dev.agentos.agentd.models.door.HttpReader.BadRequestException;
import dev.agentos.agentd.models.wire.JsonTree;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One connection of a program. Whoever reads a request answers it, and lets another thread read on: so nothing is handed
 * over between a question and its answer, and the end of the connection is noticed while an answer is made, which is
 * interrupted then.
 */
final class DoorConnection {

    /** Answers one request. It is interrupted when the program is gone. */
    interface Handler {
        void handle(HttpRequest request, HttpAnswer answer) throws IOException, InterruptedException;
    }

    static final java.util.concurrent.ExecutorService ANSWERS = java.util.concurrent.Executors.newCachedThreadPool(
            Thread.ofPlatform().daemon().name("model-answer-", 0).factory());
    private final SocketChannel channel;
    private final HttpReader reader;
    private final Handler handler;
    private final Runnable whenOver;

    /** @param whenOver runs when the connection is closed and nothing of it runs any more but an answer that ends */
    DoorConnection(SocketChannel channel, Handler handler, Runnable whenOver) {
        this.channel = channel;
        this.reader = new HttpReader(channel);
        this.handler = handler;
        this.whenOver = whenOver;
    }

    /** An answer that is being made, and by whom. */
    private static final class Answering {
        private final ReentrantLock lock = new ReentrantLock();
        private final CountDownLatch ended = new CountDownLatch(1);
        private @Nullable Thread thread = Thread.currentThread();

        /** Its thread belongs to others from now on. */
        void end() {
            lock.lock();
            try {
                thread = null;
                var _ = Thread.interrupted();
            } finally {
                lock.unlock();
            }
            ended.countDown();
        }

        void interrupt() {
            lock.lock();
            try {
                if (thread != null) {
                    thread.interrupt();
                }
            } finally {
                lock.unlock();
            }
        }

        void await() throws InterruptedException {
            ended.await();
        }
    }

    /** Serves until the connection ends. */
    void serve() {
        DoorThreads.start(() -> read(Optional.empty()));
    }

    private void read(Optional<Answering> before) {
        try {
            Optional<HttpRequest> request = next(before);
            if (before.isPresent() && request.isPresent()) {
                before.get().await();
            }
            if (request.isEmpty() || !channel.isOpen()) {
                before.ifPresent(Answering::interrupt);
                over();
                return;
            }
            Answering mine = new Answering();
            boolean more = request.get().keepsAlive();
            if (more) {
                DoorThreads.start(() -> read(Optional.of(mine)));
            }
            try {
                answer(request.get());
            } finally {
                mine.end();
            }
            if (!more) {
                over();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            over();
        }
    }

    /** The next request; empty when there is none any more. */
    private Optional<HttpRequest> next(Optional<Answering> before) throws InterruptedException {
        try {
            return reader.next();
        } catch (BadRequestException e) {
            if (before.isPresent()) {
                before.get().await();
            }
            refuse(e);
        } catch (IOException e) {
            System.getLogger(DoorConnection.class.getName()).log(System.Logger.Level.DEBUG, "a connection broke", e);
        }
        return Optional.empty();
    }

    private void answer(HttpRequest request) {
        HttpAnswer answer = new HttpAnswer(channel, request.keepsAlive());
        try {
            handler.handle(request, answer);
        } catch (IOException e) {
            System.getLogger(DoorConnection.class.getName())
                    .log(System.Logger.Level.DEBUG, "the program did not wait for its answer", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            System.getLogger(DoorConnection.class.getName())
                    .log(System.Logger.Level.ERROR, request.path() + " failed", e);
        }
        if (!answer.isWhole()) {
            // Half an answer cannot be told from a whole one unless the connection ends.
            close();
        }
    }

    private void refuse(BadRequestException e) {
        try {
            new HttpAnswer(channel, false)
                    .send(
                            e.status(),
                            "application/json",
                            JsonTree.write(Map.of("error", Map.of("message", String.valueOf(e.getMessage())))),
                            Map.of());
        } catch (IOException gone) {
            System.getLogger(DoorConnection.class.getName()).log(System.Logger.Level.DEBUG, "nobody reads", gone);
        }
    }

    private void over() {
        close();
        whenOver.run();
    }

    private void close() {
        try {
            channel.close();
        } catch (IOException e) {
            System.getLogger(DoorConnection.class.getName()).log(System.Logger.Level.DEBUG, "closing", e);
        }
    }
}
