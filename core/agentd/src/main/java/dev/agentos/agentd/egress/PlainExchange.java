package dev.agentos.agentd.egress;

import dev.agentos.domain.egress.ProxyRequest;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;

/**
 * One plain HTTP request to one server. The head is written anew, the body is framed anew, and the connection to the server
 * ends with the answer, so that no second request can hide behind the first.
 */
final class PlainExchange {

    private static final int PIECE = 16 * 1024;
    private static final int LONGEST_LINE = 512;
    private static final int LONGEST_TRAILERS = 8 * 1024;
    private static final long LONGEST_CHUNK = 1L << 31;

    private final ClientChannel client;
    private final EgressConnection connection;
    private final ProxyRequest request;

    PlainExchange(ClientChannel client, EgressConnection connection, ProxyRequest request) {
        this.client = client;
        this.connection = connection;
        this.request = request;
    }

    void run() throws IOException {
        connection.socket().setSoTimeout((int) ProxyExchange.IDLE_LIMIT.toMillis());
        try {
            OutputStream out = connection.output();
            send(out, request.headForServer(connection.destination()).getBytes(StandardCharsets.ISO_8859_1));
            if (request.expectsContinue() && !(request.body() instanceof ProxyRequest.Body.None)) {
                client.write("HTTP/1.1 100 Continue\r\n\r\n");
            }
            switch (request.body()) {
                case ProxyRequest.Body.None _ -> {}
                case ProxyRequest.Body.Length(long bytes) -> copy(out, bytes);
                case ProxyRequest.Body.Chunked _ -> chunks(out);
            }
            out.flush();
            answer();
        } catch (BadBody e) {
            connection.endsBy("egress.smuggling");
        } catch (SocketTimeoutException e) {
            connection.endsBy("egress.idle");
        }
    }

    private void send(OutputStream out, byte[] bytes) throws IOException {
        out.write(bytes);
    }

    private void copy(OutputStream out, long length) throws IOException {
        byte[] piece = new byte[PIECE];
        for (long left = length; left > 0; ) {
            client.limit(ProxyExchange.IDLE_LIMIT);
            int count = client.read(piece, 0, (int) Math.min(left, piece.length));
            if (count < 0) {
                throw new BadBody();
            }
            out.write(piece, 0, count);
            left -= count;
        }
        client.noLimit();
    }

    /** Reads chunks strictly and writes them anew; extensions and trailers are dropped. */
    private void chunks(OutputStream out) throws IOException {
        while (true) {
            String line = line(LONGEST_LINE);
            String size = line.split(";", 2)[0].replaceAll("[ \\t]+$", "");
            if (!size.matches("[0-9A-Fa-f]{1,8}")) {
                throw new BadBody();
            }
            long length = Long.parseLong(size, 16);
            if (length > LONGEST_CHUNK) {
                throw new BadBody();
            }
            if (length == 0) {
                break;
            }
            send(out, (Long.toHexString(length) + "\r\n").getBytes(StandardCharsets.US_ASCII));
            copy(out, length);
            if (client.read() != '\r' || client.read() != '\n') {
                throw new BadBody();
            }
            send(out, "\r\n".getBytes(StandardCharsets.US_ASCII));
        }
        int trailers = 0;
        for (String line = line(LONGEST_TRAILERS); !line.isEmpty(); line = line(LONGEST_TRAILERS)) {
            trailers += line.length();
            if (trailers > LONGEST_TRAILERS) {
                throw new BadBody();
            }
        }
        send(out, "0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    }

    /** A line that ends with CR LF and holds neither of them alone, nor another control character. */
    private String line(int longest) throws IOException {
        client.limit(ProxyExchange.IDLE_LIMIT);
        StringBuilder line = new StringBuilder();
        while (line.length() <= longest) {
            int c = client.read();
            if (c == '\r') {
                if (client.read() != '\n') {
                    throw new BadBody();
                }
                client.noLimit();
                return line.toString();
            }
            if ((c < ' ' && c != '\t') || c == 0x7F) {
                throw new BadBody();
            }
            line.append((char) c);
        }
        throw new BadBody();
    }

    private void answer() throws IOException {
        InputStream in = connection.input();
        byte[] piece = new byte[PIECE];
        for (int count; (count = in.read(piece)) >= 0; ) {
            client.write(piece, 0, count);
        }
        client.shutdownOutput();
    }

    /** The agent's body breaks its framing; the server gets no end of it. */
    private static final class BadBody extends IOException {}
}
