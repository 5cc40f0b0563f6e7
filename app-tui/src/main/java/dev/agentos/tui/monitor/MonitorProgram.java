package dev.agentos.tui.monitor;

import com.googlecode.lanterna.input.KeyStroke;
import com.googlecode.lanterna.input.KeyType;
import dev.agentos.bridge.client.AgentdClient;
import dev.agentos.bridge.client.AgentdException;
import dev.agentos.bridge.client.UnreachableException;
import dev.agentos.bridge.view.MonitorViewModel;
import dev.agentos.bridge.view.MonitorViewModel.Detail;
import dev.agentos.bridge.wire.ConsentWire.AnswerRequest;
import dev.agentos.bridge.wire.ConsentWire.AskView;
import dev.agentos.bridge.wire.LanguageWire.ProposalView;
import dev.agentos.domain.language.CommandText;
import dev.agentos.tui.Exit;
import dev.agentos.tui.ctl.CtlContext;
import dev.agentos.tui.ctl.CtlException;
import dev.agentos.tui.monitor.Keys.Wish;
import dev.agentos.tui.term.Console;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * The monitor as a program. One thread owns the view model: keys are painted at once, data at most four times a second,
 * and a frame that is on the screen already writes nothing.
 */
public final class MonitorProgram {

    private static final long FRAME_NANOS = 250_000_000L;
    private static final int SUSPEND = 26;

    /** What the one thread is told. */
    sealed interface Message {
        record Pressed(KeyStroke key, long nanos) implements Message {}

        /** Something was heard or read: how the view model changes. */
        record Heard(java.util.function.UnaryOperator<MonitorViewModel> change) implements Message {}

        record Proposed(ProposalView proposal) implements Message {}

        record Asked(AskView ask) implements Message {}

        record Stop() implements Message {}
    }

    private final LinkedBlockingQueue<Message> messages = new LinkedBlockingQueue<>();
    private final CtlContext context;
    private final Surface surface;
    private final Feed feed;
    private final AgentdClient client;
    private MonitorViewModel model = MonitorViewModel.start();
    private Optional<CardSession> card = Optional.empty();
    private Optional<ProposalView> proposal = Optional.empty();
    private long paintedAt;

    private MonitorProgram(CtlContext context, Surface surface, AgentdClient client) {
        this.context = context;
        this.surface = surface;
        this.client = client;
        this.feed = new Feed(client, change -> messages.add(new Message.Heard(change)));
    }

    /** Shows the monitor until it is left. */
    public static int run(CtlContext context, String... arguments) throws Exception {
        Console console = context.console();
        List<String> given = Arrays.asList(arguments);
        if (given.contains("--help") || given.contains("-h")) {
            console.out().println("""
                    Usage: agentmon
                    The live view: agents, what waits for you, models, tools, the audit trail, events.
                    AGENTOS_THEME is dark, light or high-contrast. ? lists the keys.

                    Example:
                      AGENTOS_THEME=light agentmon\
                    """);
            console.out().flush();
            return Exit.DONE;
        }
        if (console.isPlain() || !console.inTerminal()) {
            throw new CtlException(
                    Exit.USAGE,
                    "plain.no-monitor",
                    "the monitor needs a terminal with a cursor",
                    "agentmon",
                    "the same in lines: agentctl list --watch, agentctl consent watch, agentctl events --follow");
        }
        // Lanterna's own lookups of a window system have no place here.
        System.setProperty("java.awt.headless", "true");
        try (AgentdClient client = new AgentdClient(context.connector().connect(Optional.empty(), true));
                Surface surface =
                        Surface.open(console.in(), new FileOutputStream(FileDescriptor.out), console.environment())) {
            return new MonitorProgram(context, surface, client).loop();
        }
    }

