package dev.agentos.center.notify;

import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** The desktop's notifications. */
public interface Notifier extends AutoCloseable {

    /** The variable that says where the session bus is. */
    String BUS = "DBUS_SESSION_BUS_ADDRESS";

    /** Which one this desktop has, or why it has none. */
    record Found(Optional<Notifier> notifier, String lacks) {}

    /** Shows one for an agent, in the place of an earlier one; a click on it opens the ask. */
    void show(String agent, String ask, String title, String text);

    /** Takes it back. */
    void withdraw(String agent);

    @Override
    void close();

    /** Finds what this desktop has. */
    static Found find(Map<String, String> environment, Consumer<String> clicked) {
        String bus = environment.getOrDefault(BUS, "");
        if (bus.isEmpty()) {
            return new Found(Optional.empty(), "there is no session bus (DBUS_SESSION_BUS_ADDRESS is not set)");
        }
        Optional<java.nio.file.Path> gdbus = Programs.find("gdbus", environment);
        if (gdbus.isPresent()) {
            String lacks = GdbusNotifier.lacks(gdbus.get(), bus);
            return lacks.isEmpty()
                    ? new Found(Optional.of(new GdbusNotifier(gdbus.get(), bus, clicked)), "")
                    : new Found(Optional.empty(), lacks);
        }
        return Programs.find("notify-send", environment)
                .map(program -> new Found(Optional.of(new NotifySendNotifier(program, bus, clicked)), ""))
                .orElseGet(() -> new Found(
                        Optional.empty(),
                        "neither gdbus (libglib2.0-bin) nor notify-send (libnotify-bin) is installed"));
    }
}
