package dev.agentos.center.ui;

import dev.agentos.bridge.view.CenterPreferences;
import dev.agentos.bridge.wire.WireJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import tools.jackson.core.JacksonException;

/** What the window remembers, in one small file of its person. For the UI thread. */
public final class Preferences {

    private final Optional<Path> file;
    private CenterPreferences values;
    private final List<Consumer<CenterPreferences>> listeners = new ArrayList<>();

    private Preferences(Optional<Path> file, CenterPreferences values) {
        this.file = file;
        this.values = values;
    }

    /** Remembers nothing beyond this process. */
    public static Preferences inMemory(CenterPreferences values) {
        return new Preferences(Optional.empty(), values);
    }

    /** {@code $XDG_CONFIG_HOME/agentos/center.json}. A file that cannot be read is as good as none. */
    public static Preferences ofUser(Map<String, String> environment) {
        Path config = Optional.ofNullable(environment.get("XDG_CONFIG_HOME"))
                .filter(text -> !text.isEmpty())
                .map(Path::of)
                .orElse(Path.of(System.getProperty("user.home"), ".config"));
        Path file = config.resolve("agentos").resolve("center.json");
        try {
            return new Preferences(Optional.of(file), WireJson.read(Files.readString(file), CenterPreferences.class));
        } catch (IOException | JacksonException e) {
            return new Preferences(Optional.of(file), CenterPreferences.fresh());
        }
    }

    public CenterPreferences values() {
        return values;
    }

    public void listen(Consumer<CenterPreferences> listener) {
        listeners.add(listener);
    }

    /** Changes them and tells who listens; {@link #save} writes them down. */
    public void change(UnaryOperator<CenterPreferences> how) {
        CenterPreferences next = how.apply(values);
        if (!next.equals(values)) {
            values = next;
            List.copyOf(listeners).forEach(listener -> listener.accept(next));
        }
    }

    /** Writes them down whole or not at all; a disk that is full costs a remembered column, nothing more. */
    public void save() {
        if (file.isEmpty()) {
            return;
        }
        Path target = file.get();
        try {
            Path folder = Optional.ofNullable(target.getParent()).orElse(Path.of("."));
            Files.createDirectories(folder);
            Path fresh = Files.createTempFile(folder, "center", ".json");
            Files.writeString(fresh, WireJson.write(values));
            Files.move(fresh, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            System.getLogger(Preferences.class.getName())
                    .log(System.Logger.Level.INFO, "the window's preferences were not kept: " + e.getMessage());
        }
    }
}
