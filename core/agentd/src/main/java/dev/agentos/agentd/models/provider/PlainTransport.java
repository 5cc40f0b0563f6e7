package dev.agentos.agentd.models.provider;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ScheduledExecutorService;

/**
 * HTTP without TLS, for model servers on this machine or beside it: one thread asks and reads, over kept connections. A
 * general client hands a request from thread to thread, which takes longer than all that a gateway does.
 */
final class PlainTransport implements HttpTransport {

    private static final int CONNECT_MILLIS = 10_000;

    /** Connections that are kept while nobody uses them. */
    private static final int MOST_IDLE = 32;

    private final URI url;
    private final Duration patience;
    private final ScheduledExecutorService timer;
    private final ConcurrentLinkedDeque<PlainConnection> idle = new ConcurrentLinkedDeque<>();
    private volatile boolean closed;

    PlainTransport(URI url, Duration patience, ScheduledExecutorService timer) {
        this.url = url;
        this.patience = patience;
        this.timer = timer;
    }

    @Override
    public Answer send(String method, String target, Map<String, String> headers, String body)
            throws IOException, InterruptedException {
        ByteBuffer request = request(method, target, headers, body);
        PlainConnection connection = take();
        try {
            return connection.send(request);
        } catch (ClosedByInterruptException e) {
            connection.close();
            throw interrupted(e);
        } catch (IOException e) {
            connection.close();
            throw e;
        }
    }

    /** The interruption of a wait, in the words of everybody else. */
    static InterruptedException interrupted(ClosedByInterruptException e) {
        var _ = Thread.interrupted();
        InterruptedException interruption = new InterruptedException("interrupted while a provider was waited for");
        interruption.initCause(e);
        return interruption;
    }

    private ByteBuffer request(String method, String target, Map<String, String> headers, String body) {
        StringBuilder head = new StringBuilder(256)
                .append(method)
                .append(' ')
                .append(target)
                .append(" HTTP/1.1\r\nHost: ")
                .append(url.getRawAuthority())
                .append("\r\n");
        headers.forEach((name, value) ->
                head.append(checked(name)).append(": ").append(checked(value)).append("\r\n"));
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        if (bytes.length > 0) {
            head.append("Content-Length: ").append(bytes.length).append("\r\n");
        }
        byte[] top = head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
        return ByteBuffer.allocate(top.length + bytes.length)
                .put(top)
                .put(bytes)
                .flip();
    }

    /** A line break in a header would begin another one. */
    private static String checked(String text) {
        if (text.chars().anyMatch(c -> c < ' ' && c != '\t')) {
            throw new IllegalArgumentException("a header holds a control character");
        }
        return text;
    }

    private PlainConnection take() throws IOException, InterruptedException {
        for (PlainConnection kept = idle.pollFirst(); kept != null; kept = idle.pollFirst()) {
            if (kept.isReady()) {
                return kept;
            }
            kept.close();
        }
        return open();
    }

    private PlainConnection open() throws IOException, InterruptedException {
        int port = url.getPort() < 0 ? 80 : url.getPort();
        ConnectException refused = new ConnectException(url + " has no address");
        for (InetAddress address : InetAddress.getAllByName(Objects.requireNonNull(url.getHost()))) {
            SocketChannel channel = SocketChannel.open();
            try {
                channel.socket().connect(new InetSocketAddress(address, port), CONNECT_MILLIS);
                channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
                PlainConnection connection = new PlainConnection(channel, patience, this::keep);
                connection.watch(timer);
                return connection;
            } catch (ClosedByInterruptException e) {
                channel.close();
                throw interrupted(e);
            } catch (ConnectException | SocketTimeoutException e) {
                channel.close();
                refused = new ConnectException(e.getMessage());
                refused.initCause(e);
            } catch (IOException e) {
                channel.close();
                throw e;
            }
        }
        throw refused;
    }

    /** A connection whose answer was read as far as somebody wanted. */
    private void keep(PlainConnection connection) {
        if (closed || idle.size() >= MOST_IDLE) {
            connection.close();
        } else {
            idle.addFirst(connection);
        }
    }

    @Override
    public void close() {
        closed = true;
        for (PlainConnection kept = idle.pollFirst(); kept != null; kept = idle.pollFirst()) {
            kept.close();
        }
    }
}
