package dev.agentos.agentd.models;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;

/** A model server on the loopback that answers each request as it was told, byte by byte, and remembers what came. */
final class ScriptedProvider implements AutoCloseable {

    /** How it answers one request. */
    interface Script {
        void answer(OutputStream out, CountDownLatch closing) throws Exception;
    }

    private final ServerSocket server;
    private final List<String> bodies = new CopyOnWriteArrayList<>();
    private final List<String> heads = new CopyOnWriteArrayList<>();
    private final CountDownLatch closing = new CountDownLatch(1);
    private volatile Script script;

    ScriptedProvider(Script script) throws IOException {
        this.script = script;
        this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::accept);
    }

    URI url() {
        return URI.create("http://127.0.0.1:" + server.getLocalPort());
    }

    /** Bodies of requests, oldest first. */
    List<String> bodies() {
        return List.copyOf(bodies);
    }

    List<String> heads() {
        return List.copyOf(heads);
    }

    void script(Script next) {
        script = next;
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                Thread.ofVirtual().start(() -> serve(socket));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void serve(Socket socket) {
        try (socket;
                BufferedReader in = new BufferedReader(
                        new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1))) {
            StringBuilder head = new StringBuilder();
            int length = 0;
            for (String line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
                head.append(line).append('\n');
                if (line.toLowerCase(java.util.Locale.ROOT).startsWith("content-length:")) {
                    length = Integer.parseInt(line.substring(15).strip());
                }
            }
            char[] body = new char[length];
            int at = 0;
            while (at < length) {
                int count = in.read(body, at, length - at);
                if (count < 0) {
                    return;
                }
                at += count;
            }
            heads.add(head.toString());
            bodies.add(new String(body));
            script.answer(socket.getOutputStream(), closing);
        } catch (Exception e) {
            // The other side went away, which some tests want.
            return;
        }
    }

    // ------------------------------------------------------------------ scripts

    /** A stream of chat completions that says these words, then what follows. */
    static Script says(List<String> words, String after) {
        return (out, _) -> {
            out.write("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
                    .getBytes(StandardCharsets.UTF_8));
            for (String word : words) {
                out.write(event(word).getBytes(StandardCharsets.UTF_8));
                out.flush();
            }
            out.write(after.getBytes(StandardCharsets.UTF_8));
            out.flush();
        };
    }

    static String event(String word) {
        return "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"" + word
                + "\"},\"finish_reason\":null}]}\n\n";
    }

    /** The proper end of a stream. */
    static final String END = "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"
            + "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":11,\"completion_tokens\":2,\"total_tokens\":13}}\n\n"
            + "data: [DONE]\n\n";

    static Script refuses(int status, String more, String body) {
        return (out, _) -> out.write(("HTTP/1.1 " + status + " No\r\nContent-Type: application/json\r\n" + more
                        + "Content-Length: " + body.length() + "\r\nConnection: close\r\n\r\n" + body)
                .getBytes(StandardCharsets.UTF_8));
    }

    /** Says nothing until it is closed. */
    static Script silent() {
        return (_, closing) -> closing.await();
    }

    @Override
    public void close() throws IOException {
        closing.countDown();
        server.close();
    }
}
