package dev.agentos.center.notify;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/** The same through notify-send, which waits for the click itself: one process for each notification that stands. */
final class NotifySendNotifier implements Notifier {

    private final Path program;
    private final String bus;
    private final Consumer<String> clicked;
    private final Map<String, Process> shown = new ConcurrentHashMap<>();

    /** @param bus the address of the session bus */
    NotifySendNotifier(Path program, String bus, Consumer<String> clicked) {
        this.program = program;
        this.bus = bus;
        this.clicked = clicked;
    }

    @Override
    public void show(String agent, String ask, String title, String text) {
        withdraw(agent);
        try {
            Process process = Programs.on(
                            bus,
                            List.of(
                                    program.toString(),
                                    "--app-name=AgentOS",
                                    "--wait",
                                    "--action=default=Look at it",
                                    "--",
                                    title,
                                    GdbusNotifier.escaped(text)))
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            shown.put(agent, process);
            Thread.ofVirtual().name("notification").start(() -> hear(process, ask));
        } catch (IOException e) {
            System.getLogger(NotifySendNotifier.class.getName())
                    .log(System.Logger.Level.WARNING, "no notification for " + ask + ": " + e.getMessage());
        }
    }

    private void hear(Process process, String ask) {
        try {
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (said.strip().equals("default")) {
                clicked.accept(ask);
            }
        } catch (IOException e) {
            // It was withdrawn while it stood.
            System.getLogger(NotifySendNotifier.class.getName()).log(System.Logger.Level.DEBUG, "withdrawn", e);
        }
    }

    @Override
    public void withdraw(String agent) {
        Process gone = shown.remove(agent);
        if (gone != null) {
            gone.destroy();
        }
    }

    @Override
    public void close() {
        List.copyOf(shown.keySet()).forEach(this::withdraw);
    }
}
