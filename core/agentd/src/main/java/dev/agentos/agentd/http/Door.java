package dev.agentos.agentd.http;

import dev.agentos.agentd.ServiceException;
import dev.agentos.agentd.telemetry.Metrics;
import dev.agentos.agentd.telemetry.Tracing;
import dev.agentos.bridge.wire.ServiceWire.ErrorBody;
import dev.agentos.bridge.wire.WireJson;
import dev.agentos.domain.port.Journal;
import dev.agentos.domain.port.Journal.Trace;
import dev.agentos.domain.port.PeerOrigin;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import jdk.net.ExtendedSocketOptions;
import jdk.net.UnixDomainPrincipal;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.ConnectionMetaData;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.Fields;

/** Dispatches requests to routes: identity first, then shape, then the operation; every error in one form. */
final class Door extends Handler.Abstract {

    private static final int MAX_BODY = 4 * 1024 * 1024;
    private static final String PEER = Door.class.getName() + ".peer";

    private final List<Route> routes;
    private final Metrics metrics;
    private final Guard guard;
    private final Function<SocketChannel, PeerOrigin> origins;

    Door(List<Route> routes, Metrics metrics, Guard guard, Function<SocketChannel, PeerOrigin> origins) {
        this.routes = List.copyOf(routes);
        this.metrics = metrics;
        this.guard = guard;
        this.origins = origins;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        long from = System.nanoTime();
        String operation = "none";
        try {
            String by = guard.admit(request, peer(request));
            Found found = find(request);
            operation = found.route().operation();
            String correlation = Tracing.newCorrelation();
            response.getHeaders().put("X-Correlation-Id", correlation);
            response.getHeaders().put(HttpHeader.CACHE_CONTROL, "no-store");
            Call call = new Call(
                    found.path(),
                    query(request),
                    body(request),
                    by,
                    new Trace(correlation),
                    Optional.ofNullable(request.getHeaders().get("Last-Event-ID"))
                            .orElse(""));
            ScopedValue.where(Tracing.CORRELATION, correlation).call(() -> {
                try (var _ = Tracing.span(
                        "request", Map.of("operation", found.route().operation()))) {
                    perform(found.route(), call, response, callback);
                    return true;
                }
            });
        } catch (ServiceException e) {
            error(response, callback, status(e.kind()), e.body());
        } catch (org.eclipse.jetty.io.EofException e) {
            callback.failed(e);
        } catch (Exception e) {
            unexpected(e, operation, response, callback);
        } finally {
            metrics.request(operation, (System.nanoTime() - from) / 1e9);
        }
        return true;
    }

    /** A journal that takes no more writes is the service's state and no bug; anything else is one. */
    private static void unexpected(Exception e, String operation, Response response, Callback callback) {
        Throwable cause = e instanceof CompletionException && e.getCause() != null ? e.getCause() : e;
        if (cause instanceof Journal.JournalFailedException) {
            error(
                    response,
                    callback,
                    503,
                    new ErrorBody(
                            "journal.failed",
                            String.valueOf(cause.getMessage()),
                            "journal",
                            "free space or repair the disk, then restart agentd",
                            List.of()));
            return;
        }
        System.getLogger(Door.class.getName()).log(System.Logger.Level.ERROR, operation + " failed", e);
        error(
                response,
                callback,
                500,
                new ErrorBody(
                        "internal",
                        "internal error: " + e.getClass().getSimpleName(),
                        operation,
                        "see the log of agentd",
                        List.of()));
    }

    private static void perform(Route route, Call call, Response response, Callback callback) throws Exception {
        switch (route.action()) {
            case Route.Action.Answer answer -> {
                Object value = answer.answer(call);
                byte[] bytes = (value instanceof String text ? text : WireJson.write(value) + "\n")
                        .getBytes(StandardCharsets.UTF_8);
                response.getHeaders().put(HttpHeader.CONTENT_TYPE, route.produces());
                response.getHeaders().put(HttpHeader.CONTENT_LENGTH, bytes.length);
                response.write(true, ByteBuffer.wrap(bytes), callback);
            }
            case Route.Action.Stream stream -> {
                response.getHeaders().put(HttpHeader.CONTENT_TYPE, route.produces());
                try (OutputStream out = Content.Sink.asOutputStream(response)) {
                    stream.write(call, out);
                } catch (IOException e) {
                    // The client went away, which is how a stream ends.
                    callback.failed(e);
                    return;
                }
                callback.succeeded();
            }
        }
    }

