package dev.agentos.agentd.egress;

import dev.agentos.agentd.egress.EgressConnector.Outcome;
import dev.agentos.domain.consent.DisplayText;
import dev.agentos.domain.egress.EgressDecision.NeedsConsent;
import dev.agentos.domain.egress.EgressDecision.Refused;
import dev.agentos.domain.egress.EgressPolicy.How;
import dev.agentos.domain.egress.ProxyRequest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** One request to the proxy, from its head to its end. Each connection carries exactly one. */
final class ProxyExchange {

    /** How long the head of a request may take. */
    static final Duration HEAD_LIMIT = Duration.ofSeconds(15);

    /** How long nothing may move on a connection. */
    static final Duration IDLE_LIMIT = Duration.ofMinutes(10);

    private final EgressConnector connector;
    private final EgressCaller caller;
    private final ClientChannel client;

    ProxyExchange(EgressConnector connector, EgressCaller caller, ClientChannel client) {
        this.connector = connector;
        this.caller = caller;
        this.client = client;
    }

    void run() throws IOException, InterruptedException {
        client.limit(HEAD_LIMIT);
        Optional<String> head = client.readHead(ProxyRequest.LONGEST_HEAD + 1);
        client.noLimit();
        if (head.isEmpty()) {
            return;
        }
        if (head.get().equals(ProxyProbe.QUESTION)) {
            client.write(ProxyProbe.ANSWER);
            return;
        }
        switch (ProxyRequest.read(head.get())) {
            case ProxyRequest.Read.Bad bad -> {
                Refused refused = new Refused(
                        bad.code(), bad.reason(), caller.rules().line().apply("egress.domains"), bad.next());
                connector.refusedEarly(caller, firstLine(head.get()), 0, How.HTTP, refused);
                answer(bad.status(), refused.code(), refused.reason(), refused.contractLine(), refused.next());
            }
            case ProxyRequest.Read.Ok(ProxyRequest request) -> serve(request);
        }
    }

    private static String firstLine(String head) {
        int end = head.indexOf('\r') < 0 ? head.length() : head.indexOf('\r');
        return head.substring(0, Math.min(end, 120));
    }

    private void serve(ProxyRequest request) throws IOException, InterruptedException {
        How how = request.tunnel() ? How.TUNNEL : How.HTTP;
        Outcome outcome = connector.connect(caller, request.host(), request.port(), how);
        if (outcome instanceof Outcome.MustAsk) {
            CompletableFuture<Void> gone = client.watchForEnd();
            outcome = connector.connectAsking(caller, request.host(), request.port(), how, gone);
            if (gone.isDone() && outcome instanceof Outcome.Connected(EgressConnection unused)) {
                unused.endsBy("egress.gave-up");
                unused.close();
                return;
            }
        }
        switch (outcome) {
            case Outcome.NotAllowed(Refused refused) ->
                answer(403, refused.code(), refused.reason(), refused.contractLine(), refused.next());
            case Outcome.MustAsk(NeedsConsent needs) ->
                answer(403, needs.code(), needs.reason(), needs.contractLine(), "see agentctl consent list");
            case Outcome.Failed(String code, String reason, String next) -> answer(502, code, reason, "", next);
            case Outcome.Connected(EgressConnection connection) -> {
                try (connection) {
                    if (request.tunnel()) {
                        new Tunnel(
                                        client,
                                        connection,
                                        refused -> connector.refusedEarly(
                                                caller, connection.destination().host(), request.port(), how, refused))
                                .run();
                    } else {
                        new PlainExchange(client, connection, request).run();
                    }
                }
            }
        }
    }

    /** Says no in words that a person and a program can read. RFC 9209 gives the header its form. */
    private void answer(int status, String code, String reason, String line, String next) throws IOException {
        StringBuilder body = new StringBuilder();
        body.append("agentos refused this connection: ")
                .append(DisplayText.line(reason).text())
                .append('\n');
        body.append("  code      ").append(code).append('\n');
        if (!line.isEmpty()) {
            body.append("  contract  ").append(line).append('\n');
        }
        body.append("  next      ").append(DisplayText.line(next).text()).append('\n');
        byte[] bytes = body.toString().getBytes(StandardCharsets.UTF_8);
        client.limit(HEAD_LIMIT);
        client.write("HTTP/1.1 " + status + " " + phrase(status) + "\r\nContent-Type: text/plain; charset=utf-8\r\n"
                + "Content-Length: " + bytes.length + "\r\nProxy-Status: agentos; error=" + error(status)
                + "; details=\"" + code + "\"\r\nConnection: close\r\n\r\n");
        client.write(bytes, 0, bytes.length);
        client.finish();
    }

    private static String phrase(int status) {
        return switch (status) {
            case 400 -> "Bad Request";
            case 403 -> "Forbidden";
            case 501 -> "Not Implemented";
            case 503 -> "Service Unavailable";
            default -> "Bad Gateway";
        };
    }

    private static String error(int status) {
        return switch (status) {
            case 400, 501 -> "http_request_error";
            case 403 -> "http_request_denied";
            default -> "destination_unavailable";
        };
    }

    /** Says that the proxy takes no more now. */
    static void busy(ClientChannel client) throws IOException {
        client.limit(Duration.ofSeconds(2));
        var _ = client.readHead(ProxyRequest.LONGEST_HEAD + 1);
        client.write("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        client.finish();
    }
}
