package dev.agentos.tui.ctl;

import dev.agentos.bridge.client.AgentdClient;
import dev.agentos.bridge.client.AgentdException;
import dev.agentos.bridge.client.EventStream;
import dev.agentos.bridge.client.EventStream.Signal;
import dev.agentos.bridge.view.ConnectionViewModel;
import dev.agentos.bridge.view.InboxViewModel;
import dev.agentos.bridge.view.Tone;
import dev.agentos.bridge.wire.ConsentWire;
import dev.agentos.bridge.wire.ConsentWire.AnswerRequest;
import dev.agentos.bridge.wire.ConsentWire.Answered;
import dev.agentos.bridge.wire.ConsentWire.AskView;
import dev.agentos.bridge.wire.ConsentWire.GrantView;
import dev.agentos.bridge.wire.EventWire.EventView;
import dev.agentos.themes.Role;
import dev.agentos.tui.Exit;
import dev.agentos.tui.consent.ConsentCard;
import dev.agentos.tui.consent.ConsentDialog;
import dev.agentos.tui.consent.ConsentScript;
import dev.agentos.tui.term.Keyboard;
import dev.agentos.tui.term.LineInput;
import dev.agentos.tui.term.Screen;
import dev.agentos.tui.term.Table;
import dev.agentos.tui.term.Table.Cell;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Commands on what waits for a person. */
final class ConsentCommands {

    private static final String CLIENT = "agentctl";
    private static final Duration TICK = Duration.ofMillis(500);

    private ConsentCommands() {}

    @Command(
            name = "consent",
            description = "What waits for a person, answers, standing permissions.",
            footer = {"", "Example:", "  agentctl consent answer ask-1 allow --scope run"})
    static final class Holder extends Agentctl.Group {}

    static CommandLine group(CtlContext context) {
        Map<String, CtlCommand> commands = new LinkedHashMap<>();
        commands.put("list", new ListAsks(context));
        commands.put("show", new Show(context));
        commands.put("answer", new Answer(context));
        commands.put("watch", new Watch(context));
        commands.put("script", new Script(context));
        commands.put("grants", new ListGrants(context));
        commands.put("revoke", new Revoke(context));
        return Agentctl.groupOf(new Holder(), commands);
    }

    // ------------------------------------------------------------------ list, show

    @Command(
            name = "list",
            description = "What waits, oldest first.",
            footer = {"", "Example:", "  agentctl consent list"})
    static final class ListAsks extends CtlCommand {
        ListAsks(CtlContext context) {
            super(context);
        }

        @Override
        protected int run() throws InterruptedException {
            ConsentWire.Asks asks = client().asks();
            return show(asks, () -> {
                Table table = new Table("", "ASK", "AGENT", "WANTS", "SINCE");
                asks.asks()
                        .forEach(ask -> table.row(
                                Cell.of(Tone.NEEDS, "?"),
                                Cell.of(ask.id()),
                                Cell.of(ask.agent()),
                                Cell.of(ask.tool() + " " + Screen.fitPath(ask.target(), 40)),
                                Cell.of(Tone.MUTED, ask.askedAt().length() > 19 ? ask.askedAt().substring(11, 19) : "")));
                if (table.isEmpty()) {
                    screen().line("Nothing waits for you.");
                    return;
                }
                table.write(screen());
                screen().line("  " + screen().muted("answer: agentctl consent answer ASK allow|deny"));
            });
        }
    }

    @Command(
            name = "show",
            description = "One ask with its full content.",
            footer = {"", "Example:", "  agentctl consent show ask-1"})
    static final class Show extends CtlCommand {
        @Parameters(index = "0", paramLabel = "ASK", description = "The ask.")
        private String id = "";

        Show(CtlContext context) {
            super(context);
        }

        @Override
        protected int run() throws InterruptedException {
            AskView ask = client().ask(id);
            return show(ask, () -> {
                ConsentCard card = new ConsentCard(ask);
                card.head(screen(), Instant.now());
                card.full(screen());
            });
        }
    }

    // ------------------------------------------------------------------ answer

    /** The decisions of a person. */
    enum Decision {
        ALLOW,
        DENY
    }

