package dev.agentos.agentd.models.door;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Reads requests of HTTP/1.1 (RFC 9112) from a connection, one after the other. Everything has a limit, and what two
 * readers could understand differently is refused.
 */
final class HttpReader {

    private static final int MAX_HEAD = 64 * 1024;
    private static final int MAX_BODY = 32 * 1024 * 1024;

    private final ByteChannel channel;
    private final ByteBuffer buffer = ByteBuffer.allocate(16 * 1024).limit(0);

    HttpReader(ByteChannel channel) {
        this.channel = channel;
    }

    /** A request that cannot be read; the connection is of no more use. */
    static final class BadRequestException extends IOException {
        private final int status;

        BadRequestException(int status, String message) {
            super(message);
            this.status = status;
        }

        int status() {
            return status;
        }
    }

    /** The next request; empty when the other side closed between two. */
    Optional<HttpRequest> next() throws IOException {
        String line = line(true);
        if (line.isEmpty() && buffer.limit() == 0) {
            return Optional.empty();
        }
        String[] parts = line.split(" ", -1);
        if (parts.length != 3 || !parts[2].startsWith("HTTP/1.")) {
            throw new BadRequestException(400, "that is no request of HTTP/1.1");
        }
        Map<String, String> headers = headers();
        if (headers.getOrDefault("expect", "").equalsIgnoreCase("100-continue")) {
            channel.write(ByteBuffer.wrap("HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII)));
        }
        int query = parts[1].indexOf('?');
        String path = query < 0 ? parts[1] : parts[1].substring(0, query);
        return Optional.of(new HttpRequest(parts[0], path, headers, body(headers)));
    }

    private Map<String, String> headers() throws IOException {
        Map<String, String> headers = new LinkedHashMap<>();
        int size = 0;
        for (String line = line(false); !line.isEmpty(); line = line(false)) {
            int colon = line.indexOf(':');
            size += line.length();
            if (colon < 1 || Character.isWhitespace(line.charAt(colon - 1)) || Character.isWhitespace(line.charAt(0))) {
                throw new BadRequestException(400, "a header without a name");
            }
            if (size > MAX_HEAD) {
                throw new BadRequestException(431, "the headers are longer than " + MAX_HEAD + " bytes");
            }
            String name = line.substring(0, colon).toLowerCase(Locale.ROOT);
            String before = headers.put(name, line.substring(colon + 1).strip());
            boolean twice = before != null && (name.equals("content-length") || name.equals("transfer-encoding"));
            if (twice) {
                throw new BadRequestException(400, "the header " + name + " appears twice");
            }
        }
        if (headers.containsKey("content-length") && headers.containsKey("transfer-encoding")) {
            throw new BadRequestException(400, "a length and a transfer encoding");
        }
        return headers;
    }

    private byte[] body(Map<String, String> headers) throws IOException {
        String encoding = headers.getOrDefault("transfer-encoding", "");
        if (encoding.equalsIgnoreCase("chunked")) {
            return chunked();
        }
        if (!encoding.isEmpty()) {
            throw new BadRequestException(501, "the transfer encoding " + encoding + " is not known here");
        }
        String length = headers.getOrDefault("content-length", "0");
        if (!length.matches("[0-9]{1,10}")) {
            throw new BadRequestException(400, "a length that is no number");
        }
        return bytes(size(Long.parseLong(length)));
    }

    private static int size(long bytes) throws IOException {
        if (bytes > MAX_BODY) {
            throw new BadRequestException(413, "the body is larger than " + MAX_BODY + " bytes");
        }
        return (int) bytes;
    }

    private byte[] chunked() throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        while (true) {
            String line = line(false).split(";", 2)[0].strip();
            if (!line.matches("[0-9A-Fa-f]{1,8}")) {
                throw new BadRequestException(400, "a chunk whose size is no number");
            }
            long size = Long.parseLong(line, 16);
            size(all.size() + size);
            if (size == 0) {
                headers();
                return all.toByteArray();
            }
            all.write(bytes((int) size));
            if (!line(false).isEmpty()) {
                throw new BadRequestException(400, "a chunk that is longer than it says");
            }
        }
    }

    /** A line without its end. At the start of a request an empty text means that nothing more comes. */
    private String line(boolean first) throws IOException {
        StringBuilder line = new StringBuilder();
        while (true) {
            if (!buffer.hasRemaining() && !fill()) {
                if (first && line.isEmpty()) {
                    buffer.limit(0);
                    return "";
                }
                throw new EOFException("the connection ended inside a request");
            }
            char c = (char) (buffer.get() & 0xff);
            if (c == '\n') {
                if (!line.isEmpty() && line.charAt(line.length() - 1) == '\r') {
                    line.setLength(line.length() - 1);
                }
                if (line.isEmpty() && first) {
                    // RFC 9112, 2.2: an empty line before a request is overlooked.
                    continue;
                }
                return line.toString();
            }
            line.append(c);
            if (line.length() > MAX_HEAD) {
                throw new BadRequestException(431, "a line is longer than " + MAX_HEAD + " bytes");
            }
        }
    }

    private byte[] bytes(int count) throws IOException {
        byte[] bytes = new byte[count];
        int at = 0;
        while (at < count) {
            if (!buffer.hasRemaining() && !fill()) {
                throw new EOFException("the connection ended inside a body");
            }
            int piece = Math.min(buffer.remaining(), count - at);
            buffer.get(bytes, at, piece);
            at += piece;
        }
        return bytes;
    }

    private boolean fill() throws IOException {
        buffer.clear();
        int count = channel.read(buffer);
        buffer.flip();
        if (count < 0) {
            buffer.limit(0);
        }
        return count > 0;
    }
}
