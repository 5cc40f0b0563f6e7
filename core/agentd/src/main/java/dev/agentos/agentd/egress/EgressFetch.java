package dev.agentos.agentd.egress;

import dev.agentos.agentd.egress.EgressConnector.Outcome;
import dev.agentos.domain.egress.EgressDecision.NeedsConsent;
import dev.agentos.domain.egress.EgressDecision.Refused;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/**
 * Fetches over HTTP for a tool, through the connector: every host, those of redirects too, is decided, pinned and recorded
 * as one of the agent's own connections.
 */
public final class EgressFetch {

    private static final int MOST_REDIRECTS = 5;
    private static final int LONGEST_HEAD = 64 * 1024;

    private final EgressConnector connector;
    private final SSLSocketFactory tls;

    public EgressFetch(EgressConnector connector) {
        this(connector, (SSLSocketFactory) SSLSocketFactory.getDefault());
    }

    EgressFetch(EgressConnector connector, SSLSocketFactory tls) {
        this.connector = connector;
        this.tls = tls;
    }

    /**
     * What to fetch.
     *
     * @param headers without Host, Content-Length and Connection, which are set here
     * @param mostBytes the most of a body that is kept
     * @param limit the longest silence of the server
     */
    public record Request(
            String method, URI uri, Map<String, String> headers, byte[] body, int mostBytes, Duration limit) {
        public Request {
            headers = Map.copyOf(headers);
            body = body.clone();
            if (!method.matches("[A-Z]{1,16}")) {
                throw new IllegalArgumentException("no method: " + method);
            }
            headers.forEach((name, value) -> {
                if (!name.matches("[A-Za-z0-9-]{1,64}") || value.chars().anyMatch(c -> c < ' ' || c == 0x7F)) {
                    throw new IllegalArgumentException("no header: " + name);
                }
            });
        }

        @Override
        public byte[] body() {
            return body.clone();
        }

        public static Request get(URI uri, int mostBytes, Duration limit) {
            return new Request("GET", uri, Map.of(), new byte[0], mostBytes, limit);
        }

        private Request redirected(URI to, boolean asGet) {
            return asGet
                    ? new Request("GET", to, Map.of(), new byte[0], mostBytes, limit)
                    : new Request(method, to, Map.of(), body, mostBytes, limit);
        }
    }

    /** What became of it. */
    public sealed interface Result {
        /**
         * The server answered.
         *
         * @param uri the one that answered, after redirects
         * @param headers names in lower case; of several equal ones the last
         * @param truncated whether the body was longer than what is kept
         */
        record Fetched(int status, URI uri, Map<String, String> headers, byte[] body, boolean truncated)
                implements Result {
            public Fetched {
                headers = Map.copyOf(headers);
                body = body.clone();
            }

            @Override
            public byte[] body() {
                return body.clone();
            }
        }

        record NotAllowed(Refused refused) implements Result {}

        /** A person must answer about this host first. */
        record MustAsk(String host, int port, NeedsConsent needs) implements Result {}

        record Failed(String code, String reason, String next) implements Result {}
    }

    /** Fetches, following redirects of GET and HEAD, and never from https to http. */
    public Result fetch(EgressCaller caller, Request request) throws InterruptedException {
        Request now = request;
        for (int i = 0; i <= MOST_REDIRECTS; i++) {
            Result result = once(caller, now);
            Optional<URI> next = redirect(now, result);
            if (next.isEmpty()) {
                return result;
            }
            if (now.uri().getScheme().equalsIgnoreCase("https")
                    && !next.get().getScheme().equalsIgnoreCase("https")) {
                return new Result.Failed(
                        "egress.redirect",
                        "the server leads from https to http: " + next.get(),
                        "ask for the other address itself");
            }
            now = now.redirected(next.get(), !now.method().equals("HEAD"));
        }
        return new Result.Failed(
                "egress.redirect", "more than " + MOST_REDIRECTS + " redirects", "ask for the last address itself");
    }