    private int loop() throws InterruptedException, IOException {
        Thread restore = new Thread(this::giveBack);
        Runtime.getRuntime().addShutdownHook(restore);
        Thread keys = Thread.ofPlatform().daemon().name("keys").start(this::readKeys);
        feed.start();
        try {
            paint();
            boolean dirty = false;
            while (true) {
                long sinceFrame = System.nanoTime() - paintedAt;
                long wait = dirty ? Math.max(0, FRAME_NANOS - sinceFrame) : untilMinute();
                Message message = messages.poll(wait, TimeUnit.NANOSECONDS);
                if (message == null) {
                    surface.resized();
                    paint();
                    dirty = false;
                    continue;
                }
                if (message instanceof Message.Stop) {
                    return Exit.DONE;
                }
                boolean now = message instanceof Message.Pressed;
                if (!take(message)) {
                    return Exit.DONE;
                }
                if (now || System.nanoTime() - paintedAt > FRAME_NANOS) {
                    // Everything that is there already belongs to the same frame.
                    if (messages.peek() == null || System.nanoTime() - paintedAt > FRAME_NANOS || now) {
                        surface.resized();
                        paint();
                        dirty = false;
                        continue;
                    }
                }
                dirty = true;
            }
        } finally {
            feed.close();
            keys.interrupt();
            try {
                Runtime.getRuntime().removeShutdownHook(restore);
            } catch (IllegalStateException e) {
                System.getLogger(MonitorProgram.class.getName()).log(System.Logger.Level.DEBUG, "left at exit");
            }
        }
    }

    /** The clock in the corner changes once a minute, and so does what waits. */
    private static long untilMinute() {
        return (60_000 - System.currentTimeMillis() % 60_000 + 5) * 1_000_000L;
    }

    private void giveBack() {
        try {
            surface.stop();
        } catch (IOException e) {
            // The terminal is gone, and with it what was to be restored.
            System.getLogger(MonitorProgram.class.getName()).log(System.Logger.Level.DEBUG, "terminal gone", e);
        }
    }

    private void readKeys() {
        try {
            while (!Thread.currentThread().isInterrupted()) {
                KeyStroke key = surface.key();
                if (key == null || key.getKeyType() == KeyType.EOF) {
                    break;
                }
                messages.add(new Message.Pressed(key, System.nanoTime()));
            }
        } catch (IOException | RuntimeException e) {
            System.getLogger(MonitorProgram.class.getName()).log(System.Logger.Level.DEBUG, "keys ended", e);
        }
        messages.add(new Message.Stop());
    }

    private void paint() throws IOException {
        Frame frame = MonitorScreen.render(
                shown(),
                card.map(CardSession::view),
                surface.width(),
                surface.height(),
                Instant.now(),
                ZoneId.systemDefault());
        surface.paint(frame);
        paintedAt = System.nanoTime();
    }

    private MonitorViewModel shown() {
        return proposal.map(p -> model.said("→ " + p.program() + " " + p.command() + "   " + p.effect()
                        + (p.effect().equals("changes")
                                ? "   y runs it · any other key leaves it"
                                : "   Enter runs it · any other key leaves it")))
                .orElse(model);
    }

    // ------------------------------------------------------------------ one message

    /** Whether to go on. */
    private boolean take(Message message) throws IOException, InterruptedException {
        switch (message) {
            case Message.Heard heard -> {
                model = heard.change().apply(model);
                if (card.isPresent()
                        && model.inbox().find(card.get().ask().id()).isEmpty()) {
                    String said = model.inbox().closed().isEmpty()
                            ? "it was closed"
                            : model.inbox().closed().getFirst().sentence();
                    card = Optional.empty();
                    model = model.said(said);
                }
            }
            case Message.Proposed proposed -> proposal = Optional.of(proposed.proposal());
            case Message.Asked asked ->
                card = Optional.of(new CardSession(asked.ask(), CardScreen.room(surface.height()), System.nanoTime()));
            case Message.Stop _ -> {
                return false;
            }
            case Message.Pressed pressed -> {
                return press(pressed.key(), pressed.nanos());
            }
        }
        return true;
    }

    private boolean press(KeyStroke stroke, long nanos) throws IOException, InterruptedException {
        if (stroke.isCtrlDown() && stroke.getCharacter() != null) {
            char c = stroke.getCharacter();
            if (c == 'z' || c == SUSPEND) {
                suspend();
                return true;
            }
            if (c == 'c') {
                return false;
            }
        }
        Keys.Key key = Translate.key(stroke);
        if (card.isPresent()) {
            answer(card.get(), key, nanos);
            return true;
        }
        if (proposal.isPresent()) {
            ProposalView proposed = proposal.get();
            proposal = Optional.empty();
            boolean runs = proposed.effect().equals("changes") ? key.character() == 'y' : key.is("enter");
            if (runs) {
                runCommand(proposed.command());
            } else {
                model = model.said("nothing was run");
            }
            return true;
        }
        Keys.Done done = Keys.press(model, key);
        model = done.model();
        switch (done.wish()) {
            case Wish.None _ -> {}
            case Wish.Quit _ -> {
                return false;
            }
            case Wish.Run run -> runCommand(run.command());
            case Wish.Understand said -> understand(said.line());
            case Wish.OpenCard ask -> openCard(ask.ask());
            case Wish.Load page -> load(page.page());
        }
        return true;
    }

