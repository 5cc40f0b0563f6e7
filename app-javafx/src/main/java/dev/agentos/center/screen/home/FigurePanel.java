package dev.agentos.center.screen.home;

import dev.agentos.center.ui.Parts;
import dev.agentos.center.ui.TimeChart;
import java.util.List;
import java.util.OptionalDouble;
import javafx.geometry.Pos;
import javafx.scene.control.Button;
import javafx.scene.control.ContentDisplay;
import javafx.scene.control.Label;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Region;
import javafx.scene.layout.StackPane;
import javafx.scene.layout.VBox;

/** One big number, what it is of, and its last 15 minutes. All of it is one button that goes to what it shows. */
final class FigurePanel {

    private final Label figure = Parts.text("", "big");
    private final Label unit = Parts.text("", "muted");
    private final Label below = Parts.text("", "muted");
    private final TimeChart chart;
    private final Button button;

    FigurePanel(String title, String role, Runnable opens) {
        chart = new TimeChart(role);
        HBox number = new HBox(figure, unit);
        number.setAlignment(Pos.BASELINE_LEFT);
        number.getStyleClass().add("number");
        figure.setMinWidth(Region.USE_PREF_SIZE);
        VBox words = new VBox(number, below);
        words.setMinWidth(Region.USE_PREF_SIZE);
        StackPane plot = new StackPane(chart);
        plot.getStyleClass().add("plot");
        VBox content = new VBox(Parts.text(title, "panel-title"), words, plot);
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

    void show(String value, String of, String more, List<double[]> points, OptionalDouble target, double atLeast) {
        figure.setText(value);
        unit.setText(of);
        below.setText(more);
        chart.show(points, target, atLeast);
    }
}
