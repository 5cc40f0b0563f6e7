package dev.agentos.center.live;

import dev.agentos.bridge.client.AgentdClient;
import dev.agentos.bridge.client.AgentdException;
import dev.agentos.bridge.client.EventStream;
import dev.agentos.bridge.client.EventStream.Signal;
import dev.agentos.bridge.client.UnreachableException;
import dev.agentos.bridge.view.InboxNotices;
import dev.agentos.bridge.view.InboxNotices.Change;
import dev.agentos.bridge.view.InboxViewModel;
import dev.agentos.center.notify.Notifier;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Turns what comes to wait for a person into notifications of the desktop. It needs no window and no toolkit. */
public final class ConsentWatch implements AutoCloseable {

    private static final long RETRY_MS = 1_000;
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final AgentdClient client;
    private final Notifier notifier;
    private final Supplier<Set<String>> onScreen;
    private final BooleanSupplier mine;
    private final InboxNotices notices = new InboxNotices();
    private InboxViewModel inbox = InboxViewModel.empty();
    private volatile boolean closed;

    /**
     * @param onScreen asks that a person has before them
     * @param mine whether this process is the one that notifies now
     */
    public ConsentWatch(AgentdClient client, Notifier notifier, Supplier<Set<String>> onScreen, BooleanSupplier mine) {
        this.client = client;
        this.notifier = notifier;
        this.onScreen = onScreen;
        this.mine = mine;
    }

    /** Watches on a thread of its own. */
    public void start() {
        Thread.ofPlatform().daemon().name("consent-watch").start(this::watch);
    }

    /** Watches until it is closed. */
    public void watch() {
        while (!closed) {
            try {
                long head = client.events(Long.MAX_VALUE - 1, 1).head();
                snapshot();
                listen(head);
            } catch (UnreachableException | AgentdException e) {
                pause();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private void snapshot() {
        inbox = inbox.reduce(client.asks());
        tell();
    }

    private void listen(long head) throws InterruptedException {
        try (EventStream stream = client.stream(head)) {
            while (!closed) {
                Optional<Signal> signal = stream.next(PATIENCE);
                if (signal.isEmpty()) {
                    // What another process left when it ended is this one's from now on.
                    tell();
                    continue;
                }
                switch (signal.get()) {
                    case Signal.Happened happened -> {
                        inbox = inbox.reduce(happened.event());
                        for (String id : List.copyOf(inbox.announced())) {
                            inbox = inbox.reduce(client.ask(id));
                        }
                        tell();
                    }
                    case Signal.Back _ -> snapshot();
                    case Signal.Lost _ -> {}
                }
            }
        }
    }

    private void tell() {
        if (!mine.getAsBoolean()) {
            return;
        }
        for (Change change : notices.reduce(inbox, onScreen.get())) {
            switch (change) {
                case Change.Show show -> notifier.show(show.agent(), show.ask(), show.title(), show.text());
                case Change.Withdraw withdraw -> notifier.withdraw(withdraw.agent());
            }
        }
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(RETRY_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        closed = true;
        notifier.close();
    }
}
