package dev.agentos.tui.term;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.agentos.tui.term.AnswerPrompt.Choice;
import dev.agentos.tui.term.AnswerPrompt.Outcome;
import java.util.List;
import org.junit.jupiter.api.Test;

class AnswerPromptTest {

    private static final long MS = 1_000_000L;
    private static final Choice DENY = new Choice('d', "Don't allow");
    private static final Choice ONCE = new Choice('o', "Allow this once");

    private final AnswerPrompt prompt = new AnswerPrompt(List.of(DENY, ONCE), 0);

    private Outcome key(char key, long millis) {
        return prompt.key(key, millis * MS);
    }

    @Test
    void aLetterMarksAndEnterGivesIt() {
        assertEquals(new Outcome.Marked(ONCE), key('o', 500));
        assertEquals(new Outcome.Chosen(ONCE), key('\n', 950));
    }

    @Test
    void enterRightAfterTheLetterIsTooSoonAndKeepsTheMark() {
        assertEquals(new Outcome.Marked(ONCE), key('o', 500));
        assertInstanceOf(Outcome.Ignored.class, key('\n', 700));
        assertInstanceOf(Outcome.Ignored.class, key('\n', 1050));
        assertEquals(new Outcome.Chosen(ONCE), key('\n', 1500));
    }

    @Test
    void aStreamOfKeysNeverAnswersWhateverItIs() {
        for (long gap : List.of(13L, 17L, 50L, 200L, 399L)) {
            AnswerPrompt stream = new AnswerPrompt(List.of(DENY, ONCE), 0);
            for (int i = 0; i < 500; i++) {
                Outcome outcome = stream.key("o\r".charAt(i % 2), (600 + i * gap) * MS);
                assertEquals(false, outcome instanceof Outcome.Chosen, gap + " ms apart, key " + i);
            }
        }
    }

    @Test
    void aChoiceThatAnswersNothingNeedsNoEnter() {
        Choice view = Choice.harmless('v', "View more");
        AnswerPrompt viewing = new AnswerPrompt(List.of(DENY, view), 0);
        assertInstanceOf(Outcome.Ignored.class, viewing.key('v', 200 * MS));
        assertEquals(new Outcome.Chosen(view), viewing.key('v', 900 * MS));
    }

    @Test
    void aNumberMarksTheChoiceAtThatPlace() {
        assertEquals(new Outcome.Marked(DENY), key('1', 500));
    }

    @Test
    void enterAloneDoesNothing() {
        assertInstanceOf(Outcome.Ignored.class, key('\n', 500));
        assertInstanceOf(Outcome.Ignored.class, key('\n', 1500));
    }

    @Test
    void keysAreDeadUntilTheQuestionHasStoodFor400Ms() {
        assertInstanceOf(Outcome.Ignored.class, key('o', 399));
        assertInstanceOf(Outcome.Ignored.class, key('\n', 450));
        assertEquals(new Outcome.Marked(ONCE), key('o', 900));
    }

    @Test
    void keysAreDeadFor400MsAfterAnyOtherKey() {
        assertInstanceOf(Outcome.Ignored.class, key('x', 500));
        assertInstanceOf(Outcome.Ignored.class, key('o', 800));
        assertEquals(new Outcome.Marked(ONCE), key('o', 1300));
    }

    @Test
    void anotherKeyTakesTheMarkAway() {
        key('o', 500);
        key('x', 700);
        assertInstanceOf(Outcome.Ignored.class, key('\n', 1200));
    }

    @Test
    void keysFasterThanAHandAreAPasteAndAnswerNothing() {
        assertEquals(new Outcome.Marked(ONCE), key('o', 500));
        assertInstanceOf(Outcome.Ignored.class, key('\n', 501));
        assertInstanceOf(Outcome.Ignored.class, key('\n', 1500));
    }

    @Test
    void aMarkedPasteAnswersNothingHoweverSlow() {
        long now = 500;
        for (char c : "\u001b[200~".toCharArray()) {
            assertInstanceOf(Outcome.Nothing.class, key(c, now++));
        }
        assertInstanceOf(Outcome.Ignored.class, key('o', 1500));
        assertInstanceOf(Outcome.Ignored.class, key('\n', 2500));
        for (char c : "\u001b[201~".toCharArray()) {
            assertInstanceOf(Outcome.Nothing.class, key(c, now++));
        }
        assertEquals(new Outcome.Marked(ONCE), key('o', 4000));
    }

    @Test
    void arrowKeysAreNoChoice() {
        for (char c : "\u001b[A".toCharArray()) {
            assertInstanceOf(Outcome.Nothing.class, key(c, 500));
        }
        assertInstanceOf(Outcome.Ignored.class, key('\n', 1000));
    }
}
