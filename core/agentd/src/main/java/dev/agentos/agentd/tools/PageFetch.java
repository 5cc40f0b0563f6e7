package dev.agentos.agentd.tools;

import dev.agentos.agentd.tools.Tool.ToolException;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/** One HTTP GET at a time over a connection that was decided about; every redirect is a connection of its own. */
final class PageFetch {

    private static final int MAX_REDIRECTS = 5;
    private static final int MAX_BODY = 4 * 1024 * 1024;
    private static final int MAX_HEAD = 64 * 1024;
    private static final int READ_MILLIS = 30_000;

    private final Connections connections;

    PageFetch(Connections connections) {
        this.connections = connections;
    }

    /** An answer: where it came from in the end, its status, its headers in lower case, its body as far as it was read. */
    record Page(URI uri, int status, Map<String, String> headers, byte[] body, boolean cut, List<String> redirects) {}

    /** The authorisation for a host, asked for again at each redirect. */
    interface Authorisation {
        Optional<String> headerFor(String host) throws ToolException;
    }

    Page get(String agent, URI start, Authorisation authorisation) throws ToolException {
        URI uri = start;
        List<String> redirects = new java.util.ArrayList<>();
        while (true) {
            Page page = once(agent, uri, authorisation.headerFor(uri.getHost()), redirects);
            String location = page.headers().getOrDefault("location", "");
            if (page.status() < 300 || page.status() > 399 || location.isEmpty()) {
                return page;
            }
            if (redirects.size() == MAX_REDIRECTS) {
                throw new ToolException(
                        "web.redirects",
                        start + " leads on more than " + MAX_REDIRECTS + " times",
                        "name the page itself");
            }
            URI next = checked(uri.resolve(location.strip()).toString());
            if (uri.getScheme().equals("https") && next.getScheme().equals("http")) {
                throw new ToolException(
                        "web.downgrade",
                        uri + " leads to " + next + ", which is not encrypted",
                        "name that page itself");
            }
            redirects.add(next.toString());
            uri = next;
        }
    }

    /** A web address that can be fetched. */
    static URI checked(String text) throws ToolException {
        try {
            URI uri = URI.create(text.strip());
            String scheme = Optional.ofNullable(uri.getScheme()).orElse("").toLowerCase(Locale.ROOT);
            if ((scheme.equals("http") || scheme.equals("https"))
                    && uri.getHost() != null
                    && uri.getRawUserInfo() == null) {
                return uri;
            }
        } catch (IllegalArgumentException e) {
            throw noAddress(text);
        }
        throw noAddress(text);
    }

    private static ToolException noAddress(String text) {
        return new ToolException(
                "web.address",
                "\"" + text + "\" is no web address",
                "write it with https:// and a host, without a user name");
    }

    private Page once(String agent, URI uri, Optional<String> authorisation, List<String> redirects)
            throws ToolException {
        boolean secure = uri.getScheme().equalsIgnoreCase("https");
        int port = uri.getPort() > 0 ? uri.getPort() : secure ? 443 : 80;
        try (Connections.Open open = connections.open(agent, uri.getHost(), port)) {
            Socket socket = secure ? encrypted(open.socket(), uri.getHost(), port) : open.socket();
            socket.setSoTimeout(READ_MILLIS);
            String path = Optional.ofNullable(uri.getRawPath())
                            .filter(p -> !p.isEmpty())
                            .orElse("/")
                    + Optional.ofNullable(uri.getRawQuery()).map(q -> "?" + q).orElse("");
            String request =
                    "GET " + path + " HTTP/1.1\r\nHost: " + uri.getHost() + (uri.getPort() > 0 ? ":" + port : "")
                            + "\r\nUser-Agent: AgentOS\r\nAccept: text/html, text/plain, application/json;q=0.9, */*;q=0.1\r\n"
                            + "Accept-Encoding: gzip\r\nConnection: close\r\n"
                            + authorisation
                                    .map(value -> "Authorization: " + value + "\r\n")
                                    .orElse("") + "\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
            socket.getOutputStream().flush();
            return answer(uri, new BufferedInputStream(socket.getInputStream()), List.copyOf(redirects));
        } catch (IOException e) {
            throw new ToolException(
                    "web.failed", uri.getHost() + " did not answer well: " + e.getMessage(), "try again later");
        }
    }

    private static Socket encrypted(Socket plain, String host, int port) throws IOException {
        SSLSocketFactory factory = (SSLSocketFactory) SSLSocketFactory.getDefault();
        if (!(factory.createSocket(plain, host, port, true) instanceof SSLSocket secure)) {
            throw new IOException("no TLS");
        }
        SSLParameters parameters = secure.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        secure.setSSLParameters(parameters);
        secure.setSoTimeout(READ_MILLIS);
        secure.startHandshake();
        return secure;
    }

    private static Page answer(URI uri, InputStream in, List<String> redirects) throws IOException {
        String status = line(in);
        if (!status.matches("HTTP/1\\.[01] [1-5]\\d\\d.*")) {
            throw new IOException("that is no HTTP answer");
        }
        Map<String, String> headers = new LinkedHashMap<>();
        int size = 0;
        for (String line = line(in); !line.isEmpty(); line = line(in)) {
            size += line.length();
            if (size > MAX_HEAD) {
                throw new IOException("its headers are too long");
            }
            int colon = line.indexOf(':');
            if (colon > 0) {
                headers.put(
                        line.substring(0, colon).toLowerCase(Locale.ROOT),
                        line.substring(colon + 1).strip());
            }
        }
        byte[] raw = headers.getOrDefault("transfer-encoding", "").equalsIgnoreCase("chunked")
                ? chunked(in)
                : in.readNBytes((int) Math.min(length(headers), MAX_BODY + 1L));
        byte[] body = raw;
        if (headers.getOrDefault("content-encoding", "").equalsIgnoreCase("gzip") && raw.length > 0) {
            try (GZIPInputStream unpacked = new GZIPInputStream(new ByteArrayInputStream(raw))) {
                body = unpacked.readNBytes(MAX_BODY + 1);
            }
        }
        boolean cut = body.length > MAX_BODY;
        return new Page(
                uri,
                Integer.parseInt(status.substring(9, 12)),
                headers,
                cut ? java.util.Arrays.copyOf(body, MAX_BODY) : body,
                cut,
                redirects);
    }

    private static long length(Map<String, String> headers) {
        String length = headers.getOrDefault("content-length", "");
        return length.matches("\\d{1,18}") ? Long.parseLong(length) : Long.MAX_VALUE;
    }

    private static byte[] chunked(InputStream in) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        while (out.size() <= MAX_BODY) {
            String size = line(in).split(";", 2)[0].strip();
            if (!size.matches("[0-9a-fA-F]{1,7}")) {
                throw new IOException("a piece has no size");
            }
            int bytes = Integer.parseInt(size, 16);
            if (bytes == 0) {
                break;
            }
            byte[] piece = in.readNBytes(Math.min(bytes, MAX_BODY + 1));
            if (piece.length < Math.min(bytes, MAX_BODY + 1)) {
                throw new IOException("it ended in the middle");
            }
            out.write(piece);
            line(in);
        }
        return out.toByteArray();
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0 || line.length() > MAX_HEAD) {
                throw new IOException("it ended in its headers");
            }
            if (c != '\r') {
                line.append((char) c);
            }
        }
        return line.toString();
    }
}
