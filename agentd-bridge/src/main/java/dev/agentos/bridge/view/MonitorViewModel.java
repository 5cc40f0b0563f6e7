package dev.agentos.bridge.view;

import dev.agentos.bridge.client.EventStream.Signal;
import dev.agentos.bridge.view.AgentsViewModel.Row;
import dev.agentos.bridge.wire.AgentWire.Agents;
import dev.agentos.bridge.wire.CatalogWire.EntryView;
import dev.agentos.bridge.wire.ConsentWire.AskView;
import dev.agentos.bridge.wire.ConsentWire.Asks;
import dev.agentos.bridge.wire.EventWire.EventView;
import dev.agentos.bridge.wire.ModelWire;
import dev.agentos.bridge.wire.ServiceWire;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Everything that the monitor shows, and how it changes. A screen is a function of this and of its size. */
public record MonitorViewModel(MonitorKnown known, MonitorView view) {

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

    public static MonitorViewModel start() {
        return new MonitorViewModel(MonitorKnown.nothing(), MonitorView.start());
    }

    private MonitorViewModel with(MonitorKnown next) {
        return new MonitorViewModel(next, view);
    }

    private MonitorViewModel with(MonitorView next) {
        return new MonitorViewModel(known, next);
    }

    // ------------------------------------------------------------------ what it holds

    public MonitorTab tab() {
        return view.tab();
    }

    public AgentsViewModel agents() {
        return known.agents();
    }

    public InboxViewModel inbox() {
        return known.inbox();
    }

    public ConnectionViewModel connection() {
        return known.connection();
    }

    public Optional<ServiceWire.Status> status() {
        return known.status();
    }

    public List<TimelineViewModel.Entry> events() {
        return known.events();
    }

    /** What models were asked for today, and by agent. */
    public ModelWire.Latencies use() {
        return known.use();
    }

    /** What one agent asked of models; empty where it asked for nothing. */
    public Optional<ModelWire.Latency> use(String agent) {
        return known.use().agents().stream()
                .filter(each -> each.agent().equals(agent))
                .findFirst();
    }

    public Map<String, double[]> sparks() {
        return known.sparks();
    }

    public Map<String, List<TextLine>> pages() {
        return known.pages();
    }

    public String selected() {
        return view.selected();
    }

    public String filter() {
        return view.filter();
    }

    public Optional<Detail> detail() {
        return view.detail();
    }

    public int scroll() {
        return view.scroll();
    }

    public Mode mode() {
        return view.mode();
    }

    public String input() {
        return view.input();
    }

    public int choice() {
        return view.choice();
    }

    public String message() {
        return view.message();
    }

    // ------------------------------------------------------------------ what is heard

    public MonitorViewModel reduce(Signal signal, Instant now) {
        MonitorViewModel heard = with(known.with(connection().reduce(signal, now)));
        return switch (signal) {
            case Signal.Happened happened -> heard.reduce(happened.event());
            case Signal.Back back -> heard.back(back.missed(), now);
            case Signal.Lost _ -> heard;
        };
    }

    /** A line between what was heard and what was missed, so that the events after it can be told apart. */
    private MonitorViewModel back(long missed, Instant now) {
        String what = missed == 0
                ? "agentd is back; nothing was missed"
                : missed == 1
                        ? "agentd is back; the next event was missed"
                        : "agentd is back; the next " + missed + " events were missed";
        return kept(new TimelineViewModel.Entry(0, now.toString(), "", Tone.NEEDS, "↺", what, ""));
    }

    private MonitorViewModel reduce(EventView event) {
        MonitorViewModel told = told(event);
        return told.with(told.known.with(agents().reduce(event)).with(inbox().reduce(event)))
                .settled();
    }

    /** An event of before: told, and already part of every snapshot. */
    public MonitorViewModel told(EventView event) {
        return TimelineViewModel.entry(event).map(this::kept).orElse(this);
    }

    private MonitorViewModel kept(TimelineViewModel.Entry entry) {
        List<TimelineViewModel.Entry> more = new ArrayList<>(events());
        more.add(entry);
        return with(known.withEvents(
                more.size() > EVENTS_KEPT ? more.subList(more.size() - EVENTS_KEPT, more.size()) : more));
    }

