package dev.agentos.agentd.models.door;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;

/** Writes one answer of HTTP/1.1. Used by one thread. */
final class HttpAnswer {

    private final ByteChannel channel;
    private final boolean keepAlive;
    private boolean started;
    private boolean over;

    HttpAnswer(ByteChannel channel, boolean keepAlive) {
        this.channel = channel;
        this.keepAlive = keepAlive;
    }

    /** Whether something was sent. */
    boolean isStarted() {
        return started;
    }

    /** Whether it was sent to its end, so that another can follow. */
    boolean isWhole() {
        return over;
    }

    /** An answer whose length is known. */
    void send(int status, String type, String body, Map<String, String> headers) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        StringBuilder head = head(status, type, headers);
        head.append("Content-Length: ").append(bytes.length).append("\r\n\r\n");
        byte[] top = head.toString().getBytes(StandardCharsets.US_ASCII);
        ByteBuffer all = ByteBuffer.allocate(top.length + bytes.length).put(top).put(bytes);
        started = true;
        write(all.flip());
        over = true;
    }

    /** Begins an answer that comes in pieces, together with its first one, in one write. */
    void begin(int status, String type, Map<String, String> headers, String first) throws IOException {
        StringBuilder head = head(status, type, headers);
        head.append("Transfer-Encoding: chunked\r\n\r\n");
        started = true;
        byte[] top = head.toString().getBytes(StandardCharsets.US_ASCII);
        byte[] piece = piece(first, "");
        write(ByteBuffer.allocate(top.length + piece.length).put(top).put(piece).flip());
    }

    /** The next piece; an empty one is not sent. */
    void more(String text) throws IOException {
        if (!text.isEmpty()) {
            write(ByteBuffer.wrap(piece(text, "")));
        }
    }

    /** The last piece, and the end. */
    void end(String text) throws IOException {
        write(ByteBuffer.wrap(piece(text, "0\r\n\r\n")));
        over = true;
    }

    private static byte[] piece(String text, String after) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        byte[] head = bytes.length == 0
                ? new byte[0]
                : (Integer.toHexString(bytes.length) + "\r\n").getBytes(StandardCharsets.US_ASCII);
        byte[] tail = ((bytes.length == 0 ? "" : "\r\n") + after).getBytes(StandardCharsets.US_ASCII);
        byte[] all = Arrays.copyOf(head, head.length + bytes.length + tail.length);
        System.arraycopy(bytes, 0, all, head.length, bytes.length);
        System.arraycopy(tail, 0, all, head.length + bytes.length, tail.length);
        return all;
    }

    private StringBuilder head(int status, String type, Map<String, String> headers) {
        StringBuilder head = new StringBuilder("HTTP/1.1 ")
                .append(status)
                .append(' ')
                .append(reason(status))
                .append("\r\nContent-Type: ")
                .append(type)
                .append("\r\nCache-Control: no-store\r\n");
        headers.forEach(
                (name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
        if (!keepAlive) {
            head.append("Connection: close\r\n");
        }
        return head;
    }

    private static String reason(int status) {
        return switch (status) {
            case 200 -> "OK";
            case 400 -> "Bad Request";
            case 402 -> "Payment Required";
            case 403 -> "Forbidden";
            case 404 -> "Not Found";
            case 405 -> "Method Not Allowed";
            case 429 -> "Too Many Requests";
            case 503 -> "Service Unavailable";
            default -> status < 500 ? "Not Accepted" : "Failed";
        };
    }

    private void write(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }
}
