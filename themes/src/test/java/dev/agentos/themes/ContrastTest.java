package dev.agentos.themes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.agentos.themes.Theme.Colour;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ContrastTest {

    private static final List<Role> SURFACES = List.of(Role.BACKGROUND, Role.PANEL, Role.RAISED);

    @Test
    void everyTextRoleIsReadableOnEverySurfaceOfEveryTheme() {
        assertEquals(List.of(), tooWeak(Role.Use.TEXT, 4.5));
    }

    @Test
    void everyMarkCanBeSeenOnEverySurfaceOfEveryTheme() {
        assertEquals(List.of(), tooWeak(Role.Use.MARK, 3.0));
    }

    @Test
    void highContrastReachesSevenToOneForText() {
        for (Role role : Role.values()) {
            if (role.use() == Role.Use.TEXT) {
                double ratio = Theme.HIGH_CONTRAST.colour(role).contrast(Theme.HIGH_CONTRAST.colour(Role.BACKGROUND));
                assertTrue(ratio >= 7.0, role + " has " + ratio);
            }
        }
    }

    @Test
    void contrastOfBlackAndWhiteIsTwentyOne() {
        assertEquals(21.0, new Colour(0, 0, 0).contrast(new Colour(255, 255, 255)), 0.001);
    }

    private static List<String> tooWeak(Role.Use use, double wanted) {
        List<String> weak = new ArrayList<>();
        int looked = 0;
        for (Theme theme : Theme.values()) {
            for (Role role : Role.values()) {
                if (role.use() != use) {
                    continue;
                }
                for (Role surface : SURFACES) {
                    looked++;
                    double ratio = theme.colour(role).contrast(theme.colour(surface));
                    if (ratio < wanted) {
                        weak.add(theme.word() + " " + role.token() + " on " + surface.token() + ": " + ratio);
                    }
                }
            }
        }
        assertTrue(looked >= 9, "the rule saw only " + looked + " pairs");
        return weak;
    }
}
