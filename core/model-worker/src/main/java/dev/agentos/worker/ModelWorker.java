package dev.agentos.worker;

import dev.agentos.bridge.worker.WorkerCodec;
import dev.agentos.bridge.worker.WorkerFrame.Code;
import dev.agentos.bridge.worker.WorkerFrame.Failed;
import dev.agentos.bridge.worker.WorkerFrame.Hello;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.List;

/**
 * The model worker's main: connects to the given socket, loads the model, answers until the socket closes.
 *
 * <p>Exit codes: 0 the other side closed or nothing was asked for long enough, 2 usage, 3 the model or the socket is
 * not there, 4 the other side broke the protocol or the connection broke.
 */
public final class ModelWorker {

    private ModelWorker() {}

    public static void main(String[] arguments) {
        int code = run(List.of(arguments));
        // The runtime's own threads must not keep a worker alive that nobody talks to.
        Runtime.getRuntime().exit(code);
    }

    private static int run(List<String> arguments) {
        WorkerOptions options;
        try {
            options = WorkerOptions.parse(arguments);
        } catch (IllegalArgumentException e) {
            System.err.println("model-worker: " + e.getMessage());
            System.err.print(WorkerOptions.USAGE);
            return 2;
        }
        return serve(options);
    }

    private static int serve(WorkerOptions options) {
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(options.socket()))) {
            return converse(channel, options);
        } catch (IOException e) {
            System.err.println("model-worker: cannot connect to " + options.socket() + ": " + e.getMessage());
            return 3;
        }
    }

    private static int converse(SocketChannel channel, WorkerOptions options) {
        var idle = new IdleWatch(channel, options.idle());
        try (MiniLmEmbedder embedder = load(channel, options.model())) {
            idle.start();
            return switch (new EmbedSession(channel, embedder::embed, idle).serve(hello())) {
                case CLOSED_BY_PEER -> 0;
                case PROTOCOL_BROKEN -> 4;
            };
        } catch (ModelMissingException e) {
            System.err.println("model-worker: " + e.getMessage());
            return 3;
        } catch (ClosedChannelException e) {
            if (idle.expired()) {
                return 0;
            }
            System.err.println("model-worker: the connection broke: " + e);
            return 4;
        } catch (IOException e) {
            System.err.println("model-worker: the connection broke: " + e.getMessage());
            return 4;
        }
    }

    private static MiniLmEmbedder load(SocketChannel channel, Path model) throws IOException {
        try {
            return MiniLmEmbedder.load(model);
        } catch (IOException e) {
            String why = e.getClass().getSimpleName() + ": " + e.getMessage();
            WorkerCodec.write(channel, new Failed(0, Code.MODEL_FAILED, EmbedSession.shortened(why)));
            throw new ModelMissingException(why, e);
        }
    }

    private static Hello hello() {
        return new Hello(version(), MiniLmEmbedder.NAME, MiniLmEmbedder.DIMENSION, MiniLmEmbedder.WEIGHTS_SHA256);
    }

    private static String version() {
        String version = ModelWorker.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }

    private static final class ModelMissingException extends IOException {
        ModelMissingException(String message, Throwable cause) {
            super(message, cause);
        }
    }
}
