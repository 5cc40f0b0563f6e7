package dev.agentos.testkit.models;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/**
 * A model server that takes exactly as long as it is told: a wait before the first token and between two. What is
 * measured against it is what stands in front of it. It speaks OpenAI's chat completions over kept connections, and
 * sends each token at once, as real servers do. Its model {@code quick} waits for nothing and says two tokens.
 */
public final class SteadyServer implements AutoCloseable {

    private static final byte[] HEAD =
            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
                    .getBytes(StandardCharsets.US_ASCII);

    private final ServerSocket server;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final int tokens;
    private final long firstNanos;
    private final long nextNanos;

    private SteadyServer(ServerSocket server, int tokens, long firstNanos, long nextNanos) {
        this.server = server;
        this.tokens = tokens;
        this.firstNanos = firstNanos;
        this.nextNanos = nextNanos;
    }

    /** Starts it on a free port of the loopback. */
    public static SteadyServer start(int tokens, long firstNanos, long nextNanos) throws IOException {
        SteadyServer steady = new SteadyServer(
                new ServerSocket(0, 50, InetAddress.getLoopbackAddress()), tokens, firstNanos, nextNanos);
        Thread.ofPlatform().daemon().name("steady").start(steady::accept);
        return steady;
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                // Otherwise the system holds a token back until the one before it was acknowledged, 40 ms later.
                socket.setOption(StandardSocketOptions.TCP_NODELAY, true);
                open.add(socket);
                // A thread of the system, whose clock wakes it as exactly as it can.
                Thread.ofPlatform().daemon().name("steady-connection").start(() -> serve(socket));
            } catch (IOException e) {
                if (!server.isClosed()) {
                    throw new IllegalStateException(e);
                }
            }
        }
    }

    private void serve(Socket socket) {
        try (socket;
                InputStream in = new BufferedInputStream(socket.getInputStream());
                OutputStream out = socket.getOutputStream()) {
            for (String asked = read(in); !asked.isEmpty(); asked = read(in)) {
                boolean quick = asked.contains("\"quick\"");
                answer(out, quick ? 2 : tokens, quick ? 0 : firstNanos, quick ? 0 : nextNanos);
            }
        } catch (SocketException e) {
            System.getLogger(SteadyServer.class.getName()).log(System.Logger.Level.DEBUG, "a client went away", e);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } finally {
            open.remove(socket);
        }
    }

    /** The body of the next request; empty when there is none. */
    private static String read(InputStream in) throws IOException {
        int length = 0;
        for (String line = line(in); !line.isEmpty(); line = line(in)) {
            String lower = line.toLowerCase(Locale.ROOT);
            if (lower.startsWith("content-length:")) {
                length = Integer.parseInt(lower.substring(15).strip());
            }
        }
        return new String(in.readNBytes(length), StandardCharsets.UTF_8);
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c >= 0 && c != '\n'; c = in.read()) {
            if (c != '\r') {
                line.append((char) c);
            }
        }
        return line.toString();
    }

    private static void answer(OutputStream out, int tokens, long first, long next) throws IOException {
        long due = System.nanoTime() + first;
        out.write(HEAD);
        for (int i = 0; i < tokens; i++) {
            await(due);
            send(out, "{\"index\":0,\"delta\":{\"content\":\"word " + i + " \"},\"finish_reason\":null}", "");
            due += next;
        }
        send(
                out,
                "{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}",
                ",\"usage\":{\"prompt_tokens\":20,\"completion_tokens\":" + tokens + "}");
        chunk(out, "data: [DONE]\n\n", "0\r\n\r\n");
    }

    private static void await(long due) {
        for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }

    private static void send(OutputStream out, String choice, String more) throws IOException {
        chunk(
                out,
                "data: {\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"model\":\"steady\",\"choices\":[" + choice
                        + "]" + more + "}\n\n",
                "");
    }

    private static void chunk(OutputStream out, String text, String after) throws IOException {
        out.write((Integer.toHexString(text.length()) + "\r\n" + text + "\r\n" + after)
                .getBytes(StandardCharsets.US_ASCII));
    }

    public URI url() {
        return URI.create("http://127.0.0.1:" + server.getLocalPort());
    }

    /** The address for plain sockets. */
    public InetSocketAddress address() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), server.getLocalPort());
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (Socket socket : open) {
            socket.close();
        }
    }
}
