package dev.agentos.center.ui;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javafx.scene.layout.Region;
import javafx.scene.shape.Polyline;

/** A series as one small line, scaled to its largest value. */
public final class Sparkline extends Region {

    private static final double FLOOR = 0.05;
    private static final int LEAST_POINTS = 2;

    private final Polyline line = new Polyline();
    private double[] values = new double[0];

    public Sparkline() {
        getStyleClass().add("sparkline");
        line.getStyleClass().add("line");
        line.setManaged(false);
        getChildren().add(line);
    }

    public void setValues(double[] next) {
        if (!Arrays.equals(next, values)) {
            values = next;
            requestLayout();
        }
    }

    @Override
    protected void layoutChildren() {
        double width = getWidth();
        double height = getHeight();
        List<Double> points = new ArrayList<>(values.length * 2);
        if (values.length >= LEAST_POINTS) {
            double most = FLOOR;
            for (double value : values) {
                most = Math.max(most, value);
            }
            for (int i = 0; i < values.length; i++) {
                points.add(1 + (width - 2) * i / (values.length - 1));
                points.add(height - 2 - (height - 4) * Math.max(0, values[i]) / most);
            }
        }
        line.getPoints().setAll(points);
    }
}
