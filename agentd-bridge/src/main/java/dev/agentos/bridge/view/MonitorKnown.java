package dev.agentos.bridge.view;

import dev.agentos.bridge.wire.CatalogWire.EntryView;
import dev.agentos.bridge.wire.ModelWire;
import dev.agentos.bridge.wire.ServiceWire;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the monitor knows of agentd.
 *
 * @param events what happened, oldest first
 * @param sparks the last 15 minutes of CPU by agent, oldest first
 * @param pages what was read for the other tabs and the details, by name; a page that is not there is being read
 * @param use what models were asked for and how soon they answered, by agent
 * @param catalog what can be started by its name; empty until it was read
 */
public record MonitorKnown(
        AgentsViewModel agents,
        InboxViewModel inbox,
        ConnectionViewModel connection,
        Optional<ServiceWire.Status> status,
        List<TimelineViewModel.Entry> events,
        Map<String, double[]> sparks,
        Map<String, List<TextLine>> pages,
        List<EntryView> catalog,
        ModelWire.Latencies use) {

    public MonitorKnown {
        events = List.copyOf(events);
        sparks = Map.copyOf(sparks);
        pages = Map.copyOf(pages);
        catalog = List.copyOf(catalog);
    }

    static MonitorKnown nothing() {
        return new MonitorKnown(
                AgentsViewModel.empty(),
                InboxViewModel.empty(),
                ConnectionViewModel.connected(),
                Optional.empty(),
                List.of(),
                Map.of(),
                Map.of(),
                List.of(),
                new ModelWire.Latencies(List.of(), 0, "0"));
    }

    MonitorKnown with(AgentsViewModel next) {
        return new MonitorKnown(next, inbox, connection, status, events, sparks, pages, catalog, use);
    }

    MonitorKnown with(InboxViewModel next) {
        return new MonitorKnown(agents, next, connection, status, events, sparks, pages, catalog, use);
    }

    MonitorKnown with(ConnectionViewModel next) {
        return new MonitorKnown(agents, inbox, next, status, events, sparks, pages, catalog, use);
    }

    MonitorKnown with(ServiceWire.Status next) {
        return new MonitorKnown(agents, inbox, connection, Optional.of(next), events, sparks, pages, catalog, use);
    }

    MonitorKnown with(ModelWire.Latencies next) {
        return new MonitorKnown(agents, inbox, connection, status, events, sparks, pages, catalog, next);
    }

    MonitorKnown withEvents(List<TimelineViewModel.Entry> next) {
        return new MonitorKnown(agents, inbox, connection, status, next, sparks, pages, catalog, use);
    }

    MonitorKnown withSparks(Map<String, double[]> next) {
        return new MonitorKnown(agents, inbox, connection, status, events, next, pages, catalog, use);
    }

    MonitorKnown withPage(String name, List<TextLine> lines) {
        Map<String, List<TextLine>> more = new HashMap<>(pages);
        more.put(name, List.copyOf(lines));
        return new MonitorKnown(agents, inbox, connection, status, events, sparks, more, catalog, use);
    }

    MonitorKnown withCatalog(List<EntryView> next) {
        return new MonitorKnown(agents, inbox, connection, status, events, sparks, pages, next, use);
    }
}
