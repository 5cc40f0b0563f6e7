package dev.agentos.center.ui;

import dev.agentos.bridge.view.CenterPreferences;
import java.util.List;
import javafx.geometry.Pos;
import javafx.scene.control.Label;
import javafx.scene.control.Slider;
import javafx.scene.control.ToggleButton;
import javafx.scene.control.ToggleGroup;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Region;

/** Theme and size of text, as the person wants them. */
public final class LookPanel {

    private LookPanel() {}

    public static HBox of(Preferences preferences) {
        CenterPreferences values = preferences.values();
        ToggleGroup group = new ToggleGroup();
        HBox themes = Parts.row();
        for (String word : List.of("system", "dark", "light", "high-contrast")) {
            ToggleButton button = new ToggleButton(word);
            button.setToggleGroup(group);
            button.setMinWidth(Region.USE_PREF_SIZE);
            button.setSelected(values.theme().equals(word));
            button.setOnAction(_ -> {
                button.setSelected(true);
                preferences.change(now -> now.withTheme(word));
                preferences.save();
            });
            preferences.listen(now -> button.setSelected(now.theme().equals(word)));
            themes.getChildren().add(button);
        }
        Slider size = new Slider(CenterPreferences.LEAST_TEXT, CenterPreferences.MOST_TEXT, values.textPercent());
        size.setMajorTickUnit(20);
        size.setBlockIncrement(10);
        size.setPrefWidth(180);
        Label percent = Parts.text(values.textPercent() + " %", "figure");
        percent.setMinWidth(52);
        percent.setAlignment(Pos.CENTER_RIGHT);
        size.valueProperty().subscribe(now -> {
            int rounded = (int) (Math.round(now.doubleValue() / 10) * 10);
            percent.setText(rounded + " %");
            if (!size.isValueChanging()) {
                preferences.change(then -> then.withText(rounded));
            }
        });
        preferences.listen(now -> size.setValue(now.textPercent()));
        Label text = Parts.text("Text", "muted");
        text.setMinWidth(Region.USE_PREF_SIZE);
        HBox line = Parts.row(themes, Parts.spring(), text, size, percent);
        line.getStyleClass().add("settings-line");
        return line;
    }
}
