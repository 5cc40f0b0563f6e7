package dev.agentos.agentd.http;

import static dev.agentos.agentd.http.AgentRoutes.get;
import static dev.agentos.agentd.http.AgentRoutes.post;

import dev.agentos.agentd.ServiceException;
import dev.agentos.agentd.ServiceStatus;
import dev.agentos.agentd.agents.AgentBook;
import dev.agentos.agentd.agents.AgentService;
import dev.agentos.agentd.agents.Contracts;
import dev.agentos.agentd.consent.ConsentService;
import dev.agentos.agentd.journal.SqliteJournal;
import dev.agentos.agentd.telemetry.EventHub;
import dev.agentos.agentd.telemetry.HistoryStore;
import dev.agentos.agentd.telemetry.Metrics;
import dev.agentos.agentd.tools.ToolGateway;
import dev.agentos.bridge.wire.ContractWire;
import dev.agentos.bridge.wire.EventWire;
import dev.agentos.bridge.wire.ServiceWire;
import dev.agentos.bridge.wire.WireJson;
import dev.agentos.domain.audit.AuditRecord;
import dev.agentos.domain.audit.Checkpoint;
import dev.agentos.domain.audit.MerkleTree;
import dev.agentos.domain.contract.ContractSchema;
import dev.agentos.domain.port.Journal.Recorded;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Operations on the service, contracts, consent, events, audit and history. */
final class ServiceRoutes {

    private static final long SSE_HEARTBEAT_MS = 10_000;

    private final ServiceStatus status;
    private final AgentBook book;
    private final AgentService agents;
    private final ConsentService consent;
    private final ToolGateway tools;
    private final SqliteJournal journal;
    private final EventHub events;
    private final HistoryStore history;
    private final Metrics metrics;
    private final Runnable shutdown;

    ServiceRoutes(
            ServiceStatus status,
            AgentBook book,
            AgentService agents,
            ConsentService consent,
            ToolGateway tools,
            SqliteJournal journal,
            EventHub events,
            HistoryStore history,
            Metrics metrics,
            Runnable shutdown) {
        this.status = status;
        this.book = book;
        this.agents = agents;
        this.consent = consent;
        this.tools = tools;
        this.journal = journal;
        this.events = events;
        this.history = history;
        this.metrics = metrics;
        this.shutdown = shutdown;
    }

    List<Route> routes() {
        List<Route> routes = new ArrayList<>();
        routes.add(get(
                "/v1/status",
                "readStatus",
                "Whether the service is well, and what waits",
                List.of(),
                ServiceWire.Status.class,
                _ -> status.read()));
        routes.add(new Route(
                "GET",
                "/v1/status.txt",
                "readStatusText",
                "The same, as a person reads it",
                List.of(),
                Void.class,
                Void.class,
                "text/plain;charset=utf-8",
                (Route.Action.Answer) _ -> status.text()));
        routes.add(post(
                "/v1/shutdown",
                "shutdown",
                "Stop the service; agents keep running",
                List.of(),
                Void.class,
                ServiceWire.Done.class,
                _ -> {
                    Thread.ofVirtual().start(shutdown);
                    return new ServiceWire.Done(true);
                }));
        routes.add(get(
                "/v1/tools",
                "listTools",
                "The tools behind the gateway",
                List.of(),
                ServiceWire.Tools.class,
                _ -> toolViews()));
        routes.add(get(
                "/v1/substitutes",
                "readSubstitutes",
                "Models that flexible contracts may fall back to",
                List.of(),
                ServiceWire.Substitutes.class,
                _ -> new ServiceWire.Substitutes(agents.substitutes())));
        routes.add(post(
                "/v1/substitutes",
                "setSubstitutes",
                "Replace that list",
                List.of(),
                ServiceWire.Substitutes.class,
                ServiceWire.Substitutes.class,
                call -> {
                    agents.setSubstitutes(
                            call.trace(),
                            call.body(ServiceWire.Substitutes.class).models());
                    return new ServiceWire.Substitutes(agents.substitutes());
                }));
        contracts(routes);
        routes.addAll(new ConsentRoutes(consent).routes());
        records(routes);
        return routes;
    }

    private void contracts(List<Route> routes) {
        routes.add(post(
                "/v1/contracts/validate",
                "validateContract",
                "Every problem of a contract",
                List.of(),
                ContractWire.ContractText.class,
                ContractWire.Report.class,
                call -> Contracts.validate(call.body(ContractWire.ContractText.class))));
        routes.add(post(
                "/v1/contracts/admit",
                "admitContract",
                "What admission would say now",
                List.of(),
                ContractWire.ContractText.class,
                ContractWire.Admission.class,
                call -> Contracts.admit(
                        call.body(ContractWire.ContractText.class),
                        book.ledger(),
                        agents.substitutes(),
                        agents.paces())));
        routes.add(new Route(
                "GET",
                "/v1/contracts/schema",
                "readContractSchema",
                "The JSON Schema of contracts",
                List.of(),
                Void.class,
                Void.class,
                "application/schema+json",
                (Route.Action.Answer) _ -> ContractSchema.json()));
    }

