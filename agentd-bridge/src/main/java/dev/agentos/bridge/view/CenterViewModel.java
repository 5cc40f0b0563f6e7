package dev.agentos.bridge.view;

import dev.agentos.bridge.client.EventStream.Signal;
import dev.agentos.bridge.view.AgentsViewModel.Row;
import dev.agentos.bridge.wire.AgentWire.Agents;
import dev.agentos.bridge.wire.ConsentWire.AskView;
import dev.agentos.bridge.wire.ConsentWire.Asks;
import dev.agentos.bridge.wire.EventWire.EventView;
import dev.agentos.bridge.wire.EventWire.History;
import dev.agentos.bridge.wire.ModelWire;
import dev.agentos.bridge.wire.ServiceWire;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Everything that the window knows of agentd, and where it is. Every screen is a function of this and of what it read
 * for itself.
 *
 * @param known whether a first snapshot has come
 * @param heardAt when anything was heard last
 * @param sparks the last 15 minutes of CPU by agent, oldest first, one value a minute
 * @param cpu what each agent takes of the processors
 * @param use what models were asked for today, and by agent
 * @param message one line for the person; empty when there is nothing to say
 */
public record CenterViewModel(
        Place place,
        boolean known,
        Optional<Instant> heardAt,
        AgentsViewModel agents,
        InboxViewModel inbox,
        ConnectionViewModel connection,
        Optional<ServiceWire.Status> status,
        List<TimelineViewModel.Entry> events,
        HistoryViewModel history,
        Map<String, double[]> sparks,
        CpuViewModel cpu,
        ModelWire.Latencies use,
        String message) {

    private static final int EVENTS_KEPT = 300;

    public CenterViewModel {
        events = List.copyOf(events);
        sparks = Map.copyOf(sparks);
    }

    /** An agent as the table shows it. {@code cpu} is in cores; empty where it was not measured. */
    public record AgentLine(Row row, OptionalDouble cpu, double[] spark, Optional<ModelWire.Latency> use) {}

    /** Sums over the agents that are shown. */
    public record Sums(int shown, double cpu, long memoryBytes, long toolCalls, long tokens, String costUsd) {}

    public static CenterViewModel start() {
        return new CenterViewModel(
                Place.of(CenterTab.HOME),
                false,
                Optional.empty(),
                AgentsViewModel.empty(),
                InboxViewModel.empty(),
                ConnectionViewModel.connected(),
                Optional.empty(),
                List.of(),
                HistoryViewModel.empty(),
                Map.of(),
                CpuViewModel.empty(),
                new ModelWire.Latencies(List.of(), 0, "0"),
                "");
    }

    // ------------------------------------------------------------------ what is heard

    public CenterViewModel reduce(Signal signal, Instant now) {
        CenterViewModel heard = with(connection.reduce(signal, now));
        return switch (signal) {
            case Signal.Happened happened -> heard.reduce(happened.event()).heard(now);
            case Signal.Back _ -> heard.heard(now);
            case Signal.Lost _ -> heard;
        };
    }

    private CenterViewModel reduce(EventView event) {
        CenterViewModel told = told(event);
        return told.copy(agents.reduce(event), inbox.reduce(event), connection, status, told.events);
    }

    /** An event of before: told, and already part of every snapshot. */
    public CenterViewModel told(EventView event) {
        if (events.stream().anyMatch(entry -> entry.seq() == event.seq())) {
            return this;
        }
        List<TimelineViewModel.Entry> more = new ArrayList<>(events);
        TimelineViewModel.entry(event).ifPresent(more::add);
        List<TimelineViewModel.Entry> kept =
                more.size() > EVENTS_KEPT ? more.subList(more.size() - EVENTS_KEPT, more.size()) : more;
        return copy(agents, inbox, connection, status, kept);
    }

    /** The state after a whole look at the service. */
    public CenterViewModel reduce(Agents all, ServiceWire.Status now, Asks asks, Instant at) {
        CenterViewModel next = copy(agents.reduce(all), inbox.reduce(asks), connection, Optional.of(now), events)
                .heard(at)
                .measured(cpu.reduce(all, at));
        return next.known
                ? next
                : new CenterViewModel(
                        place,
                        true,
                        next.heardAt,
                        next.agents,
                        next.inbox,
                        next.connection,
                        next.status,
                        next.events,
                        history,
                        sparks,
                        next.cpu,
                        use,
                        message);
    }

    public CenterViewModel reduce(AskView ask) {
        return copy(agents, inbox.reduce(ask), connection, status, events);
    }

    public CenterViewModel reduce(History piece) {
        return new CenterViewModel(
                place,
                known,
                heardAt,
                agents,
                inbox,
                connection,
                status,
                events,
                history.reduce(piece),
                sparks,
                cpu,
                use,
                message);
    }

    public CenterViewModel withSparks(Map<String, double[]> measured) {
        return new CenterViewModel(
                place, known, heardAt, agents, inbox, connection, status, events, history, measured, cpu, use, message);
    }

    private CenterViewModel with(ConnectionViewModel next) {
        return copy(agents, inbox, next, status, events);
    }

    private CenterViewModel measured(CpuViewModel next) {
        return new CenterViewModel(
                place, known, heardAt, agents, inbox, connection, status, events, history, sparks, next, use, message);
    }

    private CenterViewModel heard(Instant at) {
        return new CenterViewModel(
                place,
                known,
                Optional.of(at),
                agents,
                inbox,
                connection,
                status,
                events,
                history,
                sparks,
                cpu,
                use,
                message);
    }

    // ------------------------------------------------------------------ what is done

    public CenterViewModel at(Place next) {
        return new CenterViewModel(
                next, known, heardAt, agents, inbox, connection, status, events, history, sparks, cpu, use, "");
    }

    public CenterViewModel said(String text) {
        return new CenterViewModel(
                place, known, heardAt, agents, inbox, connection, status, events, history, sparks, cpu, use, text);
    }

    public CenterViewModel filtered(String text) {
        return copy(agents.filtered(text), inbox, connection, status, events);
    }

    public CenterViewModel withFinished(boolean shown) {
        return copy(agents.withFinished(shown), inbox, connection, status, events);
    }

    public CenterViewModel acknowledged() {
        return with(connection.acknowledged());
    }

    // ------------------------------------------------------------------ what is shown

    /** The agents that pass the filter, in their stable order. */
    public List<AgentLine> lines() {
        Map<String, ModelWire.Latency> used = new HashMap<>();
        use.agents().forEach(one -> used.put(one.agent(), one));
        return agents.shown().stream()
                .map(row -> line(row, Optional.ofNullable(used.get(row.id()))))
                .toList();
    }

    private AgentLine line(Row row, Optional<ModelWire.Latency> used) {
        boolean over = row.state().isFinal();
        double[] spark = sparks.getOrDefault(row.id(), NO_SPARK);
        return new AgentLine(row, over ? OptionalDouble.empty() : cores(row.id(), spark), spark, used);
    }

    /** The state after agentd told what models were asked for. */
    public CenterViewModel reduce(ModelWire.Latencies now) {
        return new CenterViewModel(
                place, known, heardAt, agents, inbox, connection, status, events, history, sparks, cpu, now, message);
    }

    /** Between the last two looks; before there are two, the newest minute that agentd keeps. */
    private OptionalDouble cores(String agent, double[] spark) {
        OptionalDouble measured = cpu.cores(agent);
        return measured.isPresent() || spark.length == 0 ? measured : OptionalDouble.of(spark[spark.length - 1]);
    }

    private static final double[] NO_SPARK = new double[0];

    /** Totals follow the filter. */
    public Sums sums() {
        List<AgentLine> lines = lines();
        return new Sums(
                lines.size(),
                lines.stream().mapToDouble(line -> line.cpu().orElse(0)).sum(),
                lines.stream().mapToLong(line -> line.row().memoryBytes()).sum(),
                lines.stream().mapToLong(line -> line.row().toolCalls()).sum(),
                lines.stream()
                        .flatMap(line -> line.use().stream())
                        .mapToLong(ModelWire.Latency::tokens)
                        .sum(),
                lines.stream()
                        .flatMap(line -> line.use().stream())
                        .map(used -> new BigDecimal(used.costUsd()))
                        .reduce(BigDecimal.ZERO, BigDecimal::add)
                        .toPlainString());
    }

    /** The agents as a panel shows them. */
    public PanelState<List<AgentLine>> agentsPanel() {
        if (!known) {
            return connection.isConnected()
                    ? new PanelState.Loading<>("asking agentd")
                    : new PanelState.Failed<>("agentd does not answer: " + connection.why(), "start it: ./agentos up");
        }
        List<AgentLine> lines = lines();
        if (lines.isEmpty()) {
            return agents.filter().isEmpty()
                    ? new PanelState.Empty<>("No agent is running.", "Start one from the catalog, or take the tour.")
                    : new PanelState.Empty<>("No agent fits “" + agents.filter() + "”.", "Esc clears the filter.");
        }
        return new PanelState.Ready<>(lines, connection.lostSince());
    }

    private CenterViewModel copy(
            AgentsViewModel newAgents,
            InboxViewModel newInbox,
            ConnectionViewModel newConnection,
            Optional<ServiceWire.Status> newStatus,
            List<TimelineViewModel.Entry> newEvents) {
        return new CenterViewModel(
                place,
                known,
                heardAt,
                newAgents,
                newInbox,
                newConnection,
                newStatus,
                newEvents,
                history,
                sparks,
                cpu,
                use,
                message);
    }
}
