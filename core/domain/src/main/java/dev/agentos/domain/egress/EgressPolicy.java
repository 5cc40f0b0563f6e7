package dev.agentos.domain.egress;

import dev.agentos.domain.consent.Consent.Grant;
import dev.agentos.domain.consent.Consent.Scope;
import dev.agentos.domain.consent.DisplayText;
import dev.agentos.domain.egress.EgressDecision.Allowed;
import dev.agentos.domain.egress.EgressDecision.NeedsConsent;
import dev.agentos.domain.egress.EgressDecision.Refused;
import java.util.List;
import java.util.Optional;

/**
 * The decision on a connection, in two steps that are pure and total. The first looks at the name alone: a name that is
 * not allowed is never looked up, because a look-up carries data out. The second looks at every address that the one
 * look-up gave: one forbidden address refuses them all, so a name cannot be bound to the inside later.
 */
public final class EgressPolicy {

    /** By which way the agent asks. */
    public enum How {
        /** A tunnel through the proxy, usually for TLS. */
        TUNNEL,
        /** A plain HTTP request through the proxy. */
        HTTP,
        /** A tool of the service connects for the agent. */
        TOOL
    }

    /** The first step: whether the name may be looked up. */
    public sealed interface Admission {
        /**
         * The name may be looked up; the addresses are judged by {@link EgressPolicy#pin}.
         *
         * @param tlsOnly whether a tunnel may carry nothing but TLS
         */
        record LookUp(
                Destination destination,
                int port,
                String code,
                String reason,
                String contractLine,
                boolean tlsOnly,
                Optional<Grant> grant)
                implements Admission {}

        /** It ends here: refused, or a person is asked. */
        record Settled(EgressDecision decision) implements Admission {}
    }

    private EgressPolicy() {}

    /**
     * The first step.
     *
     * @param host as the agent wrote it, an IPv6 address in brackets
     * @param grant a live grant for this destination and port, if there is one
     */
    public static Admission admit(EgressRules rules, String host, int port, How how, Optional<Grant> grant) {
        return switch (Destination.read(host)) {
            case Destination.Read.Malformed malformed ->
                refused(
                        "egress.host",
                        "the host \"" + shortened(host) + "\" " + malformed.why(),
                        rules.domainsLine(),
                        "ask for a plain name such as example.org");
            case Destination.Read.Ok(Destination destination) -> admit(rules, destination, port, how, grant);
        };
    }

    /** The first step, for a host that was read already. */
    public static Admission admit(
            EgressRules rules, Destination destination, int port, How how, Optional<Grant> grant) {
        if (port < 1 || port > 65_535) {
            return refused(
                    "egress.port", "there is no port " + port, rules.domainsLine(), "use a port from 1 to 65535");
        }
        Optional<EgressRules.Entry> entry = rules.entryFor(destination, port);
        if (entry.isPresent()) {
            if (how == How.TUNNEL && port == 80 && !entry.get().explicitPort()) {
                return refused(
                        "egress.tunnel-plain",
                        "a tunnel to port 80 hides plain HTTP from the proxy; "
                                + entry.get().domain() + " declares no port, and then tunnels are for TLS on port 443",
                        entry.get().line(),
                        "send plain requests through HTTP_PROXY, or declare \""
                                + entry.get().domain() + ":80\"");
            }
            return new Admission.LookUp(
                    destination,
                    port,
                    "contract",
                    "the contract declares " + entry.get().domain(),
                    entry.get().line(),
                    how == How.TUNNEL && !entry.get().explicitPort(),
                    Optional.empty());
        }
        return undeclared(rules, destination, port, how, grant);
    }

    private static Admission undeclared(
            EgressRules rules, Destination destination, int port, How how, Optional<Grant> grant) {
        String place = destination.withPort(port);
        if (destination instanceof Destination.Address(IpAddress ip)) {
            AddressKind kind = AddressKind.of(ip);
            if (kind != AddressKind.PUBLIC) {
                return refused(addressCode(kind), words(ip, kind), rules.domainsLine(), nextFor(ip, port, kind));
            }
            return refused(
                    "egress.direct-ip",
                    place + " is an address without a name, and the contract declares "
                            + (rules.declared().domains().isEmpty() ? "no place" : "only " + rules.inWords()),
                    rules.domainsLine(),
                    ip.v6()
                            ? "ask for the host by its name; IPv6 addresses cannot be declared"
                            : "ask for the host by its name, or add \"" + place + "\" to egress.domains");
        }
        if (destination.isLocalhost()) {
            return refused(
                    "egress.loopback",
                    place + " is " + AddressKind.LOOPBACK.words() + ", which the contract does not declare",
                    rules.domainsLine(),
                    "add \"" + place + "\" to egress.domains, if this agent should reach a service of this machine");
        }
        if (grant.isPresent()) {
            return new Admission.LookUp(
                    destination,
                    port,
                    "grant",
                    grant.get().scope() == Scope.ONCE
                            ? "allowed once by " + grant.get().by()
                            : "covered by grant " + grant.get().id() + " of "
                                    + grant.get().by(),
                    rules.consentLine(),
                    how == How.TUNNEL && port == 443,
                    grant);
        }
        if (rules.asks()) {
            return new Admission.Settled(new NeedsConsent(
                    "egress.undeclared",
                    place + " is not among the declared places (" + rules.inWords()
                            + "), and the contract lists net.connect under consent_for",
                    rules.consentLine()));
        }
        return refused(
                "egress.undeclared",
                place + " is not among the places that the contract declares (" + rules.inWords() + ")"
                        + portHint(rules, destination, port),
                rules.domainsLine(),
                "add \"" + (port == 443 || port == 80 ? destination.host() : place)
                        + "\" to egress.domains, or \"net.connect\" to security.consent_for to be asked");
    }