    private static Optional<URI> redirect(Request request, Result result) {
        if (!(result instanceof Result.Fetched answer)
                || !List.of(301, 302, 303, 307, 308).contains(answer.status())
                || !List.of("GET", "HEAD").contains(request.method())
                || !answer.headers().containsKey("location")) {
            return Optional.empty();
        }
        try {
            URI to = request.uri().resolve(answer.headers().get("location"));
            return to.getScheme() == null || to.getHost() == null ? Optional.empty() : Optional.of(to);
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private Result once(EgressCaller caller, Request request) throws InterruptedException {
        URI uri = request.uri();
        String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
        if (!List.of("http", "https").contains(scheme) || uri.getHost() == null || uri.getRawUserInfo() != null) {
            return new Result.Failed(
                    "egress.target", uri + " is not http://HOST/… or https://HOST/…", "name a host, and no user name");
        }
        int port = uri.getPort() >= 0 ? uri.getPort() : scheme.equals("https") ? 443 : 80;
        return switch (connector.connect(caller, uri.getHost(), port)) {
            case Outcome.NotAllowed(Refused refused) -> new Result.NotAllowed(refused);
            case Outcome.MustAsk(NeedsConsent needs) -> new Result.MustAsk(uri.getHost(), port, needs);
            case Outcome.Failed(String code, String reason, String next) -> new Result.Failed(code, reason, next);
            case Outcome.Connected(EgressConnection connection) -> {
                try (connection) {
                    connection.socket().setSoTimeout((int) request.limit().toMillis());
                    try (Socket socket = scheme.equals("https") ? secure(connection) : connection.socket()) {
                        yield exchange(connection, socket, request);
                    }
                } catch (IOException e) {
                    connection.endsBy("egress.failed");
                    yield new Result.Failed(
                            "egress.failed",
                            connection.destination().withPort(port) + ": " + e.getMessage(),
                            "try again, or look at the server");
                }
            }
        };
    }

    /** TLS to the very name that was decided about; its certificate must be for that name. */
    private Socket secure(EgressConnection connection) throws IOException {
        SSLSocket socket = (SSLSocket)
                tls.createSocket(connection.socket(), connection.destination().host(), connection.port(), true);
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        socket.setSSLParameters(parameters);
        socket.startHandshake();
        return socket;
    }

    private static Result exchange(EgressConnection connection, Socket socket, Request request) throws IOException {
        URI uri = request.uri();
        String path = (uri.getRawPath() == null || uri.getRawPath().isEmpty() ? "/" : uri.getRawPath())
                + (uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery());
        StringBuilder head =
                new StringBuilder(request.method() + " " + path + " HTTP/1.1\r\nHost: " + authority(connection, uri));
        request.headers().forEach((name, value) -> {
            if (!List.of("host", "content-length", "connection", "transfer-encoding")
                    .contains(name.toLowerCase(Locale.ROOT))) {
                head.append("\r\n").append(name).append(": ").append(value);
            }
        });
        byte[] body = request.body();
        if (body.length > 0
                || request.method().equals("POST")
                || request.method().equals("PUT")) {
            head.append("\r\nContent-Length: ").append(body.length);
        }
        head.append("\r\nConnection: close\r\n\r\n");
        byte[] bytes = head.toString().getBytes(StandardCharsets.ISO_8859_1);
        OutputStream out = socket.getOutputStream();
        out.write(bytes);
        out.write(body);
        out.flush();
        connection.countOut((long) bytes.length + body.length);
        return answer(connection, socket.getInputStream(), request);
    }

    private static String authority(EgressConnection connection, URI uri) {
        boolean standard =
                uri.getPort() < 0 || uri.getPort() == (uri.getScheme().equalsIgnoreCase("https") ? 443 : 80);
        String place = connection.destination().withPort(connection.port());
        return standard ? place.substring(0, place.lastIndexOf(':')) : place;
    }

    private static Result answer(EgressConnection connection, InputStream in, Request request) throws IOException {
        List<String> lines = new ArrayList<>();
        int left = LONGEST_HEAD;
        int status;
        do {
            lines.clear();
            for (String line = line(in, left); !line.isEmpty(); line = line(in, left)) {
                left -= line.length() + 2;
                lines.add(line);
            }
            if (lines.isEmpty() || !lines.getFirst().matches("HTTP/1\\.[01] [1-5][0-9]{2}( .*)?")) {
                throw new IOException("the answer is no HTTP/1.1");
            }
            status = Integer.parseInt(lines.getFirst().substring(9, 12));
        } while (status < 200);
        Map<String, String> headers = new TreeMap<>();
        for (String line : lines.subList(1, lines.size())) {
            int colon = line.indexOf(':');
            if (colon <= 0) {
                throw new IOException("a field of the answer has no name");
            }
            headers.put(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).strip());
        }
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        boolean whole = true;
        if (!request.method().equals("HEAD") && status != 204 && status != 304) {
            whole = body(in, headers, body, request.mostBytes());
        }
        connection.countIn(LONGEST_HEAD - left + (long) body.size());
        return new Result.Fetched(status, request.uri(), headers, body.toByteArray(), !whole);
    }

    /** Reads a body; false when it was longer than what is kept. */
    private static boolean body(InputStream in, Map<String, String> headers, ByteArrayOutputStream out, int most)
            throws IOException {
        if (headers.containsKey("transfer-encoding")) {
            if (!headers.get("transfer-encoding").equalsIgnoreCase("chunked")
                    || headers.containsKey("content-length")) {
                throw new IOException("the answer frames its body in more than one way");
            }
            while (true) {
                String size = line(in, 512).split(";", 2)[0].strip();
                if (!size.matches("[0-9A-Fa-f]{1,8}")) {
                    throw new IOException("a chunk of the answer has no size");
                }
                long length = Long.parseLong(size, 16);
                if (length == 0) {
                    return true;
                }
                if (copy(in, out, length, most)) {
                    return false;
                }
                if (!line(in, 2).isEmpty()) {
                    throw new IOException("a chunk of the answer is longer than it says");
                }
            }
        }
        if (headers.containsKey("content-length")) {
            if (!headers.get("content-length").matches("[0-9]{1,15}")) {
                throw new IOException("the answer's Content-Length is no number");
            }
            return !copy(in, out, Long.parseLong(headers.get("content-length")), most);
        }
        byte[] piece = new byte[8192];
        for (int count; (count = in.read(piece, 0, Math.min(piece.length, most - out.size() + 1))) >= 0; ) {
            int room = most - out.size();
            out.write(piece, 0, Math.min(count, room));
            if (count > room) {
                return false;
            }
        }
        return true;
    }

    /** Copies so many bytes; true when it stopped because enough is kept. */
    private static boolean copy(InputStream in, ByteArrayOutputStream out, long length, int most) throws IOException {
        byte[] piece = new byte[8192];
        for (long left = length; left > 0; ) {
            int room = most - out.size();
            if (room <= 0) {
                return true;
            }
            int count = in.read(piece, 0, (int) Math.min(Math.min(left, piece.length), room));
            if (count < 0) {
                throw new EOFException("the answer is cut");
            }
            out.write(piece, 0, count);
            left -= count;
        }
        return false;
    }

    private static String line(InputStream in, int longest) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c; (c = in.read()) != '\n'; ) {
            if (c < 0) {
                throw new EOFException("the answer is cut");
            }
            if (line.length() > longest) {
                throw new IOException("the head of the answer is too long");
            }
            line.append((char) c);
        }
        int end = line.length();
        return end > 0 && line.charAt(end - 1) == '\r' ? line.substring(0, end - 1) : line.toString();
    }
}
