package dev.agentos.testkit.models;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;

/**
 * A model server that takes exactly as long as it is told: a wait before the first token and between two. What is
 * measured against it is what stands in front of it. It speaks OpenAI's chat completions.
 */
public final class SteadyServer implements AutoCloseable {

    private final HttpServer server;

    private SteadyServer(HttpServer server) {
        this.server = server;
    }

    /** Starts it on a free port of the loopback. */
    public static SteadyServer start(int tokens, long firstNanos, long nextNanos) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/v1/chat/completions", exchange -> {
            try (exchange) {
                exchange.getRequestBody().readAllBytes();
                exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
                exchange.sendResponseHeaders(200, 0);
                try (OutputStream out = exchange.getResponseBody()) {
                    long due = System.nanoTime() + firstNanos;
                    for (int i = 0; i < tokens; i++) {
                        await(due);
                        send(
                                out,
                                "{\"index\":0,\"delta\":{\"content\":\"word " + i + " \"},\"finish_reason\":null}",
                                "");
                        due += nextNanos;
                    }
                    send(
                            out,
                            "{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}",
                            ",\"usage\":{\"prompt_tokens\":20,\"completion_tokens\":" + tokens + "}");
                    out.write("data: [DONE]\n\n".getBytes(StandardCharsets.US_ASCII));
                }
            }
        });
        server.start();
        return new SteadyServer(server);
    }

    private static void await(long due) {
        for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }

    private static void send(OutputStream out, String choice, String more) throws IOException {
        out.write(("data: {\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"model\":\"steady\",\"choices\":["
                        + choice + "]" + more + "}\n\n")
                .getBytes(StandardCharsets.US_ASCII));
        out.flush();
    }

    public URI url() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    /** The address for plain sockets. */
    public InetSocketAddress address() {
        return server.getAddress();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