    /** Says so where only the port is missing, which is easily overlooked. */
    private static String portHint(EgressRules rules, Destination destination, int port) {
        boolean onAnother = rules.declared().domains().stream()
                .anyMatch(domain -> rules.declared().allows(destination.host(), portOf(domain)));
        return onAnother && port != 443 && port != 80 ? "; the name is declared, port " + port + " is not" : "";
    }

    private static int portOf(String domain) {
        int colon = domain.indexOf(':');
        return colon < 0 ? 443 : Integer.parseInt(domain.substring(colon + 1));
    }

    /**
     * The second step.
     *
     * @param addresses every address that the look-up gave; for an address that was written as such, that one
     */
    public static EgressDecision pin(EgressRules rules, Admission.LookUp admitted, List<IpAddress> addresses) {
        String place = admitted.destination().withPort(admitted.port());
        if (addresses.isEmpty()) {
            return new Refused(
                    "egress.no-address",
                    "no address is known for " + admitted.destination().host(),
                    admitted.contractLine(),
                    "check the spelling and this machine's DNS");
        }
        for (IpAddress address : addresses) {
            AddressKind kind = AddressKind.of(address);
            if (kind == AddressKind.PUBLIC || isOpened(rules, admitted, address, kind)) {
                continue;
            }
            String what = admitted.destination() instanceof Destination.Name
                    ? place + " leads to " + words(address, kind)
                    : words(address, kind);
            return new Refused(
                    addressCode(kind), what, admitted.contractLine(), nextFor(address, admitted.port(), kind));
        }
        return new Allowed(
                admitted.code(),
                admitted.reason(),
                admitted.contractLine(),
                addresses,
                admitted.tlsOnly(),
                admitted.grant());
    }

    /** An address inside is opened by its own declaration; loopback also by the name localhost, which means it. */
    private static boolean isOpened(EgressRules rules, Admission.LookUp admitted, IpAddress address, AddressKind kind) {
        return kind.declarable()
                && (rules.declaresAddress(address, admitted.port())
                        || (kind == AddressKind.LOOPBACK
                                && admitted.destination().isLocalhost()
                                && admitted.grant().isEmpty()));
    }

    /** The code of a refusal because of an address. */
    private static String addressCode(AddressKind kind) {
        return switch (kind) {
            case LOOPBACK, UNSPECIFIED -> "egress.loopback";
            case METADATA -> "egress.metadata";
            case LINK_LOCAL -> "egress.link-local";
            case PRIVATE, SHARED -> "egress.private";
            case PUBLIC, DOCUMENTATION, BENCHMARK, TRANSLATED, RESERVED, MULTICAST, BROADCAST -> "egress.reserved";
        };
    }

    private static String words(IpAddress address, AddressKind kind) {
        return address + ", " + kind.words()
                + (kind.declarable() ? ", which the contract does not declare" : ", where no contract leads");
    }

    private static String nextFor(IpAddress address, int port, AddressKind kind) {
        if (!kind.declarable()) {
            return "ask for a host that has an address";
        }
        if (address.v6()) {
            return "let the name have a public address; IPv6 addresses inside a network cannot be declared";
        }
        return "add \"" + address + ":" + port + "\" to egress.domains, if this agent should reach it";
    }

    private static Admission refused(String code, String reason, String line, String next) {
        return new Admission.Settled(new Refused(code, reason, line, next));
    }

    private static String shortened(String host) {
        String clean = DisplayText.line(host).text();
        return clean.length() <= 80 ? clean : clean.substring(0, 80) + "…";
    }

    /**
     * What the first bytes of a tunnel decide, once the tunnel stands and before any of them leaves this machine.
     *
     * @return the refusal, or nothing where they may pass
     */
    public static Optional<Refused> tunnel(
            Destination destination, int port, boolean tlsOnly, String line, ClientHello.Read first) {
        String place = destination.withPort(port);
        return switch (first) {
            case ClientHello.Read.Incomplete _ ->
                Optional.of(new Refused(
                        "egress.tls-malformed",
                        "the tunnel to " + place + " began like TLS and did not go on",
                        line,
                        "use a TLS client that completes its hello"));
            case ClientHello.Read.Malformed malformed ->
                Optional.of(new Refused(
                        "egress.tls-malformed",
                        "the tunnel to " + place + " began with a TLS hello that breaks the rules: " + malformed.why(),
                        line,
                        "use another TLS client"));
            case ClientHello.Read.NotTls _ ->
                tlsOnly
                        ? Optional.of(new Refused(
                                "egress.not-tls",
                                "the tunnel to " + place + " carries something else than TLS",
                                line,
                                "speak TLS there, or declare the port: \"" + place + "\""))
                        : Optional.empty();
            case ClientHello.Read.Hello hello ->
                hello.serverName()
                        .filter(name -> !sameHost(destination, name))
                        .map(name -> new Refused(
                                "egress.sni",
                                "the tunnel is for " + place + ", and its TLS asks for the server \"" + shortened(name)
                                        + "\"" + (hello.encrypted() ? " with an encrypted name inside (ECH)" : ""),
                                line,
                                "ask the proxy for the server that TLS names; domain fronting and ECH are refused"));
        };
    }

    private static boolean sameHost(Destination destination, String serverName) {
        return Destination.read(serverName) instanceof Destination.Read.Ok(Destination named)
                && named.host().equals(destination.host());
    }
}
