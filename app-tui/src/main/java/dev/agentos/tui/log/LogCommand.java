package dev.agentos.tui.log;

import dev.agentos.bridge.client.AgentdClient;
import dev.agentos.bridge.client.EventStream;
import dev.agentos.bridge.client.EventStream.Signal;
import dev.agentos.bridge.client.UnreachableException;
import dev.agentos.bridge.view.TimelineViewModel;
import dev.agentos.bridge.view.TimelineViewModel.Entry;
import dev.agentos.bridge.view.Tone;
import dev.agentos.bridge.wire.EventWire.EventView;
import dev.agentos.themes.Role;
import dev.agentos.tui.Exit;
import dev.agentos.tui.audit.OfflineEvents;
import dev.agentos.tui.ctl.CtlCommand;
import dev.agentos.tui.ctl.CtlContext;
import dev.agentos.tui.ctl.CtlException;
import dev.agentos.tui.ctl.ErrorReport;
import dev.agentos.tui.term.Screen;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "agentlog",
        description =
                "What happened: by time, level, agent, run, correlation or words. From the journal itself where agentd does not answer.",
        footer = {
            "",
            "Examples:",
            "  agentlog --since 10m --level warning",
            "  agentlog --agent shell-001 --grep refused --follow",
            "  agentlog --state /var/lib/agentos --json"
        })
public final class LogCommand extends CtlCommand {

    private static final int PAGE = 1_000;
    private static final int USUAL = 200;

    @Option(names = "--agent", paramLabel = "AGENT", description = "Only this agent.")
    private String agent = "";

    @Option(names = "--run", paramLabel = "RUN", description = "Only this run.")
    private String run = "";

    @Option(
            names = "--correlation",
            paramLabel = "ID",
            description = "Only what this request caused; a beginning will do.")
    private String correlation = "";

    @Option(names = "--level", paramLabel = "info|warning|error", description = "This bad or worse.")
    private String level = "info";

    @Option(names = "--since", paramLabel = "TIME", description = "10m, 2h, 1d, today, 09:30, or an ISO time.")
    private @Nullable String since;

    @Option(names = "--grep", paramLabel = "TEXT", description = "Only what holds this text.")
    private String grep = "";

    @Option(
            names = "--limit",
            paramLabel = "N",
            description = "The newest N that match; 200 by default, all with --since.")
    private int limit = 0;

    @Option(
            names = {"-f", "--follow"},
            description = "Go on as things happen, across restarts of agentd.")
    private boolean follow;

    @Option(names = "--state", paramLabel = "DIR", description = "Read the journal in this folder and ask no service.")
    private @Nullable Path state;

    LogCommand(CtlContext context) {
        super(context);
    }

    /** Runs agentlog with these arguments. */
    public static int run(CtlContext context, String... arguments) {
        CommandLine line = new CommandLine(new LogCommand(context));
        line.setOut(new java.io.PrintWriter(context.console().out(), true, java.nio.charset.StandardCharsets.UTF_8));
        line.setErr(new java.io.PrintWriter(context.console().err(), true, java.nio.charset.StandardCharsets.UTF_8));
        line.setExecutionExceptionHandler((e, _, _) -> {
            ErrorReport report = ErrorReport.of(e);
            report.write(context.console().errorScreen());
            return report.exit();
        });
        return line.execute(arguments);
    }

    @Override
    protected boolean mayStart() {
        return false;
    }

    @Override
    protected int run() throws IOException, InterruptedException {
        LogFilter filter = filter();
        if (state != null) {
            offline(state, filter);
            return Exit.DONE;
        }
        long head;
        try {
            head = past(client(), filter);
        } catch (UnreachableException e) {
            Optional<Path> place = OfflineEvents.usualPlace(context.console().environment());
            if (place.isEmpty()) {
                throw e;
            }
            context.console().errorScreen().line("agentd does not answer; this is its journal in " + place.get());
            offline(place.get(), filter);
            return Exit.DONE;
        }
        if (follow) {
            follow(client(), filter, head);
        }
        return Exit.DONE;
    }

