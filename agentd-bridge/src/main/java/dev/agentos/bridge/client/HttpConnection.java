package dev.agentos.bridge.client;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * One HTTP/1.1 connection over a Unix socket (RFC 9112), as much of it as agentd speaks: Content-Length, chunked and
 * until-close bodies. For one thread at a time; interrupting that thread ends a wait.
 */
final class HttpConnection implements AutoCloseable {

    private static final int MAX_LINE = 64 * 1024;
    private static final int MAX_HEADERS = 100;
    private static final int MAX_BODY = 256 * 1024 * 1024;

    /** Status and headers; header names are lower case. */
    record Head(int status, Map<String, String> headers) {

        boolean keepsConnection() {
            return !headers.getOrDefault("connection", "").equalsIgnoreCase("close") && isDelimited();
        }

        boolean isChunked() {
            return headers.getOrDefault("transfer-encoding", "")
                    .toLowerCase(Locale.ROOT)
                    .endsWith("chunked");
        }

        boolean isDelimited() {
            return isChunked() || headers.containsKey("content-length");
        }
    }

    private final SocketChannel channel;
    private final Selector selector;
    private final SelectionKey key;
    private final ByteBuffer in = ByteBuffer.allocate(16 * 1024).flip();
    private final ByteArrayOutputStream line = new ByteArrayOutputStream(128);
    private long usedAt = System.nanoTime();

    private HttpConnection(SocketChannel channel, Selector selector, SelectionKey key) {
        this.channel = channel;
        this.selector = selector;
        this.key = key;
    }

