package dev.agentos.tui.consent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.agentos.bridge.wire.ConsentWire;
import dev.agentos.bridge.wire.ConsentWire.AnswerRequest;
import dev.agentos.bridge.wire.ConsentWire.AskView;
import dev.agentos.themes.TerminalPalette;
import dev.agentos.tui.term.LineInput;
import dev.agentos.tui.term.Screen;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** The dialog in lines, which is the accessible way. */
class ConsentDialogTest {

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    /** What the screen showed before each typed line. */
    private final List<String> shownBefore = new CopyOnWriteArrayList<>();

    private final Screen screen =
            new Screen(new PrintStream(out, true, StandardCharsets.UTF_8), TerminalPalette.mono(), 80);

    private Optional<AnswerRequest> ask(AskView ask, InputStream in) throws Exception {
        return new ConsentDialog(screen, Optional.empty(), new LineInput(in), "test").ask(ask, () -> false);
    }

    /** Types each line only once the dialog waits for it, as a person does. */
    private Optional<AnswerRequest> typing(AskView ask, List<String> lines) throws Exception {
        try (PipedOutputStream typed = new PipedOutputStream();
                PipedInputStream in = new PipedInputStream(typed)) {
            Thread person = Thread.ofVirtual().start(() -> {
                try {
                    for (int i = 0; i < lines.size(); i++) {
                        while (prompts() <= i) {
                            Thread.sleep(5);
                        }
                        shownBefore.add(out.toString(StandardCharsets.UTF_8));
                        Thread.sleep(500);
                        typed.write((lines.get(i) + "\n").getBytes(StandardCharsets.UTF_8));
                        typed.flush();
                    }
                } catch (java.io.IOException | InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            });
            Optional<AnswerRequest> answer = ask(ask, in);
            person.join();
            return answer;
        }
    }

    private int prompts() {
        return out.toString(StandardCharsets.UTF_8).split("press Enter\\.", -1).length - 1;
    }

    @Test
    void whatWasTypedBeforeTheQuestionAnswersNothing() throws Exception {
        AskView ask = ConsentScriptTest.ask("fs.write", "/data/a.md");
        try (PipedOutputStream typed = new PipedOutputStream();
                PipedInputStream in = new PipedInputStream(typed)) {
            typed.write("2\n".getBytes(StandardCharsets.UTF_8));
            typed.flush();
            boolean[] closed = {false};
            Thread.ofVirtual().start(() -> {
                while (prompts() == 0) {
                    Thread.onSpinWait();
                }
                closed[0] = true;
            });
            Optional<AnswerRequest> answer =
                    new ConsentDialog(screen, Optional.empty(), new LineInput(in), "test").ask(ask, () -> closed[0]);
            assertEquals(Optional.empty(), answer);
        }
    }

    @Test
    void theSecondNumberAllowsOnceAndNamesWhatWasShown() throws Exception {
        AskView ask = ConsentScriptTest.ask("fs.write", "/data/a.md");
        AnswerRequest answer = typing(ask, List.of("2", "allow")).orElseThrow();
        assertEquals(AnswerRequest.allow(ask, "once", Optional.empty(), "test"), answer);
        String card = out.toString(StandardCharsets.UTF_8);
        assertTrue(card.contains("agent-a-001 wants to write a.md"), card);
        assertTrue(card.contains("“save it” (the agent's words)"), card);
        assertTrue(card.contains("new file, 12 bytes"), card);
        assertTrue(card.contains("│ # Hello"), card);
    }

    @Test
    void allowIsOutOfReachUntilLongContentWasShown() throws Exception {
        AskView ask = ConsentScriptTest.ask("fs.write", "/data/a.md");
        AskView longer = new AskView(
                ask.id(),
                ask.agent(),
                ask.run(),
                ask.step(),
                ask.tool(),
                ask.target(),
                ask.title(),
                ask.agentReason(),
                ask.facts(),
                "line\n".repeat(30) + "the last line\n",
                false,
                ask.risk(),
                ask.confirmWord(),
                true,
                ask.contractLine(),
                ask.grantTarget(),
                ask.askedAt(),
                "",
                "digest",
                "tool",
                "text",
                "",
                List.of(
                        new ConsentWire.OptionView("once", "allow it, once"),
                        new ConsentWire.OptionView("run", "allow it until this run ends")),
                "",
                "pending",
                "");
        AnswerRequest answer = typing(longer, List.of("2", "2", "allow")).orElseThrow();
        assertFalse(shownBefore.getFirst().contains("the last line"));
        assertFalse(shownBefore.getFirst().contains("Allow this once"));
        assertTrue(shownBefore.getLast().contains("the last line"));
        assertEquals(Optional.of(longer.contentDigest()), answer.seen());
        assertEquals("allow", answer.decision());
    }
}
