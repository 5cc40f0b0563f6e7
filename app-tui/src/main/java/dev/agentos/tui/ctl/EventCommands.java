package dev.agentos.tui.ctl;

import dev.agentos.bridge.client.AgentdClient;
import dev.agentos.bridge.client.EventStream;
import dev.agentos.bridge.client.EventStream.Signal;
import dev.agentos.bridge.view.ConnectionViewModel;
import dev.agentos.bridge.view.TimelineViewModel;
import dev.agentos.bridge.view.Tone;
import dev.agentos.bridge.wire.EventWire;
import dev.agentos.bridge.wire.EventWire.EventView;
import dev.agentos.bridge.wire.WireJson;
import dev.agentos.themes.Role;
import dev.agentos.tui.Exit;
import dev.agentos.tui.term.Screen;
import dev.agentos.tui.term.Table;
import dev.agentos.tui.term.Table.Cell;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Commands on what happened and what was measured. */
final class EventCommands {

    private EventCommands() {}

    @Command(
            name = "events",
            description = "What happened, from any sequence number on.",
            footer = {
                "",
                "Examples:",
                "  agentctl events --agent shell-001",
                "  agentctl events --follow --kind consent --json"
            })
    static final class Events extends CtlCommand {
        private static final int PAGE = 1_000;

        @Option(
                names = "--since",
                paramLabel = "N",
                description = "After this sequence number; the last 50 by default.")
        private @Nullable Long since;

        @Option(
                names = {"-f", "--follow"},
                description = "Go on as things happen.")
        private boolean follow;

        @Option(names = "--agent", paramLabel = "AGENT", description = "Only this agent.")
        private @Nullable String agent;

        @Option(names = "--kind", paramLabel = "KIND", description = "Only kinds that begin so, for example tool.")
        private String kind = "";

        @Option(names = "--grep", paramLabel = "TEXT", description = "Only events that hold this text.")
        private String grep = "";

        @Option(names = "--limit", paramLabel = "N", description = "At most this many.")
        private int limit = Integer.MAX_VALUE;

        private int printed;

        Events(CtlContext context) {
            super(context);
        }

        @Override
        protected int run() throws InterruptedException {
            AgentdClient client = client();
            String only = agent == null ? "" : AgentNames.resolve(client, agent);
            long last = since == null ? newest(client, only) : replay(client, only, since);
            if (!follow || printed >= limit) {
                return Exit.DONE;
            }
            ConnectionViewModel connection = ConnectionViewModel.connected();
            try (EventStream stream = client.stream(last)) {
                while (printed < limit) {
                    Optional<Signal> signal = stream.next(Duration.ofSeconds(5));
                    if (signal.isEmpty()) {
                        continue;
                    }
                    connection = connection.reduce(signal.get(), Instant.now());
                    if (!json()) {
                        connection
                                .sentence(Instant.now())
                                .ifPresent(text -> screen().line("  " + screen().paint(Role.NEEDS, text)));
                    }
                    connection = connection.acknowledged();
                    if (signal.get() instanceof Signal.Happened happened) {
                        print(happened.event(), only);
                    }
                }
            }
            return Exit.DONE;
        }

        /** The newest that match, oldest first. */
        private long newest(AgentdClient client, String only) {
            boolean filtered = !only.isEmpty() || !kind.isEmpty() || !grep.isEmpty();
            int wanted = Math.min(limit, filtered ? PAGE : 50);
            EventWire.Events page = client.search(new AgentdClient.Search(only, kind, grep, Long.MAX_VALUE, wanted));
            page.events().reversed().forEach(event -> print(event, only));
            return page.head();
        }

        private long replay(AgentdClient client, String only, long from) {
            long last = from;
            while (printed < limit) {
                EventWire.Events page = client.events(last, PAGE);
                if (page.events().isEmpty()) {
                    return last;
                }
                page.events().forEach(event -> print(event, only));
                last = page.events().getLast().seq();
            }
            return last;
        }

