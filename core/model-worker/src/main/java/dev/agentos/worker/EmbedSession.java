package dev.agentos.worker;

import dev.agentos.bridge.worker.MalformedFrameException;
import dev.agentos.bridge.worker.WorkerCodec;
import dev.agentos.bridge.worker.WorkerFrame;
import dev.agentos.bridge.worker.WorkerFrame.Code;
import dev.agentos.bridge.worker.WorkerFrame.Embed;
import dev.agentos.bridge.worker.WorkerFrame.Failed;
import dev.agentos.bridge.worker.WorkerFrame.Hello;
import dev.agentos.bridge.worker.WorkerFrame.Ping;
import dev.agentos.bridge.worker.WorkerFrame.Pong;
import dev.agentos.bridge.worker.WorkerFrame.Vectors;
import java.io.IOException;
import java.nio.channels.ByteChannel;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Optional;

/** The worker's half of the conversation: hello, then one answer per request until the other side closes. */
final class EmbedSession {

    /** Turns one text into one vector. */
    @FunctionalInterface
    interface Model {
        MiniLmEmbedder.Embedding embed(String text) throws IOException;
    }

    /** How a conversation ended. */
    enum End {
        CLOSED_BY_PEER,
        PROTOCOL_BROKEN
    }

    private final ByteChannel channel;
    private final Model model;
    private final IdleWatch idle;

    EmbedSession(ByteChannel channel, Model model, IdleWatch idle) {
        this.channel = channel;
        this.model = model;
        this.idle = idle;
    }

    /** Serves until the conversation ends. The caller closes the channel. */
    End serve(Hello hello) throws IOException {
        WorkerCodec.write(channel, hello);
        while (true) {
            Optional<WorkerFrame> request;
            try {
                request = WorkerCodec.read(channel);
            } catch (MalformedFrameException e) {
                return refuse(e.code(), String.valueOf(e.getMessage()));
            }
            if (request.isEmpty()) {
                return End.CLOSED_BY_PEER;
            }
            idle.busy();
            switch (request.get()) {
                case Ping ping -> WorkerCodec.write(channel, new Pong(ping.id()));
                case Embed embed -> WorkerCodec.write(channel, answer(embed));
                case Hello _, Pong _, Vectors _, Failed _ -> {
                    return refuse(Code.UNEXPECTED_FRAME, "only ping and embed are answered here");
                }
            }
            idle.waiting();
        }
    }

    private WorkerFrame answer(Embed request) {
        var vectors = new ArrayList<float[]>(request.texts().size());
        var truncated = new BitSet();
        try {
            for (String text : request.texts()) {
                MiniLmEmbedder.Embedding embedding = model.embed(text);
                truncated.set(vectors.size(), embedding.truncated());
                vectors.add(embedding.vector());
            }
        } catch (IOException e) {
            return new Failed(request.id(), Code.MODEL_FAILED, shortened(String.valueOf(e.getMessage())));
        }
        return new Vectors(request.id(), vectors, truncated);
    }

    private End refuse(Code code, String why) throws IOException {
        WorkerCodec.write(channel, new Failed(0, code, shortened(why)));
        return End.PROTOCOL_BROKEN;
    }

    static String shortened(String message) {
        return message.length() <= 500 ? message : message.substring(0, 500);
    }
}
