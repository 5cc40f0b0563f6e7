package dev.agentos.tui.audit;

import dev.agentos.bridge.client.SocketLocator;
import dev.agentos.bridge.wire.EventWire.EventView;
import dev.agentos.bridge.wire.WireJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** The events in a journal that nobody serves now, for example after a crash. Read-only. */
public final class OfflineEvents {

    private OfflineEvents() {}

    /** The state directory of this user's agentd, where there is a journal that can be read. */
    public static Optional<Path> usualPlace(Map<String, String> environment) {
        Path state = SocketLocator.state(environment, SocketLocator.uid());
        return Files.isReadable(state.resolve("journal.db")) ? Optional.of(state) : Optional.empty();
    }

    /** Every event that can be read, oldest first. Whether they are sound is a question for {@link OfflineAudit}. */
    public static void read(Path state, Consumer<EventView> events) throws IOException {
        try (JournalSource source = new JournalSource(state, Optional.empty())) {
            source.read(
                    record -> {
                        Map<?, ?> head = WireJson.read(record.canonical(), Map.class);
                        Map<String, Object> data = record.payload()
                                .map(text -> WireJson.toMap(WireJson.read(text, Map.class)))
                                .orElse(Map.of());
                        events.accept(new EventView(
                                record.row(),
                                String.valueOf(head.get("time")),
                                String.valueOf(head.get("kind")),
                                String.valueOf(head.get("agent")),
                                String.valueOf(head.get("run")),
                                String.valueOf(head.get("correlation")),
                                data));
                    },
                    (_, _, _) -> {});
        }
    }
}