    public MonitorViewModel reduce(Agents snapshot) {
        return with(known.with(agents().reduce(snapshot))).settled();
    }

    public MonitorViewModel reduce(Asks snapshot) {
        return with(known.with(inbox().reduce(snapshot)));
    }

    public MonitorViewModel reduce(AskView ask) {
        return with(known.with(inbox().reduce(ask)));
    }

    public MonitorViewModel reduce(ServiceWire.Status now) {
        return with(known.with(now));
    }

    public MonitorViewModel reduce(ModelWire.Latencies now) {
        return with(known.with(now));
    }

    /** The person has seen what was missed. */
    public MonitorViewModel acknowledged() {
        return with(known.with(connection().acknowledged()));
    }

    public MonitorViewModel withSparks(Map<String, double[]> measured) {
        return with(known.withSparks(measured));
    }

    public MonitorViewModel withPage(String name, List<TextLine> lines) {
        return with(known.withPage(name, lines));
    }

    public MonitorViewModel withCatalog(List<EntryView> entries) {
        return with(known.withCatalog(entries)).settled();
    }

    // ------------------------------------------------------------------ what is done

    public MonitorViewModel said(String text) {
        return with(view.said(text));
    }

    public MonitorViewModel to(MonitorTab other) {
        return with(view.to(other)).settled();
    }

    public MonitorViewModel in(Mode next, String text) {
        return with(view.in(next, text));
    }

    public MonitorViewModel typed(String text) {
        return with(view.typed(text));
    }

    public MonitorViewModel choosing(int index) {
        return with(view.choosing(index));
    }

    public MonitorViewModel filtered(String text) {
        return new MonitorViewModel(known.with(agents().filtered(text)), view.filtered(text)).settled();
    }

    public MonitorViewModel withFinished(boolean shown) {
        return with(known.with(agents().withFinished(shown))).settled();
    }

    public MonitorViewModel opened(Optional<Detail> opened) {
        return with(view.opened(opened));
    }

    public MonitorViewModel scrolled(int line) {
        return with(view.scrolled(line));
    }

    /** Moves the selection in the tab that is shown. */
    public MonitorViewModel moved(int by) {
        List<String> ids = ids();
        if (ids.isEmpty()) {
            return this;
        }
        int at = Math.max(0, ids.indexOf(selected()));
        return with(view.selecting(ids.get(Math.clamp((long) at + by, 0, ids.size() - 1))));
    }

    // ------------------------------------------------------------------ what is selected

    /** What can be selected here, in its stable order. */
    public List<String> ids() {
        return switch (tab()) {
            case AGENTS, TREE -> agents().shown().stream().map(Row::id).toList();
            case INBOX -> inbox().waiting().stream().map(AskView::id).toList();
            case CATALOG -> entries().stream().map(EntryView::name).toList();
            default -> List.of();
        };
    }

    /** The newest version of each entry of the catalog that passes the filter. */
    public List<EntryView> entries() {
        String wanted = filter().toLowerCase(Locale.ROOT);
        return known.catalog().stream()
                .filter(entry -> (entry.name() + " " + entry.title() + " " + entry.summary())
                        .toLowerCase(Locale.ROOT)
                        .contains(wanted))
                .toList();
    }

    /** The opened agent, or the one that is selected in the list. */
    public Optional<Row> selectedAgent() {
        String id = detail().map(Detail::agent)
                .orElseGet(() -> view.selections().getOrDefault(MonitorTab.AGENTS.name(), ""));
        return agents().rows().stream().filter(row -> row.id().equals(id)).findFirst();
    }

    /** The marked entry of the catalog; empty elsewhere. */
    public Optional<EntryView> selectedEntry() {
        return tab() == MonitorTab.CATALOG
                ? entries().stream()
                        .filter(entry -> entry.name().equals(selected()))
                        .findFirst()
                : Optional.empty();
    }

    /** The selection stays where it is; only where that is gone it goes to the first. */
    private MonitorViewModel settled() {
        List<String> ids = ids();
        return ids.isEmpty() || ids.contains(selected()) ? this : with(view.selecting(ids.getFirst()));
    }
}
