package dev.agentos.domain.egress;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * One request to the proxy, read strictly (RFC 9110 and 9112): what two programs could read differently is refused, never
 * repaired.
 *
 * @param tunnel whether it is CONNECT
 * @param host as the agent wrote it, an IPv6 address in brackets
 * @param path path and query for the server; empty for a tunnel
 * @param headers what goes on to the server, in order, without hop-by-hop fields and without Host
 * @param body how the body is framed
 * @param expectsContinue whether the agent waits for 100 before it sends the body
 */
public record ProxyRequest(
        boolean tunnel,
        String method,
        String host,
        int port,
        String path,
        List<Header> headers,
        Body body,
        boolean expectsContinue) {

    /** The longest head that is read, in bytes. */
    public static final int LONGEST_HEAD = 32 * 1024;

    private static final int MOST_HEADERS = 100;
    private static final Pattern TOKEN = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}");
    private static final Pattern PORT = Pattern.compile("[1-9][0-9]{0,4}");
    private static final Pattern TARGET = Pattern.compile("[!-~]{1,16384}");
    private static final Pattern LENGTH = Pattern.compile("[0-9]{1,15}");

    /** Fields of the connection, which are the proxy's own matter. */
    private static final Set<String> HOP_BY_HOP = Set.of(
            "connection",
            "keep-alive",
            "proxy-connection",
            "proxy-authorization",
            "proxy-authenticate",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade",
            "expect",
            "http2-settings");

    /** Fields that a Connection field may not take away, because the reading of the request hangs on them. */
    private static final Set<String> FIRM = Set.of("host", "content-length", "transfer-encoding");

    public ProxyRequest {
        headers = List.copyOf(headers);
    }

    /** A field as it was written. */
    public record Header(String name, String value) {}

    /** How the body of a request is framed. */
    public sealed interface Body {
        record None() implements Body {}

        record Length(long bytes) implements Body {}

        record Chunked() implements Body {}
    }

    /** What reading a head gave. */
    public sealed interface Read {
        record Ok(ProxyRequest request) implements Read {}

        /**
         * The request is refused.
         *
         * @param status the HTTP status for the agent, 400, 403 or 501
         * @param next what to change
         */
        record Bad(int status, String code, String reason, String next) implements Read {}
    }

    /** Says that the head is bad. */
    private static final class BadRequest extends Exception {
        final Read.Bad bad;

        BadRequest(int status, String code, String reason, String next) {
            super(reason);
            this.bad = new Read.Bad(status, code, reason, next);
        }

        static BadRequest syntax(String reason) {
            return new BadRequest(400, "egress.request", reason, "send a request as RFC 9112 says");
        }

        static BadRequest smuggling(String reason) {
            return new BadRequest(
                    400, "egress.smuggling", reason, "frame the body once: one Content-Length, or chunked alone");
        }
    }

    /**
     * Reads a head.
     *
     * @param head the bytes as ISO 8859-1 text, up to and with the empty line
     */
    public static Read read(String head) {
        try {
            return new Read.Ok(parse(head));
        } catch (BadRequest e) {
            return e.bad;
        }
    }

    private static ProxyRequest parse(String head) throws BadRequest {
        if (!head.endsWith("\r\n\r\n") || head.length() > LONGEST_HEAD) {
            throw BadRequest.syntax("the head has no end within " + LONGEST_HEAD + " bytes");
        }
        String[] lines = head.substring(0, head.length() - 4).split("\r\n", -1);
        for (String line : lines) {
            for (int i = 0; i < line.length(); i++) {
                char c = line.charAt(i);
                if ((c < ' ' && c != '\t') || c == 0x7F) {
                    throw BadRequest.syntax("the head holds a control character, or a line end that is not CR LF");
                }
            }
        }
        if (lines.length - 1 > MOST_HEADERS) {
            throw BadRequest.syntax("the head has more than " + MOST_HEADERS + " fields");
        }
        String[] first = lines[0].split(" ", -1);
        if (first.length != 3
                || !TOKEN.matcher(first[0]).matches()
                || !TARGET.matcher(first[1]).matches()) {
            throw BadRequest.syntax("the request line is not METHOD TARGET VERSION");
        }
        if (!first[2].equals("HTTP/1.1") && !first[2].equals("HTTP/1.0")) {
            throw BadRequest.syntax("the proxy speaks HTTP/1.1 and HTTP/1.0 only");
        }
        List<Header> headers = headers(lines);
        boolean old = first[2].endsWith("0");
        Body body = body(headers, old);
        return first[0].equals("CONNECT") ? tunnel(first[1], headers, body) : plain(first, headers, body, old);
    }

    private static List<Header> headers(String[] lines) throws BadRequest {
        List<Header> headers = new ArrayList<>();
        for (int i = 1; i < lines.length; i++) {
            int colon = lines[i].indexOf(':');
            if (lines[i].startsWith(" ") || lines[i].startsWith("\t")) {
                throw BadRequest.smuggling("a field goes on in the next line (obs-fold)");
            }
            if (colon < 0 || !TOKEN.matcher(lines[i].substring(0, colon)).matches()) {
                throw BadRequest.smuggling("a field's name is not a plain word right before its colon");
            }
            headers.add(new Header(lines[i].substring(0, colon), trim(lines[i].substring(colon + 1))));
        }
        return headers;
    }

    private static String trim(String value) {
        return value.replaceAll("^[ \\t]+", "").replaceAll("[ \\t]+$", "");
    }

    private static List<String> values(List<Header> headers, String name) {
        return headers.stream()
                .filter(header -> header.name().equalsIgnoreCase(name))
                .map(Header::value)
                .toList();
    }

    private static Body body(List<Header> headers, boolean old) throws BadRequest {
        List<String> lengths = values(headers, "content-length");
        List<String> codings = values(headers, "transfer-encoding");
        if (!lengths.isEmpty() && !codings.isEmpty()) {
            throw BadRequest.smuggling("it has both Content-Length and Transfer-Encoding");
        }
        if (lengths.size() > 1 || codings.size() > 1) {
            throw BadRequest.smuggling("it frames its body twice");
        }
        if (!codings.isEmpty()) {
            if (old || !codings.getFirst().equalsIgnoreCase("chunked")) {
                throw BadRequest.smuggling("its Transfer-Encoding is not chunked alone");
            }
            return new Body.Chunked();
        }
        if (lengths.isEmpty()) {
            return new Body.None();
        }
        if (!LENGTH.matcher(lengths.getFirst()).matches()) {
            throw BadRequest.smuggling("its Content-Length is not one number");
        }
        return new Body.Length(Long.parseLong(lengths.getFirst()));
    }

    private static ProxyRequest tunnel(String target, List<Header> headers, Body body) throws BadRequest {
        if (!(body instanceof Body.None)) {
            throw BadRequest.smuggling("a CONNECT has no body");
        }
        Authority authority = Authority.of(target, 0);
        if (authority.port() == 0) {
            throw BadRequest.syntax("CONNECT needs HOST:PORT");
        }
        List<String> hosts = values(headers, "host");
        if (hosts.size() > 1) {
            throw BadRequest.smuggling("it has two Host fields");
        }
        if (hosts.size() == 1 && !hosts.getFirst().isEmpty()) {
            Authority.of(hosts.getFirst(), authority.port()).mustBe(authority);
        }
        return new ProxyRequest(
                true, "CONNECT", authority.host(), authority.port(), "", List.of(), new Body.None(), false);
    }

    private static ProxyRequest plain(String[] first, List<Header> headers, Body body, boolean old) throws BadRequest {
        String target = first[1];
        String lower = target.toLowerCase(Locale.ROOT);
        if (lower.startsWith("https://")) {
            throw new BadRequest(
                    501,
                    "egress.https-plain",
                    "an https address was asked for as plain text, and the proxy holds no agent's TLS",
                    "use CONNECT, as every client with HTTPS_PROXY does");
        }
        if (!lower.startsWith("http://")) {
            throw new BadRequest(
                    lower.startsWith("/") || lower.equals("*") ? 400 : 501,
                    "egress.target",
                    "the target is not http://HOST/…: this is a proxy, not a server",
                    "set HTTP_PROXY and ask for the whole address");
        }
        if (target.indexOf('#') >= 0) {
            throw BadRequest.syntax("the target holds a fragment");
        }
        String rest = target.substring("http://".length());
        int end = rest.length();
        for (char stop : new char[] {'/', '?'}) {
            int at = rest.indexOf(stop);
            end = at >= 0 && at < end ? at : end;
        }
        Authority authority = Authority.of(rest.substring(0, end), 80);
        String path = rest.substring(end);
        if (!path.startsWith("/")) {
            path = "/" + path;
        }
        List<String> hosts = values(headers, "host");
        if (hosts.size() > 1 || (hosts.isEmpty() && !old)) {
            throw BadRequest.smuggling("it has " + (hosts.isEmpty() ? "no" : "two") + " Host fields");
        }
        if (!hosts.isEmpty()) {
            Authority.of(hosts.getFirst(), 80).mustBe(authority);
        }
        return new ProxyRequest(
                false,
                first[0],
                authority.host(),
                authority.port(),
                path,
                forwarded(headers),
                body,
                values(headers, "expect").stream().anyMatch(value -> value.equalsIgnoreCase("100-continue")));
    }

    private static List<Header> forwarded(List<Header> headers) throws BadRequest {
        Set<String> dropped = new TreeSet<>(HOP_BY_HOP);
        for (String value : values(headers, "connection")) {
            for (String named : value.split(",", -1)) {
                String name = named.strip().toLowerCase(Locale.ROOT);
                if (FIRM.contains(name)) {
                    throw BadRequest.smuggling("its Connection field names " + name);
                }
                dropped.add(name);
            }
        }
        dropped.add("host");
        dropped.add("content-length");
        return headers.stream()
                .filter(header -> !dropped.contains(header.name().toLowerCase(Locale.ROOT)))
                .toList();
    }

    /** HOST[:PORT], port 0 where none was written and none is the default. */
    private record Authority(String host, int port) {

        static Authority of(String text, int defaultPort) throws BadRequest {
            if (text.indexOf('@') >= 0) {
                throw new BadRequest(
                        400, "egress.host", "the target holds a user name", "send credentials in a header");
            }
            int colon = text.lastIndexOf(':');
            boolean bare = colon < 0 || text.endsWith("]");
            if (!bare && !PORT.matcher(text.substring(colon + 1)).matches()) {
                throw BadRequest.syntax("the target's port is no number");
            }
            int port = bare ? defaultPort : Integer.parseInt(text.substring(colon + 1));
            return new Authority(bare ? text : text.substring(0, colon), port);
        }

        /** Both must lead to the same place in their one spelling. */
        void mustBe(Authority other) throws BadRequest {
            boolean same = Destination.read(host) instanceof Destination.Read.Ok(Destination mine)
                    && Destination.read(other.host) instanceof Destination.Read.Ok(Destination theirs)
                    && mine.equals(theirs)
                    && port == other.port;
            if (!same) {
                throw new BadRequest(
                        403,
                        "egress.host-mismatch",
                        "the Host field and the target name different places",
                        "name the same host and port in both");
            }
        }
    }

    /** The value of a field, where it is there once. */
    public Optional<String> header(String name) {
        List<String> found = values(headers, name);
        return found.size() == 1 ? Optional.of(found.getFirst()) : Optional.empty();
    }

    /** The head for the server, in ISO 8859-1: one request, after which the connection ends. */
    public String headForServer(Destination destination) {
        StringBuilder head = new StringBuilder();
        head.append(method).append(' ').append(path).append(" HTTP/1.1\r\nHost: ");
        String place = destination.withPort(port);
        head.append(port == 80 ? place.substring(0, place.lastIndexOf(':')) : place);
        head.append("\r\n");
        for (Header header : headers) {
            head.append(header.name()).append(": ").append(header.value()).append("\r\n");
        }
        switch (body) {
            case Body.Length length ->
                head.append("Content-Length: ").append(length.bytes()).append("\r\n");
            case Body.Chunked _ -> head.append("Transfer-Encoding: chunked\r\n");
            case Body.None _ -> {}
        }
        return head.append("Connection: close\r\n\r\n").toString();
    }
}
