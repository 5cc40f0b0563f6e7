package dev.agentos.center.ui;

import java.util.Map;
import javafx.scene.layout.Region;
import javafx.scene.layout.StackPane;

/**
 * The sign of a state, drawn instead of typed: fonts of small machines lack half of them. It takes the colour of the tone
 * that it stands in.
 */
public final class Glyph extends StackPane {

    private static final Map<String, String> SHAPES = Map.ofEntries(
            Map.entry("●", "M6 1 A5 5 0 1 1 5.99 1 Z"),
            Map.entry("◌", "M6 1 A5 5 0 1 1 5.99 1 Z M6 2.6 A3.4 3.4 0 1 0 6.01 2.6 Z"),
            Map.entry("⏸", "M2.5 1 H5 V11 H2.5 Z M7 1 H9.5 V11 H7 Z"),
            Map.entry(
                    "✕",
                    "M1.2 2.4 L2.4 1.2 L6 4.8 L9.6 1.2 L10.8 2.4 L7.2 6 L10.8 9.6 L9.6 10.8 L6 7.2 L2.4 10.8 L1.2 9.6 L4.8 6 Z"),
            Map.entry("✓", "M1 6.6 L2.3 5.3 L4.6 7.6 L9.7 2.3 L11 3.6 L4.6 10.2 Z"),
            Map.entry("▸", "M3.5 1.5 L9.5 6 L3.5 10.5 Z"),
            Map.entry("·", "M6 4.3 A1.7 1.7 0 1 1 5.99 4.3 Z"),
            Map.entry("!", "M5 1 H7 L6.7 7.4 H5.3 Z M5 8.8 H7 V10.8 H5 Z"),
            Map.entry(
                    "?",
                    "M3 4 C3 2.2 4.3 1 6.1 1 C7.9 1 9.2 2.1 9.2 3.8 C9.2 5 8.5 5.7 7.6 6.3 C6.9 6.8 6.8 7 6.8 7.8 H5.2"
                            + " C5.2 6.5 5.5 5.9 6.5 5.2 C7.2 4.7 7.5 4.4 7.5 3.8 C7.5 3 6.9 2.5 6.1 2.5 C5.2 2.5 4.7 3.1 4.6 4 Z"
                            + " M5.1 9 H6.9 V10.8 H5.1 Z"));

    private final Region shape = new Region();

    public Glyph(String glyph) {
        getStyleClass().add("glyph");
        shape.getStyleClass().add("glyph-shape");
        setMaxSize(USE_PREF_SIZE, USE_PREF_SIZE);
        getChildren().add(shape);
        set(glyph);
    }

    /** Shows another sign; one that has no drawing is shown as a point. */
    public void set(String glyph) {
        shape.setStyle("-fx-shape: \"" + SHAPES.getOrDefault(glyph, SHAPES.getOrDefault("·", "")) + "\";");
        boolean small = glyph.equals("·");
        double size = small ? 4 : glyph.equals("●") || glyph.equals("◌") ? 10 : 9;
        double width = glyph.equals("!") ? 3 : glyph.equals("?") || glyph.equals("⏸") || glyph.equals("▸") ? 7 : size;
        shape.setMinSize(width, size);
        shape.setMaxSize(width, size);
        setAccessibleText(glyph);
    }
}
