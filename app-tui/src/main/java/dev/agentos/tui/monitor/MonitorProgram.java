package dev.agentos.tui.monitor;

import com.googlecode.lanterna.input.KeyStroke;
import com.googlecode.lanterna.input.KeyType;
import dev.agentos.bridge.client.AgentdClient;
import dev.agentos.bridge.view.MonitorViewModel;
import dev.agentos.bridge.view.MonitorViewModel.Mode;
import dev.agentos.bridge.wire.ConsentWire.AnswerRequest;
import dev.agentos.bridge.wire.ConsentWire.AskView;
import dev.agentos.bridge.wire.LanguageWire.ProposalView;
import dev.agentos.tui.Exit;
import dev.agentos.tui.ctl.CtlContext;
import dev.agentos.tui.ctl.CtlException;
import dev.agentos.tui.monitor.Keys.Wish;
import dev.agentos.tui.term.AnswerPrompt;
import dev.agentos.tui.term.Console;
import dev.agentos.tui.term.TtyInput;
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
import java.util.function.UnaryOperator;

/**
 * The monitor as a program. One thread owns the view model: keys are painted at once, data at most four times a second,
 * and a frame that is on the screen already writes nothing.
 */
public final class MonitorProgram {

    private static final long FRAME_NANOS = 250_000_000L;

    /** The page of a command's output, named as no agent is. */
    static final String OUTPUT = "OUTPUT";

    /** What the one thread is told. */
    sealed interface Message {
        record Pressed(KeyStroke key, long nanos) implements Message {}

        /** Something was heard or read: how the view model changes. */
        record Heard(UnaryOperator<MonitorViewModel> change) implements Message {}

        /** What a line may mean: one command, or a question with several. */
        record Proposed(String question, List<ProposalView> choices) implements Message {}

        record Asked(AskView ask) implements Message {}

        /** The terminal may have another size. */
        record Resized() implements Message {}

        record Stop() implements Message {}
    }

    private final LinkedBlockingQueue<Message> messages;
    private final Surface surface;
    private final Feed feed;
    private final Errands errands;
    private MonitorViewModel model = MonitorViewModel.start();
    private Optional<MonitorCard> card = Optional.empty();
    private Optional<Offer> offer = Optional.empty();
    private long paintedAt;
    private long lastKeyAt;

    private MonitorProgram(
            CtlContext context, Surface surface, AgentdClient client, LinkedBlockingQueue<Message> messages) {
        this.messages = messages;
        this.surface = surface;
        this.feed = new Feed(client, change -> messages.add(new Message.Heard(change)));
        this.errands = new Errands(context, client, messages::add, feed::refresh);
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
        LinkedBlockingQueue<Message> messages = new LinkedBlockingQueue<>();
        try (AgentdClient client = new AgentdClient(context.connector().connect(Optional.empty(), true));
                TtyInput keys = TtyInput.open();
                Surface surface = Surface.open(
                        keys,
                        new FileOutputStream(FileDescriptor.out),
                        console.environment(),
                        () -> messages.add(new Message.Resized()))) {
            return new MonitorProgram(context, surface, client, messages).loop();
        }
    }

