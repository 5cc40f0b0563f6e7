package dev.agentos.themes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class JavaFxCssTest {

    @Test
    void everyRoleIsALookedUpColourWithItsTokensValue() {
        for (Theme theme : Theme.values()) {
            String css = JavaFxCss.of(theme, 100);
            for (Role role : Role.values()) {
                assertTrue(
                        css.contains("  -c-" + role.token() + ": "
                                + theme.colour(role).css() + ";\n"),
                        theme.word() + " lacks " + role.token());
            }
        }
    }

    @Test
    void whatStandsOnTheAccentCanBeReadInEveryTheme() {
        List<String> weak = new ArrayList<>();
        for (Theme theme : Theme.values()) {
            double ratio = JavaFxCss.onAccent(theme).contrast(theme.colour(Role.ACCENT));
            if (ratio < 4.5) {
                weak.add(theme.word() + ": " + ratio);
            }
        }
        assertEquals(List.of(), weak);
    }

    @Test
    void textFollowsItsScaleAndNothingElseDoes() {
        String normal = JavaFxCss.of(Theme.DARK, 100);
        String large = JavaFxCss.of(Theme.DARK, 200);
        assertTrue(normal.contains("-fx-font-size: 13.0px;"));
        assertEquals(normal.replace("13.0px", "26.0px"), large);
    }

    @Test
    void everyNameThatIsLookedUpIsDefinedInTheSameSheet() {
        String css = JavaFxCss.of(Theme.LIGHT, 100);
        var used = Pattern.compile(": (-c-[a-z-]+);").matcher(css);
        int seen = 0;
        while (used.find()) {
            seen++;
            assertTrue(css.contains("  " + used.group(1) + ":"), used.group(1));
        }
        assertTrue(seen > 15, seen + " were seen");
    }
}