    static HttpConnection open(Path socket) throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.connect(UnixDomainSocketAddress.of(socket));
            channel.configureBlocking(false);
            Selector selector = Selector.open();
            return new HttpConnection(channel, selector, channel.register(selector, SelectionKey.OP_READ));
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    void send(String method, String path, Map<String, String> headers, String body, long deadline) throws IOException {
        byte[] content = body.getBytes(StandardCharsets.UTF_8);
        StringBuilder head = new StringBuilder(256);
        head.append(method).append(' ').append(path).append(" HTTP/1.1\r\nHost: agentd\r\n");
        headers.forEach(
                (name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
        if (!method.equals("GET")) {
            head.append("Content-Type: application/json\r\nContent-Length: ")
                    .append(content.length)
                    .append("\r\n");
        }
        head.append("\r\n");
        // In one piece, so that the other side is not woken for half a request.
        byte[] first = head.toString().getBytes(StandardCharsets.UTF_8);
        ByteBuffer whole = ByteBuffer.allocate(first.length + content.length);
        write(whole.put(first).put(content).flip(), deadline);
    }

    private void write(ByteBuffer bytes, long deadline) throws IOException {
        while (bytes.hasRemaining()) {
            if (channel.write(bytes) == 0) {
                await(SelectionKey.OP_WRITE, deadline);
            }
        }
        usedAt = System.nanoTime();
    }

    Head head(long deadline) throws IOException {
        String status = line(deadline);
        String[] words = status.split(" ", 3);
        if (words.length < 2 || !words[0].startsWith("HTTP/1.") || !words[1].matches("\\d{3}")) {
            throw new IOException("not an HTTP answer: " + (status.length() > 60 ? status.substring(0, 60) : status));
        }
        Map<String, String> headers = new HashMap<>();
        for (int i = 0; i <= MAX_HEADERS; i++) {
            String header = line(deadline);
            if (header.isEmpty()) {
                return new Head(Integer.parseInt(words[1]), headers);
            }
            int colon = header.indexOf(':');
            if (colon > 0) {
                headers.put(
                        header.substring(0, colon).toLowerCase(Locale.ROOT),
                        header.substring(colon + 1).strip());
            }
        }
        throw new IOException("the answer has more than " + MAX_HEADERS + " headers");
    }

    /** The whole body. */
    String body(Head head, long deadline) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        if (head.isChunked()) {
            for (long size = chunkSize(deadline); size > 0; size = chunkSize(deadline)) {
                copy(out, size, deadline);
                line(deadline);
            }
            line(deadline);
        } else if (head.isDelimited()) {
            copy(out, length(head), deadline);
        } else {
            copyToEnd(out, deadline);
        }
        usedAt = System.nanoTime();
        return out.toString(StandardCharsets.UTF_8);
    }

    private static long length(Head head) throws IOException {
        String length = head.headers().getOrDefault("content-length", "");
        if (!length.matches("\\d{1,12}")) {
            throw new IOException("the answer has a bad Content-Length: " + length);
        }
        return Long.parseLong(length);
    }

    /** The size line of a chunk; 0 for the last. */
    long chunkSize(long deadline) throws IOException {
        String size = line(deadline);
        int extension = size.indexOf(';');
        String digits = (extension < 0 ? size : size.substring(0, extension)).strip();
        if (!digits.matches("[0-9a-fA-F]{1,8}")) {
            throw new IOException("the answer has a bad chunk size: " + digits);
        }
        return Long.parseLong(digits, 16);
    }

    private void copy(ByteArrayOutputStream out, long count, long deadline) throws IOException {
        long left = count;
        while (left > 0) {
            fillIfEmpty(deadline);
            int piece = (int) Math.min(left, in.remaining());
            append(out, piece);
            left -= piece;
        }
    }

    private void copyToEnd(ByteArrayOutputStream out, long deadline) throws IOException {
        while (true) {
            try {
                fillIfEmpty(deadline);
            } catch (EOFException e) {
                // An answer without a length ends where the connection does.
                return;
            }
            append(out, in.remaining());
        }
    }

    private void append(ByteArrayOutputStream out, int count) throws IOException {
        if (out.size() + (long) count > MAX_BODY) {
            throw new IOException("the answer is larger than " + MAX_BODY + " bytes");
        }
        out.write(in.array(), in.position(), count);
        in.position(in.position() + count);
    }

    /** One byte of the stream. */
    int read(long deadline) throws IOException {
        fillIfEmpty(deadline);
        return in.get() & 0xFF;
    }

    /** A line without its end. What was read of it survives a timeout. */
    String line(long deadline) throws IOException {
        while (true) {
            int c = read(deadline);
            if (c == '\n') {
                String text = line.toString(StandardCharsets.UTF_8);
                line.reset();
                return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
            }
            if (line.size() == MAX_LINE) {
                throw new IOException("the answer has a line longer than " + MAX_LINE + " bytes");
            }
            line.write(c);
        }
    }

    private void fillIfEmpty(long deadline) throws IOException {
        while (!in.hasRemaining()) {
            in.clear();
            int count = channel.read(in);
            in.flip();
            if (count < 0) {
                throw new EOFException("the connection was closed");
            }
            if (count == 0) {
                await(SelectionKey.OP_READ, deadline);
            }
        }
    }

    private void await(int operation, long deadline) throws IOException {
        long left = (deadline - System.nanoTime() + 999_999) / 1_000_000;
        if (left <= 0) {
            throw new SocketTimeoutException("no answer in time");
        }
        key.interestOps(operation);
        selector.select(left);
        selector.selectedKeys().clear();
        if (Thread.currentThread().isInterrupted()) {
            throw new ClosedByInterruptException();
        }
    }

    /** Whether it can carry another request: young enough, open, and silent. */
    boolean isReusable(long maxIdleNanos) {
        if (System.nanoTime() - usedAt > maxIdleNanos || in.hasRemaining()) {
            return false;
        }
        try {
            in.clear();
            int count = channel.read(in);
            in.flip();
            return count == 0;
        } catch (IOException e) {
            // Closed by the other side: a fresh connection takes its place.
            return false;
        }
    }

    @Override
    public void close() {
        try {
            selector.close();
            channel.close();
        } catch (IOException e) {
            System.getLogger(HttpConnection.class.getName()).log(System.Logger.Level.DEBUG, "close failed", e);
        }
    }
}
