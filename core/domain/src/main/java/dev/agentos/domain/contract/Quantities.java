package dev.agentos.domain.contract;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Quantities with units, as contracts and command lines write them. Unit and number stand together, the unit is spelled
 * exactly, and a size or a duration without one is refused: 4 of what?
 */
public final class Quantities {
    private static final Pattern NUMBER_AND_UNIT = Pattern.compile("([0-9]{1,16})([A-Za-z]{1,3})");
    private static final Pattern CPU = Pattern.compile("([0-9]{1,6})(?:\\.([0-9]{1,3}))?|([0-9]{1,9})m");
    private static final Pattern LOOSE =
            Pattern.compile("\\s*([0-9]{1,15}(?:\\.[0-9]{1,6})?)\\s*([A-Za-z]*)\\s*", Pattern.UNICODE_CHARACTER_CLASS);

    private static final Map<String, Long> BYTE_UNITS = byteUnits();
    private static final Map<String, Long> TIME_UNITS = timeUnits();

    private Quantities() {}

    private static Map<String, Long> byteUnits() {
        Map<String, Long> units = new LinkedHashMap<>();
        units.put("B", 1L);
        units.put("KiB", 1L << 10);
        units.put("MiB", 1L << 20);
        units.put("GiB", 1L << 30);
        units.put("TiB", 1L << 40);
        units.put("KB", 1_000L);
        units.put("MB", 1_000_000L);
        units.put("GB", 1_000_000_000L);
        units.put("TB", 1_000_000_000_000L);
        return units;
    }

    private static Map<String, Long> timeUnits() {
        Map<String, Long> units = new LinkedHashMap<>();
        units.put("ms", 1L);
        units.put("s", 1_000L);
        units.put("m", 60_000L);
        units.put("h", 3_600_000L);
        units.put("d", 86_400_000L);
        return units;
    }

    /** Thousandths of a CPU: {@code "2"}, {@code "1.5"} and {@code "500m"}. */
    public static Reading<Long> cpuMillis(String text) {
        Matcher matcher = CPU.matcher(text);
        if (!matcher.matches()) {
            return new Reading.Unreadable<>(
                    FieldRules.shown(text) + " is no amount of CPU",
                    "write CPUs (\"2\", \"1.5\") or thousandths (\"500m\")");
        }
        String millis = matcher.group(3);
        if (millis != null) {
            return new Reading.Amount<>(Long.parseLong(millis));
        }
        return new Reading.Amount<>(new BigDecimal(text).movePointRight(3).longValueExact());
    }

    /** Bytes: a whole number with B, KiB, MiB, GiB, TiB (powers of 1024) or KB, MB, GB, TB (powers of 1000). */
    public static Reading<Long> bytes(String text) {
        return read(text, BYTE_UNITS, "size", List.of("512MiB", "4GiB"));
    }

    /** A duration: a whole number with ms, s, m, h or d. */
    public static Reading<Duration> duration(String text) {
        return switch (read(text, TIME_UNITS, "duration", List.of("250ms", "30m", "24h"))) {
            case Reading.Amount<Long>(Long millis) -> new Reading.Amount<>(Duration.ofMillis(millis));
            case Reading.Unreadable<Long>(String message, String next) -> new Reading.Unreadable<>(message, next);
        };
    }

    /** The shortest text that {@link #cpuMillis} reads back: {@code 2}, {@code 1500m}. */
    public static String formatCpu(long millis) {
        return millis % 1000 == 0 ? Long.toString(millis / 1000) : millis + "m";
    }

    /** The text with the largest binary unit that {@link #bytes} reads back exactly: {@code 4GiB}, {@code 0B}. */
    public static String formatBytes(long bytes) {
        String best = bytes + "B";
        for (String unit : List.of("KiB", "MiB", "GiB", "TiB")) {
            long size = size(BYTE_UNITS, unit);
            if (bytes != 0 && bytes % size == 0) {
                best = bytes / size + unit;
            }
        }
        return best;
    }

