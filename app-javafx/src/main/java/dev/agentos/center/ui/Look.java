package dev.agentos.center.ui;

import atlantafx.base.theme.PrimerDark;
import atlantafx.base.theme.PrimerLight;
import dev.agentos.bridge.view.CenterPreferences;
import dev.agentos.themes.JavaFxCss;
import dev.agentos.themes.Theme;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import javafx.application.Application;
import javafx.application.ColorScheme;
import javafx.application.Platform;
import javafx.scene.Scene;
import javafx.scene.text.Font;

/** Colours, fonts and text size of a scene, as its person or the system wants them. */
public final class Look {

    private static final List<String> FONTS = List.of(
            "/com/formdev/flatlaf/fonts/inter/Inter-Regular.otf",
            "/com/formdev/flatlaf/fonts/inter/Inter-SemiBold.otf",
            "/com/formdev/flatlaf/fonts/jetbrains_mono/JetBrainsMono-Regular.ttf",
            "/com/formdev/flatlaf/fonts/jetbrains_mono/JetBrainsMono-Bold.ttf");

    private static final String SHEET = Objects.requireNonNull(Look.class.getResource("/dev/agentos/center/center.css"))
            .toExternalForm();

    /** For the UI thread. */
    private static boolean fontsLoaded;

    private final Scene scene;
    private final Preferences preferences;

    private Look(Scene scene, Preferences preferences) {
        this.scene = scene;
        this.preferences = preferences;
    }

    /**
     * Makes colours of controls and fonts known. Before the first control is made: JavaFX reads a whole style sheet of its
     * own for a control that finds none.
     */
    public static void prepare(Preferences preferences) {
        if (!fontsLoaded) {
            fontsLoaded = true;
            FONTS.forEach(Look::load);
        }
        base(theme(preferences.values().theme()));
    }

    /** Dresses a scene, and again whenever the system or the person changes their mind. */
    public static void of(Scene scene, Preferences preferences) {
        prepare(preferences);
        Look look = new Look(scene, preferences);
        look.apply();
        preferences.listen(_ -> look.apply());
        Platform.getPreferences().colorSchemeProperty().subscribe(look::apply);
    }

    private static void load(String resource) {
        // A font that cannot be had is replaced by the system's: the window is less pretty and works.
        InputStream font = Look.class.getResourceAsStream(resource);
        if (font != null) {
            Font.loadFont(font, 13);
        }
    }

    private void apply() {
        CenterPreferences values = preferences.values();
        Theme theme = theme(values.theme());
        base(theme);
        String colours = "data:text/css;base64,"
                + Base64.getEncoder()
                        .encodeToString(
                                JavaFxCss.of(theme, values.textPercent()).getBytes(StandardCharsets.UTF_8));
        if (!scene.getStylesheets().equals(List.of(SHEET, colours))) {
            scene.getStylesheets().setAll(SHEET, colours);
        }
    }

    private static void base(Theme theme) {
        String base = theme == Theme.LIGHT
                ? new PrimerLight().getUserAgentStylesheet()
                : new PrimerDark().getUserAgentStylesheet();
        if (!base.equals(Application.getUserAgentStylesheet())) {
            Application.setUserAgentStylesheet(base);
        }
    }

    /** The theme of this word; every other word follows the system. */
    public static Theme theme(String word) {
        return Theme.of(word)
                .orElseGet(() ->
                        Platform.getPreferences().getColorScheme() == ColorScheme.LIGHT ? Theme.LIGHT : Theme.DARK);
    }
}
