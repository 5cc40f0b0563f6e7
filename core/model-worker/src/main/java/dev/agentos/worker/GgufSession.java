package dev.agentos.worker;

import dev.agentos.bridge.worker.GenerateCodec;
import dev.agentos.bridge.worker.GenerateFrame;
import dev.agentos.bridge.worker.GenerateFrame.Cancel;
import dev.agentos.bridge.worker.GenerateFrame.Converse;
import dev.agentos.bridge.worker.GenerateFrame.Count;
import dev.agentos.bridge.worker.GenerateFrame.Counted;
import dev.agentos.bridge.worker.GenerateFrame.Ended;
import dev.agentos.bridge.worker.GenerateFrame.Failed;
import dev.agentos.bridge.worker.GenerateFrame.Generate;
import dev.agentos.bridge.worker.GenerateFrame.Piece;
import dev.agentos.bridge.worker.GenerateFrame.Ready;
import dev.agentos.bridge.worker.GenerateFrame.Template;
import dev.agentos.bridge.worker.GenerateFrame.Templated;
import java.io.IOException;
import java.nio.channels.ByteChannel;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.ReentrantLock;

/** The worker's half of the conversation: many answers at once over one connection. */
final class GgufSession {

    private final ByteChannel channel;
    private final GgufModel model;
    private final ReentrantLock writing = new ReentrantLock();
    private final Set<Long> cancelled = ConcurrentHashMap.newKeySet();

    GgufSession(ByteChannel channel, GgufModel model) {
        this.channel = channel;
        this.model = model;
    }

    /** Serves until the other side closes. */
    void serve(Ready ready) throws IOException {
        send(ready);
        // Native calls hold their thread, so these are threads of the system.
        try (ExecutorService threads = Executors.newCachedThreadPool(
                Thread.ofPlatform().daemon().name("answer-", 0).factory())) {
            for (Optional<GenerateFrame> frame = GenerateCodec.read(channel);
                    frame.isPresent();
                    frame = GenerateCodec.read(channel)) {
                switch (frame.get()) {
                    case Cancel cancel -> cancelled.add(cancel.id());
                    case Generate ask -> threads.execute(() -> generate(ask));
                    case Count count ->
                        threads.execute(() ->
                                answer(count.id(), () -> new Counted(count.id(), model.count(count.text()))));
                    case Template template ->
                        threads.execute(() -> answer(
                                template.id(),
                                () -> new Templated(template.id(), model.template(template.messages()))));
                    case Converse converse ->
                        threads.execute(() -> answer(
                                converse.id(),
                                () -> new Templated(
                                        converse.id(), model.template(converse.messages(), converse.tools()))));
                    case Ready _, Piece _, Ended _, Failed _, Counted _, Templated _ -> {
                        return;
                    }
                }
            }
            threads.shutdownNow();
        }
    }

    private interface Answer {
        GenerateFrame make() throws IOException;
    }

    private void generate(Generate ask) {
        answer(
                ask.id(),
                () -> model.generate(ask, text -> send(new Piece(ask.id(), text)), () -> cancelled.contains(ask.id())));
        cancelled.remove(ask.id());
    }

    private void answer(long id, Answer answer) {
        try {
            send(answer.make());
        } catch (RuntimeException e) {
            // The library throws what it does not let others name.
            failed(id, String.valueOf(e.getMessage()));
        } catch (Error e) {
            // Who asked must not wait for an answer that no thread is making any more.
            failed(id, e.toString());
            throw e;
        } catch (IOException e) {
            System.err.println("gguf-worker: an answer was not sent: " + e.getMessage());
        }
    }

    private void failed(long id, String why) {
        try {
            send(new Failed(id, EmbedSession.shortened(why)));
        } catch (IOException e) {
            System.err.println("gguf-worker: " + why + "; and it could not be told: " + e.getMessage());
        }
    }

    private void send(GenerateFrame frame) throws IOException {
        writing.lock();
        try {
            GenerateCodec.write(channel, frame);
        } finally {
            writing.unlock();
        }
    }
}
