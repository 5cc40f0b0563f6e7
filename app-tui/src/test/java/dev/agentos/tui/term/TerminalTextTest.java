package dev.agentos.tui.term;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class TerminalTextTest {

    private static String shown(String... pieces) {
        TerminalText text = new TerminalText();
        StringBuilder out = new StringBuilder();
        for (String piece : pieces) {
            out.append(text.accept(piece));
        }
        return out + text.end();
    }

    @Test
    void coloursLinesAndTabsPass() {
        assertEquals("a\u001b[1;31mb\u001b[0m\tc\n", shown("a\u001b[1;31mb\u001b[0m\tc\n"));
    }

    @Test
    void cursorMovementTitlesAndClipboardAreShownInsteadOfDone() {
        assertEquals("\\u{1B}[2J", shown("\u001b[2J"));
        assertEquals("\\u{1B}]52;c;aGk=\\u{7}", shown("\u001b]52;c;aGk=\u0007"));
    }

    @Test
    void aSequenceThatIsCutBetweenPiecesIsOne() {
        assertEquals("\u001b[32mok", shown("\u001b", "[3", "2mok"));
        assertEquals("\\u{1B}[2Jx", shown("\u001b[2", "Jx"));
    }

    @Test
    void aSequenceThatNeverEndsIsShownAtTheEnd() {
        assertEquals("\\u{1B}[3", shown("\u001b[3"));
    }
}