    @Command(
            name = "answer",
            description = "Answer one ask. The card with its full content is shown first.",
            footer = {"", "Exit code 4 after a deny.", "", "Example:", "  agentctl consent answer ask-1 allow --scope run"})
    static final class Answer extends CtlCommand {
        @Parameters(index = "0", paramLabel = "ASK", description = "The ask.")
        private String id = "";

        @Parameters(index = "1", paramLabel = "allow|deny", description = "The answer.")
        private Decision decision = Decision.DENY;

        @Option(names = "--scope", paramLabel = "once|run|restart|30d", description = "How much it covers; once by default.")
        private String scope = "once";

        @Option(names = "--word", paramLabel = "WORD", description = "The last word of a high-risk object.")
        private @Nullable String word;

        @Option(names = "--yes", description = "Answer without being asked again.")
        private boolean yes;

        Answer(CtlContext context) {
            super(context);
        }

        @Override
        protected int run() throws InterruptedException, IOException {
            AskView ask = client().ask(id);
            boolean allow = decision == Decision.ALLOW;
            if (!json()) {
                ConsentCard card = new ConsentCard(ask);
                card.head(screen(), Instant.now());
                card.full(screen());
            }
            if (allow && !yes && !confirmed(ask)) {
                screen().line("Nothing was answered.");
                return Exit.NOT_CONSENTED;
            }
            Answered answered = client().answer(
                    id,
                    new AnswerRequest(
                            allow ? "allow" : "deny", scope, ask.shown(), Optional.ofNullable(word),
                            Optional.of(CLIENT)));
            show(answered, () -> said(screen(), answered));
            return allow ? Exit.DONE : Exit.NOT_CONSENTED;
        }

        private boolean confirmed(AskView ask) throws IOException, InterruptedException {
            if (!context.console().inTerminal() || json()) {
                throw new CtlException(
                        Exit.USAGE, "consent.no-person", "there is no terminal to ask at", id,
                        "add --yes to answer from a script");
            }
            screen().line("  " + screen().paint(Role.ACCENT, "→ allow " + ask.tool()
                    + (scope.equals("once") ? " on " + ask.target() + ", once" : " below " + ask.grantTarget() + ", " + scope)));
            screen().line("  Type allow and press Enter; anything else answers nothing.");
            Thread.sleep(400);
            LineInput lines = new LineInput(context.console().in());
            lines.drain();
            return lines.next()
                    .filter(line -> !line.pasted() && line.text().strip().equals("allow"))
                    .isPresent();
        }
    }

    private static void said(Screen screen, Answered answered) {
        boolean allowed = answered.decision().equals("allowed");
        screen.line("  " + screen.tone(allowed ? Tone.OK : Tone.BAD, allowed ? "✓ allowed" : "✕ not allowed") + "  "
                + screen.text(answered.ask()) + screen.muted(" by " + answered.by())
                + answered.grant()
                        .map(grant -> screen.muted(" · " + grant + ", take it back: agentctl consent revoke " + grant))
                        .orElse(""));
    }

    // ------------------------------------------------------------------ watch

    @Command(
            name = "watch",
            description = "A card for each ask as it comes, and who answered. At a terminal it can be answered here.",
            footer = {"", "Example:", "  agentctl consent watch"})
    static final class Watch extends CtlCommand {
        @Option(names = "--echo", description = "Only show; answer nothing here.")
        private boolean echo;

        private InboxViewModel inbox = InboxViewModel.empty();
        private ConnectionViewModel connection = ConnectionViewModel.connected();

        Watch(CtlContext context) {
            super(context);
        }

        @Override
        protected int run() throws InterruptedException, IOException {
            AgentdClient client = client();
            boolean interactive = !json() && !echo && context.console().inTerminal() && context.console().outTerminal();
            Optional<Keyboard> keyboard = interactive && !plain()
                    ? Keyboard.open(context.console().in(), context.console().out())
                    : Optional.empty();
            ConsentDialog dialog = new ConsentDialog(screen(), keyboard, new LineInput(context.console().in()), CLIENT);
            long head = client.events(Long.MAX_VALUE - 1, 1).head();
            List<AskView> queue = new ArrayList<>(client.asks().asks());
            inbox = inbox.reduce(new ConsentWire.Asks(queue));
            if (!json()) {
                screen().line(screen().muted(queue.isEmpty() ? "Nothing waits. Watching; Ctrl-C ends it." : "Watching; Ctrl-C ends it."));
            }
            try (EventStream stream = client.stream(head)) {
                while (true) {
                    while (!queue.isEmpty()) {
                        AskView ask = queue.removeFirst();
                        if (inbox.find(ask.id()).isPresent()) {
                            arrived(client, stream, dialog, ask, interactive, queue);
                        }
                    }
                    queue.addAll(signal(client, stream.next(TICK)));
                }
            } finally {
                keyboard.ifPresent(Keyboard::close);
            }
        }

