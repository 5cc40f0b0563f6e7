package dev.agentos.tui.log;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.format.DateTimeParseException;
import java.util.Optional;

/** A point in time as people type it: {@code 10m}, {@code 2h}, {@code today}, {@code 09:30}, or an ISO instant. */
final class Since {

    private Since() {}

    static Optional<Instant> parse(String text, Instant now, ZoneId zone) {
        if (text.matches("\\d{1,6}[smhd]")) {
            long number = Long.parseLong(text.substring(0, text.length() - 1));
            return Optional.of(now.minus(
                    switch (text.charAt(text.length() - 1)) {
                        case 's' -> Duration.ofSeconds(number);
                        case 'm' -> Duration.ofMinutes(number);
                        case 'h' -> Duration.ofHours(number);
                        default -> Duration.ofDays(number);
                    }));
        }
        LocalDate today = now.atZone(zone).toLocalDate();
        if (text.equals("today") || text.equals("yesterday")) {
            return Optional.of(today.minusDays(text.equals("today") ? 0 : 1)
                    .atStartOfDay(zone)
                    .toInstant());
        }
        try {
            if (text.matches("\\d{1,2}:\\d{2}")) {
                Instant at = today.atTime(LocalTime.parse(text.length() == 4 ? "0" + text : text))
                        .atZone(zone)
                        .toInstant();
                return Optional.of(at.isAfter(now) ? at.minus(Duration.ofDays(1)) : at);
            }
            return Optional.of(Instant.parse(text));
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }
}
