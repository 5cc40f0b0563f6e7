package dev.agentos.bridge.wire;

import java.util.List;
import java.util.Map;

/** Records about events, the audit trail and history. */
public final class EventWire {

    private EventWire() {}

    /** One thing that happened. {@code seq} orders all of them; a client goes on from the last it saw. */
    public record EventView(
            long seq,
            String time,
            String kind,
            String agent,
            String run,
            String correlation,
            Map<String, Object> data) {
        public EventView {
            data = Map.copyOf(data);
        }
    }

    public record Events(List<EventView> events, long head) {
        public Events {
            events = List.copyOf(events);
        }
    }

    /** Proof that record {@code seq} is in the tree whose root was signed (RFC 6962). Leaf index is {@code seq - 1}. */
    public record Proof(long seq, long count, String leaf, String leafHash, List<String> path, String root) {
        public Proof {
            path = List.copyOf(path);
        }
    }

    public record CheckpointView(String line, long count) {}

    /**
     * A series. {@code points} are [seconds since the epoch, value]; one a second for 15 minutes, one a minute for
     * 30 days. A point that is not there was not measured: it is never a zero.
     */
    public record Series(String subject, String name, String unit, List<double[]> points) {}

    public record History(String resolution, List<Series> series) {
        public History {
            series = List.copyOf(series);
        }
    }
}
