package dev.agentos.agentd.egress;

import dev.agentos.bridge.wire.EgressWire.Place;
import dev.agentos.bridge.wire.EgressWire.Refusal;
import dev.agentos.bridge.wire.WireJson;
import dev.agentos.domain.event.Event.EgressClosed;
import dev.agentos.domain.event.Event.EgressDecided;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * The state document of kind {@code egress}: what one agent did at the way out. Bounded: beyond the limit of places the
 * rest is counted together.
 */
record EgressTotals(List<Place> places, List<Refusal> refusals) {

    static final EgressTotals NONE = new EgressTotals(List.of(), List.of());

    private static final int MOST_PLACES = 100;
    private static final int MOST_REFUSALS = 20;
    private static final String OTHERS = "(others)";

    EgressTotals {
        places = List.copyOf(places);
        refusals = List.copyOf(refusals);
    }

    static EgressTotals of(Map<String, Object> document) {
        return WireJson.fromMap(document, EgressTotals.class);
    }

    Map<String, Object> toMap() {
        return WireJson.toMap(this);
    }

    EgressTotals connected(EgressDecided decided, String now) {
        return change(decided.host(), decided.port(), place -> place.connected(now));
    }

    EgressTotals closed(EgressClosed closed, String now) {
        return change(closed.host(), closed.port(), place -> place.moved(closed.bytesOut(), closed.bytesIn(), now));
    }

    /** Counts a refusal; the latest ones are kept with their reasons. */
    EgressTotals refused(EgressDecided decided, String now) {
        EgressTotals counted = change(decided.host(), decided.port(), place -> place.refused(decided.code(), now));
        List<Refusal> kept = new ArrayList<>(refusals);
        long times = 1;
        for (Refusal earlier : refusals) {
            if (earlier.host().equals(decided.host())
                    && earlier.port() == decided.port()
                    && earlier.code().equals(decided.code())) {
                times += earlier.times();
                kept.remove(earlier);
            }
        }
        kept.add(
                0,
                new Refusal(
                        now,
                        decided.host(),
                        decided.port(),
                        decided.way(),
                        decided.code(),
                        decided.reason(),
                        decided.contractLine(),
                        times));
        return new EgressTotals(counted.places(), kept.subList(0, Math.min(kept.size(), MOST_REFUSALS)));
    }

    private EgressTotals change(String host, long port, UnaryOperator<Place> how) {
        List<Place> next = new ArrayList<>(places);
        for (int i = 0; i < next.size(); i++) {
            if (next.get(i).host().equals(host) && next.get(i).port() == port) {
                next.set(i, how.apply(next.get(i)));
                return new EgressTotals(next, refusals);
            }
        }
        if (next.size() >= MOST_PLACES && !host.equals(OTHERS)) {
            return change(OTHERS, 0, how);
        }
        next.add(how.apply(Place.fresh(host, port)));
        return new EgressTotals(next, refusals);
    }
}
