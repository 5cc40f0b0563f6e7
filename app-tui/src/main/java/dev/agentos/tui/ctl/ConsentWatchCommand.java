package dev.agentos.tui.ctl;

import dev.agentos.bridge.client.AgentdClient;
import dev.agentos.bridge.client.AgentdException;
import dev.agentos.bridge.client.EventStream;
import dev.agentos.bridge.client.EventStream.Signal;
import dev.agentos.bridge.view.ConnectionViewModel;
import dev.agentos.bridge.view.InboxViewModel;
import dev.agentos.bridge.wire.ConsentWire;
import dev.agentos.bridge.wire.ConsentWire.AnswerRequest;
import dev.agentos.bridge.wire.ConsentWire.Answered;
import dev.agentos.bridge.wire.ConsentWire.AskView;
import dev.agentos.bridge.wire.EventWire.EventView;
import dev.agentos.themes.Role;
import dev.agentos.tui.consent.ConsentCard;
import dev.agentos.tui.consent.ConsentDialog;
import dev.agentos.tui.term.Keyboard;
import dev.agentos.tui.term.LineInput;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "watch",
        description = "A card for each ask as it comes, and who answered. At a terminal it can be answered here.",
        footer = {"", "Example:", "  agentctl consent watch"})
final class ConsentWatchCommand extends CtlCommand {
    @Option(names = "--echo", description = "Only show; answer nothing here.")
    private boolean echo;

    private InboxViewModel inbox = InboxViewModel.empty();
    private ConnectionViewModel connection = ConnectionViewModel.connected();

    ConsentWatchCommand(CtlContext context) {
        super(context);
    }

    @Override
    protected int run() throws InterruptedException, IOException {
        AgentdClient client = client();
        boolean interactive = !json()
                && !echo
                && context.console().inTerminal()
                && context.console().outTerminal();
        Optional<Keyboard> keyboard = interactive && !plain()
                ? Keyboard.open(context.console().in(), context.console().out())
                : Optional.empty();
        ConsentDialog dialog = new ConsentDialog(
                screen(), keyboard, new LineInput(context.console().in()), ConsentCommands.CLIENT);
        long head = client.events(Long.MAX_VALUE - 1, 1).head();
        List<AskView> queue = new ArrayList<>(client.asks().asks());
        inbox = inbox.reduce(new ConsentWire.Asks(queue));
        if (!json()) {
            screen().line(screen().muted(
                            queue.isEmpty()
                                    ? "Nothing waits. Watching; Ctrl-C ends it."
                                    : "Watching; Ctrl-C ends it."));
        }
        try (EventStream stream = client.stream(head)) {
            while (true) {
                while (!queue.isEmpty()) {
                    AskView ask = queue.removeFirst();
                    if (inbox.find(ask.id()).isPresent()) {
                        arrived(client, stream, dialog, ask, interactive, queue);
                    }
                }
                queue.addAll(signal(client, stream.next(ConsentCommands.TICK)));
            }
        } finally {
            keyboard.ifPresent(Keyboard::close);
        }
    }

    private void arrived(
            AgentdClient client,
            EventStream stream,
            ConsentDialog dialog,
            AskView ask,
            boolean interactive,
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
        List<AskView> alike = queue.stream()
                .filter(other -> !ask.group().isEmpty()
                        && other.group().equals(ask.group())
                        && inbox.find(other.id()).isPresent())
                .toList();
        Optional<AnswerRequest> answer = dialog.ask(ask, alike, () -> {
            try {
                queue.addAll(signal(client, stream.next(Duration.ofMillis(1))));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return inbox.find(ask.id()).isEmpty();
        });
        if (answer.isPresent()) {
            try {
                Answered answered = client.answer(ask.id(), answer.get());
                ConsentCommands.said(screen(), answered);
                queue.removeIf(other -> answered.also().contains(other.id()));
            } catch (AgentdException e) {
                screen().line("  " + screen().paint(Role.BAD, e.body().message())
                        + screen().muted("  → " + e.body().next()));
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
            connection
                    .sentence(Instant.now())
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
