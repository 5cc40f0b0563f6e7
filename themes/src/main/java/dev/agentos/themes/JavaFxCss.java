package dev.agentos.themes;

import dev.agentos.themes.Theme.Colour;
import java.util.Locale;
import java.util.Map;

/**
 * A theme as looked-up colours of a JavaFX style sheet: every role as {@code -c-ROLE}, a tint of it as
 * {@code -c-ROLE-tint}, and the same colours under the names that AtlantaFX's controls look up.
 */
public final class JavaFxCss {

    private static final double TINT = 0.16;
    private static final double STRONG_TINT = 0.4;

    private JavaFxCss() {}

    /**
     * The style sheet.
     *
     * @param textPercent size of text, 100 for the tokens' own
     */
    public static String of(Theme theme, int textPercent) {
        StringBuilder css = new StringBuilder(".root {\n");
        for (Map.Entry<Role, Colour> entry : theme.colours().entrySet()) {
            String name = "-c-" + entry.getKey().token();
            line(css, name, entry.getValue().css());
            line(css, name + "-tint", faded(entry.getValue(), TINT));
        }
        line(css, "-c-on-accent", onAccent(theme).css());
        atlantaFx(css, theme);
        line(
                css,
                "-fx-font-size",
                String.format(Locale.ROOT, "%.1fpx", Theme.pixels("font.base") * textPercent / 100.0));
        return css.append("}\n").toString();
    }

    /** What is read on the accent colour: the darker or lighter end of the theme, whichever can be read better. */
    public static Colour onAccent(Theme theme) {
        Colour accent = theme.colour(Role.ACCENT);
        Colour text = theme.colour(Role.TEXT);
        Colour panel = theme.colour(Role.PANEL);
        return accent.contrast(text) > accent.contrast(panel) ? text : panel;
    }

    private static void atlantaFx(StringBuilder css, Theme theme) {
        line(css, "-color-bg-default", "-c-panel");
        line(css, "-color-bg-overlay", "-c-raised");
        line(css, "-color-bg-subtle", "-c-raised");
        line(css, "-color-bg-inset", "-c-background");
        line(css, "-color-fg-default", "-c-text");
        line(css, "-color-fg-muted", "-c-muted");
        line(css, "-color-fg-subtle", "-c-muted");
        line(css, "-color-fg-emphasis", "-c-on-accent");
        line(css, "-color-border-default", "-c-line");
        line(css, "-color-border-muted", "-c-line");
        line(css, "-color-border-subtle", "-c-line");
        line(css, "-color-shadow-default", "transparent");
        line(css, "-color-neutral-emphasis-plus", "-c-muted");
        line(css, "-color-neutral-emphasis", "-c-muted");
        line(css, "-color-neutral-muted", faded(theme.colour(Role.MUTED), STRONG_TINT));
        line(css, "-color-neutral-subtle", faded(theme.colour(Role.MUTED), TINT));
        group(css, theme, "accent", Role.ACCENT);
        group(css, theme, "success", Role.OK);
        group(css, theme, "warning", Role.NEEDS);
        group(css, theme, "danger", Role.BAD);
    }

    private static void group(StringBuilder css, Theme theme, String name, Role role) {
        Colour colour = theme.colour(role);
        line(css, "-color-" + name + "-fg", "-c-" + role.token());
        line(css, "-color-" + name + "-emphasis", "-c-" + role.token());
        line(css, "-color-" + name + "-muted", faded(colour, STRONG_TINT));
        line(css, "-color-" + name + "-subtle", faded(colour, TINT));
    }

    private static String faded(Colour colour, double opacity) {
        return String.format(
                Locale.ROOT, "rgba(%d, %d, %d, %.2f)", colour.red(), colour.green(), colour.blue(), opacity);
    }

    private static void line(StringBuilder css, String name, String value) {
        css.append("  ").append(name).append(": ").append(value).append(";\n");
    }
}
