package dev.agentos.agentd.fake;

import dev.agentos.domain.json.Json;
import dev.agentos.domain.json.JsonFormatException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Speaks HTTP to a door by hand, so that a test can send exactly what no client library would. */
public record DoorClient(SocketAddress address) {

    /** An answer. The body of a JSON answer is read by {@link #json}. */
    public record Reply(int status, String head, String body) {

        public Map<?, ?> json() {
            try {
                if (Json.parse(body.strip()) instanceof Map<?, ?> map) {
                    return map;
                }
            } catch (JsonFormatException e) {
                throw new IllegalStateException("not JSON: " + body, e);
            }
            throw new IllegalStateException("not an object: " + body);
        }

        /** A field on the way down through objects, as text; empty where there is none. */
        public String text(String... path) {
            Object value = json();
            for (String name : path) {
                Object next = value instanceof Map<?, ?> map ? map.get(name) : null;
                if (next == null) {
                    return "";
                }
                value = next;
            }
            return String.valueOf(value);
        }

        /** A list of objects. */
        public List<? extends Map<?, ?>> list(String name) {
            return json().get(name) instanceof List<?> items
                    ? items.stream().map(item -> (Map<?, ?>) item).toList()
                    : List.of();
        }

        public String code() {
            return text("code");
        }
    }

    public static DoorClient unix(Path socket) {
        return new DoorClient(UnixDomainSocketAddress.of(socket));
    }

    public static DoorClient tcp(int port) {
        return new DoorClient(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    }

    public Reply get(String path) {
        return send("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    }

    public Reply post(String path, String json) {
        return request("POST", path, "Content-Type: application/json\r\n", json);
    }

    /** A request with a body and headers of the test's own, each with its line break. */
    public Reply request(String method, String path, String headers, String body) {
        int length = body.getBytes(StandardCharsets.UTF_8).length;
        return send(method + " " + path + " HTTP/1.1\r\nHost: localhost\r\n" + headers + "Content-Length: " + length
                + "\r\nConnection: close\r\n\r\n" + body);
    }

    /** Sends the text as it is and reads until the other side closes. */
    public Reply send(String raw) {
        return send(raw.getBytes(StandardCharsets.UTF_8));
    }

    public Reply send(byte[] raw) {
        try (SocketChannel channel = connect()) {
            write(channel, raw);
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            ByteBuffer buffer = ByteBuffer.allocate(65_536);
            while (channel.read(buffer) >= 0) {
                out.write(buffer.array(), 0, buffer.position());
                buffer.clear();
            }
            return parse(out.toString(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A connection for what is read piece by piece. */
    public SocketChannel connect() throws IOException {
        SocketChannel channel = address instanceof UnixDomainSocketAddress
                ? SocketChannel.open(StandardProtocolFamily.UNIX)
                : SocketChannel.open();
        channel.connect(address);
        return channel;
    }

    public static void write(SocketChannel channel, byte[] raw) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(raw);
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    private static Reply parse(String text) {
        int end = text.indexOf("\r\n\r\n");
        if (end < 0) {
            return new Reply(0, text, "");
        }
        String head = text.substring(0, end);
        return new Reply(Integer.parseInt(head.substring(9, 12)), head, text.substring(end + 4));
    }
}
