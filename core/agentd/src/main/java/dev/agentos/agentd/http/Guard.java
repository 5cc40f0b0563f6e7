package dev.agentos.agentd.http;

import dev.agentos.agentd.ServiceException;
import dev.agentos.domain.port.PeerOrigin;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;

/** Who may come in. The Unix socket asks the kernel; TCP asks for a token and refuses what a browser would send. */
sealed interface Guard {

    /**
     * The caller's name for the audit.
     *
     * @throws ServiceException when the caller may not come in
     */
    String admit(Request request, Optional<Peer> peer);

    /** Who is at the other end of a Unix socket, and where that process lives. */
    record Peer(String user, PeerOrigin origin) {}

    /**
     * The Unix socket: the user that agentd runs as, and root. Without privilege agents run as that same user, so a
     * process of that user also has to live outside every sandbox; root never is an agent.
     */
    record Socket(String owner) implements Guard {

        private static final PeerOrigin UNSEEN = new PeerOrigin.Unknown("no process is named");

        @Override
        public String admit(Request request, Optional<Peer> peer) {
            return peer.map(each -> admitUser(each.user(), each.origin())).orElseGet(() -> admitUser("", UNSEEN));
        }

        /** @param user as the kernel names it; empty when it does not */
        String admitUser(String user, PeerOrigin origin) {
            if (user.equals("root")) {
                return "user root";
            }
            if (user.equals(owner)) {
                return switch (origin) {
                    case PeerOrigin.Beside _ -> "user " + user;
                    case PeerOrigin.Nested nested ->
                        throw refused(
                                "peer.sandboxed",
                                "process " + nested.pid()
                                        + " lives inside a sandbox or container: no agent may use this door",
                                "SO_PEERCRED",
                                "use it from outside");
                    case PeerOrigin.Unknown unknown ->
                        throw refused(
                                "peer.unknown",
                                "it is not known whether the caller is an agent: " + unknown.why(),
                                "SO_PEERCRED",
                                "start agentd with its own program; see agentctl doctor");
                };
            }
            throw refused(
                    "peer.user",
                    "the user " + (user.isEmpty() ? "(unknown)" : user) + " may not use this agentd",
                    "SO_PEERCRED",
                    "use your own agentd, or become " + owner);
        }
    }

    /**
     * TCP on loopback: a bearer token, a Host of this door, and no Origin but this door's own, against DNS rebinding
     * and requests from web pages.
     */
    record Tcp(byte[] token, Set<String> hosts) implements Guard {
        @Override
        public String admit(Request request, Optional<Peer> peer) {
            String host = Optional.ofNullable(request.getHeaders().get(HttpHeader.HOST))
                    .orElse("")
                    .toLowerCase(Locale.ROOT);
            if (!hosts.contains(host)) {
                throw refused(
                        "door.host",
                        "the Host header names another door: " + host,
                        "Host",
                        "connect to the address that agentd printed");
            }
            String origin = request.getHeaders().get(HttpHeader.ORIGIN);
            if (origin != null
                    && !hosts.contains(origin.toLowerCase(Locale.ROOT).replaceFirst("^http://", ""))) {
                throw refused(
                        "door.origin",
                        "requests from web pages are refused: " + origin,
                        "Origin",
                        "use a client, not a page");
            }
            String given = Optional.ofNullable(request.getHeaders().get(HttpHeader.AUTHORIZATION))
                    .orElse("");
            if (!given.startsWith("Bearer ")
                    || !MessageDigest.isEqual(given.substring(7).getBytes(StandardCharsets.UTF_8), token)) {
                throw refused(
                        "door.token",
                        "the token is missing or wrong",
                        "Authorization",
                        "send the token from the file that agentd names at its start");
            }
            return "token";
        }
    }

    private static ServiceException refused(String code, String message, String place, String next) {
        return new ServiceException(ServiceException.Kind.REFUSED, code, message, place, next);
    }
}
