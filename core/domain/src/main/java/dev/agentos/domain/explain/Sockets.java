package dev.agentos.domain.explain;

import java.util.Locale;

/** Why a kind of socket is or is not there. */
final class Sockets {

    private Sockets() {}

    static Explanation explain(SandboxFacts facts, String kind) {
        String word = kind.toLowerCase(Locale.ROOT).replaceFirst("^(af_|sock_)", "");
        return switch (word) {
            case "unix", "local", "" ->
                Explanation.allowed(
                        "Unix sockets inside the sandbox are its own affair; only what the plan mounts leads out",
                        "namespace.mount",
                        "filesystem");
            case "abstract", "unix-abstract" -> abstractName(facts);
            case "inet", "inet6", "tcp", "stream", "ipv6" ->
                Explanation.allowed(
                        "the socket is made, and its network namespace has loopback alone: another address is unreachable"
                                + " (ENETUNREACH)" + facts.standing("namespace.net"),
                        "namespace.net",
                        "egress.domains");
            case "udp", "dgram", "quic" -> udp(facts);
            case "raw" ->
                Explanation.refused(
                        "the filter makes IPv4 and IPv6 sockets only for streams and datagrams (EPERM)"
                                + facts.standing("seccomp"),
                        "seccomp",
                        "egress",
                        "no contract can allow raw sockets");
            case "mptcp", "sctp" ->
                Explanation.refused(
                        "only TCP and UDP are made (EPROTONOSUPPORT): others would pass by Landlock's TCP rules"
                                + facts.standing("seccomp"),
                        "seccomp",
                        "egress",
                        "use TCP through the proxy");
            default ->
                Explanation.refused(
                        "the filter knows Unix, IPv4 and IPv6 sockets alone; " + word + " is answered EAFNOSUPPORT"
                                + facts.standing("seccomp"),
                        "seccomp",
                        "egress",
                        "no contract can allow it; name resolution and the proxy work without");
        };
    }

    static Explanation abstractName(SandboxFacts facts) {
        return Explanation.refused(
                "abstract Unix sockets belong to a network namespace, and the sandbox has its own: none of the host's or of"
                        + " another agent's is there (ECONNREFUSED)"
                        + facts.standing("namespace.net"),
                "namespace.net",
                "egress",
                "use a socket file in a declared folder");
    }

    static Explanation udp(SandboxFacts facts) {
        return Explanation.refused(
                "a datagram has no way out: the network namespace has loopback alone (ENETUNREACH), and the proxy carries"
                        + " TCP only, so QUIC and HTTP/3 do not leave"
                        + facts.standing("namespace.net"),
                "namespace.net",
                "egress.domains",
                "use HTTP/1.1 or HTTP/2 through the proxy");
    }
}
