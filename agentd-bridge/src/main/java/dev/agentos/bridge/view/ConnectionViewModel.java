package dev.agentos.bridge.view;

import dev.agentos.bridge.client.EventStream.Signal;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Whether a face hears agentd, and what it missed while it did not.
 *
 * @param lostSince since when nothing is heard; empty while connected
 * @param missed events that came late after the last loss; 0 once they were acknowledged
 */
public record ConnectionViewModel(Optional<Instant> lostSince, String why, long missed) {

    public static ConnectionViewModel connected() {
        return new ConnectionViewModel(Optional.empty(), "", 0);
    }

    /** The state after a signal of the event stream at {@code now}. */
    public ConnectionViewModel reduce(Signal signal, Instant now) {
        return switch (signal) {
            case Signal.Lost lost -> new ConnectionViewModel(lostSince.or(() -> Optional.of(now)), lost.why(), missed);
            case Signal.Back back -> new ConnectionViewModel(Optional.empty(), "", back.missed());
            case Signal.Happened _ -> this;
        };
    }

    /** The state after its user has seen what was missed. */
    public ConnectionViewModel acknowledged() {
        return new ConnectionViewModel(lostSince, why, 0);
    }

    public boolean isConnected() {
        return lostSince.isEmpty();
    }

    /** One line for every face; empty when there is nothing to say. */
    public Optional<String> sentence(Instant now) {
        if (lostSince.isPresent()) {
            return Optional.of("agentd has been silent for " + words(Duration.between(lostSince.get(), now))
                    + "; agents keep running, connecting again");
        }
        return missed == 0
                ? Optional.empty()
                : Optional.of(missed == 1 ? "back; 1 event was missed" : "back; " + missed + " events were missed");
    }

    private static String words(Duration silence) {
        long seconds = Math.max(0, silence.toSeconds());
        return seconds < 60 ? seconds + " s" : seconds / 60 + " min";
    }
}
