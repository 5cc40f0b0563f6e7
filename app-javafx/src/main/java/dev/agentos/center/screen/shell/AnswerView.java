package dev.agentos.center.screen.shell;

import dev.agentos.bridge.view.Answer;
import dev.agentos.bridge.view.TextLine;
import dev.agentos.center.ui.Parts;
import dev.agentos.center.ui.TimeChart;
import java.util.List;
import java.util.OptionalDouble;
import javafx.scene.Node;
import javafx.scene.control.Label;
import javafx.scene.layout.ColumnConstraints;
import javafx.scene.layout.GridPane;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.StackPane;
import javafx.scene.layout.VBox;

/** An answer as nodes. */
final class AnswerView {

    private static final int MOST_LINES = 400;
    private static final int SHORT = 34;

    private AnswerView() {}

    static Node of(Answer answer) {
        return switch (answer) {
            case Answer.Lines lines -> lines(lines.lines());
            case Answer.Grid grid -> grid(grid);
            case Answer.Diff diff -> new VBox(Parts.text(diff.path(), "mono", "strong"), lines(diff.lines()));
            case Answer.Prose prose -> prose(prose);
            case Answer.Plot plot -> plot(plot);
        };
    }

    private static VBox lines(List<TextLine> lines) {
        VBox box = new VBox();
        box.getStyleClass().add("answer-lines");
        lines.stream()
                .limit(MOST_LINES)
                .forEach(line -> box.getChildren()
                        .add(Parts.prose(line.text().replace("\t", "    "), "mono", Parts.tone(line.tone()))));
        if (lines.size() > MOST_LINES) {
            box.getChildren().add(Parts.text("and " + (lines.size() - MOST_LINES) + " lines more", "muted"));
        }
        return box;
    }

    private static GridPane grid(Answer.Grid grid) {
        GridPane pane = new GridPane();
        pane.getStyleClass().add("answer-grid");
        for (int i = 0; i < grid.columns().size(); i++) {
            ColumnConstraints column = new ColumnConstraints();
            column.setHgrow(i == grid.columns().size() - 1 ? Priority.ALWAYS : Priority.SOMETIMES);
            pane.getColumnConstraints().add(column);
            Label title = Parts.text(grid.columns().get(i), "muted");
            title.setMinWidth(Region.USE_PREF_SIZE);
            pane.add(title, i, 0);
        }
        for (int y = 0; y < Math.min(MOST_LINES, grid.rows().size()); y++) {
            List<String> row = grid.rows().get(y);
            for (int x = 0; x < row.size(); x++) {
                Label cell = cell(row.get(x));
                pane.add(cell, x, y + 1);
            }
        }
        return pane;
    }

    /** A short value stays on its line; a long one breaks. */
    private static Label cell(String value) {
        if (value.length() > SHORT) {
            return Parts.prose(value, "mono");
        }
        Label cell = Parts.text(value, "mono");
        cell.setMinWidth(Region.USE_PREF_SIZE);
        return cell;
    }

    private static VBox prose(Answer.Prose prose) {
        VBox box = new VBox();
        box.getStyleClass().add("answer-prose");
        prose.text().lines().forEach(line -> {
            if (line.startsWith("#")) {
                box.getChildren().add(Parts.prose(line.replaceFirst("^#+\\s*", ""), "strong"));
            } else if (!line.isBlank()) {
                box.getChildren().add(Parts.prose(line));
            }
        });
        prose.sources().forEach(source -> box.getChildren().add(Parts.text("source  " + source, "mono", "muted")));
        return box;
    }

    private static VBox plot(Answer.Plot plot) {
        TimeChart chart = new TimeChart("srt");
        chart.show(
                plot.points(),
                OptionalDouble.empty(),
                0,
                plot.points().isEmpty() ? 0 : plot.points().getLast()[0]);
        StackPane pane = new StackPane(chart);
        pane.getStyleClass().add("plot");
        String range = plot.points().isEmpty()
                ? "nothing was measured"
                : String.format(java.util.Locale.ROOT, "now %.3g", plot.points().getLast()[1]);
        return new VBox(Parts.text(plot.title() + "   " + range, "mono", "muted"), pane);
    }
}
