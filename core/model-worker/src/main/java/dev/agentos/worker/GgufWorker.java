package dev.agentos.worker;

import dev.agentos.bridge.worker.GenerateCodec;
import dev.agentos.bridge.worker.GenerateFrame.Failed;
import dev.agentos.bridge.worker.GenerateFrame.Ready;
import java.io.IOException;
import java.io.InputStream;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/**
 * The program that runs a GGUF file: it connects to a Unix socket, says what it loaded and answers until the other side
 * closes. Exit codes: 0 done, 2 usage, 3 the model or the socket is not there, 4 the conversation broke.
 */
public final class GgufWorker {

    private GgufWorker() {}

    public static void main(String[] arguments) {
        int code = run(List.of(arguments));
        // Threads inside the native library must not keep a worker alive that nobody talks to.
        Runtime.getRuntime().halt(code);
    }

    private static int run(List<String> arguments) {
        GgufOptions options;
        try {
            options = GgufOptions.parse(arguments);
        } catch (IllegalArgumentException e) {
            System.err.println("gguf-worker: " + e.getMessage());
            System.err.print(GgufOptions.USAGE);
            return 2;
        }
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(options.socket()))) {
            return converse(channel, options);
        } catch (IOException e) {
            System.err.println("gguf-worker: " + e.getMessage());
            return 4;
        }
    }

    private static int converse(SocketChannel channel, GgufOptions options) throws IOException {
        String digest = sha256(options.model());
        try (GgufModel model = new GgufModel(options)) {
            new GgufSession(channel, model).serve(new Ready(options.context(), options.slots(), digest));
            return 0;
        } catch (RuntimeException | LinkageError e) {
            String why = "the model cannot be loaded: " + e.getMessage();
            System.err.println("gguf-worker: " + why);
            GenerateCodec.write(channel, new Failed(0, EmbedSession.shortened(why)));
            return 3;
        }
    }

    private static String sha256(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            byte[] buffer = new byte[1 << 16];
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                digest.update(buffer, 0, count);
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new LinkageError("every JDK has SHA-256", e);
        }
    }
}
