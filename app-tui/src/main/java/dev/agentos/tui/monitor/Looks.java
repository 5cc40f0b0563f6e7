package dev.agentos.tui.monitor;

import dev.agentos.bridge.view.Tone;
import dev.agentos.themes.Role;
import dev.agentos.tui.monitor.Frame.Style;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;

/** How tones, classes and times look in the monitor. */
final class Looks {

    private static final DateTimeFormatter CLOCK = DateTimeFormatter.ofPattern("HH:mm");

    private Looks() {}

    static Style tone(Tone tone) {
        return switch (tone) {
            case PLAIN -> Style.TEXT;
            case MUTED -> Style.MUTED;
            case OK -> Style.of(Role.OK);
            case NEEDS -> Style.of(Role.NEEDS);
            case BAD -> Style.of(Role.BAD);
        };
    }

    /** A latency class in its colour. */
    static Style latency(String word) {
        return switch (word) {
            case "HRT" -> Style.of(Role.HRT);
            case "SRT" -> Style.of(Role.SRT);
            default -> Style.of(Role.DT);
        };
    }

    static String clock(Instant time, ZoneId zone) {
        return CLOCK.format(time.atZone(zone));
    }

    static String clock(String time, ZoneId zone) {
        try {
            return clock(Instant.parse(time), zone);
        } catch (DateTimeParseException e) {
            return "?";
        }
    }

    /** How long, in minutes once it is longer than one, so that a screen at rest stays as it is. */
    static String waited(String since, Instant now) {
        try {
            long seconds =
                    Math.max(0, Duration.between(Instant.parse(since), now).toSeconds());
            return seconds < 60
                    ? "< 1 min"
                    : seconds < 3600 ? seconds / 60 + " min" : seconds / 3600 + " h " + seconds / 60 % 60;
        } catch (DateTimeParseException e) {
            return "?";
        }
    }

    /** The bar at the left of the line that is selected. */
    static void select(Frame frame, int y) {
        frame.fill(y, Style.TEXT.on(Role.RAISED));
        frame.put(1, y, "▌", new Style(Role.ACCENT, Role.RAISED, true));
    }
}