        private void arrived(
                AgentdClient client, EventStream stream, ConsentDialog dialog, AskView ask, boolean interactive,
                List<AskView> queue)
                throws InterruptedException, IOException {
            if (json()) {
                printJson(ask);
                return;
            }
            screen().blank();
            if (!interactive) {
                ConsentCard card = new ConsentCard(ask);
                card.head(screen(), Instant.now());
                card.preview(screen());
                screen().line("   " + screen().muted("answer: agentctl consent answer " + ask.id() + " allow|deny"));
                return;
            }
            Optional<AnswerRequest> answer = dialog.ask(ask, () -> {
                try {
                    queue.addAll(signal(client, stream.next(Duration.ofMillis(1))));
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                return inbox.find(ask.id()).isEmpty();
            });
            if (answer.isPresent()) {
                try {
                    client.answer(ask.id(), answer.get());
                } catch (AgentdException e) {
                    screen().line("  " + screen().paint(Role.BAD, e.body().message()) + screen().muted("  → " + e.body().next()));
                }
            }
        }

        /** Takes a signal in; answers with asks that are new. */
        private List<AskView> signal(AgentdClient client, Optional<Signal> signal) {
            if (signal.isEmpty()) {
                return List.of();
            }
            connection = connection.reduce(signal.get(), Instant.now());
            if (!json()) {
                connection.sentence(Instant.now())
                        .ifPresent(text -> screen().line("  " + screen().paint(Role.NEEDS, text)));
            }
            connection = connection.acknowledged();
            if (!(signal.get() instanceof Signal.Happened happened)) {
                return List.of();
            }
            EventView event = happened.event();
            inbox = inbox.reduce(event);
            if (event.kind().equals("consent.answered")) {
                if (json()) {
                    printJson(event);
                } else {
                    screen().line("  " + screen().muted(event.time().substring(11, 19) + "  ")
                            + screen().text(inbox.closed().getFirst().sentence()));
                }
            }
            List<AskView> fresh = new ArrayList<>();
            for (String id : List.copyOf(inbox.announced())) {
                AskView ask = client.ask(id);
                inbox = inbox.reduce(ask);
                fresh.add(ask);
            }
            return fresh;
        }
    }

    // ------------------------------------------------------------------ script

    @Command(
            name = "script",
            description = "Answer asks from a file, for tests.",
            footer = {
                "",
                "One rule a line: allow TOOL [TARGET-GLOB] [once|run|restart|30d], or deny TOOL [TARGET-GLOB].",
                "The first rule that fits answers; an ask without a rule is left to a person.",
                "",
                "Example:",
                "  agentctl consent script answers.txt --count 1 --timeout 30"
            })
    static final class Script extends CtlCommand {
        @Parameters(index = "0", paramLabel = "FILE", description = "The rules.")
        private Path file = Path.of("");

        @Option(names = "--count", paramLabel = "N", description = "End after this many answers.")
        private int count = Integer.MAX_VALUE;

        @Option(names = "--timeout", paramLabel = "SECONDS", description = "End after this time; 4 when --count was not reached.")
        private long timeoutSeconds = Long.MAX_VALUE / 2_000_000_000L;

        @Option(names = "--agent", paramLabel = "AGENT", description = "Only asks of this agent.")
        private @Nullable String agent;

        Script(CtlContext context) {
            super(context);
        }

        @Override
        protected int run() throws IOException, InterruptedException {
            ConsentScript script = script();
            AgentdClient client = client();
            String only = agent == null ? "" : AgentNames.resolve(client, agent);
            long deadline = System.nanoTime() + Duration.ofSeconds(timeoutSeconds).toNanos();
            long head = client.events(Long.MAX_VALUE - 1, 1).head();
            int answered = 0;
            List<String> left = new ArrayList<>();
            try (EventStream stream = client.stream(head)) {
                while (answered < count && System.nanoTime() < deadline) {
                    for (AskView ask : client.asks().asks()) {
                        boolean mine = only.isEmpty() || ask.agent().equals(only);
                        if (mine && !left.contains(ask.id()) && answered < count) {
                            if (answer(client, script, ask)) {
                                answered++;
                            } else {
                                left.add(ask.id());
                            }
                        }
                    }
                    if (answered < count) {
                        awaitAsk(stream, deadline);
                    }
                }
            }
            return answered >= count || count == Integer.MAX_VALUE ? Exit.DONE : Exit.NOT_CONSENTED;
        }

