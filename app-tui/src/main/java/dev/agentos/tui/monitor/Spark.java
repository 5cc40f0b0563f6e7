package dev.agentos.tui.monitor;

/** A series as a row of bars. */
final class Spark {

    private static final String BARS = "▁▂▃▄▅▆▇█";

    private Spark() {}

    /** The last values in {@code columns} bars, scaled to the largest; a gap where nothing was measured. */
    static String of(double[] values, int columns) {
        StringBuilder bars = new StringBuilder();
        double most = 0.05;
        for (double value : values) {
            most = Math.max(most, value);
        }
        for (int i = 0; i < columns; i++) {
            int at = values.length - columns + i;
            if (at < 0) {
                bars.append(' ');
            } else {
                bars.append(BARS.charAt(Math.clamp(Math.round(values[at] / most * 7), 0, 7)));
            }
        }
        return bars.toString();
    }
}
