package dev.agentos.domain.report;

import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a cell means: a number as people write it, a day, or neither. */
final class Cells {

    private static final Pattern PLAIN = Pattern.compile("[+-]?(\\d{1,15}|\\d{0,15}\\.\\d{1,12})([eE][+-]?\\d{1,3})?");
    private static final Pattern COMMAS = Pattern.compile("[+-]?\\d{1,3}(,\\d{3})+(\\.\\d{1,12})?");
    private static final Pattern POINTS = Pattern.compile("[+-]?\\d{1,3}(\\.\\d{3})+,\\d{1,12}");
    private static final Pattern COMMA = Pattern.compile("[+-]?\\d{1,15},\\d{1,12}");
    private static final Pattern AROUND =
            Pattern.compile("\\s*[$€£¥]?\\s*([^\\s$€£¥%]+)\\s*(?:[$€£¥%]|EUR|USD|GBP|CHF)?\\s*");
    private static final Pattern ISO = Pattern.compile("(\\d{4})-(\\d{2})(?:-(\\d{2}))?(?:[T ].*)?");
    private static final Pattern DOTS = Pattern.compile("(\\d{1,2})\\.(\\d{1,2})\\.(\\d{4})");
    private static final Pattern SLASHES = Pattern.compile("(\\d{4})/(\\d{1,2})/(\\d{1,2})");

    private Cells() {}

    static OptionalDouble number(String cell) {
        Matcher around = AROUND.matcher(cell);
        if (!around.matches()) {
            return OptionalDouble.empty();
        }
        String text = around.group(1);
        if (PLAIN.matcher(text).matches()) {
            return finite(text);
        }
        if (COMMAS.matcher(text).matches()) {
            return finite(text.replace(",", ""));
        }
        if (POINTS.matcher(text).matches()) {
            return finite(text.replace(".", "").replace(',', '.'));
        }
        return COMMA.matcher(text).matches() ? finite(text.replace(',', '.')) : OptionalDouble.empty();
    }

    private static OptionalDouble finite(String text) {
        double value = Double.parseDouble(text);
        return Double.isFinite(value) ? OptionalDouble.of(value) : OptionalDouble.empty();
    }

    /** The day of a cell; a month alone is its first day. Days written with slashes day first are not guessed at. */
    static Optional<LocalDate> date(String cell) {
        String text = cell.strip();
        try {
            Matcher iso = ISO.matcher(text);
            if (iso.matches()) {
                return iso.group(3) == null
                        ? Optional.of(YearMonth.of(Integer.parseInt(iso.group(1)), Integer.parseInt(iso.group(2)))
                                .atDay(1))
                        : day(iso.group(1), iso.group(2), iso.group(3));
            }
            Matcher dots = DOTS.matcher(text);
            if (dots.matches()) {
                return day(dots.group(3), dots.group(2), dots.group(1));
            }
            Matcher slashes = SLASHES.matcher(text);
            return slashes.matches() ? day(slashes.group(1), slashes.group(2), slashes.group(3)) : Optional.empty();
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    private static Optional<LocalDate> day(String year, String month, String day) {
        return Optional.of(LocalDate.of(Integer.parseInt(year), Integer.parseInt(month), Integer.parseInt(day)));
    }
}