    private record Found(Route route, Map<String, String> path) {}

    private Found find(Request request) {
        String path = Request.getPathInContext(request);
        String[] parts = Route.parts(path);
        boolean known = false;
        for (Route route : routes) {
            boolean method = route.method().equals(request.getMethod());
            if (method || !known) {
                Optional<Map<String, String>> match = route.match(parts);
                if (method && match.isPresent()) {
                    return new Found(route, match.get());
                }
                known |= match.isPresent();
            }
        }
        throw new ServiceException(
                ServiceException.Kind.NOT_FOUND,
                known ? "request.method" : "request.path",
                known ? request.getMethod() + " is not possible on " + path : "there is nothing at " + path,
                path,
                "see /openapi.json");
    }

    private static Map<String, String> query(Request request) {
        Map<String, String> values = new LinkedHashMap<>();
        try {
            for (Fields.Field field : Request.extractQueryParameters(request)) {
                values.put(
                        field.getName(), Optional.ofNullable(field.getValue()).orElse(""));
            }
        } catch (RuntimeException e) {
            throw new ServiceException(
                    ServiceException.Kind.BAD_REQUEST,
                    "request.query",
                    "the query is not well encoded",
                    "query",
                    "percent-encode it as UTF-8");
        }
        return values;
    }

    private static String body(Request request) throws IOException {
        if (request.getMethod().equals("GET") || request.getMethod().equals("DELETE")) {
            return "";
        }
        String type = Optional.ofNullable(request.getHeaders().get(HttpHeader.CONTENT_TYPE))
                .orElse("");
        if (!type.toLowerCase(Locale.ROOT).split(";", 2)[0].strip().equals(Route.JSON)) {
            throw new ServiceException(
                    ServiceException.Kind.BAD_REQUEST,
                    "request.content-type",
                    "the body must be " + Route.JSON,
                    "Content-Type",
                    "send Content-Type: " + Route.JSON);
        }
        try (var in = Content.Source.asInputStream(request)) {
            byte[] bytes = in.readNBytes(MAX_BODY + 1);
            if (bytes.length > MAX_BODY) {
                throw new ServiceException(
                        ServiceException.Kind.BAD_REQUEST,
                        "request.size",
                        "the body is larger than " + MAX_BODY + " bytes",
                        "body",
                        "send less");
            }
            return new String(bytes, StandardCharsets.UTF_8);
        }
    }

    /** Who connected. The kernel fixed it at the connect, so it is asked for once a connection. */
    private Optional<Guard.Peer> peer(Request request) throws IOException {
        ConnectionMetaData connection = request.getConnectionMetaData();
        if (connection.getAttribute(PEER) instanceof Guard.Peer known) {
            return Optional.of(known);
        }
        Object transport = connection.getConnection().getEndPoint().getTransport();
        if (transport instanceof SocketChannel channel
                && channel.supportedOptions().contains(ExtendedSocketOptions.SO_PEERCRED)) {
            UnixDomainPrincipal principal = channel.getOption(ExtendedSocketOptions.SO_PEERCRED);
            Guard.Peer peer = new Guard.Peer(principal.user().getName(), origins.apply(channel));
            connection.setAttribute(PEER, peer);
            return Optional.of(peer);
        }
        return Optional.empty();
    }

    private static int status(ServiceException.Kind kind) {
        return switch (kind) {
            case BAD_REQUEST -> 400;
            case REFUSED -> 403;
            case NOT_FOUND -> 404;
            case CONFLICT -> 409;
            case UNAVAILABLE -> 503;
        };
    }

    private static void error(Response response, Callback callback, int status, ErrorBody body) {
        if (response.isCommitted()) {
            callback.failed(new IOException(body.message()));
            return;
        }
        byte[] bytes = (WireJson.write(body) + "\n").getBytes(StandardCharsets.UTF_8);
        response.setStatus(status);
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, Route.JSON);
        response.getHeaders().put(HttpHeader.CONTENT_LENGTH, bytes.length);
        response.write(true, ByteBuffer.wrap(bytes), callback);
    }
}
