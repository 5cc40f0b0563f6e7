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

    private static final double DOT = 1.5;

    /** The lines of one stretch without a gap. They are made once and moved: new ones would be dressed anew each time. */
    private record Stretch(Polygon area, Polyline line) {}

    private final Line target = new Line();
    private final List<Stretch> stretches = new ArrayList<>();
    private List<double[]> points = List.of();
    private OptionalDouble aim = OptionalDouble.empty();
    private double least;
    private double end;

    public TimeChart(String role) {
        getStyleClass().addAll("time-chart", "chart-" + role);
        target.getStyleClass().add("target");
        target.setManaged(false);
        target.setVisible(false);
        getChildren().add(target);
    }

    /**
     * Shows other points.
     *
     * @param newPoints [seconds, value], oldest first
     * @param newAim a dashed line at this value
     * @param atLeast the top of the chart is never below this value
     * @param newEnd seconds at the right edge
     */
    public void show(List<double[]> newPoints, OptionalDouble newAim, double atLeast, double newEnd) {
        if (newPoints.equals(points) && newAim.equals(aim) && least == atLeast && end == newEnd) {
            return;
        }
        points = newPoints;
        aim = newAim;
        least = atLeast;
        end = newEnd;
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
        int used = 0;
        List<Double> part = new ArrayList<>();
        double before = Double.NaN;
        double lastPixel = -1;
        for (double[] point : points) {
            double x = width * (1 - (end - point[0]) / HistoryViewModel.SPAN_SECONDS);
            if (point[0] - before > GAP && !part.isEmpty()) {
                draw(used++, part, height);
                part = new ArrayList<>();
            }
            double y = 1 + (height - 2) * (1 - Math.max(0, point[1]) / top);
            if (!part.isEmpty() && x - lastPixel < 1 && point[0] != end) {
                // What shares a pixel shows its highest.
                part.set(part.size() - 1, Math.min(part.getLast(), y));
                before = point[0];
                continue;
            }
            if (x >= 0) {
                part.add(x);
                part.add(y);
                lastPixel = x;
            }
            before = point[0];
        }
        if (!part.isEmpty()) {
            draw(used++, part, height);
        }
        for (Stretch unused : stretches.subList(used, stretches.size())) {
            unused.area().setVisible(false);
            unused.line().setVisible(false);
        }
        double y = aim.isPresent() ? 1 + (height - 2) * (1 - aim.getAsDouble() / top) : -1;
        target.setVisible(aim.isPresent());
        target.setStartX(0);
        target.setEndX(width);
        target.setStartY(y);
        target.setEndY(y);
    }

    private void draw(int at, List<Double> part, double height) {
        boolean alone = part.size() == 2;
        if (alone) {
            // One measurement between gaps is a point.
            double x = part.getFirst();
            part.set(0, Math.max(0, x - DOT));
            part.addAll(List.of(Math.max(0, x - DOT) + 2 * DOT, part.get(1)));
        }
        Stretch stretch = stretch(at);
        stretch.line().getPoints().setAll(part);
        stretch.line().setVisible(true);
        List<Double> area = new ArrayList<>(part);
        area.addAll(List.of(part.get(part.size() - 2), height, part.getFirst(), height));
        stretch.area().getPoints().setAll(area);
        stretch.area().setVisible(!alone);
    }

    private Stretch stretch(int at) {
        if (at < stretches.size()) {
            return stretches.get(at);
        }
        Stretch fresh = new Stretch(new Polygon(), new Polyline());
        fresh.area().getStyleClass().add("area");
        fresh.line().getStyleClass().add("line");
        fresh.area().setManaged(false);
        fresh.line().setManaged(false);
        stretches.add(fresh);
        getChildren().addAll(0, List.of(fresh.area(), fresh.line()));
        return fresh;
    }
}
