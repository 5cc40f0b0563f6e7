package dev.agentos.testkit.center;

import dev.agentos.bridge.client.Transport;
import dev.agentos.bridge.client.UnreachableException;
import dev.agentos.bridge.wire.AgentWire;
import dev.agentos.bridge.wire.AgentWire.AgentView;
import dev.agentos.bridge.wire.ConsentWire;
import dev.agentos.bridge.wire.EventWire;
import dev.agentos.bridge.wire.ModelWire;
import dev.agentos.bridge.wire.ServiceWire;
import dev.agentos.bridge.wire.ServiceWire.ErrorBody;
import dev.agentos.bridge.wire.WireJson;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** agentd as a window's test wants it: prepared answers by method and path, a stream that says nothing, and silence. */
final class PreparedAgentd implements Transport {

    final List<Request> requests = new CopyOnWriteArrayList<>();
    private final Map<String, String> replies = new ConcurrentHashMap<>();
    private volatile boolean silent;

    PreparedAgentd() {
        answer("GET /v1/status", status());
        answer("GET /v1/consents", new ConsentWire.Asks(List.of()));
        answer("GET /v1/events", new EventWire.Events(List.of(), 0));
        answer("GET /v1/history", new EventWire.History("second", List.of()));
        answer("GET /v1/models/latency", new ModelWire.Latencies(List.of(), 0, "0"));
        answer(
                "GET /v1/agents/agent-log-triage-001/conversation",
                new AgentWire.Conversation("agent-log-triage-001.1", 0, List.of(), Map.of()));
        answer("GET /v1/doctor", new ServiceWire.Findings(0, List.of()));
        answer(
                "GET /v1/agents",
                new AgentWire.Agents(List.of(
                        agent("agent-log-triage-001", "log-triage", "DT", "running", 40, 12),
                        agent("agent-csv-report-002", "csv-report", "SRT", "paused", 61, 4),
                        agent("agent-web-digest-003", "web-digest", "DT", "done", 0, 9))));
    }

    PreparedAgentd answer(String route, Object wire) {
        replies.put(route, WireJson.write(wire));
        return this;
    }

    /** Gives no answer from now on, or answers again. */
    void silent(boolean now) {
        silent = now;
    }

    static AgentView agent(String id, String name, String latency, String state, long mebibytes, long calls) {
        boolean over = state.equals("done");
        return new AgentView(
                id,
                name,
                latency,
                "flexible",
                "managed",
                state,
                state,
                "●",
                "",
                "sha256:0",
                "admitted",
                "",
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                "run-1",
                "",
                "",
                0,
                "2026-11-23T10:00:00Z",
                over ? "2026-11-23T10:01:00Z" : "",
                Optional.empty(),
                new AgentWire.Usage(0, mebibytes << 20, calls),
                List.of(),
                0);
    }

    private static ServiceWire.Status status() {
        return new ServiceWire.Status(
                "0.2.0",
                "ready",
                "",
                1,
                1_000,
                "/run/x.sock",
                "/var/lib/x",
                new ServiceWire.Enforcement("privileged", 11, 11, List.of()),
                Map.of("running", 1L),
                0,
                new ServiceWire.Audit(42, "", 40, ""),
                new ServiceWire.MachineView("box", 2, 1_500, 8L << 30, 6L << 30, 0, List.of(), List.of()),
                new ServiceWire.Worker("ready", ""));
    }

    @Override
    public Reply send(Request request) {
        requests.add(request);
        if (silent) {
            throw new UnreachableException("no agentd is running: there is no socket", "/run/x.sock", "start it");
        }
        int query = request.path().indexOf('?');
        String path = query < 0 ? request.path() : request.path().substring(0, query);
        String reply = replies.get(request.method() + " " + path);
        return reply == null
                ? new Reply(
                        404,
                        WireJson.write(
                                new ErrorBody("not-found", "nothing is prepared for " + path, path, "", List.of())))
                : new Reply(200, reply);
    }

    @Override
    public Lines stream(String path, String lastEventId) {
        if (silent) {
            throw new UnreachableException("no agentd is running: there is no socket", "/run/x.sock", "start it");
        }
        return new Lines() {
            @Override
            public Optional<String> next(Duration wait) {
                if (silent) {
                    throw new UnreachableException("the stream has ended", "/run/x.sock", "");
                }
                pause(Math.min(20, wait.toMillis()));
                return Optional.empty();
            }

            @Override
            public void close() {}
        };
    }

    private static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {}
}
