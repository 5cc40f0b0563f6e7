package dev.agentos.center.notify;

import dev.agentos.center.notify.Programs.Ran;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The notification service of the desktop (org.freedesktop.Notifications) through gdbus. */
final class GdbusNotifier implements Notifier {

    private static final String SERVICE = "org.freedesktop.Notifications";
    private static final String OBJECT = "/org/freedesktop/Notifications";
    private static final Pattern NUMBER = Pattern.compile("\\(uint32 ([0-9]+),");
    private static final Pattern CLICK =
            Pattern.compile("\\.ActionInvoked \\((?:uint32 )?([0-9]+), '(?:default|open)'\\)");

    private record Shown(long number, String ask) {}

    private final Path gdbus;
    private final String bus;
    private final Consumer<String> clicked;
    private final Map<String, Shown> shown = new ConcurrentHashMap<>();
    private volatile Optional<Process> monitor = Optional.empty();
    private volatile boolean closed;

    /** @param bus the address of the session bus */
    GdbusNotifier(Path gdbus, String bus, Consumer<String> clicked) {
        this.gdbus = gdbus;
        this.bus = bus;
        this.clicked = clicked;
        Thread.ofPlatform().daemon().name("notifications").start(this::listen);
    }

    /** What is missing for notifications; empty when nothing is. */
    static String lacks(Path gdbus, String bus) {
        Ran ran = Programs.run(bus, call(gdbus, "GetServerInformation"));
        return ran.exit() == 0 ? "" : "the session bus has no notification service: " + ran.text();
    }

    private static List<String> call(Path gdbus, String method, String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                gdbus.toString(),
                "call",
                "--session",
                "--dest",
                SERVICE,
                "--object-path",
                OBJECT,
                "--method",
                SERVICE + "." + method));
        command.addAll(List.of(arguments));
        return command;
    }

    @Override
    public void show(String agent, String ask, String title, String text) {
        Shown before = shown.get(agent);
        Ran ran = Programs.run(
                bus,
                call(
                        gdbus,
                        "Notify",
                        quoted("AgentOS"),
                        "uint32 " + (before == null ? 0 : before.number()),
                        quoted(""),
                        quoted(title),
                        quoted(escaped(text)),
                        "['default', 'Look at it', 'open', 'Look at it']",
                        "{'urgency': <byte 1>, 'category': <'im'>}",
                        "int32 0"));
        number(ran.text()).ifPresent(number -> shown.put(agent, new Shown(number, ask)));
    }

    @Override
    public void withdraw(String agent) {
        Shown gone = shown.remove(agent);
        if (gone != null) {
            Programs.run(bus, call(gdbus, "CloseNotification", "uint32 " + gone.number()));
        }
    }

    /** The number in the answer of Notify. */
    static Optional<Long> number(String answer) {
        Matcher found = NUMBER.matcher(answer);
        return found.find() ? Optional.of(Long.valueOf(found.group(1))) : Optional.empty();
    }

    /** The number of the notification that was clicked, in a line of the monitor. */
    static Optional<Long> click(String line) {
        Matcher found = CLICK.matcher(line);
        return found.find() ? Optional.of(Long.valueOf(found.group(1))) : Optional.empty();
    }

    /** A string as GVariant writes it, whatever it holds. */
    static String quoted(String text) {
        StringBuilder quoted = new StringBuilder("'");
        text.codePoints().forEach(point -> {
            if (point == '\'' || point == '\\') {
                quoted.append('\\').appendCodePoint(point);
            } else if (point < 0x20 || point == 0x7F) {
                quoted.append(' ');
            } else {
                quoted.appendCodePoint(point);
            }
        });
        return quoted.append('\'').toString();
    }

    /** Text for a body that may hold markup. */
    static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }

    private void listen() {
        try {
            Process process = Programs.on(bus, List.of(gdbus.toString(), "monitor", "--session", "--dest", SERVICE))
                    .redirectErrorStream(true)
                    .start();
            monitor = Optional.of(process);
            if (closed) {
                process.destroy();
            }
            try (BufferedReader lines = process.inputReader()) {
                lines.lines().forEach(line -> click(line).ifPresent(this::opened));
            }
        } catch (IOException | UncheckedIOException e) {
            // Without it notifications are still shown; a click then does nothing, and the Inbox has the ask.
            System.getLogger(GdbusNotifier.class.getName())
                    .log(System.Logger.Level.WARNING, "clicks on notifications are not heard: " + e.getMessage());
        }
    }

    private void opened(long number) {
        shown.values().stream()
                .filter(one -> one.number() == number)
                .map(Shown::ask)
                .findFirst()
                .ifPresent(clicked);
    }

    @Override
    public void close() {
        closed = true;
        monitor.ifPresent(Process::destroy);
        List.copyOf(shown.keySet()).forEach(this::withdraw);
    }
}
