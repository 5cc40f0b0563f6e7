package dev.agentos.center.ui;

import dev.agentos.bridge.view.HistoryViewModel;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import javafx.scene.layout.Region;
import javafx.scene.shape.Line;
import javafx.scene.shape.Polygon;
import javafx.scene.shape.Polyline;

/**
 * The last 15 minutes of a series. Where nothing was measured there is a gap, never a zero. Its colour is that of the
 * style class {@code chart-ROLE}.
 */
public final class TimeChart extends Region {

    /** A longer silence than this between two points is a gap, in seconds. */
    private static final double GAP = 10;

    private final Line target = new Line();
    private List<double[]> points = List.of();
    private OptionalDouble aim = OptionalDouble.empty();
    private double least;

    public TimeChart(String role) {
        getStyleClass().addAll("time-chart", "chart-" + role);
        target.getStyleClass().add("target");
        target.setManaged(false);
        getChildren().add(target);
    }

    /**
     * Shows other points.
     *
     * @param newPoints [seconds, value], oldest first
     * @param newAim a dashed line at this value
     * @param atLeast the top of the chart is never below this value
     */
    public void show(List<double[]> newPoints, OptionalDouble newAim, double atLeast) {
        if (newPoints.equals(points) && newAim.equals(aim)) {
            return;
        }
        points = newPoints;
        aim = newAim;
        least = atLeast;
        requestLayout();
    }

    @Override
    protected void layoutChildren() {
        double width = getWidth();
        double height = getHeight();
        if (width <= 0 || height <= 0) {
            return;
        }
        double top = Math.max(least, aim.orElse(0) * 1.1);
        for (double[] point : points) {
            top = Math.max(top, point[1]);
        }
        top = top <= 0 ? 1 : top;
        getChildren().retainAll(target);
        if (!points.isEmpty()) {
            double end = points.getLast()[0];
            List<Double> part = new ArrayList<>();
            double before = Double.NaN;
            double lastPixel = -1;
            for (double[] point : points) {
                double x = width * (1 - (end - point[0]) / HistoryViewModel.SPAN_SECONDS);
                if (x < 0 || (x - lastPixel < 1 && point[0] != end)) {
                    before = point[0];
                    continue;
                }
                if (point[0] - before > GAP) {
                    draw(part, height);
                    part = new ArrayList<>();
                }
                part.add(x);
                part.add(1 + (height - 2) * (1 - Math.max(0, point[1]) / top));
                before = point[0];
                lastPixel = x;
            }
            draw(part, height);
        }
        double y = aim.isPresent() ? 1 + (height - 2) * (1 - aim.getAsDouble() / top) : -1;
        target.setVisible(aim.isPresent());
        target.setStartX(0);
        target.setEndX(width);
        target.setStartY(y);
        target.setEndY(y);
    }

    private void draw(List<Double> part, double height) {
        if (part.size() < 4) {
            return;
        }
        Polygon area = new Polygon();
        area.getPoints().addAll(part);
        area.getPoints().addAll(part.get(part.size() - 2), height, part.getFirst(), height);
        area.getStyleClass().add("area");
        Polyline line = new Polyline();
        line.getPoints().addAll(part);
        line.getStyleClass().add("line");
        area.setManaged(false);
        line.setManaged(false);
        getChildren().addAll(0, List.of(area, line));
    }
}
