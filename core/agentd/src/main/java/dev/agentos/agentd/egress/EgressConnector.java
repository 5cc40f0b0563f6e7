package dev.agentos.agentd.egress;

import dev.agentos.agentd.consent.ConsentService;
import dev.agentos.domain.consent.Consent.Grant;
import dev.agentos.domain.consent.Consent.Scope;
import dev.agentos.domain.consent.DisplayText;
import dev.agentos.domain.contract.Security;
import dev.agentos.domain.egress.Destination;
import dev.agentos.domain.egress.EgressDecision;
import dev.agentos.domain.egress.EgressDecision.Allowed;
import dev.agentos.domain.egress.EgressDecision.NeedsConsent;
import dev.agentos.domain.egress.EgressDecision.Refused;
import dev.agentos.domain.egress.EgressPolicy;
import dev.agentos.domain.egress.EgressPolicy.Admission;
import dev.agentos.domain.egress.EgressPolicy.How;
import dev.agentos.domain.egress.EgressRules;
import dev.agentos.domain.egress.IpAddress;
import dev.agentos.domain.event.Event.EgressDecided;
import dev.agentos.domain.port.ConsentQueue;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * The one way out. Every connection for an agent, through the proxy or by a tool, is decided here, looked up once, pinned
 * to what was judged, recorded durably and only then made.
 */
public final class EgressConnector {

    /** The longest wait for one address to answer. */
    static final Duration CONNECT_LIMIT = Duration.ofSeconds(10);

    private final Resolver resolver;
    private final ConsentService consent;
    private final EgressAsks asks;
    private final EgressBook book;

    EgressConnector(Resolver resolver, ConsentService consent, EgressAsks asks, EgressBook book) {
        this.resolver = resolver;
        this.consent = consent;
        this.asks = asks;
        this.book = book;
    }

    /** What became of a wish to connect. */
    public sealed interface Outcome {
        /** Connected; closing the connection records what it moved. */
        record Connected(EgressConnection connection) implements Outcome {}

        /** The contract, or a person, does not let it happen; nothing was looked up or sent that was not declared. */
        record NotAllowed(Refused refused) implements Outcome {}

        /** A person must answer first; see {@link EgressConnector#connectAsking}. */
        record MustAsk(NeedsConsent needs) implements Outcome {}

        /** It was allowed and did not work. */
        record Failed(String code, String reason, String next) implements Outcome {}
    }

    /** Connects for a tool, or says why not; never waits for a person. */
    public Outcome connect(EgressCaller caller, String host, int port) throws InterruptedException {
        return connect(caller, host, port, How.TOOL);
    }

    /** Connects, or says why not; never waits for a person. */
    public Outcome connect(EgressCaller caller, String host, int port, How how) throws InterruptedException {
        return carryOut(caller, host, port, how, Optional.empty());
    }

    /**
     * Connects, and waits for a person where the contract asks.
     *
     * @param gone completes when nobody waits for the connection any more
     */
    public Outcome connectAsking(EgressCaller caller, String host, int port, How how, CompletableFuture<?> gone)
            throws InterruptedException {
        Outcome first = connect(caller, host, port, how);
        if (!(first instanceof Outcome.MustAsk(NeedsConsent needs))
                || !(Destination.read(host) instanceof Destination.Read.Ok(Destination destination))) {
            return first;
        }
        EgressDecided asked = decided(
                caller,
                destination.host(),
                port,
                how,
                "asks",
                needs.code(),
                needs.reason(),
                needs.contractLine(),
                List.of());
        return switch (asks.await(caller, destination, port, needs, asked, gone)) {
            case EgressAsks.Outcome.Allowed(Grant grant) -> carryOut(caller, host, port, how, Optional.of(grant));
            case EgressAsks.Outcome.Refused(String code, String reason, String next) ->
                refused(caller, destination.host(), port, how, new Refused(code, reason, needs.contractLine(), next));
            case EgressAsks.Outcome.GaveUp _ ->
                new Outcome.Failed(
                        "egress.gave-up",
                        "the agent did not wait for the answer; the question stays open",
                        "answer it and let the agent try again: agentctl consent list");
        };
    }

    /** What the decision would be, without a look-up, a record or a connection. */
    public Admission explain(String agent, String run, EgressRules rules, String host, int port, How how) {
        return EgressPolicy.admit(rules, host, port, how, grant(agent, run, host, port));
    }

    /** Records that the proxy refused something before it came to a place. */
    void refusedEarly(EgressCaller caller, String host, int port, How how, Refused refused) {
        refused(caller, host, port, how, refused);
    }

    private Optional<Grant> grant(String agent, String run, String host, int port) {
        return Destination.read(host) instanceof Destination.Read.Ok(Destination destination)
                ? consent.covering(agent, Security.NET_CONNECT, destination.withPort(port), run)
                : Optional.empty();
    }

