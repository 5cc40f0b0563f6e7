package dev.agentos.themes;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.agentos.themes.TerminalPalette.Depth;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TerminalPaletteTest {

    private static Depth depth(Map<String, String> environment, boolean terminal) {
        return TerminalPalette.detect(environment, terminal).depth();
    }

    @Test
    void depthFollowsTheTerminal() {
        assertEquals(Depth.TRUE, depth(Map.of("TERM", "xterm", "COLORTERM", "truecolor"), true));
        assertEquals(Depth.ANSI_256, depth(Map.of("TERM", "screen-256color"), true));
        assertEquals(Depth.ANSI_16, depth(Map.of("TERM", "xterm"), true));
    }

    @Test
    void nothingIsColouredWithoutATerminalOrWhenColoursAreNotWanted() {
        assertEquals(Depth.MONO, depth(Map.of("TERM", "xterm", "COLORTERM", "truecolor"), false));
        assertEquals(Depth.MONO, depth(Map.of("TERM", "xterm", "NO_COLOR", "1"), true));
        assertEquals(Depth.MONO, depth(Map.of("TERM", "dumb"), true));
        assertEquals(Depth.MONO, depth(Map.of(), true));
    }

    @Test
    void anEmptyNoColorIsNotSet() {
        assertEquals(Depth.ANSI_16, depth(Map.of("TERM", "xterm", "NO_COLOR", ""), true));
    }

    @Test
    void textIsPaintedAsDeepAsTheTerminalCan() {
        assertEquals("ok", TerminalPalette.mono().paint(Role.OK, "ok"));
        assertEquals("\u001b[32mok\u001b[0m", new TerminalPalette(Theme.DARK, Depth.ANSI_16).paint(Role.OK, "ok"));
        assertEquals(
                "\u001b[38;2;70;190;138mok\u001b[0m", new TerminalPalette(Theme.DARK, Depth.TRUE).paint(Role.OK, "ok"));
        assertEquals(
                "\u001b[38;5;72mok\u001b[0m", new TerminalPalette(Theme.DARK, Depth.ANSI_256).paint(Role.OK, "ok"));
    }

    @Test
    void greysFindTheGreyRamp() {
        assertEquals(232, TerminalPalette.nearest256(new Theme.Colour(8, 8, 8)));
        assertEquals(231, TerminalPalette.nearest256(new Theme.Colour(255, 255, 255)));
    }

    @Test
    void everyRoleHasAColourInEveryTheme() {
        for (Theme theme : Theme.values()) {
            assertEquals(Role.values().length, theme.colours().size());
        }
    }
}
