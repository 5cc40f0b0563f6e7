package dev.agentos.themes;

import dev.agentos.themes.Theme.Colour;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The colours of a theme as a terminal can show them: truecolor, 256, 16 or none. */
public final class TerminalPalette {

    /** How many colours a terminal has. */
    public enum Depth {
        MONO,
        ANSI_16,
        ANSI_256,
        TRUE
    }

    private static final String RESET = "\u001b[0m";
    private static final int[] CUBE = {0, 95, 135, 175, 215, 255};

    private final Theme theme;
    private final Depth depth;
    private final Map<Role, String> starts = new EnumMap<>(Role.class);

    public TerminalPalette(Theme theme, Depth depth) {
        this.theme = theme;
        this.depth = depth;
    }

    /** A palette without colours. */
    public static TerminalPalette mono() {
        return new TerminalPalette(Theme.DARK, Depth.MONO);
    }

    /**
     * The palette for a stream, from its environment: {@code NO_COLOR}, {@code TERM}, {@code COLORTERM},
     * {@code AGENTOS_THEME} and the background that {@code COLORFGBG} names.
     */
    public static TerminalPalette detect(Map<String, String> environment, boolean terminal) {
        return new TerminalPalette(theme(environment), depth(environment, terminal));
    }

    private static Depth depth(Map<String, String> environment, boolean terminal) {
        String term = environment.getOrDefault("TERM", "");
        if (!terminal || !environment.getOrDefault("NO_COLOR", "").isEmpty() || term.isEmpty() || term.equals("dumb")) {
            return Depth.MONO;
        }
        String colours = environment.getOrDefault("COLORTERM", "").toLowerCase(Locale.ROOT);
        if (colours.equals("truecolor") || colours.equals("24bit") || term.endsWith("-direct")) {
            return Depth.TRUE;
        }
        return term.contains("256color") ? Depth.ANSI_256 : Depth.ANSI_16;
    }

    /** The theme that an environment asks for: {@code AGENTOS_THEME}, or what fits the background. */
    public static Theme theme(Map<String, String> environment) {
        Optional<Theme> named = Theme.of(environment.getOrDefault("AGENTOS_THEME", ""));
        if (named.isPresent()) {
            return named.get();
        }
        String pair = environment.getOrDefault("COLORFGBG", "");
        String background = pair.substring(pair.lastIndexOf(';') + 1);
        return background.equals("7") || background.equals("15") ? Theme.LIGHT : Theme.DARK;
    }

    public Depth depth() {
        return depth;
    }

    /** The text in the role's colour. The text itself is passed on as it is. */
    public String paint(Role role, String text) {
        String start = starts.computeIfAbsent(role, this::start);
        return start.isEmpty() || text.isEmpty() ? text : start + text + RESET;
    }

    /** The text in bold, where the terminal has colours at all. */
    public String bold(String text) {
        return depth == Depth.MONO || text.isEmpty() ? text : "\u001b[1m" + text + RESET;
    }

    private String start(Role role) {
        return switch (depth) {
            case MONO -> "";
            case ANSI_16 -> {
                String code = Theme.ansi16(role);
                yield code.isEmpty() ? "" : "\u001b[" + code + "m";
            }
            // The terminal's own text colour always fits its background, which is not known here.
            case ANSI_256 -> role == Role.TEXT ? "" : "\u001b[38;5;" + nearest256(theme.colour(role)) + "m";
            case TRUE -> {
                Colour colour = theme.colour(role);
                yield role == Role.TEXT
                        ? ""
                        : "\u001b[38;2;" + colour.red() + ";" + colour.green() + ";" + colour.blue() + "m";
            }
        };
    }

    /** The nearest colour of xterm's 6×6×6 cube and its 24 greys. */
    public static int nearest256(Colour colour) {
        int red = nearestStep(colour.red());
        int green = nearestStep(colour.green());
        int blue = nearestStep(colour.blue());
        Colour cube = new Colour(CUBE[red], CUBE[green], CUBE[blue]);
        int level = Math.clamp(Math.round(((colour.red() + colour.green() + colour.blue()) / 3.0f - 8) / 10), 0, 23);
        int grey = 8 + 10 * level;
        return distance(colour, cube) <= distance(colour, new Colour(grey, grey, grey))
                ? 16 + 36 * red + 6 * green + blue
                : 232 + level;
    }

    private static int nearestStep(int component) {
        int best = 0;
        for (int i = 1; i < CUBE.length; i++) {
            if (Math.abs(CUBE[i] - component) < Math.abs(CUBE[best] - component)) {
                best = i;
            }
        }
        return best;
    }

    private static int distance(Colour a, Colour b) {
        int red = a.red() - b.red();
        int green = a.green() - b.green();
        int blue = a.blue() - b.blue();
        return red * red + green * green + blue * blue;
    }
}
