package dev.agentos.bridge.view;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.agentos.bridge.view.InboxNotices.Change;
import dev.agentos.bridge.wire.ConsentWire.AnswerRequest;
import dev.agentos.bridge.wire.ConsentWire.AskView;
import dev.agentos.bridge.wire.ConsentWire.Asks;
import dev.agentos.bridge.wire.ConsentWire.OptionView;
import dev.agentos.bridge.wire.EventWire.EventView;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class CardViewModelTest {

    private static final long SECOND = 1_000_000_000L;
    private static final long MILLI = 1_000_000L;

    static AskView ask(String id, String content, String risk, String group) {
        return new AskView(
                id,
                "agent-a-001",
                "run-1",
                "write",
                "fs.write",
                "/workspace/" + id + ".md",
                "fs.write /workspace/" + id + ".md",
                "",
                Map.of("bytes", content.length()),
                content,
                false,
                risk,
                risk.equals("high") ? "permits" : "",
                true,
                "c.yaml:9:1",
                "/workspace/",
                "2026-11-23T10:00:00Z",
                "2026-11-23T11:00:00Z",
                "shown-" + id,
                "tool",
                content.isEmpty() ? "none" : "text",
                "",
                List.of(
                        new OptionView("once", "this write"),
                        new OptionView("run", "writes there in run-1"),
                        new OptionView("30d", "writes there for 30 days")),
                group,
                "pending",
                "");
    }

    private static CardViewModel card(AskView ask, List<AskView> alike) {
        return new CardViewModel(ask, alike, "test", 0);
    }

    private static CardChoice choice(CardViewModel card, char letter) {
        return card.choices().stream()
                .filter(one -> one.letter() == letter)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aCarefulHandAllowsWithExactlyWhatWasShown() {
        AskView ask = ask("ask-1", "one line\n", "normal", "");
        CardViewModel card = card(ask, List.of());
        card.displayed(0, 1, 0);
        card.letter('o', SECOND);
        assertEquals(Optional.of(choice(card, 'o')), card.marked());
        AnswerRequest answer = card.enter(2 * SECOND).orElseThrow();
        assertEquals("allow", answer.decision());
        assertEquals("once", answer.scope());
        assertEquals("shown-ask-1", answer.shown());
        assertEquals(Optional.of(ask.contentDigest()), answer.seen());
        assertTrue(card.enter(4 * SECOND).isEmpty(), "it is sent once");
    }

    @Test
    void aStreamOfKeysAnswersNothing() {
        SplittableRandom random = new SplittableRandom(7);
        CardViewModel card = card(ask("ask-1", "x\n", "normal", ""), List.of());
        card.displayed(0, 1, 0);
        for (long now = SECOND; now < 600 * SECOND; now += 16 * MILLI + random.nextLong(380 * MILLI)) {
            Optional<AnswerRequest> answer = Optional.empty();
            switch (random.nextInt(4)) {
                case 0 -> answer = card.enter(now);
                case 1 -> card.mark(choice(card, 'o'), now);
                case 2 -> card.key(now);
                default -> card.letter("ordnst".charAt(random.nextInt(6)), now);
            }
            assertTrue(answer.isEmpty(), "at " + now);
        }
    }

    @Test
    void enterAloneAndAnEarlyClickDoNothing() {
        CardViewModel card = card(ask("ask-1", "", "normal", ""), List.of());
        assertTrue(card.click(choice(card, 'o'), 399 * MILLI).isEmpty());
        assertTrue(card.enter(2 * SECOND).isEmpty());
        assertEquals("Enter alone does nothing: mark a choice first", card.said());
        assertTrue(card.click(choice(card, 'o'), 3 * SECOND).isPresent());
    }

    @Test
    void allowIsClosedUntilEveryRowWasDisplayedWithoutAGap() {
        CardViewModel card = card(ask("ask-1", "line\n".repeat(100), "normal", ""), List.of());
        card.displayed(0, 20, 0);
        card.displayed(80, 100, SECOND);
        assertEquals(20, card.displayed());
        assertTrue(card.click(choice(card, 'o'), 2 * SECOND).isEmpty());
        assertFalse(card.blocked(choice(card, 'o')).isEmpty());
        assertEquals("", card.blocked(choice(card, 'd')), "no is always open");
        card.displayed(20, 60, 3 * SECOND);
        card.displayed(60, 100, 4 * SECOND);
        assertTrue(card.isSeen());
        assertTrue(card.click(choice(card, 'o'), 4 * SECOND + 399 * MILLI).isEmpty(), "Allow has only just opened");
        assertTrue(card.click(choice(card, 'o'), 5 * SECOND).isPresent());
    }

    @Test
    void rowsAreAsWideAsTheScreenAndWhatWasSeenStaysSeen() {
        CardViewModel card =
                card(ask("ask-1", "x".repeat(95) + "\n" + "\u6587".repeat(10) + "\n", "normal", ""), List.of());
        card.fold(10, 0);
        assertEquals(10 + 2, card.rows().size());
        card.displayed(0, 6, 0);
        card.fold(20, SECOND);
        assertEquals(0, card.displayed(), "other rows begin anew");
        card.displayed(0, card.rows().size(), SECOND);
        card.fold(10, SECOND);
        assertTrue(card.isSeen());
    }

    @Test
    void highRiskNeedsItsWordTypedAndAPasteIsNoTyping() {
        CardViewModel card = card(ask("ask-1", "", "high", ""), List.of());
        assertEquals("", card.typed("permits", SECOND));
        long now = 2 * SECOND;
        for (int i = 1; i <= 7; i++) {
            now += 100 * MILLI;
            assertEquals("permits".substring(0, i), card.typed("permits".substring(0, i), now));
        }
        AnswerRequest answer = card.click(choice(card, 'o'), now + SECOND).orElseThrow();
        assertEquals(Optional.of("permits"), answer.word());

        CardViewModel fast = card(ask("ask-2", "", "high", ""), List.of());
        now = 2 * SECOND;
        for (int i = 1; i <= 7; i++) {
            now += MILLI;
            fast.typed("permits".substring(0, i), now);
        }
        assertTrue(fast.click(choice(fast, 'o'), now + SECOND).isEmpty(), "typed by a machine");
    }

    @Test
    void aGroupIsAllowedOnlyAfterAllOfItWasSeen() {
        AskView first = ask("ask-1", "a\n", "normal", "g");
        AskView second = ask("ask-2", "b\nc\n", "normal", "g");
        CardViewModel card = card(first, List.of(second));
        card.displayed(0, 1, 0);
        assertTrue(card.click(choice(card, 'a'), SECOND).isEmpty());
        card.showTogether(2 * SECOND);
        assertEquals(4, card.rows().size());
        assertTrue(card.click(choice(card, 'a'), 3 * SECOND).isEmpty());
        card.displayed(0, 4, 4 * SECOND);
        AnswerRequest answer = card.click(choice(card, 'a'), 5 * SECOND).orElseThrow();
        assertEquals("ask-2", answer.others().orElseThrow().getFirst().ask());
        assertEquals(
                Optional.of(second.contentDigest()),
                answer.others().orElseThrow().getFirst().seen());
    }

    @Test
    void anAnswerFromElsewhereClosesItWithANameAndNothingCountsAfterThat() {
        AskView ask = ask("ask-1", "", "normal", "");
        InboxViewModel inbox = InboxViewModel.empty().reduce(new Asks(List.of(ask)));
        CardViewModel card = card(ask, List.of());
        card.letter('o', SECOND);
        inbox = inbox.reduce(new EventView(
                5,
                "2026-11-23T10:00:05Z",
                "consent.answered",
                "agent-a-001",
                "run-1",
                "",
                Map.of("ask", "ask-1", "answer", "allowed", "by", "user me at agentctl")));
        card.reduce(inbox, 2 * SECOND);
        assertTrue(card.closed().orElseThrow().sentence().contains("user me at agentctl"));
        assertTrue(card.enter(3 * SECOND).isEmpty());
        assertTrue(card.click(choice(card, 'o'), 4 * SECOND).isEmpty());
    }

    @Test
    void oneNotificationForAnAgentThatComesToNeedSomebodyAndNoneForWhatIsSeen() {
        InboxNotices notices = new InboxNotices();
        AskView one = ask("ask-1", "", "normal", "");
        AskView two = ask("ask-2", "", "normal", "");
        InboxViewModel inbox = InboxViewModel.empty().reduce(new Asks(List.of(one)));
        assertEquals(1, notices.reduce(inbox, Set.of()).size());
        assertEquals(List.of(), notices.reduce(inbox.reduce(two), Set.of()), "it needs somebody already");
        assertEquals(List.of(new Change.Withdraw("agent-a-001")), notices.reduce(InboxViewModel.empty(), Set.of()));
        assertEquals(List.of(), notices.reduce(inbox, Set.of("ask-1")), "it is on the screen");
    }
}
