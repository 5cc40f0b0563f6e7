package dev.agentos.themes;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;

/** A set of colours, one for each role. */
public enum Theme {
    DARK("dark"),
    LIGHT("light"),
    HIGH_CONTRAST("high-contrast");

    /** A colour; components are 0 to 255. */
    public record Colour(int red, int green, int blue) {
        public Colour {
            if (((red | green | blue) & ~0xFF) != 0) {
                throw new IllegalArgumentException("a component is 0 to 255");
            }
        }

        static Colour ofHex(String hex) {
            int value = Integer.parseInt(hex, 16);
            return new Colour(value >> 16 & 0xFF, value >> 8 & 0xFF, value & 0xFF);
        }

        /** As in style sheets. */
        public String css() {
            return String.format(Locale.ROOT, "#%02X%02X%02X", red, green, blue);
        }

        /** Relative luminance, 0 to 1 (WCAG 2.2). */
        double luminance() {
            return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
        }

        private static double linear(int component) {
            double c = component / 255.0;
            return c <= 0.04045 ? c / 12.92 : Math.pow((c + 0.055) / 1.055, 2.4);
        }

        /** Contrast ratio, 1 to 21 (WCAG 2.2). */
        public double contrast(Colour other) {
            double a = luminance();
            double b = other.luminance();
            return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
        }
    }

    private static final String RESOURCE = "tokens.properties";

    /** Read once, at the first use of a colour: a program that shows none does not pay for it. */
    private static final class Tokens {
        static final Properties ALL = load();

        private static Properties load() {
            try (InputStream stream = Theme.class.getResourceAsStream(RESOURCE)) {
                if (stream == null) {
                    throw new IllegalStateException("the tokens are missing from this build: " + RESOURCE);
                }
                Properties properties = new Properties();
                properties.load(new InputStreamReader(stream, StandardCharsets.UTF_8));
                return properties;
            } catch (IOException e) {
                throw new UncheckedIOException("the tokens cannot be read: " + RESOURCE, e);
            }
        }
    }

    private final String word;

    Theme(String word) {
        this.word = word;
    }

    /** The name that a person uses. */
    public String word() {
        return word;
    }

    public static Optional<Theme> of(String word) {
        for (Theme theme : values()) {
            if (theme.word.equals(word)) {
                return Optional.of(theme);
            }
        }
        return Optional.empty();
    }

    public Colour colour(Role role) {
        return Colour.ofHex(token(word + "." + role.token()));
    }

    /** Every role's colour. */
    public Map<Role, Colour> colours() {
        Map<Role, Colour> colours = new EnumMap<>(Role.class);
        for (Role role : Role.values()) {
            colours.put(role, colour(role));
        }
        return colours;
    }

    /** The parameters of the SGR sequence in a terminal of 16 colours; empty for its own text colour. */
    static String ansi16(Role role) {
        return token("ansi16." + role.token());
    }

    /** A measure in pixels, such as {@code space.step}. */
    public static int pixels(String name) {
        return Integer.parseInt(token(name));
    }

    private static String token(String name) {
        String value = Tokens.ALL.getProperty(name);
        if (value == null) {
            throw new IllegalArgumentException("there is no token " + name);
        }
        return value.strip();
    }
}