    private void answer(CardSession session, Keys.Key key, long nanos) {
        int room = CardScreen.room(surface.height());
        switch (key.name()) {
            case "esc" -> {
                card = Optional.empty();
                model = model.said("it goes on waiting; nothing was answered");
            }
            case "down" -> session.scroll(1, room, nanos);
            case "up" -> session.scroll(-1, room, nanos);
            case "pagedown" -> session.scroll(CardSession.page(), room, nanos);
            case "pageup" -> session.scroll(-CardSession.page(), room, nanos);
            case "", "enter" -> {
                Optional<AnswerRequest> given = session.key(key.is("enter") ? '\n' : key.character(), nanos);
                if (given.isPresent()) {
                    card = Optional.empty();
                    send(session.ask().id(), given.get());
                }
            }
            default -> session.other(nanos);
        }
    }

    // ------------------------------------------------------------------ what reaches outside, never on this thread

    private void outside(Runnable work) {
        Thread.ofVirtual().start(() -> {
            try {
                work.run();
            } catch (AgentdException e) {
                say(e.body().message()
                        + (e.body().next().isEmpty() ? "" : " → " + e.body().next()));
            } catch (UnreachableException e) {
                say(String.valueOf(e.getMessage()));
            }
        });
    }

    private void say(String text) {
        messages.add(new Message.Heard(m -> m.said(text)));
    }

    private void send(String ask, AnswerRequest answer) {
        outside(() -> {
            client.answer(ask, answer);
            say(answer.decision().equals("allow") ? "✓ allowed, " + answer.scope() : "✕ not allowed");
        });
    }

    private void openCard(String id) {
        outside(() -> messages.add(new Message.Asked(client.ask(id))));
    }

    private void load(String page) {
        Pages pages = new Pages(client);
        List<String> names = page.equals("TREE")
                ? model.agents().shown().stream()
                        .limit(40)
                        .map(row -> row.id() + "/CALLS")
                        .toList()
                : List.of(page);
        outside(() -> names.forEach(name -> {
            var lines = pages.read(name);
            messages.add(new Message.Heard(m -> m.withPage(name, lines)));
        }));
    }

    private void understand(String line) {
        Optional<String> focus = model.selectedAgent().map(row -> row.id());
        outside(() -> {
            var reading =
                    client.understand(new dev.agentos.bridge.wire.LanguageWire.Sentence(line, focus, Optional.empty()));
            if (reading.outcome().equals("understood")) {
                messages.add(new Message.Proposed(reading.choices().getFirst()));
            } else if (reading.outcome().equals("unsure")) {
                say("? " + reading.question() + "  "
                        + String.join(
                                " · ",
                                reading.choices().stream()
                                        .map(ProposalView::command)
                                        .toList()));
            } else {
                say("? I do not understand that; ? lists the keys, and a command of agentctl works too");
            }
        });
    }

    private void runCommand(String command) {
        List<String> words = CommandText.split(command).orElse(List.of());
        model = model.said("running " + command + " …");
        Optional<Detail> detail = model.detail();
        outside(() -> {
            CommandOutput.Ran ran = CommandOutput.run(context, words);
            messages.add(new Message.Heard(m -> ran.lines().size() > 2
                    ? m.withPage("OUTPUT/LOG", ran.lines())
                            .opened(Optional.of(new Detail("OUTPUT", dev.agentos.bridge.view.DetailTab.LOG)))
                            .said(ran.sentence())
                    : m.said(ran.sentence())));
            feed.refresh();
            detail.ifPresent(d -> {
                var lines = new Pages(client).read(d.page());
                messages.add(new Message.Heard(m -> m.withPage(d.page(), lines)));
            });
        });
    }

    /** Gives the terminal back, stops as any program does, and takes it again when it is continued. */
    private void suspend() throws IOException, InterruptedException {
        surface.stop();
        new ProcessBuilder(
                        "kill", "-TSTP", String.valueOf(ProcessHandle.current().pid()))
                .inheritIO()
                .start()
                .waitFor();
        TimeUnit.MILLISECONDS.sleep(50);
        surface.start();
    }
}
