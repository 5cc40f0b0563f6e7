package dev.agentos.tui.log;

import dev.agentos.bridge.view.TimelineViewModel.Entry;
import dev.agentos.bridge.view.Tone;
import dev.agentos.bridge.wire.EventWire.EventView;
import dev.agentos.bridge.wire.WireJson;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.Optional;

/** Which events somebody wants to see. Empty fields let everything pass. */
record LogFilter(String agent, String run, String correlation, Level level, Optional<Instant> since, String grep) {

    /** How bad a thing must be to be shown. */
    enum Level {
        INFO,
        WARNING,
        ERROR
    }

    /** How bad this is: what failed or was refused is an error, what waits for a person a warning. */
    static Level levelOf(Entry entry) {
        return entry.tone() == Tone.BAD ? Level.ERROR : entry.tone() == Tone.NEEDS ? Level.WARNING : Level.INFO;
    }

    boolean passes(EventView event, Entry entry) {
        return (agent.isEmpty() || event.agent().equals(agent))
                && (run.isEmpty() || event.run().equals(run))
                && (correlation.isEmpty() || event.correlation().startsWith(correlation))
                && levelOf(entry).compareTo(level) >= 0
                && since.map(from -> !at(event).isBefore(from)).orElse(true)
                && (grep.isEmpty() || text(event, entry).contains(grep.toLowerCase(Locale.ROOT)));
    }

    static Instant at(EventView event) {
        try {
            return Instant.parse(event.time());
        } catch (DateTimeParseException e) {
            // A time that cannot be read must not hide what happened.
            return Instant.MAX;
        }
    }

    private static String text(EventView event, Entry entry) {
        return (event.kind() + " " + event.agent() + " " + entry.title() + " " + entry.detail() + " "
                        + WireJson.write(event.data()))
                .toLowerCase(Locale.ROOT);
    }
}