        private ConsentScript script() throws IOException {
            try {
                return ConsentScript.parse(file.toString(), Files.readAllLines(file));
            } catch (NoSuchFileException e) {
                throw new CtlException(
                        Exit.NOT_FOUND, "script.no-file", "there is no file " + file, file.toString(),
                        "write one: echo 'allow fs.write' > " + file);
            } catch (IllegalArgumentException e) {
                throw new CtlException(
                        Exit.USAGE, "script.syntax", String.valueOf(e.getMessage()), file.toString(),
                        "agentctl consent script --help");
            }
        }

        private boolean answer(AgentdClient client, ConsentScript script, AskView ask) {
            Optional<ConsentScript.Rule> rule = script.ruleFor(ask);
            if (rule.isEmpty()) {
                return false;
            }
            AnswerRequest request = new AnswerRequest(
                    rule.get().allow() ? "allow" : "deny", rule.get().scope(), ask.shown(),
                    Optional.of(ask.confirmWord()), Optional.of(CLIENT + " script"));
            try {
                Answered answered = client.answer(ask.id(), request);
                show(answered, () -> said(screen(), answered));
                return true;
            } catch (AgentdException e) {
                if (e.status() != 409) {
                    throw e;
                }
                // Somebody else was faster, or it expired: there is nothing left to answer.
                return false;
            }
        }

        private static void awaitAsk(EventStream stream, long deadline) throws InterruptedException {
            while (System.nanoTime() < deadline) {
                long left = Math.min(deadline - System.nanoTime(), TICK.toNanos());
                Optional<Signal> signal = stream.next(Duration.ofNanos(Math.max(1, left)));
                boolean asked = signal.isPresent()
                        && switch (signal.get()) {
                            case Signal.Back _ -> true;
                            case Signal.Happened happened -> happened.event().kind().equals("consent.asked");
                            case Signal.Lost _ -> false;
                        };
                if (asked) {
                    return;
                }
            }
        }
    }

    // ------------------------------------------------------------------ grants

    @Command(
            name = "grants",
            description = "Standing permissions.",
            footer = {"", "Example:", "  agentctl consent grants"})
    static final class ListGrants extends CtlCommand {
        ListGrants(CtlContext context) {
            super(context);
        }

        @Override
        protected int run() throws InterruptedException {
            ConsentWire.Grants grants = client().grants();
            return show(grants, () -> {
                Table table = new Table("GRANT", "AGENT", "TOOL", "BELOW", "LASTS", "USED", "BY");
                for (GrantView grant : grants.grants()) {
                    table.row(
                            Cell.of(grant.id()), Cell.of(grant.agent()), Cell.of(grant.tool()),
                            Cell.of(Screen.fitPath(grant.target(), 40)),
                            Cell.of(grant.expiresAt().isEmpty() ? grant.scope() : "until " + grant.expiresAt()),
                            Cell.number(String.valueOf(grant.used())), Cell.of(Tone.MUTED, grant.by()));
                }
                if (table.isEmpty()) {
                    screen().line("No standing permissions.");
                    return;
                }
                table.write(screen());
                screen().line("  " + screen().muted("take one back: agentctl consent revoke GRANT"));
            });
        }
    }

    @Command(
            name = "revoke",
            description = "Take a permission back.",
            footer = {"", "Example:", "  agentctl consent revoke grant-1"})
    static final class Revoke extends CtlCommand {
        @Parameters(index = "0", paramLabel = "GRANT", description = "The grant.")
        private String id = "";

        Revoke(CtlContext context) {
            super(context);
        }

        @Override
        protected int run() throws InterruptedException {
            client().revoke(id);
            return show(Map.of("revoked", id), () -> screen().line("  " + screen().paint(Role.OK, "✓") + " " + id
                    + " is taken back"));
        }
    }
}
