package dev.agentos.bridge.view;

import dev.agentos.bridge.client.EventStream.Signal;
import dev.agentos.bridge.view.AgentsViewModel.Row;
import dev.agentos.bridge.wire.AgentWire.Agents;
import dev.agentos.bridge.wire.ConsentWire.AskView;
import dev.agentos.bridge.wire.ConsentWire.Asks;
import dev.agentos.bridge.wire.EventWire.EventView;
import dev.agentos.bridge.wire.ServiceWire;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Everything that the monitor shows, and how it changes. A screen is a function of this and of its size.
 *
 * @param selected the selected agent by its id, so that rows which come and go never move the selection
 * @param filter what the chip shows; the totals follow it
 * @param sparks the last 15 minutes of CPU by agent, oldest first
 * @param pages what was read for the other tabs and the details, by name; a page that is not there is being read
 * @param message one line for the person; empty when there is nothing to say
 */
public record MonitorViewModel(
        MonitorTab tab,
        AgentsViewModel agents,
        InboxViewModel inbox,
        ConnectionViewModel connection,
        Optional<ServiceWire.Status> status,
        List<TimelineViewModel.Entry> events,
        String selected,
        String filter,
        Map<String, double[]> sparks,
        Optional<Detail> detail,
        Map<String, List<TextLine>> pages,
        int scroll,
        Mode mode,
        String input,
        int choice,
        String message) {

    private static final int EVENTS_KEPT = 500;

    /** What keys go to. */
    public enum Mode {
        BROWSE,
        FILTER,
        COMMAND,
        ACTIONS,
        STOP,
        HELP
    }

    /** One agent opened. */
    public record Detail(String agent, DetailTab tab) {
        /** The page that it shows. */
        public String page() {
            return agent + "/" + tab.name();
        }
    }

    public MonitorViewModel {
        events = List.copyOf(events);
        sparks = Map.copyOf(sparks);
        pages = Map.copyOf(pages);
    }

    public static MonitorViewModel start() {
        return new MonitorViewModel(
                MonitorTab.AGENTS,
                AgentsViewModel.empty(),
                InboxViewModel.empty(),
                ConnectionViewModel.connected(),
                Optional.empty(),
                List.of(),
                "",
                "",
                Map.of(),
                Optional.empty(),
                Map.of(),
                0,
                Mode.BROWSE,
                "",
                0,
                "");
    }

    // ------------------------------------------------------------------ what is heard

    public MonitorViewModel reduce(Signal signal, Instant now) {
        MonitorViewModel heard = with(connection.reduce(signal, now));
        return signal instanceof Signal.Happened happened ? heard.reduce(happened.event()) : heard;
    }

    private MonitorViewModel reduce(EventView event) {
        MonitorViewModel told = told(event);
        return told.copy(
                        tab,
                        agents.reduce(event),
                        inbox.reduce(event),
                        connection,
                        status,
                        told.events,
                        selected,
                        filter)
                .settled();
    }

    /** An event of before: told, and already part of every snapshot. */
    public MonitorViewModel told(EventView event) {
        List<TimelineViewModel.Entry> more = new ArrayList<>(events);
        TimelineViewModel.entry(event).ifPresent(more::add);
        List<TimelineViewModel.Entry> kept =
                more.size() > EVENTS_KEPT ? more.subList(more.size() - EVENTS_KEPT, more.size()) : more;
        return copy(tab, agents, inbox, connection, status, kept, selected, filter);
    }

    public MonitorViewModel reduce(Agents snapshot) {
        return copy(tab, agents.reduce(snapshot), inbox, connection, status, events, selected, filter)
                .settled();
    }

    public MonitorViewModel reduce(Asks snapshot) {
        return copy(tab, agents, inbox.reduce(snapshot), connection, status, events, selected, filter);
    }

    public MonitorViewModel reduce(AskView ask) {
        return copy(tab, agents, inbox.reduce(ask), connection, status, events, selected, filter);
    }

    public MonitorViewModel reduce(ServiceWire.Status now) {
        return copy(tab, agents, inbox, connection, Optional.of(now), events, selected, filter);
    }

    private MonitorViewModel with(ConnectionViewModel next) {
        return copy(tab, agents, inbox, next, status, events, selected, filter);
    }

    public MonitorViewModel acknowledged() {
        return with(connection.acknowledged());
    }

    public MonitorViewModel withSparks(Map<String, double[]> measured) {
        return new MonitorViewModel(
                tab,
                agents,
                inbox,
                connection,
                status,
                events,
                selected,
                filter,
                measured,
                detail,
                pages,
                scroll,
                mode,
                input,
                choice,
                message);
    }

    public MonitorViewModel withPage(String name, List<TextLine> lines) {
        Map<String, List<TextLine>> more = new java.util.HashMap<>(pages);
        more.put(name, List.copyOf(lines));
        return new MonitorViewModel(
                tab,
                agents,
                inbox,
                connection,
                status,
                events,
                selected,
                filter,
                sparks,
                detail,
                more,
                scroll,
                mode,
                input,
                choice,
                message);
    }

    // ------------------------------------------------------------------ what is done

    public MonitorViewModel said(String text) {
        return new MonitorViewModel(
                tab,
                agents,
                inbox,
                connection,
                status,
                events,
                selected,
                filter,
                sparks,
                detail,
                pages,
                scroll,
                mode,
                input,
                choice,
                text);
    }

    public MonitorViewModel to(MonitorTab other) {
        return new MonitorViewModel(
                other,
                agents,
                inbox,
                connection,
                status,
                events,
                selected,
                filter,
                sparks,
                Optional.empty(),
                pages,
                0,
                Mode.BROWSE,
                "",
                0,
                "");
    }

    public MonitorViewModel in(Mode next, String text) {
        return new MonitorViewModel(
                tab,
                agents,
                inbox,
                connection,
                status,
                events,
                selected,
                filter,
                sparks,
                detail,
                pages,
                scroll,
                next,
                text,
                0,
                message);
    }

    public MonitorViewModel typed(String text) {
        return new MonitorViewModel(
                tab,
                agents,
                inbox,
                connection,
                status,
                events,
                selected,
                filter,
                sparks,
                detail,
                pages,
                scroll,
                mode,
                text,
                0,
                message);
    }

    public MonitorViewModel choosing(int index) {
        return new MonitorViewModel(
                tab,
                agents,
                inbox,
                connection,
                status,
                events,
                selected,
                filter,
                sparks,
                detail,
                pages,
                scroll,
                mode,
                input,
                Math.max(0, index),
                message);
    }

    public MonitorViewModel filtered(String text) {
        return copy(tab, agents.filtered(text), inbox, connection, status, events, selected, text)
                .settled();
    }

    public MonitorViewModel withFinished(boolean shown) {
        return copy(tab, agents.withFinished(shown), inbox, connection, status, events, selected, filter)
                .settled();
    }

    public MonitorViewModel opened(Optional<Detail> opened) {
        return new MonitorViewModel(
                tab,
                agents,
                inbox,
                connection,
                status,
                events,
                selected,
                filter,
                sparks,
                opened,
                pages,
                0,
                Mode.BROWSE,
                "",
                0,
                "");
    }

    public MonitorViewModel scrolled(int to) {
        return new MonitorViewModel(
                tab,
                agents,
                inbox,
                connection,
                status,
                events,
                selected,
                filter,
                sparks,
                detail,
                pages,
                Math.max(0, to),
                mode,
                input,
                choice,
                message);
    }

    /** Moves the selection in the tab that is shown. */
    public MonitorViewModel moved(int by) {
        List<String> ids = ids();
        if (ids.isEmpty()) {
            return this;
        }
        int at = Math.max(0, ids.indexOf(selected));
        String next = ids.get(Math.clamp((long) at + by, 0, ids.size() - 1));
        return copy(tab, agents, inbox, connection, status, events, next, filter);
    }

    /** What can be selected here, in its stable order. */
    public List<String> ids() {
        return switch (tab) {
            case AGENTS, TREE -> agents.shown().stream().map(Row::id).toList();
            case INBOX -> inbox.waiting().stream().map(AskView::id).toList();
            default -> List.of();
        };
    }

    public Optional<Row> selectedAgent() {
        String id = detail.map(Detail::agent).orElse(selected);
        return agents.rows().stream().filter(row -> row.id().equals(id)).findFirst();
    }

    /** The selection stays on its agent; only where that is gone it goes to the first. */
    private MonitorViewModel settled() {
        if (tab != MonitorTab.AGENTS && tab != MonitorTab.TREE) {
            return this;
        }
        List<String> ids = ids();
        return ids.isEmpty() || ids.contains(selected)
                ? this
                : copy(tab, agents, inbox, connection, status, events, ids.getFirst(), filter);
    }

    private MonitorViewModel copy(
            MonitorTab newTab,
            AgentsViewModel newAgents,
            InboxViewModel newInbox,
            ConnectionViewModel newConnection,
            Optional<ServiceWire.Status> newStatus,
            List<TimelineViewModel.Entry> newEvents,
            String newSelected,
            String newFilter) {
        return new MonitorViewModel(
                newTab,
                newAgents,
                newInbox,
                newConnection,
                newStatus,
                newEvents,
                newSelected,
                newFilter,
                sparks,
                detail,
                pages,
                scroll,
                mode,
                input,
                choice,
                message);
    }
}