    private void records(List<Route> routes) {
        routes.add(get(
                "/v1/events",
                "readEvents",
                "Events after a sequence number, oldest first",
                List.of("since", "limit"),
                EventWire.Events.class,
                call -> page(journal.read(call.number("since", 0), limit(call)))));
        routes.add(get(
                "/v1/events/search",
                "searchEvents",
                "Events that match, newest first",
                List.of("agent", "kind", "text", "before", "limit"),
                EventWire.Events.class,
                call -> page(journal.search(
                        call.text("agent").orElse(""),
                        call.text("kind").orElse(""),
                        call.text("text").orElse(""),
                        call.number("before", Long.MAX_VALUE),
                        limit(call)))));
        routes.add(new Route(
                "GET",
                "/v1/events/stream",
                "streamEvents",
                "Events as they become durable, from any sequence number (server-sent events)",
                List.of("since"),
                Void.class,
                Void.class,
                "text/event-stream",
                (Route.Action.Stream) this::stream));
        routes.add(get(
                "/v1/history",
                "readHistory",
                "Measurements for the faces",
                List.of("subject", "resolution", "since_s"),
                EventWire.History.class,
                this::readHistory));
        routes.add(get(
                "/v1/audit/proof/{id}",
                "proveRecord",
                "Merkle proof of one record against the last checkpoint",
                List.of(),
                EventWire.Proof.class,
                this::proof));
        routes.add(post(
                "/v1/audit/checkpoint",
                "signCheckpoint",
                "Sign a checkpoint now",
                List.of(),
                Void.class,
                EventWire.CheckpointView.class,
                _ -> {
                    journal.checkpointNow();
                    Checkpoint checkpoint = journal.lastCheckpoint()
                            .orElseThrow(() -> ServiceException.notFound("checkpoint", "", "nothing is recorded yet"));
                    return new EventWire.CheckpointView(checkpoint.line(), checkpoint.count());
                }));
        routes.add(new Route(
                "GET",
                "/metrics",
                "readMetrics",
                "Prometheus metrics",
                List.of(),
                Void.class,
                Void.class,
                "text/plain; version=0.0.4; charset=utf-8",
                (Route.Action.Answer) _ -> metrics.text()));
    }

    private static int limit(Call call) {
        return Math.clamp(call.number("limit", 500), 1, 5_000);
    }

    private EventWire.Events page(List<Recorded> recorded) {
        return new EventWire.Events(recorded.stream().map(Views::event).toList(), journal.head());
    }

    private ServiceWire.Tools toolViews() {
        return new ServiceWire.Tools(
                tools.descriptors().stream().map(Views::tool).toList());
    }

    private void stream(Call call, OutputStream out) throws IOException, InterruptedException {
        long since = call.lastEventId().matches("\\d{1,18}")
                ? Long.parseLong(call.lastEventId())
                : call.number("since", journal.head());
        try (EventHub.Subscription subscription = events.subscribe(since, journal::read, journal::head)) {
            out.write(": agentd\n\n".getBytes(StandardCharsets.UTF_8));
            out.flush();
            while (!subscription.isCutOff() && !status.stopping()) {
                List<Recorded> next = subscription.next(SSE_HEARTBEAT_MS);
                if (next.isEmpty()) {
                    out.write(": still here\n\n".getBytes(StandardCharsets.UTF_8));
                }
                for (Recorded event : next) {
                    out.write(("id: " + event.seq() + "\nevent: " + event.kind() + "\ndata: "
                                    + WireJson.write(Views.event(event)) + "\n\n")
                            .getBytes(StandardCharsets.UTF_8));
                }
                out.flush();
            }
        }
    }

    private EventWire.History readHistory(Call call) {
        String resolution = call.text("resolution").orElse("second");
        String subject = call.text("subject").orElse("");
        boolean seconds = resolution.equals("second");
        long since = call.number(
                "since_s",
                seconds
                        ? HistoryStore.SECONDS_KEPT.toSeconds()
                        : Duration.ofDays(1).toSeconds());
        Instant from = Instant.now().minusSeconds(Math.min(since, HistoryStore.MINUTES_KEPT.toSeconds()));
        Map<HistoryStore.Key, List<double[]>> series = new TreeMap<>();
        // Several subjects stand between commas.
        for (String one : subject.split(",", -1)) {
            series.putAll(seconds ? history.seconds(one, from) : history.minutes(one, from));
        }
        return new EventWire.History(
                resolution,
                series.entrySet().stream()
                        .map(entry -> new EventWire.Series(
                                entry.getKey().subject(),
                                entry.getKey().name(),
                                unit(entry.getKey().name()),
                                entry.getValue()))
                        .toList());
    }

    /** The unit at the end of a series' name; a plain count has none. */
    private static String unit(String name) {
        return name.endsWith("_bytes") ? "bytes" : name.endsWith("_cores") ? "cores" : name.endsWith("_ms") ? "ms" : "";
    }

    private EventWire.Proof proof(Call call) {
        long seq = Long.parseLong(call.id().matches("\\d{1,9}") ? call.id() : "0");
        Checkpoint checkpoint = journal.lastCheckpoint()
                .filter(last -> last.count() >= seq && seq > 0)
                .orElseThrow(() -> ServiceException.notFound(
                        "checkpoint over record", call.id(), "sign one first: agentctl audit checkpoint"));
        List<String> lines = journal.canonicalUpTo(checkpoint.count());
        List<byte[]> leaves = lines.stream()
                .map(line -> MerkleTree.leafHash(line.getBytes(StandardCharsets.UTF_8)))
                .toList();
        String leaf = lines.get((int) seq - 1);
        return new EventWire.Proof(
                seq,
                checkpoint.count(),
                leaf,
                AuditRecord.hashOf(leaf),
                MerkleTree.inclusionProof(leaves, (int) seq - 1),
                checkpoint.root());
    }
}
