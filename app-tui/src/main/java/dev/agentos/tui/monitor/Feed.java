package dev.agentos.tui.monitor;

import dev.agentos.bridge.client.AgentdClient;
import dev.agentos.bridge.client.EventStream.Signal;
import dev.agentos.bridge.client.ServiceFeed;
import dev.agentos.bridge.view.MonitorViewModel;
import dev.agentos.bridge.wire.ConsentWire.AskView;
import dev.agentos.bridge.wire.EventWire.EventView;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** What the monitor hears, as changes of its state. */
final class Feed implements AutoCloseable {

    private final ServiceFeed feed;

    Feed(AgentdClient client, Consumer<UnaryOperator<MonitorViewModel>> changes) {
        this.feed = new ServiceFeed(client, new Heard(changes));
    }

    void start() {
        feed.start();
    }

    /** Asks anew, now. */
    void refresh() {
        feed.refresh();
    }

    @Override
    public void close() {
        feed.close();
    }

    private record Heard(Consumer<UnaryOperator<MonitorViewModel>> changes) implements ServiceFeed.Listener {
        @Override
        public void told(List<EventView> before) {
            changes.accept(model -> {
                MonitorViewModel next = model;
                for (EventView event : before) {
                    next = next.told(event);
                }
                return next;
            });
        }

        @Override
        public void heard(Signal signal, Instant at) {
            changes.accept(model -> model.reduce(signal, at));
        }

        @Override
        public void asked(AskView ask) {
            changes.accept(model -> model.inbox().announced().contains(ask.id()) ? model.reduce(ask) : model);
        }

        @Override
        public void looked(ServiceFeed.Snapshot now) {
            changes.accept(model -> model.reduce(now.agents())
                    .reduce(now.status())
                    .reduce(now.asks())
                    .reduce(now.use()));
        }

        @Override
        public void measured(Map<String, double[]> sparks) {
            changes.accept(model -> model.withSparks(sparks));
        }
    }
}
