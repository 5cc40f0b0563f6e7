package dev.agentos.tui.monitor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.agentos.bridge.wire.LanguageWire.ProposalView;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class OfferTest {

    private static final long SECOND = 1_000_000_000L;

    private static ProposalView command(String line, String effect) {
        return new ProposalView(line, "agentctl", effect, "", 0.9);
    }

    private static Offer one(String line, String effect) {
        return new Offer("", List.of(command(line, effect)), 0);
    }

    @Test
    void aChangeWantsYAndAReadWantsEnter() {
        assertEquals(
                new Offer.Outcome.Runs("pause a"), one("pause a", "changes").key(Keys.Key.of('y'), SECOND));
        assertInstanceOf(Offer.Outcome.Left.class, one("pause a", "changes").key(Keys.Key.named("enter"), SECOND));
        assertEquals(new Offer.Outcome.Runs("list"), one("list", "reads").key(Keys.Key.named("enter"), SECOND));
        assertInstanceOf(Offer.Outcome.Left.class, one("list", "reads").key(Keys.Key.of('y'), SECOND));
    }

    @Test
    void aKeyThatCameTooSoonRunsNothingAndIsWaitedOut() {
        Offer early = assertInstanceOf(
                        Offer.Outcome.Stays.class, one("kill a", "changes").key(Keys.Key.of('y'), SECOND / 10))
                .offer();
        assertInstanceOf(Offer.Outcome.Stays.class, early.key(Keys.Key.of('y'), SECOND / 10 + SECOND / 5));
    }

    @Test
    void aNumberChoosesAndTheChosenOneIsOfferedAgain() {
        Offer both =
                new Offer("What do you mean?", List.of(command("pause a", "changes"), command("kill a", "changes")), 0);
        assertTrue(both.sentence().contains("1 pause a · 2 kill a"), both.sentence());
        Offer chosen = assertInstanceOf(Offer.Outcome.Stays.class, both.key(Keys.Key.of('2'), SECOND))
                .offer();
        assertTrue(chosen.sentence().contains("y runs it"), chosen.sentence());
        assertEquals(new Offer.Outcome.Runs("kill a"), chosen.key(Keys.Key.of('y'), 2 * SECOND));
        assertInstanceOf(Offer.Outcome.Left.class, both.key(Keys.Key.of('3'), SECOND));
    }

    @Test
    void sixtyRandomKeysASecondForAMinuteRunNothing() {
        for (long seed = 0; seed < 100; seed++) {
            Random random = new Random(seed);
            Offer offer = one("kill a", "changes");
            for (int i = 0; i < 3_600; i++) {
                Keys.Key key =
                        random.nextInt(4) == 0 ? Keys.Key.of('y') : Keys.Key.of((char) (' ' + random.nextInt(95)));
                Offer.Outcome outcome = offer.key(key, i * SECOND / 60);
                assertFalse(outcome instanceof Offer.Outcome.Runs, "seed " + seed + ", key " + i);
                offer = outcome instanceof Offer.Outcome.Stays stays
                        ? stays.offer()
                        : new Offer("", offer.choices(), i * SECOND / 60);
            }
        }
    }
}