    private LogFilter filter() throws InterruptedException {
        LogFilter.Level wanted = switch (level.toLowerCase(Locale.ROOT)) {
            case "info" -> LogFilter.Level.INFO;
            case "warning", "warn" -> LogFilter.Level.WARNING;
            case "error" -> LogFilter.Level.ERROR;
            default ->
                throw new CtlException(
                        Exit.USAGE, "usage", "there is no level " + level, "--level", "info, warning or error");
        };
        String text = since;
        Optional<Instant> from = Optional.empty();
        if (text != null) {
            from = Since.parse(text, Instant.now(), ZoneId.systemDefault());
            if (from.isEmpty()) {
                throw new CtlException(
                        Exit.USAGE,
                        "usage",
                        text + " is no time",
                        "--since",
                        "10m, 2h, 1d, today, 09:30, or an ISO time");
            }
        }
        String id = agent.isEmpty() || state != null ? agent : resolved();
        return new LogFilter(id, run, correlation, wanted, from, grep);
    }

    /** The id of the agent that is meant; as it was typed where nobody can be asked. */
    private String resolved() throws InterruptedException {
        try {
            return client().agents().agents().stream()
                    .map(a -> a.id())
                    .filter(id -> id.equals(agent) || id.endsWith("-" + agent) || id.startsWith("agent-" + agent))
                    .reduce((_, newest) -> newest)
                    .orElse(agent);
        } catch (UnreachableException e) {
            return agent;
        }
    }

    private int most() {
        return limit > 0 ? limit : since != null ? Integer.MAX_VALUE : USUAL;
    }

    /** What is recorded already, oldest first; the newest sequence number. */
    private long past(AgentdClient client, LogFilter filter) {
        Deque<EventView> found = new ArrayDeque<>();
        long before = Long.MAX_VALUE;
        long head = client.events(Long.MAX_VALUE - 1, 1).head();
        reading:
        while (true) {
            List<EventView> page = client.search(new AgentdClient.Search(filter.agent(), "", "", before, PAGE))
                    .events();
            for (EventView event : page) {
                if (filter.since().isPresent()
                        && LogFilter.at(event).isBefore(filter.since().get())) {
                    break reading;
                }
                if (event.seq() <= head
                        && TimelineViewModel.entry(event)
                                .filter(e -> filter.passes(event, e))
                                .isPresent()) {
                    found.addFirst(event);
                    if (found.size() >= most()) {
                        break reading;
                    }
                }
            }
            if (page.size() < PAGE) {
                break;
            }
            before = page.getLast().seq();
        }
        found.forEach(this::print);
        return head;
    }

    private void follow(AgentdClient client, LogFilter filter, long head) throws InterruptedException {
        try (EventStream stream = client.stream(head)) {
            while (true) {
                Optional<Signal> signal = stream.next(Duration.ofSeconds(1));
                if (signal.isEmpty()) {
                    continue;
                }
                switch (signal.get()) {
                    case Signal.Happened happened -> {
                        EventView event = happened.event();
                        TimelineViewModel.entry(event)
                                .filter(e -> filter.passes(event, e))
                                .ifPresent(_ -> print(event));
                    }
                    case Signal.Lost lost ->
                        note("agentd fell silent (" + lost.why() + "); agents keep running, connecting again");
                    case Signal.Back back -> note("back; " + back.missed() + " events were missed and follow");
                }
            }
        }
    }

    private void note(String text) {
        context.console().errorScreen().line("  " + text);
    }

    private void offline(Path place, LogFilter filter) throws IOException {
        Deque<EventView> found = new ArrayDeque<>();
        OfflineEvents.read(place, event -> {
            if (TimelineViewModel.entry(event)
                    .filter(e -> filter.passes(event, e))
                    .isPresent()) {
                found.addLast(event);
                if (found.size() > most()) {
                    found.removeFirst();
                }
            }
        });
        found.forEach(this::print);
    }

    private void print(EventView event) {
        if (json()) {
            printJson(event);
            return;
        }
        Entry entry = TimelineViewModel.entry(event).orElseThrow();
        Screen screen = screen();
        String who = event.agent().isEmpty() ? "agentd" : event.agent();
        String detail = entry.detail().isEmpty() ? "" : "  " + entry.detail();
        Role role = entry.tone() == Tone.BAD ? Role.BAD : Role.MUTED;
        screen.line(screen.muted(event.time()
                        .substring(0, Math.min(19, event.time().length()))
                        .replace('T', ' ')) + "  "
                + screen.muted(Screen.pad(LogFilter.levelOf(entry).name().toLowerCase(Locale.ROOT), 7)) + "  "
                + Screen.pad(Screen.fit(screen.text(who), 26), 26) + "  "
                + screen.tone(entry.tone(), entry.glyph() + " " + entry.title()) + screen.paint(role, detail));
    }
}
