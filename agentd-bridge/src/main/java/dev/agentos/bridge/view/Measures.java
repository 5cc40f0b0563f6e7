package dev.agentos.bridge.view;

import java.util.Locale;
import java.util.OptionalDouble;

/** Quantities in the words that every face uses. */
public final class Measures {

    /** Stands where nothing was measured. */
    public static final String NONE = "–";

    private static final long KIB = 1024;

    private Measures() {}

    /** For example {@code 4.1 KiB}. */
    public static String bytes(long bytes) {
        if (bytes < KIB) {
            return bytes + " B";
        }
        double value = bytes;
        String unit = "";
        for (String next : new String[] {"KiB", "MiB", "GiB", "TiB"}) {
            if (value < KIB) {
                break;
            }
            value /= KIB;
            unit = next;
        }
        return (value < 10 ? String.format(Locale.ROOT, "%.1f", value) : String.valueOf(Math.round(value))) + " "
                + unit;
    }

    /** Mebibytes, with one digit after the point below 10; a dash for nothing. */
    public static String mebibytes(long bytes) {
        double value = bytes / (double) (KIB * KIB);
        return bytes <= 0
                ? NONE
                : value < 10 ? String.format(Locale.ROOT, "%.1f", value) : String.valueOf(Math.round(value));
    }

    /** Cores with two digits, {@code 0.40}; a dash where it was not measured. */
    public static String cores(OptionalDouble cores) {
        return cores.isEmpty() ? NONE : String.format(Locale.ROOT, "%.2f", cores.getAsDouble());
    }

    /** For example {@code 18.2k}. */
    public static String count(long count) {
        if (count < 10_000) {
            return String.valueOf(count);
        }
        return count < 1_000_000
                ? String.format(Locale.ROOT, "%.1fk", count / 1e3)
                : String.format(Locale.ROOT, "%.1fM", count / 1e6);
    }

    /** Dollars of a decimal number, {@code 0.02} or {@code 0.0004}; a dash for nothing. */
    public static String dollars(String cost) {
        double value = Double.parseDouble(cost);
        return value == 0 ? NONE : String.format(Locale.ROOT, value < 0.01 ? "%.4f" : "%.2f", value);
    }

    /** What was spent: dollars, or tokens where they cost nothing. */
    public static String spent(long tokens, String cost) {
        String dollars = dollars(cost);
        return dollars.equals(NONE) && tokens > 0 ? count(tokens) + " tok" : "$ " + dollars;
    }

    /** With its thousands apart: {@code 18,204}. */
    public static String exact(long count) {
        return String.format(Locale.ROOT, "%,d", count);
    }
}
