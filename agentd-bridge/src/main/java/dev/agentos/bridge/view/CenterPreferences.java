package dev.agentos.bridge.view;

import java.util.List;
import java.util.Map;

/**
 * What the window remembers of its person.
 *
 * @param theme {@code system}, or the name of a theme
 * @param textPercent size of text, 80 to 200
 * @param width of the window in pixels; 0 for its own
 * @param columns widths of table columns by table and column
 * @param sort by table: the column, with {@code -} before it for the other way round
 * @param told things that were said once and are not said again
 */
public record CenterPreferences(
        String theme,
        int textPercent,
        double width,
        double height,
        Map<String, Double> columns,
        Map<String, String> sort,
        List<String> told) {

    public static final int LEAST_TEXT = 80;
    public static final int MOST_TEXT = 200;

    public CenterPreferences {
        theme = theme == null || theme.isEmpty() ? "system" : theme;
        textPercent = textPercent == 0 ? 100 : Math.clamp(textPercent, LEAST_TEXT, MOST_TEXT);
        columns = columns == null ? Map.of() : Map.copyOf(columns);
        sort = sort == null ? Map.of() : Map.copyOf(sort);
        told = told == null ? List.of() : List.copyOf(told);
    }

    public static CenterPreferences fresh() {
        return new CenterPreferences("system", 100, 0, 0, Map.of(), Map.of(), List.of());
    }

    public CenterPreferences withTheme(String word) {
        return new CenterPreferences(word, textPercent, width, height, columns, sort, told);
    }

    public CenterPreferences withText(int percent) {
        return new CenterPreferences(
                theme, Math.clamp(percent, LEAST_TEXT, MOST_TEXT), width, height, columns, sort, told);
    }

    public CenterPreferences withSize(double newWidth, double newHeight) {
        return new CenterPreferences(theme, textPercent, newWidth, newHeight, columns, sort, told);
    }

    public CenterPreferences withColumn(String column, double pixels) {
        Map<String, Double> more = new java.util.HashMap<>(columns);
        more.put(column, pixels);
        return new CenterPreferences(theme, textPercent, width, height, more, sort, told);
    }

    public CenterPreferences withSort(String table, String column) {
        Map<String, String> more = new java.util.HashMap<>(sort);
        more.put(table, column);
        return new CenterPreferences(theme, textPercent, width, height, columns, more, told);
    }

    public CenterPreferences withTold(String what) {
        if (told.contains(what)) {
            return this;
        }
        List<String> more = new java.util.ArrayList<>(told);
        more.add(what);
        return new CenterPreferences(theme, textPercent, width, height, columns, sort, more);
    }
}