    /** The text with the largest unit that {@link #duration} reads back exactly; whole milliseconds only. */
    public static String formatDuration(Duration duration) {
        long millis = duration.toMillis();
        String best = millis + "ms";
        for (Map.Entry<String, Long> unit : TIME_UNITS.entrySet()) {
            if (millis != 0 && millis % unit.getValue() == 0) {
                best = millis / unit.getValue() + unit.getKey();
            }
        }
        return best;
    }

    private static Reading<Long> read(String text, Map<String, Long> units, String what, List<String> examples) {
        Matcher matcher = NUMBER_AND_UNIT.matcher(text);
        if (matcher.matches()) {
            Long unit = units.get(matcher.group(2));
            if (unit != null) {
                long number = Long.parseLong(matcher.group(1));
                if (number > Long.MAX_VALUE / unit) {
                    return new Reading.Unreadable<>(
                            FieldRules.shown(text) + " is too large", "write a smaller " + what);
                }
                return new Reading.Amount<>(number * unit);
            }
        }
        String message = FieldRules.shown(text) + " is no " + what;
        String all = String.join(", ", units.keySet());
        String like = "\"" + String.join("\", \"", examples) + "\"";
        Matcher loose = LOOSE.matcher(text);
        if (!loose.matches()) {
            return new Reading.Unreadable<>(message, "write a number and a unit, such as " + like);
        }
        if (loose.group(2).isEmpty()) {
            return new Reading.Unreadable<>(message + ": it has no unit", "add one of " + all + ", such as " + like);
        }
        String suggestion = suggest(loose.group(1), loose.group(2), units);
        return new Reading.Unreadable<>(
                message, suggestion.isEmpty() ? "the units are " + all : "write \"" + suggestion + "\"");
    }

    /** The spelling that was probably meant, or nothing. */
    private static String suggest(String number, String unit, Map<String, Long> units) {
        String meant = meant(unit, units);
        if (meant.isEmpty()) {
            return "";
        }
        if (!number.contains(".")) {
            return number + meant;
        }
        BigDecimal exact = new BigDecimal(number).multiply(BigDecimal.valueOf(size(units, meant)));
        String best = "";
        for (Map.Entry<String, Long> smaller : units.entrySet()) {
            BigDecimal[] whole = exact.divideAndRemainder(BigDecimal.valueOf(smaller.getValue()));
            boolean sameFamily = meant.endsWith("iB") == smaller.getKey().endsWith("iB");
            if (whole[1].signum() == 0 && whole[0].signum() > 0 && sameFamily) {
                best = whole[0].toBigInteger() + smaller.getKey();
            }
        }
        return best;
    }

    private static String meant(String unit, Map<String, Long> units) {
        if (units.containsKey(unit)) {
            return unit;
        }
        for (String known : units.keySet()) {
            if (known.equalsIgnoreCase(unit)) {
                return known;
            }
        }
        String lower = unit.toLowerCase(Locale.ROOT);
        if (units.containsKey("MiB")) {
            return switch (lower) {
                case "k", "ki" -> "KiB";
                case "m", "mi" -> "MiB";
                case "g", "gi" -> "GiB";
                case "t", "ti" -> "TiB";
                default -> Suggestions.nearest(unit, units.keySet()).orElse("");
            };
        }
        return switch (lower) {
            case "msec", "millis", "milliseconds" -> "ms";
            case "sec", "secs", "second", "seconds" -> "s";
            case "min", "mins", "minute", "minutes" -> "m";
            case "hr", "hrs", "hour", "hours" -> "h";
            case "day", "days" -> "d";
            default -> "";
        };
    }

    private static long size(Map<String, Long> units, String unit) {
        Long size = units.get(unit);
        if (size == null) {
            throw new IllegalArgumentException("no such unit: " + unit);
        }
        return size;
    }
}