        private void print(EventView event, String only) {
            boolean matches = (only.isEmpty() || event.agent().equals(only))
                    && event.kind().startsWith(kind)
                    && (grep.isEmpty() || holds(event, grep));
            if (!matches || printed >= limit) {
                return;
            }
            if (json()) {
                printed++;
                printJson(event);
                return;
            }
            TimelineViewModel.entry(event).ifPresent(entry -> {
                printed++;
                entry(screen(), entry, only.isEmpty());
            });
        }

        private static boolean holds(EventView event, String text) {
            return (event.kind() + " " + event.agent() + " " + event.run() + " " + WireJson.write(event.data()))
                    .toLowerCase(Locale.ROOT)
                    .contains(text.toLowerCase(Locale.ROOT));
        }
    }

    /** One line of a story, its detail beneath where it does not fit beside. */
    static void entry(Screen screen, TimelineViewModel.Entry entry, boolean withAgent) {
        String head = "  " + screen.muted(entry.clock()) + "  " + screen.tone(entry.tone(), entry.glyph()) + " "
                + screen.tone(entry.tone() == Tone.MUTED ? Tone.MUTED : Tone.PLAIN, Screen.pad(entry.title(), 20))
                + (withAgent && !entry.agent().isEmpty() ? "  " + screen.muted(Screen.pad(entry.agent(), 24)) : "");
        int used = 14
                + Math.max(20, Screen.columns(entry.title()))
                + (withAgent && !entry.agent().isEmpty()
                        ? 2 + Math.max(24, entry.agent().length())
                        : 0);
        String detail = screen.text(entry.detail());
        if (detail.isEmpty()) {
            screen.line(head.stripTrailing());
        } else if (used + 2 + Screen.columns(detail) <= screen.width()) {
            screen.line(head + "  " + screen.muted(detail));
        } else {
            screen.line(head.stripTrailing());
            for (String part : Screen.wrap(detail, screen.width() - 14)) {
                screen.line(" ".repeat(14) + screen.muted(part));
            }
        }
    }

    @Command(
            name = "history",
            description = "Measurements: 1 s for 15 minutes, 1 min for 30 days.",
            footer = {"", "Example:", "  agentctl history --subject machine --minutes"})
    static final class History extends CtlCommand {
        private static final String BARS = "▁▂▃▄▅▆▇█";

        @Option(names = "--subject", paramLabel = "NAME", description = "Only this one: machine, a class or an agent.")
        private String subject = "";

        @Option(names = "--minutes", description = "One point a minute instead of one a second.")
        private boolean minutes;

        @Option(names = "--span", paramLabel = "SECONDS", description = "How far back.")
        private @Nullable Long span;

        History(CtlContext context) {
            super(context);
        }

        @Override
        protected int run() throws InterruptedException {
            Duration back =
                    span != null ? Duration.ofSeconds(span) : minutes ? Duration.ofDays(1) : Duration.ofMinutes(15);
            EventWire.History history = client().history(subject, minutes ? "minute" : "second", back);
            return show(history, () -> {
                Table table = new Table("SUBJECT", "MEASURE", "LAST", "");
                for (EventWire.Series series : history.series()) {
                    if (!series.points().isEmpty()) {
                        table.row(
                                Cell.of(series.subject()),
                                Cell.of(series.name()),
                                Cell.number(String.format(
                                        Locale.ROOT, "%.1f", series.points().getLast()[1])),
                                Cell.of(Tone.MUTED, spark(series.points())));
                    }
                }
                if (table.isEmpty()) {
                    screen().line("Nothing was measured yet" + (subject.isEmpty() ? "." : " for " + subject + "."));
                    return;
                }
                table.write(screen());
            });
        }

        private static String spark(List<double[]> points) {
            int width = Math.min(30, points.size());
            double highest = points.stream().mapToDouble(p -> p[1]).max().orElse(0);
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < width; i++) {
                double value = points.get((int) ((long) i * points.size() / width))[1];
                int level = highest <= 0 ? 0 : (int) Math.round(value / highest * (BARS.length() - 1));
                line.append(BARS.charAt(Math.clamp(level, 0, BARS.length() - 1)));
            }
            return line.toString();
        }
    }
}
