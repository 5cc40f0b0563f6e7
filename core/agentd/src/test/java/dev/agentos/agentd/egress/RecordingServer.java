package dev.agentos.agentd.egress;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/** A server on loopback that keeps every byte it is sent and answers each connection with one text. */
final class RecordingServer implements AutoCloseable {

    private final ServerSocket server;
    private final String answer;
    private final boolean speaksFirst;
    private final List<ByteArrayOutputStream> received = new CopyOnWriteArrayList<>();

    private RecordingServer(String answer, boolean speaksFirst) throws IOException {
        this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        this.answer = answer;
        this.speaksFirst = speaksFirst;
        Thread.ofVirtual().start(this::accept);
    }

    static RecordingServer answering(String answer) throws IOException {
        return new RecordingServer(answer, false);
    }

    static RecordingServer speakingFirst(String greeting) throws IOException {
        return new RecordingServer(greeting, true);
    }

    static RecordingServer http() throws IOException {
        return answering("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello");
    }

    int port() {
        return server.getLocalPort();
    }

    int connections() {
        return received.size();
    }

    /** What the first connection was sent. */
    String first() throws InterruptedException {
        for (int i = 0; i < 1000 && received.isEmpty(); i++) {
            TimeUnit.MILLISECONDS.sleep(5);
        }
        return received.getFirst().toString(StandardCharsets.ISO_8859_1);
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
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        received.add(bytes);
        try (socket) {
            socket.setSoTimeout(10_000);
            if (speaksFirst) {
                socket.getOutputStream().write(answer.getBytes(StandardCharsets.ISO_8859_1));
            }
            byte[] piece = new byte[8192];
            boolean answered = speaksFirst;
            for (int count; (count = socket.getInputStream().read(piece)) >= 0; ) {
                bytes.write(piece, 0, count);
                if (!answered && whole(bytes.toString(StandardCharsets.ISO_8859_1))) {
                    answered = true;
                    socket.getOutputStream().write(answer.getBytes(StandardCharsets.ISO_8859_1));
                    socket.shutdownOutput();
                }
            }
        } catch (IOException e) {
            bytes.writeBytes(new byte[0]);
        }
    }

    /** Whether a request with its body is there, as far as these tests send bodies. */
    private static boolean whole(String text) {
        int end = text.indexOf("\r\n\r\n");
        if (end < 0) {
            return !text.startsWith("GET") && !text.startsWith("POST");
        }
        if (text.contains("chunked")) {
            return text.endsWith("0\r\n\r\n");
        }
        int length = text.indexOf("Content-Length: ");
        return length < 0
                || text.length() - end - 4 >= Integer.parseInt(text.substring(length + 16, text.indexOf('\r', length)));
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
