package dev.agentos.agentd.http;

import dev.agentos.agentd.SandboxWatch;
import dev.agentos.agentd.ServiceException;
import dev.agentos.agentd.agents.AgentBook;
import dev.agentos.agentd.agents.AgentInspection;
import dev.agentos.agentd.agents.AgentRecord;
import dev.agentos.agentd.agents.AgentService;
import dev.agentos.agentd.agents.ProcessAgents;
import dev.agentos.agentd.agents.Replays;
import dev.agentos.agentd.consent.ConsentService;
import dev.agentos.bridge.wire.AgentWire;
import dev.agentos.bridge.wire.AgentWire.AgentView;
import dev.agentos.bridge.wire.EgressWire;
import dev.agentos.bridge.wire.ServiceWire;
import dev.agentos.bridge.wire.WireJson;
import dev.agentos.domain.contract.AgentContract;
import dev.agentos.domain.contract.ContractDocument;
import dev.agentos.domain.lifecycle.AgentState;
import dev.agentos.domain.port.Sandbox.Status;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Operations on agents. */
final class AgentRoutes {

    private static final Duration LONGEST_WAIT = Duration.ofMinutes(10);

    private final AgentBook book;
    private final AgentService agents;
    private final AgentInspection inspection;
    private final Replays replays;
    private final ConsentService consent;
    private final ProcessAgents processes;
    private final SandboxWatch sandbox;

    AgentRoutes(
            AgentBook book,
            AgentService agents,
            AgentInspection inspection,
            Replays replays,
            ConsentService consent,
            ProcessAgents processes,
            SandboxWatch sandbox) {
        this.book = book;
        this.agents = agents;
        this.inspection = inspection;
        this.replays = replays;
        this.consent = consent;
        this.processes = processes;
        this.sandbox = sandbox;
    }

    List<Route> routes() {
        return List.of(
                post(
                        "/v1/agents",
                        "spawnAgent",
                        "Admit a contract and start an agent",
                        List.of("wait", "timeout_ms"),
                        AgentWire.Spawn.class,
                        AgentView.class,
                        this::spawn),
                get(
                        "/v1/agents",
                        "listAgents",
                        "Every agent, in the order of creation",
                        List.of("state"),
                        AgentWire.Agents.class,
                        this::list),
                get(
                        "/v1/agents/{id}",
                        "showAgent",
                        "One agent",
                        List.of("wait", "timeout_ms"),
                        AgentView.class,
                        this::show),
                post(
                        "/v1/agents/{id}/pause",
                        "pauseAgent",
                        "Pause it: nothing of it runs until it is resumed",
                        List.of(),
                        Void.class,
                        AgentView.class,
                        call -> view(agents.pause(call.trace(), call.id(), call.by()))),
                post(
                        "/v1/agents/{id}/resume",
                        "resumeAgent",
                        "Let a paused agent go on",
                        List.of(),
                        Void.class,
                        AgentView.class,
                        call -> view(agents.resume(call.trace(), call.id(), call.by()))),
                post(
                        "/v1/agents/{id}/kill",
                        "killAgent",
                        "End it and everything it started",
                        List.of(),
                        Void.class,
                        AgentView.class,
                        this::kill),
                get(
                        "/v1/agents/{id}/log",
                        "readLog",
                        "A piece of a process agent's output",
                        List.of("stream", "offset", "wait_ms"),
                        AgentWire.LogChunk.class,
                        this::log),
                post(
                        "/v1/agents/{id}/stdin",
                        "writeStdin",
                        "Standard input for a process agent",
                        List.of(),
                        AgentWire.StdinChunk.class,
                        ServiceWire.Done.class,
                        this::stdin),
                get(
                        "/v1/agents/{id}/contract",
                        "readAgentContract",
                        "The contract that it was admitted with",
                        List.of(),
                        AgentWire.ContractOf.class,
                        this::contract),
                get(
                        "/v1/agents/{id}/changes",
                        "listChanges",
                        "Files the agent changed, with diffs",
                        List.of(),
                        AgentWire.Changes.class,
                        call -> new AgentWire.Changes(inspection.changes(call.id()))),
                post(
                        "/v1/agents/{id}/undo",
                        "undoChanges",
                        "Take changes back",
                        List.of(),
                        AgentWire.Undo.class,
                        AgentWire.Changes.class,
                        call -> new AgentWire.Changes(
                                inspection.undo(call.trace(), call.id(), call.body(AgentWire.Undo.class), call.by()))),
                get(
                        "/v1/agents/{id}/result",
                        "readResult",
                        "What the steps of the last run gave",
                        List.of(),
                        AgentWire.Result.class,
                        call -> inspection.result(call.id())),
                get(
                        "/v1/agents/{id}/conversation",
                        "readConversation",
                        "What the model of a managed agent was told and said in the current or last run",
                        List.of(),
                        AgentWire.Conversation.class,
                        call -> inspection.conversation(call.id())),
                post(
                        "/v1/agents/{id}/replay",
                        "replayRun",
                        "Go through a recorded run again without model, tools and network; stops at the first difference",
                        List.of(),
                        AgentWire.Replay.class,
                        AgentWire.ReplayReport.class,
                        call -> replays.replay(call.id(), call.body(AgentWire.Replay.class))),
                get(
                        "/v1/agents/{id}/egress",
                        "readEgress",
                        "What it may reach outside and what it did there",
                        List.of(),
                        EgressWire.EgressReport.class,
                        call -> inspection.egress(call.id())),
                get(
                        "/v1/agents/{id}/explain",
                        "explainOperation",
                        "Why an operation was or would be refused",
                        List.of("op", "target"),
                        AgentWire.Explanation.class,
                        call -> inspection.explain(
                                call.id(),
                                required(call, "op"),
                                call.text("target").orElse(""))));
    }