    private Outcome carryOut(EgressCaller caller, String host, int port, How how, Optional<Grant> answered)
            throws InterruptedException {
        Optional<Grant> grant = answered.isPresent() ? answered : grant(caller.agent(), caller.run(), host, port);
        return switch (EgressPolicy.admit(caller.rules(), host, port, how, grant)) {
            case Admission.Settled(Refused refused) -> refused(caller, host, port, how, refused);
            case Admission.Settled(NeedsConsent needs) -> new Outcome.MustAsk(needs);
            case Admission.Settled(Allowed allowed) ->
                throw new IllegalStateException("allowed without an address: " + allowed.reason());
            case Admission.LookUp lookUp -> lookUp(caller, lookUp, how);
        };
    }

    private Outcome lookUp(EgressCaller caller, Admission.LookUp lookUp, How how) throws InterruptedException {
        Destination destination = lookUp.destination();
        List<IpAddress> addresses;
        try {
            addresses = switch (destination) {
                case Destination.Name(String name) -> resolver.resolve(name);
                case Destination.Address(IpAddress ip) -> List.of(ip);
            };
        } catch (UnknownHostException e) {
            addresses = List.of();
        }
        EgressDecision decision = EgressPolicy.pin(caller.rules(), lookUp, addresses);
        return switch (decision) {
            case Refused refused -> refused(caller, destination.host(), lookUp.port(), how, refused);
            case NeedsConsent needs -> new Outcome.MustAsk(needs);
            case Allowed allowed -> dial(caller, destination, lookUp.port(), how, allowed);
        };
    }

    private Outcome dial(EgressCaller caller, Destination destination, int port, How how, Allowed allowed) {
        try {
            book.allowed(
                            caller.trace(),
                            decided(
                                    caller,
                                    destination.host(),
                                    port,
                                    how,
                                    allowed.word(),
                                    allowed.code(),
                                    allowed.reason(),
                                    allowed.contractLine(),
                                    allowed.pinned().stream()
                                            .map(IpAddress::toString)
                                            .toList()))
                    .join();
        } catch (CompletionException e) {
            return new Outcome.Failed(
                    "journal.failed",
                    "the decision could not be recorded, so nothing is connected",
                    "see agentctl status");
        }
        String trouble = "";
        for (IpAddress address : allowed.pinned()) {
            CountedSocket socket = new CountedSocket();
            try {
                socket.setTcpNoDelay(true);
                socket.connect(new InetSocketAddress(InetAddress.getByAddress(address.bytes()), port), (int)
                        CONNECT_LIMIT.toMillis());
                EgressConnection connection =
                        new EgressConnection(book, caller, destination, port, address, allowed, socket);
                return held(caller, allowed, connection);
            } catch (IOException e) {
                trouble = address + ": " + e.getMessage();
                EgressConnection.quietly(socket);
            }
        }
        EgressDecided failed = decided(
                caller,
                destination.host(),
                port,
                how,
                "failed",
                "egress.unreachable",
                trouble,
                allowed.contractLine(),
                List.of());
        book.refused(caller.trace(), failed);
        return new Outcome.Failed(
                "egress.unreachable",
                destination.withPort(port) + " is allowed and does not answer (" + trouble + ")",
                "check that the host is up and reachable from this machine");
    }

    /** A connection under a lasting grant is counted as its use, and ends with it. */
    private Outcome held(EgressCaller caller, Allowed allowed, EgressConnection connection) {
        Optional<Grant> lasting = allowed.grant().filter(grant -> grant.scope() != Scope.ONCE);
        if (lasting.isEmpty()) {
            return new Outcome.Connected(connection);
        }
        Optional<ConsentQueue.OpenUse> use = consent.hold(lasting.get().id(), () -> {
            connection.endsBy("egress.revoked");
            connection.close();
        });
        if (use.isEmpty()) {
            connection.endsBy("egress.revoked");
            connection.close();
            return new Outcome.Failed(
                    "egress.revoked",
                    "the grant " + lasting.get().id() + " was taken back meanwhile",
                    "let the agent try again; it is asked about anew");
        }
        connection.onClose(use.get()::close);
        consent.used(
                caller.trace(),
                lasting.get().id(),
                caller.run() + " " + connection.destination().withPort(connection.port()));
        return new Outcome.Connected(connection);
    }

    private Outcome refused(EgressCaller caller, String host, int port, How how, Refused refused) {
        String shown = host.length() <= 260 ? host : host.substring(0, 260);
        book.refused(
                caller.trace(),
                decided(
                        caller,
                        shown,
                        port,
                        how,
                        refused.word(),
                        refused.code(),
                        refused.reason(),
                        refused.contractLine(),
                        List.of()));
        return new Outcome.NotAllowed(refused);
    }

    private static EgressDecided decided(
            EgressCaller caller,
            String host,
            int port,
            How how,
            String decision,
            String code,
            String reason,
            String line,
            List<String> addresses) {
        return new EgressDecided(
                caller.agent(),
                caller.run(),
                DisplayText.line(host).text(),
                port,
                how.name().toLowerCase(Locale.ROOT),
                decision,
                code,
                reason,
                line,
                addresses,
                1);
    }
}