    private int loop() throws InterruptedException, IOException {
        Thread restore = new Thread(this::giveBack);
        Runtime.getRuntime().addShutdownHook(restore);
        Thread keys = Thread.ofPlatform().daemon().name("keys").start(this::readKeys);
        feed.start();
        try {
            paint();
            boolean stale = false;
            while (true) {
                long wait = stale ? Math.max(0, paintedAt + FRAME_NANOS - System.nanoTime()) : untilMinute();
                Message message = messages.poll(wait, TimeUnit.NANOSECONDS);
                if (message != null && !take(message)) {
                    return Exit.DONE;
                }
                // Keys are painted at once, data when a frame is due; at rest only the clock moves.
                boolean now =
                        message == null || message instanceof Message.Pressed || message instanceof Message.Resized;
                stale = !now && System.nanoTime() - paintedAt < FRAME_NANOS;
                if (!stale) {
                    paint();
                }
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
        surface.resized();
        int width = surface.width();
        int height = surface.height();
        if (card.isPresent() && !card.get().fits(width, height)) {
            // On another width the content is cut elsewhere: what was read counts no more.
            open(card.get().ask());
        }
        MonitorViewModel shown = offer.map(o -> model.said(o.sentence())).orElse(model);
        surface.paint(MonitorScreen.render(
                shown, card.map(MonitorCard::view), width, height, Instant.now(), ZoneId.systemDefault()));
        paintedAt = System.nanoTime();
    }

    // ------------------------------------------------------------------ one message

    /** Whether to go on. */
    private boolean take(Message message) throws IOException, InterruptedException {
        switch (message) {
            case Message.Heard heard -> {
                model = heard.change().apply(model);
                closeAnswered();
            }
            case Message.Proposed proposed ->
                offer = Offer.of(proposed.question(), proposed.choices(), System.nanoTime());
            case Message.Asked asked -> open(asked.ask());
            case Message.Resized _ -> {}
            case Message.Stop _ -> {
                return false;
            }
            case Message.Pressed pressed -> {
                boolean goesOn = press(pressed.key(), pressed.nanos());
                lastKeyAt = pressed.nanos();
                return goesOn;
            }
        }
        return true;
    }

    private void open(AskView ask) {
        List<AskView> alike = model.inbox().waiting().stream()
                .filter(other -> !ask.group().isEmpty()
                        && other.group().equals(ask.group())
                        && !other.id().equals(ask.id()))
                .toList();
        card = Optional.of(new MonitorCard(ask, alike, surface.width(), surface.height(), System.nanoTime()));
    }

    /** A card that somebody else answered closes by itself and says so. */
    private void closeAnswered() {
        if (card.isPresent() && model.inbox().find(card.get().ask().id()).isEmpty()) {
            String said = model.inbox().closed().isEmpty()
                    ? "it was closed"
                    : model.inbox().closed().getFirst().sentence();
            card = Optional.empty();
            model = model.said(said);
        }
    }

    private boolean press(KeyStroke stroke, long nanos) throws IOException, InterruptedException {
        switch (Translate.control(stroke)) {
            case 'c' -> {
                return false;
            }
            case 'z' -> {
                suspend();
                return true;
            }
            case 'l' -> {
                surface.forget();
                return true;
            }
            default -> {}
        }
        Keys.Key key = Translate.key(stroke);
        if (card.isPresent()) {
            answer(card.get(), key, nanos);
            return true;
        }
        if (offer.isPresent()) {
            offered(offer.get().key(key, nanos));
            return true;
        }
        if (model.mode() == Mode.STOP && key.is("enter") && nanos - lastKeyAt < AnswerPrompt.DEAD_NANOS) {
            // A stream of keys must not end an agent.
            model = model.said("too fast: look at it, then press Enter");
            return true;
        }
        Keys.Done done = Keys.press(model, key);
        model = done.model();
        return grant(done.wish());
    }

    private void offered(Offer.Outcome outcome) {
        switch (outcome) {
            case Offer.Outcome.Stays stays -> offer = Optional.of(stays.offer());
            case Offer.Outcome.Runs runs -> {
                offer = Optional.empty();
                run(runs.command());
            }
            case Offer.Outcome.Left _ -> {
                offer = Optional.empty();
                model = model.said("nothing was run");
            }
        }
    }

    /** Whether to go on. */
    private boolean grant(Wish wish) {
        switch (wish) {
            case Wish.None _ -> {}
            case Wish.Quit _ -> {
                return false;
            }
            case Wish.Run run -> run(run.command());
            case Wish.Understand said ->
                errands.understand(said.line(), model.selectedAgent().map(row -> row.id()));
            case Wish.OpenCard ask -> errands.openCard(ask.ask());
            case Wish.Load page -> errands.load(page.page(), model);
        }
        return true;
    }

    private void run(String command) {
        model = model.said("running " + command + " …");
        errands.run(command, model.detail());
    }

    private void answer(MonitorCard open, Keys.Key key, long nanos) {
        Optional<AnswerRequest> given = Optional.empty();
        switch (key.name()) {
            case "esc" -> {
                card = Optional.empty();
                model = model.said("it goes on waiting; nothing was answered");
            }
            case "down" -> open.scroll(1, nanos);
            case "up" -> open.scroll(-1, nanos);
            case "pagedown" -> open.page(1, nanos);
            case "pageup" -> open.page(-1, nanos);
            case "" -> given = open.key(key.character(), nanos);
            case "enter" -> given = open.key('\n', nanos);
            case "backspace" -> given = open.key('\b', nanos);
            default -> open.other(nanos);
        }
        given.ifPresent(answer -> {
            card = Optional.empty();
            errands.answer(open.ask().id(), answer);
        });
    }

    /** Gives the terminal back, stops as any program does, and takes it again when it is continued. */
    private void suspend() throws IOException, InterruptedException {
        surface.stop();
        // The whole group, as Ctrl-Z does it: the launcher's script must stop too, or its shell never has the terminal.
        new ProcessBuilder("sh", "-c", "kill -TSTP 0").inheritIO().start().waitFor();
        TimeUnit.MILLISECONDS.sleep(50);
        surface.start();
    }
}
