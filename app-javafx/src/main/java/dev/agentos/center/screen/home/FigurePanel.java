package dev.agentos.center.screen.home;

import dev.agentos.bridge.view.HomeViewModel.Figure;
import dev.agentos.center.ui.Parts;
import dev.agentos.center.ui.TimeChart;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import javafx.geometry.Pos;
import javafx.scene.control.Button;
import javafx.scene.control.ContentDisplay;
import javafx.scene.control.Label;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.StackPane;
import javafx.scene.layout.VBox;

/** One big number, what it is of, and its last 15 minutes. All of it is one button that goes to what it shows. */
final class FigurePanel {

    private final Label figure = Parts.text("", "big");
    private final Label unit = Parts.text("", "muted");
    private final Label below = Parts.text("", "muted");
    private final List<TimeChart> charts = new ArrayList<>();
    private final Button button;

    /** @param roles the colour of each line */
    FigurePanel(String title, Runnable opens, String... roles) {
        StackPane plot = new StackPane();
        plot.getStyleClass().add("plot");
        for (String role : roles) {
            TimeChart chart = new TimeChart(role);
            charts.add(chart);
            plot.getChildren().add(chart);
        }
        HBox number = new HBox(figure, unit);
        number.setAlignment(Pos.BASELINE_LEFT);
        number.getStyleClass().add("number");
        figure.setMinWidth(Region.USE_PREF_SIZE);
        unit.setMinWidth(Region.USE_PREF_SIZE);
        VBox words = new VBox(number, below);
        words.setMinWidth(Region.USE_PREF_SIZE);
        HBox line = new HBox(words, plot);
        line.getStyleClass().add("figure-line");
        HBox.setHgrow(plot, Priority.ALWAYS);
        VBox content = new VBox(Parts.text(title, "panel-title"), line);
        content.getStyleClass().add("figure-content");
        button = Parts.button("", opens, "panel", "figure-panel");
        button.setGraphic(content);
        button.setContentDisplay(ContentDisplay.GRAPHIC_ONLY);
        button.setMaxWidth(Double.MAX_VALUE);
        button.setMinWidth(0);
        button.setPrefWidth(200);
        button.setAccessibleText(title);
        content.prefWidthProperty().bind(button.widthProperty().subtract(34));
    }

    Button node() {
        return button;
    }

    void show(Figure shown) {
        figure.setText(shown.value());
        unit.setText(shown.unit());
        below.setText(shown.below());
        double top = shown.atLeast();
        for (List<double[]> points : shown.lines()) {
            for (double[] point : points) {
                top = Math.max(top, point[1]);
            }
        }
        for (int i = 0; i < charts.size(); i++) {
            // A target is drawn once, and lines that stand in one picture have one scale.
            charts.get(i)
                    .show(
                            shown.lines().get(i),
                            i == 0 ? shown.target() : OptionalDouble.empty(),
                            Math.max(top, shown.target().orElse(0) * 1.1),
                            shown.end());
        }
    }
}
