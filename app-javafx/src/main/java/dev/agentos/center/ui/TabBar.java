package dev.agentos.center.ui;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import javafx.scene.control.ToggleButton;
import javafx.scene.control.ToggleGroup;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Region;

/** The sides of one thing, one of them open. */
public final class TabBar {

    private final HBox root = new HBox();
    private final List<ToggleButton> tabs = new ArrayList<>();

    /** @param opens told the number of the tab that is opened */
    public TabBar(List<String> titles, Consumer<Integer> opens) {
        root.getStyleClass().add("tab-bar");
        ToggleGroup group = new ToggleGroup();
        for (int i = 0; i < titles.size(); i++) {
            int at = i;
            ToggleButton tab = new ToggleButton(titles.get(i));
            tab.setToggleGroup(group);
            tab.setMinWidth(Region.USE_PREF_SIZE);
            tab.getStyleClass().add("tab-button");
            tab.setOnAction(_ -> {
                tab.setSelected(true);
                opens.accept(at);
            });
            tabs.add(tab);
            root.getChildren().add(tab);
        }
    }

    public HBox node() {
        return root;
    }

    /** Marks a tab as the open one. */
    public void select(int at) {
        tabs.get(at).setSelected(true);
    }

    public void title(int at, String title) {
        tabs.get(at).setText(title);
    }
}
