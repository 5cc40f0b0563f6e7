package dev.agentos.domain.language;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Spans of time in a sentence, as {@code 10m}, {@code 2h}, {@code today}, {@code 09:30}. */
final class Durations {

    private static final Map<String, Integer> NUMBERS = Map.ofEntries(
            Map.entry("a", 1),
            Map.entry("an", 1),
            Map.entry("one", 1),
            Map.entry("two", 2),
            Map.entry("three", 3),
            Map.entry("four", 4),
            Map.entry("five", 5),
            Map.entry("six", 6),
            Map.entry("seven", 7),
            Map.entry("eight", 8),
            Map.entry("nine", 9),
            Map.entry("ten", 10),
            Map.entry("twelve", 12),
            Map.entry("fifteen", 15),
            Map.entry("twenty", 20),
            Map.entry("thirty", 30),
            Map.entry("forty", 40),
            Map.entry("forty-five", 45),
            Map.entry("sixty", 60),
            Map.entry("ninety", 90));
    private static final Pattern SPAN = Pattern.compile(
            "\\b(?:(?:in|over|during|within|for|of|from|since) )?(?:the )?(?:last|past|previous) (?!half)(?:(\\d+|(?!half)[a-z-]+?) )?(second|sec|minute|min|hour|hr|day|week)s?\\b"
                    + "|\\b(\\d+|an?|one|two|three|five|ten|fifteen|twenty|thirty) (second|minute|hour|day|week)s? (?:ago|back)\\b"
                    + "|\\b(?:(?:in|over|during|within|for|of|from|since) )?(?:the )?(?:last |past )?half(?: an?)?[ -]hour\\b"
                    + "|\\b(\\d+)(s|m|h|d)\\b",
            Pattern.CASE_INSENSITIVE);
    private static final Pattern SINCE = Pattern.compile(
            "\\bsince (?:about )?(\\d{1,2}):(\\d{2})\\b|\\bsince (\\d{1,2}) ?(am|pm|o'clock)\\b|\\b(today|yesterday|since midnight|since noon|this morning|overnight|last night|tonight)\\b",
            Pattern.CASE_INSENSITIVE);

    private Durations() {}

    record Found(String value, int from, int to) {}

    static List<Found> in(String text) {
        List<Found> found = new ArrayList<>();
        Matcher span = SPAN.matcher(text);
        while (span.find()) {
            found.add(new Found(span(span), span.start(), span.end()));
        }
        Matcher since = SINCE.matcher(text);
        while (since.find()) {
            found.add(new Found(since(since), since.start(), since.end()));
        }
        return found;
    }

    private static String span(Matcher m) {
        if (m.group(5) != null) {
            return m.group(5) + m.group(6).toLowerCase(Locale.ROOT);
        }
        String count = m.group(2) != null ? m.group(1) : m.group(3);
        String unit = m.group(2) != null ? m.group(2) : m.group(4);
        if (unit == null) {
            return "30m";
        }
        String word = count == null ? "1" : count.toLowerCase(Locale.ROOT);
        int number = word.matches("\\d{1,6}")
                ? Integer.parseInt(word)
                : NUMBERS.getOrDefault(word, word.equals("few") || word.equals("couple") ? 3 : 1);
        return switch (Character.toLowerCase(unit.charAt(0))) {
            case 's' -> number + "s";
            case 'm' -> number + "m";
            case 'h' -> number + "h";
            case 'w' -> number * 7 + "d";
            default -> number + "d";
        };
    }

    private static String since(Matcher m) {
        if (m.group(1) != null) {
            return Mentions.padded(m.group(1)).substring(1) + ":" + m.group(2);
        }
        if (m.group(3) != null) {
            int hour = Integer.parseInt(m.group(3)) % 12 + (m.group(4).equalsIgnoreCase("pm") ? 12 : 0);
            return String.format(Locale.ROOT, "%02d:00", hour);
        }
        return switch (m.group(5).toLowerCase(Locale.ROOT)) {
            case "yesterday", "last night", "overnight" -> "yesterday";
            case "since noon" -> "12:00";
            default -> "today";
        };
    }

    /** Seconds of a span such as {@code 10m}; 0 where it names a time of day instead. */
    static long seconds(String value) {
        Matcher m = Pattern.compile("(\\d+)([smhd])").matcher(value);
        if (!m.matches()) {
            return 0;
        }
        long number = Long.parseLong(m.group(1));
        return switch (m.group(2)) {
            case "s" -> number;
            case "m" -> number * 60;
            case "h" -> number * 3600;
            default -> number * 86_400;
        };
    }
}
