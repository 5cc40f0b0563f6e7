package dev.agentos.domain.policy;

import java.math.BigDecimal;
import java.time.LocalDate;
import java.time.Month;
import java.time.format.DateTimeParseException;
import java.time.format.TextStyle;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Numbers and days, which the same person writes in many ways. */
final class Quantity {

    private static final Pattern NUMBER = Pattern.compile("(?<![\\w.])-?\\d[\\d,]*(?:\\.\\d+)?(?![\\w])");
    private static final Pattern ISO_DAY = Pattern.compile("(\\d{4}-\\d{2}-\\d{2})(?:[t ].*)?");

    private Quantity() {}

    static boolean isNumber(String text) {
        return NUMBER.matcher(text).matches();
    }

    /** Whether both are the same number, 12 and 12.00 alike. */
    static boolean same(String one, String other) {
        return isNumber(one) && isNumber(other.strip()) && value(one).compareTo(value(other.strip())) == 0;
    }

    /** Whether a number stands in the text. */
    static boolean standsIn(String number, String text) {
        BigDecimal wanted = value(number);
        Matcher found = NUMBER.matcher(text);
        while (found.find()) {
            if (value(found.group()).compareTo(wanted) == 0) {
                return true;
            }
        }
        return false;
    }

    private static BigDecimal value(String number) {
        return new BigDecimal(number.replace(",", ""));
    }

    /**
     * Whether a value is a day that the text names, by its number and the name of its month or as an ISO date. The year
     * is left out: people seldom write it.
     */
    static boolean isDayOf(String value, String text) {
        Matcher iso = ISO_DAY.matcher(value);
        if (!iso.matches()) {
            return false;
        }
        LocalDate day;
        try {
            day = LocalDate.parse(iso.group(1));
        } catch (DateTimeParseException e) {
            return false;
        }
        if (text.contains(iso.group(1))) {
            return true;
        }
        String month = monthPattern(day.getMonth());
        String number = "0?" + day.getDayOfMonth() + "(?:st|nd|rd|th)?";
        return Pattern.compile(
                        "\\b(?:" + month + "\\.? (?:the )?" + number + "|" + number + " (?:of )?" + month + ")\\b")
                .matcher(text)
                .find();
    }

    private static String monthPattern(Month month) {
        String full = month.getDisplayName(TextStyle.FULL, Locale.ENGLISH).toLowerCase(Locale.ROOT);
        return "(?:" + full + "|" + full.substring(0, 3) + ")";
    }
}