    private Object spawn(Call call) throws InterruptedException {
        // Admission must not be decided before it is known what this host enforces.
        sandbox.awaitKnown();
        AgentRecord agent = agents.spawn(call.trace(), call.body(AgentWire.Spawn.class), call.by());
        // An agent that has just begun has used nothing; the broker need not be asked.
        return call.text("wait").isPresent() ? awaitState(call, agent.id()) : view(agent, Optional.empty());
    }

    private Object show(Call call) throws InterruptedException {
        return call.text("wait").isPresent() ? awaitState(call, call.id()) : view(book.get(call.id()));
    }

    private Object awaitState(Call call, String id) throws InterruptedException {
        String wanted = call.text("wait").orElse("");
        Duration limit = Duration.ofMillis(Math.min(call.number("timeout_ms", 30_000), LONGEST_WAIT.toMillis()));
        return switch (wanted) {
            case "started" ->
                told(book.awaitShown(
                        id,
                        agent -> agent.state() != AgentState.QUEUED && agent.state() != AgentState.STARTING,
                        limit));
            case "ended" -> told(book.awaitShown(id, agent -> agent.state().isFinal(), limit));
            default ->
                throw new ServiceException(
                        ServiceException.Kind.BAD_REQUEST,
                        "request.query",
                        "wait cannot be " + wanted,
                        "wait",
                        "use started or ended");
        };
    }

    /** The answer, written while the disk takes what it tells, and given out when it has. */
    private Object told(AgentBook.Decided<AgentRecord> shown) {
        String text = WireJson.write(view(shown.result())) + "\n";
        shown.await();
        return text;
    }

    private AgentWire.Agents list(Call call) {
        Map<String, Status> usage = new LinkedHashMap<>();
        processes.usage().forEach(status -> usage.put(status.incarnation(), status));
        Optional<String> state = call.text("state");
        return new AgentWire.Agents(book.all().stream()
                .filter(agent -> state.map(wanted -> wanted.equals(
                                        agent.state().name().toLowerCase(Locale.ROOT))
                                || (wanted.equals("live") && !agent.state().isFinal()))
                        .orElse(true))
                .map(agent -> view(agent, Optional.ofNullable(usage.get(agent.run()))))
                .toList());
    }

    private Object kill(Call call) throws InterruptedException {
        AgentRecord killed = agents.kill(call.trace(), call.id(), call.by());
        return told(book.awaitShown(killed.id(), agent -> agent.state().isFinal(), Duration.ofSeconds(10)));
    }

    private AgentWire.LogChunk log(Call call) throws InterruptedException {
        return inspection.log(
                call.id(),
                call.text("stream").orElse("stdout"),
                call.number("offset", 0),
                Math.min(call.number("wait_ms", 0), 30_000));
    }

    private AgentWire.ContractOf contract(Call call) {
        AgentRecord agent = book.get(call.id());
        return new AgentWire.ContractOf(agent.source(), book.contractText(agent), agent.digest());
    }

    private ServiceWire.Done stdin(Call call) {
        inspection.stdin(call.id(), call.body(AgentWire.StdinChunk.class));
        return new ServiceWire.Done(true);
    }

    private AgentView view(AgentRecord agent) {
        Optional<Status> usage =
                agent.isManaged() || agent.state().isFinal() ? Optional.empty() : processes.usage(agent);
        return view(agent, usage);
    }

    private AgentView view(AgentRecord agent, Optional<Status> usage) {
        Optional<AgentContract> contract = book.findDocument(agent.id()).map(ContractDocument::contract);
        // A running agent that meets its limits says so where an ended one says how it ended.
        AgentRecord shown = usage.filter(_ -> agent.reason().isEmpty())
                .map(status -> agent.moved(agent.state(), processes.limitsMet(agent, status)))
                .orElse(agent);
        return Views.agent(
                shown,
                contract.map(c -> c.latency().name()).orElse(""),
                contract.map(c -> c.binding().word()).orElse(""),
                consent.pendingOf(agent.id()),
                usage);
    }

    static String required(Call call, String name) {
        return call.text(name)
                .orElseThrow(() -> new ServiceException(
                        ServiceException.Kind.BAD_REQUEST,
                        "request.query",
                        name + " is missing",
                        name,
                        "add ?" + name + "="));
    }

    static Route get(
            String pattern,
            String operation,
            String summary,
            List<String> query,
            Class<?> response,
            Route.Action.Answer answer) {
        return new Route("GET", pattern, operation, summary, query, Void.class, response, Route.JSON, answer);
    }

    static Route post(
            String pattern,
            String operation,
            String summary,
            List<String> query,
            Class<?> request,
            Class<?> response,
            Route.Action.Answer answer) {
        return new Route("POST", pattern, operation, summary, query, request, response, Route.JSON, answer);
    }
}
