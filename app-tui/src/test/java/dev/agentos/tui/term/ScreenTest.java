package dev.agentos.tui.term;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.agentos.bridge.view.Tone;
import dev.agentos.themes.TerminalPalette;
import dev.agentos.tui.term.Table.Cell;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class ScreenTest {

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final Screen screen =
            new Screen(new PrintStream(out, true, StandardCharsets.UTF_8), TerminalPalette.mono(), 40);

    private String written() {
        return out.toString(StandardCharsets.UTF_8);
    }

    @Test
    void linesBreakAtSpacesAndLongWordsAtSlashes() {
        assertEquals(List.of("one two three four", "five"), Screen.wrap("one two three four five", 20));
        assertEquals(List.of("/a/very/long/path/to/", "a/file.md"), Screen.wrap("/a/very/long/path/to/a/file.md", 22));
    }

    @Test
    void wideCharactersTakeTwoColumns() {
        assertEquals(4, Screen.columns("漢字"));
        assertEquals("漢…", Screen.fit("漢字漢字", 4));
        assertEquals("…/c.md", Screen.fitPath("/a/b/c.md", 6));
    }

    @Test
    void aTableFitsItsColumnsToItsCells() {
        new Table("STATE", "AGENT", "CPU")
                .row(Cell.of(Tone.OK, "● running"), Cell.of("agent-a-001"), Cell.number("0.4"))
                .row(Cell.of(Tone.BAD, "✕ failed"), Cell.of("agent-bb-001"), Cell.number("12.0"))
                .write(screen);
        assertEquals("""
                  STATE      AGENT              CPU
                  ● running  agent-a-001        0.4
                  ✕ failed   agent-bb-001      12.0
                """.indent(0), written().indent(0));
    }

    @Test
    void controlCharactersOfAnAgentAreShownAndNotDone() {
        screen.line(screen.text("a\u001b[2Jb\u202Ec"));
        assertEquals("a\\u{1B}[2Jb\\u{202E}c\n", written());
    }
}
