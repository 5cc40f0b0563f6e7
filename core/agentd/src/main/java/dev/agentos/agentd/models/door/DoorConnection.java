package dev.agentos.agentd.models.door;

import dev.agentos.agentd.models.door.HttpReader.BadRequestException;
import dev.agentos.agentd.models.wire.JsonTree;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One connection of a program. One thread reads, another answers: so the end of the connection is noticed while an
 * answer is made, and the answer is interrupted.
 */
final class DoorConnection {

    /** Answers one request. It is interrupted when the program is gone. */
    interface Handler {
        void handle(HttpRequest request, HttpAnswer answer) throws IOException, InterruptedException;
    }

    private final SocketChannel channel;
    private final Handler handler;

    DoorConnection(SocketChannel channel, Handler handler) {
        this.channel = channel;
        this.handler = handler;
    }

    /** Serves until the connection ends; then it is closed and nothing of it runs. */
    void serve() throws InterruptedException {
        Thread answering = null;
        try (channel) {
            HttpReader reader = new HttpReader(channel);
            while (true) {
                Optional<HttpRequest> request = reader.next();
                if (request.isEmpty()) {
                    return;
                }
                await(answering);
                if (!channel.isOpen()) {
                    return;
                }
                answering = Thread.ofVirtual().name("model-answer").start(() -> answer(request.get()));
                if (!request.get().keepsAlive()) {
                    answering.join();
                    return;
                }
            }
        } catch (BadRequestException e) {
            await(answering);
            refuse(e);
        } catch (IOException e) {
            System.getLogger(DoorConnection.class.getName()).log(System.Logger.Level.DEBUG, "a connection broke", e);
        } finally {
            if (answering != null) {
                answering.interrupt();
                answering.join();
            }
        }
    }

    private static void await(@Nullable Thread answering) throws InterruptedException {
        if (answering != null) {
            answering.join();
        }
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

    private void close() {
        try {
            channel.close();
        } catch (IOException e) {
            System.getLogger(DoorConnection.class.getName()).log(System.Logger.Level.DEBUG, "closing", e);
        }
    }
}
