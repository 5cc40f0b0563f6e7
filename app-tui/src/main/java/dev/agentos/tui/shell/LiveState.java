package dev.agentos.tui.shell;

import dev.agentos.bridge.client.AgentdClient;
import dev.agentos.bridge.client.AgentdException;
import dev.agentos.bridge.client.UnreachableException;
import dev.agentos.bridge.wire.AgentWire.AgentView;
import dev.agentos.bridge.wire.CatalogWire;
import dev.agentos.bridge.wire.ConsentWire.AskView;
import dev.agentos.bridge.wire.ServiceWire;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** What exists now, asked at most once a second: completion must neither lag nor flood. */
final class LiveState {

    private static final long FRESH_NANOS = 1_000_000_000L;

    private final AgentdClient client;
    private final Slot<List<AgentView>> agents = new Slot<>();
    private final Slot<List<AskView>> asks = new Slot<>();
    private final Slot<List<ServiceWire.ToolView>> tools = new Slot<>();
    private final Slot<List<String>> models = new Slot<>();
    private final Slot<List<String>> grants = new Slot<>();
    private final Slot<List<CatalogWire.EntryView>> catalog = new Slot<>();

    LiveState(AgentdClient client) {
        this.client = client;
    }

    private static final class Slot<T> {
        private Optional<T> value = Optional.empty();
        private long at;

        T get(Supplier<T> ask, T otherwise) {
            long now = System.nanoTime();
            if (value.isEmpty() || now - at > FRESH_NANOS) {
                try {
                    value = Optional.of(ask.get());
                } catch (AgentdException | UnreachableException e) {
                    // Completion without a service offers less and never fails.
                    value = Optional.of(otherwise);
                }
                at = now;
            }
            return value.orElse(otherwise);
        }
    }

    List<AgentView> agents() {
        return agents.get(() -> client.agents().agents(), List.of());
    }

    List<AskView> asks() {
        return asks.get(() -> client.asks().asks(), List.of());
    }

    List<ServiceWire.ToolView> tools() {
        return tools.get(() -> client.tools().tools(), List.of());
    }

    List<String> models() {
        return models.get(() -> client.status().machine().models(), List.of());
    }

    List<CatalogWire.EntryView> catalog() {
        return catalog.get(() -> client.catalog().entries(), List.of());
    }

    List<String> grants() {
        return grants.get(
                () -> client.grants().grants().stream().map(g -> g.id()).toList(), List.of());
    }
}
