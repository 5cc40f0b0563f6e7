package dev.agentos.bridge.client;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;

/** A server on a Unix socket that answers each connection with prepared bytes, a piece at a time. */
final class ScriptedServer implements AutoCloseable {

    /** What happens on one connection: for each request one list of pieces; afterwards it is closed. */
    record Connection(List<List<String>> answers) {
        static Connection of(String... pieces) {
            return new Connection(List.of(List.of(pieces)));
        }
    }

    final List<String> requests = new CopyOnWriteArrayList<>();
    private final ServerSocketChannel listening;
    private final BlockingQueue<Connection> script = new LinkedBlockingQueue<>();

    ScriptedServer(Path socket) throws IOException {
        listening = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        listening.bind(UnixDomainSocketAddress.of(socket));
        Thread.ofVirtual().start(this::serve);
    }

    void on(Connection connection) {
        script.add(connection);
    }

    private void serve() {
        try {
            while (true) {
                SocketChannel channel = listening.accept();
                Thread.ofVirtual().start(() -> talk(channel));
            }
        } catch (IOException e) {
            // Closed by the test.
            return;
        }
    }

    private void talk(SocketChannel channel) {
        try (channel) {
            Connection connection = script.take();
            for (List<String> answer : connection.answers()) {
                requests.add(request(channel));
                for (String piece : answer) {
                    channel.write(ByteBuffer.wrap(piece.getBytes(StandardCharsets.UTF_8)));
                    Thread.sleep(2);
                }
            }
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String request(SocketChannel channel) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        ByteBuffer one = ByteBuffer.allocate(1);
        int body = 0;
        while (channel.read(one.clear()) == 1) {
            all.write(one.get(0));
            String text = all.toString(StandardCharsets.UTF_8);
            if (text.endsWith("\r\n\r\n")) {
                int at = text.indexOf("Content-Length: ");
                body = at < 0 ? 0 : Integer.parseInt(text.substring(at + 16, text.indexOf('\r', at)));
                break;
            }
        }
        for (int i = 0; i < body && channel.read(one.clear()) == 1; i++) {
            all.write(one.get(0));
        }
        return all.toString(StandardCharsets.UTF_8);
    }

    @Override
    public void close() throws IOException {
        listening.close();
    }
}
